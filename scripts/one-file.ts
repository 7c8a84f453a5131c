import { RolldownMagicString } from 'rolldown';
import type { Plugin } from 'vite';
import { nodesOf } from './syntax.js';

/**
 * Brings along what modules load only when they need it, for a build that has to be one file. The bundler does so, too, but wraps every module that is
 * reached that way, and all that those import: so that nothing of them can be left out.
 */
export function oneFile(): Plugin {
  return {
    name: 'one-file',
    apply: 'build',
    enforce: 'pre',
    transform: {
      filter: { id: /\.[jt]s$/, code: /\bimport\(/ },
      handler(code, id) {
        const result = new RolldownMagicString(code);
        let count = 0;
        for (const { start, end, source } of nodesOf('ImportExpression', this.parse(code, { lang: 'ts' }))) {
          if (typeof source?.value !== 'string') continue;
          const name = `late${++count}`;
          result.overwrite(start, end, name);
          result.prepend(`import * as ${name} from ${JSON.stringify(source.value)};\n`);
        }
        return {
          code: result.toString(),
          map: result.generateMap({ hires: true, source: id, includeContent: true }).toString(),
        };
      },
    },
  };
}
