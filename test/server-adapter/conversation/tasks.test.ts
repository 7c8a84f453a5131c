import assert from 'node:assert/strict';
import { once } from 'node:events';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { WebSocket } from 'ws';
import { ManualClock } from '../../../components/testing/index.js';
import {
  addStatusMessage,
  ask,
  complete,
  currentContext,
  fail,
  PublicError,
  progress,
  result,
  step,
  withAgent,
} from '../../../server-adapter/index.js';
import { live, stateOf, testClient } from '../../helpers/client.js';
import { TcpProxy } from '../../helpers/proxy.js';
import { startServer } from '../../helpers/server.js';
import { WireClient } from '../../helpers/wire-client.js';
import { heard, serve } from '../access/support.js';
import { closeWith, timeOf } from '../support.js';
import {
  dataOf,
  HeldTasks,
  jsonOf,
  make,
  post,
  STORES,
  stateFrame,
  statesOf,
  taskInSnapshot,
  watch,
} from './tasks-support.js';

const done = { code: 1000, reason: 'done' };

for (const [name, open] of STORES) {
  test(`${name}: a task begins when its first viewer is there, once, though fifty come in the same instant`, async (t) => {
    const server = await serve(t, { store: open(t) });
    const held = new HeldTasks();
    server.messenger.tasks.define(held.run);
    const id = await make(server, 'Build it');
    assert.equal(held.all.length, 0, 'nobody is there');
    const pages = Array.from({ length: 50 }, () => watch(server, id));
    const { task, within, finish } = await held.begun();
    assert.deepEqual({ ...task, signal: undefined }, { id, input_prompt: 'Build it', signal: undefined });
    for (const page of pages) await page.synced();
    within(() => addStatusMessage('working'));
    for (const page of pages) await page.status('working');
    finish('Built.');
    for (const page of pages) {
      await stateFrame(page, 'COMPLETED');
      assert.deepEqual(await page.closed(), done);
      const connected = page.frames.at(0) ?? assert.fail('nothing came');
      assert.equal(connected.type, 'connected');
      const { message, sessionId, channels } = connected.data as Record<string, object>;
      assert.equal(message, `Connected to task ${id}`);
      assert.deepEqual([sessionId, Object.keys(channels ?? {})], [id, [`task:${id}`]]);
      assert.deepEqual(dataOf(page, 'complete'), [{ summary: 'Built.' }]);
      assert.equal(page.frames.at(-1)?.type, 'state', 'the end is the last that it hears');
    }
    assert.equal(held.all.length, 1);
    const info = server.messenger.tasks.get(id);
    assert.deepEqual([info?.status, info?.summary, info?.error], ['COMPLETED', 'Built.', null]);
    assert.ok(Date.parse(info?.started_at ?? '') <= Date.parse(info?.completed_at ?? ''));
  });

  test(`${name}: asked to run again and again it runs once, and is told as it is`, async (t) => {
    const server = await serve(t, { store: open(t) });
    const held = new HeldTasks();
    server.messenger.tasks.define(held.run);
    const id = await make(server);
    const run = () => post(server, `/api/tasks/${id}/run`);
    for (const answer of await Promise.all(Array.from({ length: 20 }, run))) {
      assert.equal(answer.status, 200);
      assert.equal(((await answer.json()) as { status: string }).status, 'RUNNING');
    }
    const { id: another } = await server.messenger.tasks.create('in one turn');
    await Promise.all(Array.from({ length: 20 }, () => server.messenger.tasks.run(another)));
    assert.equal(server.messenger.tasks.get(another)?.status, 'RUNNING');
    const { finish } = await held.begun();
    const page = watch(server, id);
    await page.synced();
    assert.equal((await jsonOf(run())).status, 'RUNNING');
    assert.equal(held.all.length, 2);
    finish();
    await stateFrame(page, 'COMPLETED');
    await page.closed();
    const ended = await jsonOf(run());
    assert.equal(ended.status, 'COMPLETED');
    assert.equal(ended.summary, null);
    assert.equal(held.all.length, 2, 'each of the two once');
    assert.deepEqual(
      statesOf(page)
        .map(({ status }) => status)
        .filter((status) => status === 'RUNNING').length <= 1,
      true,
    );
  });

  test(`${name}: whoever comes after its end sees the end, and may go`, async (t) => {
    const server = await serve(t, { store: open(t) });
    server.messenger.tasks.define(async () => {
      addStatusMessage('working');
      result('Engineer', { files: 3 });
      return 'Built.';
    });
    const id = await make(server);
    const first = watch(server, id);
    await first.closed();
    const last = first.frames.filter((frame) => frame.id).at(-1)?.id;
    for (const query of ['', `?after=${last}`, '?after=lost0000-1']) {
      const late = watch(server, id, query);
      assert.deepEqual(await late.closed(), done);
      const types = late.frames.map(({ type }) => type);
      assert.equal(types[0], 'connected');
      assert.ok(types.includes('synced'));
      if (query.includes(String(last))) assert.deepEqual(types, ['connected', 'synced']);
      else assert.equal(taskInSnapshot(late), 'COMPLETED');
    }
    const missed = watch(server, id, `?after=${String(last).replace(/\d+$/, '1')}`);
    await missed.closed();
    assert.equal(statesOf(missed).at(-1)?.status, 'COMPLETED', 'and what it missed');
    assert.deepEqual(dataOf(missed, 'complete'), [{ summary: 'Built.' }]);
  });

  test(`${name}: what a task throws is shown as its failure, without details; the log has them`, async (t) => {
    const server = await serve(t, { store: open(t) });
    const thrown = {
      secret: new Error('password=hunter2'),
      public: new PublicError('The disk is full.'),
      odd: 'a text',
    };
    server.messenger.tasks.define(async ({ input_prompt }) => {
      throw thrown[input_prompt as keyof typeof thrown];
    });
    for (const [prompt, message] of [
      ['secret', 'The work was stopped by an error.'],
      ['public', 'The disk is full.'],
      ['odd', 'The work was stopped by an error.'],
    ] as const) {
      const id = await make(server, prompt);
      const page = watch(server, id);
      assert.deepEqual(await page.closed(), done);
      assert.deepEqual(dataOf(page, 'error'), [{ message, fatal: true }]);
      assert.equal(statesOf(page).at(-1)?.status, 'FAILED');
      assert.equal(page.raw.join('').includes('hunter2'), false);
      const info = server.messenger.tasks.get(id);
      assert.deepEqual([info?.status, info?.error], ['FAILED', message]);
      const [line, another] = server.log.with(`task ${id} failed`);
      assert.match(line ?? '', /^error /);
      assert.equal(another, undefined);
      if (prompt !== 'odd') assert.match(line ?? '', /tasks\.test/, 'the stack');
    }
  });

  test(`${name}: a runner that says by itself how it ended is believed, and what it throws at once is its failure`, async (t) => {
    const server = await serve(t, { store: open(t) });
    server.messenger.tasks.define(({ input_prompt }) => {
      if (input_prompt === 'complete') complete('All is well.');
      if (input_prompt === 'fail') fail(new Error('Nothing there.'));
      if (input_prompt === 'throw') throw new PublicError('At once.');
      return input_prompt === 'fail' ? 'ignored' : undefined;
    });
    for (const [prompt, status, summary, error] of [
      ['complete', 'COMPLETED', 'All is well.', null],
      ['fail', 'FAILED', null, 'Nothing there.'],
      ['throw', 'FAILED', null, 'At once.'],
    ] as const) {
      const id = await make(server, prompt);
      const page = watch(server, id);
      await page.closed();
      const info = server.messenger.tasks.get(id);
      assert.deepEqual([info?.status, info?.summary, info?.error], [status, summary, error]);
      const ends = page.frames.filter(({ type }) => type === 'complete' || type === 'error');
      assert.equal(ends.length, 1);
    }
  });

  test(`${name}: what is said late does not bring an ended task back to life`, async (t) => {
    const server = await serve(t, { store: open(t) });
    const held = new HeldTasks();
    server.messenger.tasks.define(held.run);
    for (const how of ['ends', 'fails', 'is stopped'] as const) {
      const id = await make(server, how);
      const page = watch(server, id);
      const { within, finish, fail } = await held.begun(held.all.length + 1);
      if (how === 'is stopped') await post(server, `/api/tasks/${id}/cancel`);
      if (how === 'ends') finish('Built.');
      else fail(new Error('no'));
      await page.closed();
      const ended = server.messenger.tasks.get(id);
      within(() => {
        addStatusMessage('late');
        progress(1, 2);
        withAgent('Late', () => result('Late', 1));
        void step('late', async () => {});
        void ask('late?').catch(() => {});
      });
      await server.messenger.send(`task:${id}`, { type: 'status', data: 'by the application' });
      await sleep(10);
      assert.deepEqual(server.messenger.tasks.get(id), ended, how);
      const late = watch(server, id);
      assert.deepEqual(await late.closed(), done, how);
      assert.equal(taskInSnapshot(late), ended?.status);
    }
  });

  test(`${name}: its end says how far it was`, async (t) => {
    const server = await serve(t, { store: open(t) });
    server.messenger.tasks.define(async () => {
      for (let i = 1; i <= 10; i++) withAgent(`agent ${i}`, () => progress(i, 10));
    });
    const id = await make(server);
    const page = watch(server, id);
    await page.closed();
    const end = statesOf(page).at(-1);
    assert.deepEqual(end, {
      taskId: id,
      status: 'COMPLETED',
      progress: { value: 10, max: 10 },
      currentAgent: 'agent 10',
    });
    const info = server.messenger.tasks.get(id);
    assert.deepEqual([info?.progress, info?.current_agent], [{ value: 10, max: 10 }, 'agent 10']);
  });

  test(`${name}: a page's stop reaches the runner, and every viewer sees it`, async (t) => {
    const server = await serve(t, { store: open(t) });
    const held = new HeldTasks();
    server.messenger.tasks.define(held.obedient);
    for (const way of ['page', 'http', 'code'] as const) {
      const id = await make(server);
      const pages = [watch(server, id), watch(server, id)] as const;
      const { task } = await held.begun(held.all.length + 1);
      await pages[0].synced();
      const aborted = once(task.signal, 'abort');
      if (way === 'page') {
        await pages[1].send({ type: 'cancel', ref: 'c', data: {} });
        assert.deepEqual((await pages[1].ack('c')).data, { ref: 'c', accepted: true });
      } else if (way === 'http') assert.equal((await post(server, `/api/tasks/${id}/cancel`)).status, 200);
      else await server.messenger.tasks.cancel(id);
      await aborted;
      for (const page of pages) {
        assert.deepEqual(await page.closed(), done);
        assert.equal(statesOf(page).at(-1)?.status, 'CANCELLED');
        assert.deepEqual(dataOf(page, 'error'), [], 'that it was stopped is no failure');
      }
      const again = await jsonOf(post(server, `/api/tasks/${id}/cancel`));
      assert.deepEqual([again.status, again.error], ['CANCELLED', null]);
    }
    assert.deepEqual(server.log.lines, []);
  });

  test(`${name}: stopped before it began it never begins`, async (t) => {
    const server = await serve(t, { store: open(t) });
    server.messenger.tasks.define(() => assert.fail('it began'));
    const id = await make(server);
    const cancelled = await jsonOf(post(server, `/api/tasks/${id}/cancel`));
    assert.deepEqual([cancelled.status, cancelled.started_at], ['CANCELLED', null]);
    assert.equal((await jsonOf(post(server, `/api/tasks/${id}/run`))).status, 'CANCELLED');
    const page = watch(server, id);
    assert.deepEqual(await page.closed(), done);
    assert.equal(taskInSnapshot(page), 'CANCELLED');
    assert.deepEqual(server.log.lines, []);
  });

  test(`${name}: run and stop in the same instant: it is stopped, whichever came first`, async (t) => {
    const server = await serve(t, { store: open(t) });
    const held = new HeldTasks();
    server.messenger.tasks.define(held.obedient);
    const { tasks } = server.messenger;
    for (let i = 0; i < 10; i++) {
      const { id } = await tasks.create('x');
      const page = watch(server, id);
      if (i % 2) await Promise.all([tasks.run(id), tasks.cancel(id)]);
      else await Promise.all([tasks.cancel(id), tasks.run(id)]);
      assert.deepEqual(await page.closed(), done);
      assert.equal(tasks.get(id)?.status, 'CANCELLED');
    }
  });

  test(`${name}: while a question is open it waits, and goes on when it is answered`, async (t) => {
    const server = await serve(t, { store: open(t) });
    server.messenger.tasks.define(async () => `You said ${await ask('Which?', { choices: ['a', 'b'] })}.`);
    const id = await make(server);
    const [page, other] = [watch(server, id), watch(server, id)];
    const { data } = await page.type('question');
    await stateFrame(other, 'WAITING');
    assert.equal((await jsonOf(fetch(`${server.http}/api/tasks/${id}`))).status, 'WAITING');
    const { questionId } = data as { questionId: string };
    await other.send({ type: 'answer', ref: 'a', data: { questionId, answer: 'b' } });
    assert.deepEqual(await page.closed(), done);
    const statuses = statesOf(page).map(({ status }) => status);
    assert.deepEqual(statuses.slice(-3), ['WAITING', 'RUNNING', 'COMPLETED']);
    assert.deepEqual(dataOf(page, 'complete'), [{ summary: 'You said b.' }]);
  });

  test(`${name}: a task that is forgotten is gone, while it runs, too`, async (t) => {
    const server = await serve(t, { store: open(t) });
    const held = new HeldTasks();
    server.messenger.tasks.define(held.run);
    const id = await make(server);
    await server.messenger.tasks.run(id);
    const { finish } = await held.begun();
    await server.messenger.forget(`task:${id}`);
    assert.equal(server.messenger.tasks.get(id), undefined);
    finish('too late');
    await sleep(10);
    assert.equal(server.messenger.tasks.get(id), undefined);
    assert.deepEqual(server.messenger.tasks.list(), []);
    assert.equal((await watch(server, id).closed()).code, 4404);
  });
}

