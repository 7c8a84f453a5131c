import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import type { AxeResults } from 'axe-core';
import puppeteer, { type Browser, type Page } from 'puppeteer-core';
import { createSite, type Site } from '../../demo/site.js';
import { pathOf } from '../helpers/browsers.js';
import { listen } from '../helpers/server.js';

export const root = fileURLToPath(new URL('../..', import.meta.url));
/** The viewers of Live. */
export const FIRST = '.viewer[data-viewer=first]';
export const SECOND = '.viewer[data-viewer=second]';

const axe = await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** What the story of a page that was refused writes for the page's author, as it should. */
const MEANT = /4403: this session belongs to somebody else/;

/** The demo with agents that do not take their time, an indexing that does, and a browser to look at them. */
export class DemoPages {
  /** What went wrong in the pages: errors, and what they wrote to their consoles as one. */
  readonly problems: string[] = [];
  readonly #site: Site;
  readonly #browser: Browser;
  readonly #address: string;

  private constructor(site: Site, browser: Browser, address: string) {
    this.#site = site;
    this.#browser = browser;
    this.#address = address;
  }

  static async open(): Promise<DemoPages> {
    const after = (_ms: number, run: () => void) => {
      const turn = setImmediate(run);
      return () => clearImmediate(turn);
    };
    const site = await createSite({ pauses: { now: Date.now, after }, each: 500 });
    const port = await listen(site.server);
    const browser = await puppeteer.launch({ executablePath: pathOf('Chromium'), args: ['--no-sandbox'] });
    const address = `http://127.0.0.1:${port}`;
    await browser.defaultBrowserContext().overridePermissions(address, ['clipboard-read', 'clipboard-sanitized-write']);
    return new DemoPages(site, browser, address);
  }

  async tab(hash: string, { width = 1280, height = 900, at = this.#address } = {}): Promise<Page> {
    const page = await this.#browser.newPage();
    page.on('pageerror', (error) => this.problems.push(String(error)));
    page.on('console', (message) => {
      if (message.type() === 'error' && !MEANT.test(message.text())) this.problems.push(message.text());
    });
    await page.setViewport({ width, height });
    // What fades in has its colours at once.
    await page.emulateMediaFeatures([{ name: 'prefers-reduced-motion', value: 'reduce' }]);
    await page.goto(`${at}/${hash}`);
    await page.waitForSelector('h1');
    return page;
  }

  async close(): Promise<void> {
    await this.#browser.close();
    await this.#site.close();
  }
}

/** What axe finds wrong within what a selector names. To look at contrasts, too, takes longer than all the rest. */
export async function violations(page: Page, selector: string, contrast = true): Promise<string[]> {
  if (!(await page.evaluate(() => 'axe' in globalThis))) await page.evaluate(axe);
  return page.evaluate(
    async (within: string, enabled: boolean) => {
      const { axe: tool } = globalThis as unknown as {
        axe: { run(context: string, options: object): Promise<AxeResults> };
      };
      const { violations: found } = await tool.run(within, {
        resultTypes: ['violations'],
        rules: { 'color-contrast': { enabled } },
      });
      return found.map(
        ({ id, nodes }) => `${id}: ${nodes.map(({ target, html }) => `${target.join(' ')} ${html}`).join('; ')}`,
      );
    },
    selector,
    contrast,
  );
}

/** Waits for something inside of elements. Only what is looked for as visible is looked for in each frame, instead of when the page's own tree changes. */
export async function appears(page: Page, selector: string): Promise<void> {
  await page.waitForSelector(selector, { visible: true });
}

/** Goes to another place of the page, as by a link. */
export async function go(page: Page, hash: string): Promise<void> {
  await page.evaluate((to: string) => {
    location.hash = to;
  }, hash);
}
