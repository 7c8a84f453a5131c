import assert from 'node:assert/strict';
import { once } from 'node:events';
import { Agent, createServer, type IncomingMessage, request } from 'node:http';
import { type TestContext, test } from 'node:test';
import express from 'express';
import { WebSocketServer } from 'ws';
import { ID_RULE, LIMITS } from '../../protocol/index.js';
import { type MessengerOptions, StatusMessenger } from '../../server-adapter/index.js';
import { listen, MemoryLogger, startServer } from '../helpers/server.js';
import { WireClient } from '../helpers/wire-client.js';
import { everyoneLeft, exchange, upgradeRequest } from './support.js';

const KEY = 'the key';
const BODY = 4 * LIMITS.message;

interface Answer {
  readonly status: number;
  readonly body: unknown;
  readonly type: string | null;
}

interface Ask {
  readonly method?: string;
  readonly headers?: Record<string, string>;
  readonly body?: string;
}

/** One messenger asked in one of the two ways: as a function, or over a socket. */
interface Asked {
  readonly messenger: StatusMessenger;
  readonly log: { readonly lines: readonly string[] };
  ask(path: string, init?: Ask): Promise<Answer>;
  publish(body: unknown, authorization?: string): Promise<Answer>;
}

const WAYS = ['fetch', 'attach'] as const;

async function start(t: TestContext, way: (typeof WAYS)[number], options: MessengerOptions = {}): Promise<Asked> {
  const server = await startServer({ apiKey: KEY, ...options });
  t.after(() => server.close());
  const { messenger, log } = server;
  const ask = async (path: string, init: Ask = {}) => {
    const response =
      way === 'fetch'
        ? await messenger.fetch(new Request(`http://any.example${path}`, init))
        : await fetch(server.http + path, init);
    const text = await response.text();
    return {
      status: response.status,
      body: text === '' ? undefined : JSON.parse(text),
      type: response.headers.get('content-type'),
    };
  };
  const publish = (body: unknown, authorization = `Bearer ${KEY}`) =>
    ask('/api/messages', {
      method: 'POST',
      headers: { authorization, 'content-type': 'application/json' },
      body: typeof body === 'string' ? body : JSON.stringify(body),
    });
  return { messenger, log, ask, publish };
}

const refused = (code: string, message: string) => ({ error: { code, message: `status-messenger: ${message}` } });
const NOWHERE = refused('not_found', 'there is nothing at this address');
const STATUS = { session_id: 's', type: 'status', data: 'text' };

