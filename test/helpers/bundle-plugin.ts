import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { TestRunnerPlugin } from '@web/test-runner-core';
import { build } from 'vite';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
/** Modules that the pages in frames load. */
const IN_FRAMES = [
  'components/define.ts',
  'test/components/status-results/strict-page.ts',
  'test/helpers/report-violations.ts',
];

/**
 * Serves the tests in a browser bundled, with what they share in chunks: a page loads a few files instead of some hundred modules, and their source maps only
 * where an error is told.
 */
export function bundlePlugin(): TestRunnerPlugin {
  const files = new Map<string, string>();
  return {
    name: 'bundle',
    async serverStart() {
      const tests = readdirSync(`${ROOT}test/components`, { recursive: true, encoding: 'utf8' })
        .filter((file) => file.endsWith('.browser.test.ts'))
        .map((file) => `test/components/${file}`);
      const built = await build({
        configFile: false,
        root: ROOT,
        publicDir: false,
        mode: 'development',
        logLevel: 'error',
        define: { 'process.env.NODE_ENV': '"development"' },
        oxc: { decorator: { legacy: true } },
        build: {
          write: false,
          minify: false,
          sourcemap: true,
          target: 'es2022',
          lib: { entry: Object.fromEntries([...tests, ...IN_FRAMES].map((path) => [path, path])), formats: ['es'] },
          rolldownOptions: {
            // The test runner's own.
            external: /^\/__/,
            output: { entryFileNames: '[name]', chunkFileNames: 'chunks/[name]-[hash].js' },
          },
        },
      });
      for (const result of [built].flat()) {
        for (const file of 'output' in result ? result.output : []) {
          files.set(`/${file.fileName}`, file.type === 'chunk' ? file.code : String(file.source));
        }
      }
    },
    serve({ path }) {
      const body = files.get(path);
      return body === undefined ? undefined : { body, type: path.endsWith('.map') ? 'json' : 'js' };
    },
  };
}
