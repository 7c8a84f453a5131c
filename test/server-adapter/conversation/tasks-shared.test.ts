import assert from 'node:assert/strict';
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, type TestContext, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { build } from 'vite';
import { ManualClock } from '../../../components/testing/index.js';
import { addStatusMessage, ask, complete, progress } from '../../../server-adapter/index.js';
import { startServer, type TestServer } from '../../helpers/server.js';
import type { WireClient } from '../../helpers/wire-client.js';
import { serve } from '../access/support.js';
import { directory } from '../stores/support.js';
import { closeWith, timeOf, until } from '../support.js';
import { fileOf, passUntil } from './support.js';
import {
  dataOf,
  HeldTasks,
  make,
  post,
  sqliteAt,
  stateFrame,
  statesOf,
  taskInSnapshot,
  watch,
} from './tasks-support.js';

// Servers that share a file, as while one takes over from another.

const done = { code: 1000, reason: 'done' };
const LEASE = 300;
/** The server that is killed, as one plain file: so it starts in a moment. */
const bundled = mkdtempSync(join(tmpdir(), 'status-messenger-'));
before(() =>
  build({
    configFile: false,
    logLevel: 'silent',
    ssr: { noExternal: true },
    build: {
      ssr: fileURLToPath(new URL('tasks-child.ts', import.meta.url)),
      outDir: bundled,
      rolldownOptions: { output: { entryFileNames: 'child.mjs' } },
    },
  }),
);
after(() => rmSync(bundled, { recursive: true }));

/** Servers of one file in this process: to SQLite that is the same as in several. */
async function pair(t: TestContext, options: Parameters<TestServer['messenger']['tasks']['define']>[1] = {}) {
  const file = join(directory(t), 'tasks.db');
  const held = [new HeldTasks(), new HeldTasks()] as const;
  const servers = [
    await serve(t, { store: sqliteAt(file, { lease: LEASE }) }),
    await serve(t, { store: sqliteAt(file, { lease: LEASE }) }),
  ] as const;
  for (const [i, { messenger }] of servers.entries()) messenger.tasks.define(held[i === 0 ? 0 : 1].obedient, options);
  return { file, servers, held };
}

test('of two servers one carries a task out, though their viewers come in the same instant; all see it', async (t) => {
  const { servers, held } = await pair(t);
  for (let round = 0; round < 2; round++) {
    const id = await make(servers[round % 2 === 0 ? 0 : 1]);
    const pages = Array.from({ length: 25 }, (_, i) => watch(servers[i % 2 === 0 ? 0 : 1], id));
    for (const page of pages) await page.synced();
    await until(() => held[0].all.length + held[1].all.length > round);
    const runner = [...held[0].all, ...held[1].all].find(({ task }) => task.id === id);
    assert.ok(runner);
    runner.within(() => addStatusMessage('working'));
    for (const page of pages) await page.status('working');
    runner.finish('Built.');
    for (const page of pages) {
      assert.deepEqual(await page.closed(), done);
      assert.equal(statesOf(page).at(-1)?.status, 'COMPLETED');
    }
    for (const { messenger } of servers) assert.equal(messenger.tasks.get(id)?.summary, 'Built.');
    assert.equal(held[0].all.length + held[1].all.length, round + 1);
  }
});

test('run at both servers at once, and again after its end, it runs once', async (t) => {
  const { servers, held } = await pair(t);
  const id = await make(servers[0]);
  await Promise.all([...servers, ...servers].map((server) => post(server, `/api/tasks/${id}/run`)));
  await until(() => held[0].all.length + held[1].all.length > 0);
  const [runner] = [...held[0].all, ...held[1].all];
  runner?.finish('Built.');
  await until(() => servers[1].messenger.tasks.get(id)?.status === 'COMPLETED');
  for (const server of servers) {
    await post(server, `/api/tasks/${id}/run`);
    const page = watch(server, id);
    assert.deepEqual(await page.closed(), done);
    assert.equal(taskInSnapshot(page), 'COMPLETED');
  }
  assert.equal(held[0].all.length + held[1].all.length, 1);
});

