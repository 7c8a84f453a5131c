import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Authorize } from '../../../server-adapter/index.js';
import { ofWebSockets } from '../../helpers/way.js';
import type { WireClient } from '../../helpers/wire-client.js';
import { everyoneLeft, startHandingServer } from '../support.js';
import { greeting, HandAuthorize, heard, open, serve, serveAt } from './support.js';

const START = 1_700_000_000_000;
const MINUTE = 60_000;
/** Time is looked at once a second. */
const TICK = 1000;
const EXPIRED = { code: 4401, reason: 'the token has expired' };

/** Until a minute times the number in the token. */
const byNumber: Authorize = ({ token }) => ({
  userId: 'u',
  threadIds: ['t'],
  expiresAt: START + Number(token) * MINUTE,
});

async function renew(page: WireClient, token: string, ref = `renew-${token}`): Promise<unknown> {
  await page.send({ type: 'token', ref, data: { token } });
  return (await page.ack(ref)).data;
}

test('a connection ends with its grant, by the clock of the server, and not before', async (t) => {
  const server = await serveAt(t, { authorize: byNumber });
  const page = open(t, `${server.url}/s?token=5`);
  assert.equal((await greeting(page)).expiresAt, START + 5 * MINUTE);
  server.clock.advance(5 * MINUTE - 1);
  await heard(page);
  server.clock.advance(TICK);
  await server.messenger.sendToSession('s', { type: 'status', data: 'after the end' });
  assert.deepEqual(await page.closed(), EXPIRED);
  assert.deepEqual(page.statuses, []);
});

test('a grant without an end says nothing of one', async (t) => {
  for (const authorize of [() => true, () => ({ expiresAt: Number.POSITIVE_INFINITY })] satisfies Authorize[]) {
    const server = await serveAt(t, { authorize });
    const page = open(t, `${server.url}/s`);
    assert.equal('expiresAt' in (await greeting(page)), false);
    server.clock.advance(20_000);
    await heard(page);
  }
});

for (const expiresAt of [START, START - 1, 1_700_000, 0, -1, Number.NEGATIVE_INFINITY]) {
  test(`a grant that ended at ${expiresAt} is none: nothing is shown for a moment`, async (t) => {
    const server = await serveAt(t, { authorize: () => ({ expiresAt }) });
    server.messenger.onSession(() => assert.fail('the session was begun'));
    await server.messenger.sendToSession('s', { type: 'status', data: 'secret' });
    const page = open(t, `${server.url}/s`);
    assert.deepEqual(await page.closed(), EXPIRED);
    assert.deepEqual(page.frames, []);
    const answer = await fetch(`${server.http}/status?session_id=s`);
    assert.equal(answer.status, 401);
    const error = { code: 'unauthorized', message: 'status-messenger: the token has expired' };
    assert.deepEqual(await answer.json(), { error });
  });
}

test('a fresh token keeps the connection, for as long as it says', async (t) => {
  const server = await serveAt(t, { authorize: byNumber });
  const page = open(t, `${server.url}/s?token=5`);
  await page.synced();
  server.clock.advance(4 * MINUTE);
  assert.deepEqual(await renew(page, '8'), { ref: 'renew-8', accepted: true, expiresAt: START + 8 * MINUTE });
  server.clock.advance(4 * MINUTE - 1);
  await server.messenger.sendToThread('t', { type: 'status', data: 'behind the first end' });
  await page.status('behind the first end');
  server.clock.advance(TICK);
  assert.deepEqual(await page.closed(), EXPIRED);
  assert.equal(page.frames.filter(({ type }) => type === 'connected').length, 1);
});

test('a fresh token may end earlier, or never', async (t) => {
  const server = await serveAt(t, {
    authorize: (request) => (request.token === 'for ever' ? { userId: 'u', threadIds: ['t'] } : byNumber(request)),
  });
  const page = open(t, `${server.url}/s?token=5`);
  await page.synced();
  assert.deepEqual(await renew(page, 'for ever'), { ref: 'renew-for ever', accepted: true });
  server.clock.advance(6 * MINUTE);
  await heard(page);
  assert.deepEqual(await renew(page, '7'), { ref: 'renew-7', accepted: true, expiresAt: START + 7 * MINUTE });
  server.clock.advance(MINUTE + TICK);
  assert.deepEqual(await page.closed(), EXPIRED);
});

for (const [token, answer, reason, code] of [
  ['less', () => ({ userId: 'u' }), 'the token is for something else', 4403],
  ['another user', () => ({ userId: 'u2', threadIds: ['t'] }), 'the token is for something else', 4403],
  [
    'another session',
    () => ({ sessionId: 's2', userId: 'u', threadIds: ['t'] }),
    'the token is for something else',
    4403,
  ],
  ['true', () => true, 'the token is for something else', 4403],
  ['false', () => false, 'not allowed', 4403],
  ['unknown', () => ({ refuse: 'who are you?', code: 4401 }), 'who are you?', 4401],
  ['expired', () => ({ userId: 'u', threadIds: ['t'], expiresAt: START }), 'the token has expired', 4401],
  ['trouble', () => Promise.reject(new Error('away')), 'the server could not decide', 1011],
] satisfies Array<[string, Authorize, string, number]>) {
  test(`a fresh token that is not taken (${token}) changes nothing`, async (t) => {
    const authorize: Authorize = (request) => (request.token === token ? answer() : byNumber(request));
    const server = await serveAt(t, { authorize });
    const page = open(t, `${server.url}/s?token=5`);
    await page.synced();
    assert.deepEqual(await renew(page, token, 'r'), { ref: 'r', accepted: false, reason, code });
    server.clock.advance(5 * MINUTE - 1);
    await heard(page);
    await server.messenger.sendToSession('s2', { type: 'status', data: 'of another' });
    await server.messenger.sendToUser('u2', { type: 'status', data: 'of another' });
    await heard(page);
    assert.deepEqual(page.statuses, []);
    server.clock.advance(TICK);
    assert.deepEqual(await page.closed(), EXPIRED);
  });
}

