import assert from 'node:assert/strict';
import { test } from 'node:test';
import { runKey } from '../../../components/identity.js';
import type { Connection } from '../../../components/session/index.js';
import {
  acknowledged,
  controlsView,
  NOTHING_ASKED,
  openRequest,
  type Request,
} from '../../../components/status-controls/view.js';
import { en } from '../../../components/words/en.js';
import { applyAll, initialState, type Message } from '../../../protocol/index.js';

const LIVE: Connection = { status: 'live', since: 0, transport: 'websocket' };
const after = (...messages: Message[]) => applyAll(initialState, messages);
const RUNNING = after({ type: 'status', data: 'one', ts: 1 });
const DONE = applyAll(RUNNING, [{ type: 'complete', data: { summary: '' }, ts: 2 }]);
const STOPPED = applyAll(RUNNING, [{ type: 'state', data: { status: 'CANCELLED' }, ts: 2 }]);
const AGAIN = applyAll(STOPPED, [{ type: 'status', data: 'two', ts: 3 }]);

const sending = { status: 'sending', call: 'cancel', run: runKey(RUNNING) } as const;
const view = (state = RUNNING, request: Request = NOTHING_ASKED, canRestart = false, connection: Connection = LIVE) =>
  controlsView(state, connection, request, canRestart, en);

test('a run that goes on can be stopped, one that is over can be restarted where that is offered', () => {
  assert.deepEqual([view().stop, view().restart], ['ready', 'absent']);
  assert.deepEqual([view(initialState).stop, view(initialState).restart], ['disabled', 'absent']);
  assert.deepEqual([view(DONE).stop, view(DONE).restart], ['absent', 'absent']);
  assert.deepEqual(
    [view(DONE, NOTHING_ASKED, true).stop, view(DONE, NOTHING_ASKED, true).restart],
    ['absent', 'ready'],
  );
});

test('what has ended for good can be begun anew, and nothing else be asked for', () => {
  const { restart } = view(DONE, NOTHING_ASKED, true, { status: 'ended' });
  assert.equal(restart, 'ready');
  assert.equal(view(RUNNING, NOTHING_ASKED, true, { status: 'ended' }).stop, 'disabled');
});

test('what was taken is shown as asked for, and as done only by the state', () => {
  const taken = acknowledged(sending, { ref: '', accepted: true });
  assert.equal(view(RUNNING, sending).note, 'Sending…');
  assert.equal(view(RUNNING, taken).note, 'Asked to stop…');
  assert.equal(view(RUNNING, taken).stop, 'disabled');
  assert.equal(view(STOPPED, openRequest(taken, STOPPED)).note, 'Stopped');
  assert.equal(view(DONE, openRequest(taken, DONE)).note, 'Done');
});

test('what was not taken says why, and can be asked for again', () => {
  const refused = acknowledged(sending, { ref: '', accepted: false, reason: 'not yours' });
  const { note, isProblem, stop } = view(RUNNING, refused);
  assert.deepEqual([note, isProblem, stop], ['Not accepted: not yours', true, 'ready']);
  const unsent = view(RUNNING, { ...sending, status: 'unsent' });
  assert.deepEqual([unsent.note, unsent.isProblem, unsent.stop], ['Could not be sent', true, 'ready']);
});

test('a request is of its run: another one knows nothing of it', () => {
  assert.equal(openRequest(sending, RUNNING), sending);
  assert.equal(openRequest(sending, AGAIN), NOTHING_ASKED);
  assert.equal(openRequest({ status: 'confirming', call: 'cancel', run: runKey(RUNNING) }, DONE), NOTHING_ASKED);
  const restart = { status: 'taken', call: 'restart', run: runKey(STOPPED) } as const;
  assert.equal(openRequest(restart, STOPPED), restart);
  assert.equal(openRequest(restart, AGAIN), NOTHING_ASKED);
  assert.equal(view(STOPPED, restart, true).note, 'Asked to start again…');
});

test('a request waits for a connection that is on its way back, and is not offered where none is', () => {
  const lost: Connection = { status: 'reconnecting', since: 0, attempt: 1, reason: '' };
  assert.equal(view(RUNNING, NOTHING_ASKED, false, lost).stop, 'ready');
  for (const connection of [{ status: 'idle' }, { status: 'refused', code: 4403, reason: '' }] as const) {
    assert.equal(view(RUNNING, NOTHING_ASKED, false, connection).stop, 'disabled');
    assert.equal(view(DONE, NOTHING_ASKED, true, connection).restart, 'disabled');
  }
});
