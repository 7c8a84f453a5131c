import { expect, fixture, html } from '@open-wc/testing';
import { until } from '../helpers/in-browser.js';

const POLICY = "default-src 'self'; style-src 'self'; script-src 'self'; require-trusted-types-for 'script'";
const ELEMENTS = ['status-messenger', 'status-connection', 'status-controls'];

describe('Under a strict content security policy', () => {
  it('every element is drawn with its style, and nothing is reported', async () => {
    const frame = await fixture<HTMLIFrameElement>(html`<iframe title="strict"></iframe>`);
    const tags = ELEMENTS.map((tag) => `<${tag} url="/ws" session-id="strict"></${tag}>`).join('');
    frame.srcdoc = `<meta http-equiv="content-security-policy" content="${POLICY}">
      <script type="module" src="/test/helpers/report-violations.ts"></script>
      <script type="module" src="/components/define.ts"></script>${tags}`;
    const reported: string[] = [];
    addEventListener('message', ({ data, source }) => {
      if (source === frame.contentWindow) reported.push(String(data));
    });
    const drawn = () =>
      ELEMENTS.every((tag) => {
        const base = frame.contentDocument?.querySelector(tag)?.shadowRoot?.querySelector('[part~="base"]');
        return base && frame.contentWindow?.getComputedStyle(base).display === 'flex';
      });
    await until(() => drawn() && reported.includes('listening'), 'every element');
    expect(reported).to.deep.equal(['listening']);
  });
});
