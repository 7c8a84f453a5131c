import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type AddressInfo, connect, createServer } from 'node:net';
import { beforeEach, test } from 'node:test';
import type { Clock } from '../../../protocol/index.js';
import { live, stateOf, testClient } from '../../helpers/client.js';
import { HandPage, HandSocket } from '../../helpers/hand-socket.js';
import { startServer } from '../../helpers/server.js';
import { reset, type Setup, sent, setUp, statuses } from './setup.js';

beforeEach(reset);

/** A client on a server that has let it in, and has not said a word. */
function silent(): Setup {
  const setup = setUp();
  setup.client.connect();
  HandSocket.last.open();
  setup.clock.advance(1000);
  assert.equal(setup.client.connection.status, 'live');
  return setup;
}

test('a connection on which not a word was heard is replaced when the page wakes, and shows nothing of it', () => {
  const { clock, page, connections } = silent();
  clock.advance(10_000);
  page.listener?.woke();
  clock.advance(125);
  assert.equal(HandSocket.all.length, 2);
  assert.equal(HandSocket.all[0]?.readyState, 3);
  HandSocket.last.open();
  clock.advance(5000);
  assert.deepEqual(statuses(connections), ['connecting', 'live']);
});

test('one that a word was heard on is not, however little it meant', () => {
  for (const word of [{ type: 'status', data: 'hello' }, 'nonsense', { type: 'heartbeat', data: {} }]) {
    const { clock, page, client } = silent();
    const sockets = HandSocket.all.length;
    HandSocket.last.say(word);
    page.listener?.woke();
    clock.advance(3_600_000);
    assert.equal(HandSocket.all.length, sockets);
    assert.equal(client.connection.status, 'live');
  }
});

test('silence is doubted after 30 s, then ever more seldom, down to every ten minutes', () => {
  const { clock, connections } = silent();
  for (const seconds of [30, 60, 120, 240, 480, 600, 600]) {
    const before = HandSocket.all.length;
    clock.advance(seconds * 1000 - 1);
    assert.equal(HandSocket.all.length, before);
    clock.advance(1);
    assert.equal(HandSocket.all.length, before + 1);
    HandSocket.last.open();
    clock.advance(1000);
  }
  assert.deepEqual(
    statuses(connections),
    ['connecting', 'live'],
    'as far as anyone knows it was connected all the time',
  );
});

test('a server that was once heard to speak without a greeting may be silent for as long as it likes', () => {
  const { client, clock } = silent();
  HandSocket.last.say({ type: 'status', data: 'hello' });
  HandSocket.last.end();
  clock.advance(250);
  HandSocket.last.open();
  clock.advance(3_600_000);
  assert.equal(HandSocket.all.length, 2);
  assert.equal(client.connection.status, 'live');
});

test('where the next connection fails, it is lost', () => {
  const { client, clock, connections } = silent();
  clock.advance(30_000);
  clock.advance(9999);
  assert.equal(client.connection.status, 'live');
  clock.advance(1);
  assert.deepEqual(statuses(connections), ['connecting', 'live', 'reconnecting']);
});

test('where the next connection is greeted, it is not live until everything is here', () => {
  const { client, clock, connections } = silent();
  clock.advance(30_000);
  HandSocket.last.greet();
  assert.deepEqual(statuses(connections), ['connecting', 'live', 'connecting', 'live']);
  clock.advance(20_000);
  assert.equal(client.connection.status, 'live');
});

test('what a silent server was sent is sent to the next one as silent no more, and again with its first word', async () => {
  const { client, clock } = silent();
  const early = client.send('once');
  for (const seconds of [30, 60, 120]) {
    clock.advance(seconds * 1000);
    HandSocket.last.open();
    clock.advance(1000);
  }
  assert.deepEqual(
    HandSocket.all.map((socket) => sent(socket).length),
    [1, 0, 0, 0],
  );
  void client.send('another');
  assert.deepEqual(
    sent(HandSocket.last).map(({ data }) => data),
    ['another'],
  );
  HandSocket.last.say({ type: 'status', data: 'a word' });
  assert.equal((await early).accepted, true);
  assert.deepEqual(
    sent(HandSocket.last).map(({ data }) => data),
    ['another', 'once'],
  );
});

test('nothing waits any more once a silent client was disconnected', () => {
  const { client, clock, page } = silent();
  clock.advance(5000);
  page.listener?.woke();
  client.disconnect();
  assert.equal(clock.waiting, 0);
});

/** A clock on which a real second is a minute. */
const fast: Clock = {
  now: () => Date.now(),
  elapsed: () => performance.now() * 60,
  after(ms, run) {
    const timer = setTimeout(run, ms / 60);
    return () => clearTimeout(timer);
  },
};

for (const [name, options] of [
  // On a busy machine a handshake takes minutes of that clock.
  ['by its silence', { clock: fast, openTimeout: 600_000 }],
  ['as the page wakes', {}],
] as const) {
  test(`a connection that swallows everything behind the handshake is found ${name}`, {
    timeout: 30_000,
  }, async (t) => {
    const server = await startServer();
    let swallows = true;
    let connections = 0;
    const proxy = createServer((page) => {
      const isDead = swallows;
      connections++;
      const upstream = connect(server.port, '127.0.0.1');
      for (const socket of [page, upstream]) socket.on('error', () => {});
      page.on('close', () => upstream.destroy());
      upstream.on('close', () => page.destroy());
      page.pipe(upstream);
      let head = '';
      upstream.on('data', (piece) => {
        if (!isDead) page.write(piece);
        else if (!head.includes('\r\n\r\n')) {
          head += piece.toString('latin1');
          page.write(head.slice(0, head.indexOf('\r\n\r\n') + 4), 'latin1');
        }
      });
    });
    proxy.listen(0, '127.0.0.1');
    await once(proxy, 'listening');
    const { port } = proxy.address() as AddressInfo;
    const page = new HandPage();
    const client = testClient({
      url: `ws://127.0.0.1:${port}/ws`,
      sessionId: 's',
      transport: 'websocket',
      watchPage: page.watch,
      ...options,
    });
    t.after(async () => {
      client.close();
      proxy.close();
      await server.close();
    });
    client.connect();
    await live(client);
    swallows = false;
    await server.messenger.sendToSession('s', { type: 'status', data: 'what was missed' });
    if (name === 'as the page wakes') page.listener?.woke();
    await stateOf(client, ({ status }) => status?.text === 'what was missed');
    assert.equal(connections, 2);
  });
}
