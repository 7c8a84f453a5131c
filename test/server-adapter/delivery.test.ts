import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import type { Socket } from 'node:net';
import { test } from 'node:test';
import { setTimeout as sleep, setImmediate as turn } from 'node:timers/promises';
import { WebSocket } from 'ws';
import { ManualClock } from '../../components/testing/index.js';
import { isObject } from '../../protocol/index.js';
import { startServer } from '../helpers/server.js';
import { ofWebSockets } from '../helpers/way.js';
import { WireClient } from '../helpers/wire-client.js';
import { closeWith, OPCODE, SilentPeer, startHandingServer, timeOf, until } from './support.js';

const KiB = 1024;
const MiB = 1024 * KiB;
/** More than the system takes for a peer that does not read. */
const FLOOD = 400;
const PIECE = 64 * KiB;
const MARK = 16 * KiB;

const piece = (i: number) => ({ type: 'own', data: { i, fill: 'x'.repeat(PIECE) } });
const numbers = ({ frames }: WireClient) =>
  frames.filter(({ type }) => type === 'own').map(({ data }) => (isObject(data) ? data.i : undefined));

/** Once what waits in a socket on the server's side is at the high-water mark and stays there. */
async function paused(waiting: () => number): Promise<void> {
  for (let steady = 0, before = -1; steady < 20; ) {
    await sleep(5);
    const now = waiting();
    steady = now >= MARK && now === before ? steady + 1 : 0;
    before = now;
  }
}

test('messages of one turn arrive complete and in order, for every viewer', async (t) => {
  const server = await startServer({ store: { tail: { count: 5000 } } });
  t.after(() => server.close());
  const ids = ['a', 'b', 'c'];
  const clients = [...ids, ...ids].map((id) => new WireClient(`${server.url}/${id}`));
  t.after(() => Promise.all(clients.map((client) => client.close())));
  for (const client of clients) await client.synced();
  for (let i = 0; i < 3000; i++) {
    void server.messenger.sendToSession(ids[i % 3] ?? '', { type: 'own', data: { i } });
  }
  for (const id of ids) void server.messenger.sendToSession(id, { type: 'status', data: 'end' });
  for (const [c, client] of clients.entries()) {
    await client.status('end');
    assert.deepEqual(
      numbers(client),
      Array.from({ length: 1000 }, (_, n) => n * 3 + (c % 3)),
    );
    assert.equal(client.frames.at(-1)?.data, 'end');
  }
});

test('many turns: a message goes out in its own turn and waits for no other', async (t) => {
  const server = await startServer();
  t.after(() => server.close());
  const client = new WireClient(`${server.url}/s`);
  t.after(() => client.close());
  await client.synced();
  for (let i = 0; i < 50; i++) {
    await server.messenger.sendToSession('s', { type: 'status', data: `${i}` });
    await client.status(`${i}`);
  }
});

// Signs of life

test('a quiet server gives a sign of life each heartbeat, and only then', async (t) => {
  const clock = new ManualClock();
  const server = await startServer({ clock: timeOf(clock), heartbeat: 1000 });
  t.after(() => closeWith(clock, server));
  const client = new WireClient(`${server.url}/s`);
  await client.synced();
  const heartbeats = () => client.frames.filter(({ type }) => type === 'heartbeat');
  for (let i = 0; i < 10; i++) {
    clock.advance(800);
    await server.messenger.sendToSession('s', { type: 'status', data: `${i}` });
    await client.status(`${i}`);
  }
  assert.deepEqual(heartbeats(), [], 'there is no quiet while something is said');
  clock.advance(1000);
  await server.messenger.sendToSession('s', { type: 'status', data: 'after one' });
  await client.status('after one');
  assert.deepEqual(heartbeats(), [{ type: 'heartbeat', data: { serverTime: clock.now() } }]);
  clock.advance(1000);
  clock.advance(1000);
  await server.messenger.sendToSession('s', { type: 'status', data: 'after three' });
  await client.status('after three');
  assert.equal(heartbeats().length, 3);
});

test('heartbeats come by the real clock, too', async (t) => {
  const server = await startServer({ heartbeat: 20 });
  t.after(() => server.close());
  const client = new WireClient(`${server.url}/s`);
  t.after(() => client.close());
  const before = Date.now();
  const { data, id } = await client.type('heartbeat');
  assert.ok(isObject(data) && typeof data.serverTime === 'number' && data.serverTime >= before + 20);
  assert.equal(id, undefined);
  await client.frame(() => client.frames.filter(({ type }) => type === 'heartbeat').length >= 3);
});

