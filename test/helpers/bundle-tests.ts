import { fileURLToPath, pathToFileURL } from 'node:url';
import { type Plugin, RolldownMagicString, rolldown } from 'rolldown';
import { nodesOf } from '../../scripts/syntax.js';
import { scratchFolder } from './scratch.js';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));

/**
 * Bundles tests that run in Node, with what they share in chunks, into a new folder, and answers it: most files start in a process of their own, which would
 * spend more time on a hundred modules in TypeScript than on the tests. `test/a.test.ts` is there as `test/a.test.ts.js`.
 */
export async function bundleTests(files: readonly string[]): Promise<string> {
  const folder = scratchFolder();
  const bundle = await rolldown({
    cwd: ROOT,
    input: Object.fromEntries(files.map((file) => [file, file])),
    platform: 'node',
    external: /^[^./]/,
    transform: { decorator: { legacy: true } },
    plugins: [ownUrls()],
    // Tests are nothing but side effects.
    treeshake: false,
    logLevel: 'silent',
  });
  await bundle.write({
    dir: folder,
    entryFileNames: '[name].js',
    chunkFileNames: 'chunks/[name]-[hash].js',
  });
  await bundle.close();
  return folder;
}

/** Leaves each module the address that it has as a source, by which it finds the files beside it. */
function ownUrls(): Plugin {
  return {
    name: 'own-urls',
    transform: {
      filter: { id: /\.ts$/, code: 'import.meta.url' },
      handler(code, id) {
        const result = new RolldownMagicString(code);
        for (const { start, end } of nodesOf('MetaProperty', this.parse(code, { lang: 'ts' }))) {
          if (code.startsWith('.url', end)) {
            result.overwrite(start, end + '.url'.length, JSON.stringify(pathToFileURL(id).href));
          }
        }
        return { code: result.toString(), map: result.generateMap({ hires: true, source: id }).toString() };
      },
    },
  };
}
