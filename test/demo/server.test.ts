import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { createServer } from 'node:http';
import { type TestContext, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import puppeteer, { type Page } from 'puppeteer-core';
import type { StatusMessengerElement } from '../../components/index.js';
import { createSite } from '../../demo/site.js';
import { browsers, pathOf } from '../helpers/browsers.js';
import { listen } from '../helpers/server.js';

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

  const at = (path: string) => fetch(`http://127.0.0.1:${port}${path}`);
  const page = await (await at('/')).text();
  assert.match(page, /<status-messenger>/);
  assert.doesNotMatch(page, /@vite/);
  assert.doesNotMatch(await (await at('/main.ts')).text(), /@vite\/client/);
  const nobody = await fetch(`http://127.0.0.1:${port}/demo/cut?session=demo-nobody&viewer=first`, { method: 'POST' });
  assert.equal(nobody.status, 404);
});

/** The demo with agents that do not take their time, and a browser to look at it. */
async function openSite(t: TestContext) {
  const after = (_ms: number, run: () => void) => {
    const turn = setImmediate(run);
    return () => clearImmediate(turn);
  };
  const site = await createSite({ pauses: { now: Date.now, after } });
  t.after(() => site.close());
  const port = await listen(site.server);
  const browser = await puppeteer.launch({ executablePath: pathOf('Chromium'), args: ['--no-sandbox'] });
  t.after(() => browser.close());
  const problems: string[] = [];
  return {
    problems,
    async tab(hash = ''): Promise<Page> {
      const page = await browser.newPage();
      page.on('pageerror', (error) => problems.push(String(error)));
      page.on('console', (message) => {
        if (message.type() === 'error') problems.push(message.text());
      });
      await page.setViewport({ width: 320, height: 800 });
      await page.goto(`http://127.0.0.1:${port}/agents/${hash}`);
      return page;
    },
  };
}

const FIRST = 'article:first-child';
const SECOND = 'article:last-child';

/** Resolves once a viewer asks the question, or says of its answer what the text says. */
async function asks(page: Page, viewer: string, text: string): Promise<void> {
  const isThere = (selector: string, wanted: string) =>
    document.querySelector(selector)?.shadowRoot?.textContent?.includes(wanted);
  await page.waitForFunction(isThere, {}, `${viewer} status-question`, text);
}

/** What stands in the form of a viewer's question. */
const inForm = (viewer: string, selector: string) => `${viewer} >>> [part=form] ${selector}`;

/** Presses what stands in the form of a viewer's question, once it is there. */
async function press(page: Page, viewer: string, selector: string): Promise<void> {
  await page.waitForSelector(inForm(viewer, selector));
  await page.click(inForm(viewer, selector));
}

/** Resolves once a viewer shows the text. */
async function shows(page: Page, viewer: string, text: string): Promise<void> {
  const isThere = (selector: string, wanted: string) => document.querySelector(selector)?.textContent.includes(wanted);
  await page.waitForFunction(isThere, {}, `${viewer} .talk`, text);
}

async function phaseIs(page: Page, viewer: string, phase: string): Promise<void> {
  const isIn = (selector: string, wanted: string) =>
    document.querySelector<StatusMessengerElement>(selector)?.state.phase === wanted;
  await page.waitForFunction(isIn, {}, `${viewer} status-messenger`, phase);
}

/** What has the focus. */
function focused(page: Page): Promise<string> {
  return page.evaluate(() => `${document.activeElement?.tagName} ${document.activeElement?.textContent?.trim()}`);
}

const hasChromium = browsers.some(({ name, paths }) => name === 'Chromium' && paths.some(existsSync));

// In this file, as two processes would prepare the same files of Vite at the same time.
test('the conversation is held by keyboard, in two tabs and over a reload, stopped, and begun again', {
  skip: hasChromium ? false : 'there is no Chromium',
}, async (t) => {
  const { tab, problems } = await openSite(t);
  const page = await tab();
  await asks(page, FIRST, 'What is the main purpose of your app?');
  assert.match(await focused(page), /^BODY/, 'the focus is not taken');

  // Text is text, whoever wrote it.
  await page.focus(inForm(FIRST, ':is(input, textarea)'));
  await page.keyboard.type('<img src=x>');
  await page.keyboard.press('Enter');
  await shows(page, SECOND, '<img src=x>');
  await shows(page, SECOND, 'by first viewer');
  assert.equal(await page.$('img'), null);
  assert.match(await focused(page), /^STATUS-QUESTION/, 'the focus stays where it was');
  await page.waitForSelector(inForm(FIRST, 'input[type=radio]'));
  await page.keyboard.press('Tab');
  const inFocus = (question: Element) => (question.shadowRoot?.activeElement as HTMLInputElement | null)?.value;
  assert.equal(await page.$eval(`${FIRST} status-question`, inFocus), 'team');

  // A reload in the middle of a question, and another tab that answers it.
  await page.reload();
  const other = await tab(new URL(page.url()).hash);
  await press(other, SECOND, 'input[value=public]');
  await press(other, SECOND, 'button');
  // A page in the background draws no frames.
  await page.bringToFront();
  await shows(page, FIRST, 'Anyone who finds it');
  await shows(page, FIRST, 'by second viewer');

  // What cannot be an answer is not sent.
  await press(page, FIRST, 'input[value=Web]');
  await press(page, FIRST, '[part=send]');
  await page.waitForFunction(
    (selector: string) =>
      [...(document.querySelector(selector)?.shadowRoot?.querySelectorAll('.problem') ?? [])].some((problem) =>
        problem.textContent?.trim(),
      ),
    {},
    `${FIRST} status-question`,
  );
  await press(page, FIRST, 'input[value=Android]');
  await press(page, FIRST, '[part=send]');
  await press(page, FIRST, 'button[value=true]');

  for (const viewer of [FIRST, SECOND]) {
    await phaseIs(page, viewer, 'completed');
    const agents = await page.$$eval(`${viewer} h4`, (heads) => heads.map((head) => head.textContent));
    assert.deepEqual(
      agents.map((text) => /done:\s+(\w+)/.exec(text)?.[1]),
      ['Clarifier', 'Product', 'Customer', 'Engineer', 'Risk'],
    );
    await shows(page, viewer, 'An app for Android');
  }
  assert.equal(await page.evaluate(() => document.documentElement.scrollWidth), 320, 'nothing is cut off');

  // Another session: the one that is over stays where it was.
  const { hash } = new URL(page.url());
  await page.focus('#restart');
  await page.keyboard.press('Enter');
  await phaseIs(page, FIRST, 'waiting');
  assert.notEqual(new URL(page.url()).hash, hash);
  assert.match(await focused(page), /^BUTTON Start again/);
  await asks(page, FIRST, 'What is the main purpose of your app?');
  assert.equal((await page.$$(`${FIRST} .question`)).length, 0);
  await page.focus('#stop');
  await page.keyboard.press('Enter');
  await phaseIs(page, SECOND, 'cancelled');
  await shows(page, SECOND, 'Withdrawn');
  await page.goBack();
  await phaseIs(page, FIRST, 'completed');
  await other.bringToFront();
  await phaseIs(other, FIRST, 'completed');
  assert.deepEqual(problems, []);
});
