import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type AddressInfo, connect, createServer } from 'node:net';
import { test } from 'node:test';
import { setTimeout as sleep, setImmediate as turn } from 'node:timers/promises';
import type { WebSocket } from 'ws';
import { ManualClock } from '../../components/testing/index.js';
import { applyAll, initialState, type Message, parseJson, readMessage } from '../../protocol/index.js';
import { MemoryLog } from '../../server-adapter/channels/memory-log.js';
import { compose } from '../../server-adapter/compose.js';
import { TextBatch } from '../../server-adapter/delivery/batch.js';
import { Connection } from '../../server-adapter/delivery/connection.js';
import type { Transport } from '../../server-adapter/delivery/transport.js';
import { WebSocketTransport } from '../../server-adapter/delivery/websocket-transport.js';
import { MemoryStore } from '../../server-adapter/index.js';
import { Log } from '../../server-adapter/logger.js';
import { MemoryLogger, startServer } from '../helpers/server.js';
import { WireClient } from '../helpers/wire-client.js';

/** A transport that takes nothing until the test says so. */
class HandTransport implements Transport {
  buffered = 0;
  unsent = 0;
  terminated = false;
  readonly texts: string[] = [];
  taken: () => void = () => {};

  send({ texts }: Parameters<Transport['send']>[0]): void {
    this.texts.push(...texts);
    this.buffered += texts.join('').length;
    this.unsent = this.buffered;
  }
  whenTaken(taken: () => void): void {
    this.taken = taken;
  }
  batch(write: () => void): void {
    write();
  }
  ping(): void {}
  close(): void {}
  terminate(): void {
    this.terminated = true;
  }
}

function setUp() {
  const clock = new ManualClock();
  const transport = new HandTransport();
  const settings = { highWaterMark: 2000, heartbeat: 25_000, clock };
  const connection = new Connection({ sessionId: 's', threadIds: [] }, transport, settings);
  const log = new MemoryLog('session:s', 'epoch000', { count: 1000, bytes: 1e6, age: 1e9 }, clock.now());
  connection.begin([log], new Map());
  return { clock, transport, connection, log };
}

test('one that takes again after a pause has given a sign of life', () => {
  const { clock, transport, connection, log } = setUp();
  for (let i = 0; i < 100; i++) {
    log.append(compose({ type: 'status', data: `status ${i} ${'x'.repeat(200)}` }), clock.now());
    connection.pump();
  }
  clock.advance(50_000);
  assert.equal(connection.stalledFor(clock.now()), 50_000);
  transport.buffered = 0;
  transport.taken();
  assert.equal(connection.lastHeard, clock.now());
});

test('one that takes some of a large write is not stalled', () => {
  const { clock, transport, connection, log } = setUp();
  log.append(compose({ type: 'status', data: 'x'.repeat(100_000) }), clock.now());
  connection.pump();
  log.append(compose({ type: 'status', data: 'more' }), clock.now());
  connection.pump();
  for (let i = 0; i < 10; i++) {
    clock.advance(50_000);
    transport.unsent -= 1000;
    assert.equal(connection.stalledFor(clock.now()), 0);
  }
  clock.advance(50_000);
  assert.equal(connection.stalledFor(clock.now()), 50_000);
});

test('one that was paused while its channel was forgotten gets the new one from its snapshot on, also where that has more messages by then', () => {
  const { clock, transport, connection, log } = setUp();
  const say = (text: string) => {
    log.append(compose({ type: 'status', data: text }), clock.now());
    connection.pump();
  };
  for (let i = 0; i < 5; i++) say(`old ${i}`);
  say('x'.repeat(3000));
  say('what it is paused before');
  const before = transport.texts.length;
  assert.equal(connection.stalledFor(clock.now()), 0);
  log.startOver('epoch111');
  for (let i = 0; i < 10; i++) say(`new ${i}`);
  transport.buffered = 0;
  transport.taken();
  say('live again');
  const frames = transport.texts.slice(before).map((text) => JSON.parse(text));
  assert.deepEqual(
    frames.map(({ type, id }) => `${type} ${id}`),
    // The latest status goes with it, for pages that know no snapshots.
    ['snapshot epoch111-10', 'status epoch111-10', 'status epoch111-11'],
  );
  assert.deepEqual(frames[0].data, applyAll(initialState, firstOf(log, 10)));
});

/** The first `count` messages of a log. */
function firstOf(log: MemoryLog, count: number): Message[] {
  return Array.from({ length: count }, (_, i) => {
    const message = readMessage(parseJson(log.frame(i + 1) ?? ''));
    assert.ok(message);
    return message;
  });
}

test('the system tells of every byte that is taken, not of whole writes only', async (t) => {
  const server = createServer();
  t.after(() => server.close());
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const accepted = once(server, 'connection');
  const reader = connect((server.address() as AddressInfo).port, '127.0.0.1');
  t.after(() => reader.destroy());
  reader.pause();
  const [socket] = await accepted;
  t.after(() => socket.destroy());
  // What `ws` would do with it is of no interest here.
  const transport = new WebSocketTransport({ readyState: 1, OPEN: 1 } as WebSocket, socket);
  transport.send(new TextBatch(['x'.repeat(32 * 1024 * 1024)]));
  const { buffered, unsent } = transport;
  assert.ok(buffered > 32 * 1024 * 1024);
  assert.ok(unsent > 0 && unsent <= buffered);
  reader.resume();
  while (transport.unsent === unsent) await turn();
  reader.pause();
  assert.ok(transport.unsent < unsent);
  assert.equal(transport.buffered, buffered, 'the write as a whole is not done');
});

test('one that asks without end and reads no answer is cut off', () => {
  const { transport, connection } = setUp();
  transport.buffered = 2000 + 2 * 1024 * 1024;
  connection.say('ack', { ref: 'a', accepted: true });
  assert.equal(transport.terminated, false);
  connection.say('ack', { ref: 'b', accepted: true });
  assert.equal(transport.terminated, true);
});

test('what strangers make a log say once is bounded', () => {
  const lines = new MemoryLogger();
  const log = new Log(lines);
  for (let i = 0; i < 5000; i++) log.warnOnce(`key ${i}`, `text ${i}`);
  assert.equal(lines.lines.length, 1000);
});

test('a page is greeted before anything that it says is heard, also where its channel is slow to come', async (t) => {
  const store = new MemoryStore({ clock: new ManualClock() });
  const retain = store.retain.bind(store);
  let open: () => void = () => {};
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  Object.assign(store, { retain: async (name: Parameters<typeof retain>[0]) => opened.then(() => retain(name)) });
  const server = await startServer({ store });
  t.after(server.close);
  const page = new WireClient(`${server.url}/s`);
  t.after(() => page.close());
  await page.send({ type: 'input', ref: 'early', data: 1 });
  // A server that hears it now would also answer this; one that does not yet is given a moment in which it could.
  page.ws.ping();
  await Promise.race([once(page.ws, 'pong'), sleep(100)]);
  open();
  await page.ack('early');
  assert.equal(page.frames[0]?.type, 'connected');
});
