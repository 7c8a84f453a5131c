import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import puppeteer, { type Browser } from 'puppeteer-core';
import { ask, progress } from '../../server-adapter/index.js';
import { pathOf } from '../helpers/browsers.js';
import { AppPage } from './app-page.js';
import { AppServer } from './app-server.js';
import { apps } from './apps.js';
import { buildApp, installApps, installPackage } from './build-apps.js';

/** `APPS=vue,svelte` tests these alone. */
const asked = process.env.APPS?.split(',');
const chosen = apps.filter(({ name }) => !asked || asked.includes(name));

let browser: Browser;
const folders = new Map<string, Promise<string>>();

before(async () => {
  await installApps();
  await installPackage();
  browser = await puppeteer.launch({ executablePath: pathOf('Chromium'), args: ['--no-sandbox'] });
  buildAll();
});

after(() => browser.close());

/** Two at a time, while those that are built are driven. */
function buildAll(): void {
  const lanes = [Promise.resolve(''), Promise.resolve('')];
  for (const [i, { name }] of chosen.entries()) {
    const lane = i % lanes.length;
    const built = (lanes[lane] ?? Promise.resolve('')).catch(() => '').then(() => buildApp(name));
    built.catch(() => {});
    lanes[lane] = built;
    folders.set(name, built);
  }
}

/** Shown by a part of an element. */
const part = (tag: string, selector: string) =>
  `document.querySelector('${tag}').shadowRoot?.querySelector('${selector}')`;

for (const { name, heading, canBeLate } of chosen) {
  describe(heading, () => {
    let server: AppServer;
    before(async () => {
      server = await AppServer.start((await folders.get(name)) ?? '');
    });
    after(() => server?.close());

    test('connects, shows progress, takes an answer, heals, turns to another session, and leaves nothing behind', async () => {
      await server.say('one', 'before anybody came');
      const page = await AppPage.open(browser, `${server.url}?session=one`);
      await page.shows('#status', 'before anybody came');
      assert.match((await page.texts('h1')).join(), new RegExp(`^${heading}`));
      await page.until(`${part('status-messenger', '[part=message]')}.textContent.includes('before anybody came')`);
      assert.deepEqual(server.tokens('one'), ['token-of-one']);

      server.messenger.runWithSession('one', () => progress(3, 10));
      await page.until(`${part('status-progress', '[role=progressbar]')}?.ariaValueNow === '30'`);

      const answered = server.messenger.runWithSession('one', () => ask('What is it called?'));
      await page.type('status-question >>> textarea', 'Dingo');
      await page.click('status-question >>> [part=send]');
      assert.equal(await answered, 'Dingo');
      await page.shows('#answer', 'Dingo');

      server.hold();
      await page.until(`document.querySelector('status-messenger').matches(':state(reconnecting)')`);
      await page.until(`document.querySelector('status-connection').matches(':state(reconnecting)')`);
      const missed = Array.from({ length: 50 }, (_, i) => `missed ${i}`);
      await server.say('one', ...missed);
      server.release();
      await page.shows('#status', 'missed 49');
      await page.shows('#heard li:last-child', 'missed 49');
      assert.deepEqual(await page.texts('#heard li'), missed);

      await server.say('one-2', 'of the other session');
      await page.click('#turn');
      await page.shows('#status', 'of the other session');
      // The element has a connection of its own.
      await page.until(`document.querySelector('status-messenger').currentStatus === 'of the other session'`);
      await server.say('one-2', 'to those who are there');
      await page.shows('#heard li:last-child', 'to those who are there');
      assert.deepEqual(server.tokens('one-2'), ['token-of-one-2']);
      await untilNone(server, 'one');

      await page.click('#unmount');
      await untilNone(server, 'one-2');
      await page.until(`!document.querySelector('status-messenger, #status')`);
      await page.until('leaks().length === 0');
      assert.deepEqual(page.complaints, []);
      await page.close();
    });

    // React itself makes attributes of what is no property yet; its components come with their elements.
    if (!canBeLate) return;
    test('properties that were set before there was an element count', async () => {
      const page = await AppPage.open(browser, `${server.url}?session=late&late`);
      await page.until(`document.querySelector('status-messenger').matches(':state(live)')`);
      await server.say('late', 'for whoever is late');
      await page.shows('#heard li', 'for whoever is late');
      assert.deepEqual(server.tokens('late'), ['token-of-late']);
      assert.deepEqual(page.complaints, []);
      await page.close();
    });
  });
}

/** Resolves once no connection of a session is open. */
async function untilNone(server: AppServer, sessionId: string): Promise<void> {
  for (const end = Date.now() + 10_000; server.connections(sessionId) > 0; ) {
    assert.ok(Date.now() < end, `${sessionId} still has ${server.connections(sessionId)} connections`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
