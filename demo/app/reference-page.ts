import { html, nothing, type TemplateResult } from 'lit';
import type { ElementInfo, Named } from '../manifest/elements.js';
import { GROUPS } from '../stories/index.js';
import { type Address, formatAddress } from './route.js';
import { inlineCode } from './text.js';

/** All that the manifest says of an element. */
export function referencePage(info: ElementInfo, address: Address): TemplateResult {
  const { tag, description, properties, methods, events, slots, parts, states, tokens } = info;
  const group = GROUPS.find((each) => each.tag === tag);
  return html`
    <div class="reference">
      <p class="eyebrow">Reference</p>
      <h1 tabindex="-1"><code>&lt;${tag}&gt;</code></h1>
      <p class="lead">${inlineCode(description)}</p>
      <ul class="chips" aria-label="Stories of ${tag}">
        ${group?.stories.map(
          ({ id, title }) =>
            html`<li><a href=${formatAddress({ ...address, route: { page: 'story', tag, story: id }, values: {} })}>${title}</a></li>`,
        )}
      </ul>
      ${table(
        'Properties',
        ['Attribute, property', 'Type', ''],
        properties.map(({ name, attribute, type, description: text, default: initial }) => [
          html`<code>${attribute ?? name}</code>${attribute === undefined || attribute === name ? nothing : html`<br /><code class="muted">${name}</code>`}`,
          html`<code>${type}</code>${initial === undefined ? nothing : html`<br /><span class="muted">${initial}</span>`}`,
          inlineCode(text),
        ]),
      )}
      ${table('Methods', ['Method', ''], methods.filter(({ description: text }) => text !== '').map(row))}
      ${table(
        'Events',
        ['Event', 'Type', ''],
        events.map(({ name, type, description: text }) => [
          html`<code>${name}</code>`,
          html`<code>${type}</code>`,
          inlineCode(text),
        ]),
      )}
      ${table(
        'Slots',
        ['Slot', ''],
        slots.map((slot) => row({ ...slot, name: slot.name || '(none)' })),
      )}
      ${table('Parts', ['::part()', ''], parts.map(row))}
      ${table('States', [':state()', ''], states.map(row))}
      ${table('Tokens', ['Custom property', ''], tokens.map(row))}
    </div>
  `;
}

type Cell = TemplateResult | readonly (TemplateResult | string)[];

function row({ name, description }: Named): readonly Cell[] {
  return [html`<code>${name}</code>`, inlineCode(description)];
}

function table(
  title: string,
  head: readonly string[],
  rows: ReadonlyArray<readonly Cell[]>,
): TemplateResult | typeof nothing {
  if (rows.length === 0) return nothing;
  const id = title.toLowerCase();
  return html`
    <section aria-labelledby=${id}>
      <h2 id=${id}>${title}</h2>
      <div class="scrolls" tabindex="0" role="region" aria-label="${title}, as a table">
        <table>
          <thead>
            <tr>${head.map((text) => html`<th scope="col">${text || html`<span class="hidden">What it is</span>`}</th>`)}</tr>
          </thead>
          <tbody>
            ${rows.map(([first, ...others]) => html`<tr><th scope="row">${first}</th>${others.map((cell) => html`<td>${cell}</td>`)}</tr>`)}
          </tbody>
        </table>
      </div>
    </section>
  `;
}
