import assert from 'node:assert/strict';
import { test } from 'node:test';
import { reconnectDelay } from '../../components/session/backoff.js';
import { ManualClock, seededRandom } from '../../components/testing/index.js';
import { type Connected, parseJson, readConnected, readHeartbeat } from '../../protocol/index.js';
import { MemoryLog } from '../../server-adapter/channels/memory-log.js';
import { Connection } from '../../server-adapter/delivery/connection.js';
import { Delivery } from '../../server-adapter/delivery/delivery.js';
import type { Transport } from '../../server-adapter/delivery/transport.js';
import { seedFromEnvironment } from '../helpers/random.js';

const seed = seedFromEnvironment();
const HEARTBEAT = 25_000;
const NONE = new Map();

/** A page that remembers over what time it was told to come back, and forgets all else. */
class Page implements Transport {
  readonly buffered = 0;
  readonly unsent = 0;
  /** What a page goes by that was told nothing. */
  spread = 0;
  greeting: Connected | undefined;
  heartbeats = 0;

  send({ texts }: Parameters<Transport['send']>[0]): void {
    for (const text of texts) {
      if (!/^\{"type":"(connected|heartbeat)"/.test(text)) continue;
      const { type, data } = parseJson(text) as { type: string; data: unknown };
      if (type === 'connected') {
        this.greeting = readConnected(data);
        this.spread = this.greeting?.spread ?? 0;
      } else {
        this.heartbeats++;
        this.spread = readHeartbeat(data).spread ?? 0;
      }
    }
  }
  whenTaken(): void {}
  batch(write: () => void): void {
    write();
  }
  ping(): void {}
  close(): void {}
  terminate(): void {}
}

/** A server that so many connect to, and whose clock the test moves. */
class Crowd {
  readonly clock = new ManualClock();
  readonly pages: Page[] = [];
  readonly #connections: Connection[] = [];
  readonly #settings = { heartbeat: HEARTBEAT, pongTimeout: 3_600_000, stallTimeout: 60_000 };
  readonly #delivery = new Delivery(this.#settings, this.clock);
  readonly #log = new MemoryLog('session:s', 'epoch000', { count: 10, bytes: 1e6, age: 1e9 }, this.clock.now());

  come(count: number): void {
    for (let i = 0; i < count; i++) {
      const page = new Page();
      const settings = { highWaterMark: 64 * 1024, heartbeat: HEARTBEAT, clock: this.clock };
      const connection = new Connection({ sessionId: 's', threadIds: [] }, page, settings);
      this.#delivery.add(connection, [this.#log], NONE);
      this.pages.push(page);
      this.#connections.push(connection);
    }
  }

  go(count: number): void {
    this.pages.splice(-count);
    for (const connection of this.#connections.splice(-count)) this.#delivery.remove(connection);
  }

  /** What all pages have to be told at least, so that the server is not asked for more than it can take. */
  get needed(): number {
    return this.pages.length / 8 / 1.25;
  }

  get least(): number {
    return this.pages.reduce((least, { spread }) => Math.min(least, spread), Number.POSITIVE_INFINITY);
  }

  /** The most pages that come within 100 ms when all come back, as a share of them. */
  peak(random: () => number): number {
    const slots: number[] = [];
    for (const { spread } of this.pages) {
      const slot = Math.floor(reconnectDelay(0, random, spread) / 100);
      slots[slot] = (slots[slot] ?? 0) + 1;
    }
    return slots.reduce((most, count) => Math.max(most, count ?? 0), 0) / this.pages.length;
  }
}

test(`20,000 pages know over what time to come back, however fast they came: in no 100 ms do 5 % of them (SEED=${seed})`, () => {
  const random = seededRandom(seed);
  for (const steps of [1, 7, 20]) {
    const crowd = new Crowd();
    for (let step = 0; step < steps; step++) {
      crowd.come(Math.ceil((20_000 - crowd.pages.length) / (steps - step)));
      crowd.clock.advance(1000);
      // As far as pages spread by themselves, nobody has to be told.
      if (crowd.pages.length / 8 > 501) assert.ok(crowd.least >= crowd.needed, `${crowd.least} of ${crowd.needed}`);
    }
    assert.equal(crowd.pages.length, 20_000);
    const peak = crowd.peak(random);
    assert.ok(peak < 0.05, `${peak} in 100 ms, having come in ${steps} steps`);
    const all = crowd.pages.map(({ spread }) => spread);
    assert.ok(Math.max(...all) <= 2500, 'nobody waits longer than all of them need');
  }
});

test('who connects is told at once, who is there as soon as it is news, and all of them anew with each heartbeat', () => {
  const crowd = new Crowd();
  crowd.come(10_000);
  const [first] = crowd.pages;
  assert.equal(first?.greeting?.spread, undefined);
  assert.equal(crowd.pages.at(-1)?.greeting?.spread, 1250);
  crowd.clock.advance(1000);
  assert.equal(first?.spread, 1250);
  assert.equal(first?.heartbeats, 1, 'that it is news is worth a word between heartbeats');
  crowd.clock.advance(HEARTBEAT);
  assert.equal(crowd.least, 1250);
  const { heartbeats } = first;
  crowd.come(500);
  crowd.clock.advance(2000);
  assert.equal(first?.heartbeats, heartbeats, 'a few more are no news');
  crowd.come(5000);
  crowd.clock.advance(1000);
  assert.equal(first?.heartbeats, heartbeats + 1);
  assert.equal(first?.spread, 1938);
  assert.ok(crowd.least >= crowd.needed);
  crowd.go(12_000);
  crowd.clock.advance(HEARTBEAT + 1000);
  assert.deepEqual([...new Set(crowd.pages.map(({ spread }) => spread))], [0], 'few come back as they like');
});

test('few are told nothing: they spread by themselves', () => {
  const crowd = new Crowd();
  crowd.come(4000);
  crowd.clock.advance(2 * HEARTBEAT + 1000);
  for (const { greeting, spread, heartbeats } of crowd.pages) {
    assert.ok(greeting && !('spread' in greeting));
    assert.equal(spread, 0);
    assert.equal(heartbeats, 2);
  }
});
