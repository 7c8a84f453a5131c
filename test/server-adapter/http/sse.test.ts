import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, request as httpRequest, type Server } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { type TestContext, test } from 'node:test';
import { setTimeout as sleep, setImmediate as turn } from 'node:timers/promises';
import { isObject, LIMITS } from '../../../protocol/index.js';
import { type Authorize, type MessengerOptions, StatusMessenger } from '../../../server-adapter/index.js';
import { ManualClock } from '../../helpers/manual-clock.js';
import { listen, startServer, type TestServer } from '../../helpers/server.js';
import type { PostAnswer } from '../../helpers/sse-wire.js';
import type { WireClient } from '../../helpers/wire-client.js';
import { HandAuthorize, open, serve, serveAt } from '../access/support.js';
import { everyoneLeft, exchange, until } from '../support.js';

const KiB = 1024;
const MARK = 16 * KiB;
const status = (data: string) => ({ type: 'status', data });
const said = ({ frames }: WireClient) => frames.map(({ type, data }) => (type === 'status' ? data : type));
/** What a browser would send back as `Last-Event-ID`. */
const lastId = (page: WireClient) => page.sse.events.filter(({ id }) => id !== undefined).at(-1)?.id ?? '';
const statusesOf = (page: WireClient) => page.frames.filter(({ type }) => type === 'status').map(({ data }) => data);

/** A stream, and where its requests go. */
function stream(t: TestContext, server: TestServer, path = 's', headers: Record<string, string> = {}): WireClient {
  return open(t, `${server.http}/sse/${path}`, { headers });
}

async function post(url: string, body: unknown, headers: Record<string, string> = {}): Promise<PostAnswer> {
  const init = { method: 'POST', headers, body: typeof body === 'string' ? body : JSON.stringify(body) };
  const response = await fetch(url, init);
  return { status: response.status, body: await response.json() };
}

async function errorOf(response: Response): Promise<unknown> {
  const body: unknown = await response.json();
  return isObject(body) ? body.error : undefined;
}

// What is sent

