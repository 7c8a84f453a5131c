/// <reference path="./analyzer.d.ts" />
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { cli } from '@custom-elements-manifest/analyzer/cli.js';
import { defaultsOf } from './defaults.js';
import type { Declaration, Inherited, Manifest, Member, Module, Named, Reference } from './schema.js';

export const root = fileURLToPath(new URL('../../', import.meta.url));

/**
 * The manifest of the kit as it is published: its elements alone, with what is public of them, and the paths of the built modules. All descriptions come from the comments in
 * the sources.
 */
export async function publishedManifest(): Promise<Manifest> {
  // Where it would be written to is told only because the analyzer writes that into package.json, where it differs.
  const options = ['--litelement', '--quiet', '--outdir', 'dist'];
  const argv = ['analyze', ...options, '--globs', 'components/*.ts', 'components/status-*/*.ts'];
  const { modules: found } = await cli({ argv, cwd: root, noWrite: true });
  const modules = [...found].sort((a, b) => (a.path < b.path ? -1 : 1));
  const classes = modules.flatMap((module) =>
    module.declarations.filter(({ customElement }) => customElement).map((each) => published(module.path, each)),
  );
  const all = [...withPanelParts(classes), ...modules.flatMap(definition)];
  // The first that has custom states.
  return { schemaVersion: '2.1.0', readme: 'README.md', modules: all };
}

function published(path: string, declaration: Declaration): Module {
  const { name, tagName, superclass, attributes = [], members = [], events = [], cssProperties = [] } = declaration;
  const defaults = defaultsOf(join(root, dirname(path), 'styles.ts'));
  const result: Declaration = {
    kind: declaration.kind,
    name,
    description: flat(declaration.description),
    ...(tagName ? { tagName, customElement: true } : {}),
    ...(superclass ? { superclass: builtReference(superclass) } : {}),
    // That the platform's own `id` is observed, too, is nothing to tell.
    attributes: described(attributes.filter(({ fieldName }) => fieldName)).map(fromBuilt),
    members: described(members.filter(isPublic)).map(fromBuilt),
    // Of what is dispatched the analyzer sees only an expression; the comment says its name.
    events: described(events.filter(({ description }) => description)),
    slots: described(declaration.slots),
    cssParts: described(declaration.cssParts),
    cssStates: described(declaration.cssStates),
    cssProperties: described(cssProperties).map((each) => ({ ...each, ...defaultOf(defaults, each.name) })),
  };
  const module = built(path);
  return {
    kind: 'javascript-module',
    path: module,
    declarations: [result],
    exports: [{ kind: 'js', name, declaration: { name, module } }],
  };
}

function defaultOf(defaults: ReadonlyMap<string, string>, name: string): { default?: string } {
  const value = defaults.get(name);
  return value === undefined ? {} : { default: value };
}

function isPublic({ name, privacy = 'public', static: isStatic = false }: Member): boolean {
  return privacy === 'public' && !isStatic && !name.startsWith('#');
}

/** What the panel hands on of the elements in it is a part of the panel, too, under the name of its element. */
function withPanelParts(modules: readonly Module[]): readonly Module[] {
  const elements = new Map(modules.flatMap(({ declarations }) => declarations.map((each) => [each.tagName, each])));
  return modules.map((module) => {
    const [element] = module.declarations;
    if (element?.tagName !== 'status-panel') return module;
    const handedOn = (element.cssParts ?? []).flatMap(({ name: section }) => {
      const parts = section === 'messenger' ? [] : (elements.get(`status-${section}`)?.cssParts ?? []);
      return parts.filter(({ name }) => name !== 'base').map((part) => ({ ...part, name: `${section}-${part.name}` }));
    });
    return { ...module, declarations: [{ ...element, cssParts: [...(element.cssParts ?? []), ...handedOn] }] };
  });
}

/** The module that registers the element of a module, where it is one. */
function definition({ path, declarations }: Module): Module[] {
  const file = join(dirname(path), 'define.ts');
  const isElement = declarations.some(({ tagName }) => tagName);
  if (!isElement || !existsSync(join(root, file))) return [];
  const registered = readFileSync(join(root, file), 'utf8').matchAll(/defineElement\('([\w-]+)', (\w+)\)/g);
  const exports = [...registered].map(([, tag, name]) => ({
    kind: 'custom-element-definition',
    name: tag,
    declaration: { name, module: built(path) },
  }));
  return [{ kind: 'javascript-module', path: built(file), declarations: [], exports }];
}

function fromBuilt<T extends Inherited>(each: T): T {
  return each.inheritedFrom ? { ...each, inheritedFrom: builtReference(each.inheritedFrom) } : each;
}

function builtReference({ name, module, package: from }: Reference): Reference {
  return { name, ...(module ? { module: built(module) } : {}), ...(from ? { package: from } : {}) };
}

/** Where the build puts a module of the sources. */
function built(path: string): string {
  return `dist/${path.replace(/^\//, '').replace(/\.ts$/, '.js')}`;
}

/** Without line breaks: how wide a comment is set says nothing. */
function described<T extends Named>(list: readonly T[] = []): T[] {
  return list.map((each) => ({ ...each, description: flat(each.description) }));
}

function flat(description = ''): string {
  return description.replace(/\s*\n\s*/g, ' ');
}
