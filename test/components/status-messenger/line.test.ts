import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Connection } from '../../../components/index.js';
import { statusLine } from '../../../components/status-messenger/line.js';
import { applyAll, type ChannelState, initialState, type Message } from '../../../protocol/index.js';

const LIVE: Connection = { status: 'live', since: 0, transport: 'websocket' };

function said(...messages: Array<Pick<Message, 'type' | 'data'>>): ChannelState {
  return applyAll(
    initialState,
    messages.map((message, i) => ({ ...message, ts: i })),
  );
}

const step = (event: string, id: string) => ({ type: 'event', data: { event, step: id, label: `Step ${id}` } });
const messageOf = (state: ChannelState) => statusLine(state, LIVE, { page: 100, server: 100 }).message;

test('a run that says no status is told by the step that it is in, the innermost of all', () => {
  assert.equal(messageOf(said()), 'Waiting for the first status…');
  const state = said(step('step_started', 'a'), step('step_started', 'b'));
  assert.equal(messageOf(state), 'Step b');
  assert.equal(messageOf(applyAll(state, [{ ...step('step_finished', 'b'), ts: 9 }])), 'Step a');
  assert.equal(messageOf(applyAll(state, [{ type: 'status', data: 'Reading', ts: 9 }])), 'Reading');
});
