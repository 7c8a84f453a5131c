import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseSync } from 'vite';
import { minifyInPlace } from './minify-text.js';
import { nodesOf } from './syntax.js';

/**
 * Minifies the style sheets in compiled modules, which a page's own bundler takes for texts. Markup is left alone: what follows an expression on its line would
 * no longer be where the compiler's source map says.
 */
function main(folder: string): void {
  for (const file of readdirSync(folder, { recursive: true, encoding: 'utf8' })) {
    if (!file.endsWith('.js')) continue;
    const path = join(folder, file);
    const code = readFileSync(path, 'utf8');
    if (/\bcss ?`/.test(code)) writeFileSync(path, minified(path, code));
  }
}

function minified(path: string, code: string): string {
  let result = '';
  let at = 0;
  for (const { tag, quasi } of nodesOf('TaggedTemplateExpression', parseSync(path, code).program)) {
    if (tag?.name !== 'css') continue;
    for (const { start, value } of quasi?.quasis ?? []) {
      const from = code.indexOf(value.raw, start);
      result += code.slice(at, from) + minifyInPlace(value.raw);
      at = from + value.raw.length;
    }
  }
  return result + code.slice(at);
}

for (const folder of process.argv.slice(2)) main(folder);