for (const way of WAYS) {
  test(`${way}: /healthz`, async (t) => {
    const { ask } = await start(t, way);
    assert.deepEqual(await ask('/healthz'), { status: 200, body: { status: 'ok' }, type: 'application/json' });
    assert.equal((await ask('/healthz?x=1')).status, 200);
  });

  test(`${way}: /status answers the latest as a list`, async (t) => {
    const { ask, messenger } = await start(t, way);
    assert.deepEqual((await ask('/status?session_id=s')).body, []);
    messenger.runWithSession('s', () => {
      messenger.addStatusMessage('first');
      messenger.addStatusMessage('läst 😀');
    });
    messenger.runWithSession('other', () => messenger.addStatusMessage('of another'));
    assert.deepEqual(await ask('/status?session_id=s'), { status: 200, body: ['läst 😀'], type: 'application/json' });
    for (const [query, got] of [
      ['', 'null'],
      ['?session_id=', 'an empty string'],
      ['?session_id=a%20b', 'string "a b"'],
      ['?session=s', 'null'],
    ]) {
      const { status, body } = await ask(`/status${query}`);
      assert.equal(status, 400);
      assert.deepEqual(body, refused('invalid', `session_id: got ${got}, expected ${ID_RULE}; add ?session_id=ID`));
    }
  });

  test(`${way}: publishing one message, to each kind of recipient`, async (t) => {
    const { publish, messenger } = await start(t, way);
    const one = await publish({ ...STATUS, agent: 'a', level: 'warning' });
    assert.equal(one.status, 201);
    const { id } = one.body as { id: string };
    assert.match(id, /^[a-z0-9]{8,}-1$/);
    assert.deepEqual(one.body, { id, delivered: 0, buffered: true });
    assert.deepEqual(messenger.getStatusMessages('s'), ['text']);
    const next = await messenger.sendToThread('t', { type: 'own' });
    for (const to of [{ thread_id: 't' }, { channel: 'thread:t' }]) {
      const { status, body } = await publish({ ...to, type: 'own', data: { x: 1 } });
      assert.equal(status, 201);
      assert.equal((body as { id: string }).id.split('-')[0], next.id?.split('-')[0]);
    }
    assert.equal((await messenger.sendToThread('t', { type: 'own' })).id?.split('-')[1], '4');
    assert.equal((await publish({ user_id: 'u', type: 'own' })).status, 201);
    assert.equal((await messenger.sendToUser('u', { type: 'own' })).id?.split('-')[1], '2');
    const run = await publish({ ...STATUS, session_id: 'run_1' });
    assert.equal(run.status, 201);
    assert.deepEqual(run.body, {
      delivered: 0,
      buffered: false,
      reason: '"run_1" is a run, not a session: send to the thread, user or session that the run belongs to',
    });
  });

  test(`${way}: publishing a list, in its order`, async (t) => {
    const { publish, messenger } = await start(t, way);
    const list = [1, 2, 3].map((n) => ({ ...STATUS, data: `text ${n}` }));
    const { status, body } = await publish([...list, { thread_id: 't', type: 'own' }]);
    assert.equal(status, 201);
    assert.deepEqual(
      (body as Array<{ id: string }>).map(({ id }) => id.split('-')[1]),
      ['1', '2', '3', '1'],
    );
    assert.deepEqual(messenger.getStatusMessages('s'), ['text 3']);
    assert.deepEqual(await publish([]), { status: 201, body: [], type: 'application/json' });
  });

  test(`${way}: what cannot be published says why, and nothing of its list is sent`, async (t) => {
    const { publish, messenger, log } = await start(t, way);
    const object = 'expected a JSON object, or a list of them; send { "session_id": …, "type": …, "data": … }';
    const json = 'expected JSON; send { "session_id": …, "type": …, "data": … }';
    const recipient = 'expected one of session_id, thread_id, user_id and channel; name just one';
    const id = `expected ${ID_RULE}; name a valid id`;
    const cases: Array<[unknown, string]> = [
      ['', `body: got an empty string, ${json}`],
      ['{"type":', `body: got string "{\\"type\\":", ${json}`],
      ['null', `body: got null, ${object}`],
      ['"text"', `body: got string "text", ${object}`],
      [[STATUS, 5], `body: got number 5, ${object}`],
      [[STATUS, [STATUS]], `body: got a list of 1, ${object}`],
      [
        [STATUS, { session_id: 's' }],
        'message type: got nothing, expected a text of 1–128 characters; send({ type: "status", data: "…" })',
      ],
      [
        [STATUS, { ...STATUS, type: 'snapshot' }],
        'message type: got string "snapshot", expected a type that is not of the connection itself; choose another name',
      ],
      [
        [STATUS, { ...STATUS, type: 'progress', data: { value: 'x' } }],
        'progress message: data.value: got string "x", expected a finite number; send it in that form',
      ],
      [
        [STATUS, { ...STATUS, level: 'loud' }],
        'status message: message.level: got string "loud", expected one of info, warning, error; send it in that form',
      ],
      [[STATUS, { type: 'own' }], `recipient: got an object with type, ${recipient}`],
      [[STATUS, { session_id: 'a b', type: 'own' }], `recipient: got string "a b", ${id}`],
      [[STATUS, { thread_id: 5, type: 'own' }], `recipient: got number 5, ${id}`],
      [
        [STATUS, { channel: 'room:a', type: 'own' }],
        `recipient: got string "room:a", expected session:ID, thread:ID, user:ID or task:ID, where an id is ${ID_RULE}; name a valid id`,
      ],
      [
        [STATUS, { session_id: 'a b', thread_id: 't', type: 'own' }],
        `recipient: got an object with session_id, thread_id, type, ${recipient}`,
      ],
    ];
    for (const [body, text] of cases) {
      const answer = await publish(body);
      assert.deepEqual(answer.body, refused('invalid', text));
      assert.equal(answer.status, 400);
    }
    assert.deepEqual(messenger.getStatusMessages('s'), []);
    assert.match((await messenger.sendToSession('s', { type: 'own' })).id ?? '', /-1$/);
    assert.deepEqual(log.lines, []);
  });

  test(`${way}: publishing needs the key`, async (t) => {
    const { publish, ask, messenger } = await start(t, way);
    const unauthorized = refused(
      'unauthorized',
      'expected the header "Authorization: Bearer KEY" with the server\'s key',
    );
    for (const authorization of [
      'Bearer wrong',
      `Bearer ${KEY}x`,
      `Bearer ${KEY.slice(1)}`,
      'Bearer ',
      KEY,
      `Basic ${KEY}`,
    ]) {
      assert.deepEqual(await publish(STATUS, authorization), {
        status: 401,
        body: unauthorized,
        type: 'application/json',
      });
    }
    const none = await ask('/api/messages', { method: 'POST', body: JSON.stringify(STATUS) });
    assert.equal(none.status, 401);
    assert.equal((await publish('no JSON', 'Bearer wrong')).status, 401, 'a stranger learns nothing of the body');
    assert.deepEqual(messenger.getStatusMessages('s'), []);
    assert.equal((await publish(STATUS, `bearer ${KEY}`)).status, 201, 'the scheme may be in any case');
  });

  test(`${way}: publishing is off while no key is set`, async (t) => {
    const { publish, messenger } = await start(t, way, { apiKey: '' });
    for (const authorization of [`Bearer ${KEY}`, 'Bearer ', 'Bearer undefined']) {
      assert.deepEqual(await publish(STATUS, authorization), { status: 404, body: NOWHERE, type: 'application/json' });
    }
    assert.deepEqual(messenger.getStatusMessages('s'), []);
  });

  test(`${way}: a message over its limit is 413, and so is a body`, async (t) => {
    const { publish, messenger } = await start(t, way);
    const head = JSON.stringify({ type: 'status', data: '' }).length;
    const largest = { ...STATUS, data: 'x'.repeat(LIMITS.message - head) };
    assert.equal((await publish(largest)).status, 201);
    const larger = await publish([STATUS, { ...STATUS, data: `${largest.data}x` }]);
    assert.equal(larger.status, 413);
    assert.deepEqual(
      larger.body,
      refused(
        'too_large',
        `status message: got ${LIMITS.message + 1} bytes of JSON, expected at most ${LIMITS.message}; send a link to what is larger`,
      ),
    );
    assert.deepEqual(messenger.getStatusMessages('s'), [largest.data], 'nothing of the list was sent');
    const atLimit = JSON.stringify(STATUS).padEnd(BODY, ' ');
    assert.equal((await publish(atLimit)).status, 201);
    assert.deepEqual(messenger.getStatusMessages('s'), ['text']);
  });

  test(`${way}: other methods are 405, other addresses 404`, async (t) => {
    const { ask } = await start(t, way);
    const allowed = (methods: string) => refused('method_not_allowed', `expected ${methods}`);
    for (const [method, path, methods] of [
      ['POST', '/healthz', 'GET'],
      ['DELETE', '/status?session_id=s', 'GET'],
      ['GET', '/api/messages', 'POST'],
      ['HEAD', '/api/messages', undefined],
      ['PUT', '/api/messages', 'POST'],
      ['OPTIONS', '/healthz', 'GET'],
    ] as const) {
      const { status, body } = await ask(path, { method });
      assert.equal(status, 405, `${method} ${path}`);
      if (methods !== undefined) assert.deepEqual(body, allowed(methods));
    }
    for (const path of ['/', '/healthz/', '/Healthz', '/api', '/constructor', '/__proto__', '/ws/s', '/status/s']) {
      assert.deepEqual(await ask(path), { status: 404, body: NOWHERE, type: 'application/json' });
    }
  });

  test(`${way}: base moves every address`, async (t) => {
    const { ask, messenger } = await start(t, way, { base: '/status-messenger' });
    messenger.runWithSession('s', () => messenger.addStatusMessage('text'));
    assert.equal((await ask('/status-messenger/healthz')).status, 200);
    assert.deepEqual((await ask('/status-messenger/status?session_id=s')).body, ['text']);
    const published = await ask('/status-messenger/api/messages', {
      method: 'POST',
      headers: { authorization: `Bearer ${KEY}` },
      body: JSON.stringify(STATUS),
    });
    assert.equal(published.status, 201);
    for (const path of ['/healthz', '/status-messenger', '/status-messengerhealthz', '/x/status-messenger/healthz']) {
      assert.deepEqual((await ask(path)).body, NOWHERE, path);
    }
  });
}

