import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ManualClock } from '../../../components/testing/index.js';
import type { ChannelName } from '../../../protocol/index.js';
import { type ChannelLog, type ChannelStore, MemoryStore } from '../../../server-adapter/index.js';
import { ofWebSockets } from '../../helpers/way.js';
import type { WireClient } from '../../helpers/wire-client.js';
import { closeWith, everyoneLeft, OPCODE, SilentPeer, startHandingServer, timeOf } from '../support.js';
import { HandAuthorize, heard, open, serve, serveAt } from './support.js';

const TOO_FAST = { code: 4429, reason: 'retry=1000' };
/** Between five and ten seconds, by a randomness of a half. */
const NO_ROOM = { code: 1013, reason: 'retry=7500' };
const random = () => 0.5;

const limits = { framesPerSecond: 2 };
/** Ten seconds' worth. */
const BURST = 20;

async function repeat(times: number, run: (i: number) => unknown): Promise<void> {
  for (let i = 0; i < times; i++) await run(i);
}

for (const [name, say] of [
  ['inputs', (page: WireClient) => page.send('hello')],
  ['pings of the protocol', (page: WireClient) => page.send({ type: 'ping', ref: 'p' })],
  ['pings of the WebSocket', (page: WireClient) => page.ws.ping()],
  ['pongs of the WebSocket that nobody asked for', (page: WireClient) => page.ws.pong()],
  ['malformed frames', (page: WireClient) => page.send({ type: 'answer', data: 5 })],
  ['tokens', (page: WireClient) => page.send({ type: 'token', ref: 't', data: { token: 'x' } })],
] satisfies Array<[string, (page: WireClient) => unknown]>) {
  const options = name.includes('WebSocket') ? ofWebSockets() : {};
  test(`a page that sends ${name} too fast is closed with 4429, and the log says so once`, options, async (t) => {
    const server = await serveAt(t, { limits });
    server.messenger.onInput(() => {});
    for (let i = 0; i < 2; i++) {
      const page = open(t, `${server.url}/s`);
      await page.synced();
      await repeat(BURST - 1, () => say(page));
      await heard(page);
      await say(page);
      assert.deepEqual(await page.closed(), TOO_FAST);
    }
    assert.deepEqual(server.log.with('framesPerSecond'), [
      'warn status-messenger: got frames from a page faster than limits.framesPerSecond (2); it is told to come back later',
    ]);
  });
}

test(
  'pings of a page that keeps to the usual limits are answered, however many come at once',
  ofWebSockets(),
  async (t) => {
    const server = await serve(t);
    const page = open(t, `${server.url}/s`);
    await page.synced();
    let pongs = 0;
    const all = new Promise<void>((resolve) => {
      page.ws.on('pong', () => ++pongs === 500 && resolve());
    });
    await repeat(500, () => page.ws.ping());
    await all;
    assert.equal(page.isClosed, false);
  },
);

test('what came too fast is not carried out', async (t) => {
  const server = await serveAt(t, { limits });
  let inputs = 0;
  server.messenger.onInput(() => {
    inputs++;
  });
  const page = open(t, `${server.url}/s`);
  await page.synced();
  await repeat(BURST + 30, (i) => page.isClosed || page.send({ type: 'input', ref: `${i}`, data: i }));
  assert.deepEqual(await page.closed(), TOO_FAST);
  assert.equal(inputs, BURST);
});

test('a page that keeps to the limit may speak for ever, and quiet saves up no more than ten seconds', async (t) => {
  const server = await serveAt(t, { limits });
  const page = open(t, `${server.url}/s`);
  await page.synced();
  let pings = 0;
  const ping = () => page.send({ type: 'ping', ref: `p${pings++}` });
  await repeat(BURST, ping);
  await repeat(60, async () => {
    await page.ack(`p${pings - 1}`);
    server.clock.advance(500);
    await ping();
  });
  await page.ack(`p${pings - 1}`);
  server.clock.advance(30_000);
  await repeat(BURST, ping);
  await page.ack(`p${pings - 1}`);
  await ping();
  assert.deepEqual(await page.closed(), TOO_FAST);
});

test('each page has a rate of its own, also one that the application handed over', async (t) => {
  const clock = new ManualClock();
  const server = await startHandingServer({ sessionId: 's' }, { limits, clock: timeOf(clock) });
  t.after(() => closeWith(clock, server));
  const [loud, quiet] = [open(t, server.own), open(t, server.own)];
  await loud.synced();
  await quiet.synced();
  await repeat(BURST + 1, () => loud.send('hello'));
  assert.deepEqual(await loud.closed(), TOO_FAST);
  await heard(quiet);
});

