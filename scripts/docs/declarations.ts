import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** An entry of the package that is modules, and where its declarations are. */
export interface Entry {
  readonly name: string;
  readonly types: string;
}

/** The classes of the elements stand in a reference of their own. */
const OTHERS = new Set(['.', './define', './cdn']);

/** What the main entry has beside them, and where that is declared for as long as the reference is made. */
export const CALLS = {
  names: ['setWords', 'startStatusUpdates', 'stillSession', 'type Locale', 'type SessionSource', 'type Words'],
  types: './dist/components/calls.d.ts',
  file: 'main.md',
} as const;

/** The entries that the reference has a page for. */
export function entries(root: string): readonly Entry[] {
  const { name, exports } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
    readonly name: string;
    readonly exports: { readonly [path: string]: string | { readonly types?: string } };
  };
  return Object.entries(exports).flatMap(([path, entry]) => {
    const types = typeof entry === 'string' ? undefined : entry.types;
    return types === undefined || path.includes('*') || OTHERS.has(path) ? [] : [{ name: name + path.slice(1), types }];
  });
}

/** The file of an entry's page. */
export function title(name: string): string {
  return `${name.split('/').slice(1).join('-')}.md`;
}

/** A checksum of all that the reference is made of: it is out of date when another one stands in it. */
export function declarations(root: string): string {
  const dist = join(root, 'dist');
  const files = readdirSync(dist, { recursive: true, encoding: 'utf8' });
  const sources = files.filter((file) => file.endsWith('.d.ts') || file === 'custom-elements.json').sort();
  const hash = createHash('sha256');
  for (const file of sources) hash.update(file).update(readFileSync(join(dist, file)));
  return hash.digest('hex');
}
