import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect } from 'node:net';
import { test } from 'node:test';
import { ManualClock } from '../../../components/testing/index.js';
import { LIMITS } from '../../../protocol/index.js';
import { type ChannelLog, MemoryStore } from '../../../server-adapter/index.js';
import { exchange, upgradeRequest } from '../support.js';
import { greeting, heard, open, serve, serveAt } from './support.js';

const EVIL = 'https://evil.example';
const FORBIDDEN = { code: 4403, reason: 'pages of this origin may not connect' };

for (const [host, origin] of [
  ['example.org', `${EVIL}, https://example.org`],
  ['example.org', `https://example.org, ${EVIL}`],
  ['example.org', [EVIL, 'https://example.org']],
  ['example.org', ['https://example.org', EVIL]],
  ['example.org', 'null'],
  ['example.org', ''],
  ['example.org', 'example.org'],
  ['example.org', 'https://example.org:444'],
  ['example.org:444', 'https://example.org'],
  ['example.org', 'https://example.org.'],
  ['example.org', 'https://example.org@evil.example'],
  ['example.org', 'https://evil.example/example.org'],
  ['example.org', 'blob:https://example.org/1'],
  ['', 'https://'],
  ['null', 'null'],
] as const) {
  test(`Origin ${JSON.stringify(origin)} at Host "${host}" may not connect`, async (t) => {
    const server = await serve(t, { authorize: () => assert.fail('it was asked') });
    // What Node's types do not say: of a list each is a header of its own.
    const headers = { host, origin } as { host: string; origin: string };
    assert.deepEqual(await open(t, `${server.url}/s`, { headers }).closed(), FORBIDDEN);
  });
}

test('Origin and Host may differ in case, and carry a port', async (t) => {
  const server = await serve(t);
  for (const [host, origin] of [
    ['EXAMPLE.org', 'https://example.org'],
    ['example.org:8443', 'https://example.org:8443'],
    ['[::1]:8000', 'http://[::1]:8000'],
  ] as const) {
    await open(t, `${server.url}/s`, { headers: { host, origin } }).synced();
  }
});

test('an upgrade without a Host brings no page of a foreign origin in', async (t) => {
  const server = await serve(t);
  const request = upgradeRequest('/ws/s').replace('Host: localhost\r\n', `Origin: ${EVIL}\r\n`);
  for (const head of [request, request.replace('HTTP/1.1', 'HTTP/1.0')]) {
    const socket = connect(server.port, '127.0.0.1');
    socket.write(head);
    let answer = '';
    while (!answer.includes(FORBIDDEN.reason)) answer += (await once(socket, 'data'))[0];
    socket.destroy();
    assert.equal(answer.includes('connected'), false);
  }
});

for (const id of ['__proto__', 'constructor', 'toString', 'hasOwnProperty', '...', ':', '-', '%5F_proto__']) {
  test(`${id} is an id like any other`, async (t) => {
    const server = await serve(t, {
      authorize: ({ threadIds, userId }) => ({ threadIds, ...(userId ? { userId } : {}) }),
    });
    const name = decodeURIComponent(id);
    const { messenger } = server;
    const page = open(t, `${server.url}/${id}?thread=${id}&user=${id}&after=thread:${id}@${id}`);
    const channels = [`session:${name}`, `thread:${name}`, `user:${name}`];
    assert.deepEqual(Object.keys((await greeting(page)).channels), channels);
    await messenger.sendToThread(name, { type: 'status', data: 'thread' });
    await messenger.sendToUser(name, { type: 'status', data: 'user' });
    await messenger.sendToSession(name, { type: 'status', data: 'session' });
    for (const text of ['thread', 'user', 'session']) await page.status(text);
    await page.send({ type: 'ping', ref: name });
    assert.deepEqual((await page.ack(name)).data, { ref: name, accepted: true });
    const answer = await fetch(`${server.http}/status?session_id=${id}`);
    assert.deepEqual(await answer.json(), ['session']);
    assert.equal(Object.hasOwn(Object.prototype, 'thread'), false);
  });
}

test('names of fields that every object has mean nothing in a header, a query, a frame or a body', async (t) => {
  const server = await serve(t, { apiKey: 'key', authorize: () => true });
  const page = open(t, `${server.url}/s?__proto__=1&constructor=2&token=__proto__`, {
    headers: { constructor: 'x', tostring: 'y', ['__proto__']: 'z' },
  });
  await page.synced();
  await page.send('{"__proto__":{"type":"cancel"},"ref":"a"}');
  await page.send('{"type":"__proto__","ref":"b"}');
  await page.send('{"type":"answer","ref":"c","data":{"__proto__":{"questionId":"q","answer":1}}}');
  assert.deepEqual((await page.ack('c')).data, {
    ref: 'c',
    accepted: false,
    reason: 'malformed: data.questionId: expected a text',
  });
  const body = '{"session_id":"s","type":"__proto__","data":{"__proto__":{"polluted":1}}}';
  const init = { method: 'POST', headers: { authorization: 'Bearer key' }, body };
  assert.equal((await fetch(`${server.http}/api/messages`, init)).status, 201);
  await page.type('__proto__');
  assert.equal('polluted' in {}, false);
});

for (const path of ['%2573', 's%00', 's%0d%0aX', '%2e%2e%2fs', 's%', '%E4', '%ud800', 's;a=b']) {
  test(`/ws/${path} names no session`, async (t) => {
    const server = await serve(t, { authorize: () => assert.fail('it was asked') });
    assert.equal((await open(t, `${server.url}/${path}`).closed()).code, 4400);
  });
}

