import assert from 'node:assert/strict';
import { test } from 'node:test';
import { LIMITS } from '../../../protocol/index.js';
import type { MessengerOptions } from '../../../server-adapter/index.js';
import { SessionTokens } from '../../../server-adapter/tokens.js';
import type { Frame } from '../../helpers/wire-client.js';
import { greeting, open, serve } from './support.js';

const status = (data: string) => ({ type: 'status', data });

/** Frames without what differs from one moment to the next. */
function timeless(frames: readonly Frame[]): string {
  return JSON.stringify(frames)
    .replace(/"serverTime":\d+/g, '"serverTime":0')
    .replace(/"ts":\d+/g, '"ts":0')
    .replace(/"connectionId":"[\w-]+"/, '"connectionId":""')
    .replace(/"[0-9a-f]{16}-/g, '"EPOCH-');
}

test('the log of all that can happen names no token, no cookie, no key and nothing that was said', async (t) => {
  const tokens = new SessionTokens({ secret: 'SECRET-secret-SECRET-secret-SECRET' });
  const server = await serve(t, {
    apiKey: 'SECRET-key',
    limits: { framesPerSecond: 5 },
    authorize: (request) => {
      if (request.token === 'SECRET-throw') throw new Error('the database is away');
      if (request.token === 'SECRET-string') return request.token as never;
      if (request.token === 'SECRET-nonsense') return { token: request.token } as never;
      return tokens.authorize(request);
    },
  });
  const { messenger, url, http, log } = server;
  messenger.onSession(() => {
    throw new Error('the work failed');
  });
  const headers = { cookie: 'id=SECRET-cookie', authorization: 'Bearer SECRET-header' };
  const token = await tokens.mint({ sessionId: 's', userId: 'u' });
  for (const path of [
    's',
    's?token=SECRET-throw',
    's?token=SECRET-string',
    's?token=SECRET-nonsense',
    's?token=SECRET',
  ]) {
    await open(t, `${url}/${path}`, { headers }).closed();
    await fetch(`${http}/${path.replace('s', 'status?session_id=s').replace('s?', 's&')}`, { headers });
  }
  await open(t, `${url}/SECRET%20id?token=SECRET`, { headers }).closed();
  await open(t, `${url}/s?token=SECRET`, { origin: 'https://evil.example', headers }).closed();

  const page = open(t, `${url}/s?token=${token}&after=SECRET&after=thread:SECRET@SECRET`, { headers });
  await page.synced();
  await page.send('SECRET text');
  await page.send({ type: 'input', data: 'SECRET input' });
  await page.send({ type: 'answer', ref: 'a', data: { SECRET: 1 } });
  await page.send({ type: 'answer', ref: 'b', data: { questionId: 'SECRET', answer: 'SECRET' } });
  await page.send({ type: 'token', ref: 'c', data: { token: 'SECRET-throw' } });
  await page.ack('c');
  await page.send({ type: 'token', ref: 'd', data: { token: ['SECRET'] } });
  await page.send({ type: 'token', ref: 'e', data: { token } });
  await page.ack('e');
  await messenger.sendToSession('s', status('SECRET status'));
  await messenger.sendToUser('u', status('SECRET status'));
  await page.send(Buffer.from([0xff, ...Buffer.from('SECRET')]));
  assert.equal((await page.closed()).code, 4400);

  const loud = open(t, `${url}/s?token=${token}`);
  await loud.synced();
  for (let i = 0; i < 60 && !loud.isClosed; i++) await loud.send('SECRET');
  assert.equal((await loud.closed()).code, 4429);
  const large = open(t, `${url}/s?token=${token}`);
  await large.synced();
  await large.send('SECRET'.padEnd(LIMITS.clientFrame + 1));
  assert.equal((await large.closed()).code, 1009);

  for (const [authorization, body] of [
    ['Bearer SECRET-wrong', '{}'],
    ['Bearer SECRET-key', '{"SECRET'],
    ['Bearer SECRET-key', '{"session_id":"s","type":"status","data":{"SECRET":1}}'],
    ['Bearer SECRET-key', '{"session_id":"run_1","type":"status","data":"SECRET"}'],
    ['Bearer SECRET-key', '{"session_id":"s","type":"status","data":"SECRET"}'],
  ] as const) {
    await fetch(`${http}/api/messages`, { method: 'POST', headers: { authorization, cookie: 'SECRET' }, body });
  }

  for (const told of [
    'authorize failed: Error: the database is away',
    'authorize: got a string, expected',
    'authorize: a field: got "token"',
    'a page of https://evil.example',
    'the onSession handler of session s failed: Error: the work failed',
    'malformed frame from a page',
    'limits.framesPerSecond',
    'expected positions',
  ]) {
    assert.notEqual(log.with(told).length, 0, `it tells of: ${told}`);
  }
  const secrets = [/SECRET/, new RegExp(token.split('.')[2] ?? '')];
  for (const line of log.lines) for (const secret of secrets) assert.doesNotMatch(line, secret);
});

for (const [name, authorize] of [
  ['false', () => false],
  ['a reason', () => ({ refuse: 'no', code: 4404 as const })],
  ['what throws', () => Promise.reject(new Error('away'))],
  ['tokens', new SessionTokens({ secret: 'x'.repeat(32) }).authorize],
] satisfies Array<[string, MessengerOptions['authorize']]>) {
  test(`who is refused (${name}) learns nothing of whether a session exists`, async (t) => {
    const server = await serve(t, { authorize });
    await server.messenger.sendToSession('there', status('here'));
    const seen = async (id: string) => {
      const page = open(t, `${server.url}/${id}?token=x`);
      const end = await page.closed();
      const answer = await fetch(`${server.http}/status?session_id=${id}&token=x`);
      return { end, frames: page.frames, status: answer.status, body: await answer.text() };
    };
    const there = await seen('there');
    assert.deepEqual(there, await seen('nowhere'));
    assert.deepEqual(there.frames, []);
  });
}

test('a position of a channel that was not granted is answered as any nonsense is', async (t) => {
  const server = await serve(t, { authorize: () => true });
  const { id: thread } = await server.messenger.sendToThread('x', status('of the thread'));
  const { id: other } = await server.messenger.sendToSession('other', status('of another'));
  await server.messenger.sendToSession('s', status('own'));
  const seen = async (query: string) => {
    const page = open(t, `${server.url}/s?${query}`);
    await page.synced();
    return timeless(page.frames);
  };
  const plain = await seen('');
  for (const query of [
    `thread=x&after=thread:x@${thread}`,
    'thread=y&after=thread:y@0123456789abcdef-1',
    `after=session:other@${other}`,
    `after=${other}`,
    `after=user:x@${thread}`,
  ]) {
    assert.equal(await seen(query), plain, query);
  }
});

test('what was answered to a frame of one session is nothing to another', async (t) => {
  const server = await serve(t);
  const inputs: unknown[] = [];
  server.messenger.onInput((input, session) => inputs.push([session.id, input]));
  for (const id of ['a', 'b', 'a']) {
    const page = open(t, `${server.url}/${id}`);
    await page.send({ type: 'input', ref: 'the same', data: `of ${id}` });
    assert.deepEqual((await page.ack('the same')).data, { ref: 'the same', accepted: true });
  }
  assert.deepEqual(inputs, [
    ['a', 'of a'],
    ['b', 'of b'],
  ]);
});

test('a position tells of its own channel alone, and its epoch of none', async (t) => {
  const server = await serve(t);
  for (let i = 0; i < 5; i++) await server.messenger.sendToSession('busy', status(`${i}`));
  const epochs = new Set<string | undefined>();
  for (let i = 0; i < 5; i++) {
    const page = open(t, `${server.url}/s${i}`);
    const position = Object.values((await greeting(page)).channels)[0]?.position ?? '';
    const [epoch, seq] = position.split('-');
    assert.equal(seq, '0');
    assert.match(epoch ?? '', /^[0-9a-f]{16}$/);
    epochs.add(epoch);
  }
  assert.equal(epochs.size, 5);
  const { id } = await server.messenger.sendToSession('s0', status('first'));
  assert.equal(id?.split('-')[1], '1');
});

test('a publisher is told how many watch the channel, and of no other', async (t) => {
  const server = await serve(t, { authorize: () => ({ threadIds: ['t'] }) });
  await open(t, `${server.url}/a`).synced();
  await open(t, `${server.url}/b`).synced();
  assert.equal((await server.messenger.sendToSession('a', status('x'))).delivered, 1);
  assert.equal((await server.messenger.sendToSession('c', status('x'))).delivered, 0);
  assert.equal((await server.messenger.sendToThread('t', status('x'))).delivered, 2);
});

test('nobody sees what is said to another session', async (t) => {
  const server = await serve(t, { authorize: ({ sessionId }) => ({ userId: `u-${sessionId}` }) });
  const pages = ['a', 'b'].map((id) => open(t, `${server.url}/${id}`));
  for (const page of pages) await page.synced();
  for (const id of ['a', 'b']) {
    await server.messenger.sendToSession(id, status(`for ${id} alone`));
    await server.messenger.sendToUser(`u-${id}`, status(`for user ${id} alone`));
  }
  for (const [i, id] of ['a', 'b'].entries()) {
    await pages[i]?.status(`for ${id} alone`);
    await pages[i]?.status(`for user ${id} alone`);
    assert.deepEqual(pages[i]?.statuses.length, 2);
  }
});
