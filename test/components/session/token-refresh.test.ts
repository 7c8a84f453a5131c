import assert from 'node:assert/strict';
import { beforeEach, test } from 'node:test';
import { refreshDelay } from '../../../components/session/token-refresh.js';
import { HandSocket } from '../../helpers/hand-socket.js';
import { ack, HandStorage, reset, type Setup, sent, settled, setUp, statuses } from './setup.js';

beforeEach(reset);

const MINUTE = 60_000;

/** A client whose token ends after an hour, on a server whose clock is two hours ahead. */
async function connected(options: Parameters<typeof setUp>[0], life = 60 * MINUTE): Promise<Setup> {
  const setup = setUp(options);
  setup.client.connect();
  await settled();
  greet(setup, life);
  return setup;
}

function greet({ clock }: Setup, life?: number): void {
  const serverTime = clock.now() + 120 * MINUTE;
  HandSocket.last.open();
  const ends = life === undefined ? {} : { expiresAt: serverTime + life };
  const data = { message: '', protocol: 1, sessionId: 's', channels: {}, heartbeat: 2 ** 30, serverTime, ...ends };
  HandSocket.last.say({ type: 'connected', data }, { type: 'synced', data: {} });
}

/** Lets time go by in steps, and what waits for promises run in each. */
async function pass({ clock }: Setup, ms: number): Promise<void> {
  const end = clock.now() + ms;
  while (clock.now() < end) {
    clock.advance(Math.min(1000, end - clock.now()));
    await settled();
  }
}

const shown = () => sent(HandSocket.last, 'token').map(({ data }) => data);

function numbered(): { getToken: () => string; asked: () => number } {
  let count = 0;
  return { getToken: () => `token-${++count}`, asked: () => count };
}

test('a token is replaced at about 80 % of its life, spread, and some seconds before its end', () => {
  for (const left of [2 * MINUTE, 60 * MINUTE, 30 * 24 * 60 * MINUTE]) {
    assert.equal(
      refreshDelay(left, () => 0),
      left * 0.75,
    );
    assert.ok(Math.abs((refreshDelay(left, () => 0.5) ?? 0) - left * 0.8) < 1);
    assert.ok((refreshDelay(left, () => 1) ?? 0) <= left * 0.851);
  }
  for (const random of [() => 0, () => 1]) {
    assert.ok((refreshDelay(30_000, random) ?? 0) <= 22_500);
    assert.equal(refreshDelay(12_000, random), 6000, 'of a short life at least half is used');
    assert.equal(refreshDelay(1999, random), undefined);
    assert.equal(refreshDelay(-MINUTE, random), undefined);
  }
});

test('a fresh token is shown on the connection as it stands, again and again, and nobody notices', async () => {
  const { getToken, asked } = numbered();
  const setup = await connected({ getToken });
  await pass(setup, 48 * MINUTE - 1000);
  assert.equal(asked(), 1);
  await pass(setup, 1000);
  const [frame] = sent(HandSocket.last);
  assert.deepEqual({ ...frame, ref: '' }, { type: 'token', ref: '', data: { token: 'token-2' } });
  HandSocket.last.say(ack(frame?.ref ?? '', { expiresAt: setup.client.serverNow + 10 * MINUTE }));
  await pass(setup, 8 * MINUTE - 1000);
  assert.equal(asked(), 2);
  await pass(setup, 1000);
  assert.deepEqual(shown(), [{ token: 'token-2' }, { token: 'token-3' }]);
  HandSocket.last.say(ack(sent(HandSocket.last)[1]?.ref ?? ''));
  await pass(setup, 60 * MINUTE);
  assert.equal(asked(), 3, 'the last one does not end');
  assert.deepEqual(statuses(setup.connections), ['connecting', 'live']);
});

test('a server that says nothing of an end, and a page that can get no other, are left as they are', async () => {
  const { getToken, asked } = numbered();
  const endless = setUp({ getToken });
  endless.client.connect();
  await settled();
  greet(endless);
  await pass(endless, 60 * MINUTE);
  assert.equal(asked(), 1);
  const fixed = await connected({ token: 'the only one' });
  await pass(fixed, 60 * MINUTE);
  assert.deepEqual(HandSocket.last.sent, []);
});

