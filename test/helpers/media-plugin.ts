import type { ChromeLauncher } from '@web/test-runner-chrome';
import type { TestRunnerPlugin } from '@web/test-runner-core';

/** Media features by their names, as `{ 'forced-colors': 'active' }`. */
export type MediaFeatures = Readonly<Record<string, string>>;

const NONE: MediaFeatures = { 'forced-colors': '', 'prefers-reduced-motion': '' };

/** Lets a test in Chromium have its page drawn as for somebody with these preferences; with none of them, as before. */
export function mediaPlugin(): TestRunnerPlugin<MediaFeatures> {
  return {
    name: 'media',
    async executeCommand({ command, payload, session }) {
      if (command !== 'media') return undefined;
      // What is not named would stay as it was.
      const features = Object.entries({ ...NONE, ...payload }).map(([name, value]) => ({ name, value }));
      const page = (session.browser as ChromeLauncher).getPage(session.id);
      const devtools = await page.createCDPSession();
      await devtools.send('Emulation.setEmulatedMedia', { features });
      return true;
    },
  };
}
