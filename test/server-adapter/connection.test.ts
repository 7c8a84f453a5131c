import assert from 'node:assert/strict';
import { once } from 'node:events';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { MemoryLog } from '../../server-adapter/channels/memory-log.js';
import { compose } from '../../server-adapter/compose.js';
import { Connection } from '../../server-adapter/delivery/connection.js';
import type { Transport } from '../../server-adapter/delivery/transport.js';
import { MemoryStore } from '../../server-adapter/index.js';
import { Log } from '../../server-adapter/logger.js';
import { ManualClock } from '../helpers/manual-clock.js';
import { MemoryLogger, startServer } from '../helpers/server.js';
import { WireClient } from '../helpers/wire-client.js';

/** A transport that takes nothing until the test says so. */
class HandTransport implements Transport {
  buffered = 0;
  terminated = false;
  readonly texts: string[] = [];
  taken: () => void = () => {};

  send({ texts }: Parameters<Transport['send']>[0]): void {
    this.texts.push(...texts);
    this.buffered += texts.join('').length;
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

test('one that asks without end and reads no answer is cut off', () => {
  const { transport, connection } = setUp();
  transport.buffered = 2 * 1024 * 1024;
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
