import assert from 'node:assert/strict';
import { connect } from 'node:net';
import { type TestContext, test } from 'node:test';
import { ManualClock } from '../../../components/testing/index.js';
import { ID_RULE } from '../../../protocol/index.js';
import { type AccessRequest, decide, THREADS } from '../../../server-adapter/access/authorize.js';
import { type Authorize, currentContext, MemoryStore } from '../../../server-adapter/index.js';
import { frameBytes } from '../../fuzz/raw-peer.js';
import { wayPath } from '../../helpers/way.js';
import { everyoneLeft, kitError, until, upgradeRequest } from '../support.js';
import { greeting, HandAuthorize, heard, open, serve, serveAt } from './support.js';

const status = (data: string) => ({ type: 'status', data });
const request = { sessionId: 's', threadIds: [], headers: {}, url: '/ws/s' } satisfies AccessRequest;
/** What an application may answer that its types would not let it. */
const saying = (answer: unknown) => (() => answer) as Authorize;

for (const [name, authorize] of [
  ['true', () => true],
  ['a promise of true', async () => true],
  ['an empty grant', () => ({})],
] satisfies Array<[string, Authorize]>) {
  test(`${name} grants the session that is asked for, and nothing else`, async (t) => {
    const server = await serve(t, { authorize });
    const page = open(t, `${server.url}/s?thread=t&user=u`);
    assert.deepEqual(Object.keys((await greeting(page)).channels), ['session:s']);
    assert.equal((await server.messenger.sendToThread('t', status('of the thread'))).delivered, 0);
    assert.equal((await server.messenger.sendToUser('u', status('of the user'))).delivered, 0);
    assert.equal((await server.messenger.sendToSession('s', status('of the session'))).delivered, 1);
    await page.status('of the session');
    assert.deepEqual(page.statuses, ['of the session']);
  });
}

test('without authorize whoever knows a session gets that session, and no thread or user', async (t) => {
  const server = await serve(t);
  const page = open(t, `${server.url}/s?thread=t&user=u&token=x`);
  assert.deepEqual(Object.keys((await greeting(page)).channels), ['session:s']);
  assert.equal((await server.messenger.sendToThread('t', status('of the thread'))).delivered, 0);
  assert.equal((await server.messenger.sendToUser('u', status('of the user'))).delivered, 0);
});

const long = 'é'.repeat(100);
for (const [name, authorize, end] of [
  ['false', () => false, { code: 4403, reason: 'not allowed' }],
  ['a promise of false', async () => false, { code: 4403, reason: 'not allowed' }],
  ['a reason', () => ({ refuse: 'not your session' }), { code: 4403, reason: 'not your session' }],
  ['4401', () => ({ refuse: 'who are you?', code: 4401 }), { code: 4401, reason: 'who are you?' }],
  ['4404', async () => ({ refuse: 'no such session', code: 4404 }), { code: 4404, reason: 'no such session' }],
  ['a reason that is too long', () => ({ refuse: long }), { code: 4403, reason: 'é'.repeat(61) }],
] satisfies Array<[string, Authorize, { code: number; reason: string }]>) {
  test(`${name} refuses, and tells nothing`, async (t) => {
    const server = await serve(t, { authorize });
    server.messenger.onSession(() => assert.fail('the session was begun'));
    await server.messenger.sendToSession('s', status('secret'));
    const page = open(t, `${server.url}/s`);
    assert.deepEqual(await page.closed(), end);
    assert.deepEqual(page.frames, []);
    assert.deepEqual(server.log.lines, []);
  });
}

for (const [name, authorize] of [
  [
    'throws',
    () => {
      throw new Error('the database is away');
    },
  ],
  ['rejects', () => Promise.reject(new Error('the database is away'))],
] satisfies Array<[string, Authorize]>) {
  test(`authorize that ${name} closes with 1011, and the reason is for the log alone`, async (t) => {
    const server = await serve(t, { authorize });
    const page = open(t, `${server.url}/s?token=SECRET`);
    assert.deepEqual(await page.closed(), { code: 1011, reason: 'the server could not decide' });
    assert.deepEqual(page.frames, []);
    assert.equal(server.log.lines.length, 1);
    assert.match(
      server.log.lines[0] ?? '',
      /^error status-messenger: authorize failed: Error: the database is away\n +at /,
    );
    assert.deepEqual(server.log.with('SECRET'), []);
  });
}