test('a body over the limit is 413', async (t) => {
  const { publish, messenger } = await start(t, 'fetch');
  const answer = await publish(JSON.stringify(STATUS).padEnd(BODY + 1, ' '));
  assert.equal(answer.status, 413);
  assert.deepEqual(answer.body, refused('too_large', `got a body over ${BODY} bytes; send fewer messages at once`));
  assert.deepEqual(messenger.getStatusMessages('s'), []);
});

test('a body without an end is not read further than the limit', async (t) => {
  const { messenger } = await start(t, 'fetch');
  let pulled = 0;
  const body = new ReadableStream<Uint8Array>({
    pull(controller) {
      pulled += 65_536;
      controller.enqueue(new Uint8Array(65_536).fill(0x20));
    },
  });
  const init = { method: 'POST', headers: { authorization: `Bearer ${KEY}` }, body, duplex: 'half' };
  const answer = await messenger.fetch(new Request('http://any.example/api/messages', init as RequestInit));
  assert.equal(answer.status, 413);
  assert.ok(pulled <= BODY + 4 * 65_536, `${pulled}`);
});

test('every answer forbids caching', async (t) => {
  const server = await startServer();
  t.after(() => server.close());
  for (const path of ['/healthz', '/status?session_id=s', '/status', '/nowhere']) {
    assert.equal((await fetch(server.http + path)).headers.get('cache-control'), 'no-store', path);
  }
});

