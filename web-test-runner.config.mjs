import { fileURLToPath } from 'node:url';
import { esbuildPlugin } from '@web/dev-server-esbuild';
import { reactPlugins } from './test/components/frameworks/react/plugins.ts';
import { adapterPlugin } from './test/helpers/adapter-plugin.ts';
import { availableBrowsers } from './test/helpers/browsers.ts';
import { manifestPlugin } from './test/helpers/manifest-plugin.ts';

/** The elements' tests, in every engine that the machine has. Run by `npm test`, which gets the engines first. */
export default {
  files: 'test/components/**/*.browser.test.ts',
  nodeResolve: true,
  browsers: availableBrowsers().map(({ launcher }) => launcher()),
  // One page at a time in each engine: one in the background draws no frames.
  concurrency: 1,
  concurrentBrowsers: 3,
  browserStartTimeout: 90_000,
  testsStartTimeout: 90_000,
  testsFinishTimeout: 240_000,
  testFramework: { config: { timeout: 30_000 } },
  plugins: [
    esbuildPlugin({
      ts: true,
      target: 'es2022',
      tsconfig: fileURLToPath(new URL('tsconfig.base.json', import.meta.url)),
    }),
    adapterPlugin(),
    manifestPlugin(),
    ...reactPlugins(),
  ],
  // Errors that a test causes on purpose are asserted there.
  filterBrowserLogs: () => false,
};
