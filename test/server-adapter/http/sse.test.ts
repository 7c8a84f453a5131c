import assert from 'node:assert/strict';
import { test } from 'node:test';
import { open, serve } from '../access/support.js';
import { lastId, said, status, stream } from './sse-support.js';

test('a stream carries just the frames that a WebSocket carries', async (t) => {
  const server = await serve(t, { authorize: () => ({ threadIds: ['t'] }) });
  const { messenger } = server;
  await messenger.sendToSession('s', status('before'));
  await messenger.sendToThread('t', status('before, in the thread'));
  const pages = [open(t, `${server.url}/s`), stream(t, server)];
  await Promise.all(pages.map((page) => page.synced()));
  await messenger.sendToSession('s', { type: 'own', data: { text: 'two\nlines\r\n', emoji: '😀', nothing: null } });
  await messenger.sendToThread('t', status('after, in the thread'));
  await Promise.all(pages.map((page) => page.status('after, in the thread')));
  const [ws, sse] = pages.map(({ raw }) =>
    raw.map((text) => text.replace(/"(connectionId|serverTime)":("[^"]*"|\d+)/g, '"$1"')),
  );
  assert.deepEqual(sse, ws);
  assert.equal(ws?.length, 8);
});

test('what a stream is sent with lets nobody keep it, compress it, or hold it back', async (t) => {
  const server = await serve(t);
  const { statusCode, headers } = await stream(t, server).sse.response;
  assert.equal(statusCode, 200);
  assert.equal(headers['content-type'], 'text/event-stream; charset=utf-8');
  assert.equal(headers['cache-control'], 'no-store, no-transform');
  assert.equal(headers['x-accel-buffering'], 'no');
  assert.equal(headers['x-content-type-options'], 'nosniff');
});

test('a stored frame has its position as its id, and what is of the connection itself has none', async (t) => {
  const server = await serve(t, { heartbeat: 20 });
  const page = stream(t, server);
  await page.synced();
  const { id } = await server.messenger.sendToSession('s', status('text'));
  await page.status('text');
  await page.type('heartbeat');
  for (const { event, id: eventId, data } of page.sse.events) {
    if (event === undefined) assert.equal(eventId, JSON.parse(data).id);
  }
  assert.equal(lastId(page), id);
  assert.equal(page.sse.events.filter((event) => event.id !== undefined).length, 2, 'the snapshot and the status');
});

for (const [name, address] of [
  ['the header Last-Event-ID', (id: string) => ['s', { 'last-event-id': id }]],
  ['the query', (id: string) => [`s?after=${id}`, {}]],
  ['the header, whatever the address said at first', (id: string) => ['s?after=epoch000-1', { 'last-event-id': id }]],
  ['the query, where the header is empty', (id: string) => [`s?after=${id}`, { 'last-event-id': '' }]],
] as const) {
  test(`a stream goes on by ${name}`, async (t) => {
    const server = await serve(t);
    const { messenger } = server;
    const first = stream(t, server);
    await first.synced();
    await messenger.sendToSession('s', status('one'));
    await first.status('one');
    const id = lastId(first);
    await first.close();
    await messenger.sendToSession('s', status('two'));
    await messenger.sendToSession('s', status('three'));
    const [path, headers] = address(id);
    const next = stream(t, server, path as string, headers as Record<string, string>);
    await next.synced();
    assert.deepEqual(said(next), ['connected', 'two', 'three', 'synced']);
  });
}

test('an id names where the reader stands in every channel, so that all of them go on', async (t) => {
  const server = await serve(t, { authorize: () => ({ threadIds: ['a', 'b'], userId: 'u' }) });
  const { messenger } = server;
  const send = (text: string) => [
    messenger.sendToSession('s', status(`s ${text}`)),
    messenger.sendToThread('a', status(`a ${text}`)),
    messenger.sendToThread('b', status(`b ${text}`)),
    messenger.sendToUser('u', status(`u ${text}`)),
  ];
  await Promise.all(send('0'));
  const first = stream(t, server);
  await first.synced();
  await messenger.sendToThread('b', status('b 1'));
  await first.status('b 1');
  const id = lastId(first);
  await first.close();
  assert.match(id, /^[a-z0-9]+-1,thread:a@[a-z0-9]+-1,thread:b@[a-z0-9]+-2,user:u@[a-z0-9]+-1$/);
  await Promise.all(send('2'));
  const next = stream(t, server, 's', { 'last-event-id': id });
  await next.synced();
  assert.deepEqual(said(next).slice(1, -1), ['s 2', 'a 2', 'b 2', 'u 2']);
  // A reader that comes back at once has the id of the last that it heard, which names all of them again.
  assert.equal(lastId(next).split(',').length, 4);
});

test('a reader that left before a channel was replayed goes on in it where it asked to', async (t) => {
  const server = await serve(t, { authorize: () => ({ threadIds: ['t'] }) });
  const { messenger } = server;
  const { id: own } = await messenger.sendToSession('s', status('s 1'));
  const { id: thread } = await messenger.sendToThread('t', status('t 1'));
  await messenger.sendToSession('s', status('s 2'));
  await messenger.sendToThread('t', status('t 2'));
  const page = stream(t, server, `s?after=${own}&after=thread:t@${thread}`);
  await page.synced();
  const [first] = page.sse.events.filter(({ id }) => id !== undefined);
  assert.equal(first?.id, `${own?.replace(/-1$/, '-2')},thread:t@${thread}`);
});

test('the status that is repeated behind a snapshot sends nobody back', async (t) => {
  const server = await serve(t);
  await server.messenger.sendToSession('s', status('earlier'));
  const { id } = await server.messenger.sendToSession('s', { type: 'own', data: 1 });
  const page = stream(t, server);
  await page.synced();
  assert.deepEqual(said(page), ['connected', 'snapshot', 'earlier', 'synced']);
  assert.equal(lastId(page), id);
});

test('ids that are too many for a header leave some out, which then begin with a snapshot', async (t) => {
  const threadIds = Array.from({ length: 100 }, (_, i) => `${i}-${'x'.repeat(120)}`);
  const server = await serve(t, { authorize: () => ({ threadIds }) });
  await Promise.all(threadIds.map((id) => server.messenger.sendToThread(id, status(id))));
  const page = stream(t, server);
  await page.synced();
  const id = lastId(page);
  assert.ok(id.length > 2000 && id.length < 5000, `${id.length}`);
  const next = stream(t, server, 's', { 'last-event-id': id });
  await next.synced();
  const count = id.split(',').length;
  assert.equal(next.frames.filter(({ type }) => type === 'snapshot').length, 101 - count);
});
