import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

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
