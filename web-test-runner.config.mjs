import { conversationPlugin } from './test/components/frameworks/react/conversation-plugin.ts';
import { adapterPlugin } from './test/helpers/adapter-plugin.ts';
import { availableBrowsers } from './test/helpers/browsers.ts';
import { bundlePlugin } from './test/helpers/bundle-plugin.ts';
import { manifestPlugin } from './test/helpers/manifest-plugin.ts';
import { mediaPlugin } from './test/helpers/media-plugin.ts';

/** The elements' tests, in every engine that the machine has. Run by `npm test`, which gets the engines first. */
export default {
  files: 'test/components/**/*.browser.test.ts',
  browsers: availableBrowsers().map(({ launcher }) => launcher()),
  // One page at a time in each engine: one in the background draws no frames.
  concurrency: 1,
  concurrentBrowsers: 3,
  browserStartTimeout: 90_000,
  testsStartTimeout: 90_000,
  testsFinishTimeout: 240_000,
  testFramework: { config: { timeout: 30_000 } },
  plugins: [bundlePlugin(), adapterPlugin(), manifestPlugin(), mediaPlugin(), conversationPlugin()],
  // Errors that a test causes on purpose are asserted there.
  filterBrowserLogs: () => false,
};