test('a peer that never answers is asked, then ended; one that answers stays', async (t) => {
  const clock = new ManualClock();
  const server = await startHandingServer(
    { sessionId: 's' },
    { clock: timeOf(clock), heartbeat: 1000, pongTimeout: 500 },
  );
  t.after(() => closeWith(clock, server));
  const healthy = new WireClient(server.own);
  await healthy.synced();
  const [accepted] = server.accepted;
  assert.ok(accepted);
  const silent = await SilentPeer.open(server.port, '/ws/s');
  await silent.got(OPCODE.text);
  assert.equal((await server.messenger.sendToSession('s', { type: 'own' })).delivered, 2);
  const advance = async () => {
    const answered = once(accepted, 'pong');
    clock.advance(1000);
    await answered;
  };
  await advance();
  await silent.got(OPCODE.ping);
  assert.equal(silent.ended, false);
  await advance();
  await silent.end();
  assert.ok(!silent.opcodes.includes(OPCODE.close), 'nobody is there to read it');
  for (let i = 0; i < 5; i++) await advance();
  const { delivered } = await server.messenger.sendToSession('s', { type: 'status', data: 'still there' });
  assert.equal(delivered, 1);
  await healthy.status('still there');
});

test('a peer that speaks is alive, though it answers no ping', ofWebSockets(), async (t) => {
  const clock = new ManualClock();
  const server = await startServer({ clock: timeOf(clock), heartbeat: 1000, pongTimeout: 500 });
  t.after(() => closeWith(clock, server));
  server.messenger.onInput((input) => server.messenger.sendToSession('s', { type: 'status', data: `got ${input}` }));
  const client = new WireClient(`${server.url}/s`);
  client.ws.pong = () => {};
  await client.synced();
  for (let i = 0; i < 6; i++) {
    clock.advance(1000);
    await client.send(`${i}`);
    await client.status(`got ${i}`);
  }
});

test('a server that stood still hears its pages before it judges them', async (t) => {
  const clock = new ManualClock();
  const server = await startHandingServer(
    { sessionId: 's' },
    { clock: timeOf(clock), heartbeat: 1000, pongTimeout: 500 },
  );
  t.after(() => closeWith(clock, server));
  const healthy = new WireClient(server.own);
  await healthy.synced();
  const silent = await SilentPeer.open(server.port, '/ws/s');
  await silent.got(OPCODE.text);
  const [accepted] = server.accepted;
  assert.ok(accepted);
  const answered = once(accepted, 'pong');
  clock.standStill(60_000);
  await Promise.race([answered, once(accepted, 'close')]);
  assert.equal((await server.messenger.sendToSession('s', { type: 'own' })).delivered, 2);
  // One that is gone is still found.
  const again = once(accepted, 'pong');
  clock.advance(1000);
  await again;
  clock.advance(500);
  await silent.end();
  await healthy.send('x');
  assert.equal(accepted.readyState, WebSocket.OPEN);
});

test('ended by the real clock', async (t) => {
  const server = await startServer({ heartbeat: 30, pongTimeout: 30 });
  t.after(() => server.close());
  const silent = await SilentPeer.open(server.port, '/ws/s');
  await silent.end();
  assert.ok(silent.opcodes.includes(OPCODE.ping));
});

test('a channel that is forgotten and spoken in again within a turn: its viewers get the new one as a whole, not what comes behind where they were', async (t) => {
  const server = await startServer();
  t.after(server.close);
  const page = new WireClient(`${server.url}/s`);
  t.after(() => page.close());
  await page.synced();
  const say = (data: string) => server.messenger.sendToSession('s', { type: 'status', data });
  for (let i = 0; i < 3; i++) await say(`old ${i}`);
  await page.status('old 2');
  const before = page.frames.length;
  void server.messenger.forget('session:s');
  void Promise.all(Array.from({ length: 10 }, (_, i) => say(`new ${i}`)));
  await page.status('new 9');
  const { id = '' } = await say('live again');
  await page.status('live again');
  const [epoch] = id.split('-');
  assert.deepEqual(
    page.frames.slice(before).map(({ type, id }) => `${type} ${id}`),
    // The latest status goes with it, for pages that know no snapshots.
    [`snapshot ${epoch}-10`, `status ${epoch}-10`, `status ${epoch}-11`],
  );
});