test('an event is there at once, while the task goes on', async (t) => {
  const server = await serve(t);
  const held = new HeldTasks();
  server.messenger.tasks.define(held.run);
  const page = watch(server, await make(server));
  t.after(() => page.close());
  const { within } = await held.begun();
  const began = performance.now();
  for (let i = 0; i < 100; i++) {
    within(() => addStatusMessage(`${i}`));
    await page.status(`${i}`);
  }
  assert.ok(performance.now() - began < 2000, 'none waits for a timer');
});

test('the context names the task, and those whom it was made for', async (t) => {
  const server = await serve(t, { authorize: ({ token = 'ann' }) => ({ userId: token }) });
  const contexts: unknown[] = [];
  server.messenger.tasks.define(({ signal }) => {
    const { signal: told, ...context } = currentContext() ?? {};
    assert.equal(told, signal);
    contexts.push(context);
  });
  const id = await make(server);
  await watch(server, id).closed();
  const made = await server.messenger.tasks.create('x', { threadId: 't', userId: 'bob', runId: 'run_1' });
  await watch(server, made.id, '?token=bob').closed();
  const [ofPage, ofCode] = contexts as Array<Record<string, unknown>>;
  assert.deepEqual([ofPage?.taskId, ofPage?.userId, ofPage?.sessionId], [id, 'ann', undefined]);
  assert.deepEqual(ofCode, { taskId: made.id, threadId: 't', userId: 'bob', runId: 'run_1' });
});

