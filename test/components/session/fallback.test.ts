import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { createServer as createTcpServer } from 'node:net';
import { beforeEach, type TestContext, test } from 'node:test';
import { WebSocket } from 'ws';
import { type Connection, SessionClient, type SessionClientOptions } from '../../../components/session/index.js';
import { ManualClock } from '../../../components/testing/index.js';
import { StatusMessenger } from '../../../server-adapter/index.js';
import { eventOf, live, stateOf } from '../../helpers/client.js';
import { HandPage, HandSocket } from '../../helpers/hand-socket.js';
import { listen, startServer } from '../../helpers/server.js';
import { complaints, reset, setUp } from './setup.js';

beforeEach(reset);

const status = (data: string) => ({ type: 'status', data });
const BLOCKED =
  'status-messenger: transport: got WebSockets that never opened, expected one that does; going on over server-sent events';

interface Page {
  readonly client: SessionClient;
  readonly connections: Connection[];
  readonly problems: string[];
}

function page(t: TestContext, port: number, options: Partial<SessionClientOptions> = {}): Page {
  const url = `ws://127.0.0.1:${port}/ws`;
  const client = new SessionClient({ url, sessionId: 's', WebSocket, reconnectDelay: () => 1, ...options });
  const connections: Connection[] = [];
  const problems: string[] = [];
  client.on('connection', (connection) => connections.push(connection));
  client.on('problem', ({ message }) => problems.push(message));
  t.after(() => client.disconnect());
  client.connect();
  return { client, connections, problems };
}

/** A server that serves streams and refuses upgrades, and what it was asked for. */
async function startBlocked(t: TestContext, refuses: (path: string) => boolean = () => false) {
  const messenger = new StatusMessenger({ logger: false });
  const asked: string[] = [];
  const server = createServer((request, response) => {
    const path = (request.url ?? '').split(/[?]/, 1)[0] ?? '';
    asked.push(`${request.method} ${path}`);
    if (refuses(path)) response.destroy();
    else messenger.middleware(request, response, () => response.writeHead(403).end('blocked'));
  });
  t.after(async () => {
    await messenger.close({ timeout: 100 });
    server.closeAllConnections();
    server.close();
  });
  return { messenger, asked, port: await listen(server) };
}

