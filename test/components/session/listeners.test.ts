import assert from 'node:assert/strict';
import { beforeEach, test } from 'node:test';
import type { ConnectionStatus } from '../../../components/session/index.js';
import { HandSocket, statusAt } from '../../helpers/hand-socket.js';
import { reset, type Setup, sent, settled, setUp } from './setup.js';

beforeEach(reset);

/** Everything that could revive a connection that was ended on purpose. */
async function tryToRevive({ clock, page }: Setup): Promise<void> {
  const { listener } = page;
  await settled();
  listener?.woke();
  clock.advance(3_600_000);
  await settled();
}

/** Does `run` once, the next time that the connection stands so. */
function once({ client }: Setup, status: ConnectionStatus, run: () => void): void {
  const stop = client.on('connection', (connection) => {
    if (connection.status !== status) return;
    stop();
    run();
  });
}

for (const getToken of [undefined, () => 'token']) {
  const how = getToken ? ', though its token is yet to come' : '';

  test(`a listener that disconnects as the client connects keeps the socket from being opened${how}`, async () => {
    const setup = setUp(getToken ? { getToken } : {});
    once(setup, 'connecting', () => setup.client.disconnect());
    setup.client.connect();
    await tryToRevive(setup);
    assert.equal(HandSocket.all.length, 0);
    assert.equal(setup.client.connection.status, 'idle');
    assert.equal(setup.clock.waiting, 0);
  });

  test(`one that disconnects and connects again as the client connects has one socket${how}`, async () => {
    const setup = setUp(getToken ? { getToken } : {});
    once(setup, 'connecting', () => {
      setup.client.disconnect();
      setup.client.connect();
    });
    setup.client.connect();
    await settled();
    assert.equal(HandSocket.all.length, 1);
    HandSocket.last.greet();
    assert.equal(setup.client.connection.status, 'live');
  });
}

test('a listener that disconnects as an attempt begins keeps the socket from being opened', async () => {
  const setup = setUp();
  setup.client.connect();
  HandSocket.last.end();
  once(setup, 'reconnecting', () => setup.client.disconnect());
  setup.clock.advance(250);
  await tryToRevive(setup);
  assert.equal(HandSocket.all.length, 1);
  assert.equal(setup.client.connection.status, 'idle');
  assert.equal(setup.clock.waiting, 0);
});

test('a listener that disconnects as the connection is lost, or live, has the last word', async () => {
  for (const status of ['reconnecting', 'live'] as const) {
    const setup = setUp();
    const before = HandSocket.all.length;
    once(setup, status, () => setup.client.disconnect());
    setup.client.connect();
    HandSocket.last.greet({ replay: [statusAt(1)] });
    HandSocket.last.end();
    await tryToRevive(setup);
    assert.equal(HandSocket.all.length, before + 1);
    assert.equal(setup.client.connection.status, 'idle');
    assert.equal(setup.clock.waiting, 0);
  }
});

test('a listener that disconnects over a problem has the last word: with a frame, the token, the address', async () => {
  const ofFrame = setUp();
  ofFrame.client.on('problem', () => ofFrame.client.disconnect());
  ofFrame.client.connect();
  HandSocket.last.open();
  const connected = { message: '', protocol: 1, sessionId: 's', channels: {}, heartbeat: 1000, serverTime: 1 };
  HandSocket.last.say(`junk ${JSON.stringify({ type: 'connected', data: connected })}`);

  const ofToken = setUp({ getToken: () => Promise.reject(new Error('no network')) });
  ofToken.client.on('problem', () => ofToken.client.disconnect());
  ofToken.client.connect();

  const ofAddress = setUp({ sessionId: 'a b' });
  ofAddress.client.on('problem', () => ofAddress.client.disconnect());
  ofAddress.client.connect();

  for (const setup of [ofFrame, ofToken, ofAddress]) {
    await tryToRevive(setup);
    assert.equal(setup.problems.length, 1);
    assert.equal(setup.client.connection.status, 'idle');
    assert.equal(setup.clock.waiting, 0);
  }
  assert.equal(HandSocket.all.length, 1);
});

test('a listener that disconnects as a late greeting takes live back has the last word', async () => {
  const setup = setUp();
  setup.client.connect();
  HandSocket.last.open();
  setup.clock.advance(1000);
  assert.equal(setup.client.connection.status, 'live');
  once(setup, 'connecting', () => setup.client.disconnect());
  HandSocket.last.greet();
  await tryToRevive(setup);
  assert.equal(HandSocket.all.length, 1);
  assert.equal(setup.client.connection.status, 'idle');
  assert.equal(setup.clock.waiting, 0);
});