test('what fails inside is 500 without its reason; the log has it', async (t) => {
  const log = new MemoryLogger();
  const broken = new StatusMessenger({
    logger: log,
    store: {
      append: () => Promise.reject(new Error('SECRET')),
      retain: () => Promise.reject(new Error('SECRET')),
      transact: () => Promise.reject(new Error('SECRET')),
      list: () => [],
      claim: () => Promise.reject(new Error('SECRET')),
      unclaim() {},
      lapsed: () => [],
      join: () => 'here',
      isAlive: () => true,
      remember() {},
      forget() {},
      release() {},
      peek: () => {
        throw new Error('SECRET');
      },
      use() {},
      sweep() {},
      flush() {},
      health: () => 'the store is mute',
      close() {},
    },
  });
  t.after(() => broken.close());
  const answer = await broken.fetch(new Request('http://any.example/status?session_id=s'));
  assert.equal(answer.status, 500);
  assert.deepEqual(await answer.json(), refused('internal', 'the request failed on the server; its log says why'));
  assert.equal(log.lines.length, 1);
  assert.match(log.lines[0] ?? '', /^error status-messenger: GET \/status failed: Error: SECRET\n/);
  const health = await broken.fetch(new Request('http://any.example/healthz'));
  assert.equal(health.status, 503);
  assert.deepEqual(await health.json(), { error: { code: 'unavailable', message: 'the store is mute' } });
});

test('a published message reaches the viewers that its answer counts', async (t) => {
  const server = await startServer({ apiKey: KEY });
  t.after(() => server.close());
  const client = new WireClient(`${server.url}/s`);
  t.after(() => client.close());
  await client.synced();
  const response = await fetch(`${server.http}/api/messages`, {
    method: 'POST',
    headers: { authorization: `Bearer ${KEY}` },
    body: JSON.stringify({ ...STATUS, agent: 'elsewhere' }),
  });
  const result = (await response.json()) as { id: string };
  assert.deepEqual(result, { id: result.id, delivered: 1, buffered: true });
  const frame = await client.status('text');
  assert.deepEqual(frame, { type: 'status', data: 'text', agent: 'elsewhere', id: result.id, ts: frame.ts });
});

test('HEAD answers as GET does, without a body', async (t) => {
  const server = await startServer();
  t.after(() => server.close());
  const head = async (path: string) => {
    const answer = await exchange(server.port, `HEAD ${path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n`);
    const [top = '', body = ''] = answer.split('\r\n\r\n');
    assert.equal(body, '');
    assert.match(top, /content-type: application\/json/i);
    return top.split('\r\n')[0];
  };
  assert.equal(await head('/healthz'), 'HTTP/1.1 200 OK');
  assert.equal(await head('/status'), 'HTTP/1.1 400 Bad Request');
  assert.equal(await head('/nowhere'), 'HTTP/1.1 404 Not Found');
});