test('getToken that fails is asked again before the token ends', async () => {
  let calls = 0;
  const setup = await connected({
    getToken() {
      if (++calls === 2) throw new Error('no network');
      if (calls === 3) return Promise.resolve(undefined);
      return `token-${calls}`;
    },
  });
  await pass(setup, 48 * MINUTE);
  assert.deepEqual(setup.problems, [
    'status-messenger: getToken: it failed (no network); it is asked again before the token ends',
  ]);
  await pass(setup, 11.6 * MINUTE);
  assert.deepEqual(shown(), [{ token: 'token-4' }]);
  assert.equal(setup.client.connection.status, 'live');
});

test('the same token, which the server does not extend, is shown a few times and not for ever', async () => {
  const setup = await connected({ getToken: () => 'the same' });
  const expiresAt = setup.client.serverNow + 60 * MINUTE;
  let seen = 0;
  for (let second = 0; second < 70 * 60; second++) {
    await pass(setup, 1000);
    for (const { ref } of sent(HandSocket.last).slice(seen)) {
      seen++;
      HandSocket.last.say(ack(ref, { expiresAt }));
    }
  }
  assert.ok(seen >= 2 && seen <= 8, `${seen}`);
  assert.equal(setup.clock.waiting, 1, 'only the watchdog');
});

test('a server that takes every token for seconds only is shown one every second at most', async () => {
  const { getToken, asked } = numbered();
  const setup = await connected({ getToken }, 2000);
  let seen = 0;
  for (let second = 0; second < 60; second++) {
    await pass(setup, 1000);
    for (const { ref } of sent(HandSocket.last).slice(seen)) {
      seen++;
      HandSocket.last.say(ack(ref, { expiresAt: setup.client.serverNow + 2000 }));
    }
  }
  assert.ok(asked() > 30 && asked() <= 61, `${asked()}`);
});

test('a token that the server rejected is never shown again, neither on this connection nor on another', async () => {
  const tokens = ['first', 'bad', 'bad', 'worse', 'bad', 'good'];
  const setup = await connected({ getToken: () => tokens.shift() });
  const reject = () => {
    const { ref } = sent(HandSocket.last).at(-1) ?? { ref: '' };
    HandSocket.last.say({ type: 'ack', data: { ref, accepted: false, reason: 'unknown', code: 4401 } });
  };
  await pass(setup, 48 * MINUTE);
  reject();
  await pass(setup, 11.6 * MINUTE);
  assert.deepEqual(shown(), [{ token: 'bad' }, { token: 'worse' }]);
  reject();
  assert.equal(setup.client.connection.status, 'live', 'the token in use is good until it ends');
  HandSocket.last.end(1006);
  setup.clock.advance(20_000);
  await settled();
  assert.equal(HandSocket.all.length, 1);
  assert.deepEqual(setup.client.connection, {
    status: 'refused',
    code: 4401,
    reason: 'unknown',
  });
});

test('a token that the server could not decide on is shown again', async () => {
  const setup = await connected({ getToken: () => 'the one and only' });
  await pass(setup, 48 * MINUTE);
  const { ref } = sent(HandSocket.last).at(-1) ?? { ref: '' };
  HandSocket.last.say({
    type: 'ack',
    data: { ref, accepted: false, reason: 'the server could not decide', code: 1011 },
  });
  await pass(setup, 11.6 * MINUTE);
  assert.deepEqual(shown().slice(0, 2), [{ token: 'the one and only' }, { token: 'the one and only' }]);
});

test('after a replacement it is the new token that an end of the connection with 4401 rejects', async () => {
  const tokens = ['one', 'two', 'one'];
  const setup = await connected({ getToken: () => tokens.shift() });
  await pass(setup, 48 * MINUTE);
  HandSocket.last.say(ack(sent(HandSocket.last)[0]?.ref ?? '', { expiresAt: setup.client.serverNow + MINUTE }));
  HandSocket.last.end(4401);
  setup.clock.advance(20_000);
  await settled();
  assert.equal(HandSocket.all.length, 2);
  assert.equal(HandSocket.last.query.get('token'), 'one');
});

