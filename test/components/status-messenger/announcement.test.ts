import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Connection } from '../../../components/session/index.js';
import { announce, NOTHING_HEARD } from '../../../components/status-messenger/announcement.js';
import { statusLine } from '../../../components/status-messenger/line.js';
import { applyAll, initialState, type Message } from '../../../protocol/index.js';

const LIVE: Connection = { status: 'live', since: 0, transport: 'websocket' };
const LOST: Connection = { status: 'reconnecting', since: 0, attempt: 1, reason: 'closed with 1006' };

/** What is said, sentence by sentence, while messages and connections come one after the other. */
function said(...happened: Array<Pick<Message, 'type' | 'data'> | Connection>): string[] {
  const texts: string[] = [];
  let [state, heard, connection] = [initialState, NOTHING_HEARD, LIVE];
  for (const thing of happened) {
    if ('status' in thing) connection = thing;
    else state = applyAll(state, [thing]);
    const before = heard.text;
    heard = announce(heard, statusLine(state, connection, { page: 0, server: 0 }), connection);
    if (heard.text !== before) texts.push(heard.text);
  }
  return texts;
}

const status = (data: string) => ({ type: 'status', data });

test('a message is said once; a loss, and that it is over, in a sentence each', () => {
  assert.deepEqual(said(status('one'), LIVE, LOST, LOST, LIVE, LIVE, status('two')), [
    'one',
    'Connection lost. What is shown is what was last known.',
    'Connected again.',
    'two',
  ]);
});

test('a message that was missed says by itself that the connection is back', () => {
  const texts = said(status('one'), LOST, status('two'), LIVE);
  assert.deepEqual(texts, ['one', 'Connection lost. What is shown is what was last known.', 'two']);
});

test('how the run stands is said where only the indicator shows it', () => {
  const question = { type: 'question', data: { question: 'Which one?', questionId: 'q' } };
  assert.deepEqual(said(question), ['Waiting for you: Which one?']);
  assert.deepEqual(said({ type: 'complete', data: { summary: 'All read' } }), ['Done: All read']);
  assert.deepEqual(said({ type: 'complete', data: { summary: '' } }), ['Done']);
  assert.deepEqual(said({ type: 'error', data: { message: 'No disk', fatal: true } }), ['Failed: No disk']);
  assert.deepEqual(said({ type: 'state', data: { taskId: 't', status: 'CANCELLED' } }), ['Stopped']);
});

test('a visitor is told the reason that the server gave, and no other', () => {
  const refused = { status: 'refused', code: 4403 } as const;
  assert.deepEqual(said({ ...refused, reason: 'not yours' }), ['Connection refused: not yours']);
  assert.deepEqual(said({ ...refused, reason: '' }), ['Connection refused']);
  assert.deepEqual(said({ ...refused, reason: 'url: got nothing', local: true }), ['Connection refused']);
});
