import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Pace } from '../../../components/status-progress/pace.js';
import { history, type Tracked, tracked } from '../../../components/status-progress/tracked.js';
import { barView } from '../../../components/status-progress/view.js';
import { localeFor } from '../../../components/words/index.js';
import { applyAll, initialState, type Message, type ProgressData } from '../../../protocol/index.js';

type Said = Pick<Message, 'type' | 'data'> & Partial<Message>;
const after = (...messages: Said[]) =>
  applyAll(
    initialState,
    messages.map((message) => ({ ts: 1000, ...message })),
  );
const progress = (data: ProgressData, extra: Partial<Message> = {}): Said => ({
  type: 'progress',
  data: { ...data },
  ...extra,
});
const event = (name: string, step: string, extra: object = {}): Said => ({
  type: 'event',
  data: { event: name, step, ...extra },
});
const COMPLETE = { type: 'complete', data: { summary: '' }, ts: 62_000 };
const FATAL = { type: 'error', data: { message: 'No disk', fatal: true }, ts: 3000 };
const STOPPED = { type: 'state', data: { status: 'CANCELLED' }, ts: 3000 };

/** One a second, from 0 to 10. */
const PACE: Pace = Array.from({ length: 11 }, (_, i) => ({ at: 1000 + i * 1000, value: i }));

const bar = (what: Tracked, { pace = [] as Pace, until = 11_000, isStale = false, language = 'en' } = {}) =>
  barView(what, pace, until, isStale, localeFor(language));
const whole = (...messages: Said[]) => tracked(after(...messages), null);

test('how much is done is said in percent and in its unit', () => {
  const view = bar(whole(progress({ value: 17, max: 40, unit: 'pages', label: 'Reading', message: 'Page 17' })));
  assert.deepEqual([view.label, view.message], ['Reading', 'Page 17']);
  assert.deepEqual([view.share, view.done, view.percent], [0.425, 42, '42%']);
  assert.equal(view.amount, '17 of 40 pages');
  assert.equal(view.valueText, '42%, 17 of 40 pages');
});

test('a share of one or of a hundred is said in percent alone', () => {
  for (const max of [1, 100]) assert.equal(bar(whole(progress({ value: 0.29 * max, max }))).valueText, '29%');
  assert.equal(bar(whole(progress({ value: 29, max: 100, unit: 'km' }))).amount, '29 of 100 km');
});

test('a hundred percent are only said of what is whole, and never more', () => {
  assert.equal(bar(whole(progress({ value: 999, max: 1000 }))).percent, '99%');
  assert.equal(bar(whole(progress({ value: 1000, max: 1000 }))).percent, '100%');
  assert.equal(bar(whole(progress({ value: 2000, max: 1000 }))).done, 100);
  assert.equal(bar(whole(progress({ value: -5, max: 1000 }))).done, 0);
});

test('where nobody knows how much there is, there is no share', () => {
  for (const data of [
    {},
    { message: 'Weighing' },
    { value: 12 },
    { max: 12 },
    { value: 1, max: 0 },
    { value: 1, max: -2 },
  ]) {
    const view = bar(whole(progress(data)));
    assert.deepEqual([view.share, view.done, view.percent], [undefined, undefined, ''], JSON.stringify(data));
  }
  assert.equal(bar(whole(progress({ value: 12, unit: 'rows' }))).valueText, '12 rows');
});

test('ends are shown as they are: each where it stood, and done is full where nobody said where that was', () => {
  const HALF = progress({ value: 20, max: 40, unit: 'pages', message: 'Page 20' });
  const done = bar(whole(HALF, COMPLETE));
  assert.deepEqual([done.share, done.status, done.percent, done.message], [0.5, 'Done', '', '']);
  assert.equal(done.elapsed, '1:01');
  const failed = bar(whole(HALF, FATAL));
  assert.deepEqual([failed.share, failed.valueText], [0.5, 'Failed, 50%, 20 of 40 pages']);
  assert.equal(failed.message, 'No disk');
  const stopped = bar(whole(HALF, STOPPED));
  assert.deepEqual([stopped.share, stopped.status, stopped.message], [0.5, 'Stopped', '']);
  assert.equal(bar(whole({ type: 'status', data: 'x' }, FATAL)).share, undefined);
  assert.deepEqual([failed.isUntold, bar(whole({ type: 'status', data: 'x' }, FATAL)).isUntold], [false, true]);
  assert.equal(bar(whole({ type: 'status', data: 'x' }, COMPLETE)).share, 1);
});

