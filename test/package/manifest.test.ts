import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { type ElementDeclaration, elementsOf, type Manifest } from '../../scripts/manifest/schema.js';

const root = new URL('../../', import.meta.url);
const read = (path: string) => readFileSync(new URL(path, root), 'utf8');
const about = JSON.parse(read('package.json'));
const manifest: Manifest = JSON.parse(read(about.customElements));
const elements = elementsOf(manifest);

/** The tags that `status-messenger/define` registers, with their classes. */
function registered(): Map<string, string> {
  const modules = [...read('components/define.ts').matchAll(/import '\.\/(.+)\.js'/g)];
  const calls = modules.flatMap(([, module]) => [
    ...read(`components/${module}.ts`).matchAll(/defineElement\('([\w-]+)', (\w+)\)/g),
  ]);
  return new Map(calls.map(([, tag = '', name = '']) => [tag, name]));
}

const sorted = <T>(list: Iterable<T>) => [...list].sort();

test('every element that is registered is in the manifest, and no other', () => {
  assert.ok(registered().size > 0);
  assert.deepEqual(
    sorted(elements.map(({ tagName, name }) => `${tagName} ${name}`)),
    sorted(registered()).map((pair) => pair.join(' ')),
  );
});

test('the manifest leads to modules that are published, and to what they export', async () => {
  for (const { path, exports } of manifest.modules) {
    assert.ok(existsSync(new URL(path, root)), path);
    const module = await import(new URL(path, root).href);
    for (const each of exports as ReadonlyArray<{ kind: string; name: string; declaration: { module: string } }>) {
      if (each.kind === 'js') assert.equal(typeof module[each.name], 'function', `${path} ${each.name}`);
      else assert.ok(manifest.modules.some((other) => other.path === each.declaration.module));
    }
  }
  const definitions = manifest.modules.flatMap(
    ({ exports }) => exports as ReadonlyArray<{ kind: string; name: string }>,
  );
  const tags = definitions.filter(({ kind }) => kind === 'custom-element-definition').map(({ name }) => name);
  assert.deepEqual(sorted(tags), sorted(registered().keys()));
});

/** All that is said of an element. */
function sayings(element: ElementDeclaration): Array<readonly [what: string, description: string | undefined]> {
  const lists = ['attributes', 'members', 'events', 'slots', 'cssParts', 'cssStates', 'cssProperties'] as const;
  const all = lists.flatMap((list) =>
    element[list].map(({ name, description }) => [`${list} ${name}`, description] as const),
  );
  return [['', element.description], ...all];
}

for (const element of elements) {
  test(`everything of <${element.tagName}> is described, and once`, () => {
    const all = sayings(element);
    for (const [what, description] of all) assert.match(description ?? '', /^.{8,}\.$/s, what);
    assert.deepEqual(sorted(new Set(all.map(([what]) => what))), sorted(all.map(([what]) => what)));
    for (const { name, type, default: value } of element.attributes) {
      assert.ok(type?.text && value, `the type and the default of the attribute ${name}`);
    }
    for (const { kind, name, type, readonly: isReadonly, default: value, ...method } of element.members) {
      if (kind === 'field') assert.ok(type?.text && (isReadonly || value), `the type and the default of ${name}`);
      else assert.ok(method.return?.type?.text, `what ${name}() answers`);
    }
    for (const { name, type } of element.events) assert.match(type?.text ?? '', /^(Custom)?Event\b/, name);
    for (const { name, default: value } of element.cssProperties) assert.ok(value, `the default of ${name}`);
  });
}

