import assert from 'node:assert/strict';
import { type ChildProcess, fork, spawn } from 'node:child_process';
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { once } from 'node:events';
import { request, type Server } from 'node:http';
import { connect } from 'node:net';
import { createInterface } from 'node:readline';
import { type TestContext, test } from 'node:test';
import { startStandAlone } from '../../server-adapter/stand-alone.js';
import { WireClient } from '../helpers/wire-client.js';
import { SilentPeer } from './support.js';

const KEY = 'the key';

interface Process {
  readonly child: ChildProcess;
  readonly http: string;
  readonly ws: string;
  /** Once a line of its output contains a text. */
  said(text: string): Promise<string>;
  /** Once it has exited: with which code, or by which signal. */
  exited(): Promise<number | string>;
}

/** The stand-alone server as its users start it. */
async function start(t: TestContext, environment: Record<string, string> = {}): Promise<Process> {
  const child = spawn(process.execPath, ['--import', 'tsx', 'cli/cli.ts'], {
    env: { ...process.env, PORT: '0', STATUS_MESSENGER_API_KEY: KEY, ...environment },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  t.after(() => child.kill('SIGKILL'));
  const exit = once(child, 'exit').then(([code, signal]) => code ?? signal);
  const lines: string[] = [];
  let wake = () => {};
  const output = createInterface(child.stdout);
  output.on('line', (line) => {
    lines.push(line);
    wake();
  });
  const said = async (text: string): Promise<string> => {
    while (true) {
      const line = lines.find((each) => each.includes(text));
      if (line !== undefined) return line;
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
    }
  };
  const http = (await said('listening on ')).split(' ').at(-1) ?? '';
  return { child, http, ws: http.replace('http', 'ws'), said, exited: () => exit };
}

function publish(http: string, data: string, init: RequestInit = {}): Promise<Response> {
  return fetch(`${http}/api/messages`, {
    method: 'POST',
    headers: { authorization: `Bearer ${KEY}`, 'content-type': 'application/json' },
    body: JSON.stringify({ session_id: 's', type: 'status', data }),
    ...init,
  });
}

test('metrics are told where the environment switches them on', async (t) => {
  const { http } = await start(t, { STATUS_MESSENGER_METRICS: 'true' });
  const text = await (await fetch(`${http}/metrics`)).text();
  assert.match(text, /^status_messenger_connections 0$/m);
});

test('what is published over HTTP reaches the pages', async (t) => {
  const server = await start(t);
  const page = new WireClient(`${server.ws}/ws/s`);
  await page.synced();
  assert.equal((await publish(server.http, 'Hello from a shell')).status, 201);
  await page.status('Hello from a shell');
  assert.equal((await fetch(`${server.http}/nowhere`)).status, 404);
});

test('SIGTERM: nothing new, what was accepted is brought to the pages, each is told when to come back, exit 0', async (t) => {
  const server = await start(t);
  const pages = Array.from({ length: 20 }, () => new WireClient(`${server.ws}/ws/s`));
  await Promise.all(pages.map((page) => page.synced()));
  // A request that has begun when the signal comes.
  const slow = request(`${server.http}/api/messages`, {
    method: 'POST',
    headers: { authorization: `Bearer ${KEY}`, 'content-type': 'application/json' },
  });
  const answered = once(slow, 'response');
  slow.write('{ "session_id": "s", "type": "status",');
  await publish(server.http, 'accepted before');
  server.child.kill('SIGTERM');
  await server.said('got SIGTERM');
  await assert.rejects(fetch(`${server.http}/healthz`, { headers: { connection: 'close' } }));
  slow.end('"data": "finished after" }');
  const [response] = await answered;
  assert.equal(response.statusCode, 201);
  const ends = await Promise.all(pages.map((page) => page.closed()));
  for (const [i, { code, reason }] of ends.entries()) {
    assert.equal(code, 1012);
    assert.match(reason, /^retry=\d+$/);
    assert.deepEqual(pages[i]?.statuses, ['accepted before', 'finished after']);
  }
  const waits = ends.map(({ reason }) => Number(reason.slice('retry='.length)));
  assert.ok(new Set(waits).size > 10, `spread: ${waits}`);
  assert.ok(Math.max(...waits) <= 5000);
  assert.equal(await server.exited(), 0);
});

test('a second signal stops it at once', async (t) => {
  const server = await start(t);
  // Somebody who never answers the goodbye.
  const socket = request(`${server.http}/ws/s`, {
    headers: {
      connection: 'Upgrade',
      upgrade: 'websocket',
      'sec-websocket-version': '13',
      'sec-websocket-key': 'dGhlIHNhbXBsZSBub25jZQ==',
    },
  });
  socket.end();
  const [, stream] = await once(socket, 'upgrade');
  stream.on('error', () => {});
  server.child.kill('SIGTERM');
  await server.said('got SIGTERM');
  server.child.kill('SIGTERM');
  assert.equal(await server.exited(), 128 + 15);
});

test('one that takes nothing does not keep it from stopping', async (t) => {
  const server = await startStandAlone({ PORT: '0' });
  const peer = await SilentPeer.open(Number(new URL(server.url).port), '/ws/s');
  t.after(() => peer.destroy());
  await server.stop(300);
  await peer.end();
});

test('an event stream, which has no end of its own, keeps nobody waiting who is to be told', {
  timeout: 20_000,
}, async (t) => {
  const server = await startStandAlone({ PORT: '0' });
  const streaming = new WireClient(`${server.url}/sse/a`);
  const page = new WireClient(`${server.url.replace('http', 'ws')}/ws/b`);
  t.after(() => Promise.all([streaming.close(), page.close()]));
  await Promise.all([streaming.synced(), page.synced()]);
  // Half of that is for requests that are being answered.
  const stopped = server.stop(120_000);
  assert.equal((await page.closed()).code, 1012);
  assert.equal((await streaming.closed()).code, 1012);
  await stopped;
});

for (const [name, environment, message] of [
  ['PORT', { PORT: 'eighty' }, /^status-messenger: PORT: got string "eighty", expected a number from 0 to 65535/],
  [
    'CORS_ORIGINS',
    { CORS_ORIGINS: 'example.org' },
    /^status-messenger: CORS_ORIGINS: got string "example.org", expected \* or origins with commas between, each with its scheme and without a path; write for instance "https:\/\/example\.org"$/,
  ],
  [
    'STATUS_MESSENGER_STORE',
    { STATUS_MESSENGER_STORE: 'postgres://user:secret@host/db' },
    /^status-messenger: STATUS_MESSENGER_STORE: got one of "postgres", expected memory: or sqlite:FILE; leave it out for memory:$/,
  ],
] as const) {
  test(`${name} that cannot be`, async () => {
    await assert.rejects(startStandAlone(environment), { message });
  });
}

test('an address that is taken', async (t) => {
  const first = await startStandAlone({ PORT: '0' });
  t.after(() => first.stop(0));
  await assert.rejects(startStandAlone({ PORT: new URL(first.url).port }), {
    code: 'unavailable',
    message:
      /^status-messenger: HOST and PORT: got 127\.0\.0\.1:\d+, expected a free address of this machine \(listen EADDRINUSE/,
  });
});

test('CORS_ORIGINS lets in pages of other origins', async (t) => {
  const server = await startStandAlone({
    PORT: '0',
    CORS_ORIGINS: 'https://a.example, https://b.example;https://d.example',
  });
  t.after(() => server.stop(200));
  const ws = server.url.replace('http', 'ws');
  const welcome = new WireClient(`${ws}/ws/s`, { origin: 'https://b.example' });
  await welcome.synced();
  await welcome.close();
  const foreign = new WireClient(`${ws}/ws/s`, { origin: 'https://c.example' });
  assert.equal((await foreign.closed()).code, 4403);
});

test('close() resolves when the last page has left, though nothing else keeps the process', async (t) => {
  const child = fork('test/server-adapter/close-child.ts', { execArgv: ['--import', 'tsx'], silent: true });
  t.after(() => child.kill('SIGKILL'));
  const output: string[] = [];
  child.stdout?.on('data', (text) => output.push(String(text)));
  const [port] = await once(child, 'message');
  const page = new WireClient(`ws://127.0.0.1:${port}/ws/s`);
  await page.synced();
  child.send('close');
  assert.equal((await page.closed()).code, 1012);
  const [code] = await once(child, 'close');
  assert.equal(output.join(''), 'closed\n');
  assert.equal(code, 0);
});

test('while it leaves, a request that was begun is answered, and what follows on its connection is turned away', async (t) => {
  const { child, http, said, exited } = await start(t);
  const socket = connect(Number(new URL(http).port), '127.0.0.1');
  t.after(() => socket.destroy());
  let heard = '';
  socket.on('data', (text) => {
    heard += text;
  });
  const body = '{"session_id":"s","type":"status","data":"late"}';
  const head = `POST /api/messages HTTP/1.1\r\nHost: h\r\nAuthorization: Bearer ${KEY}\r\nContent-Length: ${body.length}\r\n\r\n`;
  await new Promise((resolve) => socket.write(head, resolve));
  // Once this is answered, the head of that has been heard as well.
  assert.equal((await fetch(`${http}/healthz`)).status, 200);
  child.kill('SIGTERM');
  await said('got SIGTERM');
  socket.write(`${body}GET /healthz HTTP/1.1\r\nHost: h\r\n\r\n`);
  await once(socket, 'close');
  assert.match(heard, /^HTTP\/1\.1 201 .*HTTP\/1\.1 503 .*connection: close/is);
  assert.equal(await exited(), 0);
});

test('a HOST that is set to nothing is the default', async (t) => {
  const { http } = await start(t, { HOST: '', STATUS_MESSENGER_STORE: '' });
  assert.equal(new URL(http).hostname, '127.0.0.1');
});

/** As the stand-alone server's own, in less time. */
const TIMES = { headersTimeout: 300, requestTimeout: 600, connectionsCheckingInterval: 20 };

for (const [what, head, limit] of [
  ['head', '', TIMES.headersTimeout],
  [
    'body',
    `POST /api/messages HTTP/1.1\r\nHost: h\r\nAuthorization: Bearer ${KEY}\r\nContent-Length: 100000\r\n\r\n`,
    TIMES.requestTimeout,
  ],
] as const) {
  test(`a client that sends its ${what} byte by byte is cut off in time, and those who watch stay`, {
    timeout: 20_000,
  }, async (t) => {
    const { url, stop } = await startStandAlone({ PORT: '0', STATUS_MESSENGER_API_KEY: KEY }, { times: TIMES });
    t.after(() => stop(200));
    const pages = [new WireClient(`${url.replace('http', 'ws')}/ws/s`), new WireClient(`${url}/sse/s`)];
    await Promise.all(pages.map((page) => page.synced()));
    const began = performance.now();
    const socket = connect(Number(new URL(url).port), '127.0.0.1');
    socket.on('error', () => {});
    const heard: Buffer[] = [];
    socket.on('data', (piece) => heard.push(piece));
    socket.write(head);
    // A line of the head that never ends, or the body.
    socket.write(head === '' ? 'GET /healthz HTTP/1.1\r\nX-Slow: ' : '"');
    const drip = setInterval(() => socket.write('x'), 10);
    await once(socket, 'close').finally(() => clearInterval(drip));
    const took = performance.now() - began;
    assert.match(String(Buffer.concat(heard)), /^HTTP\/1\.1 408 /);
    assert.ok(took >= limit, `cut off after ${took} ms`);
    assert.equal((await publish(url, 'still here')).status, 201);
    await Promise.all(pages.map((page) => page.status('still here')));
    await Promise.all(pages.map((page) => page.close()));
  });
}

test('it gives a client ten seconds for the head of a request, and thirty for all of it', async (t) => {
  let server: Server | undefined;
  const started = (message: unknown) => {
    ({ server } = message as { readonly server: Server });
  };
  subscribe('http.server.request.start', started);
  t.after(() => unsubscribe('http.server.request.start', started));
  const { url, stop } = await startStandAlone({ PORT: '0' });
  t.after(() => stop(200));
  assert.equal((await fetch(`${url}/healthz`)).status, 200);
  assert.deepEqual([server?.headersTimeout, server?.requestTimeout], [10_000, 30_000]);
});
