import { RolldownMagicString } from 'rolldown';
import type { Plugin } from 'vite';
import { minifyCss, minifyHtml } from './minify-text.js';
import { nodesOf } from './syntax.js';

/**
 * Takes the white space, the comments and what else says nothing out of Lit's templates (`css` and `html`), which no minifier of scripts touches. Source maps stay right.
 */
export function minifyTemplates(): Plugin {
  return {
    name: 'minify-templates',
    apply: 'build',
    enforce: 'pre',
    transform: {
      filter: { id: /\.[jt]s$/, code: /\b(?:css|html) ?`/ },
      handler(code, id) {
        const result = new RolldownMagicString(code);
        for (const { tag, quasi } of nodesOf('TaggedTemplateExpression', this.parse(code, { lang: 'ts' }))) {
          if (tag?.name !== 'css' && tag?.name !== 'html') continue;
          for (const { start, value } of quasi?.quasis ?? []) {
            // Some parsers count the backtick or the brace before it in.
            const at = code.indexOf(value.raw, start);
            const short = tag.name === 'css' ? minifyCss(value.raw) : minifyHtml(value.raw);
            if (short !== value.raw) result.overwrite(at, at + value.raw.length, short);
          }
        }
        return {
          code: result.toString(),
          map: result.generateMap({ hires: true, source: id, includeContent: true }).toString(),
        };
      },
    },
  };
}
