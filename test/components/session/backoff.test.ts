import assert from 'node:assert/strict';
import { beforeEach, test } from 'node:test';
import { reconnectDelay } from '../../../components/session/index.js';
import { seededRandom } from '../../../components/testing/index.js';
import { HandSocket } from '../../helpers/hand-socket.js';
import { seedFromEnvironment } from '../../helpers/random.js';
import { complaints, reset, setUp } from './setup.js';

beforeEach(reset);

const bounds = [500, 1000, 2000, 4000, 8000, 16_000, 20_000, 20_000];

test('the wait is random between 0 and a bound that doubles up to 20 s', () => {
  for (const [n, bound] of [...bounds.entries(), [10_000, 20_000] as const]) {
    assert.equal(
      reconnectDelay(n, () => 0),
      0,
    );
    assert.equal(
      reconnectDelay(n, () => 0.5),
      bound / 2,
    );
    assert.ok(reconnectDelay(n, () => 0.999999) < bound);
  }
});

test('a spread widens what is less, and narrows nothing', () => {
  for (const spread of [0, 2500, 60_000]) {
    for (const [n, bound] of bounds.entries()) {
      assert.equal(
        reconnectDelay(n, () => 0.5, spread),
        Math.max(bound, spread) / 2,
      );
    }
  }
});

/** The greatest share of a crowd that comes within the same 100 ms, at each attempt, after all of it was cut at one instant. */
function peaks(crowd: number, attempts: number, random: () => number, spread?: number): number[] {
  const slot = 100;
  const now = new Float64Array(crowd);
  return Array.from({ length: attempts }, (_, n) => {
    const slots = new Map<number, number>();
    for (let i = 0; i < crowd; i++) {
      now[i] = (now[i] ?? 0) + reconnectDelay(n, random, spread);
      const at = Math.floor((now[i] ?? 0) / slot);
      slots.set(at, (slots.get(at) ?? 0) + 1);
    }
    return Math.max(...slots.values()) / crowd;
  });
}

const seed = seedFromEnvironment();

test(`20,000 pages that spread over 2.5 s never come with 5 % of them in 100 ms, however long the server is away (SEED=${seed})`, () => {
  const spread = peaks(20_000, 13, seededRandom(seed), 2500);
  for (const [n, peak] of spread.entries()) assert.ok(peak < 0.05, `attempt ${n}: ${peak}`);
  // What the spread is for: without it a fifth of them comes at once, and a tenth at the second attempt.
  const usual = peaks(20_000, 13, seededRandom(seed));
  const [first = 0, second = 0, third = 0, ...later] = usual;
  assert.ok(first > 0.19 && first < 0.23, `${first}`);
  assert.ok(second > 0.09 && second < 0.12, `${second}`);
  assert.ok(third > 0.04 && third < 0.06, `${third}`);
  for (const peak of later) assert.ok(peak < 0.035, `${peak}`);
});

test('the spread is what the server said last, within a minute', () => {
  const spreads: number[] = [];
  const { client, clock } = setUp({
    reconnectDelay(_, random, spread) {
      spreads.push(spread);
      return random() * 100;
    },
  });
  const heartbeat = (spread?: number) => ({ type: 'heartbeat', data: { serverTime: 1, spread } });
  client.connect();
  HandSocket.last.end();
  for (const frames of [
    [],
    [heartbeat(2500)],
    [heartbeat(2500), heartbeat(1000)],
    [heartbeat(2500), heartbeat()],
    [heartbeat(-5)],
    [heartbeat(10 ** 9)],
  ]) {
    clock.advance(50);
    HandSocket.last.greet();
    HandSocket.last.say(...frames);
    HandSocket.last.end();
  }
  assert.deepEqual(spreads, [0, 0, 2500, 1000, 0, 0, 60_000]);
  // A server that is away says nothing more: its last word counts at every attempt.
  clock.advance(50);
  HandSocket.last.end();
  assert.equal(spreads.at(-1), 60_000);
});

test('a greeting with a spread widens the first wait', () => {
  const { client, clock, connections } = setUp();
  client.connect();
  HandSocket.last.open();
  const data = {
    message: '',
    protocol: 1,
    sessionId: 's',
    channels: {},
    heartbeat: 25_000,
    serverTime: 1,
    spread: 8000,
  };
  HandSocket.last.say({ type: 'connected', data });
  HandSocket.last.end();
  const last = connections.at(-1);
  assert.equal(last?.status === 'reconnecting' && last.retryAt, clock.now() + 4000);
});

for (const [name, own, told] of [
  [
    'throws',
    () => {
      throw new Error('of its own');
    },
    'it failed (of its own)',
  ],
  ['is no number', () => Number.NaN, 'got number NaN, expected milliseconds from 0'],
  ['is less than nothing', () => -1, 'got number -1, expected milliseconds from 0'],
] as const) {
  test(`a reconnectDelay that ${name} is told of, and the usual wait is taken`, () => {
    const { client, clock, problems } = setUp({ reconnectDelay: own });
    client.connect();
    for (const wait of [250, 500]) {
      HandSocket.last.end();
      const { connection } = client;
      assert.equal(connection.status === 'reconnecting' && connection.retryAt, clock.now() + wait);
      clock.advance(wait);
    }
    assert.equal(HandSocket.all.length, 3);
    assert.deepEqual(
      problems,
      [1, 2].map(() => `status-messenger: reconnectDelay: ${told}; the usual wait is taken instead`),
    );
    assert.equal(complaints().length, 1);
  });
}

test('a reconnectDelay of for ever is a day', () => {
  const { client, clock } = setUp({ reconnectDelay: () => Number.POSITIVE_INFINITY });
  client.connect();
  HandSocket.last.end();
  assert.equal(clock.longest, 24 * 3_600_000);
});

test('a listener that disconnects over a reconnectDelay that fails has the last word', () => {
  const { client, clock } = setUp({ reconnectDelay: () => Number.NaN });
  client.on('problem', () => client.disconnect());
  client.connect();
  HandSocket.last.end();
  assert.equal(client.connection.status, 'idle');
  assert.equal(clock.waiting, 0);
});