// Time

/** What a page was told of a task's state, told by when. The clock stands at `server.clock`. */
async function paced(t: Parameters<typeof serve>[0], options: { timeout?: number } = {}) {
  const clock = new ManualClock();
  const server = await startServer({ clock: timeOf(clock), heartbeat: 3_600_000 });
  t.after(() => closeWith(clock, server));
  const held = new HeldTasks();
  server.messenger.tasks.define(held.obedient, options);
  const { id } = await server.messenger.tasks.create('x');
  const page = watch(server, id);
  const { within, task } = await held.begun();
  await page.synced();
  const start = clock.now();
  /** Everything that was said so far has come. */
  const settled = async () => {
    for (let turn = 0; turn < 3; turn++) await new Promise((resolve) => setImmediate(resolve));
    await heard(page);
  };
  const states = () =>
    page.frames
      .filter(({ type }) => type === 'state')
      .map(({ ts = 0, data }) => [ts - start, ...Object.values(data as object).slice(1)]);
  return { clock, server, held, page, within, task, settled, states, start, id };
}

test('what changes is told in `state` at most every 500 ms, at least so often while it changes, and not otherwise', async (t) => {
  const { clock, within, settled, states } = await paced(t);
  await settled();
  const before = states().length;
  const said = () => states().slice(before);
  clock.advance(5000);
  within(() => addStatusMessage('no change of the state'));
  await settled();
  clock.advance(5000);
  await settled();
  assert.deepEqual(said(), [], 'nothing changed');
  within(() => progress(1, 9));
  await settled();
  assert.deepEqual(said(), [[10_000, 'RUNNING', { value: 1, max: 9 }]], 'at once, as nothing was said for long');
  clock.advance(100);
  within(() => progress(2, 9));
  await settled();
  clock.advance(300);
  within(() => progress(3, 9));
  await settled();
  clock.advance(99);
  await settled();
  assert.equal(said().length, 1);
  clock.advance(1);
  await settled();
  assert.deepEqual(said().slice(1), [[10_500, 'RUNNING', { value: 3, max: 9 }]]);
  clock.advance(499);
  within(() => withAgent('Risk', () => progress(4, 9)));
  await settled();
  clock.advance(1);
  await settled();
  assert.deepEqual(said().slice(2), [[11_000, 'RUNNING', { value: 4, max: 9 }, 'Risk']]);
  clock.advance(10_000);
  await settled();
  assert.equal(said().length, 3, 'nothing changes any more');
});

