import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { isObject } from '../../protocol/index.js';
import { scratchFolder } from '../helpers/scratch.js';
import { WireClient } from '../helpers/wire-client.js';
import { eventually, freePort, snippet } from './readme-snippet.js';

/** A snippet that is a server, in a folder of its own, which can be started more than once. */
async function prepare(t: TestContext, name: string, file = 'README.md') {
  const port = await freePort();
  // Within the package, so that its own name leads to the build.
  const folder = scratchFolder();
  const children: ChildProcess[] = [];
  t.after(async () => {
    for (const child of children) child.kill('SIGKILL');
    await rm(folder, { recursive: true });
  });
  const code = await snippet(name, file);
  await writeFile(join(folder, name), code.replace('sleep(1000)', 'sleep(10)').replaceAll('3000', String(port)));
  return {
    port,
    start(environment: Record<string, string> = {}): ChildProcess {
      const child = spawn(process.execPath, [name], {
        cwd: folder,
        stdio: ['ignore', 'inherit', 'inherit'],
        env: { ...process.env, ...environment },
      });
      children.push(child);
      return child;
    },
  };
}

test("the README's first server runs as it stands, serves its page, and shows its work", async (t) => {
  const { port, start } = await prepare(t, 'server.mjs');
  start();
  const page = await eventually(() => fetch(`http://127.0.0.1:${port}/`));
  assert.match(await page.text(), /<status-messenger url="\/ws" session-id="my-session">/);
  const script = await fetch(`http://127.0.0.1:${port}/status-messenger.js`);
  assert.match(await script.text(), /customElements/);
  const viewer = new WireClient(`ws://127.0.0.1:${port}/ws/my-session`);
  assert.deepEqual((await viewer.type('complete')).data, { summary: 'All ten chapters are read.' });
  assert.equal(viewer.statuses.length, 10);
  await viewer.close();
});

test('the server of llms.txt runs as it stands, asks, and goes on with the answer', async (t) => {
  const { port, start } = await prepare(t, 'server.mjs', 'llms.txt');
  start();
  await eventually(() => fetch(`http://127.0.0.1:${port}/`));
  const viewer = new WireClient(`ws://127.0.0.1:${port}/ws/my-session`);
  const { data } = await viewer.type('question');
  assert.ok(isObject(data));
  await viewer.send({ type: 'answer', ref: 'r', data: { questionId: data.questionId, answer: 'red' } });
  assert.deepEqual((await viewer.type('complete')).data, { summary: 'Painted in red.' });
  await viewer.close();
});

test("the README's tokens let their page in and nobody else", async (t) => {
  const { port, start } = await prepare(t, 'tokens.mjs');
  start({ TOKEN_SECRET: 'a secret of thirty-two bytes or more' });
  const token = await (await eventually(() => fetch(`http://127.0.0.1:${port}/token`))).text();
  const url = `ws://127.0.0.1:${port}/ws/my-session`;
  const welcome = new WireClient(`${url}?token=${token}`);
  const { data } = await welcome.type('connected');
  assert.deepEqual(Object.keys((data as { channels: object }).channels), ['session:my-session', 'user:ada']);
  await welcome.close();
  assert.deepEqual(await new WireClient(url).closed(), { code: 4401, reason: 'a token is needed' });
});

test("the README's durable server keeps its sessions through a kill and an orderly end", async (t) => {
  const { port, start } = await prepare(t, 'durable.mjs');
  const KEY = { STATUS_MESSENGER_API_KEY: 'the key' };
  const http = `http://127.0.0.1:${port}`;
  const publish = (data: string) =>
    fetch(`${http}/api/messages`, {
      method: 'POST',
      headers: { authorization: 'Bearer the key' },
      body: JSON.stringify({ session_id: 's', type: 'status', data }),
    });
  const killed = start(KEY);
  await eventually(() => fetch(`${http}/healthz`));
  const { id } = (await (await publish('first')).json()) as { id: string };
  await publish('second');
  killed.kill('SIGKILL');
  await once(killed, 'exit');

  const ended = start(KEY);
  await eventually(() => fetch(`${http}/healthz`));
  const page = new WireClient(`ws://127.0.0.1:${port}/ws/s?after=${id}`);
  await page.synced();
  assert.deepEqual(page.statuses, ['second']);
  ended.kill('SIGTERM');
  assert.equal((await page.closed()).code, 1012);
  assert.deepEqual(await once(ended, 'exit'), [0, null]);
});
