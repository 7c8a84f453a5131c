import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Page } from 'puppeteer-core';
import type { StatusPanelElement } from '../../../components/index.js';
import { appears, type DemoPages, FIRST, SECOND } from '../pages.js';

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
  await appears(page, inForm(viewer, selector));
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

/** The conversation with the agents. */
export function testConversation(pages: () => DemoPages): void {
  test('the conversation is held by keyboard, in two tabs and over a reload, stopped, and begun again', async () => {
    const page = await pages().tab('#/live/conversation', { width: 320, height: 800 });
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
    await appears(page, inForm(FIRST, 'input[type=radio]'));
    await page.keyboard.press('Tab');
    const inFocus = (panel: Element) => {
      const question = panel.shadowRoot?.activeElement;
      return (question?.shadowRoot?.activeElement as HTMLInputElement | null)?.value;
    };
    assert.equal(await page.$eval(`${FIRST} status-panel`, inFocus), 'team');

    // A reload in the middle of a question, and another tab that answers it.
    await page.reload();
    const other = await pages().tab(new URL(page.url()).hash, { width: 320, height: 800 });
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
}