test('while it changes all the time the state is told every 500 ms', async (t) => {
  const { clock, within, settled, states } = await paced(t);
  clock.advance(10_000);
  for (let i = 0; i < 500; i++) {
    within(() => progress(i));
    await new Promise((resolve) => setImmediate(resolve));
    clock.advance(10);
  }
  await settled();
  const times = states()
    .map(([at]) => Number(at))
    .filter((at) => at >= 10_000);
  assert.ok(times.length >= 10 && times.length <= 12, `${times}`);
  for (const [i, at] of times.entries()) {
    if (i > 0) assert.equal(at - (times[i - 1] ?? 0), 500);
  }
});

test('whether it waits is told at once, however short ago something else was', async (t) => {
  const { clock, within, settled, states, page } = await paced(t);
  clock.advance(1000);
  within(() => progress(1));
  await settled();
  clock.advance(10);
  const answered = within(() => ask('Which?'));
  await stateFrame(page, 'WAITING');
  clock.advance(10);
  await page.send({ answer: 'this' });
  assert.equal(await answered, 'this');
  await settled();
  assert.deepEqual(
    states()
      .slice(-3)
      .map(([at, status]) => [at, status]),
    [
      [1000, 'RUNNING'],
      [1010, 'WAITING'],
      [1020, 'RUNNING'],
    ],
  );
});