test('requests that are none are 400, and the server goes on', async (t) => {
  const server = await startServer();
  t.after(() => server.close());
  for (const head of [
    'GET /healthz HTTP/1.1\r\nHost: [',
    'GET /healthz HTTP/1.1\r\nHost: a b',
    'GET // HTTP/1.1\r\nHost: localhost',
    'GET http:// HTTP/1.1\r\nHost: localhost',
    'TRACE /healthz HTTP/1.1\r\nHost: localhost',
  ]) {
    assert.match(await exchange(server.port, `${head}\r\nConnection: close\r\n\r\n`), /^HTTP\/1\.1 400 /, head);
  }
  assert.equal((await fetch(`${server.http}/healthz`)).status, 200);
  assert.deepEqual(server.log.lines, []);
});

test('a refused request leaves its connection fit for the next', async (t) => {
  const server = await startServer({ apiKey: KEY });
  t.after(() => server.close());
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  t.after(() => agent.destroy());
  const ask = async (path: string, body: string, authorization: string) => {
    const sending = request({ agent, port: server.port, path, method: 'POST', headers: { authorization } });
    sending.end(body);
    const [response] = (await once(sending, 'response')) as [IncomingMessage];
    response.resume();
    await once(response, 'end');
    return { status: response.statusCode, port: sending.socket?.localPort };
  };
  const body = JSON.stringify(STATUS);
  const first = await ask('/api/messages', body, 'Bearer wrong');
  assert.equal(first.status, 401);
  assert.equal((await ask('/nowhere', body, '')).status, 404);
  assert.equal((await ask('/healthz', '', '')).status, 405);
  const last = await ask('/api/messages', body, `Bearer ${KEY}`);
  assert.equal(last.status, 201);
  assert.equal(last.port, first.port);
});

// Beside an application

test('an application that answers requests itself is left alone, and still gets its pages served', async (t) => {
  const app = createServer((_, response) => response.end('of the application'));
  const messenger = new StatusMessenger({ logger: false });
  messenger.attach(app);
  const port = await listen(app);
  t.after(async () => {
    await messenger.close({ timeout: 200 });
    app.close();
    app.closeAllConnections();
  });
  for (const path of ['/healthz', '/status?session_id=s', '/']) {
    assert.equal(await (await fetch(`http://127.0.0.1:${port}${path}`)).text(), 'of the application');
  }
  const client = new WireClient(`ws://127.0.0.1:${port}/ws/s`);
  t.after(() => client.close());
  await client.synced();
});

test('an application that takes up answering later is left alone, too', async (t) => {
  const server = await startServer();
  t.after(() => server.close());
  assert.equal((await fetch(`${server.http}/healthz`)).status, 200);
  server.server.on('request', (_, response) => response.end('of the application'));
  assert.equal(await (await fetch(`${server.http}/healthz`)).text(), 'of the application');
});

test('http: false answers no plain request, also where nobody else does', async (t) => {
  const server = await startServer({}, { http: false });
  t.after(() => server.close());
  assert.equal(server.server.listenerCount('request'), 0);
  server.server.on('request', (_, response) => response.end('of the application'));
  assert.equal(await (await fetch(`${server.http}/healthz`)).text(), 'of the application');
  const client = new WireClient(`${server.url}/s`);
  t.after(() => client.close());
  await client.synced();
});