test('more than the connection has is not handed out by a fresh token', async (t) => {
  const authorize: Authorize = ({ token }) => (token === 'first' ? {} : { threadIds: ['t'], userId: 'u' });
  const server = await serve(t, { authorize });
  const page = open(t, `${server.url}/s?token=first`);
  await page.synced();
  assert.deepEqual(await renew(page, 'second', 'r'), { ref: 'r', accepted: true });
  assert.equal((await server.messenger.sendToThread('t', { type: 'status', data: 'x' })).delivered, 0);
  assert.equal((await server.messenger.sendToUser('u', { type: 'status', data: 'x' })).delivered, 0);
});

test('authorize gets the fresh token with what the page asked for at first', async (t) => {
  const hand = new HandAuthorize();
  const server = await serve(t, { authorize: hand.authorize });
  const page = open(t, `${server.url}/s?thread=t&user=u&token=old`, { headers: { cookie: 'id=5' } });
  const first = await hand.next();
  first.answer(true);
  await page.synced();
  await page.send({ type: 'token', ref: 'r', data: { token: 'new' } });
  const second = await hand.next();
  assert.deepEqual(second.request, { ...first.request, token: 'new' });
  second.answer(true);
  await page.ack('r');
});

test('of two fresh tokens at once, the second is not looked at', ofWebSockets(), async (t) => {
  const hand = new HandAuthorize();
  const server = await serveAt(t, { authorize: hand.authorize });
  const page = open(t, `${server.url}/s`);
  (await hand.next()).answer({ expiresAt: START + MINUTE });
  await page.synced();
  await page.send({ type: 'token', ref: 'one', data: { token: 'one' } });
  assert.deepEqual(await renew(page, 'two', 'two'), {
    ref: 'two',
    accepted: false,
    reason: 'another token is being looked at',
  });
  const one = await hand.next();
  assert.equal(one.request.token, 'one');
  one.answer({ expiresAt: START + 2 * MINUTE });
  assert.deepEqual((await page.ack('one')).data, { ref: 'one', accepted: true, expiresAt: START + 2 * MINUTE });
  assert.equal(hand.waiting, 0);
  await page.send({ type: 'token', ref: 'three', data: { token: 'three' } });
  (await hand.next()).answer({ expiresAt: START + 3 * MINUTE });
  await page.ack('three');
});

test('a connection that ends while its fresh token is looked at stays ended', async (t) => {
  const hand = new HandAuthorize();
  const server = await serveAt(t, { authorize: hand.authorize });
  const page = open(t, `${server.url}/s`);
  (await hand.next()).answer({ expiresAt: START + 5000 });
  await page.synced();
  await page.send({ type: 'token', ref: 'r', data: { token: 'fresh' } });
  const asked = await hand.next();
  server.clock.advance(5000);
  assert.deepEqual(await page.closed(), EXPIRED);
  asked.answer({ expiresAt: START + MINUTE });
  await everyoneLeft(server.server);
  assert.equal((await server.messenger.sendToSession('s', { type: 'status', data: 'x' })).delivered, 0);
  assert.deepEqual(server.log.with('error'), []);
});

test('a page that leaves while its fresh token is looked at takes nothing with it', async (t) => {
  const hand = new HandAuthorize();
  const server = await serve(t, { authorize: hand.authorize, limits: { connectionsPerSession: 1 } });
  for (let i = 0; i < 3; i++) {
    const page = open(t, `${server.url}/s`);
    (await hand.next()).answer(true);
    await page.synced();
    await page.send({ type: 'token', ref: 'r', data: { token: 'fresh' } });
    const asked = await hand.next();
    await page.close();
    await everyoneLeft(server.server);
    if (i === 1) asked.fail(new Error('too late'));
    else asked.answer(true);
  }
});

test('where nobody asks for tokens, none is taken, and the connection stays', async (t) => {
  const handing = await startHandingServer({ sessionId: 's' }, { authorize: () => false });
  t.after(handing.close);
  const open_ = await serve(t);
  for (const url of [`${open_.url}/s`, handing.own]) {
    const page = open(t, url);
    await page.synced();
    const refusal = { ref: 'renew-x', accepted: false, reason: 'this server takes no tokens' };
    assert.deepEqual(await renew(page, 'x'), refusal);
    await heard(page);
  }
});

test('a token frame without a token is malformed, and never the application’s', async (t) => {
  const server = await serve(t, { authorize: () => true });
  server.messenger.onInput((input) => assert.fail(`got ${input}`));
  const page = open(t, `${server.url}/s`);
  await page.send({ type: 'token', ref: 'r', data: { token: 5 } });
  assert.deepEqual((await page.ack('r')).data, {
    ref: 'r',
    accepted: false,
    reason: 'malformed: data.token: expected a text',
  });
});
