import assert from 'node:assert/strict';
import { beforeEach, test } from 'node:test';
import type { SessionClientOptions } from '../../../components/session/index.js';
import { HandSocket, statusAt } from '../../helpers/hand-socket.js';
import { ack, reset, type Setup, sent, settled, setUp, statuses } from './setup.js';

beforeEach(reset);

const HOUR = 3_600_000;

function connected(options: Partial<SessionClientOptions> = {}): Setup {
  const setup = setUp(options);
  setup.client.connect();
  HandSocket.last.greet({ serverTime: setup.clock.now(), heartbeat: 25_000, replay: [statusAt(1)] });
  return setup;
}

function reason({ client }: Setup): string | undefined {
  return 'reason' in client.connection ? client.connection.reason : undefined;
}

for (const [name, by] of [
  ['forward', 5 * HOUR],
  ['back', -5 * HOUR],
] as const) {
  test(`a clock that is set ${name} by hours ends no connection, and keeps a dead one from nothing`, () => {
    const setup = connected();
    const { clock, page } = setup;
    clock.advance(20_000);
    clock.setBy(by);
    clock.advance(14_999);
    assert.equal(setup.client.connection.status, 'live');
    clock.advance(1);
    assert.equal(reason(setup), 'the server has gone quiet');
    clock.setBy(by);
    clock.advance(250);
    assert.equal(HandSocket.all.length, 2);
    // The same for what a server asked to wait.
    HandSocket.last.end(1013, 'retry=3000');
    clock.setBy(by);
    page.listener?.woke();
    clock.advance(2999);
    assert.equal(HandSocket.all.length, 2);
    clock.advance(1);
    assert.equal(HandSocket.all.length, 3);
  });

  test(`a clock that is set ${name} by hours does not move the server's time`, () => {
    const { client, clock } = connected();
    const before = client.serverNow;
    clock.setBy(by);
    clock.advance(1000);
    assert.equal(client.serverNow, before + 1000);
    HandSocket.last.say({ type: 'heartbeat', data: { serverTime: before + 1000 } });
    assert.equal(client.serverNow, before + 1000);
    HandSocket.last.end();
    clock.advance(1000);
    HandSocket.last.greet({ recovered: true, serverTime: before + 2000 });
    assert.equal(client.serverNow, before + 2000);
  });
}

test('a server that greets with an earlier time is believed: it is another one', () => {
  const { client, clock } = connected();
  HandSocket.last.end();
  clock.advance(250);
  HandSocket.last.greet({ recovered: true, serverTime: clock.now() - 5000 });
  assert.equal(client.serverNow, clock.now() - 5000);
});

test('what a server that does not greet calls a heartbeat does not tell its time', () => {
  const { client, clock } = setUp();
  client.connect();
  HandSocket.last.open();
  HandSocket.last.say({ type: 'status', data: 'hello' }, { type: 'heartbeat', data: { serverTime: 5 } });
  assert.equal(client.serverNow, clock.now());
});

test("the server's time is learnt again after a sleep in which no clock of the page ran but the one on the wall", () => {
  const { client, clock } = connected();
  clock.setBy(HOUR);
  HandSocket.last.say({ type: 'heartbeat', data: { serverTime: clock.now() } });
  assert.equal(client.serverNow, clock.now());
});

test('a page that wakes asks the server, and replaces the connection if that does not answer within two seconds', () => {
  const setup = connected();
  const { clock, page, connections } = setup;
  const first = HandSocket.last;
  assert.deepEqual(first.sent, []);
  page.listener?.woke();
  const [ping] = sent(first);
  assert.deepEqual({ ...ping, ref: '' }, { type: 'ping', ref: '' });
  assert.ok(ping?.ref);
  clock.advance(1999);
  assert.equal(setup.client.connection.status, 'live');
  clock.advance(1);
  assert.equal(reason(setup), 'the server did not answer');
  assert.equal(first.readyState, 3);
  clock.advance(125);
  assert.equal(HandSocket.all.length, 2);
  assert.equal(HandSocket.last.query.get('after'), 'epoch000-1');
  HandSocket.last.greet({ recovered: true });
  assert.deepEqual(statuses(connections), ['connecting', 'live', 'reconnecting', 'reconnecting', 'live']);
  clock.advance(5000);
  assert.equal(HandSocket.all.length, 2);
});

