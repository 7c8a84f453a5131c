import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isId, LIMITS } from '../../../protocol/index.js';
import type { AccessRequest } from '../../../server-adapter/index.js';
import { WireClient } from '../../helpers/wire-client.js';
import { serve } from '../access/support.js';
import { exchange, kitError } from '../support.js';
import { jsonOf, make, post, STORES, stateFrame, watch } from './tasks-support.js';

const never = () => assert.fail('it was begun');
const APP = 'https://app.example';

for (const [name, open] of STORES) {
  test(`${name}: a task is made, shown and listed as the seed document says`, async (t) => {
    const server = await serve(t, { store: open(t) });
    server.messenger.tasks.define(never);
    const before = Date.now();
    const answer = await post(
      server,
      '/api/tasks',
      { input_prompt: 'Build a todo application with React' },
      { headers: { 'Content-Type': 'application/json' } },
    );
    assert.equal(answer.status, 201);
    assert.match(answer.headers.get('content-type') ?? '', /^application\/json/);
    const task = (await answer.json()) as Record<string, unknown>;
    const { id, created_at, ...rest } = task;
    assert.ok(isId(id));
    assert.ok(Date.parse(String(created_at)) >= before && Date.parse(String(created_at)) <= Date.now());
    assert.deepEqual(rest, {
      title: null,
      input_prompt: 'Build a todo application with React',
      status: 'PENDING',
      progress: null,
      current_agent: null,
      summary: null,
      error: null,
      started_at: null,
      completed_at: null,
    });
    assert.deepEqual(await jsonOf(fetch(`${server.http}/api/tasks/${id}`)), task);
    const titled = await jsonOf(post(server, '/api/tasks', { input_prompt: 'x', title: 'A title' }));
    assert.equal(titled.title, 'A title');
    assert.deepEqual(await jsonOf(fetch(`${server.http}/api/tasks`)), [titled, task]);
    assert.deepEqual(server.messenger.tasks.get(String(id)), task);
  });

  test(`${name}: of many tasks the newest hundred are listed, the newest first`, async (t) => {
    const server = await serve(t, { store: open(t) });
    const { tasks } = server.messenger;
    tasks.define(never);
    const ids: string[] = [];
    for (let i = 0; i < 102; i++) ids.push((await tasks.create(`task ${i}`)).id);
    const listed = (await jsonOf(fetch(`${server.http}/api/tasks`))) as unknown as Array<{ id: string }>;
    assert.deepEqual(
      listed.map(({ id }) => id),
      ids.slice(2).reverse(),
    );
  });

  test(`${name}: prompts and titles up to their limits are kept whole, longer ones are refused`, async (t) => {
    const server = await serve(t, { store: open(t) });
    server.messenger.tasks.define(({ input_prompt, title }) => `${input_prompt.length} ${title?.length}`);
    // In JSON: two quotes, and two bytes for each é.
    const input_prompt = 'é'.repeat((LIMITS.message / 4 - 2) / 2);
    const title = 'x'.repeat(1022);
    const made = await post(server, '/api/tasks', { input_prompt, title });
    assert.equal(made.status, 201);
    const task = (await made.json()) as Record<string, unknown>;
    assert.deepEqual([task.input_prompt, task.title], [input_prompt, title]);
    const page = watch(server, String(task.id));
    t.after(() => page.close());
    await page.frame(({ type }) => type === 'complete');
    assert.deepEqual(page.frames.find(({ type }) => type === 'complete')?.data, {
      summary: `${input_prompt.length} ${title.length}`,
    });
    for (const input of [
      { input_prompt: `${input_prompt}x` },
      { input_prompt: 'x', title: `${title}x` },
      { input_prompt: '\u0000'.repeat(LIMITS.message / 6) },
      { input_prompt: 'x', more: 'x'.repeat(LIMITS.message) },
    ]) {
      const refused = await post(server, '/api/tasks', input);
      assert.equal(refused.status, 413);
      const { error } = (await refused.json()) as { error: { code: string; message: string } };
      assert.equal(error.code, 'too_large');
      assert.match(error.message, /^status-messenger: .*got .*\d+/);
      assert.ok(error.message.length < 500);
    }
    assert.equal(server.messenger.tasks.list().length, 1, 'nothing else was made');
  });
}

