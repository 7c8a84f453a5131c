import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { type TestContext, test } from 'node:test';
import express from 'express';
import {
  type AccessRequest,
  addStatusMessage,
  type Context,
  currentContext,
  type MessengerOptions,
  StatusMessenger,
} from '../../../server-adapter/index.js';
import { listen } from '../../helpers/server.js';
import { WireClient } from '../../helpers/wire-client.js';

interface Host {
  readonly messenger: StatusMessenger;
  /** The contexts in which the application's handler ran. */
  readonly ran: (Context | undefined)[];
  ask(path: string, init?: RequestInit): Promise<Response>;
}

type Start = (t: TestContext, options?: MessengerOptions) => Promise<Host>;

/** The two ways in which an application lets its requests work for a session. */
const HOSTS: { readonly [name: string]: Start } = {
  async sessionMiddleware(t, options) {
    const messenger = new StatusMessenger({ logger: false, ...options });
    const ran: (Context | undefined)[] = [];
    const session = messenger.sessionMiddleware();
    const server = createServer((request, response) => {
      session(request, response, () => {
        ran.push(currentContext());
        response.end('ran');
      });
    });
    const port = await listen(server);
    t.after(async () => {
      await messenger.close({ timeout: 100 });
      server.closeAllConnections();
      server.close();
    });
    return {
      messenger,
      ran,
      ask: (path, init) => fetch(`http://127.0.0.1:${port}${path}`, { method: 'POST', ...init }),
    };
  },
  async runWithRequest(t, options) {
    const messenger = new StatusMessenger({ logger: false, ...options });
    // No timer of a messenger keeps a process, and here there is no server that does.
    const keeping = setInterval(() => {}, 60_000);
    t.after(() => {
      clearInterval(keeping);
      return messenger.close({ timeout: 100 });
    });
    const ran: (Context | undefined)[] = [];
    const run = () => {
      ran.push(currentContext());
      return new Response('ran');
    };
    const ask = async (path: string, init?: RequestInit) =>
      messenger.runWithRequest(new Request(`http://h.example${path}`, { method: 'POST', ...init }), run);
    return { messenger, ran, ask };
  },
};

/** The ids of a context. */
function ids({ signal: _, ...rest }: Context = {}) {
  return rest;
}