test('what is not for others is not in it', () => {
  const names = elements.flatMap(({ members }) => members.map(({ name }) => name));
  assert.deepEqual(
    names.filter((name) =>
      /^[#_]|Callback$|^(?:render|update|updated|willUpdate|styles|setStates|companion)$/.test(name),
    ),
    [],
  );
});

test('the elements have no styles of other custom properties than the manifest names, and of all of these', () => {
  // Of what an element is made of, only its own module and its styles speak; tokens give a default to each property, whether it is read or not.
  const tokens = read('components/styles/tokens.ts');
  const known = new Set([...tokens.matchAll(/var\((--status-[\w-]+)/g)].map(([, name]) => name));
  const named = new Set(elements.flatMap(({ cssProperties }) => cssProperties.map(({ name }) => name)));
  assert.deepEqual(sorted(named), sorted(known));
  const files = readdirSync(new URL('components', root), { recursive: true, encoding: 'utf8' });
  for (const file of files.filter((name) => name.endsWith('styles.ts'))) {
    for (const [, name] of read(`components/${file}`).matchAll(/var\((--status-[\w-]+)/g))
      assert.ok(known.has(name), file);
  }
});

test('what editors are told is all of the manifest, each name once', () => {
  const html = JSON.parse(read('dist/vscode.html-data.json'));
  const css = JSON.parse(read('dist/vscode.css-data.json'));
  const web = JSON.parse(read(about['web-types']));
  const names = (list: ReadonlyArray<{ name: string }>) => list.map(({ name }) => name);
  const all = (list: 'cssParts' | 'cssStates' | 'cssProperties', form = (name: string) => name) =>
    sorted(new Set(elements.flatMap((element) => element[list].map(({ name }) => form(name)))));

  assert.equal(web.version, about.version);
  assert.deepEqual(names(html.tags), names(web.contributions.html.elements));
  for (const [i, element] of elements.entries()) {
    const tag = html.tags[i];
    const contribution = web.contributions.html.elements[i];
    assert.equal(tag.name, element.tagName);
    assert.deepEqual(names(tag.attributes), names(element.attributes));
    assert.deepEqual(names(contribution.attributes), names(element.attributes));
    assert.deepEqual(names(contribution.js.events), names(element.events));
    assert.deepEqual(names(contribution.slots), names(element.slots));
    for (const { name } of [...element.events, ...element.slots]) assert.ok(tag.description.value.includes(name));
  }
  const { properties, parts, 'pseudo-classes': states } = web.contributions.css;
  assert.deepEqual(names(css.properties), all('cssProperties'));
  assert.deepEqual(names(properties), all('cssProperties'));
  assert.deepEqual(
    names(css.pseudoElements),
    all('cssParts', (name) => `::part(${name})`),
  );
  assert.deepEqual(names(parts), all('cssParts'));
  assert.deepEqual(
    names(css.pseudoClasses),
    all('cssStates', (name) => `:state(${name})`),
  );
  assert.deepEqual(
    names(states),
    all('cssStates', (name) => `state(${name})`),
  );
  const panel = html.tags.find(({ name }: { name: string }) => name === 'status-panel');
  const attribute = (name: string) => panel.attributes.find((each: { name: string }) => each.name === name);
  assert.deepEqual(attribute('variant').values, [{ name: 'full' }, { name: 'compact' }]);
  assert.equal(attribute('paused').valueSet, 'v');
});

test('what the README names for editors and types is there', () => {
  const readme = read('README.md');
  const named = [
    ...[...readme.matchAll(/node_modules\/status-messenger\/(dist\/[\w.-]+)/g)].map(([, path]) => path ?? ''),
    ...[...readme.matchAll(/\btypes\/(\w+)`/g)].map(([, name]) => `dist/types/${name}.d.ts`),
  ];
  assert.ok(named.length >= 6);
  for (const path of named) assert.ok(existsSync(new URL(path, root)), path);
});

/** What the tests of an element are written in: its own, and of what it has from the class above, those of that. */
function testsOf(folder: string): string {
  const files = readdirSync(new URL(`test/components/${folder}/`, root)).filter((name) => name.endsWith('.ts'));
  return files.map((file) => read(`test/components/${folder}/${file}`)).join('\n');
}

for (const { tagName, members, attributes, events } of elements) {
  test(`every property, method, attribute and event of <${tagName}> is used in a test of its own`, () => {
    const own = testsOf(tagName);
    const inherited = own + testsOf('controllers');
    const unused = [
      ...members
        .filter(
          ({ name, inheritedFrom }) =>
            !new RegExp(`[.{,] ?${name}\\b|\\b${name}[=:]`).test(inheritedFrom ? inherited : own),
        )
        .map(({ name }) => name),
      ...attributes
        .filter(
          ({ name, inheritedFrom }) => !new RegExp(`[ "']${name}(?:[=> "'])`).test(inheritedFrom ? inherited : own),
        )
        .map(({ name }) => `[${name}]`),
      ...events.filter(({ name }) => !own.includes(`'${name}'`)).map(({ name }) => `@${name}`),
    ];
    assert.deepEqual(unused, []);
  });
}
