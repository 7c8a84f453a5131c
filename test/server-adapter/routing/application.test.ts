import assert from 'node:assert/strict';
import { once } from 'node:events';
import { test } from 'node:test';
import type { WebSocket } from 'ws';
import { addStatusMessage, currentContext } from '../../../server-adapter/index.js';
import { live, testClient } from '../../helpers/client.js';
import { WireClient } from '../../helpers/wire-client.js';
import { serve } from '../access/support.js';
import { startHandingServer, until } from '../support.js';
import { page, trusting } from './support.js';

test('what a page sends reaches the application: data of `input`, and any other text raw', async (t) => {
  const server = await serve(t, { authorize: trusting });
  const inputs: unknown[] = [];
  server.messenger.onInput((input, session) => {
    inputs.push(input);
    const { signal: _, ...context } = currentContext() ?? {};
    assert.deepEqual(context, { sessionId: session.id, threadId: 't', userId: 'ann' });
    addStatusMessage(`heard ${inputs.length}`);
  });
  const client = await page(t, server, 's?thread=t&user=ann');
  const raw = [
    'hello',
    '',
    '5',
    '"text"',
    '[1]',
    'null',
    '{"type":"chat","text":"hi"}',
    '{"ref":1,"type":"mine"}',
    '{ broken',
  ];
  for (const text of raw) await client.send(text);
  const data = [{ a: [1, null] }, 'text', 0, false, null];
  for (const [i, one] of data.entries()) await client.send({ type: 'input', ref: `i${i}`, data: one });
  for (const i of data.keys()) assert.deepEqual((await client.ack(`i${i}`)).data, { ref: `i${i}`, accepted: true });
  await client.status(`heard ${raw.length + data.length}`);
  assert.deepEqual(inputs, [...raw, ...data]);
  await client.send({ type: 'input', ref: 'i0', data: 'again' });
  await client.frame(() => client.frames.filter(({ type }) => type === 'ack').length === data.length + 1);
  assert.equal(inputs.length, raw.length + data.length, 'the same ref is not carried out again');
});

test("a page's send() reaches the application, also when it was called before the connection was there", async (t) => {
  const server = await serve(t);
  const inputs: unknown[] = [];
  server.messenger.onInput((input) => void inputs.push(input));
  const client = testClient({ url: server.url, sessionId: 's' });
  t.after(() => client.disconnect());
  const early = client.send({ early: true });
  client.connect();
  assert.equal((await early).accepted, true);
  await live(client);
  assert.equal((await client.send('now')).accepted, true);
  assert.deepEqual(inputs, [{ early: true }, 'now']);
});

test('a handler that throws harms neither the page nor the other handlers', async (t) => {
  const server = await serve(t);
  const heard: unknown[] = [];
  server.messenger.onInput(() => {
    throw new Error('the first one fails');
  });
  server.messenger.onInput((input) => void heard.push(input));
  const client = await page(t, server, 's');
  await client.send({ type: 'input', ref: 'i', data: 1 });
  await client.ack('i');
  await until(() => heard.length === 1);
  assert.match(server.log.with('the first one fails')[0] ?? '', /^error .*onInput/);
  assert.equal(client.isClosed, false);
});

test('on a socket that the application also uses, both work as if each were alone', async (t) => {
  const server = await startHandingServer({ sessionId: 's', threadId: 't', userId: 'ann' });
  t.after(() => server.close());
  const inputs: unknown[] = [];
  server.messenger.onInput((input) => void inputs.push(input));
  const client = new WireClient(server.own);
  t.after(() => client.close());
  await client.synced();
  const [ws] = server.accepted as [WebSocket];
  const heard: string[] = [];
  const closes: unknown[] = [];
  ws.on('message', (data) => heard.push(String(data)));
  ws.on('close', (code) => closes.push(code));
  ws.send('{"type":"chat","data":"by the application itself"}');
  await client.frame(({ data }) => data === 'by the application itself');
  for (let i = 0; i < 50; i++) {
    ws.send(JSON.stringify({ type: 'chat', data: i }));
    void server.messenger.sendToSession('s', { type: 'status', data: `status ${i}` });
    void server.messenger.sendToThread('t', { type: 'status', data: `in the thread ${i}` });
  }
  await client.status('in the thread 49');
  const numbers = (type: string, channel?: string) =>
    client.frames.filter(
      (frame) => frame.type === type && frame.channel === channel && frame.data !== 'by the application itself',
    );
  assert.deepEqual(
    numbers('chat').map(({ data }) => data),
    Array.from({ length: 50 }, (_, i) => i),
  );
  assert.deepEqual(
    numbers('status').map(({ data }) => data),
    Array.from({ length: 50 }, (_, i) => `status ${i}`),
  );
  const said = ['{"type":"chat","text":"hi"}', 'plain'];
  for (const text of said) await client.send(text);
  await client.send({ type: 'ping', ref: 'p' });
  await client.ack('p');
  assert.deepEqual(heard, [...said, '{"type":"ping","ref":"p"}'], 'the application hears all of it');
  assert.deepEqual(inputs, said, 'onInput what is not of the kit');
  // The application's own end is an end.
  const gone = once(ws, 'close');
  ws.close(4900, 'by the application');
  assert.deepEqual(await client.closed(), { code: 4900, reason: 'by the application' });
  await gone;
  assert.deepEqual(closes, [4900]);
  await until(() => ws.listenerCount('message') >= 1);
  assert.equal((await server.messenger.sendToSession('s', { type: 'status', data: 'late' })).delivered, 0);
});

test('listeners that the application set before stay, and what came before is its own', async (t) => {
  const server = await serve(t);
  const { WebSocketServer } = await import('ws');
  const sockets = new WebSocketServer({ noServer: true });
  const heard: string[] = [];
  server.messenger.onInput(() => {});
  server.server.on('upgrade', (request, socket, head) => {
    if (request.url !== '/shared') return;
    sockets.handleUpgrade(request, socket, head, (ws) => {
      ws.on('message', (data) => {
        heard.push(String(data));
        // The application learns whose socket it is from the socket itself.
        const { login } = String(data).startsWith('{') ? JSON.parse(String(data)) : {};
        if (login) server.messenger.handleConnection(ws, { sessionId: login });
        else ws.send(JSON.stringify({ type: 'echo', data: String(data) }));
      });
    });
  });
  const client = new WireClient(`ws://127.0.0.1:${server.port}/shared`);
  t.after(() => client.close());
  await client.send('first');
  await client.type('echo');
  assert.deepEqual(client.frames, [{ type: 'echo', data: 'first' }], 'nothing of the kit is on it yet');
  await client.send({ login: 's' });
  await client.synced();
  await server.messenger.sendToSession('s', { type: 'status', data: 'hello' });
  await client.status('hello');
  await client.send('second');
  await client.frame(({ data }) => data === 'second');
  assert.deepEqual(heard, ['first', '{"login":"s"}', 'second']);
});
