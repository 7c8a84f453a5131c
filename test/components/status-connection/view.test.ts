import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Connection } from '../../../components/session/index.js';
import { connectionView, counts } from '../../../components/status-connection/view.js';
import { localeFor } from '../../../components/words/index.js';
import { applyAll, initialState } from '../../../protocol/index.js';

const NOW = { page: 100_000, server: 500_000 };
const LIVE: Connection = { status: 'live', since: 0, transport: 'websocket' };
const RUNNING = applyAll(initialState, [{ type: 'status', data: 'one', ts: 380_000 }]);
const DONE = applyAll(RUNNING, [{ type: 'complete', data: { summary: '' }, ts: 381_000 }]);

const view = (connection: Connection, state = RUNNING) => connectionView(connection, state, NOW, localeFor('en'));
const lost = (retryAt?: number): Connection => ({
  status: 'reconnecting',
  since: 95_000,
  attempt: 2,
  reason: '',
  ...(retryAt === undefined ? {} : { retryAt }),
});

test('a loss says when it is tried again, and how old what is shown is', () => {
  const { label, detail, age, action, isStale } = view(lost(106_200));
  assert.deepEqual([label, detail, age], ['Reconnecting…', 'next attempt in 7 sec', 'last known 5 seconds ago']);
  assert.deepEqual(action, { text: 'Try now', isUnderWay: false });
  assert.equal(isStale, true);
});

test('an attempt that is under way cannot be asked for', () => {
  for (const connection of [lost(), lost(100_000), lost(90_000)]) {
    assert.equal(view(connection).detail, 'trying now');
    assert.deepEqual(view(connection).action, { text: 'Try now', isUnderWay: true });
  }
});

test('a live connection says how old the last message is once it is not fresh any more, and while the run goes on', () => {
  assert.equal(view(LIVE).age, 'updated 2 minutes ago');
  assert.equal(connectionView(LIVE, RUNNING, { page: 0, server: 439_000 }, localeFor('en')).age, '');
  assert.equal(view(LIVE, DONE).age, '');
  assert.equal(view(LIVE, initialState).age, '');
  assert.equal(view(LIVE).isStale, false);
});

test('where nothing was shown, nothing is last known', () => {
  for (const connection of [lost(), { status: 'offline', since: 1 }, { status: 'idle' }] as const) {
    assert.equal(view(connection, initialState).age, '');
    assert.equal(view(connection, initialState).isStale, false);
  }
});

test('a refusal gives the reason of the server, and none that is for the author of the page', () => {
  const refused = { status: 'refused', code: 4403 } as const;
  assert.equal(view({ ...refused, reason: 'not yours' }).label, 'Connection refused: not yours');
  assert.equal(view({ ...refused, reason: 'url: got nothing', local: true }).label, 'Connection refused');
  assert.equal(view({ ...refused, reason: '' }).action?.text, 'Try again');
  assert.equal(view({ ...refused, reason: '' }).age, 'last known 2 minutes ago');
});

test('what needs nothing offers nothing', () => {
  for (const connection of [
    LIVE,
    { status: 'ended' },
    { status: 'connecting' },
    { status: 'offline', since: 0 },
  ] as const) {
    assert.equal(view(connection).action, undefined);
  }
  assert.equal(view({ status: 'ended' }).age, '');
  assert.equal(view({ status: 'idle' }).action?.text, 'Connect');
});

test('only what changes with time alone is rendered by it', () => {
  assert.equal(counts(LIVE, RUNNING), true);
  assert.equal(counts(LIVE, DONE), false);
  assert.equal(counts(lost(), initialState), true);
  assert.equal(counts({ status: 'ended' }, RUNNING), false);
  assert.equal(counts({ status: 'idle' }, initialState), false);
});
