import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { isObject, LIMITS } from '../../../protocol/index.js';
import { SqliteStore } from '../../../server-adapter/channels/sqlite/index.js';
import { serve, serveAt } from '../access/support.js';
import { everyoneLeft, until } from '../support.js';
import { errorOf, post, stream, streamId } from './sse-support.js';

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
  const id = streamId(page);
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

test('a frame that meets another server than the stream is carried out there, once', async (t) => {
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
  const id = streamId(page);
  const frame = { type: 'input', ref: 'r', data: 1 };
  const ack = { status: 200, body: { ref: 'r', accepted: true } };
  assert.deepEqual(await post(`${other.http}/sse/s?stream=${id}`, frame), ack);
  await page.send(frame);
  assert.deepEqual((await page.ack('r')).data, ack.body);
  assert.deepEqual(inputs, [1]);
});