test('a body that is no task is refused, with what it should be', async (t) => {
  const server = await serve(t);
  server.messenger.tasks.define(never);
  const bodies = [
    '',
    'nonsense',
    '{',
    '"a text"',
    '1',
    'null',
    'true',
    '[]',
    '[{ "input_prompt": "x" }]',
    '{}',
    '{ "input_prompt": "" }',
    '{ "input_prompt": 1 }',
    '{ "input_prompt": null }',
    '{ "input_prompt": ["x"] }',
    '{ "prompt": "x" }',
    '{ "__proto__": { "input_prompt": "x" } }',
    '{ "input_prompt": "x", "title": 1 }',
    '{ "input_prompt": "x", "title": {} }',
  ];
  for (const body of bodies) {
    const answer = await post(server, '/api/tasks', body);
    assert.equal(answer.status, 400, body);
    const { error } = (await answer.json()) as { error: { code: string; message: string } };
    assert.equal(error.code, 'invalid', body);
    assert.match(error.message, /^status-messenger: .*got .*expected /, body);
  }
  assert.equal((await post(server, '/api/tasks', Buffer.alloc(0).toString())).status, 400);
  assert.deepEqual(server.messenger.tasks.list(), []);
  assert.deepEqual(server.log.lines, [], 'what strangers send is no trouble of the server');
});

test('odd bodies that are tasks are taken as they are', async (t) => {
  const server = await serve(t);
  server.messenger.tasks.define(never);
  for (const [body, input_prompt] of [
    ['{ "input_prompt": "x", "title": null, "status": "COMPLETED", "id": "mine", "userId": "root" }', 'x'],
    ['{ "input_prompt": "\\ud800 \\u0000 \\u2028 <b>" }', '\ud800 \u0000 \u2028 <b>'],
    ['\n\t{ "input_prompt": "first", "input_prompt": "last" }  ', 'last'],
  ] as const) {
    const task = await jsonOf(post(server, '/api/tasks', body));
    assert.equal(task.input_prompt, input_prompt);
    assert.equal(task.status, 'PENDING');
    assert.notEqual(task.id, 'mine');
    assert.deepEqual(await jsonOf(fetch(`${server.http}/api/tasks/${task.id}`)), task);
  }
  const bytes = Buffer.concat([Buffer.from('{"input_prompt":"'), Buffer.from([0xff, 0xfe]), Buffer.from('"}')]);
  const answer = await fetch(`${server.http}/api/tasks`, { method: 'POST', body: bytes });
  assert.equal(answer.status, 201);
  assert.equal(((await answer.json()) as { input_prompt: string }).input_prompt, '\ufffd\ufffd');
});

test('a body in pieces is read to its end, and one that breaks off makes nothing', async (t) => {
  const server = await serve(t);
  server.messenger.tasks.define(never);
  const head = 'POST /api/tasks HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n';
  const whole = await exchange(
    server.port,
    `${head}Transfer-Encoding: chunked\r\n\r\n8\r\n{"input_\r\nd\r\nprompt":"pie"\r\n1\r\n}\r\n0\r\n\r\n`,
  );
  assert.match(whole, /^HTTP\/1\.1 201 /);
  assert.match(whole, /"input_prompt":"pie"/);
  const broken = new AbortController();
  const body = new ReadableStream({
    start(controller) {
      controller.enqueue(Buffer.from('{"input_prompt":"x"}'));
      setTimeout(() => broken.abort(), 20);
    },
  });
  const init = { method: 'POST', body, duplex: 'half', signal: broken.signal };
  await assert.rejects(fetch(`${server.http}/api/tasks`, init as RequestInit));
  assert.equal(server.messenger.tasks.list().length, 1);
});