test('the jitter of a replacement is up to 250 ms, whatever the backoff is', () => {
  const { clock, page } = connected({ random: () => 0.999, reconnectDelay: () => 20_000 });
  page.listener?.woke();
  clock.advance(2000 + 249);
  assert.equal(HandSocket.all.length, 1);
  clock.advance(1);
  assert.equal(HandSocket.all.length, 2);
});

test('a server that has answered is there, and is waited for as before', () => {
  const { client, clock, page } = connected();
  page.listener?.woke();
  clock.advance(1999);
  HandSocket.last.say(ack(sent(HandSocket.last)[0]?.ref ?? ''));
  clock.advance(30_000);
  assert.equal(client.connection.status, 'live');
  clock.advance(5000);
  assert.equal(client.connection.status, 'reconnecting');
});

for (const [name, frame] of [
  ['the acknowledgement of something else', ack('something else')],
  ['a heartbeat', { type: 'heartbeat', data: {} }],
  ['a message', statusAt(2)],
  ['nonsense', 'no JSON'],
] as const) {
  test(`what a server that was asked says else may be old, and is no answer: ${name}`, () => {
    const setup = connected();
    const { clock, page } = setup;
    page.listener?.woke();
    clock.advance(5);
    HandSocket.last.say(frame);
    clock.advance(1999);
    assert.equal(setup.client.connection.status, 'live');
    clock.advance(1);
    assert.equal(reason(setup), 'the server did not answer');
  });
}

test('an answer that comes after much that was said before is waited for', () => {
  const { client, clock, page } = connected();
  page.listener?.woke();
  for (let seq = 2; seq < 12; seq++) {
    clock.advance(1500);
    HandSocket.last.say(statusAt(seq));
  }
  HandSocket.last.say(ack(sent(HandSocket.last)[0]?.ref ?? ''));
  clock.advance(10_000);
  assert.equal(client.connection.status, 'live');
  assert.equal(HandSocket.all.length, 1);
});

test('an answer that came by another way says nothing of the way that was asked after', () => {
  const setup = connected();
  setup.page.listener?.woke();
  const answer = { data: JSON.stringify(ack(sent(HandSocket.last)[0]?.ref ?? '')), aside: true };
  HandSocket.last.onmessage?.(answer);
  setup.clock.advance(2000);
  assert.equal(reason(setup), 'the server did not answer');
});

test('questions do not pile up while one waits for its answer, and are asked again at the next wake', () => {
  const { clock, page, client } = connected();
  for (let i = 0; i < 5; i++) {
    page.listener?.woke();
    clock.advance(100);
  }
  assert.equal(sent(HandSocket.last, 'ping').length, 1);
  HandSocket.last.say(ack(sent(HandSocket.last)[0]?.ref ?? ''));
  page.listener?.woke();
  const [first, second] = sent(HandSocket.last, 'ping');
  assert.notEqual(second?.ref, first?.ref);
  assert.equal(client.connection.status, 'live');
});

test('a question that was not answered before the connection was lost is not held against the next one', () => {
  const { client, clock, page } = connected();
  page.listener?.woke();
  HandSocket.last.end();
  clock.advance(250);
  HandSocket.last.greet({ recovered: true });
  clock.advance(10_000);
  assert.equal(client.connection.status, 'live');
  assert.equal(HandSocket.all.length, 2);
  page.listener?.woke();
  assert.equal(sent(HandSocket.last, 'ping').length, 1);
  client.disconnect();
  assert.equal(clock.waiting, 0);
});

test('a server that does not greet is not asked', () => {
  const { client, clock, page } = setUp();
  client.connect();
  HandSocket.last.open();
  HandSocket.last.say({ type: 'status', data: 'hello' });
  page.listener?.woke();
  clock.advance(60_000);
  assert.deepEqual(HandSocket.last.sent, []);
  assert.equal(client.connection.status, 'live');
});

for (const [name, sleep] of [
  ['', (setup: Setup) => setup.clock.sleep(3 * 24 * HOUR)],
  [' on a platform where the monotonic clock stands meanwhile', (setup: Setup) => setup.clock.setBy(3 * 24 * HOUR)],
] as const) {
  test(`a page that slept for days has a new connection soon after it woke${name}`, () => {
    const setup = connected();
    sleep(setup);
    setup.page.listener?.woke();
    setup.clock.advance(2250);
    assert.equal(HandSocket.all.length, 2);
  });
}

