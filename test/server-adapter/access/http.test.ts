import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type AccessRequest, type Authorize, StatusMessenger } from '../../../server-adapter/index.js';
import { exchange } from '../support.js';
import { HandAuthorize, serve, serveAt } from './support.js';

const KEY = 'the key';
const EVIL = 'https://evil.example';
const APP = 'https://app.example';
const FOREIGN = { error: { code: 'not_allowed', message: 'status-messenger: pages of this origin may not ask' } };
const PUBLISH = { method: 'POST', body: JSON.stringify({ session_id: 's', type: 'status', data: 'published' }) };
const AUTHORIZATION = { authorization: `Bearer ${KEY}` };

const corsOf = ({ headers }: Response) =>
  Object.fromEntries([...headers].filter(([name]) => name.startsWith('access-control-') || name === 'vary'));

test('a page of another origin may ask for nothing but health', async (t) => {
  const server = await serve(t, { apiKey: KEY, authorize: () => assert.fail('it was asked') });
  for (const origin of [EVIL, 'null', '', `${EVIL}, ${server.http}`]) {
    const headers = { origin, ...AUTHORIZATION };
    for (const [path, init] of [
      ['/status?session_id=s', {}],
      ['/status?session_id=s', { method: 'HEAD' }],
      ['/status', { method: 'OPTIONS' }],
      ['/api/messages', PUBLISH],
      ['/api/messages', { method: 'OPTIONS' }],
    ] as const) {
      const answer = await fetch(server.http + path, { ...init, headers });
      assert.equal(answer.status, 403, `${origin} ${path}`);
      assert.deepEqual(corsOf(answer), {});
      if (!('method' in init && init.method === 'HEAD')) assert.deepEqual(await answer.json(), FOREIGN);
    }
    const healthz = await fetch(`${server.http}/healthz`, { headers });
    assert.equal(healthz.status, 200);
    assert.deepEqual(corsOf(healthz), {});
  }
  assert.deepEqual(server.messenger.getStatusMessages('s'), []);
});

test('a page of the own origin, and who is no browser, may ask', async (t) => {
  const server = await serve(t, { apiKey: KEY });
  for (const headers of [{}, { origin: server.http }]) {
    assert.equal((await fetch(`${server.http}/status?session_id=s`, { headers })).status, 200);
    const published = await fetch(`${server.http}/api/messages`, {
      ...PUBLISH,
      headers: { ...headers, ...AUTHORIZATION },
    });
    assert.equal(published.status, 201);
  }
});

test('a page of an origin that is allowed may ask with its cookies, and read what it is told, errors included', async (t) => {
  const server = await serve(t, { apiKey: KEY, allowedOrigins: [APP], authorize: ({ token }) => token === 'good' });
  const cors = { 'access-control-allow-origin': APP, 'access-control-allow-credentials': 'true', vary: 'origin' };
  for (const [path, init, status] of [
    ['/status?session_id=s&token=good', {}, 200],
    ['/status?session_id=s', {}, 403],
    ['/status', {}, 400],
    ['/status', { method: 'DELETE' }, 405],
    ['/api/messages', PUBLISH, 401],
  ] as const) {
    const answer = await fetch(server.http + path, { ...init, headers: { origin: APP } });
    assert.equal(answer.status, status);
    assert.deepEqual(corsOf(answer), cors, `${status}`);
  }
});

test('where any origin may ask, it may not with the cookies of a user', async (t) => {
  const server = await serve(t, { allowedOrigins: '*' });
  const answer = await fetch(`${server.http}/status?session_id=s`, { headers: { origin: EVIL } });
  assert.deepEqual(corsOf(answer), { 'access-control-allow-origin': EVIL, vary: 'origin' });
});