test('a stop at the other server reaches the runner: from a page there, and where nobody watches', async (t) => {
  const { servers, held } = await pair(t);
  const [a, b] = servers;
  for (const how of ['page', 'http'] as const) {
    const id = await make(a);
    const watching = watch(a, id);
    await held[0].begun(held[0].all.length + 1);
    if (how === 'page') {
      const page = watch(b, id);
      await page.synced();
      await page.send({ type: 'cancel', ref: 'c', data: {} });
      assert.deepEqual((await page.ack('c')).data, { ref: 'c', accepted: true });
      assert.deepEqual(await page.closed(), done);
      assert.equal(statesOf(page).at(-1)?.status, 'CANCELLED');
    } else assert.equal((await post(b, `/api/tasks/${id}/cancel`)).status, 200);
    assert.deepEqual(await watching.closed(), done);
    assert.equal(statesOf(watching).at(-1)?.status, 'CANCELLED');
    assert.equal(b.messenger.tasks.get(id)?.status, 'CANCELLED');
  }
  assert.equal(held[1].all.length, 0);
});

test('stopped at one server before it began at the other, it never begins; begun in the same instant it is stopped', async (t) => {
  const { servers, held } = await pair(t);
  const [a, b] = servers;
  const first = await make(a);
  await post(b, `/api/tasks/${first}/cancel`);
  assert.deepEqual(await watch(a, first).closed(), done);
  assert.equal(held[0].all.length, 0);
  for (let i = 0; i < 10; i++) {
    const id = await make(a);
    await Promise.all(
      i % 2 === 0
        ? [a.messenger.tasks.run(id), b.messenger.tasks.cancel(id)]
        : [b.messenger.tasks.cancel(id), a.messenger.tasks.run(id)],
    );
    await until(() => b.messenger.tasks.get(id)?.status === 'CANCELLED');
    assert.equal(a.messenger.tasks.get(id)?.status, 'CANCELLED');
  }
});

test('a question is answered at the other server', async (t) => {
  const { servers, held } = await pair(t);
  const [a, b] = servers;
  const id = await make(a);
  const watching = watch(a, id);
  const { within, finish } = await held[0].begun();
  const page = watch(b, id);
  const asked = within(() => ask('Which?'));
  await stateFrame(page, 'WAITING');
  await page.send({ answer: 'this' });
  finish(await asked);
  for (const one of [watching, page]) {
    assert.deepEqual(await one.closed(), done);
    assert.deepEqual(dataOf(one, 'complete'), [{ summary: 'this' }]);
  }
});

// Servers that end

test('a server that leaves says of its tasks that they were interrupted, and their viewers know', async (t) => {
  const { servers, held } = await pair(t);
  const [a, b] = servers;
  const id = await make(a);
  const page = watch(a, id);
  const other = watch(b, id);
  const { task, within } = await held[0].begun();
  within(() => progress(3, 4));
  await page.frame(({ type }) => type === 'progress');
  await a.messenger.close();
  assert.equal(task.signal.aborted, true);
  for (const one of [page, other]) {
    assert.deepEqual(await one.closed(), done);
    assert.deepEqual(statesOf(one).at(-1), { taskId: id, status: 'FAILED', progress: { value: 3, max: 4 } });
    assert.deepEqual(dataOf(one, 'error'), [
      { message: 'The server ended while the task ran.', code: 'interrupted', fatal: true },
    ]);
  }
  assert.equal(b.messenger.tasks.get(id)?.status, 'FAILED');
  assert.equal(held[1].all.length, 0);
  assert.deepEqual(
    a.log.lines.filter((line) => !line.startsWith('debug')),
    [],
    'a server that leaves is no trouble',
  );
});

test('one that is slow to stop, and one that waits for an answer, are interrupted the same; nothing is logged of it', async (t) => {
  const { servers, held } = await pair(t);
  const [a, b] = servers;
  a.messenger.onSession(() => {});
  const slow = await make(a, 'slow');
  const asking = await make(a, 'asking');
  const pages = [watch(a, slow), watch(a, asking)];
  const [first, second] = [await held[0].begun(1), await held[0].begun(2)];
  const asker = first.task.id === asking ? first : second;
  const asked = asker.within(() => ask('Which?')).then(asker.finish, asker.fail);
  await pages[1]?.type('question');
  await a.messenger.close();
  await asked;
  for (const page of pages) await page.closed();
  await sleep(20);
  for (const id of [slow, asking]) {
    const info = b.messenger.tasks.get(id);
    assert.deepEqual([info?.status, info?.error], ['FAILED', 'The server ended while the task ran.']);
  }
  assert.deepEqual(
    a.log.lines.filter((line) => !line.startsWith('debug')),
    [],
  );
});

