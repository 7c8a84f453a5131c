import assert from 'node:assert/strict';
import { test } from 'node:test';
import { NOTHING_TOLD, readNews, type Told } from '../../../components/status-messenger/news.js';
import { applyAll, type ChannelState, initialState, type Message } from '../../../protocol/index.js';

const LIVE = { status: 'live', since: 0, transport: 'websocket' } as const;
const LOST = { status: 'reconnecting', since: 0, attempt: 1, reason: '' } as const;

let now = 0;
function after(state: ChannelState, ...messages: Array<Pick<Message, 'type' | 'data' | 'run'>>): ChannelState {
  return applyAll(
    state,
    messages.map((message) => ({ ...message, ts: ++now })),
  );
}

function types(told: Told, state: ChannelState, connection: Parameters<typeof readNews>[2] = LIVE): string[] {
  return readNews(told, state, connection).news.map(({ type }) => type);
}

const COMPLETE = { type: 'complete', data: { summary: 'Done' } };
const QUESTION = { type: 'question', data: { question: 'Which?' } };
const ANSWERED = { type: 'answered', data: { questionId: '', outcome: 'answered' } };

test('an element that has nothing to tell tells nothing', () => {
  assert.deepEqual(types(NOTHING_TOLD, initialState), []);
});

test('an end is told once, and the end of another run too, though the beginning was missed', () => {
  const first = after(initialState, { type: 'status', data: 'one' }, COMPLETE);
  const { told, news } = readNews(NOTHING_TOLD, first, LIVE);
  assert.deepEqual(
    news.map(({ type }) => type),
    ['statechange', 'statuschange', 'runend'],
  );
  assert.deepEqual(types(told, after(first, { type: 'log', data: null })), ['statechange']);
  const second = after(first, { type: 'status', data: 'two' }, COMPLETE);
  assert.deepEqual(types(told, second), ['statechange', 'statuschange', 'runend']);
  // A snapshot of the same run is another object.
  assert.deepEqual(types(told, structuredClone(first)), ['statechange', 'statuschange']);
});

test('a question is told once, and one that took its place too, though it has no id', () => {
  const first = after(initialState, QUESTION);
  const { told, news } = readNews(NOTHING_TOLD, first, LIVE);
  assert.deepEqual(
    news.map(({ type }) => type),
    ['statechange', 'questionopen'],
  );
  assert.deepEqual(types(told, after(first, { type: 'log', data: null })), ['statechange']);
  assert.deepEqual(types(told, after(first, ANSWERED, QUESTION)), ['statechange', 'questionopen']);
});

test('what is to be acted upon waits until nothing is missing', () => {
  const { told } = readNews(NOTHING_TOLD, after(initialState, QUESTION), LOST);
  assert.deepEqual(types(told, told.state), ['questionopen']);
  const ended = after(told.state, COMPLETE);
  assert.deepEqual(types(told, ended, LOST), ['statechange']);
  assert.deepEqual(types(told, ended, { status: 'ended' }), ['statechange', 'runend']);
});
