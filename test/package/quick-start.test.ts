import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, type TestContext, test } from 'node:test';
import puppeteer, { type Browser, type Page } from 'puppeteer-core';
import { rolldown } from 'rolldown';
import { pathOf } from '../helpers/browsers.js';
import { freePort, root, snippet } from './readme-snippet.js';
import { pack, project } from './tarball.js';

let folder: string;
let said: string;
let browser: Browser;

/** What somebody does who follows the README in an empty folder. */
before(async () => {
  const readme = await readFile(join(root, 'README.md'), 'utf8');
  const [, packages = ''] = /^npm install (status-messenger express)$/m.exec(readme) ?? [];
  browser = await puppeteer.launch({ executablePath: pathOf('Chromium'), args: ['--no-sandbox'] });
  const tarball = await pack();
  ({ folder, said } = await project(...packages.split(' ').map((name) => (name === 'express' ? name : tarball))));
  await mkdir(join(folder, 'public'));
  await writeFile(join(folder, 'public/index.html'), await snippet('index.html'));
});

after(() => browser?.close());

/** The README's server, whose chapters are read more quickly. */
async function start(t: TestContext): Promise<string> {
  const port = await freePort();
  const code = await snippet('express.mjs');
  await writeFile(join(folder, 'server.mjs'), code.replace('sleep(1000)', 'sleep(150)').replaceAll('3000', `${port}`));
  const child = spawn(process.execPath, ['server.mjs'], { cwd: folder, stdio: ['ignore', 'pipe', 'inherit'] });
  t.after(() => child.kill('SIGKILL'));
  const [line] = await once(child.stdout, 'data');
  assert.equal(String(line).trim(), `http://localhost:${port}`);
  return `http://localhost:${port}`;
}

/** A page in a browser. `problems` are those that it writes to its console, and what it asks for in vain but for its icon. */
async function open(t: TestContext): Promise<{ readonly page: Page; readonly problems: string[] }> {
  const page = await browser.newPage();
  t.after(() => page.close());
  const problems: string[] = [];
  page.on('pageerror', (error) => problems.push(String(error)));
  page.on('response', (response) => {
    if (response.status() >= 400 && !response.url().endsWith('/favicon.ico')) problems.push(response.url());
  });
  page.on('console', (message) => {
    if (message.type() !== 'log' && !message.location().url?.endsWith('/favicon.ico')) problems.push(message.text());
  });
  return { page, problems };
}

/** Whether it was told, be it shown still or not: a chapter is read in a moment. */
const hears = (page: Page, text: string) =>
  page.waitForFunction(
    (wanted) => document.querySelector('status-messenger')?.messages?.some(({ data }) => data === wanted),
    { timeout: 20_000 },
    text,
  );

const shows = (page: Page, text: string) =>
  page.waitForFunction(
    (wanted) => document.querySelector('status-messenger')?.shadowRoot?.textContent?.includes(wanted),
    { timeout: 20_000 },
    text,
  );

test('the package installs without a word about peers, and without running anything', async () => {
  assert.doesNotMatch(said, /peer|ERESOLVE|deprecated|install-scripts/i);
  const lock = JSON.parse(await readFile(join(folder, 'package-lock.json'), 'utf8')) as {
    readonly packages: { readonly [path: string]: { readonly hasInstallScript?: boolean } };
  };
  const installed = Object.entries(lock.packages);
  assert.ok(installed.some(([path]) => path === 'node_modules/status-messenger'));
  assert.deepEqual(
    installed.filter(([, { hasInstallScript }]) => hasInstallScript),
    [],
  );
});

test("the README's Express server shows its work on the README's page, over a reload, to its end", async (t) => {
  const [address, { page, problems }] = await Promise.all([start(t), open(t)]);
  await page.goto(address);
  await hears(page, 'Reading chapter 3…');
  await page.reload();
  await shows(page, 'All ten chapters are read.');
  const [state, statuses] = await page.$eval('status-messenger', (element) => [
    element.matches(':state(completed)'),
    element.messages.filter(({ type }) => type === 'status').length,
  ]);
  assert.deepEqual([state, statuses, problems], [true, 10, []]);
});

/** Makes `public/NAME.html` of a body and a module, as a bundler does. */
async function bundledPage(name: string, body: string, module: string): Promise<void> {
  await writeFile(join(folder, `${name}.js`), module);
  const bundle = await rolldown({ input: join(folder, `${name}.js`), cwd: folder, platform: 'browser' });
  await bundle.write({ dir: join(folder, 'public'), minify: true });
  const html = `<!doctype html><script src="${name}.js" type="module"></script>${body}`;
  await writeFile(join(folder, `public/${name}.html`), html);
}

/** Resolves once a panel whose run has ended shows this among its results. */
const concludes = (page: Page, text: string) =>
  page.waitForFunction(
    (wanted) =>
      document
        .querySelector('status-panel:state(completed)')
        ?.shadowRoot?.querySelector('status-results')
        ?.shadowRoot?.textContent?.includes(wanted),
    { timeout: 20_000 },
    text,
  );

test('a page that is made of the published modules with a bundler shows the same', async (t) => {
  const panel = '<status-panel url="/ws" session-id="another"></status-panel>';
  await bundledPage('panel', panel, "import 'status-messenger/define';");
  const [address, { page, problems }] = await Promise.all([start(t), open(t)]);
  await page.goto(`${address}/panel.html`);
  await concludes(page, 'All ten chapters are read.');
  assert.deepEqual(problems, []);
});

test("the README's session without a network is shown by a page, and answers it", async (t) => {
  const code = await snippet('testing.js');
  await bundledPage('testing', '<status-panel></status-panel>', code.replaceAll('console.log', 'logged.push'));
  const [address, { page, problems }] = await Promise.all([start(t), open(t)]);
  await page.evaluateOnNewDocument('globalThis.logged = []');
  await page.goto(`${address}/testing.html`);
  await concludes(page, 'All is read.');
  assert.deepEqual(await page.evaluate('logged'), [[['sendAnswer', 'red']], true]);
  const shown = await page.$eval('status-panel', ({ shadowRoot }) =>
    ['status-timeline', 'status-results']
      .map((tag) => shadowRoot?.querySelector(tag)?.shadowRoot?.textContent)
      .join('\n'),
  );
  for (const text of ['Reading the documents…', 'Chapter one', '1m 0s', 'Which colour?', 'ada', 'pages']) {
    assert.ok(shown.includes(text), `${text} in ${shown}`);
  }
  assert.deepEqual(problems, []);
});
