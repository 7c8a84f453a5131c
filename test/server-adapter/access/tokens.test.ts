import assert from 'node:assert/strict';
import { createHmac, randomBytes } from 'node:crypto';
import { test } from 'node:test';
import { SignJWT } from 'jose';
import { ManualClock, seededRandom } from '../../../components/testing/index.js';
import { ID_RULE } from '../../../protocol/index.js';
import type { Authorize } from '../../../server-adapter/index.js';
import { SessionTokens } from '../../../server-adapter/tokens.js';
import { eventOf, live, stateOf, testClient } from '../../helpers/client.js';
import { seedFromEnvironment } from '../../helpers/random.js';
import { startServer } from '../../helpers/server.js';
import { closeWith, kitError, timeOf, until } from '../support.js';
import { greeting, open, serve } from './support.js';

const SECRET = 'a secret of more than thirty-two bytes';
const OTHER = 'another secret of more than thirty-two';
const START = 1_700_000_000_000;
const MINUTE = 60_000;

const NOT_VALID = { refuse: 'the token is not valid', code: 4401 };
const EXPIRED = { refuse: 'the token has expired', code: 4401 };

function tokensAt(
  now = START,
  secret: ConstructorParameters<typeof SessionTokens>[0]['secret'] = SECRET,
): SessionTokens {
  return new SessionTokens({ secret, now: () => now });
}

function ask(authorize: Authorize, token: string | undefined, sessionId = 's'): ReturnType<Authorize> {
  return authorize({ sessionId, threadIds: [], headers: {}, url: '/', ...(token === undefined ? {} : { token }) });
}

/** A token of any make. */
function jwt(header: object, payload: object, secret = SECRET): string {
  const text = [header, payload].map((part) => Buffer.from(JSON.stringify(part)).toString('base64url')).join('.');
  return `${text}.${createHmac('sha256', secret).update(text).digest('base64url')}`;
}

const HEADER = { alg: 'HS256', typ: 'JWT' };
const CLAIMS = { sid: 's', aud: 'status-messenger', exp: START / 1000 + 60 };

test('a token grants what it was minted for, until it ends', async () => {
  const tokens = tokensAt();
  assert.deepEqual(await ask(tokens.authorize, await tokens.mint({ sessionId: 's' })), {
    sessionId: 's',
    threadIds: [],
    expiresAt: START + 15 * MINUTE,
  });
  const all = await tokens.mint({ sessionId: 's', threadIds: ['t1', 't2'], userId: 'u' }, { expiresIn: 1500 });
  const grant = { sessionId: 's', threadIds: ['t1', 't2'], userId: 'u', expiresAt: START + 2000 };
  assert.deepEqual(await ask(tokens.authorize, all), grant);
  assert.deepEqual(await ask(tokensAt(START + 1999).authorize, all), grant);
  assert.deepEqual(await ask(tokensAt(START + 2000).authorize, all), EXPIRED);
});

test('no token, one of another session, one that was tampered with', async () => {
  const tokens = tokensAt();
  const token = await tokens.mint({ sessionId: 's' });
  assert.deepEqual(await ask(tokens.authorize, undefined), { refuse: 'a token is needed', code: 4401 });
  assert.deepEqual(await ask(tokens.authorize, token, 'other'), { refuse: 'the token is for another session' });
  const [head = '', body = '', signature = ''] = token.split('.');
  const forged = Buffer.from(JSON.stringify({ ...CLAIMS, sid: 'other' })).toString('base64url');
  for (const wrong of [
    `${head}.${forged}.${signature}`,
    `${head}.${body}.`,
    `${head}.${body}`,
    `${head}.${body}.${signature.slice(0, -2)}`,
    `${head}.${body}.${signature}.${signature}`,
    `${token}x`,
    ` ${token}`,
  ]) {
    assert.deepEqual(await ask(tokens.authorize, wrong, 'other'), NOT_VALID, wrong);
  }
});