for (const [name, start] of Object.entries(HOSTS)) {
  test(`${name}: the session is that of the header, else of the query, else there is none`, async (t) => {
    const { ran, ask } = await start(t);
    await ask('/work?session_id=query', { headers: { 'x-session-id': 'header' } });
    await ask('/work?session_id=query');
    await ask('/work');
    await ask('/work?session_id=query', { method: 'OPTIONS' });
    assert.deepEqual(ran.map(ids), [{ sessionId: 'header' }, { sessionId: 'query' }, {}, {}]);
  });

  test(`${name}: an id that is none, or a run's, is refused`, async (t) => {
    const { ran, ask } = await start(t);
    for (const id of ['', 'a b', 'x'.repeat(129), 'run_1']) {
      const response = await ask('/work', { headers: { 'x-session-id': id } });
      assert.equal(response.status, 400, id);
      assert.match(await response.text(), /"message":"status-messenger: session id: expected/);
    }
    assert.deepEqual(ran, []);
  });

  test(`${name}: authorize is asked as for a page, and what it grants is the context`, async (t) => {
    const asked: AccessRequest[] = [];
    const authorize = (request: AccessRequest) => {
      asked.push(request);
      return { sessionId: 'granted', userId: 'ada', threadIds: ['t'] };
    };
    const { ran, ask } = await start(t, { authorize });
    const headers = { 'x-session-id': 's', cookie: 'c=1', authorization: 'Bearer key' };
    assert.equal((await ask('/work?a=b', { headers })).status, 200);
    const [{ sessionId, url, token, headers: heard } = {} as AccessRequest] = asked;
    assert.deepEqual([sessionId, url, token, heard.cookie], ['s', '/work?a=b', 'key', 'c=1']);
    assert.deepEqual(ran.map(ids), [{ sessionId: 'granted', userId: 'ada', threadId: 't' }]);
  });

  for (const [what, authorize, status] of [
    ['false', () => false, 403],
    ['a refusal with 4401', () => ({ refuse: 'who are you?', code: 4401 as const }), 401],
    ['a refusal with 4404', () => ({ refuse: 'no such session', code: 4404 as const }), 404],
    ['an error', () => Promise.reject(new Error('secret')), 503],
    ['no answer', () => new Promise<never>(() => {}), 503],
  ] as const) {
    test(`${name}: where authorize answers ${what}, the handler is not called`, async (t) => {
      const { ran, ask } = await start(t, { authorize, authorizeTimeout: 50 });
      const response = await ask('/work', { headers: { 'x-session-id': 'theirs' } });
      assert.equal(response.status, status);
      assert.doesNotMatch(await response.text(), /secret/);
      assert.deepEqual(ran, []);
      // What names no session is the application's own affair.
      assert.equal((await ask('/work')).status, 200);
    });
  }

  test(`${name}: pages of other origins may not begin work, unless they are allowed`, async (t) => {
    const { ran, ask } = await start(t, { allowedOrigins: ['https://friend.example'] });
    const as = async (headers: Record<string, string>) =>
      (await ask('/work', { headers: { 'x-session-id': 's', ...headers } })).status;
    assert.equal(await as({ origin: 'https://evil.example' }), 403);
    assert.equal(await as({ origin: 'null' }), 403);
    assert.equal(await as({ origin: 'https://friend.example' }), 200);
    assert.equal(ran.length, 1);
  });
}

test('a page of another origin that asks without saying so, as for an image, begins no work', async (t) => {
  // A browser's own header, which `fetch` lets nobody set.
  const messenger = new StatusMessenger({ logger: false });
  t.after(() => messenger.close());
  const ask = (site: string, mode = 'no-cors') => {
    const request = new Request('http://h.example/work?session_id=s');
    request.headers.set('sec-fetch-site', site);
    request.headers.set('sec-fetch-mode', mode);
    return messenger.runWithRequest(request, () => `ran for ${currentContext()?.sessionId}`);
  };
  assert.equal(await ask('same-origin'), 'ran for s');
  assert.equal(await ask('none'), 'ran for s');
  for (const site of ['cross-site', 'same-site']) {
    const refused = await ask(site);
    assert.ok(refused instanceof Response);
    assert.equal(refused.status, 403);
    assert.equal(await ask(site, 'navigate'), 'ran for undefined', 'a link is followed, and begins no work');
  }
});

test('a page of the own origin may ask where requests have no host but that of their address', async (t) => {
  const messenger = new StatusMessenger({ logger: false });
  t.after(() => messenger.close());
  const headers = { origin: 'http://h.example' };
  const request = new Request('http://h.example/work?session_id=s', { method: 'POST', headers });
  assert.equal(await messenger.runWithRequest(request, () => 'ran'), 'ran');
  const body = JSON.stringify({ type: 'cancel', ref: 'r', data: {} });
  const said = await messenger.fetch(new Request('http://h.example/sse/s', { method: 'POST', headers, body }));
  assert.equal(said.status, 200);
});

test('what is no request, no function or no option is refused with what to do', async (t) => {
  const messenger = new StatusMessenger({ logger: false });
  t.after(() => messenger.close());
  const call = (name: 'sessionMiddleware' | 'runWithRequest', ...args: unknown[]) =>
    Reflect.apply(messenger[name], messenger, args);
  assert.throws(
    () => call('sessionMiddleware', { sessionid: () => 's' }),
    /got "sessionid", expected sessionId; check/,
  );
  assert.throws(() => call('sessionMiddleware', { sessionId: 's' }), /got string "s", expected a function/);
  assert.throws(() => call('sessionMiddleware', null), /got null, expected/);
  await assert.rejects(
    call('runWithRequest', {}, () => {}),
    /expected a Request/,
  );
  await assert.rejects(call('runWithRequest', new Request('http://h.example/')), /expected a function/);
});

test('runWithRequest: what the application throws is its own', async (t) => {
  const messenger = new StatusMessenger({ logger: false });
  t.after(() => messenger.close());
  const request = new Request('http://h.example/?session_id=s');
  const run = () => Promise.reject(new Error('of the application'));
  await assert.rejects(messenger.runWithRequest(request, run), { message: 'of the application' });
});

async function serveExpress(t: TestContext, messenger: StatusMessenger, app: express.Express) {
  const server = createServer(app);
  messenger.attach(server);
  const port = await listen(server);
  t.after(async () => {
    await messenger.close({ timeout: 100 });
    server.closeAllConnections();
    server.close();
  });
  return { http: `http://127.0.0.1:${port}`, ws: `ws://127.0.0.1:${port}/ws` };
}

test('Express: the context outlives a body parser behind it, authorize knows the whole path, and each page hears its own work', async (t) => {
  const urls: string[] = [];
  const authorize = async ({ url, headers }: AccessRequest) => {
    urls.push(url);
    return headers.cookie !== 'user=mallory';
  };
  const messenger = new StatusMessenger({ logger: false, authorize });
  const app = express();
  const session = messenger.sessionMiddleware<express.Request>({ sessionId: (request) => request.get('x-my-id') });
  const parts = express.Router().post('/work', session, express.json(), async ({ body }, response) => {
    await new Promise((resolve) => setTimeout(resolve, 1));
    addStatusMessage(body.text);
    response.sendStatus(204);
  });
  app.use('/api', parts);
  const { http, ws } = await serveExpress(t, messenger, app);
  const [a, b] = ['a', 'b'].map((id) => new WireClient(`${ws}/${id}`));
  t.after(() => Promise.all([a?.close(), b?.close()]));
  await Promise.all([a?.synced(), b?.synced()]);
  const work = (id: string, text: string, cookie = '') =>
    fetch(`${http}/api/work?x=1`, {
      method: 'POST',
      headers: { 'x-my-id': id, 'content-type': 'application/json', cookie },
      body: JSON.stringify({ text }),
    });
  const answers = await Promise.all([work('a', 'for a'), work('b', 'for b'), work('b', 'not hers', 'user=mallory')]);
  assert.deepEqual(
    answers.map(({ status }) => status),
    [204, 204, 403],
  );
  assert.deepEqual(new Set(urls.filter((url) => url.startsWith('/api'))), new Set(['/api/work?x=1']));
  await Promise.all([a?.status('for a'), b?.status('for b')]);
  await messenger.sendToSession('b', { type: 'status', data: 'last' });
  await b?.status('last');
  assert.deepEqual([a?.statuses, b?.statuses], [['for a'], ['for b', 'last']]);
});

test('a page that asks for a stop reaches the work of every request that is still being answered', async (t) => {
  const messenger = new StatusMessenger({ logger: false });
  const app = express();
  let begun = () => {};
  const both = new Promise<void>((resolve) => {
    let missing = 2;
    begun = () => --missing === 0 && resolve();
  });
  app.post('/work', messenger.sessionMiddleware(), (_, response) => {
    currentContext()?.signal?.addEventListener('abort', () => response.end('stopped'));
    begun();
  });
  const { http, ws } = await serveExpress(t, messenger, app);
  const page = new WireClient(`${ws}/s`);
  t.after(() => page.close());
  await page.synced();
  const cancel = async (ref: string) => {
    await page.send({ type: 'cancel', ref, data: {} });
    return (await page.ack(ref)).data;
  };
  assert.deepEqual(await cancel('0'), { ref: '0', accepted: false, reason: 'nothing is running' });
  const work = () => fetch(`${http}/work`, { method: 'POST', headers: { 'x-session-id': 's' } });
  const answers = [work(), work()];
  await both;
  assert.deepEqual(await cancel('1'), { ref: '1', accepted: true });
  for (const answer of answers) assert.equal(await (await answer).text(), 'stopped');
  let ack: unknown;
  for (let i = 2; ack === undefined || JSON.stringify(ack).includes('true'); i++) ack = await cancel(`${i}`);
  assert.match(JSON.stringify(ack), /nothing is running/);
});
