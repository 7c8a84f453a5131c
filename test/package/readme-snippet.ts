import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { listen } from '../helpers/server.js';

/** The folder of the package. */
export const root = fileURLToPath(new URL('../..', import.meta.url));

/** The code block behind `<!-- test: NAME -->` in the README. */
export async function snippet(name: string): Promise<string> {
  const readme = await readFile(join(root, 'README.md'), 'utf8');
  const [, code] =
    new RegExp(`<!-- test: ${name.replace('.', '\\.')} -->\n\`\`\`\\w+\n([^]*?)\`\`\``).exec(readme) ?? [];
  assert.ok(code, `the README has no block for ${name}`);
  return code;
}

/** Runs a snippet that is a part of a function, with what stands around it there. */
export async function runPart(name: string, around: { readonly [name: string]: unknown }): Promise<void> {
  const code = (await snippet(name)).replaceAll('import.meta.url', 'here');
  // The README is the project's own.
  const run = new Function(...Object.keys(around), `return (async () => {\n${code}\n})()`);
  await run(...Object.values(around));
}

/** A port for a snippet that names one. */
export async function freePort(): Promise<number> {
  const server = createServer() as unknown as Parameters<typeof listen>[0];
  const port = await listen(server);
  await new Promise((resolve) => server.close(resolve));
  return port;
}