const ADDRESSES = [
  ['GET', '/api/tasks'],
  ['POST', '/api/tasks'],
  ['GET', '/api/tasks/x'],
  ['POST', '/api/tasks/x/run'],
  ['POST', '/api/tasks/x/cancel'],
] as const;

test('as long as nobody said how tasks are carried out, there are no such addresses', async (t) => {
  const server = await serve(t, { authorize: () => assert.fail('it was asked') });
  const body = JSON.stringify({ input_prompt: 'x' });
  const ask = (method: string, path: string) =>
    fetch(server.http + path, { method, ...(method === 'POST' ? { body } : {}) });
  for (const [method, path] of ADDRESSES) assert.equal((await ask(method, path)).status, 404, path);
  const refused = await exchange(
    server.port,
    'GET /ws/tasks/x HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n',
  );
  assert.match(refused, /^HTTP\/1\.1 404 /);
  assert.equal((await server.messenger.tasks.create('made before')).status, 'PENDING');
});

test('once it is said, there are, and their methods', async (t) => {
  const server = await serve(t, { base: '/kit' });
  server.messenger.tasks.define(() => 'done');
  const [task] = [await jsonOf(post(server, '/kit/api/tasks', { input_prompt: 'x' }))];
  for (const [method, path, status, allow] of [
    ['GET', '/kit/api/tasks', 200],
    ['HEAD', '/kit/api/tasks', 200],
    ['DELETE', '/kit/api/tasks', 405, 'GET, POST'],
    ['GET', `/kit/api/tasks/${task.id}`, 200],
    ['HEAD', `/kit/api/tasks/${task.id}`, 200],
    ['POST', `/kit/api/tasks/${task.id}`, 405, 'GET'],
    ['PUT', `/kit/api/tasks/${task.id}`, 405, 'GET'],
    ['GET', `/kit/api/tasks/${task.id}/run`, 405, 'POST'],
    ['GET', `/kit/api/tasks/${task.id}/cancel`, 405, 'POST'],
    ['POST', `/kit/api/tasks/${task.id}/stop`, 404],
    ['POST', `/kit/api/tasks/${task.id}/run/again`, 404],
    ['GET', '/api/tasks', 404],
    ['GET', '/kit/api/tasks/unknown', 404],
    ['POST', '/kit/api/tasks/unknown/run', 404],
    ['POST', '/kit/api/tasks/unknown/cancel', 404],
  ] as const) {
    const answer = await fetch(server.http + path, { method });
    assert.equal(answer.status, status, `${method} ${path}`);
    assert.equal(answer.headers.get('allow'), allow ?? null, path);
    if (status === 200) continue;
    const { error } = (await answer.json()) as { error: { code: string; message: string } };
    assert.match(error.message, /^status-messenger: /);
  }
  const page = new WireClient(`ws://127.0.0.1:${server.port}/kit/ws/tasks/${task.id}`);
  await stateFrame(page, 'COMPLETED');
  assert.equal((await page.closed()).code, 1000);
});

test('a task that there is not ends its viewer with 4404, and an id that is none with 4400', async (t) => {
  const server = await serve(t);
  server.messenger.tasks.define(never);
  for (const [id, code] of [
    ['unknown', 4404],
    ['%20', 4400],
    ['a%2Fb', 4400],
    ['%', 4400],
    ['x'.repeat(129), 4400],
  ] as const) {
    const page = watch(server, id);
    assert.equal((await page.closed()).code, code, id);
    assert.deepEqual(page.frames, [], 'it is told nothing but why');
  }
  // What a session has is no task.
  await server.messenger.send('task:said', { type: 'status', data: 'by the application' });
  assert.equal((await watch(server, 'said').closed()).code, 4404);
  assert.equal((await fetch(`${server.http}/api/tasks/said`)).status, 404);
});

