import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { createServer } from 'node:http';
import { after, before, suite, test } from 'node:test';
import { browsers } from '../helpers/browsers.js';
import { listen } from '../helpers/server.js';
import { DemoPages, root } from './pages.js';
import { testConversation } from './parts/conversation.js';
import { testLive } from './parts/live.js';
import { testStories } from './parts/stories.js';

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

  const at = (path: string, options?: RequestInit) => fetch(`http://127.0.0.1:${port}${path}`, options);
  const page = await (await at('/')).text();
  assert.match(page, /main\.ts/);
  assert.doesNotMatch(page, /@vite/);
  assert.doesNotMatch(await (await at('/main.ts')).text(), /@vite\/client/);
  const nobody = await at('/demo/line?session=demo-nobody&viewer=first', { method: 'POST' });
  assert.equal(nobody.status, 404);
  const elsewhere = await at('/demo/restart', { method: 'POST', headers: { 'sec-fetch-site': 'cross-site' } });
  assert.equal(elsewhere.status, 403);
});

const hasChromium = browsers.some(({ name, paths }) => name === 'Chromium' && paths.some(existsSync));

// In one file, as two processes would prepare the same files of Vite at the same time.
suite('in a browser', { skip: hasChromium ? false : 'there is no Chromium' }, () => {
  let pages: DemoPages;
  before(async () => {
    pages = await DemoPages.open();
  });
  after(() => pages.close());

  testStories(() => pages);
  testLive(() => pages);
  testConversation(() => pages);
});
