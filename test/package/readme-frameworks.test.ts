import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { scratchFolder } from '../helpers/scratch.js';
import { WireClient } from '../helpers/wire-client.js';
import { eventually, freePort, runPart, snippet } from './readme-snippet.js';

const KEY = 'the key';

/** A server of the README as it stands, in a folder within the package, so that its own name leads to the build. */
async function start(t: TestContext, name: string): Promise<string> {
  const port = await freePort();
  const folder = scratchFolder();
  t.after(() => rm(folder, { recursive: true }));
  await writeFile(join(folder, 'work.mjs'), await snippet('work.mjs'));
  await writeFile(join(folder, name), (await snippet(name)).replace('3000', String(port)));
  const child = spawn(process.execPath, [name], {
    cwd: folder,
    stdio: ['ignore', 'inherit', 'inherit'],
    env: { ...process.env, STATUS_MESSENGER_API_KEY: KEY },
  });
  t.after(() => child.kill('SIGKILL'));
  const http = `http://127.0.0.1:${port}`;
  await eventually(() => fetch(`${http}/healthz`));
  return http;
}

for (const name of ['express', 'fastify', 'hono', 'http']) {
  test(`the README's server with ${name}: routes, sockets, streams and work that a request begins, on one port`, async (t) => {
    const http = await start(t, `with-${name}.mjs`);
    const pages = ['/ws/s', '/sse/s', '/ws/other'].map((path) => {
      const page = new WireClient((path.startsWith('/ws') ? http.replace('http', 'ws') : http) + path);
      t.after(() => page.close());
      return page;
    });
    await Promise.all(pages.map((page) => page.synced()));
    assert.equal(await (await fetch(http)).text(), 'My page');

    const work = (headers: Record<string, string>, body: string | null = null) =>
      fetch(`${http}/work`, { method: 'POST', headers, body });
    const json = { 'content-type': 'application/json' };
    assert.equal((await work({ 'x-session-id': 's', ...json }, '{"a":1}')).status, 204);
    const [socket, stream, other] = pages;
    for (const page of [socket, stream]) {
      await page?.status('Working…');
      assert.deepEqual((await page?.type('complete'))?.data, { summary: 'Done.' });
    }

    const refused = await work({ 'x-session-id': 'no id' });
    assert.equal(refused.status, 400);
    assert.match(await refused.text(), /session id: expected 1–128 characters/);
    assert.equal((await work({ 'x-session-id': 'other', origin: 'https://evil.example' })).status, 403);
    assert.equal((await work({})).status, 204);

    const published = await fetch(`${http}/api/messages`, {
      method: 'POST',
      headers: { authorization: `Bearer ${KEY}`, ...json },
      body: '{"session_id":"other","type":"status","data":"last"}',
    });
    assert.equal(published.status, 201);
    await other?.status('last');
    assert.deepEqual(other?.statuses, ['last']);
  });
}

test("the README's cookie names the session", async () => {
  let named: unknown;
  type Options = { sessionId(request: { headers: { cookie?: string } }): unknown };
  const sessionMiddleware = ({ sessionId }: Options) => {
    named = [sessionId({ headers: { cookie: 'a=b; sid=abc; c=d' } }), sessionId({ headers: {} })];
  };
  await runPart('cookie', { messenger: { sessionMiddleware } });
  assert.deepEqual(named, ['abc', undefined]);
});
