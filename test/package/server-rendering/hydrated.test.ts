import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { html, render } from '@lit-labs/ssr';
import { collectResult } from '@lit-labs/ssr/lib/render-result.js';
import type { Browser, Page } from 'puppeteer-core';
import 'status-messenger/define';
import 'status-messenger/words/de';
import { initialState } from 'status-messenger/protocol';
import { addStatusMessage, ask, progress, result, StatusMessenger, step } from 'status-messenger/server';
import { scratchFolder } from '../../helpers/scratch.js';
import { listen } from '../../helpers/server.js';
import { eventually, freePort, root, snippet } from '../readme-snippet.js';
import { bundled, launch, openServed } from './page.js';

let browser: Browser;
let script: string;

before(async () => {
  browser = await launch();
  script = await bundled(`${await snippet('prerender-page.js')}import 'status-messenger/words/de';`);
});

after(() => browser?.close());

/**
 * What is not there any more of the server's page, and what has moved by three pixels, from which on Chromium calls it a shift. A form with a moment in it is made anew in the page's time zone, and
 * is the same to look at.
 */
const kept = (page: Page) =>
  page.evaluate(() => {
    const gone = window.served.filter((element) => !element.isConnected && !element.closest('form'));
    const moved = window.served.filter((element, i) => {
      const now = window.placeOf(element);
      return (
        element.isConnected && (window.places[i] ?? []).some((at, j) => !(Math.abs(at - (now[j] ?? Number.NaN)) < 3))
      );
    });
    const shown = (element: Element) =>
      `${window.places[window.served.indexOf(element)]} → ${window.placeOf(element)} ${element.outerHTML.slice(0, 99)}`;
    return { gone: gone.map(shown), moved: moved.map(shown), shifts: window.shifts };
  });

/** Resolves once a panel is live and has drawn that. */
const isLive = (page: Page) =>
  page.waitForFunction(() => {
    const connection = document.querySelector('status-panel')?.shadowRoot?.querySelector('status-connection');
    return connection?.matches(':state(live)');
  });

test("the README's page shows its session before its script, keeps every node of it, and goes on live", async (t) => {
  const port = await freePort();
  const folder = scratchFolder();
  t.after(() => rm(folder, { recursive: true }));
  await mkdir(join(folder, 'public'));
  await writeFile(join(folder, 'public/page.js'), script);
  await writeFile(join(folder, 'server.mjs'), (await snippet('prerender.mjs')).replace('3000', `${port}`));
  const child = spawn(process.execPath, ['server.mjs'], {
    cwd: folder,
    stdio: ['ignore', 'inherit', 'inherit'],
    env: { ...process.env, STATUS_MESSENGER_API_KEY: 'the key' },
  });
  t.after(() => child.kill('SIGKILL'));
  const address = `http://127.0.0.1:${port}`;
  const publish = (type: string, data: unknown) =>
    fetch(`${address}/api/messages`, {
      method: 'POST',
      headers: { authorization: 'Bearer the key' },
      body: JSON.stringify({ session_id: 'my-session', type, data }),
    });
  await eventually(() => publish('status', 'Reading <b>chapter 1</b>'));
  await publish('progress', { value: 3, max: 12 });

  const { page, problems, run, connect } = await openServed(t, browser, address);
  const text = () => page.$eval('status-panel', (panel) => window.textOf(panel));
  assert.match(await text(), /Reading <b>chapter 1<\/b>.*Connecting….*25%/);
  await run();
  assert.deepEqual(await kept(page), { gone: [], shifts: [], moved: [] });
  assert.match(await text(), /Reading <b>chapter 1<\/b>.*Connecting….*25%/);
  await connect();
  await isLive(page);
  assert.deepEqual((await kept(page)).gone, []);
  assert.match(await text(), /Reading <b>chapter 1<\/b>.*Live.*25%/);
  await publish('status', 'Reading chapter 2');
  await page.waitForFunction(() => {
    const panel = document.querySelector('status-panel');
    return panel && window.textOf(panel).includes('Reading chapter 2');
  });
  assert.deepEqual(problems, []);
});

/** A run of which every element shows something, in a session of the adapter's. */
async function talk(messenger: StatusMessenger): Promise<void> {
  await messenger.runWithSession('s', async () => {
    addStatusMessage('Reading', { agent: 'Reader' });
    void step('Chapter one', async () => {
      for (let i = 0; i < 40; i++) addStatusMessage(`Page ${i}`, { agent: 'Writer' });
      progress(3, 12);
      await new Promise(() => {});
    });
    await result('Reader', { pages: [1, 2, 3] });
    void ask('When?', { schema: FORM, timeout: 600_000 }).catch(() => {});
  });
}

