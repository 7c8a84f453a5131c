import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { extname, join } from 'node:path';
import { after, before, suite, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import type { Page } from 'puppeteer-core';
import { build } from 'vite';
import type { StatusPanelElement } from '../../components/index.js';
import { browsers } from '../helpers/browsers.js';
import { listen } from '../helpers/server.js';
import { DemoPages, go, violations } from './pages.js';

const root = fileURLToPath(new URL('../..', import.meta.url));

async function freePort(): Promise<number> {
  const server = createServer();
  const port = await listen(server);
  await new Promise((resolve) => server.close(resolve));
  return port;
}

test('the demo serves its page without a client of Vite, which would reload it when the server starts again', async (t) => {
  const port = await freePort();
  const child = spawn(process.execPath, ['--import', 'tsx', 'demo/server.ts'], {
    cwd: root,
    env: { ...process.env, PORT: String(port), TSX_TSCONFIG_PATH: 'demo/tsconfig.json' },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  t.after(() => child.kill());
  await once(child.stdout, 'data');

  const at = (path: string, options?: RequestInit) => fetch(`http://127.0.0.1:${port}${path}`, options);
  const page = await (await at('/')).text();
  assert.match(page, /main\.ts/);
  assert.doesNotMatch(page, /@vite/);
  assert.doesNotMatch(await (await at('/main.ts')).text(), /@vite\/client/);
  const nobody = await at('/demo/line?session=demo-nobody&viewer=first', { method: 'POST' });
  assert.equal(nobody.status, 404);
  const elsewhere = await at('/demo/restart', { method: 'POST', headers: { 'sec-fetch-site': 'cross-site' } });
  assert.equal(elsewhere.status, 403);
});

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html',
  '.js': 'text/javascript',
  '.css': 'text/css',
};

const hasChromium = browsers.some(({ name, paths }) => name === 'Chromium' && paths.some(existsSync));

// In one file, as two processes would prepare the same files of Vite at the same time.
suite('in a browser', { skip: hasChromium ? false : 'there is no Chromium' }, () => {
  let pages: DemoPages;
  before(async () => {
    pages = await DemoPages.open();
  });
  after(() => pages.close());

  test('every story is drawn without an error, and axe finds nothing wrong with it', async () => {
    const page = await pages.tab('#/');
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
    assert.deepEqual(pages.problems, []);
    await page.close();
  });

  test('stories are found by keyboard, and a step back is where one was before', async () => {
    const page = await pages.tab('#/story/status-panel/running');
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

  test('controls and tokens change the element and its address, events are listed, and the code is copied', async () => {
    const page = await pages.tab('#/story/status-controls/running');
    const stop = '.canvas status-controls >>> [part=stop]';
    await page.waitForSelector(stop);
    await page.click('#control-confirm');
    await page.waitForFunction(() => location.hash.endsWith('set.confirm=true'));
    await page.click(stop);
    await page.waitForSelector('.canvas status-controls >>> [part=yes]');
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
    assert.deepEqual(pages.problems, []);
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
    const page = await pages.tab('#/story/status-messenger/completed', {
      at: `http://127.0.0.1:${await listen(files)}/a/b`,
    });
    await page.waitForSelector('.canvas status-messenger >>> ::-p-text(Revenue grew)');
    await go(page, '#/live/run');
    await page.waitForSelector('h2 ::-p-text(needs its server)');
    assert.deepEqual(pages.problems, []);
    await page.close();
  });

  const FIRST = '.viewer[data-viewer=first]';
  const SECOND = '.viewer[data-viewer=second]';

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

  test('a viewer that was cut off goes on where it was; one that comes late, and a server that starts again, change nothing', async () => {
    const page = await pages.tab('#/live/run');
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
    await page.click(`${SECOND} >>> [part=stop]`);
    await page.waitForFunction(() =>
      [...document.querySelectorAll('status-panel')].every((panel) => panel.sessionSource?.state.phase === 'cancelled'),
    );
    const [first, second] = await states(page);
    assert.equal(first, second);
    await page.close();
  });

  /** Resolves once a viewer asks the question, or says of its answer what the text says. */
  async function asks(page: Page, viewer: string, text: string): Promise<void> {
    const isThere = (selector: string, wanted: string) => {
      const question = document.querySelector(selector)?.shadowRoot?.querySelector('status-question');
      return question?.shadowRoot?.textContent?.includes(wanted);
    };
    await page.waitForFunction(isThere, {}, `${viewer} status-panel`, text);
  }

  /** What stands in the form of a viewer's question. */
  const inForm = (viewer: string, selector: string) => `${viewer} >>> status-question >>> [part=form] ${selector}`;

  /** Presses what stands in the form of a viewer's question, once it is there. */
  async function press(page: Page, viewer: string, selector: string): Promise<void> {
    await page.waitForSelector(inForm(viewer, selector));
    await page.click(inForm(viewer, selector));
  }

  /** Resolves once a viewer's timeline has the text in it. */
  async function shows(page: Page, viewer: string, text: string): Promise<void> {
    const isThere = (selector: string, wanted: string) => {
      const timeline = document.querySelector(selector)?.shadowRoot?.querySelector('status-timeline');
      return timeline?.shadowRoot?.textContent?.includes(wanted);
    };
    await page.waitForFunction(isThere, {}, `${viewer} status-panel`, text);
  }

  async function phaseIs(page: Page, viewer: string, phase: string): Promise<void> {
    const isIn = (selector: string, wanted: string) =>
      document.querySelector<StatusPanelElement>(selector)?.sessionSource?.state.phase === wanted;
    await page.waitForFunction(isIn, {}, `${viewer} status-panel`, phase);
  }

  /** What has the focus. */
  function focused(page: Page): Promise<string> {
    return page.evaluate(() => `${document.activeElement?.tagName} ${document.activeElement?.textContent?.trim()}`);
  }

  test('the conversation is held by keyboard, in two tabs and over a reload, stopped, and begun again', async () => {
    const page = await pages.tab('#/live/conversation', { width: 320, height: 800 });
    await asks(page, FIRST, 'What is the main purpose of your app?');
    assert.match(await focused(page), /^BODY/, 'the focus is not taken');

    // Text is text, whoever wrote it.
    await page.focus(inForm(FIRST, ':is(input, textarea)'));
    await page.keyboard.type('<img src=x>');
    await page.keyboard.press('Enter');
    await shows(page, SECOND, '<img src=x>');
    await shows(page, SECOND, 'first-viewer');
    assert.equal(await page.$('>>> img'), null);
    assert.match(await focused(page), /^STATUS-PANEL/, 'the focus stays where it was');
    await page.waitForSelector(inForm(FIRST, 'input[type=radio]'));
    await page.keyboard.press('Tab');
    const inFocus = (panel: Element) => {
      const question = panel.shadowRoot?.activeElement;
      return (question?.shadowRoot?.activeElement as HTMLInputElement | null)?.value;
    };
    assert.equal(await page.$eval(`${FIRST} status-panel`, inFocus), 'team');

    // A reload in the middle of a question, and another tab that answers it.
    await page.reload();
    const other = await pages.tab(new URL(page.url()).hash, { width: 320, height: 800 });
    await press(other, SECOND, 'input[value=public]');
    await press(other, SECOND, 'button');
    // A page in the background draws no frames.
    await page.bringToFront();
    await shows(page, FIRST, 'Anyone who finds it');
    await shows(page, FIRST, 'second-viewer');

    // What cannot be an answer is not sent.
    await press(page, FIRST, 'input[value=Web]');
    await press(page, FIRST, '[part=send]');
    await page.waitForFunction(
      (selector: string) => {
        const question = document.querySelector(selector)?.shadowRoot?.querySelector('status-question');
        return [...(question?.shadowRoot?.querySelectorAll('.problem') ?? [])].some((each) => each.textContent?.trim());
      },
      {},
      `${FIRST} status-panel`,
    );
    await press(page, FIRST, 'input[value=Android]');
    await press(page, FIRST, '[part=send]');
    await press(page, FIRST, 'button[value=true]');

    for (const viewer of [FIRST, SECOND]) {
      await phaseIs(page, viewer, 'completed');
      const steps = await page.$eval(`${viewer} status-panel`, (panel) =>
        panel.sessionSource?.state.steps
          .filter(({ parent }) => parent === undefined)
          .map(({ label, status }) => [label, status]),
      );
      const names = ['Clarifier', 'Product', 'Customer', 'Engineer', 'Risk'];
      assert.deepEqual(
        steps,
        names.map((name) => [name, 'finished']),
      );
      const results = await page.$eval(`${viewer} >>> status-results`, (element) => element.shadowRoot?.textContent);
      assert.match(results ?? '', /An app for Android/);
    }
    assert.equal(await page.evaluate(() => document.documentElement.scrollWidth), 320, 'nothing is cut off');

    // Another session: the one that is over stays where it was.
    const { hash } = new URL(page.url());
    await page.focus('#again');
    await page.keyboard.press('Enter');
    await phaseIs(page, FIRST, 'waiting');
    assert.notEqual(new URL(page.url()).hash, hash);
    assert.match(await focused(page), /^BUTTON Start again/);
    await asks(page, FIRST, 'What is the main purpose of your app?');
    await page.focus(`${FIRST} >>> [part=stop]`);
    await page.keyboard.press('Enter');
    await phaseIs(page, SECOND, 'cancelled');
    await page.goBack();
    await phaseIs(page, FIRST, 'completed');
    await other.bringToFront();
    await phaseIs(other, FIRST, 'completed');
    await page.close();
    await other.close();
  });
});