class Account {
  readonly id = 'a';
}

const answer = 'expected true, false, a plain grant or { refuse }; answer for instance { userId }';
const known = 'expected sessionId, threadIds, userId, expiresAt; check its spelling';
for (const [nonsense, error] of [
  [undefined, `authorize: got nothing, ${answer}`],
  [null, `authorize: got null, ${answer}`],
  [1, `authorize: got number 1, ${answer}`],
  ['the token itself', `authorize: got a string, ${answer}`],
  [[], `authorize: got a list of 0, ${answer}`],
  [new Error('no'), `authorize: got an object with no fields, ${answer}`],
  [new Response('no', { status: 403 }), `authorize: got an object with no fields, ${answer}`],
  [new Account(), `authorize: got an object with id, ${answer}`],
  [{ allowed: false }, `authorize: a field: got "allowed", ${known}`],
  [{ sub: 'u', exp: 5 }, `authorize: a field: got "sub", ${known}`],
  [{ code: 4403 }, `authorize: a field: got "code", ${known}`],
  [{ refuse: undefined }, 'authorize: refuse: got nothing, expected a reason; say why in a text'],
  [{ refuse: true }, 'authorize: refuse: got boolean true, expected a reason; say why in a text'],
  [{ refuse: 'no', userId: 'u' }, 'authorize: a field: got "userId", expected refuse, code; check its spelling'],
  [
    { refuse: 'no', code: 1000 },
    'authorize: code: got number 1000, expected 4401, 4403 or 4404; leave it out for 4403',
  ],
  [
    { refuse: 'no', code: '4401' },
    'authorize: code: got string "4401", expected 4401, 4403 or 4404; leave it out for 4403',
  ],
  [
    { sessionId: undefined },
    `authorize: sessionId: got nothing, expected ${ID_RULE}; replace other characters, for instance by "_"`,
  ],
  [
    { sessionId: 'a b' },
    `authorize: sessionId: got string "a b", expected ${ID_RULE}; replace other characters, for instance by "_"`,
  ],
  [{ sessionId: 'run_1' }, 'authorize: sessionId: got string "run_1", expected a session, not a run; name the session'],
  [
    { threadIds: 't' },
    'authorize: threadIds: got string "t", expected a list of ids; answer for instance { threadIds: ["t1"] }',
  ],
  [
    { threadIds: ['t', 5] },
    `authorize: threadIds: got number 5, expected ${ID_RULE}; replace other characters, for instance by "_"`,
  ],
  [
    { threadIds: Array.from({ length: THREADS + 1 }, (_, i) => `t${i}`) },
    'authorize: threadIds: got a list of 101, expected at most 100; grant those that the page shows',
  ],
  [{ userId: null }, `authorize: userId: got null, expected ${ID_RULE}; replace other characters, for instance by "_"`],
  [
    { expiresAt: Number.NaN },
    'authorize: expiresAt: got number NaN, expected milliseconds since 1970; leave it out for no end',
  ],
  [
    { expiresAt: '2030-01-01' },
    'authorize: expiresAt: got string "2030-01-01", expected milliseconds since 1970; leave it out for no end',
  ],
] satisfies Array<[unknown, string]>) {
  test(`an answer that is none lets nobody in: ${error.split(', expected')[0]}`, async () => {
    await assert.rejects(decide(saying(nonsense), request), kitError('invalid', error));
  });
}

test('an answer that is none closes with 1011, and the log says what is wrong with it', async (t) => {
  const server = await serve(t, { authorize: saying({ alowed: false }) });
  const page = open(t, `${server.url}/s`);
  assert.deepEqual(await page.closed(), { code: 1011, reason: 'the server could not decide' });
  assert.equal(server.log.with('error status-messenger: authorize failed: StatusMessengerError').length, 1);
  assert.equal(server.log.with('got "alowed"').length, 1);
});

