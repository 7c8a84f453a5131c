import { existsSync, readFileSync } from 'node:fs';

const TOKENS = new URL('../../components/styles/tokens.ts', import.meta.url);

/** The defaults of the custom properties of an element by its styles: they are what stands beside the name wherever that is read. */
export function defaultsOf(styles: string): ReadonlyMap<string, string> {
  const own = existsSync(styles) ? readFileSync(styles, 'utf8') : '';
  return new Map([...fallbacks(readFileSync(TOKENS, 'utf8')), ...fallbacks(own)]);
}

function* fallbacks(css: string): Generator<[name: string, value: string]> {
  for (const { 0: start, 1: name = '', index } of css.matchAll(/var\((--status-[\w-]+), /g)) {
    const from = index + start.length;
    yield [name, publicName(css.slice(from, closing(css, from)))];
  }
}

/** Where the bracket closes that is open at `from`. */
function closing(css: string, from: number): number {
  let depth = 1;
  let at = from;
  for (; depth > 0 && at < css.length; at++) depth += css[at] === '(' ? 1 : css[at] === ')' ? -1 : 0;
  return at - 1;
}

/** A default may be another property, which a page knows by its public name. */
function publicName(value: string): string {
  return value.replace(/var\(--_([\w-]+)\)/g, 'var(--status-$1)');
}
