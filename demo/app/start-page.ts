import { html, type TemplateResult } from 'lit';
import { GROUPS } from '../stories/index.js';
import { type Address, formatAddress } from './route.js';

/** What it is, and where to go from here. */
export function startPage(address: Address): TemplateResult {
  return html`
    <div class="start">
      <h1 tabindex="-1">What work on a server is doing, live and truthfully</h1>
      <p class="lead">One tag in the page, one import in Node.</p>
      <ul class="cards">
        ${GROUPS.map(
          ({ tag, about, stories: [first] }) => html`<li>
            <a href=${formatAddress({ ...address, route: { page: 'story', tag, story: first?.id ?? '' }, values: {} })}>
              <h2><code>${tag}</code></h2>
              <p>${about}</p>
            </a>
          </li>`,
        )}
      </ul>
    </div>
  `;
}