/** A network in which nothing opens. Keeps the first line of what was asked. */
async function startDead(t: TestContext) {
  const asked: string[] = [];
  const server = createTcpServer((socket) => {
    socket.on('error', () => {});
    socket.once('data', (data) => {
      asked.push(/^GET (\S+?)[? ]/.exec(String(data))?.[1] ?? '');
      socket.destroy();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(() => server.close());
  const address = server.address();
  assert.ok(typeof address === 'object' && address);
  return { asked, port: address.port, server };
}

async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise((resolve) => setTimeout(resolve, 2));
}

test('where WebSockets are refused, a page goes on over server-sent events, and says so once', async (t) => {
  const { messenger, asked, port } = await startBlocked(t);
  messenger.onInput((input) => messenger.sendToSession('s', status(`got ${input}`)));
  const { client, connections, problems } = page(t, port);
  await live(client);
  assert.deepEqual(asked, ['GET /ws/s', 'GET /ws/s', 'GET /sse/s']);
  const { connection } = client;
  assert.ok(connection.status === 'live');
  assert.equal(connection.transport, 'sse');
  assert.deepEqual(connections.map(({ status }) => status).at(-1), 'live');
  assert.deepEqual(problems, [BLOCKED]);
  assert.deepEqual(complaints(), [BLOCKED]);

  assert.deepEqual({ ...(await client.send('hello')), ref: '' }, { ref: '', accepted: true });
  await stateOf(client, (state) => state.status?.text === 'got hello');

  // What works goes on, and what was missed comes.
  client.disconnect();
  await messenger.sendToSession('s', status('missed'));
  client.connect();
  await stateOf(client, (state) => state.status?.text === 'missed');
  await live(client);
  assert.deepEqual(asked.slice(3), ['POST /sse/s', 'GET /sse/s']);
  assert.deepEqual(problems, [BLOCKED], 'once');
});

test('where WebSockets open, nothing else is asked for', async (t) => {
  const server = await startServer();
  t.after(server.close);
  server.server.prependListener('request', () => assert.fail('a request'));
  const { client, problems } = page(t, server.port);
  await live(client);
  const { connection } = client;
  assert.ok(connection.status === 'live');
  assert.equal(connection.transport, 'websocket');
  assert.deepEqual(problems, []);
});

test('while nothing opens, one is tried after the other, and nothing is said to be blocked', async (t) => {
  const dead = await startDead(t);
  const { problems, client } = page(t, dead.port);
  await until(() => dead.asked.length >= 8);
  client.disconnect();
  assert.deepEqual(dead.asked.slice(0, 8), ['/ws/s', '/ws/s', '/sse/s', '/ws/s', '/sse/s', '/ws/s', '/sse/s', '/ws/s']);
  assert.deepEqual(problems, []);
});

test('who disconnects when told that WebSockets do not get through is disconnected', async (t) => {
  const dead = await startDead(t);
  // At an address that has no stream beside it there is nothing to turn to, which is told as a socket is made.
  const client = new SessionClient({
    url: `ws://127.0.0.1:${dead.port}/elsewhere`,
    WebSocket,
    reconnectDelay: () => 1,
  });
  t.after(() => client.close());
  const told = new Promise<void>((resolve) =>
    client.on('problem', () => {
      client.disconnect();
      resolve();
    }),
  );
  client.connect();
  await told;
  const asked = dead.asked.length;
  await new Promise((resolve) => setTimeout(resolve, 100));
  assert.equal(client.connection.status, 'idle');
  assert.ok(dead.asked.length <= asked + 1, 'nothing goes on');
});

test('a page whose server was only down takes a WebSocket when that is back, though it tried another way meanwhile', async (t) => {
  const dead = await startDead(t);
  // Time enough to put the server there, behind the first attempt by another way.
  const reconnectDelay = (n: number) => (n === 2 ? 500 : 1);
  const { client, problems } = page(t, dead.port, { reconnectDelay });
  await until(() => dead.asked.at(-1) === '/sse/s');
  await new Promise((resolve) => dead.server.close(resolve));
  const server = await startServer({}, { port: dead.port });
  t.after(server.close);
  await live(client);
  const { connection } = client;
  assert.ok(connection.status === 'live');
  assert.equal(connection.transport, 'websocket');
  assert.deepEqual(problems, []);
});

test('one that opened once shows that WebSockets get through: the server is away, and nothing else is tried', async (t) => {
  const server = await startServer();
  const { client } = page(t, server.port);
  await live(client);
  await server.close();
  const asked: string[] = [];
  const away = createServer((request, response) => {
    asked.push(request.url?.split('?', 1)[0] ?? '');
    response.destroy();
  });
  await listen(away, server.port);
  t.after(() => away.close());
  await until(() => asked.length >= 6);
  assert.deepEqual(new Set(asked), new Set(['/ws/s']));
});

for (const [name, options, first] of [
  ['transport "websocket"', { transport: 'websocket' }, '/ws/s'],
  ['transport "sse"', { transport: 'sse' }, '/sse/s'],
] as const) {
  test(`${name} tries nothing else`, async (t) => {
    const dead = await startDead(t);
    page(t, dead.port, options);
    await until(() => dead.asked.length >= 6);
    assert.deepEqual(new Set(dead.asked), new Set([first]));
  });
}

test('transport "sse" is live at once, and nothing is wrong with that', async (t) => {
  const server = await startServer();
  t.after(server.close);
  const { client, connections, problems } = page(t, server.port, { transport: 'sse' });
  await live(client);
  assert.deepEqual(
    connections.map(({ status }) => status),
    ['connecting', 'live'],
  );
  assert.deepEqual(problems, []);
});

test('an address beside which no stream can be is tried as it is, and the page says once what would help', async (t) => {
  const dead = await startDead(t);
  const { problems } = page(t, dead.port, { url: `ws://127.0.0.1:${dead.port}/live/{session-id}/status` });
  await until(() => dead.asked.length >= 5);
  assert.deepEqual(new Set(dead.asked), new Set(['/live/s/status']));
  const text =
    'status-messenger: transport: got WebSockets that never opened, expected a path like …/ws/ID, to go on over server-sent events; see whether the server is there';
  assert.deepEqual(problems, [text]);
  assert.deepEqual(complaints(), [text]);
});

test('transport "sse" with such an address is refused', async (t) => {
  const { client, problems } = page(t, 9, { transport: 'sse', url: 'ws://127.0.0.1:9/live' });
  assert.equal(client.connection.status, 'refused');
  assert.deepEqual(problems, [
    'status-messenger: url: got string "ws://127.0.0.1:9/live/s", expected a path like …/ws/ID, or else a WebSocket; hand in that of the package "ws"',
  ]);
});

test('where the platform has no WebSocket, a page needs none', async (t) => {
  const had = Object.getOwnPropertyDescriptor(globalThis, 'WebSocket');
  Reflect.deleteProperty(globalThis, 'WebSocket');
  t.after(() => had && Object.defineProperty(globalThis, 'WebSocket', had));
  const server = await startServer();
  t.after(server.close);
  const client = new SessionClient({ url: server.url, sessionId: 's' });
  t.after(() => client.disconnect());
  client.connect();
  await live(client);
  assert.deepEqual(complaints(), []);
  for (const [options, expected] of [
    [{ url: `ws://127.0.0.1:${server.port}/live/s` }, /^url: got .+ hand in that of the package "ws"$/],
    [{ url: `${server.url}/s`, transport: 'websocket' }, /^url: got .+ hand in that of the package "ws"$/],
  ] as const) {
    const none = new SessionClient(options);
    none.connect();
    assert.ok(none.connection.status === 'refused');
    assert.match(none.connection.reason.replace('status-messenger: ', ''), expected);
  }
});

test('what the other way is refused for is final, as with a WebSocket', async (t) => {
  const messenger = new StatusMessenger({ logger: false, authorize: () => false });
  const server = createServer((request, response) => {
    messenger.middleware(request, response, () => response.writeHead(403).end());
  });
  const port = await listen(server);
  t.after(async () => {
    await messenger.close();
    server.closeAllConnections();
    server.close();
  });
  const { client } = page(t, port);
  await eventOf(client, 'connection', ({ status }) => status === 'refused');
  assert.deepEqual(client.connection, { status: 'refused', code: 4403, reason: 'not allowed' });
});

test('without a network it is not the WebSockets that fail', (t) => {
  const had = Object.getOwnPropertyDescriptor(globalThis, 'navigator');
  Object.defineProperty(globalThis, 'navigator', { value: { onLine: false }, configurable: true });
  t.after(() => {
    if (had) Object.defineProperty(globalThis, 'navigator', had);
    else Reflect.deleteProperty(globalThis, 'navigator');
  });
  const { client, clock } = setUp({ transport: 'auto', reconnectDelay: () => 1 });
  client.connect();
  for (let i = 1; i <= 5; i++) {
    assert.equal(HandSocket.all.length, i);
    HandSocket.last.end();
    clock.advance(1);
  }
});

test('a handshake that hangs is one that fails', async (t) => {
  const { port } = await startBlocked(t);
  const { client, clock } = setUp({ transport: 'auto', url: `ws://127.0.0.1:${port}/ws` });
  t.after(() => client.disconnect());
  client.connect();
  for (let i = 0; i < 2; i++) {
    clock.advance(10_000);
    clock.advance(1000);
  }
  assert.equal(HandSocket.all.length, 2);
  await live(client);
});

test('a page that was put away while it connected has not failed for that', () => {
  const { client, clock, page } = setUp({ transport: 'auto', reconnectDelay: () => 1 });
  client.connect();
  for (let i = 1; i <= 5; i++) {
    assert.equal(HandSocket.all.length, i);
    page.listener?.hid();
    clock.advance(1);
  }
});

test('a page that wakes takes a new stream where nothing is heard on the old one, though its requests are answered', async (t) => {
  // The stream has died on the way, and nobody was told.
  const greeting = {
    type: 'connected',
    data: { message: '', protocol: 1, sessionId: 's', channels: {}, heartbeat: 60_000, serverTime: 1_700_000_000_000 },
  };
  let streams = 0;
  let pings = 0;
  const server = createServer(async (request, response) => {
    if (request.method === 'GET') {
      streams++;
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      response.write(`data: ${JSON.stringify(greeting)}\n\ndata: {"type":"synced","data":{"channels":{}}}\n\n`);
      return;
    }
    let body = '';
    for await (const piece of request) body += piece;
    pings++;
    response.writeHead(200).end(JSON.stringify({ ref: JSON.parse(body).ref, accepted: true }));
  });
  const port = await listen(server);
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  const clock = new ManualClock();
  const hand = new HandPage();
  const { client } = page(t, port, { transport: 'sse', clock, watchPage: hand.watch });
  await live(client);
  hand.listener?.woke();
  await until(() => pings === 1);
  await new Promise((resolve) => setTimeout(resolve, 50));
  clock.advance(2000);
  assert.equal(client.connection.status, 'reconnecting');
  clock.advance(250);
  await live(client);
  assert.equal(streams, 2);
});
