import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { elementsOf, type Manifest } from '../../scripts/manifest/schema.js';
import { scratchFolder } from '../helpers/scratch.js';

const execute = promisify(execFile);
const root = fileURLToPath(new URL('../../', import.meta.url));
const typings = join(root, 'test/package/typings');

/** What the compiler has to say of a project. */
async function compile(project: string): Promise<string> {
  const run = execute(process.execPath, [join(root, 'node_modules/typescript/bin/tsc'), '-p', project]);
  return run.then(
    ({ stdout }) => stdout,
    ({ stdout }: { stdout: string }) => stdout,
  );
}

for (const framework of ['react-19', 'react-18', 'solid', 'svelte', 'vue']) {
  // In each file that is wrong is marked as such, which the compiler takes amiss where it finds nothing wrong.
  test(`the tags are typed for ${framework}: what is right is taken, and what is wrong is not`, async () => {
    assert.equal(await compile(join(typings, `tsconfig.${framework}.json`)), '');
  });
}

test('the manifest has every public member of the classes, and no other', async (t) => {
  const manifest: Manifest = JSON.parse(await readFile(join(root, 'dist/custom-elements.json'), 'utf8'));
  const lines = elementsOf(manifest).map(({ tagName, members }) => {
    const names = members.map(({ name }) => `'${name}'`).join(' | ');
    return `same<Own<'${tagName}'>, ${names}>(true);`;
  });
  const source = `
    import type { LitElement } from 'lit';
    import type { KitElements } from 'status-messenger/types/elements';
    type Own<Tag extends keyof KitElements> = Exclude<keyof KitElements[Tag]['element'], keyof LitElement | 'connectedMoveCallback' | 'ownSession' | 'prerendered'>;
    declare function same<A, B>(is: [A, B] extends [B, A] ? true : Exclude<A, B> | Exclude<B, A>): void;
    ${lines.join('\n')}
  `;
  // There nothing that the types need may be missing.
  assert.equal(await compileSource(t, source, { skipLibCheck: false }), '');
});

test("React's components take every property of their elements", async (t) => {
  const manifest: Manifest = JSON.parse(await readFile(join(root, 'dist/custom-elements.json'), 'utf8'));
  const lines = elementsOf(manifest).map(({ tagName, members }) => {
    const settable = members.filter(
      ({ kind, readonly, static: isStatic }) => kind === 'field' && !readonly && !isStatic,
    );
    const component = tagName.replace(/(^|-)([a-z])/g, (_, __, letter: string) => letter.toUpperCase());
    const names = settable.map(({ name }) => `'${name}'`).join(' | ');
    return `takes<ComponentProps<typeof kit.${component}>, ${names}>(true);`;
  });
  const source = `
    import type { ComponentProps } from 'react';
    import * as kit from 'status-messenger/react';
    declare function takes<Props, Names>(is: [Names] extends [keyof Props] ? true : Exclude<Names, keyof Props>): void;
    ${lines.join('\n')}
  `;
  assert.equal(await compileSource(t, source), '');
});

/** What the compiler has to say of a module within the package, from which its own name leads to the build. */
async function compileSource(t: TestContext, source: string, compilerOptions: object = {}): Promise<string> {
  const folder = scratchFolder();
  t.after(() => rm(folder, { recursive: true }));
  await writeFile(join(folder, 'source.ts'), source);
  const options = { extends: join(typings, 'tsconfig.json'), compilerOptions, files: ['source.ts'] };
  await writeFile(join(folder, 'tsconfig.json'), JSON.stringify(options));
  return compile(folder);
}