for (const [name, token] of [
  ['another secret', jwt(HEADER, CLAIMS, OTHER)],
  ['no algorithm', `${jwt({ alg: 'none' }, CLAIMS).split('.', 2).join('.')}.`],
  ['no algorithm, signed', jwt({ alg: 'none' }, CLAIMS)],
  ['another algorithm', jwt({ alg: 'HS512' }, CLAIMS)],
  ['an asymmetric algorithm', jwt({ alg: 'RS256' }, CLAIMS)],
  ['a header that must be understood', jwt({ ...HEADER, crit: ['x'], x: 1 }, CLAIMS)],
  ['another audience', jwt(HEADER, { ...CLAIMS, aud: 'another' })],
  ['no audience', jwt(HEADER, { ...CLAIMS, aud: undefined })],
  ['no end', jwt(HEADER, { ...CLAIMS, exp: undefined })],
  ['an end that is a text', jwt(HEADER, { ...CLAIMS, exp: '9999999999' })],
  ['no session', jwt(HEADER, { ...CLAIMS, sid: undefined })],
  ['a session that is a list', jwt(HEADER, { ...CLAIMS, sid: ['s'] })],
  ['a beginning to come', jwt(HEADER, { ...CLAIMS, nbf: START / 1000 + 30 })],
  ['threads that are none', jwt(HEADER, { ...CLAIMS, threads: 't' })],
  ['threads of other characters', jwt(HEADER, { ...CLAIMS, threads: ['a b'] })],
  ['more threads than can be', jwt(HEADER, { ...CLAIMS, threads: Array(101).fill('t') })],
  ['a user of other characters', jwt(HEADER, { ...CLAIMS, sub: 'a b' })],
  ['a list in place of claims', jwt(HEADER, [CLAIMS])],
  ['no JWT', 'hello'],
  ['nothing', ''],
  ['dots', '..'],
  ['very much', 'x'.repeat(60_000)],
  ['very much in each part', ['e', 'e', 'e'].map((part) => part.repeat(20_000)).join('.')],
  ['other characters', '😀.é.\0'],
] as const) {
  test(`a token with ${name} is not valid`, async () => {
    assert.deepEqual(await ask(tokensAt().authorize, token), NOT_VALID);
  });
}

test('a token of the same secret that says what one says is one', async () => {
  assert.deepEqual(await ask(tokensAt().authorize, jwt(HEADER, CLAIMS)), {
    sessionId: 's',
    threadIds: [],
    expiresAt: START + MINUTE,
  });
});

test('whatever is shown as a token is answered, never thrown', async (t) => {
  const seed = seedFromEnvironment();
  t.diagnostic(`SEED=${seed}`);
  const random = seededRandom(seed);
  const tokens = tokensAt();
  const good = await tokens.mint({ sessionId: 's', threadIds: ['t'], userId: 'u' });
  const pieces = ['.', 'e30', 'bnVsbA', 'W10', 'IiI', 'MQ', ...good.split('.'), '=', '%', '\n', '{}', '\ud800'];
  for (let i = 0; i < 500; i++) {
    const token =
      i % 2 === 0
        ? Array.from({ length: 1 + random() * 6 }, () => pieces[Math.floor(random() * pieces.length)]).join('.')
        : good.slice(0, random() * good.length) +
          String.fromCharCode(random() * 256) +
          good.slice(random() * good.length);
    if (token !== good) assert.deepEqual(await ask(tokens.authorize, token), NOT_VALID, JSON.stringify(token));
  }
});

test('a secret is replaced without a break: the first signs, all are accepted', async () => {
  const old = await tokensAt(START, SECRET).mint({ sessionId: 's' });
  const both = tokensAt(START, [OTHER, new TextEncoder().encode(SECRET)]);
  const fresh = await both.mint({ sessionId: 's' });
  for (const token of [old, fresh]) assert.ok('sessionId' in Object(await ask(both.authorize, token)));
  assert.ok('sessionId' in Object(await ask(tokensAt(START, OTHER).authorize, fresh)));
  assert.deepEqual(await ask(tokensAt(START, OTHER).authorize, old), NOT_VALID);
  const late = tokensAt(START + 16 * MINUTE, [OTHER, SECRET]);
  assert.deepEqual(await ask(late.authorize, old), EXPIRED, 'of whichever secret it is');
});

test('a secret that is too short, or none, is refused without a word of what it is', () => {
  const text = (got: string) =>
    `tokens: secret: got one of ${got}, expected at least 32 bytes; make one with crypto.randomBytes(32)`;
  const short = 'hunter2-hunter2-hunter2-hunter2';
  for (const [secret, got] of [
    [short, '31 bytes'],
    [new TextEncoder().encode(short), '31 bytes'],
    [[SECRET, short], '31 bytes'],
    ['', '0 bytes'],
    [undefined, 'type undefined'],
    [1234567890, 'type number'],
    [{ key: SECRET }, 'type object'],
  ] as const) {
    const make = () => new SessionTokens({ secret: secret as never });
    assert.throws(make, kitError('invalid', text(got)));
  }
  assert.throws(() => new SessionTokens({ secret: [] }), /tokens: secret: got a list of 0, expected a secret/);
  assert.ok(new SessionTokens({ secret: randomBytes(32) }));
});

