import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { SourceMap } from 'node:module';
import { dirname, join } from 'node:path';
import { before, test } from 'node:test';
import { checkPackage, createPackageFromTarballData } from '@arethetypeswrong/core';
import { publint } from 'publint';
import { formatMessage } from 'publint/utils';
import { execute, expanded, pack, temporaryFolder } from './tarball.js';

/** What the package weighs in bytes, unpacked and without source maps: where it is to come, and what it was last and a hundredth. It goes down, but for what users were promised. */
// Grown by what a server's modules need to be read by line: Node shows the line that an error comes from.
const WEIGHT = { asked: 400_000, budget: 1_250_000 };

let tarball: Buffer;
let folder: string;
let files: readonly string[];

before(async () => {
  const path = await pack();
  tarball = await readFile(path);
  folder = join(await temporaryFolder(), 'package');
  await execute('tar', ['-xzf', path, '-C', dirname(folder)]);
  const { stdout } = await execute('find', ['.', '-type', 'f'], { cwd: folder });
  files = stdout
    .trim()
    .split('\n')
    .map((file) => file.slice(2))
    .sort();
});

const read = (file: string) => readFile(join(folder, file), 'utf8');

test('nothing is published but the build and what people read of it', () => {
  const others = files.filter((file) => !/^dist\/[\w/-]+\.(js|js\.map|d\.ts)$/.test(file));
  const forEditors = ['custom-elements', 'vscode.css-data', 'vscode.html-data', 'web-types'];
  assert.deepEqual(others, [
    'CHANGELOG.md',
    'LICENSE',
    'PROTOCOL.md',
    'README.md',
    'SECURITY.md',
    ...forEditors.map((name) => `dist/${name}.json`),
    'llms.txt',
    'package.json',
  ]);
  assert.ok(!files.includes('dist/components/cdn.js'));
});

test('the package is light', async () => {
  const published = await Promise.all(files.filter((file) => !file.endsWith('.map')).map(read));
  const bytes = published.reduce((sum, text) => sum + Buffer.byteLength(text), 0);
  const note = bytes > WEIGHT.asked ? `, asked are ${WEIGHT.asked}` : '';
  console.log(`the package: ${bytes} bytes without source maps${note}`);
  assert.ok(bytes <= WEIGHT.budget, `got ${bytes} bytes, expected at most ${WEIGHT.budget}${note}`);
});

test('publint has nothing to say', async () => {
  const data = tarball.buffer.slice(tarball.byteOffset, tarball.byteOffset + tarball.byteLength);
  const { messages, pkg } = await publint({ pack: { tarball: data as ArrayBuffer }, strict: true });
  assert.deepEqual(
    messages.map((message) => formatMessage(message, pkg, { color: false })),
    [],
  );
});

test('the types of every entry are right, for Node and for bundlers', async () => {
  const entrypoints = (await expanded(files)).map((entry) => `.${entry.slice('status-messenger'.length)}`);
  const result = await checkPackage(createPackageFromTarballData(tarball), { entrypoints });
  assert.ok(result.types);
  // A package of modules alone: `require` of them is Node's business, and Node 10 is no more.
  const problems = result.problems.filter(
    (problem) => !('resolutionKind' in problem && ['node10', 'node16-cjs'].includes(problem.resolutionKind)),
  );
  assert.deepEqual(problems, []);
});

test('source maps lead from every module to the line it was made of, and bring the sources', async () => {
  let literals = 0;
  for (const file of files.filter((name) => name.endsWith('.js'))) {
    const code = await read(file);
    const [, url] = /\n\/\/# sourceMappingURL=(\S+)\s*$/.exec(code) ?? [];
    const map = JSON.parse(await read(join(dirname(file), url ?? `${file} has no map`)));
    assert.equal(map.sourcesContent?.length, map.sources.length, file);
    assert.ok(
      map.sourcesContent.every((source: unknown) => typeof source === 'string'),
      file,
    );
    if (map.sources.length !== 1) continue;
    const [source] = map.sourcesContent;
    const lines = source.split('\n');
    const traced = new SourceMap(map);
    for (const [at, literal] of literalsOf(code)) {
      // One that stands there more than once tells nothing.
      if (source.split(literal).length !== 2) continue;
      const before = code.slice(0, at).split('\n');
      const entry = traced.findEntry(before.length - 1, before.at(-1)?.length ?? 0);
      const line = 'originalLine' in entry ? lines[entry.originalLine] : undefined;
      assert.ok(line?.includes(literal), `${file}: ${literal}`);
      literals++;
    }
  }
  assert.ok(literals > 300, `got ${literals} that were looked at`);
});

/** The texts in a module that are whole in its source, too, by where they begin. */
function literalsOf(code: string): Array<readonly [at: number, literal: string]> {
  return [...code.matchAll(/(?<=[(,:])(["'`])([\w :-]{8,})\1/g)].map(({ index, 2: literal = '' }) => [index, literal]);
}
