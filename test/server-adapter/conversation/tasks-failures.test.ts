import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ManualClock } from '../../../components/testing/index.js';
import { LIMITS } from '../../../protocol/index.js';
import { MemoryStore, PublicError } from '../../../server-adapter/index.js';
import { startServer } from '../../helpers/server.js';
import { serve } from '../access/support.js';
import { closeWith, timeOf, until } from '../support.js';
import { dataOf, HeldTasks, make, statesOf, watch } from './tasks-support.js';

/** A store that fails when the test says so. */
class FailingStore extends MemoryStore {
  fails: 'transact' | 'peek' | 'lapsed' | undefined;

  override transact(...args: Parameters<MemoryStore['transact']>) {
    this.#check('transact');
    return super.transact(...args);
  }
  override peek(...args: Parameters<MemoryStore['peek']>) {
    this.#check('peek');
    return super.peek(...args);
  }
  override lapsed() {
    this.#check('lapsed');
    return super.lapsed();
  }
  #check(call: string): void {
    if (this.fails === call) throw new Error('the disk is full');
  }
}

test('an end that could not be stored at once is stored later: the task does not run for ever', async (t) => {
  const clock = new ManualClock();
  const store = new FailingStore();
  const server = await startServer({ store, clock: timeOf(clock), heartbeat: 3_600_000 });
  t.after(() => closeWith(clock, server));
  const held = new HeldTasks();
  server.messenger.tasks.define(held.run);
  const id = await make(server);
  const page = watch(server, id);
  const { finish } = await held.begun();
  await page.synced();
  store.fails = 'transact';
  finish('Built.');
  await until(() => server.log.with('could not be stored').length === 1);
  clock.advance(1000);
  await until(() => server.log.with('could not be stored').length === 2);
  assert.equal(server.messenger.tasks.get(id)?.status, 'RUNNING');
  store.fails = undefined;
  clock.advance(1000);
  assert.equal((await page.closed()).code, 1000);
  assert.deepEqual(dataOf(page, 'complete'), [{ summary: 'Built.' }]);
  assert.equal(server.messenger.tasks.get(id)?.status, 'COMPLETED');
});

test('a server whose store fails as it leaves leaves all the same', async (t) => {
  const store = new FailingStore();
  const server = await serve(t, { store });
  const held = new HeldTasks();
  server.messenger.tasks.define(held.obedient);
  const page = watch(server, await make(server));
  await held.begun();
  await page.synced();
  store.fails = 'transact';
  await server.messenger.close();
  await page.closed();
  assert.equal(server.log.with('the disk is full').length, 1);
});

test('what cannot be read of a task ends its viewer, not the server', async (t) => {
  const store = new FailingStore();
  const server = await serve(t, { store });
  server.messenger.tasks.define(() => assert.fail('it began'));
  const id = await make(server);
  store.fails = 'peek';
  assert.equal((await watch(server, id).closed()).code, 1013);
  assert.equal((await fetch(`${server.http}/api/tasks/${id}`)).status, 500);
  store.fails = undefined;
  assert.equal((await fetch(`${server.http}/api/tasks/${id}`)).status, 200);
});

test('that interrupted tasks cannot be looked for is said, and harms nobody', async (t) => {
  const clock = new ManualClock();
  const store = new FailingStore();
  const server = await startServer({ store, clock: timeOf(clock), heartbeat: 3_600_000 });
  t.after(() => closeWith(clock, server));
  server.messenger.tasks.define(() => {});
  store.fails = 'lapsed';
  for (let i = 0; i < 5; i++) clock.advance(10_000);
  assert.equal(server.log.with('the disk is full').length, 1);
});

test('a summary, and a public message, of any length end the task: they are cut', async (t) => {
  const server = await serve(t);
  const long = 'x'.repeat(3 * LIMITS.message);
  server.messenger.tasks.define(({ input_prompt }) => {
    if (input_prompt === 'throw') throw new PublicError(long);
    return long;
  });
  for (const [prompt, status, type] of [
    ['return', 'COMPLETED', 'complete'],
    ['throw', 'FAILED', 'error'],
  ] as const) {
    const page = watch(server, await make(server, prompt));
    assert.equal((await page.closed()).code, 1000);
    assert.equal(statesOf(page).at(-1)?.status, status);
    const [end] = dataOf(page, type) as Array<{ summary?: string; message?: string }>;
    assert.match(end?.summary ?? end?.message ?? '', /^x{1000,}/);
  }
});

test('what a runner answers beside a text is no summary, and harms nothing', async (t) => {
  const server = await serve(t);
  const answers: unknown[] = [undefined, null, 5, {}, 10n, Symbol('s'), () => {}, ''];
  server.messenger.tasks.define(({ input_prompt }) => answers[Number(input_prompt)]);
  for (const [i, answer] of answers.entries()) {
    const id = await make(server, `${i}`);
    await watch(server, id).closed();
    const info = server.messenger.tasks.get(id);
    assert.deepEqual([info?.status, info?.summary], ['COMPLETED', answer === '' ? '' : null]);
  }
});