test('as many threads and positions as a request can carry cost no more than a few', async (t) => {
  const server = await serve(t, { authorize: ({ threadIds }) => ({ threadIds }) });
  const query = [
    ...Array.from({ length: 700 }, (_, i) => `thread=t${i}`),
    ...Array.from({ length: 200 }, (_, i) => `after=thread:t${i}@0123456789abcdef-1`),
  ].join('&');
  const page = open(t, `${server.url}/s?${query}`);
  assert.equal(Object.keys((await greeting(page)).channels).length, 101);
  await page.synced();
});

test('a token that is longer than a request may be is refused by Node, and the server goes on', async (t) => {
  const server = await serve(t, { authorize: () => assert.fail('it was asked') });
  const token = 'x'.repeat(60_000);
  assert.match(await exchange(server.port, upgradeRequest(`/ws/s?token=${token}`)), /^HTTP\/1\.1 431 /);
  const request = `GET /status?session_id=s&token=${token} HTTP/1.1\r\nHost: localhost\r\n\r\n`;
  assert.match(await exchange(server.port, request), /^HTTP\/1\.1 431 /);
  assert.equal((await fetch(`${server.http}/healthz`)).status, 200);
});

test('a frame with a token may be as long as a frame may be', async (t) => {
  const tokens: Array<string | undefined> = [];
  const server = await serve(t, { authorize: ({ token }) => Boolean(tokens.push(token)) });
  const page = open(t, `${server.url}/s`);
  const frame = (length: number) => ({ type: 'token', ref: 'r', data: { token: 'x'.repeat(length) } });
  const longest = LIMITS.clientFrame - JSON.stringify(frame(0)).length;
  await page.send(frame(longest));
  assert.deepEqual((await page.ack('r')).data, { ref: 'r', accepted: true });
  await page.send(frame(longest + 1));
  assert.equal((await page.closed()).code, 1009);
  assert.deepEqual(
    tokens.map((token) => token?.length),
    [undefined, longest],
  );
});

test('origins that strangers make up fill no log, and keep no other warning out of it', async (t) => {
  const server = await serve(t, { limits: { connectionsPerSession: 1 } });
  for (let i = 0; i < 1200; i++) {
    await fetch(`${server.http}/status?session_id=s`, { headers: { origin: `https://${i}.evil.example` } });
  }
  assert.equal(server.log.lines.length, 20);
  await open(t, `${server.url}/s`).synced();
  await open(t, `${server.url}/s`).closed();
  assert.equal(server.log.with('limits.connectionsPerSession').length, 1);
});

test('a line of the log carries nothing that a terminal would obey', async (t) => {
  const server = await serve(t);
  const request = Buffer.from('GET /status HTTP/1.1\r\nHost: \x9b2J\r\nOrigin: https://\x9b2J\r\n\r\n', 'latin1');
  const socket = connect(server.port, '127.0.0.1');
  socket.write(request);
  assert.match(String((await once(socket, 'data'))[0]), /^HTTP\/1\.1 4\d\d /);
  socket.destroy();
  assert.deepEqual(
    server.log.lines.filter((line) => !/^[ -~]*$/.test(line)),
    [],
  );
  const page = { origin: 'https://\x9b2J' };
  await open(t, `${server.url}/s`, { headers: page }).closed();
  assert.equal(server.log.with('got a connection from a page of https://?2J, expected').length, 1);
});

test('who knows how to make authorize fail fills no log', async (t) => {
  const server = await serveAt(t, { authorize: () => Promise.reject(new Error('not a token')) });
  const fail = async (times: number) => {
    for (let i = 0; i < times; i++) await fetch(`${server.http}/status?session_id=s`);
    return server.log.with('authorize failed').length;
  };
  assert.equal(await fail(30), 10);
  server.clock.advance(2000);
  assert.equal(await fail(30), 12);
});

test('a line of the log is not as long as the headers of a stranger', async (t) => {
  const server = await serve(t);
  const headers = { host: 'h'.repeat(6000), origin: `https://${'o'.repeat(6000)}.example` };
  await open(t, `${server.url}/s`, { headers }).closed();
  assert.equal(server.log.lines.length, 1);
  assert.ok((server.log.lines[0] ?? '').length < 600);
});

test('a page that is let in is not kept waiting by crowds that are not', async (t) => {
  const server = await serve(t, {
    limits: { connectionsPerAddress: 200 },
    authorize: ({ token }) => token === 'good',
  });
  const page = open(t, `${server.url}/s?token=good`);
  await page.synced();
  const crowd = Array.from({ length: 100 }, (_, i) => open(t, `${server.url}/s?token=${i}`));
  for (const stranger of crowd) assert.equal((await stranger.closed()).code, 4403);
  await heard(page);
  assert.equal((await server.messenger.sendToSession('s', { type: 'status', data: 'x' })).delivered, 1);
});

for (const [name, recall] of [
  [
    'throws',
    () => {
      throw new Error('SECRET disk');
    },
  ],
  ['rejects', () => Promise.reject(new Error('SECRET disk'))],
] satisfies Array<[string, ChannelLog['recall']]>) {
  test(`a page whose frame meets a store that ${name} comes back later, and nobody else notices`, async (t) => {
    const store = new MemoryStore({ clock: new ManualClock() });
    const peek = store.peek.bind(store);
    store.peek = (channel) => {
      const log = peek(channel);
      return channel === 'session:bad' && log ? Object.assign(log, { recall }) : log;
    };
    const server = await serve(t, { store });
    const [good, bad] = [open(t, `${server.url}/good`), open(t, `${server.url}/bad`)];
    await good.synced();
    await bad.synced();
    await bad.send({ type: 'input', ref: 'r', data: 1 });
    assert.deepEqual(await bad.closed(), { code: 1011, reason: 'the server could not answer' });
    await heard(good);
    assert.equal(server.log.with('warn status-messenger: a page could not be answered: Error: SECRET disk').length, 1);
  });
}