test('a browser that asks before it asks is told what it may', async (t) => {
  const server = await serve(t, { allowedOrigins: [APP], authorize: () => assert.fail('it was asked') });
  for (const [path, methods] of [
    ['/status?session_id=s', 'GET'],
    ['/api/messages', 'POST'],
  ] as const) {
    const headers = { origin: APP, 'access-control-request-method': methods };
    const answer = await fetch(server.http + path, { method: 'OPTIONS', headers });
    assert.equal(answer.status, 204);
    assert.equal(await answer.text(), '');
    assert.deepEqual(corsOf(answer), {
      'access-control-allow-origin': APP,
      'access-control-allow-credentials': 'true',
      'access-control-allow-methods': methods,
      'access-control-allow-headers': 'authorization, content-type, last-event-id',
      'access-control-max-age': '600',
      vary: 'origin',
    });
  }
});

test('authorize gets the host that was asked, though not every server writes it into the headers of a Web request', async (t) => {
  const hosts: unknown[] = [];
  const authorize = ({ headers }: AccessRequest) => {
    hosts.push(headers.host);
    return true;
  };
  const { messenger } = await serve(t, { authorize });
  messenger.tasks.define(() => 'done');
  for (const path of ['/status?session_id=s', '/api/tasks']) {
    assert.equal((await messenger.fetch(new Request(`http://app.example${path}`))).status, 200, path);
  }
  assert.deepEqual(hosts, ['app.example', 'app.example']);
});

for (const [name, authorize, status, code, message] of [
  ['false', () => false, 403, 'not_allowed', 'not allowed'],
  ['a reason', () => ({ refuse: 'not yours' }), 403, 'not_allowed', 'not yours'],
  ['4401', () => ({ refuse: 'who are you?', code: 4401 }), 401, 'unauthorized', 'who are you?'],
  ['4404', () => ({ refuse: 'no such session', code: 4404 }), 404, 'not_found', 'no such session'],
  ['what throws', () => Promise.reject(new Error('away')), 503, 'unavailable', 'the server could not decide'],
] satisfies Array<[string, Authorize, number, string, string]>) {
  test(`GET /status: ${name} is ${status}`, async (t) => {
    const server = await serve(t, { authorize });
    await server.messenger.sendToSession('s', { type: 'status', data: 'secret' });
    const answer = await fetch(`${server.http}/status?session_id=s`);
    assert.equal(answer.status, status);
    assert.deepEqual(await answer.json(), { error: { code, message: `status-messenger: ${message}` } });
    assert.equal((await fetch(`${server.http}/status?session_id=s`, { method: 'HEAD' })).status, status);
  });
}

test('GET /status asks with the token of the query or of the header, and answers what was granted', async (t) => {
  const requests: AccessRequest[] = [];
  const server = await serve(t, {
    trustedProxies: 1,
    authorize: (request) => {
      requests.push(request);
      return { sessionId: 'other' };
    },
  });
  await server.messenger.sendToSession('s', { type: 'status', data: 'of s' });
  await server.messenger.sendToSession('other', { type: 'status', data: 'of other' });
  const path = '/status?session_id=s&thread=t&user=u&token=in-query';
  const headers = { authorization: 'Bearer in-header', cookie: 'id=5', 'x-forwarded-for': '9.9.9.9, 1.1.1.1' };
  assert.deepEqual(await (await fetch(server.http + path, { headers })).json(), ['of other']);
  await fetch(`${server.http}/status?session_id=s`, { headers });
  const [query, header] = requests;
  assert.ok(query && header);
  const { headers: given, ...asked } = query;
  assert.deepEqual(asked, {
    sessionId: 's',
    threadIds: ['t'],
    userId: 'u',
    token: 'in-query',
    url: path,
    address: '1.1.1.1',
  });
  assert.equal(given.cookie, 'id=5');
  assert.equal(header.token, 'in-header');
});

