import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { listen } from '../helpers/server.js';
import { WireClient } from '../helpers/wire-client.js';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** The code block behind `<!-- test: NAME -->` in the README. */
async function snippet(name: string): Promise<string> {
  const readme = await readFile(join(root, 'README.md'), 'utf8');
  const [, code] =
    new RegExp(`<!-- test: ${name.replace('.', '\\.')} -->\n\`\`\`\\w+\n([^]*?)\`\`\``).exec(readme) ?? [];
  assert.ok(code, `the README has no block for ${name}`);
  return code;
}

async function freePort(): Promise<number> {
  const server = createServer() as unknown as Parameters<typeof listen>[0];
  const port = await listen(server);
  await new Promise((resolve) => server.close(resolve));
  return port;
}

test("the README's first server runs as it stands, serves its page, and shows its work", async (t) => {
  const port = await freePort();
  // Within the package, so that its own name leads to the build.
  const folder = await mkdtemp(join(root, 'dist', 'readme-'));
  let child: ChildProcess | undefined;
  t.after(async () => {
    child?.kill();
    await rm(folder, { recursive: true });
  });
  const code = await snippet('server.mjs');
  await writeFile(
    join(folder, 'server.mjs'),
    code.replace('sleep(1000)', 'sleep(10)').replaceAll('3000', String(port)),
  );
  child = spawn(process.execPath, ['server.mjs'], { cwd: folder, stdio: ['ignore', 'inherit', 'inherit'] });

  const page = await eventually(() => fetch(`http://127.0.0.1:${port}/`));
  assert.match(await page.text(), /<status-messenger url="\/ws" session-id="my-session">/);
  const script = await fetch(`http://127.0.0.1:${port}/status-messenger.js`);
  assert.match(await script.text(), /customElements/);
  const viewer = new WireClient(`ws://127.0.0.1:${port}/ws/my-session`);
  assert.deepEqual((await viewer.type('complete')).data, { summary: 'All ten chapters are read.' });
  assert.equal(viewer.statuses.length, 10);
  await viewer.close();
});

/** The answer of a server that is still starting. */
async function eventually(ask: () => Promise<Response>): Promise<Response> {
  for (let i = 0; i < 200; i++) {
    const answer = await ask().catch(() => undefined);
    if (answer) return answer;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  return ask();
}
