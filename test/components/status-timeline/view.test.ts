import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Entry, TIMELINE } from '../../../components/status-timeline/entry.js';
import { durationText, faceOf } from '../../../components/status-timeline/face.js';
import { Story } from '../../../components/status-timeline/story.js';
import { type Cut, type Row, timelineView } from '../../../components/status-timeline/view.js';
import { localeFor } from '../../../components/words/index.js';
import { isBuiltInMessage, type Message } from '../../../protocol/index.js';

const EN = localeFor('en');
const status = (text: string, step?: string, agent?: string): Message => ({
  type: 'status',
  data: text,
  ...(step && { step }),
  ...(agent && { agent }),
});
const began = (step: string, parent?: string, agent?: string): Message => ({
  type: 'event',
  data: { event: 'step_started', step, ...(parent && { parent }) },
  ...(agent && { agent }),
});
const over = (step: string, how = 'finished'): Message => ({ type: 'event', data: { event: `step_${how}`, step } });

function told(...messages: Message[]): Story {
  const story = new Story();
  for (const message of messages) if (isBuiltInMessage(message)) story.read(message);
  return story;
}

const WHOLE: Cut = {
  agents: [],
  choices: new Map(),
  held: new Set<Entry>(),
  from: undefined,
  to: undefined,
  earlier: 0,
  later: 0,
  limit: 100,
  at: undefined,
  until: Number.POSITIVE_INFINITY,
  seen: 0,
};

function view(story: Story, cut: Partial<Cut> = {}) {
  return timelineView(story.roots, { ...WHOLE, seen: story.lastKey, ...cut });
}

const text = ({ what }: Entry) =>
  what.kind === 'step' ? what.step.label : what.kind === 'status' ? what.text : what.kind;
const shown = (rows: readonly Row[]): string =>
  rows.map(({ entry, rows: inside }) => text(entry) + (inside.length > 0 ? `(${shown(inside)})` : '')).join(' ');
const find = (story: Story, name: string): Entry => {
  const all = (entries: readonly Entry[]): Entry[] => entries.flatMap((entry) => [entry, ...all(entry.children)]);
  return all(story.roots).find((entry) => text(entry) === name) as Entry;
};

const WORK = [began('a'), status('1', 'a'), over('a'), began('b'), began('c', 'b'), status('2', 'c')];

test('finished steps fold up; what goes on, has failed, or has something in it that has, stays open', () => {
  assert.equal(shown(view(told(...WORK)).rows), 'a b(c(2))');
  assert.equal(shown(view(told(...WORK, over('c'))).rows), 'a b(c)');
  assert.equal(shown(view(told(...WORK, over('c'), over('b'))).rows), 'a b');
  assert.equal(shown(view(told(...WORK, over('c', 'failed'), over('b'))).rows), 'a b(c(2))');
});

test('what the reader chose comes first, then where somebody reads', () => {
  const story = told(...WORK, over('c'));
  const [a, b, c] = ['a', 'b', 'c'].map((name) => find(story, name)) as [Entry, Entry, Entry];
  const choices = new Map([
    [a, true],
    [b, false],
  ]);
  assert.equal(shown(view(story, { choices }).rows), 'a(1) b');
  assert.equal(shown(view(story, { held: new Set([c]) }).rows), 'a b(c(2))');
  assert.equal(shown(view(story, { held: new Set([b]), choices }).rows), 'a(1) b');
  assert.deepEqual(
    view(story, { choices }).rows.map(({ isExpanded }) => isExpanded),
    [true, false],
  );
});

test('a lane has the entries of its agents, and the steps that they are in', () => {
  const story = told(
    status('start'),
    began('a', undefined, 'Reader'),
    status('1', 'a'),
    began('b', 'a', 'Writer'),
    status('2', 'b'),
    status('3', 'b', 'Reader'),
    status('4', undefined, 'Judge'),
  );
  assert.equal(shown(view(story, { agents: ['Writer'] }).rows), 'a(b(2))');
  assert.equal(shown(view(story, { agents: ['Reader'] }).rows), 'a(1 b(3))');
  assert.equal(shown(view(story, { agents: ['Judge', 'Writer'] }).rows), 'a(b(2)) 4');
  assert.equal(shown(view(story, { agents: ['nobody'] }).rows), '');
});