test('a page that slept through the heartbeat, and was told of no wake, hears what was said meanwhile before it gives up', () => {
  const alive = connected();
  alive.clock.advance(20_000);
  alive.clock.sleep(60_000);
  alive.clock.advance(15_000);
  assert.equal(alive.client.connection.status, 'live');
  HandSocket.last.say(statusAt(2));
  const [ping, ...more] = sent(HandSocket.last, 'ping');
  assert.equal(more.length, 0);
  HandSocket.last.say(ack(ping?.ref ?? ''));
  alive.clock.advance(34_999);
  assert.equal(alive.client.connection.status, 'live');
  alive.clock.advance(1);
  assert.equal(alive.client.connection.status, 'reconnecting');

  const dead = connected();
  dead.clock.sleep(60_000);
  dead.clock.advance(35_000);
  dead.clock.advance(2000);
  assert.equal(reason(dead), 'the server did not answer');
});

test('a handshake that hangs is given up after 10 s, then comes the backoff', () => {
  const setup = setUp();
  setup.client.connect();
  const first = HandSocket.last;
  setup.clock.advance(9999);
  assert.equal(setup.client.connection.status, 'connecting');
  setup.clock.advance(1);
  assert.equal(first.readyState, 3);
  assert.equal(reason(setup), 'the connection did not open');
  setup.clock.advance(250);
  assert.equal(HandSocket.all.length, 2);
  setup.clock.advance(10_000 + 499);
  assert.equal(HandSocket.all.length, 2);
  setup.clock.advance(1);
  assert.equal(HandSocket.all.length, 3);
  first.greet();
  assert.equal(setup.client.connection.status, 'reconnecting', 'too late');
});

test('openTimeout is what a handshake may take', () => {
  const { client, clock } = setUp({ openTimeout: 300 });
  client.connect();
  clock.advance(299);
  assert.equal(client.connection.status, 'connecting');
  clock.advance(1);
  assert.equal(client.connection.status, 'reconnecting');
});

test('openTimeout does not wait for a greeting of a server that may have none', () => {
  const { client, clock } = setUp({ openTimeout: 300 });
  client.connect();
  HandSocket.last.open();
  clock.advance(1000);
  assert.equal(client.connection.status, 'live');
  assert.equal(HandSocket.all.length, 1);
});

test('a server that is known to greet, and does not, is given up after 10 s', () => {
  const setup = connected();
  HandSocket.last.end();
  setup.clock.advance(9000);
  HandSocket.last.open();
  setup.clock.advance(9999);
  assert.equal(HandSocket.all.length, 2);
  setup.clock.advance(1);
  assert.equal(reason(setup), 'the server did not greet');
});

test('a server that greeted once, and then speaks without, is left alone', () => {
  const { client, clock } = connected();
  HandSocket.last.end();
  clock.advance(250);
  HandSocket.last.open();
  HandSocket.last.say({ type: 'status', data: 'hello' });
  clock.advance(60_000);
  assert.equal(client.connection.status, 'live');
});

test('a connection that goes quiet in the middle of a replay is given up, and one whose replay takes long is not', () => {
  const setup = connected();
  HandSocket.last.end();
  setup.clock.advance(250);
  HandSocket.last.open();
  const channels = { 'session:s': { position: 'epoch000-9', recovered: true } };
  const data = { message: 'hi', protocol: 1, sessionId: 's', channels, heartbeat: 25_000, serverTime: 1 };
  HandSocket.last.say({ type: 'connected', data });
  for (let seq = 2; seq < 6; seq++) {
    setup.clock.advance(30_000);
    HandSocket.last.say(statusAt(seq));
  }
  assert.equal(HandSocket.all.length, 2);
  setup.clock.advance(34_999);
  assert.equal(HandSocket.all.length, 2);
  setup.clock.advance(1);
  assert.equal(reason(setup), 'the server has gone quiet');
});

