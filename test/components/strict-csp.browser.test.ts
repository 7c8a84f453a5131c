import { expect, fixture, html } from '@open-wc/testing';
import { until } from '../helpers/in-browser.js';

const ELEMENTS = [
  'status-messenger',
  'status-attention',
  'status-connection',
  'status-controls',
  'status-panel',
  'status-progress',
  'status-question',
  'status-results',
  'status-timeline',
];

describe('Under a strict content security policy', () => {
  it('every element is drawn with its style, and nothing is reported', async () => {
    const reported: string[] = [];
    const frame = await fixture<HTMLIFrameElement>(html`<iframe title="strict"></iframe>`);
    addEventListener('message', ({ data, source }) => {
      if (source === frame.contentWindow) reported.push(String(data));
    });
    frame.src = '/test/helpers/strict.html';
    await until(() => reported.includes('listening'), 'the page');
    const inside = frame.contentDocument as Document;
    inside.body.append(...ELEMENTS.map((tag) => inside.createElement(tag)));
    for (const tag of ELEMENTS) {
      await until(() => {
        const base = inside.querySelector(tag)?.shadowRoot?.querySelector('[part~="base"]');
        return Boolean(base && frame.contentWindow?.getComputedStyle(base).display === 'flex');
      }, tag);
    }
    expect(reported).to.deep.equal(['listening']);
    // It would be told: the policy is in force.
    inside.body.setAttribute('style', 'color: red');
    await until(() => reported.length > 1, 'a violation');
  });
});
