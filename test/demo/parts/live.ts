import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Page } from 'puppeteer-core';
import type { StatusPanelElement } from '../../../components/index.js';
import { appears, type DemoPages, FIRST, SECOND, violations } from '../pages.js';

/** A number of a viewer's strip. */
function fact(page: Page, viewer: string, name: string): Promise<number> {
  const selector = `.strip[data-viewer=${viewer}] [data-fact=${name}]`;
  return page.$eval(selector, (element) => Number(element.textContent?.replaceAll(',', '')));
}

/** Resolves once a viewer's connection is as the status says. */
async function connectionIs(page: Page, viewer: string, status: string): Promise<void> {
  const is = (selector: string, wanted: string) =>
    document.querySelector<StatusPanelElement>(selector)?.sessionSource?.connection.status === wanted;
  await page.waitForFunction(is, {}, `${viewer} status-panel`, status);
}

const states = (page: Page) =>
  page.$$eval('status-panel', (panels) => panels.map((panel) => JSON.stringify(panel.sessionSource?.state)));

/** What goes on live, and what can go wrong with it. */
export function testLive(pages: () => DemoPages): void {
  test('a viewer that was cut off goes on where it was; one that comes late, and a server that starts again, change nothing', async () => {
    const page = await pages().tab('#/live/run');
    await connectionIs(page, FIRST, 'live');
    await page.waitForFunction(
      () => document.querySelector<StatusPanelElement>('status-panel')?.sessionSource?.state.phase === 'running',
    );
    assert.deepEqual(await violations(page, 'body'), []);
    assert.equal(await fact(page, 'first', 'resumes'), 0);

    await page.click('#cut');
    await connectionIs(page, FIRST, 'reconnecting');
    await connectionIs(page, SECOND, 'live');
    await page.waitForFunction(
      () => Number(document.querySelector('[data-viewer=first] [data-fact=lag]')?.textContent) > 0,
    );
    await connectionIs(page, FIRST, 'live');
    await page.waitForFunction(
      () => document.querySelector('[data-viewer=first] [data-fact=resumes]')?.textContent === '1',
    );
    await page.waitForSelector(`${FIRST} .journal ::-p-text(messages that it had missed)`);
    assert.equal(await fact(page, 'second', 'resumes'), 0);

    await page.click('#slow');
    await page.waitForFunction(
      () => Number(document.querySelector('[data-viewer=first] [data-fact=lag]')?.textContent) > 3,
    );
    await page.click('#slow');

    // Offline is the browser's word for it, and concerns both.
    await page.click('#offline');
    await connectionIs(page, FIRST, 'offline');
    await connectionIs(page, SECOND, 'offline');
    await page.click('#offline');
    await connectionIs(page, FIRST, 'live');
    await connectionIs(page, SECOND, 'live');

    await page.click('#second');
    await page.waitForFunction(() => document.querySelectorAll('status-panel').length === 1);
    await page.click('#second');
    await connectionIs(page, SECOND, 'live');
    assert.equal(await fact(page, 'second', 'snapshots'), 1, 'who comes late is handed all at once');

    const before = await fact(page, 'first', 'position');
    await page.click('#restart-server');
    await connectionIs(page, FIRST, 'reconnecting');
    await connectionIs(page, FIRST, 'live');
    await connectionIs(page, SECOND, 'live');
    const goesOn = (position: number) =>
      Number(document.querySelector('[data-viewer=first] [data-fact=position]')?.textContent?.replaceAll(',', '')) >
      position;
    await page.waitForFunction(goesOn, {}, before);
    assert.equal(await fact(page, 'first', 'snapshots'), 1, 'the log is the one that it was');

    // Stopped in one viewer, it is stopped in both, and they know the same.
    await appears(page, `${SECOND} >>> [part=stop]`);
    await page.click(`${SECOND} >>> [part=stop]`);
    await page.waitForFunction(() =>
      [...document.querySelectorAll('status-panel')].every((panel) => panel.sessionSource?.state.phase === 'cancelled'),
    );
    const [first, second] = await states(page);
    assert.equal(first, second);
    await page.close();
  });
}