test('middleware answers its addresses, whatever is wrong with them, and hands on all others', async (t) => {
  const messenger = new StatusMessenger({ logger: false, base: '/live' });
  const app = createServer((request, response) => {
    messenger.middleware(request, response, () => response.end(`of the application: ${request.url}`));
  });
  messenger.attach(app);
  const port = await listen(app);
  t.after(async () => {
    await messenger.close({ timeout: 200 });
    app.close();
    app.closeAllConnections();
  });
  messenger.runWithSession('s', () => messenger.addStatusMessage('text'));
  const ask = async (path: string, method = 'GET') => {
    const response = await fetch(`http://127.0.0.1:${port}${path}`, { method });
    return [response.status, await response.text()];
  };
  assert.deepEqual(await ask('/live/healthz'), [200, '{"status":"ok"}']);
  assert.deepEqual(await ask('/live/status?session_id=s'), [200, '["text"]']);
  assert.equal((await ask('/live/status'))[0], 400);
  assert.equal((await ask('/live/healthz', 'POST'))[0], 405);
  assert.equal((await ask('/live/api/messages', 'POST'))[0], 404, 'without a key there is nothing');
  for (const path of ['/', '/healthz', '/live', '/live/', '/live/healthz/', '/live/other?session_id=s']) {
    assert.deepEqual(await ask(path), [200, `of the application: ${path}`]);
  }
});

test('upgrades on other paths are left to whoever else listens for them', async (t) => {
  const server = await startServer();
  const own = new WebSocketServer({ noServer: true });
  t.after(async () => {
    for (const ws of own.clients) ws.terminate();
    await server.close();
  });
  server.server.on('upgrade', (request, socket, head) => {
    if (request.url === '/own') own.handleUpgrade(request, socket, head, (ws) => ws.send('{"type":"of the app"}'));
  });
  const client = new WireClient(`ws://127.0.0.1:${server.port}/own`);
  t.after(() => client.close());
  await client.type('of the app');
  const page = new WireClient(`${server.url}/s`);
  t.after(() => page.close());
  await page.synced();
  assert.ok(!page.frames.some(({ type }) => type === 'of the app'));
});

test('upgrades that nobody listens for are 404 at once', async (t) => {
  const server = await startServer();
  t.after(() => server.close());
  for (const path of ['/', '/ws', '/ws/s/', '/ws/s/more', '/other/s']) {
    assert.equal(
      await exchange(server.port, upgradeRequest(path)),
      'HTTP/1.1 404 Not Found\r\nConnection: close\r\nContent-Length: 0\r\n\r\n',
      path,
    );
  }
});

test('several paths of one messenger on one server', async (t) => {
  const server = await startServer();
  t.after(() => server.close());
  server.messenger.attach(server.server, { path: '/live/:sessionId', http: false });
  const clients = [new WireClient(`${server.url}/s`), new WireClient(`ws://127.0.0.1:${server.port}/live/s`)];
  t.after(() => Promise.all(clients.map((client) => client.close())));
  for (const client of clients) await client.synced();
  assert.equal((await server.messenger.sendToSession('s', { type: 'status', data: 'x' })).delivered, 2);
  for (const client of clients) await client.status('x');
});

test('/status of a session that nobody knows makes no channel, and takes none away', async (t) => {
  const { messenger, http, close } = await startServer({ store: { channels: 1 } });
  t.after(close);
  await messenger.sendToSession('a', { type: 'status', data: 'kept' });
  assert.deepEqual(await (await fetch(`${http}/status?session_id=unknown`)).json(), []);
  assert.deepEqual(messenger.getStatusMessages('a'), ['kept']);
});

test('a body that nobody reads does not keep its connection from the next request', async (t) => {
  const { server, http, close } = await startServer({ apiKey: 'k' });
  t.after(close);
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  t.after(() => agent.destroy());
  const ask = (path: string, body: string) =>
    new Promise<number | undefined>((resolve, reject) => {
      const sent = request(`${http}${path}`, { agent, method: body ? 'POST' : 'GET' }, (answer) => {
        answer.resume();
        answer.on('end', () => resolve(answer.statusCode));
      });
      sent.on('error', reject);
      sent.end(body);
    });
  const large = 'x'.repeat(300_000);
  for (let i = 0; i < 3; i++) {
    assert.equal(await ask('/nowhere', large), 404);
    assert.equal(await ask('/api/messages', large), 401);
    assert.equal(await ask('/healthz', ''), 200);
  }
  assert.equal(server.listenerCount('request'), 1);
});

