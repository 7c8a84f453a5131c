import assert from 'node:assert/strict';
import { request } from 'node:http';
import { connect } from 'node:net';
import { test } from 'node:test';
import { LIMITS } from '../../protocol/index.js';
import { startServer } from '../helpers/server.js';
import { ofWebSockets } from '../helpers/way.js';
import { WireClient } from '../helpers/wire-client.js';

for (const [name, path] of [
  ['a space', 'a%20b'],
  ['a slash in code', 'a%2Fb'],
  ['nothing', ''],
  ['129 characters', 'x'.repeat(129)],
  ['broken percent-encoding', '%E4%'],
  ['an emoji', '%F0%9F%98%80'],
] as const) {
  test(`a session id of ${name} is refused with 4400 and the rule`, async (t) => {
    const server = await startServer();
    t.after(server.close);
    const page = new WireClient(`${server.url}/${path}`);
    assert.deepEqual(await page.closed(), {
      code: 4400,
      reason: 'session id: expected 1–128 characters of A-Z a-z 0-9 . _ ~ : -',
    });
    assert.deepEqual(page.frames, []);
  });
}

for (const after of [
  'nonsense',
  '-5',
  'epoch000',
  'epoch000--1',
  'epoch000-1.5',
  'session:x@',
  '@',
  'thread:t@epoch000-99999999999999999999',
  '%00',
  '1'.repeat(4000),
]) {
  test(`after=${after.slice(0, 40)} makes no sense, and is answered with a snapshot`, async (t) => {
    const server = await startServer();
    t.after(server.close);
    await server.messenger.sendToSession('s', { type: 'status', data: 'here' });
    const page = new WireClient(`${server.url}/s?after=${after}`);
    await page.synced();
    assert.deepEqual(
      page.frames.map(({ type }) => type),
      ['connected', 'snapshot', 'status', 'synced'],
    );
    await page.close();
  });
}

test('a position that is ahead of its log is answered with a snapshot', async (t) => {
  const server = await startServer();
  t.after(server.close);
  const { id = '' } = await server.messenger.sendToSession('s', { type: 'status', data: 'here' });
  const page = new WireClient(`${server.url}/s?after=${id.replace(/-1$/, '-2')}`);
  await page.type('snapshot');
  await page.close();
});

test("a page's bad frames are refused one by one, and neither its own traffic nor another's notices", async (t) => {
  const server = await startServer();
  t.after(server.close);
  const inputs: unknown[] = [];
  server.messenger.onInput((input) => {
    inputs.push(input);
    if (input === 'reject') return Promise.reject(new Error('the handler failed'));
    if (input === 'throw') throw new Error('the handler threw');
    return undefined;
  });
  const page = new WireClient(`${server.url}/s`);
  const other = new WireClient(`${server.url}/s`);
  await Promise.all([page.synced(), other.synced()]);

  // What is not of the protocol is the application's, as it came.
  const raw = [
    'hello',
    '',
    '[1,2]',
    '5',
    'null',
    '{"type":"chat","data":1}',
    '{"no":"type"}',
    '{"type":5}',
    '{"type":"answer"',
  ];
  for (const text of raw) await page.send(text);
  await page.send('reject');
  await page.send('throw');
  // Frames of the protocol in the wrong shape.
  await page.send({ type: 'answer', ref: 'r1', data: 5 });
  await page.send({ type: 'answer', ref: 'r2', data: { answer: 'no id' } });
  await page.send({ type: 'answer', ref: 'r3', data: { questionId: 'q' } });
  await page.send({ type: 'answer', ref: 5, data: { questionId: 'q', answer: 1 } });
  await page.send({ type: 'input', ref: 'x'.repeat(LIMITS.refLength + 1), data: 1 });
  await page.send({ type: 'input', ref: 'fine', data: { text: 'in order' } });

  assert.deepEqual((await page.ack('fine')).data, { ref: 'fine', accepted: true });
  assert.deepEqual(inputs, [...raw, 'reject', 'throw', { text: 'in order' }]);
  assert.deepEqual(
    page.frames.filter(({ type }) => type === 'ack').map(({ data }) => data),
    [
      { ref: 'r1', accepted: false, reason: 'malformed: data: expected an object with questionId and answer' },
      { ref: 'r2', accepted: false, reason: 'malformed: data.questionId: expected a text' },
      { ref: 'r3', accepted: false, reason: 'malformed: data.answer: expected an answer, or decline: true' },
      { ref: 'fine', accepted: true },
    ],
  );
  const logged = server.log.with('malformed frame from a page');
  assert.equal(logged.length, 4, 'each kind once: a flood of them does not flood the log');
  assert.equal(server.log.with('onInput handler failed: Error: the handler failed').length, 1);
  assert.equal(server.log.with('onInput handler failed: Error: the handler threw').length, 1);

  await server.messenger.sendToSession('s', { type: 'status', data: 'still here' });
  await Promise.all([page.status('still here'), other.status('still here')]);
  await Promise.all([page.close(), other.close()]);
});

