import type { ChromeLauncher } from '@web/test-runner-chrome';
import type { TestRunnerPlugin } from '@web/test-runner-core';
import type { CDPSession } from 'puppeteer-core';

/** Media features by their names, as `{ 'forced-colors': 'active' }`. */
export type MediaFeatures = Readonly<Record<string, string>>;

const NONE: MediaFeatures = { 'forced-colors': '', 'prefers-reduced-motion': '' };

/** Lets a test in Chromium have its page drawn as for somebody with these preferences; with none of them, as before. */
export function mediaPlugin(): TestRunnerPlugin<MediaFeatures> {
  const sessions = new WeakMap<object, CDPSession>();
  return {
    name: 'media',
    async executeCommand({ command, payload, session }) {
      if (command !== 'media') return undefined;
      // What is not named would stay as it was.
      const features = Object.entries({ ...NONE, ...payload }).map(([name, value]) => ({ name, value }));
      const page = (session.browser as ChromeLauncher).getPage(session.id);
      // One for each page, which serves other tests later: what another had set would stay.
      const devtools = sessions.get(page) ?? (await page.createCDPSession());
      sessions.set(page, devtools);
      await devtools.send('Emulation.setEmulatedMedia', { features });
      return true;
    },
  };
}