// Those who do not read

for (const entry of ['attach', 'handleConnection'] as const) {
  for (const turns of ['many turns', 'one turn'] as const) {
    test(`${entry}, ${turns}: a viewer that does not read is paused at the mark, and continued without loss when it reads`, async (t) => {
      const store = { tail: { count: 2 * FLOOD, bytes: 64 * MiB } };
      const server = await startHandingServer({ sessionId: 's' }, { highWaterMark: MARK, store });
      t.after(() => server.close());
      const connected = once(server.server, 'connection');
      const slow = new WireClient(entry === 'attach' ? `${server.url}/s` : server.own);
      await slow.synced();
      const [socket] = (await connected) as [Socket];
      const fast = new WireClient(`${server.url}/s`);
      t.after(() => Promise.all([slow.close(), fast.close()]));
      await fast.synced();
      slow.pause();
      let most = 0;
      for (let i = 0; i < FLOOD; i++) {
        void server.messenger.sendToSession('s', piece(i));
        if (turns === 'one turn') continue;
        await turn();
        most = Math.max(most, socket.writableLength);
      }
      await turn();
      most = Math.max(most, socket.writableLength);
      await paused(() => socket.writableLength);
      most = Math.max(most, socket.writableLength);
      assert.ok(most >= MARK);
      // What is sent at once is let through whole.
      assert.ok(most <= MARK + 2 * PIECE + KiB, `${most} bytes wait`);
      await server.messenger.sendToSession('s', { type: 'status', data: 'end' });
      await fast.status('end');
      assert.ok(numbers(slow).length < FLOOD, 'it has not read yet');
      assert.equal(slow.isClosed, false);

      slow.resume();
      await slow.status('end');
      const all = Array.from({ length: FLOOD }, (_, i) => i);
      assert.deepEqual(numbers(slow), all);
      assert.deepEqual(numbers(fast), all, 'the others do not wait for it');
      assert.deepEqual(
        slow.frames.filter(({ id }) => id).map(({ id }) => id),
        fast.frames.filter(({ id }) => id).map(({ id }) => id),
      );
    });
  }
}

test('one that fell out of the tail meanwhile is continued by a snapshot', async (t) => {
  const store = { tail: { count: 16 } };
  const server = await startHandingServer({ sessionId: 's' }, { highWaterMark: MARK, store });
  t.after(() => server.close());
  const slow = new WireClient(server.own);
  t.after(() => slow.close());
  await slow.synced();
  const [accepted] = server.accepted;
  assert.ok(accepted);
  slow.pause();
  for (let i = 0; i < FLOOD; i++) {
    await server.messenger.sendToSession('s', piece(i));
    await turn();
  }
  await paused(() => accepted.bufferedAmount);
  for (let i = 0; i < 100; i++) await server.messenger.sendToSession('s', { type: 'own', data: { i: FLOOD + i } });
  const last = await server.messenger.sendToSession('s', { type: 'status', data: 'end' });
  slow.resume();
  await slow.status('end');
  const snapshots = slow.frames.filter(({ type }) => type === 'snapshot');
  assert.equal(snapshots.at(-1)?.id, last.id);
  const state = snapshots.at(-1)?.data;
  assert.ok(isObject(state) && isObject(state.status));
  assert.equal(state.status.text, 'end');
  // Up to where it was paused it got everything, from there on the snapshot.
  const got = numbers(slow);
  assert.ok(got.length < FLOOD);
  assert.deepEqual(
    got,
    Array.from({ length: got.length }, (_, i) => i),
  );
  const next = await server.messenger.sendToSession('s', { type: 'status', data: 'live again' });
  assert.equal((await slow.status('live again')).id, next.id);
  assert.equal(slow.frames.filter(({ type }) => type === 'synced').length, 1);
});

