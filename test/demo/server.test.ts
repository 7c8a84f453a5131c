import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { listen } from '../helpers/server.js';

const root = fileURLToPath(new URL('../..', import.meta.url));

async function freePort(): Promise<number> {
  const server = createServer();
  const port = await listen(server);
  await new Promise((resolve) => server.close(resolve));
  return port;
}

test('the demo serves its page without a client of Vite, which would reload it when the server starts again', async (t) => {
  const port = await freePort();
  const child = spawn(process.execPath, ['--import', 'tsx', 'demo/server.ts'], {
    cwd: root,
    env: { ...process.env, PORT: String(port), TSX_TSCONFIG_PATH: 'demo/tsconfig.json' },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  t.after(() => child.kill());
  await once(child.stdout, 'data');

  const at = (path: string) => fetch(`http://127.0.0.1:${port}${path}`);
  const page = await (await at('/')).text();
  assert.match(page, /<status-messenger>/);
  assert.doesNotMatch(page, /@vite/);
  assert.doesNotMatch(await (await at('/main.ts')).text(), /@vite\/client/);
  const nobody = await fetch(`http://127.0.0.1:${port}/demo/cut?session=demo-nobody&viewer=first`, { method: 'POST' });
  assert.equal(nobody.status, 404);
});