test('one address has only so many connections, and gets each back', async (t) => {
  const server = await serve(t, { random, limits: { connectionsPerAddress: 2 } });
  const [first, second] = [open(t, `${server.url}/a`), open(t, `${server.url}/b`)];
  await first.synced();
  await second.synced();
  for (let i = 0; i < 3; i++) {
    const third = open(t, `${server.url}/c`);
    assert.deepEqual(await third.closed(), NO_ROOM);
    assert.deepEqual(third.frames, []);
  }
  assert.deepEqual(server.log.lines, [
    'warn status-messenger: got more connections of one address than limits.connectionsPerAddress (2); they are told to come back later',
  ]);
  await first.leave();
  await second.close();
  await everyoneLeft(server.server);
  const [next, last] = [open(t, `${server.url}/a`), open(t, `${server.url}/a`)];
  await next.synced();
  await last.synced();
});

test('those who are refused give their place back, whatever for', async (t) => {
  const server = await serve(t, {
    random,
    limits: { connectionsPerAddress: 1 },
    authorize: ({ token }) => {
      if (token === 'throw') throw new Error('away');
      return token === 'good';
    },
  });
  for (const path of ['s?token=bad', 's?token=throw', 'a%20b', 'run_1']) {
    await open(t, `${server.url}/${path}`).closed();
    await everyoneLeft(server.server);
  }
  await open(t, `${server.url}/s`, { origin: 'https://evil.example' }).closed();
  await everyoneLeft(server.server);
  await open(t, `${server.url}/s?token=good`).synced();
});

test('those who are refused and stay hold their place until they are gone', async (t) => {
  const server = await serve(t, { random, limits: { connectionsPerAddress: 1 } });
  const peer = await SilentPeer.open(server.port, '/ws/a%20b');
  await peer.got(OPCODE.close);
  assert.deepEqual(await open(t, `${server.url}/s`).closed(), NO_ROOM);
  await peer.destroy();
  await everyoneLeft(server.server);
  await open(t, `${server.url}/s`).synced();
});

test('behind a proxy the address is the one that the proxy heard; what a stranger adds counts for nothing', async (t) => {
  const server = await serve(t, { random, trustedProxies: 1, limits: { connectionsPerAddress: 1 } });
  const from = (forwarded: string) => open(t, `${server.url}/s`, { headers: { 'x-forwarded-for': forwarded } });
  await from('9.9.9.9, 1.1.1.1').synced();
  for (const forged of ['8.8.8.8, 1.1.1.1', '1.1.1.1', '::ffff:1.1.1.1', '7.7.7.7,1.1.1.1:5555']) {
    assert.deepEqual(await from(forged).closed(), NO_ROOM, forged);
  }
  await from('1.1.1.1, 2.2.2.2').synced();
  await from('2001:db8:0:7::1').synced();
  assert.deepEqual(await from('2001:db8:0:7:ffff::2').closed(), NO_ROOM, 'the same /64');
  await from('2001:db8:0:8::1').synced();
});

test('without trustedProxies nobody is who a header says', async (t) => {
  const server = await serve(t, { random, limits: { connectionsPerAddress: 1 } });
  await open(t, `${server.url}/s`).synced();
  const forging = open(t, `${server.url}/s`, { headers: { 'x-forwarded-for': '1.1.1.1' } });
  assert.deepEqual(await forging.closed(), NO_ROOM);
});

test('one session has only so many viewers, others have their own, and places are given back', async (t) => {
  const server = await serve(t, { random, limits: { connectionsPerSession: 2 } });
  const viewers = [open(t, `${server.url}/s`), open(t, `${server.url}/s`)];
  for (const viewer of viewers) await viewer.synced();
  const third = open(t, `${server.url}/s`);
  assert.deepEqual(await third.closed(), NO_ROOM);
  assert.deepEqual(third.frames, []);
  await open(t, `${server.url}/other`).synced();
  assert.equal(
    server.log.with('got more viewers of a session than limits.connectionsPerSession (2); they are told').length,
    1,
  );
  await viewers[0]?.close();
  let back: WireClient | undefined;
  while (!back) {
    const next = open(t, `${server.url}/s`);
    // The server may not have noticed yet.
    back = await next.synced().then(
      () => next,
      () => undefined,
    );
  }
  assert.equal((await server.messenger.sendToSession('s', { type: 'status', data: 'x' })).delivered, 2);
});

test('a crowd that comes while the store is slow is counted, too', async (t) => {
  const store = new SlowStore();
  const server = await serve(t, { random, store, limits: { connectionsPerSession: 2 } });
  const crowd = [1, 2, 3, 4].map(() => open(t, `${server.url}/s`));
  await store.holds(4);
  store.open();
  const ends = await Promise.all(
    crowd.map((page) =>
      page.synced().then(
        () => 'in',
        () => 'out',
      ),
    ),
  );
  assert.deepEqual(ends.sort(), ['in', 'in', 'out', 'out']);
  assert.equal((await server.messenger.sendToSession('s', { type: 'status', data: 'x' })).delivered, 2);
  for (const page of crowd) await page.close();
  await everyoneLeft(server.server);
  await store.holds(0);
});

