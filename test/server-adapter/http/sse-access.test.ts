import assert from 'node:assert/strict';
import { once } from 'node:events';
import { request as httpRequest } from 'node:http';
import { test } from 'node:test';
import { isObject } from '../../../protocol/index.js';
import type { Authorize, MessengerOptions } from '../../../server-adapter/index.js';
import type { TestServer } from '../../helpers/server.js';
import { serve } from '../access/support.js';
import { exchange } from '../support.js';
import { errorOf, status, stream } from './sse-support.js';

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
