import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { listen } from '../helpers/server.js';

/** The folder of the package. */
export const root = fileURLToPath(new URL('../..', import.meta.url));

/** The code block behind `<!-- test: NAME -->` in the README, or in another file. */
export async function snippet(name: string, file = 'README.md'): Promise<string> {
  const readme = await readFile(join(root, file), 'utf8');
  const [, code] =
    new RegExp(`<!-- test: ${name.replace('.', '\\.')} -->\n\`\`\`\\w+\n([^]*?)\`\`\``).exec(readme) ?? [];
  assert.ok(code, `${file} has no block for ${name}`);
  return code;
}

/** Runs a snippet that is a part of a function, with what stands around it there. */
export async function runPart(name: string, around: { readonly [name: string]: unknown }): Promise<void> {
  const code = (await snippet(name)).replaceAll('import.meta.url', 'here');
  // The README is the project's own.
  const run = new Function(...Object.keys(around), `return (async () => {\n${code}\n})()`);
  await run(...Object.values(around));
}

/** A port that nobody has. */
export async function freePort(): Promise<number> {
  const server = createServer();
  const port = await listen(server);
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** The answer of a server that is still starting. */
export async function eventually(ask: () => Promise<Response>): Promise<Response> {
  for (let i = 0; i < 200; i++) {
    const answer = await ask().catch(() => undefined);
    if (answer) return answer;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  return ask();
}
