import assert from 'node:assert/strict';
import { request } from 'node:http';
import type { Socket } from 'node:net';
import { text } from 'node:stream/consumers';
import { after, type TestContext, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import type { AccessRequest, MessengerOptions } from '../../server-adapter/index.js';
import { Nginx } from '../helpers/nginx.js';
import { startServer, type TestServer } from '../helpers/server.js';
import { WireClient } from '../helpers/wire-client.js';
import { everyoneLeft } from '../server-adapter/support.js';
import { freePort, snippet } from './readme-snippet.js';

const nginx = new Nginx();
after(() => nginx.close());
const behindNginx = { skip: nginx.missing, timeout: 20_000 };

/** The settings that the agent-conversation seed gives. */
const SEED = `server {
  listen 80;
  location /ws/ {
    proxy_pass http://localhost:8000;
    proxy_http_version 1.1;
    proxy_set_header Upgrade $http_upgrade;
    proxy_set_header Connection "upgrade";
    proxy_set_header Host $host;
  }
}`;

interface Proxied extends TestServer {
  /** The origin that pages know, which is that of nginx. */
  readonly origin: string;
  page(path: string): WireClient;
}

/** A server behind nginx with these settings, whose addresses are those of the test. */
async function proxied(t: TestContext, settings: string, options: MessengerOptions = {}): Promise<Proxied> {
  const server = await startServer(options);
  const port = await freePort();
  const blocks = settings
    .replace('listen 80', `listen 127.0.0.1:${port}`)
    .replace(/proxy_pass http:.*;/, `proxy_pass http://127.0.0.1:${server.port};`);
  await nginx.start(blocks, port);
  t.after(() => server.close());
  const origin = `http://127.0.0.1:${port}`;
  const page = (path: string) => {
    // As a page of the proxy's own origin is announced.
    const client = new WireClient((path.startsWith('/ws') ? origin.replace('http', 'ws') : origin) + path, { origin });
    t.after(() => client.close());
    return client;
  };
  return { ...server, origin, page };
}

for (const path of ['/ws/s', '/sse/s']) {
  test(
    `behind nginx, ${path}: each message at once, both ways, and either end that leaves is noticed`,
    behindNginx,
    async (t) => {
      const { messenger, server, page } = await proxied(t, await snippet('nginx.conf'));
      messenger.onInput((input) => messenger.sendToSession('s', { type: 'status', data: `got ${input}` }));
      const client = page(path);
      await client.synced();
      for (let i = 0; i < 10; i++) {
        await client.send({ type: 'input', data: i });
        await client.status(`got ${i}`);
      }
      await client.close();
      await everyoneLeft(server);
      assert.equal((await messenger.sendToSession('s', { type: 'status', data: 'x' })).delivered, 0);
    },
  );

  test(`behind nginx, ${path}: a large backlog arrives whole`, behindNginx, async (t) => {
    const { messenger, page } = await proxied(t, await snippet('nginx.conf'));
    const client = page(path);
    await client.synced();
    const data = 'x'.repeat(10_000);
    for (let i = 0; i < 50; i++) void messenger.sendToSession('s', { type: 'own', data: { i, data } });
    await client.frame(({ type, data }) => type === 'own' && JSON.stringify(data).startsWith('{"i":49,'));
    assert.equal(client.frames.filter(({ type }) => type === 'own').length, 50);
  });

  test(`behind nginx, ${path}: the heartbeat keeps a quiet connection that nginx would cut`, behindNginx, async (t) => {
    const impatient = (await snippet('nginx.conf')).replace('proxy_read_timeout 60s', 'proxy_read_timeout 1s');
    const quiet = await proxied(t, impatient, { heartbeat: 60_000 });
    const kept = await proxied(t, impatient, { heartbeat: 300 });
    const [cut, client] = [quiet.page(path), kept.page(path)];
    await Promise.all([cut.synced(), client.synced()]);
    await cut.closed();
    await kept.messenger.sendToSession('s', { type: 'status', data: 'still here' });
    await client.status('still here');
    assert.ok(client.frames.some(({ type }) => type === 'heartbeat'));
  });
}

/** Far more than the sockets on the way take by themselves. */
const PILE = { messages: 120, bytes: 250_000 };

test(
  'behind nginx: what a page does not take of its stream waits on the server, not in a file of nginx',
  behindNginx,
  async (t) => {
    const store = { tail: { bytes: 2 * PILE.messages * PILE.bytes } };
    const { messenger, server, page } = await proxied(t, await snippet('nginx.conf'), { store });
    const sockets: Socket[] = [];
    server.on('connection', (socket) => sockets.push(socket));
    const written = () => sockets.reduce((sum, { bytesWritten }) => sum + bytesWritten, 0);
    const client = page('/sse/s');
    await client.synced();
    client.pause();
    const data = 'x'.repeat(PILE.bytes);
    for (let i = 0; i < PILE.messages; i++) await messenger.sendToSession('s', { type: 'own', data });
    for (let before = -1; before !== written(); await sleep(300)) before = written();
    assert.ok(written() < (PILE.messages * PILE.bytes) / 2, `${written()} bytes were taken`);
  },
);

test('behind nginx: pages of other origins are refused, and those of its own are not', behindNginx, async (t) => {
  const { origin } = await proxied(t, await snippet('nginx.conf'));
  const foreign = new WireClient(`${origin.replace('http', 'ws')}/ws/s`, { origin: 'https://evil.example' });
  assert.equal((await foreign.closed()).code, 4403);
});

test(
  'behind nginx: authorize gets the address that nginx saw, whatever the client says of itself',
  behindNginx,
  async (t) => {
    const asked: AccessRequest[] = [];
    const authorize = (request: AccessRequest) => asked.push(request) > 0;
    const settings = await snippet('nginx.conf');
    for (const trustedProxies of [1, 0]) {
      const { origin } = await proxied(t, settings, { authorize, trustedProxies });
      const sent = request(`${origin}/status?session_id=s`, {
        localAddress: '127.0.0.2',
        headers: { 'x-forwarded-for': '6.6.6.6' },
      });
      sent.end();
      const body = await new Promise<string>((resolve, reject) => {
        sent.on('response', (response) => resolve(text(response))).on('error', reject);
      });
      assert.equal(body, '[]');
    }
    assert.deepEqual(
      asked.map(({ address }) => address),
      ['127.0.0.2', '127.0.0.1'],
    );
  },
);

test("behind nginx with the seed's settings: WebSockets pass", behindNginx, async (t) => {
  const { messenger, origin } = await proxied(t, SEED);
  const client = new WireClient(`${origin.replace('http', 'ws')}/ws/s`);
  t.after(() => client.close());
  await client.synced();
  await messenger.sendToSession('s', { type: 'status', data: 'through' });
  await client.status('through');
});
