import assert from 'node:assert/strict';
import { test } from 'node:test';
import { serve } from '../access/support.js';
import { HeldTasks, jsonOf, post, STORES, stateFrame, watch } from './tasks-support.js';

const NO_TASK = 'there is no such task';
const as = (user: string) => ({ headers: { authorization: `Bearer ${user}` } });

for (const [name, open] of STORES) {
  test(`${name}: a task that was made for one user is for no other one, who knows its id: there is none`, async (t) => {
    const server = await serve(t, {
      store: open(t),
      authorize: ({ token }) => (token === undefined ? false : { userId: token }),
    });
    const held = new HeldTasks();
    server.messenger.tasks.define(held.obedient);
    const { id } = await jsonOf(post(server, '/api/tasks', { input_prompt: 'x' }, as('ann')));
    const task = String(id);
    const cancel = JSON.stringify({ type: 'cancel', ref: 'c', data: {} });

    const answers = {
      shown: () => fetch(`${server.http}/api/tasks/${task}`, as('bob')),
      run: () => post(server, `/api/tasks/${task}/run`, undefined, as('bob')),
      cancelled: () => post(server, `/api/tasks/${task}/cancel`, undefined, as('bob')),
      'watched by SSE': () => fetch(`${server.http}/sse/tasks/${task}`, as('bob')),
      'spoken to by SSE': () => post(server, `/sse/tasks/${task}`, cancel, as('bob')),
    };
    for (const [what, ask] of Object.entries(answers)) {
      const answer = await ask();
      assert.equal(answer.status, 404, what);
      const { error } = (await answer.json()) as { error: { code: string; message: string; close?: number } };
      assert.equal(error.code, 'not_found', what);
      assert.equal(error.message, `status-messenger: ${NO_TASK}`, what);
      if (what.includes('SSE')) assert.equal(error.close, 4404, what);
      // As for one that does not exist.
      const missing = await fetch(answer.url.replace(task, 'unknown'), {
        method: what === 'shown' || what === 'watched by SSE' ? 'GET' : 'POST',
        ...(what === 'spoken to by SSE' ? { body: cancel } : {}),
        ...as('bob'),
      });
      assert.deepEqual([missing.status, await missing.json()], [404, { error }], what);
    }
    const closed = await watch(server, task, '?token=bob').closed();
    assert.deepEqual([closed.code, closed.reason], [4404, NO_TASK]);
    assert.deepEqual(await watch(server, 'unknown', '?token=bob').closed(), closed);
    assert.equal(held.all.length, 0, 'it was not begun by that');
    assert.equal(server.messenger.tasks.get(task)?.status, 'PENDING');

    const mine = watch(server, task, '?token=ann');
    t.after(() => mine.close());
    await stateFrame(mine, 'RUNNING');
    assert.equal((await post(server, `/sse/tasks/${task}`, cancel, as('bob'))).status, 404);
    assert.equal(server.messenger.tasks.get(task)?.status, 'RUNNING', 'a stranger does not stop it');
    assert.equal((await post(server, `/sse/tasks/${task}`, cancel, as('ann'))).status, 200);
    await stateFrame(mine, 'CANCELLED');
  });
}

test('a task that was made for nobody is for whoever is let in to it, and one that is somebody’s for who is let in without a name', async (t) => {
  const server = await serve(t, { authorize: ({ token }) => (token === undefined ? true : { userId: token }) });
  const held = new HeldTasks();
  const { tasks } = server.messenger;
  tasks.define(held.obedient);
  const nobodys = (await tasks.create('x')).id;
  const anns = (await tasks.create('x', { userId: 'ann' })).id;
  assert.equal((await fetch(`${server.http}/api/tasks/${nobodys}`, as('bob'))).status, 200);
  assert.equal((await fetch(`${server.http}/api/tasks/${anns}`)).status, 200);
  assert.equal((await fetch(`${server.http}/api/tasks/${anns}`, as('bob'))).status, 404);
});
