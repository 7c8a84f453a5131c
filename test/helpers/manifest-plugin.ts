import type { TestRunnerPlugin } from '@web/test-runner-core';
import { publishedManifest } from '../../scripts/manifest/published.js';

/** Serves `/custom-elements.json`, made of the sources as they are, to tests in a browser. */
export function manifestPlugin(): TestRunnerPlugin {
  let manifest: Promise<string> | undefined;
  return {
    name: 'manifest',
    async serve({ path }) {
      if (path !== '/custom-elements.json') return undefined;
      manifest ??= publishedManifest().then((made) => JSON.stringify(made));
      return { body: await manifest, type: 'json' };
    },
  };
}