/** A store whose channels are to be had only when it is opened. */
class SlowStore implements ChannelStore {
  readonly #store = new MemoryStore({ clock: new ManualClock() });
  readonly append = this.#store.append.bind(this.#store);
  readonly transact = this.#store.transact.bind(this.#store);
  readonly list = this.#store.list.bind(this.#store);
  readonly claim = this.#store.claim.bind(this.#store);
  readonly unclaim = this.#store.unclaim.bind(this.#store);
  readonly lapsed = this.#store.lapsed.bind(this.#store);
  readonly join = this.#store.join.bind(this.#store);
  readonly isAlive = this.#store.isAlive.bind(this.#store);
  readonly remember = this.#store.remember.bind(this.#store);
  readonly peek = this.#store.peek.bind(this.#store);
  readonly forget = this.#store.forget.bind(this.#store);
  readonly use = this.#store.use.bind(this.#store);
  readonly sweep = this.#store.sweep.bind(this.#store);
  readonly flush = this.#store.flush.bind(this.#store);
  readonly health = this.#store.health.bind(this.#store);
  readonly close = this.#store.close.bind(this.#store);
  readonly #waiting: Array<() => void> = [];
  #held = 0;
  #wake = () => {};

  retain(name: ChannelName): Promise<ChannelLog> {
    this.#held++;
    this.#wake();
    return new Promise((resolve) => {
      this.#waiting.push(() => resolve(this.#store.retain(name)));
    });
  }

  release(name: ChannelName, keepEmpty?: boolean): void {
    this.#store.release(name, keepEmpty);
    this.#held--;
    this.#wake();
  }

  open(): void {
    for (const go of this.#waiting.splice(0)) go();
  }

  /** Once so many channels are held. */
  async holds(count: number): Promise<void> {
    while (this.#held !== count) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }
}

test('only so many wait for authorize, pages and requests for a status together', async (t) => {
  const hand = new HandAuthorize();
  const server = await serve(t, {
    random,
    trustedProxies: 1,
    authorize: hand.authorize,
    limits: { pendingUpgrades: 2 },
  });
  const page = open(t, `${server.url}/s`);
  const first = await hand.next();
  const asking = fetch(`${server.http}/status?session_id=s`, { headers: { 'x-forwarded-for': '192.0.2.1' } });
  const second = await hand.next();
  assert.deepEqual(await open(t, `${server.url}/s`).closed(), NO_ROOM);
  const refused = await fetch(`${server.http}/status?session_id=s`);
  assert.equal(refused.status, 503);
  assert.equal(refused.headers.get('retry-after'), '8');
  const message = 'status-messenger: too many ask at once; come back later';
  assert.deepEqual(await refused.json(), { error: { code: 'unavailable', message } });
  assert.equal(hand.waiting, 0);
  assert.equal(
    server.log.with('got more requests that wait for authorize than limits.pendingUpgrades (2); they are told').length,
    1,
  );
  second.answer(true);
  assert.equal((await asking).status, 200);
  const next = open(t, `${server.url}/s`, { headers: { 'x-forwarded-for': '192.0.2.1' } });
  const third = await hand.next();
  first.fail(new Error('away'));
  await page.closed();
  third.answer(true);
  await next.synced();
});

test('who is in and shows a fresh token does not wait behind those who are not', async (t) => {
  const hand = new HandAuthorize();
  const server = await serve(t, { authorize: hand.authorize, limits: { pendingUpgrades: 1 } });
  const page = open(t, `${server.url}/s`);
  (await hand.next()).answer(true);
  await page.synced();
  open(t, `${server.url}/s`);
  const stranger = await hand.next();
  await page.send({ type: 'token', ref: 'r', data: { token: 'fresh' } });
  (await hand.next()).answer(true);
  assert.deepEqual((await page.ack('r')).data, { ref: 'r', accepted: true });
  stranger.answer(false);
});

test('of those who wait for authorize half may be of one address: the others get their turn', async (t) => {
  const hand = new HandAuthorize();
  const limits = { pendingUpgrades: 4 };
  const server = await serve(t, { random, trustedProxies: 1, authorize: hand.authorize, limits });
  const from = (address: string) => open(t, `${server.url}/s`, { headers: { 'x-forwarded-for': address } });
  const pages = [from('192.0.2.1'), from('192.0.2.1')];
  const asked = [await hand.next(), await hand.next()];
  assert.deepEqual(await from('192.0.2.1').closed(), NO_ROOM);
  pages.push(from('192.0.2.2'));
  asked.push(await hand.next());
  for (const question of asked) question.answer(true);
  for (const page of pages) await page.synced();
  const next = from('192.0.2.1');
  (await hand.next()).answer(true);
  await next.synced();
});
