import type { Browser, Page } from 'puppeteer-core';
import { watchLeaks } from './watch-leaks.js';

/** An app in a tab. */
export class AppPage {
  readonly #page: Page;
  /** What was written to the console as a warning or an error, and what was thrown. */
  readonly complaints: string[] = [];

  private constructor(page: Page) {
    this.#page = page;
    page.on('pageerror', (error) => this.complaints.push(String(error)));
    page.on('console', (message) => {
      const { url } = message.location();
      // The browser itself tells of sockets that were cut.
      if (/^(error|warn)/.test(message.type()) && !/WebSocket connection to/.test(message.text())) {
        this.complaints.push(`${message.type()} ${message.text()} ${url ?? ''}`);
      }
    });
  }

  static async open(browser: Browser, url: string): Promise<AppPage> {
    const page = await browser.newPage();
    const app = new AppPage(page);
    // What the compiler adds for names of functions is not there in the page.
    await page.evaluateOnNewDocument('globalThis.__name = (value) => value');
    await page.evaluateOnNewDocument(watchLeaks);
    // One in the background draws no frames.
    await page.bringToFront();
    await page.goto(url);
    return app;
  }

  /** Resolves once `script` is true in the page. */
  async until(script: string): Promise<void> {
    await this.#page.waitForFunction(script, { timeout: 20_000, polling: 20 }).catch(async () => {
      const shown = await this.#page.evaluate('document.body.innerText + " Leaks: " + leaks()');
      throw new Error(`This never came: ${script}\n${this.complaints.join('\n')}\nThe page shows:\n${shown}`);
    });
  }

  async shows(selector: string, text: string): Promise<void> {
    await this.until(`document.querySelector('${selector}')?.textContent.trim() === ${JSON.stringify(text)}`);
  }

  /** The texts of the elements of a selector. */
  texts(selector: string): Promise<string[]> {
    return this.#page.$$eval(selector, (elements) => elements.map(({ textContent }) => textContent?.trim() ?? ''));
  }

  click(selector: string): Promise<void> {
    return this.#page.click(selector);
  }

  /** Types into a field, once it is there. */
  async type(selector: string, text: string): Promise<void> {
    const [host, inner] = selector.split(' >>> ');
    await this.until(`document.querySelector('${host}')?.shadowRoot?.querySelector('${inner}')`);
    await this.click(selector);
    await this.#page.keyboard.type(text);
  }

  close(): Promise<void> {
    return this.#page.close();
  }
}