test('authorize is asked for a task in place of a session, and for nothing that could be none', async (t) => {
  const asked: Array<readonly unknown[]> = [];
  const authorize = ({ sessionId, taskId, token }: AccessRequest) => {
    asked.push([sessionId, taskId, token]);
    return token === 'good';
  };
  const server = await serve(t, { authorize });
  server.messenger.tasks.define(() => 'done');
  const { id } = await server.messenger.tasks.create('x');
  const headers = { authorization: 'Bearer good' };
  for (const [method, path] of [
    ['GET', '/api/tasks'],
    ['POST', '/api/tasks'],
    ['GET', `/api/tasks/${id}`],
    ['POST', `/api/tasks/${id}/run`],
    ['POST', `/api/tasks/${id}/cancel`],
  ] as const) {
    const init = { method, ...(method === 'POST' ? { body: '{"input_prompt":"x"}' } : {}) };
    const refused = await fetch(server.http + path, init);
    assert.equal(refused.status, 403, path);
    if (path.endsWith('cancel')) continue;
    const answer = await fetch(server.http + path, { ...init, headers });
    assert.equal(answer.status, path === '/api/tasks' && method === 'POST' ? 201 : 200, path);
  }
  assert.deepEqual(
    asked.map(([sessionId, taskId]) => [sessionId, taskId]),
    ['', '', '', '', id, id, id, id, id].map((task) => ['', task]),
  );
  asked.length = 0;
  for (const path of [
    '/api/tasks/',
    '/api/tasks/%20',
    '/api/tasks/a%2Fb',
    '/api/tasks/..%5c/run',
    `/api/tasks/${'x'.repeat(129)}`,
  ]) {
    const method = path.endsWith('run') ? 'POST' : 'GET';
    assert.equal((await fetch(server.http + path, { method, headers })).status, 404, path);
  }
  assert.deepEqual(asked, [], 'what is asked for is a valid id');
  assert.equal((await watch(server, id).closed()).code, 4403);
  assert.equal((await watch(server, id, '?token=good').closed()).code, 1000);
  assert.deepEqual(asked, [
    ['', id, undefined],
    ['', id, 'good'],
  ]);
  assert.equal(server.messenger.tasks.list().length, 2, 'who is refused makes nothing');
});

test('how authorize refuses a task is how it is answered', async (t) => {
  let answer: Awaited<ReturnType<NonNullable<Parameters<typeof serve>[1]>['authorize'] & object>> = false;
  const server = await serve(t, { authorize: () => answer });
  server.messenger.tasks.define(never);
  const { id } = await server.messenger.tasks.create('x');
  for (const [given, status, code] of [
    [{ refuse: 'who are you?', code: 4401 }, 401, 4401],
    [{ refuse: 'no' }, 403, 4403],
    [{ refuse: 'what task?', code: 4404 }, 404, 4404],
    // Who may watch a session may not watch any task for that.
    [{ sessionId: 's' }, 403, 4403],
  ] as const) {
    answer = given;
    assert.equal((await fetch(`${server.http}/api/tasks/${id}`)).status, status);
    assert.equal((await post(server, `/api/tasks/${id}/run`)).status, status);
    assert.equal((await watch(server, id).closed()).code, code);
  }
  assert.equal(server.messenger.tasks.get(id)?.status, 'PENDING');
});

test('people see the tasks that are their own', async (t) => {
  const server = await serve(t, { authorize: ({ token }) => (token ? { userId: token } : true) });
  server.messenger.tasks.define(() => 'done');
  const as = (user: string) => ({ headers: { authorization: `Bearer ${user}` } });
  const made: Record<string, unknown> = {};
  for (const user of ['ann', 'bob']) {
    made[user] = (await jsonOf(post(server, '/api/tasks', { input_prompt: `for ${user}` }, as(user)))).id;
  }
  made.code = (await server.messenger.tasks.create('by the application', { userId: 'ann' })).id;
  made.nobody = (await server.messenger.tasks.create('of nobody')).id;
  const listed = async (init: RequestInit) =>
    ((await jsonOf(fetch(`${server.http}/api/tasks`, init))) as unknown as Array<{ id: string }>).map(({ id }) => id);
  assert.deepEqual(await listed(as('ann')), [made.code, made.ann]);
  assert.deepEqual(await listed(as('bob')), [made.bob]);
  assert.deepEqual(await listed(as('eve')), []);
  assert.deepEqual(await listed({}), [made.nobody]);
});