test('the time that a task may take stands still while people think', async (t) => {
  const { clock, within, settled, page, task, server, id } = await paced(t, { timeout: 1000 });
  clock.advance(600);
  for (const used of [0, 300]) {
    const answered = within(() => ask('Which?'));
    await page.frame(() => statesOf(page).at(-1)?.status === 'WAITING');
    clock.advance(100_000);
    assert.equal(task.signal.aborted, false, 'a person thinks');
    await page.send({ answer: 'this' });
    await answered;
    await page.frame(() => statesOf(page).at(-1)?.status === 'RUNNING');
    await settled();
    clock.advance(used === 0 ? 300 : 99);
  }
  await settled();
  assert.equal(task.signal.aborted, false);
  clock.advance(1);
  assert.equal(task.signal.aborted, true);
  assert.deepEqual(await page.closed(), done);
  assert.deepEqual(dataOf(page, 'error'), [
    { message: 'The task took longer than it may.', code: 'timeout', fatal: true },
  ]);
  assert.equal(server.messenger.tasks.get(id)?.status, 'FAILED');
});

test('what a task has said of its end stands, however long it goes on after that', async (t) => {
  const { clock, within, page, task, settled, server, id } = await paced(t, { timeout: 1000 });
  within(() => complete('All is well.'));
  await settled();
  clock.advance(100_000);
  await settled();
  assert.equal(task.signal.aborted, false, 'there is nothing left to be in time for');
  await server.messenger.tasks.cancel(id);
  assert.deepEqual(await page.closed(), done);
  assert.equal(server.messenger.tasks.get(id)?.status, 'COMPLETED');
  assert.deepEqual(dataOf(page, 'error'), []);
});