for (const [code, status] of [
  [1000, 'ended'],
  [4403, 'refused'],
] as const) {
  test(`a listener may connect again as it hears that it is ${status}`, () => {
    const setup = setUp();
    setup.client.connect();
    HandSocket.last.greet();
    once(setup, status, () => setup.client.connect());
    HandSocket.last.end(code);
    assert.equal(HandSocket.all.length, 2);
    HandSocket.last.greet();
    assert.equal(setup.client.connection.status, 'live');
    setup.page.listener?.woke();
    assert.equal(sent(HandSocket.last, 'ping').length, 1, 'the page is watched');
  });
}

test('a listener that reconnects in the middle of a frame hears nothing more of that connection', () => {
  const setup = setUp({ decode: (text) => JSON.parse(String(text)) });
  setup.client.connect();
  HandSocket.last.greet();
  const stop = setup.client.on('message', () => {
    stop();
    setup.client.disconnect();
    setup.client.connect();
    // As a socket might that is handed in.
    HandSocket.last.open();
  });
  HandSocket.last.say(JSON.stringify([statusAt(1), statusAt(2), statusAt(9)]));
  assert.deepEqual(setup.messages, ['status 1']);
  assert.equal(HandSocket.all.length, 2);
  assert.equal(setup.client.connection.status, 'connecting');
  assert.equal(HandSocket.last.query.get('after'), 'epoch000-1');
});

test('what is sent from within any event is sent once on every connection, in its order', () => {
  const setup = setUp();
  const { client, clock } = setup;
  client.on('connection', ({ status }) => void client.send(status).catch(() => {}));
  client.on('message', ({ data }) => void client.send(data));
  client.connect();
  HandSocket.last.greet({ replay: [statusAt(1)] });
  const data = () => sent(HandSocket.last).map((frame) => frame.data);
  assert.deepEqual(data(), ['connecting', 'status 1', 'live']);
  HandSocket.last.end();
  clock.advance(250);
  HandSocket.last.greet({ recovered: true });
  assert.deepEqual(data(), ['connecting', 'status 1', 'live', 'reconnecting', 'reconnecting', 'live']);
});

test('a function that listens twice is called twice, and once when one of the two is stopped', () => {
  const { client } = setUp();
  let calls = 0;
  const listener = () => calls++;
  const stop = client.on('message', listener);
  client.on('message', listener);
  client.connect();
  HandSocket.last.greet({ replay: [statusAt(1)] });
  assert.equal(calls, 2);
  stop();
  stop();
  HandSocket.last.say(statusAt(2));
  assert.equal(calls, 3);
});

test('a listener that another one stops is not called any more, and one that comes meanwhile not yet', () => {
  const { client } = setUp();
  const calls: string[] = [];
  let stopSecond = () => {};
  client.on('message', () => {
    stopSecond();
    client.on('message', () => calls.push('late'));
  });
  stopSecond = client.on('message', () => calls.push('stopped'));
  client.on('message', () => calls.push('third'));
  client.connect();
  HandSocket.last.greet({ replay: [statusAt(1)] });
  assert.deepEqual(calls, ['third']);
});

test('listeners that throw at everything change nothing', (t) => {
  const had = globalThis.reportError;
  const reported: unknown[] = [];
  globalThis.reportError = (error) => void reported.push(error);
  t.after(() => {
    globalThis.reportError = had;
  });
  const setup = setUp();
  const { client, clock } = setup;
  for (const type of ['connection', 'message', 'state', 'problem'] as const) {
    client.on(type, () => {
      throw new Error(type);
    });
  }
  client.connect();
  HandSocket.last.greet({ replay: ['junk', statusAt(1)] });
  HandSocket.last.end();
  clock.advance(250);
  HandSocket.last.greet({ recovered: true, replay: [statusAt(2)] });
  assert.equal(client.connection.status, 'live');
  assert.deepEqual(setup.messages, ['status 1', 'status 2']);
  assert.equal(reported.length, 5 + 2 + 2 + 1);
});

test('two calls of connect() in a row are one, whatever the connection waits for', () => {
  const { client, clock } = setUp();
  const twice = () => {
    client.connect();
    client.connect();
  };
  twice();
  assert.equal(HandSocket.all.length, 1);
  HandSocket.last.open();
  twice();
  HandSocket.last.greet();
  twice();
  assert.equal(HandSocket.all.length, 1);
  HandSocket.last.end();
  twice();
  clock.advance(20_000);
  assert.equal(HandSocket.all.length, 2);
  HandSocket.last.end(1000);
  twice();
  assert.equal(HandSocket.all.length, 3);
  HandSocket.last.greet();
  assert.equal(client.connection.status, 'live');
});

test('a socket that never tells of its end is let go, and its end, should it come, is nobody’s', () => {
  const { client, clock } = setUp();
  client.connect();
  const first = HandSocket.last;
  first.greet();
  clock.advance(35_000 + 250);
  assert.equal(HandSocket.all.length, 2);
  HandSocket.last.greet();
  first.end(4403);
  first.say(statusAt(1));
  assert.equal(client.connection.status, 'live');
  assert.equal(client.position, undefined);
});
