import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sessionView } from '../../../components/frameworks/session-view.js';
import { isSameSession } from '../../../components/frameworks/shown-session.js';
import { SessionClient } from '../../../components/session/index.js';
import { applyAll, initialState, type Message } from '../../../protocol/index.js';

const messages: readonly Message[] = [
  { type: 'status', data: 'Weighing…' },
  { type: 'result', data: { agent: 'Risk', data: { level: 'low' } } },
  { type: 'question', data: { question: 'Go on?', questionId: 'q' } },
];

test('what there is to show is read of the state', () => {
  const state = applyAll(initialState, messages);
  const view = sessionView(state, { status: 'live', since: 0, transport: 'websocket' });
  assert.equal(view.isConnected, true);
  assert.equal(view.currentStatus, 'Weighing…');
  assert.deepEqual(view.agentResults, { Risk: { level: 'low' } });
  assert.equal(view.currentQuestion, 'Go on?');
  assert.equal(view.question?.id, 'q');
  assert.equal(view.finalSummary, null);
  assert.equal(view.messages.length, 3);
});

test('before anything was said there is nothing, and what has not changed stays the same object', () => {
  const state = applyAll(initialState, messages);
  const [one, two] = [state, applyAll(state, [{ type: 'status', data: 'On it' }])];
  assert.equal(sessionView(one, { status: 'idle' }).agentResults, sessionView(two, { status: 'idle' }).agentResults);
  const { isConnected, currentStatus, currentQuestion, question, agentResults } = sessionView(initialState, {
    status: 'idle',
  });
  assert.deepEqual([isConnected, currentStatus, currentQuestion, question, agentResults], [false, '', null, null, {}]);
});

test('a session is another one by its address or its client, not by a fresh function', () => {
  const options = { url: '/ws', sessionId: 'a', getToken: () => 'one' };
  const client = new SessionClient({ ...options, url: 'http://localhost/ws' });
  assert.equal(isSameSession(options, { ...options, getToken: () => 'two' }), true);
  assert.equal(isSameSession({ client }, { client }), true);
  for (const other of [
    { ...options, sessionId: 'b' },
    { ...options, url: '/other' },
    { ...options, threadId: 't' },
  ]) {
    assert.equal(isSameSession(options, other), false);
  }
  assert.equal(isSameSession(options, { client }), false);
});