test('a grant without a prototype is one, and its threads count once', async () => {
  const grant = Object.assign(Object.create(null), { threadIds: ['a', 'b', 'a'], userId: 'u', expiresAt: 5 });
  const access = { sessionId: 's', threadIds: ['a', 'b'], userId: 'u', expiresAt: 5 };
  assert.deepEqual(await decide(saying(grant), request), access);
});

test('authorize that never answers is given up after authorizeTimeout, and its late word lets nobody in', async (t) => {
  const hand = new HandAuthorize();
  const server = await serveAt(t, { authorize: hand.authorize, authorizeTimeout: 3000 });
  server.messenger.onSession(() => assert.fail('the session was begun'));
  const page = open(t, `${server.url}/s`);
  const asked = await hand.next();
  server.clock.advance(2999);
  assert.equal(page.frames.length, 0);
  assert.deepEqual(server.log.lines, []);
  server.clock.advance(1);
  assert.deepEqual(await page.closed(), { code: 1011, reason: 'the server could not decide' });
  assert.equal(server.log.with('authorize failed: Error: no answer within 3000 ms').length, 1);
  asked.answer(true);
  await everyoneLeft(server.server);
  assert.equal((await server.messenger.sendToSession('s', status('late'))).delivered, 0);
  assert.deepEqual(page.frames, []);
});

test('an answer in time leaves no timer behind', async (t) => {
  const hand = new HandAuthorize();
  const server = await serveAt(t, { authorize: hand.authorize });
  const before = server.clock.waiting;
  const page = open(t, `${server.url}/s`);
  const asked = await hand.next();
  assert.equal(server.clock.waiting, before + 1);
  asked.answer(false);
  await page.closed();
  assert.equal(server.clock.waiting, before);
});

test('a page that leaves while it waits is nobody afterwards', async (t) => {
  const hand = new HandAuthorize();
  const server = await serve(t, { authorize: hand.authorize, limits: { connectionsPerAddress: 1 } });
  const page = open(t, `${server.url}/s`);
  const asked = await hand.next();
  await page.close();
  asked.answer({ threadIds: ['t'] });
  await everyoneLeft(server.server);
  assert.equal((await server.messenger.sendToSession('s', status('text'))).delivered, 0);
  assert.equal((await server.messenger.sendToThread('t', status('text'))).delivered, 0);
  const next = open(t, `${server.url}/s`);
  (await hand.next()).answer(true);
  await next.synced();
});

/** A page that does not wait for the handshake: what it has to say stands right behind its request. */
function impatient(t: TestContext, port: number, ...frames: object[]): { received(): string } {
  const socket = connect(port, '127.0.0.1');
  t.after(() => socket.destroy());
  let received = '';
  socket.on('data', (piece) => {
    received += piece.toString('latin1');
  });
  const said = frames.map((frame) => frameBytes(JSON.stringify(frame)));
  socket.write(Buffer.concat([Buffer.from(upgradeRequest('/ws/s')), ...said]));
  return { received: () => received };
}

test('a page has no connection before it is let in; what it said by then is heard once and in order', async (t) => {
  const hand = new HandAuthorize();
  const server = await serve(t, { authorize: hand.authorize });
  const inputs: unknown[] = [];
  server.messenger.onInput((input) => inputs.push(input));
  const page = impatient(
    t,
    server.port,
    { type: 'input', ref: 'first', data: 1 },
    { type: 'ping', ref: 'second' },
    { type: 'input', ref: 'third', data: 3 },
  );
  const asked = await hand.next();
  // Whatever was sent has arrived when requests that were sent later are answered.
  for (let i = 0; i < 5; i++) await fetch(`${server.http}/healthz`);
  assert.deepEqual(inputs, []);
  assert.equal(page.received(), '');
  asked.answer(true);
  await until(() => page.received().includes('"third"'));
  assert.deepEqual(inputs, [1, 3]);
  const order = page.received().match(/"type":"(connected|snapshot|synced)"|"ref":"(\w+)"/g);
  assert.deepEqual(order, [
    '"type":"connected"',
    '"type":"snapshot"',
    '"type":"synced"',
    '"ref":"first"',
    '"ref":"second"',
    '"ref":"third"',
  ]);
});

