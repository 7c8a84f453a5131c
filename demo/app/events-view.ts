import { html, type TemplateResult } from 'lit';
import { repeat } from 'lit/directives/repeat.js';
import type { ElementInfo } from '../manifest/elements.js';
import type { Heard, Stage } from './stage.js';

/** What is heard of the element, as it happens: its events, and what it asks of the session. */
export function eventsView(stage: Stage, { events }: ElementInfo): TemplateResult {
  const names = events.map(({ name }) => name);
  return html`
    <section class="card" aria-labelledby="events">
      <div class="card-head">
        <h2 id="events">Events</h2>
        <button type="button" class="quiet" @click=${() => stage.forget()}>Clear</button>
      </div>
      ${
        stage.heard.length === 0
          ? html`<p class="none">${names.length === 0 ? 'The element has no events of its own; what it asks of its session is listed here.' : html`Nothing yet. It fires ${names.map((name, i) => html`${i > 0 ? ', ' : ''}<code>${name}</code>`)}.`}</p>`
          : html`<div class="events" role="log" aria-labelledby="events" tabindex="0">
              <ol>${repeat(stage.heard, ({ key }) => key, heardRow)}</ol>
            </div>`
      }
    </section>
  `;
}

function heardRow({ at, kind, name, detail, times }: Heard): TemplateResult {
  return html`<li class=${kind}>
    <time>${new Date(at).toLocaleTimeString('en-GB')}</time>
    <span class="what">
      <code class="name">${name}</code>${times > 1 ? html` <span class="times">× ${times}</span>` : ''}
      <code class="detail">${detail}</code>
    </span>
  </li>`;
}