test('it begins so many rows before the end, with the steps that they are in, and knows whether there are earlier ones', () => {
  const story = told(status('0'), began('a'), ...Array.from({ length: 5 }, (_, i) => status(`${i + 1}`, 'a')));
  const last = view(story, { limit: 3 });
  assert.equal(shown(last.rows), 'a(3 4 5)');
  assert.deepEqual([text(last.first as Entry), last.hasEarlier], ['3', true]);
  assert.deepEqual([view(story, { limit: 7 }).hasEarlier, view(story).hasEarlier], [false, false]);
  assert.equal(view(story, { limit: 6 }).hasEarlier, true);
  const lane = told(status('0'), status('1', undefined, 'Reader'));
  assert.equal(view(lane, { limit: 1, agents: ['Reader'] }).hasEarlier, false);
});

test('where the reader is it begins where it began, or with the step that was folded up over that', () => {
  const story = told(status('0'), began('a'), status('1', 'a'), status('2', 'a'), status('3'));
  const from = find(story, '2');
  assert.equal(shown(view(story, { from }).rows), 'a(2) 3');
  const choices = new Map([[find(story, 'a'), false]]);
  assert.equal(shown(view(story, { from, choices }).rows), 'a 3');
});

const NESTED = [
  status('0'),
  began('a'),
  status('1', 'a'),
  began('b', 'a'),
  ...['2', '3', '4'].map((text) => status(text, 'b')),
  status('5', 'a'),
  status('6'),
];

test('it ends with an entry, with the steps that it is in up to there, and knows whether there are later ones', () => {
  const story = told(...NESTED);
  const ended = (to: string, cut: Partial<Cut> = {}) => {
    const { rows, entries, last, hasLater } = view(story, { to: find(story, to), ...cut });
    return [shown(rows), entries.length, text(last as Entry), hasLater];
  };
  assert.deepEqual(ended('3'), ['0 a(1 b(2 3))', 6, '3', true]);
  assert.deepEqual(ended('5'), ['0 a(1 b(2 3 4) 5)', 8, '5', true]);
  assert.deepEqual(ended('6'), ['0 a(1 b(2 3 4) 5) 6', 9, '6', false]);
  assert.deepEqual(ended('3', { from: find(story, '2') }), ['a(b(2 3))', 4, '3', true]);
  // What is in a step stands behind it.
  assert.deepEqual(ended('b'), ['0 a(1 b)', 4, 'b', true]);
  assert.equal(view(story, { to: find(story, 'b') }).rows[1]?.rows[1]?.isExpanded, true);
  const choices = new Map([[find(story, 'b'), false]]);
  assert.deepEqual(ended('3', { choices }), ['0 a(1 b)', 4, 'b', true]);
});

test('rows before its beginning and behind its end are shown as many as are asked for, as far as there are any', () => {
  const story = told(...NESTED);
  const between = (cut: Partial<Cut>) => {
    const { rows, hasEarlier, hasLater } = view(story, { from: find(story, '3'), to: find(story, '4'), ...cut });
    return [shown(rows), hasEarlier, hasLater];
  };
  assert.deepEqual(between({}), ['a(b(3 4))', true, true]);
  assert.deepEqual(between({ earlier: 3 }), ['a(1 b(2 3 4))', true, true]);
  assert.deepEqual(between({ earlier: 9 }), ['0 a(1 b(2 3 4))', false, true]);
  assert.deepEqual(between({ later: 1 }), ['a(b(3 4) 5)', true, true]);
  assert.deepEqual(between({ earlier: 1, later: 9 }), ['a(b(2 3 4) 5) 6', true, false]);
});

