import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startServer } from '../../helpers/server.js';
import { WireClient } from '../../helpers/wire-client.js';

test('where they are switched on, metrics tell what there is, in the text format of Prometheus', async (t) => {
  const server = await startServer({ metrics: true });
  t.after(server.close);
  const first = new WireClient(`${server.url}/s`);
  await first.synced();
  const { id } = await server.messenger.sendToSession('s', { type: 'status', data: 'Reading' });
  await first.status('Reading');
  const second = new WireClient(`${server.url}/s?after=${id}`);
  t.after(() => second.close());
  await second.synced();
  const read = async () => {
    const response = await fetch(`${server.http}/metrics`);
    assert.equal(response.headers.get('content-type'), 'text/plain; version=0.0.4; charset=utf-8');
    const text = await response.text();
    assert.match(text, /^# HELP status_messenger_connections .+\n# TYPE status_messenger_connections gauge\n/);
    const samples = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
    return Object.fromEntries(samples.map((line) => line.split(' ')));
  };
  const both = {
    status_messenger_connections: '2',
    status_messenger_watched_channels: '1',
    status_messenger_connections_total: '2',
    status_messenger_resumed_total: '1',
    status_messenger_too_slow_total: '0',
    status_messenger_messages_total: '1',
  };
  assert.deepEqual(await read(), both);
  first.close();
  while ((await read()).status_messenger_connections !== '1');
  assert.deepEqual(await read(), { ...both, status_messenger_connections: '1' });
});

test('nobody is told otherwise', async (t) => {
  const server = await startServer();
  t.after(server.close);
  assert.equal((await fetch(`${server.http}/metrics`)).status, 404);
  let isLeft = false;
  const request = Object.assign(Object.create(null), { url: '/metrics' });
  server.messenger.middleware(request, Object.create(null), () => {
    isLeft = true;
  });
  assert.ok(isLeft, 'to the application, which may have its own');
});