test(
  'what waits for a viewer that does not read stays as it was said, though the tail is written anew meanwhile',
  ofWebSockets(),
  async (t) => {
    // In chunks that are used again: far fewer messages than wait at the mark, and none too large for a chunk.
    const count = 20;
    const mark = 20 * MARK;
    const server = await startServer({ highWaterMark: mark, store: { tail: { count } } });
    t.after(server.close);
    const connected = once(server.server, 'connection');
    const slow = new WireClient(`${server.url}/s`);
    await slow.synced();
    const [socket] = (await connected) as [Socket];
    const fast = new WireClient(`${server.url}/s`);
    t.after(() => Promise.all([slow.close(), fast.close()]));
    await fast.synced();
    slow.pause();
    let said = 0;
    const say = async () => {
      const body = createHash('sha256').update(`${said}`).digest('base64').repeat(200);
      await server.messenger.sendToSession('s', { type: 'own', data: { i: said++, body } });
      await turn();
    };
    // Paused: some of it is in the system, the rest waits here.
    while (socket.writableLength < mark) await say();
    await paused(() => socket.writableLength);
    // Nothing of what waits is in the tail any more, and what was in its place has been written over.
    for (let i = 0; i < 10 * count; i++) await say();
    assert.ok(socket.writableLength >= mark, 'it has taken nothing meanwhile');
    await server.messenger.sendToSession('s', { type: 'status', data: 'end' });
    await fast.status('end');
    slow.resume();
    await slow.status('end');
    const own = ({ raw }: WireClient) => raw.filter((frame) => frame.startsWith('{"type":"own"'));
    assert.equal(own(fast).length, said);
    assert.ok(own(slow).length > 10 * count && own(slow).length < said, `${own(slow).length} of ${said}`);
    assert.deepEqual(
      own(slow),
      own(fast).slice(0, own(slow).length),
      'up to where it was paused, as everybody else got it',
    );
    assert.equal(slow.frames.filter(({ type }) => type === 'snapshot').length, 2);
  },
);

test('one that takes nothing for too long is closed with 4408', async (t) => {
  const clock = new ManualClock();
  const store = { tail: { count: 2 * FLOOD, bytes: 64 * MiB } };
  const server = await startHandingServer(
    { sessionId: 's' },
    { clock: timeOf(clock), highWaterMark: MARK, stallTimeout: 5000, store, metrics: true },
  );
  t.after(() => closeWith(clock, server));
  const stalled = new WireClient(server.own);
  await stalled.synced();
  const reading = new WireClient(`${server.url}/s`);
  await reading.synced();
  const [accepted] = server.accepted;
  assert.ok(accepted);
  stalled.pause();
  for (let i = 0; i < FLOOD; i++) {
    await server.messenger.sendToSession('s', piece(i));
    await turn();
  }
  await paused(() => accepted.bufferedAmount);
  clock.advance(4000);
  assert.equal(accepted.readyState, WebSocket.OPEN);
  clock.advance(2000);
  assert.equal(accepted.readyState, WebSocket.CLOSING);
  clock.advance(20_000);
  const metrics = await server.messenger.fetch(new Request('http://localhost/metrics'));
  assert.match(
    await metrics.text(),
    /^status_messenger_too_slow_total 1$/m,
    'counted once, however long its end takes',
  );
  await server.messenger.sendToSession('s', { type: 'status', data: 'after' });
  stalled.resume();
  assert.deepEqual(await stalled.closed(), { code: 4408, reason: 'took nothing for too long' });
  assert.ok(numbers(stalled).length < FLOOD);
  assert.deepEqual(stalled.statuses, []);
  await reading.status('after');
  assert.equal(numbers(reading).length, FLOOD, 'one that reads is not closed');
});

test('one that reads again in time is not closed', async (t) => {
  const clock = new ManualClock();
  const store = { tail: { count: 3 * FLOOD, bytes: 128 * MiB } };
  const server = await startHandingServer(
    { sessionId: 's' },
    { clock: timeOf(clock), highWaterMark: MARK, stallTimeout: 5000, store },
  );
  t.after(() => closeWith(clock, server));
  const client = new WireClient(server.own);
  await client.synced();
  const [accepted] = server.accepted;
  assert.ok(accepted);
  for (let round = 0; round < 2; round++) {
    client.pause();
    for (let i = 0; i < FLOOD; i++) {
      await server.messenger.sendToSession('s', piece(i));
      await turn();
    }
    await paused(() => accepted.bufferedAmount);
    clock.advance(4000);
    client.resume();
    await server.messenger.sendToSession('s', { type: 'status', data: `end ${round}` });
    await client.status(`end ${round}`);
    await until(() => accepted.bufferedAmount === 0);
  }
  assert.equal(numbers(client).length, 2 * FLOOD);
});
