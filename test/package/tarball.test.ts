import assert from 'node:assert/strict';
import { copyFile, readFile, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { before, test } from 'node:test';
import { root } from './readme-snippet.js';
import { entries, execute, node, pack, project } from './tarball.js';

/** The versions of Node that the package is used under. */
const VERSIONS = [20, 22, 24, 26];
const SOURCE = join(root, 'test/package/consumer/every-entry.ts');
/** The optional packages that some entries are made for, and what a compiler needs to know of them. */
const WITH = [
  'react',
  'react-dom',
  '@types/react',
  '@types/react-dom',
  'vue',
  'svelte',
  '@angular/core',
  'rxjs',
  'jose',
  'libsql',
];

const executables = new Map(VERSIONS.map((major) => [major, node(major)]));
let folder: string;

before(async () => {
  ({ folder } = await project(await pack(), ...WITH));
  await copyFile(SOURCE, join(folder, 'every-entry.ts'));
});

/** Compiles the program as somebody does who has installed the package. */
async function compile(name: string, options: object): Promise<void> {
  const path = join(folder, `tsconfig.${name}.json`);
  const compilerOptions = { strict: true, target: 'ES2022', lib: ['ES2023', 'DOM'], types: ['node'], ...options };
  await writeFile(path, JSON.stringify({ compilerOptions, files: ['every-entry.ts'] }));
  const { stdout } = await execute(process.execPath, [join(root, 'node_modules/typescript/bin/tsc'), '-p', path]).catch(
    (error: { stdout: string }) => error,
  );
  assert.equal(stdout, '');
}

test('the program uses every entry', async () => {
  const source = await readFile(SOURCE, 'utf8');
  for (const entry of (await entries()).keys()) {
    if (entry.endsWith('/package.json')) continue;
    assert.ok(source.includes(`'${entry.replace('*', '')}${entry.endsWith('*') ? '' : "'"}`), entry);
  }
});

test('every entry has its types, for Node and for bundlers, also where the types of packages are checked', async () => {
  await Promise.all([
    compile('nodenext', { module: 'nodenext', skipLibCheck: false, exactOptionalPropertyTypes: true }),
    compile('bundler', { module: 'esnext', moduleResolution: 'bundler', noEmit: true }),
  ]);
});

test('a server is bundled also where the optional packages are not there', async () => {
  // The bundler that tsx brings: of those that look for every package it is the strictest.
  const esbuild = createRequire(createRequire(import.meta.url).resolve('tsx')).resolve('esbuild/bin/esbuild');
  const path = join(folder, 'bundled.mjs');
  await writeFile(
    path,
    `import { StatusMessenger } from 'status-messenger/server';
    const messenger = new StatusMessenger({ pubsub: { enabled: true, projectId: 'project-1', topicId: 'topic' } });
    await messenger.close();`,
  );
  const bundle = join(folder, 'bundle.cjs');
  const options = ['--bundle', '--platform=node', '--format=esm', '--log-level=warning', `--outfile=${bundle}`];
  const { stderr } = await execute(esbuild, [path, ...options, '--external:ws'], { cwd: folder });
  assert.equal(stderr, '');
});

for (const major of VERSIONS) {
  test(`every entry works under Node ${major}`, async (t) => {
    const executable = await executables.get(major);
    if (!executable) return t.skip(`Node ${major} is not here and could not be got from the registry`);
    const { stdout, stderr } = await execute(executable, ['every-entry.js'], { cwd: folder, timeout: 30_000 });
    assert.equal(stderr, '');
    const { status, ...rest } = JSON.parse(stdout);
    assert.match(status, new RegExp(`^Hello from Node ${major}\\.`));
    assert.deepEqual(rest, { summary: 'Delivered', markup: 'idle' });
  });
}