test('pages of other origins may have tasks where they are allowed, and make none where they are not', async (t) => {
  const server = await serve(t, { allowedOrigins: [APP] });
  server.messenger.tasks.define(never);
  const { id } = await server.messenger.tasks.create('x');
  for (const origin of ['https://evil.example', 'null']) {
    for (const [method, path] of [...ADDRESSES, ['OPTIONS', '/api/tasks'], ['POST', `/api/tasks/${id}/run`]] as const) {
      const body = method === 'POST' ? { body: '{"input_prompt":"evil"}' } : {};
      const answer = await fetch(server.http + path, { method, ...body, headers: { origin } });
      assert.equal(answer.status, 403, `${origin} ${method} ${path}`);
      assert.equal(answer.headers.get('access-control-allow-origin'), null);
    }
    const page = new WireClient(`${server.url}/tasks/${id}`, { origin });
    assert.equal((await page.closed()).code, 4403);
  }
  assert.deepEqual(
    server.messenger.tasks.list().map(({ status }) => status),
    ['PENDING'],
  );
  const preflight = await fetch(`${server.http}/api/tasks`, { method: 'OPTIONS', headers: { origin: APP } });
  assert.equal(preflight.status, 204);
  assert.equal(preflight.headers.get('access-control-allow-methods'), 'GET, POST');
  assert.match(preflight.headers.get('access-control-allow-headers') ?? '', /content-type/);
  const answer = await post(server, '/api/tasks', { input_prompt: 'x' }, { headers: { origin: APP } });
  assert.equal(answer.status, 201);
  assert.equal(answer.headers.get('access-control-allow-origin'), APP);
});

test('in code, what is no task and no way to carry tasks out is refused', async (t) => {
  const { messenger } = await serve(t);
  const { tasks } = messenger;
  const ask = (call: (...args: never[]) => unknown, ...args: unknown[]) => Reflect.apply(call, tasks, args);
  for (const run of [undefined, 'x', {}]) assert.throws(() => ask(tasks.define, run), { code: 'invalid' });
  for (const options of [
    { interrupted: 'again' },
    { timeout: 0 },
    { timeout: -1 },
    { timeout: '5' },
    { timeout: 2 ** 31 },
    { timeOut: 5 },
  ]) {
    assert.throws(() => ask(tasks.define, never, options), { code: 'invalid' }, JSON.stringify(options));
  }
  assert.equal(tasks.isDefined, false);
  tasks.define(never, { timeout: 2 ** 31 - 1 });
  const twice = 'tasks.define: got a second call, expected one per messenger; tell tasks apart by their input';
  assert.throws(() => tasks.define(never), kitError('not_allowed', twice));
  for (const input of [undefined, null, '', {}, { input_prompt: '' }, ['x']]) {
    await assert.rejects(async () => ask(tasks.create, input), { code: 'invalid' });
  }
  for (const ids of [{ userId: 'not an id' }, { sessionId: 'run_1' }, 5]) {
    await assert.rejects(async () => ask(tasks.create, 'x', ids), { code: 'invalid' });
  }
  for (const id of ['', 'unknown', 'not an id', '../x']) {
    assert.equal(tasks.get(id), undefined);
    assert.equal(await tasks.run(id), undefined);
    assert.equal(await tasks.cancel(id), undefined);
  }
  assert.deepEqual(tasks.list(), []);
});

test('after close() no task is made', async (t) => {
  const server = await serve(t);
  server.messenger.tasks.define(never);
  await make(server);
  await server.messenger.close();
  await assert.rejects(server.messenger.tasks.create('x'), { code: 'closed' });
});