test('two questions at once: its time stands still until both are answered', async (t) => {
  const { clock, within, page, task, settled } = await paced(t, { timeout: 1000 });
  const [one, two] = within(() => [ask('One?', { key: 'one' }), ask('Two?', { key: 'two' })] as const);
  await stateFrame(page, 'WAITING');
  clock.advance(5000);
  await page.send({ answer: '1' });
  await one;
  clock.advance(5000);
  await settled();
  assert.equal(task.signal.aborted, false);
  await page.send({ answer: '2' });
  await two;
  await page.frame(() => statesOf(page).at(-1)?.status === 'RUNNING');
  clock.advance(999);
  assert.equal(task.signal.aborted, false);
  clock.advance(1);
  assert.equal(task.signal.aborted, true);
});

// Who knows no more than the documents

/** What the client of the seed document logs, until its connection ends. */
async function seedClient(port: number, id: string): Promise<{ code: unknown; log: unknown[][] }> {
  const log: unknown[][] = [];
  const console = { log: (...line: unknown[]) => log.push(line), error: (...line: unknown[]) => log.push(line) };

  const ws = new WebSocket(`ws://localhost:${port}/ws/tasks/${id}`);

  ws.onmessage = (event) => {
    const message = JSON.parse(String(event.data));

    switch (message.type) {
      case 'connected':
        console.log('Connected:', message.data.message);
        break;
      case 'event':
        console.log('Event:', message.data);
        // Update UI with agent event
        break;
      case 'state':
        console.log('State:', message.data);
        // Update progress bar, current agent
        break;
      case 'error':
        console.error('Error:', message.data.message);
        break;
    }
  };

  const [code] = await once(ws, 'close');
  return { code, log };
}

test('a client written from the seed document alone sees a task from its beginning to its end, late as well', async (t) => {
  const server = await serve(t);
  server.messenger.tasks.define(async () => {
    await withAgent('Engineer', () =>
      step('Writing', async () => {
        progress(1, 2);
        await sleep(5);
      }),
    );
    throw new PublicError('The disk is full.');
  });
  const response = await fetch(`${server.http}/api/tasks`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: '{ "input_prompt": "Build a todo application with React" }',
  });
  const { id } = (await response.json()) as { id: string };
  const { code, log } = await seedClient(server.port, id);
  assert.equal(code, 1000);
  assert.deepEqual(log[0], ['Connected:', `Connected to task ${id}`]);
  const said = (what: string) => log.filter(([label]) => label === what).map(([, data]) => data);
  assert.deepEqual(
    said('Event:').map((data) => [(data as { event: string }).event, (data as { label?: string }).label]),
    [
      ['step_started', 'Writing'],
      ['step_finished', 'Writing'],
    ],
  );
  assert.deepEqual(said('Error:'), ['The disk is full.']);
  const statuses = said('State:').map((data) => (data as { status: string }).status);
  assert.ok(statuses.includes('RUNNING'), 'that it runs is told, though it began before');
  const { step: ofStep, ...end } = said('State:').at(-1) as Record<string, unknown>;
  assert.equal(ofStep, undefined);
  assert.deepEqual(end, { taskId: id, status: 'FAILED', currentAgent: 'Engineer' });
  const late = await seedClient(server.port, id);
  assert.equal(late.code, 1000);
  assert.deepEqual(late.log, [
    ['Connected:', `Connected to task ${id}`],
    ['State:', end],
  ]);
});