test('a handler of Request and Response holds to the same rules', async (t) => {
  const messenger = new StatusMessenger({ logger: false, authorize: ({ token }) => token === 'good' });
  t.after(() => messenger.close());
  const ask = (query: string, headers = {}) =>
    messenger.fetch(new Request(`http://any.example/status?session_id=s${query}`, { headers }));
  assert.equal((await ask('')).status, 403);
  assert.equal((await ask('&token=good')).status, 200);
  assert.equal((await ask('&token=good', { origin: 'http://any.example' })).status, 200);
  assert.equal((await ask('&token=good', { origin: EVIL })).status, 403);
});

test('GET /status waits no longer for authorize than authorizeTimeout', async (t) => {
  const hand = new HandAuthorize();
  const server = await serveAt(t, { authorize: hand.authorize, authorizeTimeout: 2000 });
  const asking = fetch(`${server.http}/status?session_id=s`);
  await hand.next();
  server.clock.advance(2000);
  assert.equal((await asking).status, 503);
});

test('an answer is never taken for anything but JSON', async (t) => {
  const server = await serve(t);
  for (const path of ['/healthz', '/status?session_id=s', '/status', '/metrics']) {
    const { headers } = await fetch(server.http + path);
    assert.equal(headers.get('x-content-type-options'), 'nosniff', path);
    assert.equal(headers.get('content-type'), 'application/json', path);
  }
});

test('there is nothing at an address that is not of the kit, whoever asks', async (t) => {
  const server = await serve(t, { authorize: () => assert.fail('it was asked') });
  const nowhere = { error: { code: 'not_found', message: 'status-messenger: there is nothing at this address' } };
  for (const path of ['/metrics', '/api/tasks', '/status/', '//status?session_id=s', '/%73tatus?session_id=s']) {
    for (const headers of [{}, { origin: EVIL }, AUTHORIZATION]) {
      const answer = await fetch(server.http + path, { headers });
      assert.equal(answer.status, 404, path);
      assert.deepEqual(await answer.json(), nowhere);
    }
  }
  const publish = await fetch(`${server.http}/api/messages`, { ...PUBLISH, headers: AUTHORIZATION });
  assert.equal(publish.status, 404, 'without a key there is no such address');
});

test('tricks with Host and Origin open nothing', async (t) => {
  const server = await serve(t);
  const ask = async (...lines: string[]) => {
    const answer = await exchange(server.port, [...lines, 'Connection: close', '\r\n'].join('\r\n'));
    return Number(/^HTTP\/1\.1 (\d+)/.exec(answer)?.[1]);
  };
  const get = 'GET /status?session_id=s HTTP/1.1';
  assert.equal(await ask(get, 'Host: example.org', 'Origin: https://example.org'), 200);
  assert.equal(await ask(get, 'Host: EXAMPLE.org:8000', 'Origin: https://example.org:8000'), 200);
  assert.equal(await ask(get, 'Host: example.org:8000', 'Origin: https://example.org'), 403);
  assert.equal(await ask(get, 'Host: example.org', `Origin: ${EVIL}`, 'Origin: https://example.org'), 403);
  assert.equal(await ask(get, 'Host: example.org', 'Origin: https://example.org', `Origin: ${EVIL}`), 403);
  assert.equal(await ask(get, 'Host: example.org', `Host: evil.example`, `Origin: ${EVIL}`), 403);
  assert.equal(await ask(get, 'Host: example.org', 'X-Forwarded-Host: evil.example', `Origin: ${EVIL}`), 403);
  assert.equal(await ask(get, 'Host: example.org', 'Origin: null'), 403);
  assert.equal(await ask(get, 'Host: example.org', 'Origin: https://example.org@evil.example'), 403);
  assert.equal(await ask(get, 'Host: example.org', 'Origin: https://evil.example#example.org'), 403);
  assert.equal(await ask(get, 'Origin: https://example.org'), 400, 'no Host');
  assert.equal(await ask('GET /status?session_id=s HTTP/1.0', `Origin: ${EVIL}`), 403);
  assert.equal(await ask(`GET ${EVIL}/status?session_id=s HTTP/1.1`, 'Host: example.org', `Origin: ${EVIL}`), 403);
});