test('a stream carries just the frames that a WebSocket carries', async (t) => {
  const server = await serve(t, { authorize: () => ({ threadIds: ['t'] }) });
  const { messenger } = server;
  await messenger.sendToSession('s', status('before'));
  await messenger.sendToThread('t', status('before, in the thread'));
  const pages = [open(t, `${server.url}/s`), stream(t, server)];
  await Promise.all(pages.map((page) => page.synced()));
  await messenger.sendToSession('s', { type: 'own', data: { text: 'two\nlines\r\n', emoji: '😀', nothing: null } });
  await messenger.sendToThread('t', status('after, in the thread'));
  await Promise.all(pages.map((page) => page.status('after, in the thread')));
  const [ws, sse] = pages.map(({ raw }) =>
    raw.map((text) => text.replace(/"(connectionId|serverTime)":("[^"]*"|\d+)/g, '"$1"')),
  );
  assert.deepEqual(sse, ws);
  assert.equal(ws?.length, 8);
});

test('what a stream is sent with lets nobody keep it, compress it, or hold it back', async (t) => {
  const server = await serve(t);
  const { statusCode, headers } = await stream(t, server).sse.response;
  assert.equal(statusCode, 200);
  assert.equal(headers['content-type'], 'text/event-stream; charset=utf-8');
  assert.equal(headers['cache-control'], 'no-store, no-transform');
  assert.equal(headers['x-accel-buffering'], 'no');
  assert.equal(headers['x-content-type-options'], 'nosniff');
});

test('a stored frame has its position as its id, and what is of the connection itself has none', async (t) => {
  const server = await serve(t, { heartbeat: 20 });
  const page = stream(t, server);
  await page.synced();
  const { id } = await server.messenger.sendToSession('s', status('text'));
  await page.status('text');
  await page.type('heartbeat');
  for (const { event, id: eventId, data } of page.sse.events) {
    if (event === undefined) assert.equal(eventId, JSON.parse(data).id);
  }
  assert.equal(lastId(page), id);
  assert.equal(page.sse.events.filter((event) => event.id !== undefined).length, 2, 'the snapshot and the status');
});

// Going on

for (const [name, address] of [
  ['the header Last-Event-ID', (id: string) => ['s', { 'last-event-id': id }]],
  ['the query', (id: string) => [`s?after=${id}`, {}]],
  ['the header, whatever the address said at first', (id: string) => ['s?after=epoch000-1', { 'last-event-id': id }]],
  ['the query, where the header is empty', (id: string) => [`s?after=${id}`, { 'last-event-id': '' }]],
] as const) {
  test(`a stream goes on by ${name}`, async (t) => {
    const server = await serve(t);
    const { messenger } = server;
    const first = stream(t, server);
    await first.synced();
    await messenger.sendToSession('s', status('one'));
    await first.status('one');
    const id = lastId(first);
    await first.close();
    await messenger.sendToSession('s', status('two'));
    await messenger.sendToSession('s', status('three'));
    const [path, headers] = address(id);
    const next = stream(t, server, path as string, headers as Record<string, string>);
    await next.synced();
    assert.deepEqual(said(next), ['connected', 'two', 'three', 'synced']);
  });
}

test('an id names where the reader stands in every channel, so that all of them go on', async (t) => {
  const server = await serve(t, { authorize: () => ({ threadIds: ['a', 'b'], userId: 'u' }) });
  const { messenger } = server;
  const send = (text: string) => [
    messenger.sendToSession('s', status(`s ${text}`)),
    messenger.sendToThread('a', status(`a ${text}`)),
    messenger.sendToThread('b', status(`b ${text}`)),
    messenger.sendToUser('u', status(`u ${text}`)),
  ];
  await Promise.all(send('0'));
  const first = stream(t, server);
  await first.synced();
  await messenger.sendToThread('b', status('b 1'));
  await first.status('b 1');
  const id = lastId(first);
  await first.close();
  assert.match(id, /^[a-z0-9]+-1,thread:a@[a-z0-9]+-1,thread:b@[a-z0-9]+-2,user:u@[a-z0-9]+-1$/);
  await Promise.all(send('2'));
  const next = stream(t, server, 's', { 'last-event-id': id });
  await next.synced();
  assert.deepEqual(said(next).slice(1, -1), ['s 2', 'a 2', 'b 2', 'u 2']);
  // A reader that comes back at once has the id of the last that it heard, which names all of them again.
  assert.equal(lastId(next).split(',').length, 4);
});

test('a reader that left before a channel was replayed goes on in it where it asked to', async (t) => {
  const server = await serve(t, { authorize: () => ({ threadIds: ['t'] }) });
  const { messenger } = server;
  const { id: own } = await messenger.sendToSession('s', status('s 1'));
  const { id: thread } = await messenger.sendToThread('t', status('t 1'));
  await messenger.sendToSession('s', status('s 2'));
  await messenger.sendToThread('t', status('t 2'));
  const page = stream(t, server, `s?after=${own}&after=thread:t@${thread}`);
  await page.synced();
  const [first] = page.sse.events.filter(({ id }) => id !== undefined);
  assert.equal(first?.id, `${own?.replace(/-1$/, '-2')},thread:t@${thread}`);
});

test('the status that is repeated behind a snapshot sends nobody back', async (t) => {
  const server = await serve(t);
  await server.messenger.sendToSession('s', status('earlier'));
  const { id } = await server.messenger.sendToSession('s', { type: 'own', data: 1 });
  const page = stream(t, server);
  await page.synced();
  assert.deepEqual(said(page), ['connected', 'snapshot', 'earlier', 'synced']);
  assert.equal(lastId(page), id);
});

test('ids that are too many for a header leave some out, which then begin with a snapshot', async (t) => {
  const threadIds = Array.from({ length: 100 }, (_, i) => `${i}-${'x'.repeat(120)}`);
  const server = await serve(t, { authorize: () => ({ threadIds }) });
  await Promise.all(threadIds.map((id) => server.messenger.sendToThread(id, status(id))));
  const page = stream(t, server);
  await page.synced();
  const id = lastId(page);
  assert.ok(id.length > 2000 && id.length < 5000, `${id.length}`);
  const next = stream(t, server, 's', { 'last-event-id': id });
  await next.synced();
  const count = id.split(',').length;
  assert.equal(next.frames.filter(({ type }) => type === 'snapshot').length, 101 - count);
});

// What a page says

test('a frame is answered by its ack, and said to the application once, whoever says it again', async (t) => {
  const server = await serve(t);
  const inputs: unknown[] = [];
  server.messenger.onInput((input) => inputs.push(input));
  const url = `${server.http}/sse/s`;
  const frame = { type: 'input', ref: 'r', data: { x: 1 } };
  const page = stream(t, server);
  await page.synced();
  await page.send(frame);
  await page.ack('r');
  assert.deepEqual(await post(url, frame), { status: 200, body: { ref: 'r', accepted: true } });
  assert.deepEqual(await post(url, { type: 'ping', ref: 'p' }), { status: 200, body: { ref: 'p', accepted: true } });
  assert.deepEqual(await post(url, { type: 'cancel', ref: 'c', data: {} }), {
    status: 200,
    body: { ref: 'c', accepted: false, reason: 'nothing is running' },
  });
  await until(() => page.sse.answers.length === 1);
  assert.deepEqual(page.sse.answers, [{ status: 200, body: { ref: 'r', accepted: true } }]);
  assert.deepEqual(inputs, [{ x: 1 }]);
});

test('a frame without a ref is carried out, and there is nothing to answer', async (t) => {
  const server = await serve(t);
  const inputs: unknown[] = [];
  server.messenger.onInput((input) => inputs.push(input));
  assert.deepEqual(await post(`${server.http}/sse/s`, 'as it is'), { status: 202, body: {} });
  assert.deepEqual(await post(`${server.http}/sse/s`, { type: 'input', data: 5 }), { status: 202, body: {} });
  assert.deepEqual(inputs, ['as it is', 5]);
});

test('a malformed frame is refused by its ack, and one that cannot be acknowledged by 400', async (t) => {
  const server = await serve(t);
  const page = stream(t, server);
  await page.synced();
  const refusal = { ref: 'r', accepted: false, reason: 'malformed: data.questionId: expected a text' };
  const withRef = { type: 'answer', ref: 'r', data: { answer: 1 } };
  const withoutRef = { type: 'answer', data: 5 };
  const message =
    'status-messenger: got a malformed frame (data: expected an object with questionId and answer), expected one of the wire contract';
  const malformed = { status: 400, body: { error: { code: 'invalid', message } } };
  await page.send(withRef);
  await page.send(withoutRef);
  await until(() => page.sse.answers.length === 2);
  assert.deepEqual(page.sse.answers, [{ status: 200, body: refusal }, malformed]);
  assert.deepEqual(await post(`${server.http}/sse/s`, withRef), { status: 200, body: refusal });
  assert.deepEqual(await post(`${server.http}/sse/s`, withoutRef), malformed);
  assert.equal(page.isClosed, false);
});

for (const [name, body, code, answer] of [
  ['a frame over 64 KiB', 'x'.repeat(LIMITS.clientFrame + 1), 1009, 413],
  ['bytes that are no text', Buffer.from([0xff]), 4400, 400],
] as const) {
  test(`${name} ends the stream of whoever says it with ${code}, and is answered by ${answer}`, async (t) => {
    const server = await serve(t);
    server.messenger.onInput(() => assert.fail('it was heard'));
    const page = stream(t, server);
    await page.synced();
    await page.send(body);
    const { reason } = await page.closed();
    const alone = await fetch(`${server.http}/sse/s`, { method: 'POST', body });
    assert.equal(alone.status, answer);
    const error = await errorOf(alone);
    assert.ok(isObject(error));
    assert.deepEqual([error.close, error.reason], [code, reason]);
    assert.equal(page.sse.answers[0]?.status ?? answer, answer);
  });
}

test('whoever speaks without a stream is let in each time by itself', async (t) => {
  const server = await serve(t, {
    authorize: ({ token }) => (token === 'good' ? { userId: 'u' } : { refuse: 'who are you?', code: 4401 }),
  });
  const inputs: unknown[] = [];
  server.messenger.onInput((input) => inputs.push(input));
  const frame = { type: 'input', ref: 'r', data: 1 };
  const url = `${server.http}/sse/s`;
  const { status: answer, body } = await post(url, frame);
  const message = 'status-messenger: who are you?';
  assert.equal(answer, 401);
  assert.deepEqual(body, { error: { code: 'unauthorized', message, close: 4401, reason: 'who are you?' } });
  assert.equal((await post(url, frame, { origin: 'https://evil.example' })).status, 403);
  assert.equal((await post(`${server.http}/sse/a%20b?token=good`, frame)).status, 400);
  assert.deepEqual(inputs, []);
  assert.equal((await post(`${url}?token=good`, frame)).status, 200);
  assert.equal((await post(url, { ...frame, ref: 'r2' }, { authorization: 'Bearer good' })).status, 200);
  assert.deepEqual(inputs, [1, 1]);
});

test('whoever has a stream speaks on it, and is not asked again who it is', async (t) => {
  let asked = 0;
  const server = await serve(t, { authorize: () => ++asked > 0 });
  const page = stream(t, server);
  await page.synced();
  await page.send({ type: 'ping', ref: 'p' });
  await page.ack('p');
  assert.equal(asked, 1);
});

test("a stream's id opens no other session, and nothing once the stream is gone", async (t) => {
  const server = await serve(t, { authorize: ({ sessionId, token }) => sessionId === 's' && token === 'good' });
  const page = stream(t, server, 's?token=good');
  await page.synced();
  const { stream: id } = JSON.parse(page.sse.events[0]?.data ?? '');
  const frame = { type: 'ping', ref: 'p' };
  assert.equal((await post(`${server.http}/sse/s?stream=${id}`, frame)).status, 200);
  assert.equal((await post(`${server.http}/sse/s?stream=${id}x`, frame)).status, 403);
  assert.equal((await post(`${server.http}/sse/other?stream=${id}`, frame)).status, 403);
  await page.close();
  await everyoneLeft(server.server);
  assert.equal((await post(`${server.http}/sse/s?stream=${id}`, frame)).status, 403);
});

test('whoever speaks too fast without a stream is told when to come back, and others are not', async (t) => {
  const server = await serveAt(t, { limits: { framesPerSecond: 2 }, trustedProxies: 1 });
  const ping = (address: string, session = 's') =>
    post(`${server.http}/sse/${session}`, { type: 'ping', ref: 'p' }, { 'x-forwarded-for': address });
  for (let i = 0; i < 20; i++) assert.equal((await ping('1.1.1.1')).status, 200);
  const message = 'status-messenger: got frames too fast; come back later';
  assert.deepEqual(await ping('1.1.1.1'), {
    status: 429,
    body: { error: { code: 'limit', message, close: 4429, reason: 'retry=1000' } },
  });
  assert.equal((await ping('2.2.2.2')).status, 200);
  assert.equal((await ping('1.1.1.1', 'other')).status, 200);
  server.clock.advance(1000);
  assert.equal((await ping('1.1.1.1')).status, 200);
});

// Those who are not let in

for (const [name, options, path, answer, error] of [
  ['a session id that is none', {}, 'a%20b', 400, { code: 'invalid', close: 4400 }],
  ['a run', {}, 'run_1', 400, { code: 'invalid', close: 4400 }],
  [
    'a token that is unknown',
    { authorize: () => ({ refuse: 'who?', code: 4401 }) },
    's',
    401,
    { code: 'unauthorized', close: 4401 },
  ],
  ['a session of another', { authorize: () => false }, 's', 403, { code: 'not_allowed', close: 4403 }],
  [
    'no such session',
    { authorize: () => ({ refuse: 'no', code: 4404 }) },
    's',
    404,
    { code: 'not_found', close: 4404 },
  ],
  [
    'authorize that fails',
    { authorize: () => Promise.reject(new Error('away')) },
    's',
    503,
    { code: 'unavailable', close: 1011 },
  ],
] satisfies Array<[string, MessengerOptions, string, number, object]>) {
  test(`${name} is refused by ${answer} before there is a stream, with the close code`, async (t) => {
    const server = await serve(t, options);
    const response = await fetch(`${server.http}/sse/${path}`);
    assert.equal(response.status, answer);
    assert.equal(response.headers.get('content-type'), 'application/json');
    assert.equal(response.headers.get('cache-control'), 'no-store');
    const got = await errorOf(response);
    assert.ok(isObject(got));
    assert.deepEqual({ code: got.code, close: got.close }, error);
    assert.equal(got.message, `status-messenger: ${got.reason}`);
  });
}

test('one that finds no room is told when to come back, also where its session is full', async (t) => {
  const server = await serve(t, { random: () => 0.5, limits: { connectionsPerSession: 1 } });
  const page = stream(t, server);
  await page.synced();
  const response = await fetch(`${server.http}/sse/s`);
  assert.equal(response.status, 503);
  assert.equal(response.headers.get('retry-after'), '8');
  const message = 'status-messenger: too many ask at once; come back later';
  assert.deepEqual(await errorOf(response), { code: 'unavailable', message, close: 1013, reason: 'retry=7500' });
});

test('other methods, and addresses beside, are answered as ever', async (t) => {
  const server = await serve(t);
  const ask = async (path: string, method: string) => (await fetch(server.http + path, { method })).status;
  assert.equal(await ask('/sse/s', 'PUT'), 405);
  assert.equal(await ask('/sse', 'GET'), 404);
  assert.equal(await ask('/sse/s/more', 'GET'), 404);
  assert.equal(await ask('/sse/', 'GET'), 400);
});

test('HEAD begins nothing', async (t) => {
  const server = await serve(t);
  server.messenger.onSession(() => assert.fail('the session was begun'));
  const head = await exchange(server.port, 'HEAD /sse/s HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n');
  assert.match(head, /^HTTP\/1\.1 200 OK\r\n[\s\S]*content-type: text\/event-stream[\s\S]*\r\n\r\n$/);
  assert.equal((await server.messenger.sendToSession('s', status('x'))).delivered, 0);
});

// Pages of other origins

const APP = 'https://app.example';
const EVIL = 'https://evil.example';
const corsOf = ({ headers }: Response) =>
  Object.fromEntries([...headers].filter(([name]) => name.startsWith('access-control-')));
const readable = (origin: string) => ({
  'access-control-allow-origin': origin,
  'access-control-allow-credentials': 'true',
});

test('a page of another origin is refused, and may read that it is, as with a WebSocket', async (t) => {
  const server = await serve(t, { authorize: () => assert.fail('it was asked') });
  for (const init of [{}, { method: 'POST', body: '{"type":"ping","ref":"r"}' }]) {
    const response = await fetch(`${server.http}/sse/s`, { ...init, headers: { origin: EVIL } });
    assert.equal(response.status, 403);
    assert.deepEqual(corsOf(response), readable(EVIL));
    const reason = 'pages of this origin may not connect';
    const message = `status-messenger: ${reason}`;
    assert.deepEqual(await errorOf(response), { code: 'not_allowed', message, close: 4403, reason });
  }
  const asking = await fetch(`${server.http}/sse/s`, { method: 'OPTIONS', headers: { origin: EVIL } });
  assert.equal(asking.status, 403);
});

for (const [allowedOrigins, origin] of [
  [[APP], APP],
  ['*', EVIL],
] as const) {
  test(`a page of an origin that is allowed (${allowedOrigins}) may watch and speak with its cookies`, async (t) => {
    const cookies: unknown[] = [];
    const authorize: Authorize = ({ headers }) => Boolean(cookies.push(headers.cookie));
    const server = await serve(t, { allowedOrigins: allowedOrigins === '*' ? '*' : [...allowedOrigins], authorize });
    const headers = { origin, cookie: 'id=5' };
    const watching = await fetch(`${server.http}/sse/s`, { headers });
    t.after(() => watching.body?.cancel());
    const body = '{"type":"ping","ref":"r"}';
    const speaking = await fetch(`${server.http}/sse/s`, { method: 'POST', headers, body });
    for (const response of [watching, speaking]) {
      assert.equal(response.status, 200);
      assert.deepEqual(corsOf(response), readable(origin));
    }
    assert.deepEqual(cookies, ['id=5', 'id=5']);
    const asking = await fetch(`${server.http}/sse/s`, { method: 'OPTIONS', headers });
    assert.equal(asking.headers.get('access-control-allow-methods'), 'GET, POST');
  });
}

test('what a page of another origin embeds, without an Origin, begins nothing', async (t) => {
  const server = await serve(t);
  server.messenger.onSession(() => assert.fail('the session was begun'));
  for (const site of ['cross-site', 'same-site']) {
    assert.equal((await raw(server, { 'sec-fetch-site': site, 'sec-fetch-mode': 'no-cors' })).status, 403);
  }
  assert.equal((await server.messenger.sendToSession('s', status('x'))).delivered, 0);
});

test('a page of the own origin, which sends none either, is let in', async (t) => {
  const server = await serve(t);
  for (const site of ['same-origin', 'none']) {
    const { status: answer, leave } = await raw(server, { 'sec-fetch-site': site });
    assert.equal(answer, 200);
    leave();
  }
});

/** A GET with headers that `fetch` would not let a page set. */
async function raw(server: TestServer, headers: Record<string, string>) {
  const asking = httpRequest(`${server.http}/sse/s`, { headers, agent: false });
  asking.end();
  const [response] = await once(asking, 'response');
  response.on('error', () => {});
  response.resume();
  return { status: response.statusCode, leave: () => asking.destroy() };
}

// Ends

test('the messenger that closes sends what was said, and ends each stream with 1012 and a time to come back', async (t) => {
  const server = await startServer({ random: () => 0.5 });
  const page = stream(t, server);
  await page.synced();
  void server.messenger.sendToSession('s', status('the last'));
  await server.messenger.close();
  assert.deepEqual(await page.closed(), { code: 1012, reason: 'retry=2500' });
  assert.deepEqual(statusesOf(page), ['the last']);
  const last = page.sse.events.at(-1);
  assert.deepEqual(last, { event: 'close', retry: '2500', data: '{"code":1012,"reason":"retry=2500"}' });
  for (const init of [{}, { method: 'POST', body: '{"type":"ping","ref":"r"}' }]) {
    const response = await fetch(`${server.http}/sse/s`, init);
    assert.equal(response.status, 503);
    const message = 'status-messenger: the server is leaving; come back later';
    const error = await errorOf(response);
    assert.ok(isObject(error));
    assert.match(String(error.reason), /^retry=\d+$/);
    assert.deepEqual(error, { code: 'unavailable', message, close: 1012, reason: error.reason });
  }
  await server.close();
});

test('the response ends with the stream, and its connection serves the next request', async (t) => {
  const server = await startServer({ limits: { framesPerSecond: 1 } });
  t.after(server.close);
  const socket = connect(server.port, '127.0.0.1');
  t.after(() => socket.destroy());
  let received = '';
  socket.on('data', (piece) => {
    received += piece;
  });
  socket.write('GET /sse/s HTTP/1.1\r\nHost: localhost\r\n\r\n');
  await until(() => received.includes('synced'));
  const id = /"stream":"([^"]+)"/.exec(received)?.[1];
  for (let i = 0; i < 11; i++) await post(`${server.http}/sse/s?stream=${id}`, { type: 'ping', ref: `${i}` });
  await until(() => received.endsWith('\r\n0\r\n\r\n'));
  assert.match(received, /event: close\nretry: 1000\ndata: \{"code":4429,"reason":"retry=1000"\}\n\n/);
  socket.write('GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n');
  await until(() => received.includes('{"status":"ok"}'));
});