test('of more rows than it may have, those around the reader are shown', () => {
  const story = told(...Array.from({ length: 20 }, (_, i) => status(`${i}`)));
  const around = (at: string, cut: Partial<Cut> = {}) => {
    const { rows, hasEarlier, hasLater } = view(story, { at: find(story, at), limit: 4, ...cut });
    return [shown(rows), hasEarlier, hasLater];
  };
  assert.deepEqual(around('10'), ['8 9 10 11', true, true]);
  assert.deepEqual(around('0'), ['0 1 2 3', false, true]);
  assert.deepEqual(around('19'), ['16 17 18 19', true, false]);
  assert.deepEqual(around('6', { from: find(story, '6') }), ['6 7 8 9', true, true]);
  assert.deepEqual(around('9', { from: find(story, '3'), to: find(story, '9') }), ['6 7 8 9', true, true]);
  assert.deepEqual(around('5', { from: find(story, '4'), to: find(story, '6') }), ['4 5 6', true, true]);
  const nested = told(...NESTED);
  assert.equal(shown(view(nested, { at: find(nested, '4'), limit: 3 }).rows), 'a(b(3 4) 5)');
});

test('where its beginning or its end is not kept any more, it begins or ends with what comes next', () => {
  const story = told(...Array.from({ length: TIMELINE.entries }, (_, i) => status(`${i}`)));
  const cut = { from: find(story, '10'), to: find(story, `${TIMELINE.batch + 2}`) };
  const [a, b, c, d] = ['a', 'b', 'c', 'd'].map((text) => status(text)) as [Message, Message, Message, Message];
  for (const message of [a, b, c, d]) if (isBuiltInMessage(message)) story.read(message);
  assert.equal(cut.from.isGone, true);
  const { rows, hasEarlier, hasLater } = view(story, cut);
  assert.deepEqual([shown(rows), hasEarlier, hasLater], ['500 501 502', true, true]);
  // The gap that stands there is before it.
  assert.equal(shown(view(story, { ...cut, earlier: 1 }).rows), 'gap 500 501 502');
  const gone = { from: cut.from, to: cut.from, at: cut.from };
  assert.equal(shown(view(story, gone).rows), '500');
  assert.equal(shown(view(story, { ...gone, later: 2 }).rows), '500 501 502');

  const nested = told(began('a'), ...NESTED.slice(2, 3), ...Array.from({ length: 5 }, (_, i) => status(`n${i}`, 'a')));
  const step = find(nested, 'a');
  const ends = { from: find(nested, 'n0'), to: find(nested, 'n1') };
  for (const entry of step.children.splice(0, 3)) entry.isGone = true;
  assert.equal(shown(view(nested, ends).rows), 'a(n2)');
  for (const entry of step.children.splice(0)) entry.isGone = true;
  assert.equal(shown(view(nested, ends).rows), 'a');
  step.isGone = true;
  nested.roots = [];
  assert.deepEqual(view(nested, ends).rows, []);
});

test('what is younger than what is drawn is counted, and not drawn; so is what stands behind its end', () => {
  const story = told(status('0'), status('1'), began('a'), status('2', 'a'), status('3'));
  const { rows, fresh } = view(story, { seen: 1, until: 2 });
  assert.equal(shown(rows), '0 1');
  assert.equal(fresh, 4);
  assert.equal(view(story, { seen: 2 }).fresh, 3);
  const [to, at] = [find(story, '0'), find(story, '1')];
  assert.equal(view(story, { seen: 2, to }).fresh, 3);
  assert.equal(view(story, { seen: 2, at, limit: 1 }).fresh, 3);
  assert.equal(view(story, { seen: 2, to, choices: new Map([[find(story, 'a'), false]]) }).fresh, 2);
});

