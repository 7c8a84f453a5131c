import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { build } from 'rolldown';
import { root } from './readme-snippet.js';

const TAGS = 'attention connection controls messenger panel progress question results timeline'
  .split(' ')
  .map((name) => `status-${name}`);

/** What a bundler makes of a page, or of a program, with `source` as its script: the code, and the modules that it takes something from. */
async function bundle(source: string): Promise<{ readonly code: string; readonly modules: readonly string[] }> {
  const { output } = await build({
    input: 'entry',
    plugins: [
      {
        name: 'entry',
        resolveId: (id) => (id === 'entry' ? id : null),
        load: (id) => (id === 'entry' ? source : null),
      },
    ],
    external: (id) => !/^(entry$|status-messenger|[./])/.test(id),
    cwd: root,
    write: false,
  });
  const [{ code, modules }] = output;
  const used = Object.entries(modules).filter(([, module]) => (module.code ?? '').trim() !== '');
  return { code, modules: used.map(([id]) => id.slice(root.length)) };
}

/** The elements of which a bundle has something more than a name. */
function elementsIn(modules: readonly string[]): string[] {
  return TAGS.filter((tag) => modules.includes(`dist/components/${tag}/${tag}.js`));
}

for (const tag of TAGS.filter((name) => name !== 'status-panel')) {
  test(`a page with <${tag}> alone loads no other element, and registers it`, async () => {
    const { code, modules } = await bundle(`import 'status-messenger/elements/${tag}';`);
    assert.deepEqual(elementsIn(modules), [tag]);
    assert.match(code, new RegExp(`defineElement\\([\`"']${tag}[\`"']`));
  });
}

test('the class of one element brings no other element, and registers nothing', async () => {
  const { code, modules } = await bundle(
    `import { StatusProgressElement } from 'status-messenger'; console.log(StatusProgressElement);`,
  );
  assert.deepEqual(elementsIn(modules), ['status-progress']);
  assert.doesNotMatch(code, /customElements\.define/);
});

test('a client of the root entry brings no element', async () => {
  const { code } = await bundle(`import { SessionClient } from 'status-messenger'; new SessionClient({ url: '/ws' });`);
  assert.doesNotMatch(code, /from ["']lit/);
});

test('all elements are registered by one import', async () => {
  const { code } = await bundle(`import 'status-messenger/define';`);
  for (const tag of TAGS) assert.match(code, new RegExp(`defineElement\\([\`"']${tag}[\`"']`));
});

test("React's hook brings no element, and a component of React its own one, registered", async () => {
  const hook = await bundle(
    `import { useStatusMessenger } from 'status-messenger/react'; console.log(useStatusMessenger);`,
  );
  assert.deepEqual(elementsIn(hook.modules), []);
  const one = await bundle(`import { StatusProgress } from 'status-messenger/react'; console.log(StatusProgress);`);
  assert.deepEqual(elementsIn(one.modules), ['status-progress']);
  assert.match(one.code, /defineElement\([`"']status-progress[`"']/);
});

test('a language is there by its import alone', async () => {
  const { modules } = await bundle(`import 'status-messenger/words/de';`);
  assert.ok(modules.includes('dist/components/words/languages/de.js'));
});

test('a program that is bundled knows the context of the worker that it runs in, whatever it imports', async () => {
  const { modules } = await bundle(
    `import { currentContext } from 'status-messenger/server'; console.log(currentContext());`,
  );
  assert.ok(modules.includes('dist/server-adapter/calls.js'));
});

/** The modules that are said to do something when they are imported, of those that are published. */
function withEffects(): { readonly paths: readonly string[]; readonly isOne: (file: string) => boolean } {
  const { sideEffects } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
    readonly sideEffects: readonly string[];
  };
  const paths = sideEffects.filter((path) => path.startsWith('./dist/'));
  const patterns = paths.map((path) => new RegExp(`^${path.slice('./dist/'.length).replace('*', '[^/]+')}$`));
  return { paths, isOne: (file) => patterns.some((pattern) => pattern.test(file)) };
}

/** Those of the build that are published: the one file is made of `components/cdn.js`, and stands for it. */
const modules = readdirSync(join(root, 'dist'), { recursive: true, encoding: 'utf8' }).filter(
  (file) => file.endsWith('.js') && file !== 'components/cdn.js',
);

test('every module that is said to do something when it is imported is there', () => {
  const { paths, isOne } = withEffects();
  const found = modules.filter(isOne);
  for (const path of paths.filter((one) => !one.includes('*'))) assert.ok(found.includes(path.slice('./dist/'.length)));
  const several = found.filter((file) => /\/define\.js$|languages/.test(file));
  assert.equal(several.length, 1 + TAGS.length + 6);
});

test('every other module does nothing when it is imported', async () => {
  // What packages set for themselves is theirs.
  for (const name of ['lit', 'react', 'vue', 'svelte/store', '@angular/core']) await import(name);
  const defined: string[] = [];
  const registry = { get: () => undefined, define: (tag: string) => void defined.push(tag) };
  Object.defineProperty(globalThis, 'customElements', { value: registry, configurable: true });
  const globals = Object.getOwnPropertyNames(globalThis);
  const { isOne } = withEffects();
  // Bundlers leave out a component of React that nobody uses; whoever uses it has its element registered.
  const isComponent = (file: string) => /^components\/frameworks\/react\/(index|elements\/[\w-]+)\.js$/.test(file);
  const others = modules.filter((file) => !isOne(file) && !isComponent(file));
  assert.ok(others.length > 150);
  for (const file of others) await import(pathToFileURL(join(root, 'dist', file)).href);
  assert.deepEqual(defined, []);
  assert.deepEqual(Object.getOwnPropertyNames(globalThis), globals);
});
