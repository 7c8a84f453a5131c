import assert from 'node:assert/strict';
import { test } from 'node:test';
import { questionKey } from '../../../components/identity.js';
import type { Connection } from '../../../components/session/index.js';
import {
  acknowledged,
  attemptText,
  othersOf,
  questionFace,
  shownQuestion,
} from '../../../components/status-question/view.js';
import { en } from '../../../components/words/en.js';
import { localeFor } from '../../../components/words/index.js';
import { type Ack, applyAll, initialState, type Message, type QuestionView } from '../../../protocol/index.js';

const LIVE: Connection = { status: 'live', since: 0, transport: 'websocket' };
const ask = (questionId: string, ts = 1): Message => ({
  type: 'question',
  data: { questionId, question: 'Which?' },
  ts,
});
const end = (questionId: string): Message => ({ type: 'answered', data: { questionId, outcome: 'declined' } });
const after = (...messages: Message[]) => applyAll(initialState, messages);
const OPEN: QuestionView = { id: 'q', question: 'Which?', status: 'open' };
const face = (question: Partial<QuestionView> = {}, now = 0, connection: Connection = LIVE) =>
  questionFace({ ...OPEN, ...question }, undefined, connection, now, localeFor('en'));

test('the oldest open question is shown, and after the last one how that ended', () => {
  assert.equal(shownQuestion(initialState, null), undefined);
  const two = after(ask('a'), ask('b'));
  const [a, b] = two.questions;
  assert.equal(shownQuestion(two, null), a);
  assert.equal(shownQuestion(two, 'b'), b);
  assert.equal(shownQuestion(two, 'c'), undefined);
  assert.equal(a && othersOf(two, a), 1);
  assert.equal(shownQuestion(after(ask('a'), ask('b'), end('a')), null)?.id, 'b');
  const over = after(ask('a'), end('a'));
  assert.equal(shownQuestion(over, null)?.status, 'declined');
});

test('a question that is asked again under its id is another one', () => {
  const [first] = after(ask('a', 1)).questions;
  const [second] = after(ask('a', 2)).questions;
  assert.ok(first && second);
  assert.notEqual(questionKey(first), questionKey(second));
  assert.notEqual(questionKey(OPEN), questionKey({ ...OPEN, question: 'What?' }));
});

test('the time is counted by the server, finer when it is short, until it is over', () => {
  assert.deepEqual([face().time, face().isCounting, face().isUrgent], ['', false, false]);
  const at = (left: number) => face({ expiresAt: 1_000_000 }, 1_000_000 - left);
  assert.deepEqual([at(300_000).time, at(300_000).isCounting, at(300_000).isUrgent], ['5 min left', true, false]);
  assert.deepEqual([at(59_000).time, at(59_000).isUrgent], ['59 sec left', true]);
  assert.deepEqual([at(0).time, at(0).isCounting], [en.timeOver, false]);
  assert.equal(face({ expiresAt: 1_000_000, status: 'expired' }).time, '');
});

test('an answer waits for a connection that is on its way back, and is not taken where none is', () => {
  assert.equal(face({}, 0, { status: 'reconnecting', since: 0, attempt: 1, reason: '' }).isReady, true);
  for (const connection of [
    { status: 'idle' },
    { status: 'ended' },
    { status: 'refused', code: 4403, reason: '' },
  ] as const) {
    assert.equal(face({}, 0, connection).isReady, false);
  }
});

test("the server's word about an answer: taken, too late, or refused for a reason", () => {
  assert.deepEqual(acknowledged({ ref: '', accepted: true }), { status: 'taken' });
  const text = (ack: Omit<Ack, 'ref' | 'accepted'>, question: Partial<QuestionView> = {}) =>
    attemptText(acknowledged({ ref: '', accepted: false, ...ack }), { ...OPEN, ...question }, en);
  assert.equal(text({ reason: 'too short' }), 'Not accepted: too short');
  assert.equal(text({}), 'Not accepted');
  const faster = 'Too late: somebody else was faster';
  assert.equal(text({ reason: 'answered', by: 'anna' }), faster);
  assert.equal(text({ reason: 'answered', by: 'anna' }, { by: 'anna' }), `${faster}. Answered by anna`);
  assert.equal(text({ reason: 'answered', by: 'c0nn3ct10n__' }, { by: 'c0nn3ct10n__', anonymous: true }), faster);
  assert.equal(text({ reason: 'expired' }), en.expired);
  assert.equal(text({ reason: 'declined' }), en.declined);
  assert.equal(text({ reason: 'cancelled' }), en.questionCancelled);
});

test('what was taken is no answer before the state says so, and one that is given here names nobody', () => {
  const show = (question: Partial<QuestionView>) =>
    questionFace({ ...OPEN, ...question }, { status: 'taken' }, LIVE, 0, localeFor('en'));
  assert.deepEqual([show({}).note, show({}).sign, show({}).isBusy], ['Accepted', 'running', true]);
  const over = show({ status: 'answered', answer: 'b', by: 'c0nn3ct10n' });
  assert.deepEqual([over.note, over.answer, over.sign], ['Accepted', 'b', 'completed']);
});

test('who answered is named where it is a user; of a connection it says that it was a viewer', () => {
  const note = (who: Partial<QuestionView>) =>
    questionFace({ ...OPEN, status: 'answered', answer: 'b', ...who }, undefined, LIVE, 0, localeFor('en')).note;
  assert.equal(note({ by: 'anna' }), 'Answered by anna');
  assert.equal(note({ by: 'c0nn3ct10n__', anonymous: true }), 'Answered by a viewer');
  assert.equal(note({ by: 'anna', anonymous: false }), 'Answered by anna');
  assert.equal(note({}), '');
});