for (const [name, leave] of [
  ['that is destroyed', (page: WireClient) => page.close()],
  ['whose page is put away', (page: WireClient) => page.leave()],
] as const) {
  test(`a reader ${name} is nobody from then on`, async (t) => {
    const server = await serve(t, { limits: { connectionsPerAddress: 1 } });
    for (let i = 0; i < 3; i++) {
      const page = stream(t, server);
      await page.synced();
      assert.equal((await server.messenger.sendToSession('s', status('x'))).delivered, 1);
      await leave(page);
      await everyoneLeft(server.server);
      assert.equal((await server.messenger.sendToSession('s', status('x'))).delivered, 0);
    }
  });
}

test('a channel that nothing was said in is forgotten with its last reader', async (t) => {
  const server = await serve(t);
  const epochs = new Set<string>();
  for (let i = 0; i < 2; i++) {
    const page = stream(t, server);
    const { data } = await page.type('synced');
    epochs.add(JSON.stringify(data));
    await page.close();
    await everyoneLeft(server.server);
  }
  assert.equal(epochs.size, 2, 'the log was let go of, so the next one is another');
});

test('a reader that leaves while authorize is asked begins nothing, and holds nothing', async (t) => {
  const hand = new HandAuthorize();
  const server = await serve(t, { authorize: hand.authorize, limits: { connectionsPerAddress: 1 } });
  server.messenger.onSession(() => assert.fail('the session was begun'));
  const page = stream(t, server);
  const asked = await hand.next();
  await page.close();
  await everyoneLeft(server.server);
  asked.answer(true);
  await turn();
  assert.equal((await server.messenger.sendToSession('s', status('x'))).delivered, 0);
  const next = stream(t, server);
  (await hand.next()).answer(false);
  assert.equal((await next.closed()).code, 4403);
});