test('what getToken says after the connection was lost is not shown on the next one', async () => {
  let give: (token: string) => void = () => {};
  let calls = 0;
  const setup = await connected({
    getToken: () =>
      ++calls === 2
        ? new Promise<string>((resolve) => {
            give = resolve;
          })
        : `token-${calls}`,
  });
  await pass(setup, 48 * MINUTE);
  assert.equal(calls, 2);
  HandSocket.last.end();
  setup.clock.advance(20_000);
  await settled();
  greet(setup, 60 * MINUTE);
  give('of before');
  await settled();
  assert.equal(HandSocket.last.query.get('token'), 'token-3');
  assert.deepEqual(shown(), []);
});

test('what the server says of a token that was shown on another connection does not count', async () => {
  const tokens = ['one', 'two', 'three', 'two'];
  const setup = await connected({ getToken: () => tokens.shift() });
  await pass(setup, 48 * MINUTE);
  const { ref } = sent(HandSocket.last)[0] ?? { ref: '' };
  HandSocket.last.end();
  setup.clock.advance(20_000);
  await settled();
  greet(setup, 60 * MINUTE);
  HandSocket.last.say({ type: 'ack', data: { ref, accepted: false } });
  await pass(setup, 48 * MINUTE);
  assert.deepEqual(shown(), [{ token: 'two' }]);
});

test('getToken that fails after the client was disconnected is no problem of anyone', async () => {
  let fail: (error: Error) => void = () => {};
  let calls = 0;
  const setup = await connected({
    getToken: () =>
      ++calls === 1
        ? 'token'
        : new Promise<string>((_, reject) => {
            fail = reject;
          }),
  });
  await pass(setup, 48 * MINUTE);
  setup.client.disconnect();
  fail(new Error('late'));
  await settled();
  assert.deepEqual(setup.problems, []);
  assert.equal(setup.clock.waiting, 0);
});

test('a token that was rejected is tried once more for whoever calls connect()', async () => {
  const { client } = setUp({ getToken: () => 'stale' });
  client.connect();
  await settled();
  HandSocket.last.end(4401, 'unknown');
  client.disconnect();
  client.connect();
  await settled();
  assert.equal(HandSocket.all.length, 2);
});

test('a token that lives for months keeps its timer in bounds, and is replaced in time', async () => {
  const { getToken, asked } = numbered();
  const day = 24 * 60 * MINUTE;
  const setup = await connected({ getToken }, 100 * day);
  for (let i = 0; i < 2 * 81; i++) {
    assert.equal(asked(), i < 2 * 80 ? 1 : 2);
    setup.clock.advance(day / 2);
    await settled();
    HandSocket.last.say({ type: 'heartbeat', data: {} });
  }
  assert.equal(setup.clock.longest, day);
  assert.equal(asked(), 2);
});

test('neither tokens nor questions for a sign of life are kept in the storage', async () => {
  const storage = new HandStorage();
  const { getToken } = numbered();
  const setup = await connected({ getToken, storage, url: 'ws://server/ws?token=mine' });
  setup.page.listener?.woke();
  await pass(setup, 1000);
  HandSocket.last.say(ack(sent(HandSocket.last, 'ping')[0]?.ref ?? ''));
  void setup.client.send('kept');
  await pass(setup, 48 * MINUTE);
  assert.deepEqual(
    sent(HandSocket.last).map(({ type }) => type),
    ['ping', 'input', 'token'],
  );
  assert.match(storage.text, /"kept"/);
  assert.doesNotMatch(storage.text, /token|ping|mine/);
});

test('nothing waits any more once the client was disconnected', async () => {
  const { getToken, asked } = numbered();
  const setup = await connected({ getToken });
  setup.client.disconnect();
  assert.equal(setup.clock.waiting, 0);
  await pass(setup, 60 * MINUTE);
  assert.equal(asked(), 1);
});