test('with `restart` a task whose server leaves is run again by another one, though nobody watches', async (t) => {
  const file = join(directory(t), 'tasks.db');
  const first = await serve(t, { store: sqliteAt(file, { lease: LEASE }) });
  const held = new HeldTasks();
  first.messenger.tasks.define(held.obedient, { interrupted: 'restart' });
  const id = await make(first, 'again');
  const page = watch(first, id);
  await held.begun();
  await page.synced();
  await first.messenger.close();
  const { code } = await page.closed();
  assert.equal(code, 1012, 'it is not over');
  const second = await serve(t, { store: sqliteAt(file, { lease: LEASE }) });
  assert.equal(second.messenger.tasks.get(id)?.status, 'RUNNING');
  const again = new HeldTasks();
  second.messenger.tasks.define(again.obedient, { interrupted: 'restart' });
  const { task, finish } = await again.begun();
  assert.deepEqual([task.id, task.input_prompt], [id, 'again']);
  const returned = watch(second, id);
  await returned.synced();
  finish('Built.');
  assert.deepEqual(await returned.closed(), done);
  assert.equal(second.messenger.tasks.get(id)?.status, 'COMPLETED');
  assert.equal(again.all.length, 1);
});

// Servers that are killed

interface Victim {
  readonly child: ChildProcess;
  readonly url: string;
  readonly http: string;
}

async function victim(t: TestContext, file: string, interrupted: 'fail' | 'restart'): Promise<Victim> {
  const env = { ...process.env, NODE_PATH: fileURLToPath(new URL('../../../node_modules', import.meta.url)) };
  const child = fork(join(bundled, 'child.mjs'), [file, `${LEASE}`, interrupted], { execArgv: [], env });
  t.after(() => child.kill('SIGKILL'));
  const [port] = await Promise.race([once(child, 'message'), once(child, 'exit').then(() => assert.fail('it ended'))]);
  return { child, url: `ws://127.0.0.1:${port}/ws`, http: `http://127.0.0.1:${port}` };
}

async function kill({ child }: Victim): Promise<void> {
  child.kill('SIGKILL');
  await once(child, 'exit');
}

/** A server that dies, and one that lives, of the same file. */
async function withVictim(t: TestContext, interrupted: 'fail' | 'restart') {
  const file = join(directory(t), 'tasks.db');
  const dies = await victim(t, file, interrupted);
  const lives = await serve(t, { store: sqliteAt(file, { lease: LEASE }) });
  const at = (server: Victim) => ({ ...lives, ...server });
  return { file, dies, lives, at };
}