test('what a page says before it is refused is never heard', async (t) => {
  const hand = new HandAuthorize();
  const server = await serve(t, { authorize: hand.authorize });
  server.messenger.onInput(() => assert.fail('it was heard'));
  const page = impatient(t, server.port, { type: 'input', ref: 'r', data: 1 });
  (await hand.next()).answer({ refuse: 'no' });
  await until(() => page.received().endsWith('no'));
  assert.doesNotMatch(page.received(), /connected|"ref"/);
});

test('a grant of another session is that session, in all that is said and heard', async (t) => {
  const server = await serve(t, { authorize: () => ({ sessionId: 'other' }) });
  const sessions: string[] = [];
  server.messenger.onSession((session) => sessions.push(`begun ${session.id}`));
  server.messenger.onInput((_, session) => sessions.push(`input ${session.id}`));
  await server.messenger.sendToSession('s', status('of s'));
  await server.messenger.sendToSession('other', status('of other'));
  const page = open(t, `${server.url}/s`);
  const { sessionId, channels } = await greeting(page);
  assert.equal(sessionId, 'other');
  assert.deepEqual(Object.keys(channels), ['session:other']);
  await page.send({ type: 'input', ref: 'r', data: 1 });
  await page.ack('r');
  assert.deepEqual(page.statuses, ['of other']);
  assert.deepEqual(sessions, ['begun other', 'input other']);
});

test('granted threads and the user arrive with their channel; what is only asked for does not', async (t) => {
  const server = await serve(t, { authorize: () => ({ threadIds: ['t1', 't2'], userId: 'u' }) });
  const { messenger } = server;
  await messenger.sendToThread('t1', status('before'));
  const page = open(t, `${server.url}/s?thread=t1&thread=t3&user=someone-else`);
  assert.deepEqual(Object.keys((await greeting(page)).channels), ['session:s', 'thread:t1', 'thread:t2', 'user:u']);
  await page.synced();
  assert.equal((await messenger.sendToThread('t3', status('not granted'))).delivered, 0);
  assert.equal((await messenger.sendToUser('someone-else', status('not granted'))).delivered, 0);
  assert.equal((await messenger.sendToThread('t1', status('t1'))).delivered, 1);
  assert.equal((await messenger.sendToThread('t2', status('t2'))).delivered, 1);
  assert.equal((await messenger.sendToUser('u', status('u'))).delivered, 1);
  assert.equal((await messenger.sendToSession('s', status('own'))).delivered, 1);
  for (const text of ['t1', 't2', 'u', 'own']) await page.status(text);
  const said = page.frames.filter(({ type }) => type === 'status').map(({ data, channel }) => `${channel} ${data}`);
  assert.deepEqual(said.sort(), ['thread:t1 before', 'thread:t1 t1', 'thread:t2 t2', 'undefined own', 'user:u u']);
  assert.equal(page.raw.filter((text) => text.includes('not granted')).length, 0);
});

test('each granted channel goes on from its own position', async (t) => {
  const server = await serve(t, { authorize: () => ({ threadIds: ['t'], userId: 'u' }) });
  const { messenger } = server;
  const ids = await Promise.all([
    messenger.sendToSession('s', status('s1')),
    messenger.sendToThread('t', status('t1')),
    messenger.sendToUser('u', status('u1')),
  ]);
  await messenger.sendToThread('t', status('t2'));
  const [own, thread, user] = ids.map(({ id }) => id);
  const page = open(t, `${server.url}/s?after=${own}&after=thread:t@${thread}&after=user:u@${user}`);
  await page.synced();
  assert.deepEqual(
    Object.values((await greeting(page)).channels).map(({ recovered }) => recovered),
    [true, true, true],
  );
  assert.deepEqual(page.statuses, ['t2']);
});

