import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Connection } from '../../../components/session/index.js';
import { announce, NOTHING_HEARD } from '../../../components/status-messenger/announcement.js';
import { localeFor } from '../../../components/words/index.js';
import { applyAll, initialState, type Message } from '../../../protocol/index.js';

const CONNECTING: Connection = { status: 'connecting' };
const LIVE: Connection = { status: 'live', since: 0, transport: 'websocket' };
const LOST: Connection = { status: 'reconnecting', since: 0, attempt: 1, reason: 'closed with 1006' };

/** What is said, sentence by sentence, while messages and connections come one after the other, on a page that begins live. */
function said(...happened: Array<Pick<Message, 'type' | 'data' | 'ts'> | Connection>): string[] {
  return saidFrom(CONNECTING, LIVE, ...happened);
}

function saidFrom(...happened: Array<Pick<Message, 'type' | 'data' | 'ts'> | Connection>): string[] {
  const texts: string[] = [];
  let [state, heard, connection] = [initialState, NOTHING_HEARD, CONNECTING];
  for (const thing of happened) {
    if ('status' in thing) connection = thing;
    else state = applyAll(state, [thing]);
    const { news, heard: next } = announce(heard, state, connection, localeFor('en'), 0);
    heard = next;
    texts.push(...news.map(({ text }) => text));
  }
  return texts;
}

const status = (data: string) => ({ type: 'status', data });
const step = (event: string, name: string) => ({ type: 'event', data: { event, step: name, label: `Step ${name}` } });
const question = { type: 'question', data: { question: 'Which one?', questionId: 'q' } };
const complete = { type: 'complete', data: { summary: 'All read' } };

test('a loss, and that it is over, are said in a sentence each', () => {
  assert.deepEqual(said(status('one'), LIVE, LOST, LOST, LIVE, LIVE, status('two')), [
    'one',
    'Connection lost. What is shown is what was last known.',
    'Connected again.',
    'two',
  ]);
});

test('the beginning of a step is said, and neither its end nor what is said meanwhile', () => {
  const texts = said(
    step('step_started', 'a'),
    status('reading'),
    step('step_finished', 'a'),
    step('step_started', 'b'),
  );
  assert.deepEqual(texts, ['Begun: Step a', 'Begun: Step b']);
});

test('uses of tools and progress are not announced', () => {
  const progress = { type: 'progress', data: { value: 1, max: 3 } };
  assert.deepEqual(said(status('one'), progress, step('tool_started', 't')), ['one']);
});

test('how the run ended is said once, and which question waits', () => {
  assert.deepEqual(said(question, LIVE), ['Waiting for you: Which one?']);
  assert.deepEqual(said(complete, LIVE), ['Done: All read']);
  assert.deepEqual(said({ type: 'complete', data: { summary: '' } }), ['Done']);
  assert.deepEqual(said({ type: 'error', data: { message: 'No disk', fatal: true } }), ['Failed: No disk']);
  assert.deepEqual(said({ type: 'state', data: { taskId: 't', status: 'CANCELLED' } }), ['Stopped']);
});

test('what fails is said, with what was told of it, unless the run ends with it', () => {
  const failed = (id: string, ts: number) => ({
    type: 'event',
    data: { event: 'step_failed', step: id, error: 'No paper' },
    ts,
  });
  const error = { type: 'error', data: { message: 'The cache is full' }, ts: 3 };
  // The one that began last has failed first, and is tried once more.
  const [a, b] = [step('step_started', 'a'), step('step_started', 'b')];
  assert.deepEqual(said(a, b, failed('b', 1), failed('a', 2), { ...b, ts: 3 }), [
    'Begun: Step a',
    'Begun: Step b',
    'Failed: Step b: No paper',
    'Failed: Step a: No paper',
    'Begun: Step b',
  ]);
  assert.deepEqual(said(step('step_started', 'a'), failed('a', 2), error, error), [
    'Begun: Step a',
    'Failed: Step a: No paper',
    'Error: The cache is full',
  ]);
  const fatal = { type: 'error', data: { message: 'No paper', fatal: true } };
  assert.deepEqual(said(step('step_started', 'a'), fatal), ['Begun: Step a', 'Failed: No paper']);
});

test('each question is said, with the time that there is, and that nobody answered it', () => {
  const ask = (questionId: string, expiresAt?: number) => ({
    type: 'question',
    data: { question: `Which ${questionId}?`, questionId, ...(expiresAt && { expiresAt }) },
  });
  const over = (questionId: string, outcome: string) => ({ type: 'answered', data: { questionId, outcome } });
  const texts = said(
    ask('q', 30_000),
    ask('r'),
    over('q', 'answered'),
    over('r', 'expired'),
    ask('s'),
    over('s', 'cancelled'),
  );
  assert.deepEqual(texts, [
    'Waiting for you: Which q? (30 sec left)',
    'Waiting for you: Which r?',
    'The time to answer is over',
    'Waiting for you: Which s?',
    'No answer is needed any more',
  ]);
  // Those that waited before anybody listened, too, one after the other.
  assert.deepEqual(saidFrom(ask('q'), ask('r'), LIVE, LIVE, LIVE), [
    'Waiting for you: Which q?',
    'Waiting for you: Which r?',
  ]);
});

test('of what is caught up with, nothing is said but the question that still waits', () => {
  assert.deepEqual(saidFrom(status('one'), step('step_started', 'a'), question, LIVE), ['Waiting for you: Which one?']);
  assert.deepEqual(saidFrom(status('one'), complete, LIVE, LIVE), []);
  assert.deepEqual(saidFrom(status('one'), complete, { status: 'ended' }), []);
});

test('what was missed while the connection was lost is said when it is back', () => {
  assert.deepEqual(said(step('step_started', 'a'), LOST, step('step_started', 'b'), complete, LIVE).slice(2), [
    'Connected again.',
    'Done: All read',
  ]);
});

test('a question that was answered and asked again is said again', () => {
  const answered = { type: 'answered', data: { questionId: 'q', outcome: 'answered' } };
  assert.equal(said(question, answered, question).length, 2);
});

test('a visitor is told the reason that the server gave, and no other', () => {
  const refused = { status: 'refused', code: 4403 } as const;
  assert.deepEqual(said({ ...refused, reason: 'not yours' }), ['Connection refused: not yours']);
  assert.deepEqual(said({ ...refused, reason: '' }), ['Connection refused']);
  assert.deepEqual(said({ ...refused, reason: 'url: got nothing', local: true }), ['Connection refused']);
});
