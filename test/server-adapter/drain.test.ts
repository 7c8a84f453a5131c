import assert from 'node:assert/strict';
import { once } from 'node:events';
import type { Socket } from 'node:net';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { startServer } from '../helpers/server.js';
import { ofWebSockets } from '../helpers/way.js';
import { WireClient } from '../helpers/wire-client.js';
import { startHandingServer, until } from './support.js';

const MiB = 1024 * 1024;
/** More than the system takes for a page that does not read. */
const FLOOD = 400;
const FILL = 'x'.repeat(64 * 1024);
const options = { highWaterMark: 16 * 1024, store: { tail: { count: 2 * FLOOD, bytes: 64 * MiB } } };

const all = Array.from({ length: FLOOD }, (_, i) => i);
const numbers = ({ frames }: WireClient) =>
  frames.filter(({ type }) => type === 'own').map(({ data }) => (data as { i: number }).i);

for (const entry of ['attach', 'handleConnection'] as const) {
  test(`${entry}: a page that reads slowly gets everything that was accepted before the server leaves`, {
    ...ofWebSockets(),
  }, async (t) => {
    const server = await startHandingServer({ sessionId: 's' }, options);
    t.after(() => server.close());
    const connected = once(server.server, 'connection');
    const slow = new WireClient(entry === 'attach' ? `${server.url}/s` : server.own);
    await slow.synced();
    const [socket] = (await connected) as [Socket];
    const fast = new WireClient(`${server.url}/s`);
    await fast.synced();
    slow.pause();
    for (const i of all) void server.messenger.sendToSession('s', { type: 'own', data: { i, fill: FILL } });
    await until(() => socket.writableLength > 0);
    let closed = false;
    const closing = server.messenger.close({ timeout: 30_000 }).then(() => {
      closed = true;
    });
    // One that is slow keeps no other waiting.
    assert.equal((await fast.closed()).code, 1012);
    assert.deepEqual(numbers(fast), all);
    await sleep(50);
    assert.ok(socket.writableLength > 0, 'there is something left for it');
    assert.ok(numbers(slow).length < FLOOD);
    assert.equal(closed, false, 'the server waits for it');
    while (!slow.isClosed) {
      slow.resume();
      await sleep(1);
      if (!slow.isClosed) slow.pause();
      await sleep(1);
    }
    const { code, reason } = await slow.closed();
    assert.equal(code, 1012);
    assert.match(reason, /^retry=\d+$/);
    assert.deepEqual(numbers(slow), all);
    await closing;
  });
}

test('one that reads nothing is waited for as long as it was said, and no longer', async (t) => {
  const server = await startServer(options);
  t.after(() => server.close());
  const connected = once(server.server, 'connection');
  const stalled = new WireClient(`${server.url}/s`);
  await stalled.synced();
  const [socket] = (await connected) as [Socket];
  stalled.pause();
  for (const i of all) void server.messenger.sendToSession('s', { type: 'own', data: { i, fill: FILL } });
  await until(() => socket.writableLength > 0);
  const before = performance.now();
  await server.messenger.close({ timeout: 150 });
  const took = performance.now() - before;
  assert.ok(took >= 149, `${took} ms`);
  assert.ok(took < 5000, `${took} ms`);
  stalled.resume();
  assert.notEqual((await stalled.closed()).code, 1000);
  assert.ok(numbers(stalled).length < FLOOD);
});