test('a page that wakes as it begins to connect goes on with that for two seconds, however often it wakes', () => {
  const { client, clock, page, connections } = setUp();
  client.connect();
  for (let i = 0; i < 4; i++) {
    page.listener?.woke();
    clock.advance(499);
  }
  assert.equal(HandSocket.all.length, 1);
  clock.advance(4);
  assert.equal(HandSocket.all[0]?.readyState, 3);
  assert.equal(HandSocket.all.length, 2);
  HandSocket.last.greet();
  clock.advance(10_000);
  assert.equal(HandSocket.all.length, 2);
  assert.deepEqual(statuses(connections), ['connecting', 'live']);
});

test('a page that wakes in the middle of an attempt makes another at once, unless that comes further meanwhile', () => {
  const { client, clock, page, connections } = connected();
  HandSocket.last.end();
  clock.advance(250 + 2000);
  page.listener?.woke();
  clock.advance(125);
  assert.equal(HandSocket.all.length, 3);
  clock.advance(2000);
  page.listener?.woke();
  HandSocket.last.open();
  clock.advance(1000);
  assert.equal(HandSocket.all.length, 3);
  // Now it was open before the page woke, and has said nothing since.
  clock.advance(1000);
  page.listener?.woke();
  clock.advance(125);
  assert.equal(HandSocket.all.length, 4);
  HandSocket.last.greet({ recovered: true });
  assert.equal(client.connection.status, 'live');
  assert.deepEqual(statuses(connections), ['connecting', 'live', 'reconnecting', 'reconnecting', 'live']);
});

test('the waits start over when a page wakes, and the attempts are counted on', () => {
  const { client, clock, page } = connected({ random: () => 0.99 });
  for (let i = 0; i < 10; i++) {
    HandSocket.last.end();
    clock.advance(20_000);
  }
  HandSocket.last.end();
  page.listener?.woke();
  for (const wait of [495, 990, 1980]) {
    clock.advance(1980);
    HandSocket.last.end();
    const { connection } = client;
    assert.ok(connection.status === 'reconnecting');
    assert.equal((connection.retryAt ?? 0) - clock.now(), wait);
    assert.ok(connection.attempt > 10);
  }
});

test('a page that wakes while its token is on the way opens no second socket', async () => {
  let give: (token: string) => void = () => {};
  const { client, clock, page } = setUp({
    getToken: () =>
      new Promise<string>((resolve) => {
        give = resolve;
      }),
  });
  client.connect();
  page.listener?.woke();
  await settled();
  clock.advance(1000);
  give('late');
  await settled();
  assert.equal(HandSocket.all.length, 1);
});

test('getToken that never answers is asked again after a minute, and what it says then is too late', async () => {
  const answers: Array<(token: string) => void> = [];
  const { client, clock } = setUp({ getToken: () => new Promise<string>((resolve) => answers.push(resolve)) });
  client.connect();
  await settled();
  clock.advance(59_999);
  assert.equal(client.connection.status, 'connecting');
  clock.advance(1 + 250);
  await settled();
  answers[0]?.('first');
  answers[1]?.('second');
  await settled();
  assert.deepEqual(
    HandSocket.all.map(({ query }) => query.get('token')),
    ['second'],
  );
});

test('without a network it is offline, once, however often it tries; with one again it goes at once', (t) => {
  const had = Object.getOwnPropertyDescriptor(globalThis, 'navigator');
  const network = { onLine: false };
  Object.defineProperty(globalThis, 'navigator', { value: network, configurable: true });
  t.after(() => {
    if (had) Object.defineProperty(globalThis, 'navigator', had);
    else Reflect.deleteProperty(globalThis, 'navigator');
  });
  const { client, clock, page, connections } = connected();
  HandSocket.last.end();
  clock.advance(250);
  assert.equal(HandSocket.all.length, 2, 'it tries all the same: the browser may be wrong');
  assert.deepEqual(statuses(connections), ['connecting', 'live', 'offline']);
  HandSocket.last.end();
  network.onLine = true;
  page.listener?.woke();
  clock.advance(125);
  assert.equal(HandSocket.all.length, 3);
  HandSocket.last.greet({ recovered: true });
  assert.equal(client.connection.status, 'live');
});

test('every wake during the backoff makes one attempt', () => {
  const { clock, page } = connected();
  HandSocket.last.end();
  for (let i = 0; i < 5; i++) page.listener?.woke();
  clock.advance(10_000);
  assert.equal(HandSocket.all.length, 2);
});