test('what cannot be minted', async () => {
  const tokens = tokensAt();
  const fix = 'replace other characters, for instance by "_"';
  for (const [claims, text] of [
    [{ sessionId: 'a b' }, `tokens: sessionId: got string "a b", expected ${ID_RULE}; ${fix}`],
    [{ sessionId: 'run_1' }, 'tokens: sessionId: got string "run_1", expected a session, not a run; name the session'],
    [{ sessionId: 's', userId: '' }, `tokens: userId: got an empty string, expected ${ID_RULE}; ${fix}`],
    [{ sessionId: 's', threadIds: ['t', '/'] }, `tokens: threadIds: got string "/", expected ${ID_RULE}; ${fix}`],
    [
      { sessionId: 's', threadIds: Array(101).fill('t') },
      'tokens: threadIds: got a list of 101, expected at most 100; name those that the page shows',
    ],
  ] as const) {
    await assert.rejects(tokens.mint(claims), kitError('invalid', text));
  }
  for (const expiresIn of [0, -1, Number.NaN, Number.POSITIVE_INFINITY, '5' as never]) {
    await assert.rejects(tokens.mint({ sessionId: 's' }, { expiresIn }), /tokens: expiresIn: got /);
    assert.throws(() => new SessionTokens({ secret: SECRET, expiresIn }), /tokens: expiresIn: got /);
  }
});

test('a token names its algorithm, its audience and no secret', async () => {
  const token = await tokensAt().mint({ sessionId: 's', userId: 'u' });
  const [head, body] = token.split('.', 2).map((part) => JSON.parse(Buffer.from(part, 'base64url').toString()));
  assert.deepEqual(head, HEADER);
  const iat = START / 1000;
  assert.deepEqual(body, { sid: 's', sub: 'u', aud: 'status-messenger', iat, exp: iat + 900 });
});

test('a page with a token watches its session, one with another is refused', async (t) => {
  const tokens = new SessionTokens({ secret: SECRET });
  const server = await serve(t, { authorize: tokens.authorize });
  const token = await tokens.mint({ sessionId: 's', threadIds: ['t'], userId: 'u' });
  const page = open(t, `${server.url}/s?token=${token}&thread=t2`);
  assert.deepEqual(Object.keys((await greeting(page)).channels), ['session:s', 'thread:t', 'user:u']);
  await open(t, `${server.url}/s`, { headers: { authorization: `Bearer ${token}` } }).synced();
  for (const [path, end] of [
    ['s', { code: 4401, reason: 'a token is needed' }],
    [`s?token=${token}x`, { code: 4401, reason: 'the token is not valid' }],
    [`s2?token=${token}`, { code: 4403, reason: 'the token is for another session' }],
  ] as const) {
    assert.deepEqual(await open(t, `${server.url}/${path}`).closed(), end);
  }
  assert.equal((await fetch(`${server.http}/status?session_id=s&token=${token}`)).status, 200);
  assert.equal((await fetch(`${server.http}/status?session_id=s2&token=${token}`)).status, 403);
  assert.equal((await fetch(`${server.http}/status?session_id=s`)).status, 401);
  assert.deepEqual(server.log.lines, []);
});

// With the client of the kit

