import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { extname, join } from 'node:path';
import { test } from 'node:test';
import { build } from 'vite';
import { listen } from '../../helpers/server.js';
import { appears, type DemoPages, go, root, violations } from '../pages.js';

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html',
  '.js': 'text/javascript',
  '.css': 'text/css',
};

/** The stories, and the page around them. */
export function testStories(pages: () => DemoPages): void {
  test('every story is drawn without an error, and axe finds nothing wrong with it', async () => {
    const page = await pages().tab('#/');
    const stories = await page.evaluate(async () => {
      const { STORIES } = await import(String('/stories/index.ts'));
      return (STORIES as { tag: string; id: string; title: string }[]).map(({ tag, id, title }) => ({
        tag,
        id,
        title,
      }));
    });
    assert.equal(new Set(stories.map(({ tag }) => tag)).size, 9, 'there is a story of every element');
    assert.deepEqual(await violations(page, 'body'), []);
    // The elements' own tests look at the contrasts of every state.
    const seen = new Set<string>();
    for (const { tag, id, title } of stories) {
      await go(page, `#/story/${tag}/${id}`);
      await page.waitForFunction((text: string) => document.querySelector('h1')?.textContent === text, {}, title);
      await page.waitForSelector(`.canvas ${tag}`);
      const isDrawn = (name: string) => {
        const element = document.querySelector(`.canvas ${name}`);
        return element && 'hasUpdated' in element && element.hasUpdated;
      };
      await page.waitForFunction(isDrawn, {}, tag);
      assert.deepEqual(await violations(page, '.canvas', !seen.has(tag)), [], `${tag}/${id}`);
      seen.add(tag);
    }
    await go(page, '#/story/status-controls/confirm?scheme=dark&dir=rtl&lang=ar');
    await page.waitForSelector('.canvas[lang=ar][dir=rtl] status-controls');
    assert.deepEqual(await violations(page, 'body'), []);
    await go(page, '#/reference/status-panel');
    await page.waitForSelector('table');
    assert.deepEqual(await violations(page, 'body'), []);
    assert.deepEqual(pages().problems, []);
    await page.close();
  });

  test('stories are found by keyboard, and a step back is where one was before', async () => {
    const page = await pages().tab('#/story/status-panel/running');
    await page.keyboard.press('/');
    await page.keyboard.type('question form');
    await page.waitForFunction(() => document.querySelectorAll('nav li a').length === 1);
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Enter');
    await page.waitForFunction(() => document.title.startsWith('A form, status-question'));
    const current = () => page.$eval('nav a[aria-current]', (link) => link.textContent);
    assert.equal(await current(), 'A form');
    await page.goBack();
    await page.waitForFunction(() => document.title.startsWith('Running, status-panel'));
    await page.goForward();
    await page.waitForFunction(() => document.title.startsWith('A form, status-question'));

    // On a telephone the list is behind a button, and gone once something was chosen.
    await page.setViewport({ width: 360, height: 740 });
    const isListed = () => page.$eval('#menu', (menu) => menu.checkVisibility());
    assert.equal(await isListed(), false);
    await page.click('.menu');
    assert.equal(await isListed(), true);
    await page.click('nav li a');
    assert.equal(await isListed(), false);
    assert.equal(await page.evaluate(() => document.activeElement?.tagName), 'H1');
    assert.equal(await page.evaluate(() => document.documentElement.scrollWidth), 360, 'nothing is cut off');
    await page.close();
  });

  test('the list shows where one is, however long it is', async () => {
    const page = await pages().tab('#/reference/status-attention', { height: 480 });
    const isSeen = () => {
      const { top = -1, bottom = 0 } = document.querySelector('nav [aria-current]')?.getBoundingClientRect() ?? {};
      return top >= 0 && bottom <= innerHeight;
    };
    assert.equal(await page.evaluate(isSeen), true);
    await go(page, '#/story/status-panel/running');
    await page.waitForFunction(() => document.title.startsWith('Running, status-panel'));
    assert.equal(await page.evaluate(isSeen), true);
    assert.equal(await page.evaluate(() => scrollY), 0, 'the page itself stays at its top');
    await page.close();
  });

  test('controls and tokens change the element and its address, events are listed, and the code is copied', async () => {
    const page = await pages().tab('#/story/status-controls/running');
    const stop = '.canvas status-controls >>> [part=stop]';
    await appears(page, stop);
    await page.click('#control-confirm');
    await page.waitForFunction(() => location.hash.endsWith('set.confirm=true'));
    await page.click(stop);
    await appears(page, '.canvas status-controls >>> [part=yes]');
    await page.click('.canvas status-controls >>> [part=yes]');
    await page.waitForSelector('.events .event ::-p-text(cancel)');
    await page.waitForSelector('.events .call ::-p-text(cancel\\(\\))');

    await page.$eval('[id="token--status-danger"]', (input) => {
      (input as HTMLInputElement).value = '#ff0080';
      input.dispatchEvent(new Event('input'));
    });
    const code = () => page.$eval('#code-panel', (panel) => panel.textContent?.trim() ?? '');
    assert.match(await code(), /<status-controls confirm style="--status-danger: #ff0080"><\/status-controls>/);
    await page.focus('[role=tab][aria-selected=true]');
    await page.keyboard.press('ArrowRight');
    await page.waitForFunction(() => document.activeElement?.textContent?.trim() === 'React');
    assert.match(await code(), /oncancel=\{/);
    await page.click('.copy');
    await page.waitForSelector('.copy ::-p-text(Copied)');
    assert.equal(await page.evaluate(() => navigator.clipboard.readText()), await code());

    // The address says all of it.
    await page.reload();
    await page.waitForSelector('.canvas status-controls');
    const set = await page.$eval('.canvas status-controls', (element) => [
      'confirm' in element && element.confirm,
      getComputedStyle(element).getPropertyValue('--status-danger'),
    ]);
    assert.deepEqual(set, [true, '#ff0080']);
    await page.click('.inspector .quiet');
    await page.waitForFunction(() => !location.hash.includes('set.'));
    assert.equal(
      await page.$eval('.canvas status-controls', (element) => 'confirm' in element && element.confirm),
      false,
    );
    assert.deepEqual(pages().problems, []);
    await page.close();
  });

  test('built into files, it works without a server in whatever folder, and Live says that it wants one', async (t) => {
    const folder = await mkdtemp(join(tmpdir(), 'demo-'));
    t.after(() => rm(folder, { recursive: true }));
    const configFile = join(root, 'demo/vite.config.ts');
    await build({ configFile, mode: 'static', logLevel: 'warn', build: { outDir: join(folder, 'a/b') } });
    const files = createServer(async (request, response) => {
      const path = new URL(request.url ?? '/', 'http://localhost').pathname;
      const file = join(folder, path.endsWith('/') ? `${path}index.html` : path);
      response.setHeader('content-type', TYPES[extname(file)] ?? 'text/plain');
      response.end(await readFile(file).catch(() => response.writeHead(404) && ''));
    });
    t.after(() => files.close());
    const page = await pages().tab('#/story/status-messenger/completed', {
      at: `http://127.0.0.1:${await listen(files)}/a/b`,
    });
    await appears(page, '.canvas status-messenger >>> ::-p-text(Revenue grew)');
    await go(page, '#/live/run');
    await page.waitForSelector('h2 ::-p-text(needs its server)');
    assert.deepEqual(pages().problems, []);
    await page.close();
  });
}