test('a frame over 64 KiB ends the connection with 1009, one of 64 KiB does not', async (t) => {
  const server = await startServer();
  t.after(server.close);
  const inputs: unknown[] = [];
  server.messenger.onInput((input) => inputs.push(String(input).length));
  const other = new WireClient(`${server.url}/s`);
  const page = new WireClient(`${server.url}/s`);
  await Promise.all([page.synced(), other.synced()]);
  await page.send('x'.repeat(LIMITS.clientFrame));
  await page.send('x'.repeat(LIMITS.clientFrame + 1));
  assert.equal((await page.closed()).code, 1009);
  assert.deepEqual(inputs, [LIMITS.clientFrame]);
  await server.messenger.sendToSession('s', { type: 'status', data: 'still here' });
  await other.status('still here');
  await other.close();
});

test('a binary frame is malformed: 4400', async (t) => {
  const server = await startServer();
  t.after(server.close);
  const page = new WireClient(`${server.url}/s`);
  await page.synced();
  // Bytes that are no text, however they are looked at.
  await page.send(Buffer.from([0xff, 0xfe]));
  assert.deepEqual(await page.closed(), { code: 4400, reason: 'got a binary frame, expected text' });
});

test(
  'a request that is no WebSocket handshake, and bytes that are no HTTP, leave the server as it was',
  ofWebSockets(),
  async (t) => {
    const server = await startServer();
    t.after(server.close);
    const status = await new Promise((resolve) => {
      request(`${server.http}/ws/s`, { headers: { connection: 'upgrade', upgrade: 'websocket' } }, (response) => {
        response.resume();
        resolve(response.statusCode);
      }).end();
    });
    assert.equal(status, 400);
    await new Promise<void>((resolve) => {
      const socket = connect(server.port, '127.0.0.1', () => socket.write('\x00\xff nonsense\r\n\r\n'));
      socket.on('data', () => {});
      socket.on('close', () => resolve());
      socket.on('error', () => {});
    });
    const page = new WireClient(`${server.url}/s`);
    await page.synced();
    await page.close();
  },
);

for (const [name, data] of [
  [
    'a cycle',
    (() => {
      const a: Record<string, unknown> = {};
      a.a = a;
      return a;
    })(),
  ],
  ['a BigInt', { n: 5n }],
  ['a function', () => 1],
  [
    'a toJSON that throws',
    {
      toJSON() {
        throw new Error('not me');
      },
    },
  ],
] as const) {
  test(`data that is ${name} is refused to its publisher, and viewers notice nothing`, async (t) => {
    const server = await startServer();
    t.after(server.close);
    const page = new WireClient(`${server.url}/s`);
    await page.synced();
    await assert.rejects(server.messenger.sendToSession('s', { type: 'mine', data }), {
      name: 'StatusMessengerError',
      code: 'invalid',
      message:
        /^status-messenger: mine message: got data that JSON cannot carry \(.+\), expected plain data; leave out cycles, BigInt and functions$/,
    });
    const { id } = await server.messenger.sendToSession('s', { type: 'status', data: 'after it' });
    assert.match(id ?? '', /-1$/, 'no position was used up');
    await page.status('after it');
    await page.close();
  });
}