const FORM = {
  type: 'object',
  properties: {
    at: { type: 'string', format: 'date-time', title: 'Moment', default: '2026-01-02T03:04:00Z' },
    note: { type: 'string', title: 'Note' },
  },
} as const;

test('every element takes over what was rendered, in its language, and shows then what it shows in a page of its own', async (t) => {
  const messenger = new StatusMessenger({ logger: false });
  const server = createServer(async (request, response) => {
    if (request.url === '/page.js') {
      response.setHeader('content-type', 'text/javascript');
      response.end(`${script}`);
      return;
    }
    const snapshot = JSON.stringify(await messenger.snapshot('s'));
    const body = html`<html lang="de">
      <body>
        <status-panel lang="de" url="/ws" session-id="s" snapshot=${snapshot}>
          <status-attention></status-attention>
        </status-panel>
        <status-messenger lang="de" url="/ws" session-id="s" snapshot=${snapshot}>
          <status-connection></status-connection>
          <status-controls confirm></status-controls>
          <p><status-progress step="Chapter one"></status-progress></p>
          <status-question></status-question>
          <status-results></status-results>
          <status-timeline></status-timeline>
        </status-messenger>
        <footer></footer>
      </body>
    </html>`;
    response.setHeader('content-type', 'text/html; charset=utf-8');
    response.end(`<!doctype html><script src="/page.js" type="module"></script>${await collectResult(render(body))}`);
  });
  messenger.attach(server);
  const port = await listen(server);
  t.after(async () => {
    server.close();
    await messenger.close({ timeout: 100 });
  });
  await talk(messenger);

  const { page, problems, run, connect } = await openServed(t, browser, `http://127.0.0.1:${port}`, 'Asia/Tokyo');
  const text = () => page.$eval('body', (body) => window.textOf(body));
  assert.match(await text(), /Verbindung wird aufgebaut….*Chapter one/);
  await run();
  assert.deepEqual(await kept(page), { gone: [], shifts: [], moved: [] });
  await connect();
  await isLive(page);
  const { gone } = await kept(page);
  assert.deepEqual(gone, []);
  assert.deepEqual(
    await page.evaluate(() =>
      window
        .everything()
        .map((element) =>
          element instanceof HTMLInputElement && element.type === 'datetime-local' ? element.value : '',
        )
        .filter(Boolean),
    ),
    ['2026-01-02T12:04', '2026-01-02T12:04'],
  );
  await page.evaluate(() => {
    const copies = [...document.body.querySelectorAll('[url]')].map((element) => {
      const copy = document.createElement(element.localName);
      for (const { name, value } of element.attributes) if (name !== 'snapshot') copy.setAttribute(name, value);
      copy.innerHTML = element.innerHTML.replace(/<!--.*?-->/gs, '');
      return copy;
    });
    document.querySelector('footer')?.append(...copies);
  });
  await page.waitForFunction(() => {
    // How long something takes is counted to the second.
    const read = (element: Element) => window.textOf(element).replace(/(?<![\d:])\d+:\d\d(?![\d:])/g, '0:00');
    const copies = [...document.querySelectorAll('footer > *')];
    const served = [...document.querySelectorAll('body > [url]')];
    return served.every((element, i) => copies[i] && read(element) === read(copies[i]));
  });
  assert.deepEqual(problems, []);
});

test('a page that cannot take over what was rendered renders it anew', async (t) => {
  const cdn = await readFile(join(root, 'dist/cdn.js'));
  const panel = html`<body><status-panel url="/ws" snapshot=${JSON.stringify(initialState)}></status-panel><footer></footer></body>`;
  const body = await collectResult(render(panel));
  const server = createServer((request, response) => {
    const isScript = request.url === '/page.js';
    response.setHeader('content-type', isScript ? 'text/javascript' : 'text/html; charset=utf-8');
    response.end(isScript ? cdn : `<!doctype html><script src="/page.js" defer></script>${body}`);
  });
  const port = await listen(server);
  t.after(() => server.close());
  const { page, problems, run } = await openServed(t, browser, `http://127.0.0.1:${port}`);
  await run();
  assert.equal(
    await page.$eval('status-panel', ({ shadowRoot }) => shadowRoot?.querySelectorAll('[part~="base"]').length),
    1,
  );
  assert.deepEqual(problems, []);
});
