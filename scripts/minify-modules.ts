import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { minifySync } from 'rolldown/experimental';
import { parseSync } from 'vite';
import { minifyInPlace } from './minify-text.js';
import { nodesOf } from './syntax.js';

/**
 * Minifies compiled modules, one by one, so that bundlers leave out what they left out before, and the names of functions and classes, so that a stack says what
 * it said before. Source maps lead to the sources as they were. Markup is left alone: a page's own bundler takes it for text, and so would these maps.
 */
function main(folder: string): void {
  for (const file of readdirSync(folder, { recursive: true, encoding: 'utf8' })) {
    if (!file.endsWith('.js')) continue;
    const path = join(folder, file);
    const { code, map, errors } = minifySync(file, withShortStyles(path, readFileSync(path, 'utf8')), {
      module: true,
      compress: true,
      mangle: { toplevel: true, keepNames: true },
      // Node shows the line that an error comes from: on a server it is to be a line that can be read.
      codegen: { removeWhitespace: file.startsWith('components') },
      sourcemap: true,
      inputMap: JSON.parse(readFileSync(`${path}.map`, 'utf8')),
    });
    if (errors.length > 0 || !map) throw new Error(`${path}: ${errors.map(({ message }) => message).join('; ')}`);
    writeFileSync(path, `${code}\n//# sourceMappingURL=${file.split('/').at(-1)}.map\n`);
    writeFileSync(`${path}.map`, JSON.stringify(map));
  }
}

/** Style sheets are texts to a minifier. They keep their lines, which the compiler's source map counts on. */
function withShortStyles(path: string, code: string): string {
  if (!/\bcss ?`/.test(code)) return code;
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