test('behind a body parser the middleware publishes what it parsed', async (t) => {
  const messenger = new StatusMessenger({ apiKey: 'k', logger: false });
  const app = createServer(async (incoming, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of incoming) chunks.push(chunk);
    Object.assign(incoming, { body: JSON.parse(Buffer.concat(chunks).toString()) });
    messenger.middleware(incoming, response, () => response.end());
  });
  const port = await listen(app);
  t.after(async () => {
    await messenger.close();
    app.closeAllConnections();
    app.close();
  });
  const answer = await fetch(`http://127.0.0.1:${port}/api/messages`, {
    method: 'POST',
    headers: { authorization: 'Bearer k' },
    body: JSON.stringify({ session_id: 's', type: 'status', data: 'parsed' }),
  });
  assert.equal(answer.status, 201);
  assert.deepEqual(messenger.getStatusMessages('s'), ['parsed']);
});

test("two messengers on one server each answer their own, and together what is nobody's", async (t) => {
  const one = await startServer({ base: '/one' });
  const two = new StatusMessenger({ base: '/two', logger: false });
  two.attach(one.server);
  t.after(async () => {
    await two.close();
    await one.close();
  });
  for (const base of ['one', 'two']) {
    assert.equal((await fetch(`${one.http}/${base}/healthz`)).status, 200);
    const page = new WireClient(`ws://127.0.0.1:${one.port}/${base}/ws/s`);
    await page.synced();
    await page.close();
  }
  assert.equal((await fetch(`${one.http}/healthz`)).status, 404);
  await assert.rejects(new WireClient(`${one.url}/s`).synced());
  assert.throws(() => two.attach(one.server), {
    message:
      'status-messenger: attach: got string "/two/ws/:sessionId", expected a path that is not attached to this server yet; choose another path',
  });
});

test('methods that no address has are refused, whatever their name', async () => {
  const messenger = new StatusMessenger({ logger: false });
  for (const method of ['PUT', 'constructor', 'toString']) {
    const answer = await messenger.fetch(new Request('http://localhost/healthz', { method }));
    assert.deepEqual([answer.status, answer.headers.get('allow')], [405, 'GET']);
  }
  await messenger.close();
});

test('a client that offers HTTP/2 with its request is answered in HTTP/1.1', async (t) => {
  const server = await startServer();
  t.after(() => server.close());
  const ask = (path: string) =>
    exchange(
      server.port,
      `GET ${path} HTTP/1.1\r\nHost: any\r\nConnection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABk\r\n\r\n`,
    );
  assert.match(await ask('/healthz'), /^HTTP\/1\.1 200 OK\r\n.*\{"status":"ok"\}/s);
  assert.match(await ask('/nowhere'), /^HTTP\/1\.1 404 /);
});

test('an upgrade that is refused holds no socket, whatever stands behind it', async (t) => {
  const server = await startServer();
  t.after(() => server.close());
  const answer = await exchange(server.port, upgradeRequest('/other') + 'more'.repeat(100_000));
  assert.ok(answer === '' || answer.startsWith('HTTP/1.1 404 '), answer);
  await everyoneLeft(server.server);
});

test('the query of an upgrade is all that stands behind the first question mark', async (t) => {
  const seen: unknown[] = [];
  const server = await startServer({
    authorize({ token }) {
      seen.push(token);
      return true;
    },
  });
  t.after(() => server.close());
  const page = new WireClient(`${server.url}/s?token=a?b`);
  await page.synced();
  await page.close();
  assert.deepEqual(seen, ['a?b']);
});

test('mounted at its base, as applications put themselves together of parts, the middleware answers there', async (t) => {
  const messenger = new StatusMessenger({ logger: false, base: '/live', apiKey: KEY });
  const app = express();
  app.use('/live', messenger.middleware);
  app.use((request, response) => void response.end(`of the application: ${request.url}`));
  const server = createServer(app);
  const port = await listen(server);
  t.after(async () => {
    await messenger.close();
    server.close();
    server.closeAllConnections();
  });
  const address = `http://127.0.0.1:${port}`;
  assert.deepEqual(await (await fetch(`${address}/live/healthz`)).json(), { status: 'ok' });
  const published = await fetch(`${address}/live/api/messages`, {
    method: 'POST',
    headers: { authorization: `Bearer ${KEY}` },
    body: JSON.stringify(STATUS),
  });
  assert.equal(published.status, 201);
  assert.equal(await (await fetch(`${address}/live/other`)).text(), 'of the application: /live/other');
  assert.equal(await (await fetch(`${address}/healthz`)).text(), 'of the application: /healthz');
});