test('its work is that of what it shows, however much there is', () => {
  const story = told(...Array.from({ length: 5000 }, (_, i) => status(`${i}`)));
  let looked = 0;
  const counting = new Proxy(story.roots, {
    get(target, key) {
      if (typeof key === 'string' && /^\d+$/.test(key)) looked++;
      return Reflect.get(target, key);
    },
  });
  assert.equal(timelineView(counting, WHOLE).entries.length, 100);
  assert.ok(looked < 110, `${looked}`);
});

test('only a step that is seen to go on ticks', () => {
  assert.equal(view(told(...WORK)).isTicking, true);
  assert.equal(view(told(...WORK, over('c'), over('b'))).isTicking, false);
  const story = told(...WORK);
  assert.equal(view(story, { choices: new Map([[find(story, 'b'), false]]) }).isTicking, true);
  assert.equal(view(told(status('1'))).isTicking, false);
});

test('rows say how things are in words as well as by their signs', () => {
  const step = { id: 'a', kind: 'step', label: 'Reading' } as const;
  const face = (more: object) => faceOf({ kind: 'step', step: { ...step, status: 'running', ...more } }, EN);
  assert.deepEqual(face({ progress: { value: 1200, max: 3000, unit: 'pages', message: 'Chapter 1' } }), {
    sign: 'running',
    word: 'Running',
    text: 'Reading',
    detail: 'Chapter 1 · 1,200 of 3,000 pages',
  });
  const failed = face({ status: 'failed', error: 'No disk' });
  assert.deepEqual([failed.word, failed.detail, failed.isProblem], ['Failed', 'No disk', true]);
  assert.equal(face({ status: 'stopped' }).word, 'Stopped');
  assert.equal(faceOf({ kind: 'status', text: 'x', level: 'warning' }, EN).word, 'Warning');
  assert.equal(faceOf({ kind: 'status', text: 'x', level: 'error' }, EN).sign, 'failed');
  assert.equal(faceOf({ kind: 'progress', progress: { message: 'Pages', value: 3 } }, EN).text, 'Pages · 3');
});

test('answers are said as a person would say them', () => {
  const choices = ['plain', { value: 'team', label: 'My own team' }];
  const said = (answer: unknown, more: object = {}) =>
    faceOf({ kind: 'answer', question: { id: 'q', question: '?', status: 'answered', choices, answer, ...more } }, EN);
  assert.equal(said('team', { by: 'Ann' }).text, 'Answered: My own team');
  assert.equal(said('team', { by: 'Ann' }).detail, 'Answered by Ann');
  assert.equal(said('team', { by: 'c0nn3ct10n__', anonymous: true }).detail, 'Answered by a viewer');
  assert.equal(said(['team', 'plain']).text, 'Answered: My own team and plain');
  assert.equal(said(true).text, 'Answered: Yes');
  assert.equal(said({ weeks: 3 }).text, 'Answered: {"weeks":3}');
  assert.equal(said(undefined, { status: 'expired' }).text, EN.words.expired);
  assert.equal(said('team', { status: 'expired' }).text, EN.words.expiredWith('My own team'));
  assert.equal(said(undefined, { status: 'declined' }).text, 'Declined');
  assert.equal(said(undefined, { status: 'cancelled' }).text, 'No answer is needed any more');
});

test('a step tells how long it has taken, as far as that is known', () => {
  const step = { id: 'a', kind: 'step', label: 'a', startedAt: 1000 } as const;
  assert.equal(durationText({ ...step, status: 'running' }, 62_000, EN), '1m 1s');
  assert.equal(durationText({ ...step, status: 'finished', endedAt: 8000 }, 62_000, EN), '7s');
  assert.equal(durationText({ ...step, status: 'stopped' }, 62_000, EN), '');
});

test('texts of two directions keep each its own', () => {
  const progress = (unit: string) =>
    ({ kind: 'progress', progress: { message: 'Documents', value: 31, unit } }) as const;
  assert.equal(faceOf(progress('files'), EN).text, 'Documents · 31 files');
  assert.equal(faceOf(progress('ملفات'), EN).text, '\u2068Documents\u2069 · \u206831\u2069 \u2068ملفات\u2069');
});
