import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, request as httpRequest, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type TestContext, test } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { ManualClock } from '../../../components/testing/index.js';
import { type MessengerOptions, StatusMessenger } from '../../../server-adapter/index.js';
import { listen } from '../../helpers/server.js';
import { open, serve } from '../access/support.js';
import { everyoneLeft, until } from '../support.js';
import { KiB, MARK, numbers, piece, status } from './sse-support.js';

async function serveFunction(t: TestContext, options: MessengerOptions = {}) {
  const messenger = new StatusMessenger({ logger: false, ...options });
  t.after(() => messenger.close({ timeout: 0 }));
  const ask = (init?: RequestInit) => messenger.fetch(new Request('http://any.example/sse/s', init));
  return { messenger, ask };
}

/** Reads a body until it contains a text. */
async function readUntil(reader: ReadableStreamDefaultReader<Uint8Array>, text: string): Promise<string> {
  const decoder = new TextDecoder();
  let read = '';
  while (!read.includes(text)) {
    const { done, value } = await reader.read();
    if (done) break;
    read += decoder.decode(value, { stream: true });
  }
  return read;
}

test('fetch: a response whose body is the stream; who cancels it has left', async (t) => {
  const { messenger, ask } = await serveFunction(t);
  const response = await ask();
  assert.equal(response.status, 200);
  const reader = response.body?.getReader();
  assert.ok(reader);
  await readUntil(reader, '"synced"');
  assert.equal((await messenger.sendToSession('s', status('text'))).delivered, 1);
  assert.match(await readUntil(reader, 'text'), /^id: \S+\ndata: \{"type":"status","data":"text",.+\}\n\n$/);
  assert.deepEqual(await (await ask({ method: 'POST', body: '{"type":"ping","ref":"p"}' })).json(), {
    ref: 'p',
    accepted: true,
  });
  await reader.cancel();
  await turn();
  assert.equal((await messenger.sendToSession('s', status('text'))).delivered, 0);
});

test('fetch: a request whose signal is aborted has left, also where nobody reads its body', async (t) => {
  const { messenger, ask } = await serveFunction(t);
  const leaving = new AbortController();
  await ask({ signal: leaving.signal });
  assert.equal((await messenger.sendToSession('s', status('text'))).delivered, 1);
  leaving.abort();
  await turn();
  assert.equal((await messenger.sendToSession('s', status('text'))).delivered, 0);
});

test('fetch: what nobody reads is not piled up, and goes on from the log', async (t) => {
  const { messenger, ask } = await serveFunction(t, { highWaterMark: MARK, store: { tail: { count: 5 } } });
  const response = await ask();
  for (let i = 0; i < 50; i++) {
    await messenger.sendToSession('s', piece(i));
    await turn();
  }
  await messenger.sendToSession('s', status('the last'));
  const reader = response.body?.getReader();
  assert.ok(reader);
  const read = await readUntil(reader, '"status","data":"the last"');
  assert.match(read, /"i":0,/);
  assert.doesNotMatch(read, /"type":"own","data":\{"i":(1\d|2\d|3\d),/);
  assert.equal(read.match(/"type":"snapshot"/g)?.length, 2, 'one at first, and one for what had left the log');
  await reader.cancel();
});

test('fetch: who reads no heartbeat is taken for gone', async () => {
  const clock = new ManualClock();
  const messenger = new StatusMessenger({ logger: false, clock, heartbeat: 1000, pongTimeout: 500 });
  const open = async () => {
    const { body } = await messenger.fetch(new Request('http://any.example/sse/s'));
    assert.ok(body);
    return body;
  };
  const reader = (await open()).getReader();
  const unread = (await open()).getReader();
  await readUntil(reader, '"synced"');
  await readUntil(unread, '"synced"');
  // This reader always waits for more, the other one never does.
  let heartbeats = 0;
  const reading = (async () => {
    while (true) {
      const { done, value } = await reader.read();
      if (done) return;
      heartbeats += new TextDecoder().decode(value).split('"heartbeat"').length - 1;
    }
  })();
  for (let i = 1; i <= 4; i++) {
    clock.advance(1000);
    await until(() => heartbeats >= i);
  }
  assert.equal((await messenger.sendToSession('s', status('text'))).delivered, 1);
  await assert.rejects(readUntil(unread, 'never'), /status-messenger: the stream was cut off/);
  const closing = messenger.close({ timeout: 50 });
  while (heartbeats >= 0) {
    clock.advance(10);
    await turn();
    if (await Promise.race([closing.then(() => true), turn(false)])) break;
  }
  await reading;
});

async function serveApp(t: TestContext, app: Server, messenger: StatusMessenger): Promise<string> {
  const port = await listen(app);
  t.after(async () => {
    await messenger.close({ timeout: 200 });
    app.closeAllConnections();
    app.close();
  });
  return `http://127.0.0.1:${port}`;
}

test('middleware: a stream beside the addresses of the application, each message at once', async (t) => {
  const messenger = new StatusMessenger({ logger: false, base: '/live' });
  const app = createServer((request, response) => {
    messenger.middleware(request, response, () => response.end('of the application'));
  });
  const http = await serveApp(t, app, messenger);
  const page = open(t, `${http}/live/sse/s`);
  await page.synced();
  for (let i = 0; i < 20; i++) {
    await messenger.sendToSession('s', status(`${i}`));
    await page.status(`${i}`);
  }
  assert.equal(await (await fetch(`${http}/sse/s`)).text(), 'of the application');
});

test('middleware: behind one that wraps the response and forgets the callbacks of write', async (t) => {
  const messenger = new StatusMessenger({ logger: false, store: { tail: { bytes: 64 * KiB * KiB } } });
  const app = createServer((request, response) => {
    const write = response.write.bind(response);
    response.write = (chunk: unknown, encoding?: unknown) =>
      write(chunk, typeof encoding === 'string' ? (encoding as BufferEncoding) : 'utf8');
    messenger.middleware(request, response, () => response.end());
  });
  const page = open(t, `${await serveApp(t, app, messenger)}/sse/s`);
  await page.synced();
  for (let i = 0; i < 100; i++) void messenger.sendToSession('s', piece(i));
  await messenger.sendToSession('s', status('end'));
  await page.status('end');
  assert.equal(numbers(page).length, 100);
});

test('through a reverse proxy: each message at once, both ways, and either end that leaves is noticed', async (t) => {
  const server = await serve(t);
  server.messenger.onInput((input) => server.messenger.sendToSession('s', status(`got ${input}`)));
  const proxy = createServer((incoming, outgoing) => {
    const { method = 'GET', headers, url: path = '' } = incoming;
    const passing = httpRequest({ port: server.port, method, path, headers, agent: false }, (answer) => {
      outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(outgoing);
    });
    passing.on('error', () => outgoing.destroy());
    outgoing.on('close', () => passing.destroy());
    incoming.pipe(passing);
  });
  proxy.listen(0, '127.0.0.1');
  await once(proxy, 'listening');
  t.after(() => {
    proxy.closeAllConnections();
    proxy.close();
  });
  const page = open(t, `http://127.0.0.1:${(proxy.address() as AddressInfo).port}/sse/s`);
  await page.synced();
  for (let i = 0; i < 10; i++) {
    await page.send(`${i}`);
    await page.status(`got ${i}`);
  }
  await page.close();
  await everyoneLeft(server.server);
  assert.equal((await server.messenger.sendToSession('s', status('x'))).delivered, 0);
});