test('work that a page begins knows whom it was granted to', async (t) => {
  const server = await serve(t, {
    authorize: ({ token }) => ({ threadIds: token === 'one' ? ['t'] : ['t', 't2'], userId: 'u' }),
  });
  const contexts: unknown[] = [];
  server.messenger.onInput(() => {
    const { sessionId, threadId, userId } = currentContext() ?? {};
    contexts.push({ sessionId, threadId, userId });
  });
  for (const token of ['one', 'two']) {
    const page = open(t, `${server.url}/s?token=${token}&user=somebody-else`);
    await page.send({ type: 'input', ref: token, data: 1 });
    await page.ack(token);
  }
  assert.deepEqual(contexts, [
    { sessionId: 's', threadId: 't', userId: 'u' },
    { sessionId: 's', threadId: undefined, userId: 'u' },
  ]);
});

test('authorize is told what was asked for, checked and bounded', async (t) => {
  const requests: AccessRequest[] = [];
  const server = await serve(t, {
    authorize: (asked) => {
      requests.push(asked);
      return { threadIds: asked.threadIds };
    },
  });
  const threads = Array.from({ length: 500 }, (_, i) => `thread=t${i}`).join('&');
  const query = `thread=t0&${threads}&user=u&user=other&token=first&token=second`;
  const page = open(t, `${server.url}/s?${query}`, { headers: { cookie: 'id=5', authorization: 'Bearer header' } });
  assert.equal(Object.keys((await greeting(page)).channels).length, 1 + THREADS);
  const [first] = requests;
  assert.ok(first);
  const { headers, ...asked } = first;
  assert.deepEqual(asked, {
    sessionId: 's',
    threadIds: Array.from({ length: THREADS }, (_, i) => `t${i}`),
    userId: 'u',
    token: 'first',
    url: `${wayPath()}/s?${query}`,
    address: '127.0.0.1',
  });
  assert.equal(headers.cookie, 'id=5');

  for (const [path, authorization, token] of [
    ['s', 'bearer of the header', 'of the header'],
    ['s', 'Basic YTpi', undefined],
    ['s?token=', 'Bearer header', ''],
    ['%73', undefined, undefined],
  ] as const) {
    await open(t, `${server.url}/${path}`, authorization === undefined ? {} : { headers: { authorization } }).synced();
    const last = requests.at(-1);
    assert.equal(last?.sessionId, 's');
    assert.equal(last?.token, token);
    assert.equal(last?.userId, undefined);
    assert.deepEqual(last?.threadIds, []);
  }
});

test('ids of threads and users that are none are refused like those of sessions', async (t) => {
  const server = await serve(t, {});
  for (const [query, reason] of [
    ['thread=a%20b', 'thread id: expected 1–128 characters of A-Z a-z 0-9 . _ ~ : -'],
    ['thread=ok&thread=', 'thread id: expected 1–128 characters of A-Z a-z 0-9 . _ ~ : -'],
    ['thread=run_1', 'thread id: expected no run (run_…)'],
    ['user=a%20b', 'user id: expected 1–128 characters of A-Z a-z 0-9 . _ ~ : -'],
  ]) {
    assert.deepEqual(await open(t, `${server.url}/s?${query}`).closed(), { code: 4400, reason }, query);
  }
});

test('pages that wait for authorize when the server leaves are told to come back', async (t) => {
  const hand = new HandAuthorize();
  const store = new MemoryStore({ clock: new ManualClock() });
  const server = await serve(t, { authorize: hand.authorize, store });
  server.messenger.onSession(() => assert.fail('the session was begun'));
  const page = open(t, `${server.url}/s`);
  const asked = await hand.next();
  await server.messenger.close();
  store.retain = () => assert.fail('the store is closed');
  asked.answer(true);
  const { code, reason } = await page.closed();
  assert.equal(code, 1012);
  assert.match(reason, /^retry=\d{1,4}$/);
  assert.deepEqual(page.frames, []);
});

test('authorize that asks a slow database keeps nobody else waiting', async (t) => {
  const hand = new HandAuthorize();
  const server = await serve(t, { authorize: (asked) => (asked.token === 'slow' ? hand.authorize(asked) : true) });
  const slow = open(t, `${server.url}/s?token=slow`);
  const asked = await hand.next();
  const quick = open(t, `${server.url}/s`);
  await quick.synced();
  await heard(quick);
  assert.deepEqual(slow.frames, []);
  asked.answer(true);
  await slow.synced();
  await slow.close();
});