test("the page's client shows a task at its url", async (t) => {
  const server = await serve(t);
  const held = new HeldTasks();
  server.messenger.tasks.define(held.run);
  const id = await make(server);
  const client = testClient({ url: `${server.url}/tasks`, sessionId: id });
  t.after(() => client.disconnect());
  client.connect();
  const { within, finish } = await held.begun();
  await live(client);
  within(() => {
    addStatusMessage('Working…');
    progress(1, 2);
  });
  await stateOf(client, ({ progress: shown }) => shown?.value === 1);
  assert.equal(client.state.status?.text, 'Working…');
  const asked = within(() => ask('Go on?', { confirm: true }));
  await stateOf(client, ({ phase }) => phase === 'waiting');
  assert.equal((await client.sendAnswer(true)).accepted, true);
  assert.equal(await asked, true);
  finish('Built.');
  await ended(client);
  assert.deepEqual(
    [client.state.phase, client.state.summary, client.state.task?.status],
    ['completed', 'Built.', 'COMPLETED'],
  );
});

test('a stop that was clicked while offline reaches the runner', async (t) => {
  const server = await serve(t);
  const held = new HeldTasks();
  server.messenger.tasks.define(held.obedient);
  const proxy = await TcpProxy.start(server.port);
  t.after(() => proxy.close());
  const id = await make(server);
  const other = watch(server, id);
  const client = testClient({
    url: `ws://127.0.0.1:${proxy.port}/ws/tasks`,
    sessionId: id,
    reconnectDelay: () => 10,
  });
  t.after(() => client.disconnect());
  client.connect();
  const { task } = await held.begun();
  await live(client);
  proxy.refuses = true;
  proxy.cut();
  while (client.connection.status === 'live') await sleep(2);
  const stopped = client.cancel();
  await sleep(20);
  assert.equal(task.signal.aborted, false);
  assert.equal(client.state.task?.status, 'RUNNING', 'nothing is shown as done before the server said so');
  proxy.refuses = false;
  assert.equal((await stopped).accepted, true);
  assert.equal(task.signal.aborted, true);
  await ended(client);
  assert.equal(client.state.task?.status, 'CANCELLED');
  assert.deepEqual(await other.closed(), done);
  assert.equal(held.all.length, 1);
});

async function ended(client: ReturnType<typeof testClient>): Promise<void> {
  while (client.connection.status !== 'ended') await sleep(2);
}

test('a task takes no input, and says so', async (t) => {
  const server = await serve(t);
  const held = new HeldTasks();
  server.messenger.tasks.define(held.run);
  server.messenger.onInput(() => assert.fail('it is for sessions'));
  const page = watch(server, await make(server));
  t.after(() => page.close());
  await page.synced();
  await page.send({ type: 'input', ref: 'i', data: 1 });
  assert.deepEqual((await page.ack('i')).data, { ref: 'i', accepted: false, reason: 'a task takes no input' });
  await page.send('raw');
  await page.send({ type: 'ping', ref: 'p' });
  await page.ack('p');
});

test('sessions and tasks of the same name know nothing of each other', async (t) => {
  const server = await serve(t);
  const held = new HeldTasks();
  server.messenger.tasks.define(held.run);
  const id = await make(server);
  const [task, session] = [watch(server, id), new WireClient(`${server.url}/${id}`)];
  const { within } = await held.begun();
  await session.synced();
  within(() => addStatusMessage('of the task'));
  await task.status('of the task');
  await server.messenger.sendToSession(id, { type: 'status', data: 'of the session' });
  await session.status('of the session');
  assert.deepEqual([task.statuses, session.statuses], [['of the task'], ['of the session']]);
  await Promise.all([task.close(), session.close()]);
});
