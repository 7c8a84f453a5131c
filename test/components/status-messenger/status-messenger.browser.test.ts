import { expect, fixture, html } from '@open-wc/testing';
import '../../../components/define.js';

describe('status-messenger', () => {
  it('is there', async () => {
    const element = await fixture(html`<status-messenger></status-messenger>`);
    expect(element.shadowRoot).to.exist;
  });
});