test('what has not begun has neither share nor time', () => {
  const view = bar(tracked(initialState, null));
  assert.deepEqual([view.label, view.status, view.share, view.elapsed], ['Progress', 'Not started', undefined, '']);
});

test('rate and time left are told of what goes on, in two digits, and roughly', () => {
  const what = whole({ type: 'status', data: 'x' }, progress({ value: 10, max: 74, unit: 'pages' }, { ts: 11_000 }));
  const view = bar(what, { pace: PACE });
  assert.deepEqual(
    [view.rate, view.elapsed, view.remaining],
    ['1 pages per second', '0:10 so far', 'about 65 sec left'],
  );
  const slow = PACE.map(({ at, value }) => ({ at, value: value / 7 }));
  assert.equal(bar(what, { pace: slow }).rate, '8.6 pages per minute');
  assert.equal(bar(what, { pace: PACE, isStale: true }).rate, '');
  assert.equal(bar(what, { pace: PACE, isStale: true }).remaining, '');
  assert.equal(bar({ ...what, phase: 'waiting' }, { pace: PACE }).remaining, '');
  assert.equal(bar({ ...what, phase: 'failed' }, { pace: PACE }).rate, '');
  assert.equal(bar(whole(progress({ value: 10 }, { ts: 11_000 })), { pace: PACE }).remaining, '');
  assert.equal(bar(whole(progress({ value: 0.1, max: 1 }, { ts: 11_000 })), { pace: PACE }).rate, '');
});

test('the last seconds are counted one by one', () => {
  assert.equal(
    bar(whole(progress({ value: 7, max: 10 }, { ts: 11_000 })), { pace: PACE }).remaining,
    'about 3 sec left',
  );
});

test('numbers and texts are those of the language', async () => {
  await import('../../../components/words/languages/de.js');
  const view = bar(whole(progress({ value: 1234.5, max: 5000, unit: 'MB' })), { language: 'de' });
  assert.equal(view.valueText, '24\u00a0%, 1.234,5 von 5.000 MB');
});

test('a step is named by its id, or by its label: the latest of it, one that goes on first', () => {
  const state = after(
    event('step_started', 'a', { label: 'Read' }),
    event('step_started', 'b', { label: 'Read' }),
    event('step_finished', 'a'),
    event('step_failed', 'b', { error: 'torn' }),
    event('step_started', 'c', { label: 'Read' }),
    event('step_started', 'd', { label: 'Read' }),
    event('step_finished', 'd'),
    progress({ value: 1, max: 4, step: 'c', label: 'Pages' }),
  );
  const over = after(...['a', 'b'].map((id) => event('step_started', id, { label: 'Read' })), STOPPED);
  assert.equal(tracked(over, 'Read').step, 'b');
  assert.equal(tracked(state, 'a').phase, 'completed');
  assert.equal(tracked(state, 'b').error, 'torn');
  assert.equal(tracked(state, 'Read').step, 'c');
  assert.equal(bar(tracked(state, 'c')).share, 0.25);
  assert.deepEqual([bar(tracked(state, 'c')).label, bar(tracked(state, 'c')).message], ['Read', 'Pages']);
  assert.equal(
    tracked(after(event('step_started', 'a', { label: 'x' }), event('step_finished', 'a')), 'x').phase,
    'completed',
  );
  assert.equal(bar(tracked(state, 'Write')).valueText, 'Not started');
  assert.equal(bar(tracked(state, 'Write')).label, 'Write');
  assert.equal(tracked(after(event('step_started', 'a'), STOPPED), 'a').phase, 'cancelled');
});

test('what the kept messages tell is of the same step, or of the run, and of no earlier run', () => {
  const state = after(
    progress({ value: 9, max: 9 }, { ts: 100 }),
    { ...COMPLETE, ts: 200 },
    event('step_started', 'a'),
    progress({ value: 1 }),
    progress({ value: 2, step: 'a' }),
    progress({ value: 3 }, { step: 'a' }),
    progress({ value: 4, step: 'unknown' }),
    { type: 'progress', data: { value: 'hostile' } },
    { type: 'mine', data: { value: 5 } },
  );
  const values = (name: string | null) => history(state, tracked(state, name)).map(({ value }) => value);
  assert.deepEqual(values(null), [1, 4]);
  assert.deepEqual(values('a'), [2, 3]);
});