// Most of their time is a lease that has to run out.
describe('killed', { concurrency: 5 }, () => {
  test('a task whose server is killed is shown as failed, to those who watch and to those who come', async (t) => {
    const { dies, lives, at } = await withVictim(t, 'fail');
    lives.messenger.tasks.define(() => assert.fail('it was begun again'));
    const id = await make(at(dies), 'runs');
    const page: WireClient = watch(at(dies), id);
    await page.status(`${dies.child.pid} works`);
    const other = watch(lives, id);
    await other.synced();
    assert.equal(lives.messenger.tasks.get(id)?.status, 'RUNNING');
    const killed = performance.now();
    await kill(dies);
    await page.closed();
    assert.deepEqual(await other.closed(), done);
    const took = performance.now() - killed;
    assert.ok(took < LEASE + 2000, `${took} ms`);
    assert.equal(statesOf(other).at(-1)?.status, 'FAILED');
    assert.deepEqual(dataOf(other, 'error'), [
      { message: 'The server ended while the task ran.', code: 'interrupted', fatal: true },
    ]);
    const last = page.frames.filter(({ id }) => id).at(-1)?.id;
    const returned = watch(lives, id, `?after=${last}`);
    assert.deepEqual(await returned.closed(), done);
    assert.equal(statesOf(returned).at(-1)?.status, 'FAILED');
    const info = lives.messenger.tasks.get(id);
    assert.deepEqual([info?.status, info?.error], ['FAILED', 'The server ended while the task ran.']);
  });

  test('… also where nobody watches, at the next sweep; and a stop that comes too late for it stands', async (t) => {
    const file = join(directory(t), 'tasks.db');
    const dies = await victim(t, file, 'fail');
    const clock = new ManualClock(Date.now());
    const lives = await startServer({ store: sqliteAt(file, { lease: LEASE }), clock: timeOf(clock) });
    t.after(() => closeWith(clock, lives));
    lives.messenger.tasks.define(() => assert.fail('it was begun again'));
    const ids = [await make({ ...lives, ...dies }), await make({ ...lives, ...dies })] as const;
    for (const id of ids) assert.equal((await lives.messenger.tasks.get(id))?.status, 'PENDING');
    for (const id of ids) await post({ ...lives, ...dies }, `/api/tasks/${id}/run`);
    await kill(dies);
    // Nobody knows yet that the server is gone.
    const cancelled = await post(lives, `/api/tasks/${ids[1]}/cancel`);
    assert.equal(cancelled.status, 200);
    await sleep(LEASE + 50);
    clock.advance(10_000);
    await until(() => lives.messenger.tasks.get(ids[0])?.status === 'FAILED');
    await until(() => lives.messenger.tasks.get(ids[1])?.status !== 'RUNNING');
    assert.equal(lives.messenger.tasks.get(ids[1])?.status, 'CANCELLED');
  });

  test('with `restart` it is run again, from its beginning, and nothing is asked twice', async (t) => {
    const { dies, lives, at } = await withVictim(t, 'restart');
    const runs: string[] = [];
    lives.messenger.tasks.define(
      async ({ input_prompt }) => {
        runs.push(input_prompt);
        return `The answer was ${await ask('Which?', { key: 'which' })}.`;
      },
      { interrupted: 'restart' },
    );
    const id = await make(at(dies), 'asks');
    const first = watch(at(dies), id);
    const question = await first.type('question');
    const page = watch(lives, id);
    await page.synced();
    await kill(dies);
    await first.closed();
    await until(() => runs.length > 0);
    await page.send({
      type: 'answer',
      ref: 'a',
      data: { questionId: (question.data as { questionId: string }).questionId, answer: '7' },
    });
    assert.deepEqual((await page.ack('a')).data, { ref: 'a', accepted: true });
    assert.deepEqual(await page.closed(), done);
    assert.deepEqual(dataOf(page, 'complete'), [{ summary: 'The answer was 7.' }]);
    assert.deepEqual(dataOf(page, 'question'), [], 'it stood in the snapshot, and was not asked anew');
    assert.deepEqual(runs, ['asks']);
  });

  test('a stop that was asked for while its server was dead is carried out: it is not run again', async (t) => {
    const { dies, lives, at } = await withVictim(t, 'restart');
    lives.messenger.tasks.define(() => assert.fail('it was begun again'), { interrupted: 'restart' });
    const id = await make(at(dies), 'runs');
    const first = watch(at(dies), id);
    await first.status(`${dies.child.pid} works`);
    const page = watch(lives, id);
    await page.synced();
    await kill(dies);
    await page.send({ type: 'cancel', ref: 'c', data: {} });
    assert.deepEqual((await page.ack('c')).data, { ref: 'c', accepted: true });
    assert.deepEqual(await page.closed(), done);
    assert.equal(lives.messenger.tasks.get(id)?.status, 'CANCELLED');
    assert.deepEqual(dataOf(page, 'error'), []);
  });

  test('tasks that came to their end before their server was killed stay as they ended', async (t) => {
    const { dies, lives, at } = await withVictim(t, 'restart');
    lives.messenger.tasks.define(() => assert.fail('it was begun again'), { interrupted: 'restart' });
    const ids = await Promise.all(Array.from({ length: 10 }, () => make(at(dies), 'short')));
    for (const id of ids) assert.deepEqual(await watch(at(dies), id).closed(), done);
    const pending = await make(at(dies), 'never begun');
    await kill(dies);
    await sleep(LEASE);
    lives.messenger.tasks.sweep();
    for (const id of ids) {
      const page = watch(lives, id);
      assert.deepEqual(await page.closed(), done);
      assert.equal(lives.messenger.tasks.get(id)?.status, 'COMPLETED');
    }
    assert.equal(lives.messenger.tasks.get(pending)?.status, 'PENDING');
  });
});

test('a task that had said its end when its server died has ended so, also where it could be run again', async (t) => {
  for (const interrupted of ['fail', 'restart'] as const) {
    const { open } = fileOf(t, { lease: LEASE });
    const [a, b] = [await open(new ManualClock()), await open(new ManualClock())];
    let runs = 0;
    for (const { messenger } of [a, b]) {
      messenger.tasks.define(
        () => {
          runs++;
          complete('Built.');
          return new Promise(() => {});
        },
        { interrupted },
      );
    }
    const { id } = await a.messenger.tasks.create('x');
    await a.messenger.tasks.run(id);
    await until(() => a.messenger.tasks.get(id)?.summary === 'Built.');
    // a stands from here on.
    await passUntil(() => b.messenger.tasks.get(id)?.status !== 'RUNNING', b.clock);
    const { status, summary, error } = b.messenger.tasks.get(id) ?? {};
    assert.deepEqual([status, summary, error, runs], ['COMPLETED', 'Built.', null, 1]);
  }
});
