import { join } from 'node:path';
import type { TestContext } from 'node:test';
import puppeteer, { type Browser, type Page } from 'puppeteer-core';
import { rolldown } from 'rolldown';
import type { StatusPanelElement } from 'status-messenger';
import { pathOf } from '../../helpers/browsers.js';
import { root } from '../readme-snippet.js';

/** A page's script as a bundler makes it for development: what Lit warns of is on the page's console. */
export async function bundled(module: string): Promise<string> {
  const bundle = await rolldown({
    input: 'page',
    cwd: root,
    platform: 'browser',
    resolve: { conditionNames: ['import', 'module', 'browser', 'development'] },
    plugins: [
      {
        name: 'page',
        resolveId: (id) => (id === 'page' ? join(root, 'page.js') : null),
        load: (id) => (id === join(root, 'page.js') ? module : null),
      },
    ],
  });
  const { output } = await bundle.generate({ minify: true });
  return output[0].code;
}

export const launch = (): Promise<Browser> =>
  puppeteer.launch({ executablePath: pathOf('Chromium'), args: ['--no-sandbox'] });

/** What a test asks of a page. */
declare global {
  interface Window {
    /** All elements, those in shadow roots included. */
    everything(): Element[];
    /** What is read in an element, those in shadow roots included. */
    textOf(element: Element): string;
    /** Where an element is to be seen. */
    placeOf(element: Element): readonly number[];
    /** What was there before the script ran, and where. */
    served: Element[];
    places: ReadonlyArray<readonly number[]>;
    connect(): void;
    /** What moved: around what, from where, and to where. */
    shifts: string[];
  }

  /** Chromium's own, which TypeScript does not know. */
  interface LayoutShift extends PerformanceEntry {
    readonly sources: ReadonlyArray<{
      readonly node?: Node;
      readonly previousRect: DOMRect;
      readonly currentRect: DOMRect;
    }>;
  }
}

/** Resolves in the page when it has drawn a few frames. */
async function frames(): Promise<void> {
  for (let i = 0; i < 4; i++) await new Promise(requestAnimationFrame);
}

/** Runs in the page before all else. */
function instruments(): void {
  const within = (node: Document | Element | ShadowRoot): Element[] =>
    [...node.children].flatMap((child) => [
      child,
      ...(child.shadowRoot ? within(child.shadowRoot) : []),
      ...within(child),
    ]);
  window.everything = () => within(document.body);
  window.textOf = (element) =>
    [...within(element), ...(element.shadowRoot ? within(element.shadowRoot) : [])]
      .flatMap((each) => [...each.childNodes])
      .map((node) => (node instanceof Text && node.parentElement?.localName !== 'style' ? node.data.trim() : ''))
      .filter(Boolean)
      .join(' ');
  window.placeOf = (element) => {
    const { x, y, width } = element.getBoundingClientRect();
    return width > 0 && element.checkVisibility() ? [x, y] : [];
  };
  window.shifts = [];
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries() as LayoutShift[]) {
      for (const { node, previousRect, currentRect } of entry.sources) {
        // What scrolls counts as moved where it is cut off, even if nobody sees that.
        if (JSON.stringify(previousRect) === JSON.stringify(currentRect)) continue;
        window.shifts.push(JSON.stringify([node?.parentElement?.outerHTML.slice(0, 99), previousRect, currentRect]));
      }
    }
  }).observe({ type: 'layout-shift', buffered: true });
}

/** A page that waits with its script: what is in it is its server's. `run()` resolves once it has taken that over, `connect()` then lets it go on. `problems` is what is on its console. */
export async function openServed(
  t: TestContext,
  browser: Browser,
  address: string,
  timeZone = 'UTC',
): Promise<{ readonly page: Page; readonly problems: string[]; run(): Promise<void>; connect(): Promise<void> }> {
  const page = await browser.newPage();
  t.after(() => page.close());
  const problems: string[] = [];
  page.on('pageerror', (error) => problems.push(String(error)));
  page.on('console', (message) => {
    const isExpected = message.text().startsWith('Lit is in dev mode.');
    if (!isExpected && !message.location().url?.endsWith('/favicon.ico')) problems.push(message.text());
  });
  await page.emulateTimezone(timeZone);
  // Whatever runs the tests names functions by this.
  await page.evaluateOnNewDocument('globalThis.__name = (it) => it');
  await page.evaluateOnNewDocument(instruments);
  let run = () => {};
  const asked = new Promise<void>((resolve) => {
    run = resolve;
  });
  await page.setRequestInterception(true);
  page.on('request', async (request) => {
    if (request.url().endsWith('/page.js')) await asked;
    await request.continue();
  });
  // It loads only when its script has run.
  const loaded = page.goto(address);
  await page.waitForFunction(() => window.everything().some(({ localName }) => localName === 'footer'));
  return {
    page,
    problems,
    run: async () => {
      await page.evaluate(frames);
      await page.evaluate(() => {
        // What was drawn before all of it was there has moved, as in any page.
        window.shifts = [];
        window.served = window.everything();
        window.places = window.served.map(window.placeOf);
        const token = new Promise<undefined>((resolve) => {
          window.connect = () => resolve(undefined);
        });
        for (const element of document.querySelectorAll<StatusPanelElement>('[url]')) element.getToken = () => token;
      });
      run();
      await loaded;
      await page.waitForFunction(() => window.everything().every((element) => !element.hasAttribute('data-states')));
      // What the page knows better than its server is drawn in the next frames.
      await page.evaluate(frames);
    },
    connect: () => page.evaluate(() => window.connect()),
  };
}
