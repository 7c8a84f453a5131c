import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { compileScript, parse } from '@vue/compiler-sfc';
import { compile } from 'svelte/compiler';
import { FRAMEWORKS, type Framework, snippet } from '../../demo/code/snippets.js';
import { STORIES } from '../../demo/stories/index.js';
import { scratchFolder } from '../helpers/scratch.js';

const execute = promisify(execFile);
const root = fileURLToPath(new URL('../../', import.meta.url));

/** The code of every story in a framework, every second one with a language and tokens that were chosen. */
function snippets(framework: Framework): readonly string[] {
  const chosen = { language: 'de', tokens: { '--status-accent': '#123456', '--status-gap': '1rem' } };
  return STORIES.map((story, i) => snippet(framework, i % 2 === 0 ? story : { ...story, ...chosen }));
}

/** What is to be compiled of a snippet, and the ending of its file. */
const SCRIPTS: Partial<Readonly<Record<Framework, { readonly ending: string; of(code: string): string }>>> = {
  html: { ending: 'js', of: (code) => /<script type="module">([\s\S]*)<\/script>/.exec(code)?.[1] ?? '' },
  react: { ending: 'tsx', of: (code) => code },
  angular: { ending: 'ts', of: (code) => code },
};

test("the demo's code compiles in React, in Angular and as a script of a page", async (t) => {
  // Within the package, so that its own name leads to the build.
  const folder = scratchFolder();
  t.after(() => rm(folder, { recursive: true }));
  await writeFile(join(folder, 'types.d.ts'), "import 'status-messenger/types/react';");
  let files = 0;
  for (const framework of FRAMEWORKS) {
    const script = SCRIPTS[framework];
    if (!script) continue;
    await mkdir(join(folder, framework));
    await writeFile(
      join(folder, framework, 'render-markdown.d.ts'),
      'export declare function renderMarkdown(text: string): Node;',
    );
    for (const [i, code] of snippets(framework).entries()) {
      await writeFile(join(folder, framework, `${i}.${script.ending}`), `${script.of(code)}\nexport {};\n`);
      files++;
    }
  }
  const compilerOptions = {
    jsx: 'react-jsx',
    allowJs: true,
    checkJs: true,
    experimentalDecorators: true,
    // A page knows that its element is there.
    strictNullChecks: false,
    exactOptionalPropertyTypes: false,
  };
  const project = { extends: join(root, 'test/package/typings/tsconfig.json'), compilerOptions, include: ['.'] };
  await writeFile(join(folder, 'tsconfig.json'), JSON.stringify({ ...project, files: undefined }));
  const said = await execute(process.execPath, [join(root, 'node_modules/typescript/bin/tsc'), '-p', folder]).then(
    ({ stdout }) => stdout,
    ({ stdout }: { stdout: string }) => stdout,
  );
  assert.equal(said, '');
  assert.equal(files, 3 * STORIES.length);
});

test("in Angular, the template of the demo's code uses nothing that its class has not", () => {
  for (const code of snippets('angular')) {
    for (const [, name] of code.matchAll(/\[\w+\]="(\w+)"|\(\w+\)="(\w+)\(/g)) {
      if (name !== undefined) assert.match(code, new RegExp(`^  (readonly )?${name}( =|\\()`, 'm'), code);
    }
  }
});

test("the demo's code compiles in Vue, and finds every name", () => {
  for (const [i, code] of snippets('vue').entries()) {
    const { descriptor, errors } = parse(code);
    assert.deepEqual(errors, [], code);
    const compilerOptions = { isCustomElement: (tag: string) => tag.startsWith('status-') };
    const { content } = compileScript(descriptor, {
      id: 'status',
      inlineTemplate: true,
      templateOptions: { compilerOptions },
    });
    // What is neither of the script nor of the language would be looked for in the component.
    assert.doesNotMatch(content, /_ctx\./, code);
    // Set by the very name, which Vue writes with a dot before it.
    for (const name of Object.keys(STORIES[i]?.properties ?? {})) assert.match(content, new RegExp(`"\\.${name}"`));
  }
});

test("the demo's code compiles in Svelte without a warning", () => {
  for (const code of snippets('svelte')) {
    const { warnings } = compile(code, { generate: 'client' });
    assert.deepEqual(
      warnings.map(({ message }) => message),
      [],
      code,
    );
  }
});