// Readers that are slow

const piece = (i: number) => ({ type: 'own', data: { i, fill: 'x'.repeat(64 * KiB) } });
const FLOOD = 400;
const numbers = ({ frames }: WireClient) =>
  frames.filter(({ type }) => type === 'own').map(({ data }) => (isObject(data) ? data.i : undefined));

test('a reader that takes nothing for too long is ended with 4408, and one that reads is not', async (t) => {
  const store = { tail: { count: 2 * FLOOD, bytes: 64 * KiB * KiB } };
  const server = await serveAt(t, { highWaterMark: MARK, stallTimeout: 5000, store });
  const [stalled, reading] = [stream(t, server), stream(t, server)];
  await Promise.all([stalled.synced(), reading.synced()]);
  stalled.pause();
  for (let i = 0; i < FLOOD; i++) {
    await server.messenger.sendToSession('s', piece(i));
    await turn();
  }
  await until(() => numbers(reading).length === FLOOD);
  const delivered = async () => (await server.messenger.sendToSession('s', status('x'))).delivered;
  // It may have taken something just now: what counts is how long it then takes nothing.
  for (let before = -1; before !== numbers(stalled).length; await sleep(50)) before = numbers(stalled).length;
  server.clock.advance(4000);
  assert.equal(await delivered(), 2);
  server.clock.advance(2000);
  stalled.resume();
  assert.deepEqual(await stalled.closed(), { code: 4408, reason: 'took nothing for too long' });
  const got = numbers(stalled);
  assert.ok(got.length < FLOOD, `${got.length} is all that there was`);
  assert.deepEqual(
    got,
    Array.from(got, (_, i) => i),
  );
  await until(() => statusesOf(reading).length === 1);
  assert.equal(reading.isClosed, false);
  assert.equal(await delivered(), 1);
});