test('a client whose token has ended comes back with a fresh one, and has missed nothing', async (t) => {
  const clock = new ManualClock();
  const tokens = new SessionTokens({ secret: SECRET, now: () => clock.now(), expiresIn: 60_000 });
  const seen: Array<string | undefined> = [];
  const server = await startServer({
    clock: timeOf(clock),
    heartbeat: 3_600_000,
    authorize: (request) => {
      seen.push(request.token);
      return tokens.authorize(request);
    },
  });
  t.after(() => closeWith(clock, server));
  // Its own clock is the machine's: for it no time goes by, so it does not replace its token before the end.
  const client = testClient({
    url: server.url,
    sessionId: 's',
    getToken: () => tokens.mint({ sessionId: 's' }),
    reconnectDelay: () => 0,
  });
  t.after(() => client.close());
  const told: unknown[] = [];
  client.on('message', ({ data }) => told.push(data));
  client.connect();
  await live(client);
  await server.messenger.sendToSession('s', { type: 'status', data: 'one' });
  await stateOf(client, ({ status }) => status?.text === 'one');
  for (let round = 2; round < 5; round++) {
    const lost = eventOf(client, 'connection', ({ status }) => status === 'reconnecting');
    clock.advance(61_000);
    await server.messenger.sendToSession('s', { type: 'status', data: `missed ${round}` });
    await lost;
    await live(client);
    await stateOf(client, ({ status }) => status?.text === `missed ${round}`);
  }
  assert.equal(new Set(seen).size, 4, 'each token is shown once');
  assert.deepEqual(told, ['one', 'missed 2', 'missed 3', 'missed 4']);
});

test('a client that can only show a rejected token again stays closed, having shown it once', async (t) => {
  const tokens = new SessionTokens({ secret: SECRET });
  const seen: Array<string | undefined> = [];
  const server = await serve(t, {
    authorize: (request) => {
      seen.push(request.token);
      return tokens.authorize(request);
    },
  });
  const wrong = await new SessionTokens({ secret: OTHER }).mint({ sessionId: 's' });
  for (const option of [{ token: wrong }, { getToken: () => wrong }]) {
    seen.length = 0;
    const client = testClient({ url: server.url, sessionId: 's', reconnectDelay: () => 0, ...option });
    t.after(() => client.close());
    const refused = eventOf(client, 'connection', ({ status }) => status === 'refused');
    client.connect();
    assert.equal(Object(await refused).code, 4401);
    assert.deepEqual(seen, [wrong]);
  }
});

test('a client asks once for a fresh token, and stays closed when that is not taken either', async (t) => {
  const tokens = new SessionTokens({ secret: SECRET });
  const server = await serve(t, { authorize: tokens.authorize });
  let asked = 0;
  const strange = new SessionTokens({ secret: OTHER });
  const getToken = () => strange.mint({ sessionId: 's', userId: `u${++asked}` });
  const client = testClient({ url: server.url, sessionId: 's', reconnectDelay: () => 0, getToken });
  t.after(() => client.close());
  const refused = eventOf(client, 'connection', ({ status }) => status === 'refused');
  client.connect();
  await refused;
  assert.equal(asked, 2);
});

test('a client replaces its token before its end, on the connection as it stands', async (t) => {
  const clock = new ManualClock();
  const tokens = new SessionTokens({ secret: SECRET, now: () => clock.now(), expiresIn: 10 * MINUTE });
  let decided = 0;
  const server = await startServer({
    clock: timeOf(clock),
    heartbeat: 3_600_000,
    authorize: async (request) => {
      const decision = await tokens.authorize(request);
      decided++;
      return decision;
    },
  });
  t.after(() => closeWith(clock, server));
  let minted = 0;
  const client = testClient({
    url: server.url,
    sessionId: 's',
    clock,
    getToken: () => {
      minted++;
      return tokens.mint({ sessionId: 's' });
    },
  });
  t.after(() => client.close());
  const connections: string[] = [];
  client.on('connection', ({ status }) => connections.push(status));
  client.connect();
  await live(client);
  for (let minute = 1; minute <= 60; minute++) {
    clock.advance(MINUTE);
    // Time goes on when the page and the server have nothing left to say.
    await server.messenger.sendToSession('s', { type: 'status', data: `minute ${minute}` });
    await stateOf(client, ({ status }) => status?.text === `minute ${minute}`);
    await until(() => decided === minted);
    await client.send('anything');
  }
  assert.deepEqual(connections, ['connecting', 'live']);
  assert.ok(minted >= 6 && minted <= 9, `${minted} tokens for an hour`);
});

test('tokens that another maker signs with jose are read alike', async () => {
  const token = await new SignJWT({ sid: 's', threads: ['t'] })
    .setProtectedHeader({ alg: 'HS256' })
    .setAudience(['another', 'status-messenger'])
    .setExpirationTime(START / 1000 + 60)
    .sign(new TextEncoder().encode(SECRET));
  const grant = { sessionId: 's', threadIds: ['t'], expiresAt: START + MINUTE };
  assert.deepEqual(await ask(tokensAt().authorize, token), grant);
});
