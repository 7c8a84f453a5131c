import assert from 'node:assert/strict';
import { connect } from 'node:net';
import { test } from 'node:test';
import { setTimeout as sleep, setImmediate as turn } from 'node:timers/promises';
import { isObject } from '../../../protocol/index.js';
import { startServer } from '../../helpers/server.js';
import type { WireClient } from '../../helpers/wire-client.js';
import { HandAuthorize, serve, serveAt } from '../access/support.js';
import { everyoneLeft, until } from '../support.js';
import { errorOf, FLOOD, KiB, MARK, numbers, piece, post, status, statusesOf, stream } from './sse-support.js';

test('the messenger that closes sends what was said, and ends each stream with 1012 and a time to come back', async (t) => {
  const server = await startServer({ random: () => 0.5 });
  const page = stream(t, server);
  await page.synced();
  void server.messenger.sendToSession('s', status('the last'));
  await server.messenger.close();
  assert.deepEqual(await page.closed(), { code: 1012, reason: 'retry=2500' });
  assert.deepEqual(statusesOf(page), ['the last']);
  const last = page.sse.events.at(-1);
  assert.deepEqual(last, { event: 'close', retry: '2500', data: '{"code":1012,"reason":"retry=2500"}' });
  for (const init of [{}, { method: 'POST', body: '{"type":"ping","ref":"r"}' }]) {
    const response = await fetch(`${server.http}/sse/s`, init);
    assert.equal(response.status, 503);
    const message = 'status-messenger: the server is leaving; come back later';
    const error = await errorOf(response);
    assert.ok(isObject(error));
    assert.match(String(error.reason), /^retry=\d+$/);
    assert.deepEqual(error, { code: 'unavailable', message, close: 1012, reason: error.reason });
  }
  await server.close();
});

test('the response ends with the stream, and its connection serves the next request', async (t) => {
  // Its time stands: however long a busy machine takes, it is too fast.
  const server = await serveAt(t, { limits: { framesPerSecond: 1 } });
  const socket = connect(server.port, '127.0.0.1');
  t.after(() => socket.destroy());
  let received = '';
  socket.on('data', (piece) => {
    received += piece;
  });
  socket.write('GET /sse/s HTTP/1.1\r\nHost: localhost\r\n\r\n');
  await until(() => received.includes('synced'));
  const id = /"stream":"([^"]+)"/.exec(received)?.[1];
  for (let i = 0; i < 11; i++) await post(`${server.http}/sse/s?stream=${id}`, { type: 'ping', ref: `${i}` });
  await until(() => received.endsWith('\r\n0\r\n\r\n'));
  assert.match(received, /event: close\nretry: 1000\ndata: \{"code":4429,"reason":"retry=1000"\}\n\n/);
  socket.write('GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n');
  await until(() => received.includes('{"status":"ok"}'));
});

for (const [name, leave] of [
  ['that is destroyed', (page: WireClient) => page.close()],
  ['whose page is put away', (page: WireClient) => page.leave()],
] as const) {
  test(`a reader ${name} is nobody from then on`, async (t) => {
    const server = await serve(t, { limits: { connectionsPerAddress: 1 } });
    for (let i = 0; i < 3; i++) {
      const page = stream(t, server);
      await page.synced();
      assert.equal((await server.messenger.sendToSession('s', status('x'))).delivered, 1);
      await leave(page);
      await everyoneLeft(server.server);
      assert.equal((await server.messenger.sendToSession('s', status('x'))).delivered, 0);
    }
  });
}

test('a channel that nothing was said in is the same for the next reader', async (t) => {
  const server = await serve(t);
  const epochs = new Set<string>();
  for (let i = 0; i < 2; i++) {
    const page = stream(t, server);
    const { data } = await page.type('synced');
    epochs.add(JSON.stringify(data));
    await page.close();
    await everyoneLeft(server.server);
  }
  assert.equal(epochs.size, 1);
});

test('a reader that leaves while authorize is asked begins nothing, and holds nothing', async (t) => {
  const hand = new HandAuthorize();
  const server = await serve(t, { authorize: hand.authorize, limits: { connectionsPerAddress: 1 } });
  server.messenger.onSession(() => assert.fail('the session was begun'));
  const page = stream(t, server);
  const asked = await hand.next();
  await page.close();
  await everyoneLeft(server.server);
  asked.answer(true);
  await turn();
  assert.equal((await server.messenger.sendToSession('s', status('x'))).delivered, 0);
  const next = stream(t, server);
  (await hand.next()).answer(false);
  assert.equal((await next.closed()).code, 4403);
});

test('a reader that takes nothing for too long is ended with 4408, and one that reads is not', async (t) => {
  const store = { tail: { count: 2 * FLOOD, bytes: 64 * KiB * KiB } };
  const server = await serveAt(t, { highWaterMark: MARK, stallTimeout: 5000, store });
  const [stalled, reading] = [stream(t, server), stream(t, server)];
  await Promise.all([stalled.synced(), reading.synced()]);
  stalled.pause();
  for (let i = 0; i < FLOOD; i++) {
    await server.messenger.sendToSession('s', piece(i));
    await turn();
  }
  await until(() => numbers(reading).length === FLOOD);
  const delivered = async () => (await server.messenger.sendToSession('s', status('x'))).delivered;
  // It may have taken something just now: what counts is how long it then takes nothing.
  for (let before = -1; before !== numbers(stalled).length; await sleep(50)) before = numbers(stalled).length;
  server.clock.advance(4000);
  assert.equal(await delivered(), 2);
  server.clock.advance(2000);
  stalled.resume();
  assert.deepEqual(await stalled.closed(), { code: 4408, reason: 'took nothing for too long' });
  const got = numbers(stalled);
  assert.ok(got.length < FLOOD, `${got.length} is all that there was`);
  assert.deepEqual(
    got,
    Array.from(got, (_, i) => i),
  );
  await until(() => statusesOf(reading).length === 1);
  assert.equal(reading.isClosed, false);
  assert.equal(await delivered(), 1);
});

test('a reader that does not take its end is cut off', async (t) => {
  const store = { tail: { count: 2 * FLOOD, bytes: 64 * KiB * KiB } };
  const server = await serveAt(t, { highWaterMark: MARK, stallTimeout: 5000, store });
  const stalled = stream(t, server);
  await stalled.synced();
  stalled.pause();
  for (let i = 0; i < FLOOD; i++) {
    await server.messenger.sendToSession('s', piece(i));
    await turn();
  }
  await sleep(100);
  t.mock.timers.enable({ apis: ['setTimeout'] });
  server.clock.advance(6000);
  assert.equal((await server.messenger.sendToSession('s', status('x'))).delivered, 1);
  t.mock.timers.tick(5000);
  t.mock.timers.reset();
  await everyoneLeft(server.server);
  assert.equal((await server.messenger.sendToSession('s', status('x'))).delivered, 0);
});