test('a reader that does not take its end is cut off', async (t) => {
  const store = { tail: { count: 2 * FLOOD, bytes: 64 * KiB * KiB } };
  const server = await serveAt(t, { highWaterMark: MARK, stallTimeout: 5000, store });
  const stalled = stream(t, server);
  await stalled.synced();
  stalled.pause();
  for (let i = 0; i < FLOOD; i++) {
    await server.messenger.sendToSession('s', piece(i));
    await turn();
  }
  await sleep(100);
  t.mock.timers.enable({ apis: ['setTimeout'] });
  server.clock.advance(6000);
  assert.equal((await server.messenger.sendToSession('s', status('x'))).delivered, 1);
  t.mock.timers.tick(5000);
  t.mock.timers.reset();
  await everyoneLeft(server.server);
  assert.equal((await server.messenger.sendToSession('s', status('x'))).delivered, 0);
});

// As a function of requests

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

// In Node's http

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

// Several servers

test('a frame that meets another server than the stream is carried out there, once', async (t) => {
  const { SqliteStore } = await import('../../../server-adapter/channels/sqlite/index.js');
  const { mkdtempSync, rmSync } = await import('node:fs');
  const { join } = await import('node:path');
  const { tmpdir } = await import('node:os');
  const directory = mkdtempSync(join(tmpdir(), 'sse-'));
  t.after(() => rmSync(directory, { recursive: true }));
  const inputs: unknown[] = [];
  const start = async () => {
    const server = await serve(t, { store: new SqliteStore({ file: join(directory, 'status.db') }) });
    server.messenger.onInput((input) => inputs.push(input));
    return server;
  };
  const [one, other] = [await start(), await start()];
  const page = stream(t, one);
  await page.synced();
  const { stream: id } = JSON.parse(page.sse.events[0]?.data ?? '');
  const frame = { type: 'input', ref: 'r', data: 1 };
  const ack = { status: 200, body: { ref: 'r', accepted: true } };
  assert.deepEqual(await post(`${other.http}/sse/s?stream=${id}`, frame), ack);
  await page.send(frame);
  assert.deepEqual((await page.ack('r')).data, ack.body);
  assert.deepEqual(inputs, [1]);
});
