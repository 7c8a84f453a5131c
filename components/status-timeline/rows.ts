import { html, nothing, type TemplateResult } from 'lit';
import { guard } from 'lit/directives/guard.js';
import { repeat } from 'lit/directives/repeat.js';
import { indicator } from '../styles/index.js';
import type { Locale } from '../words/index.js';
import { type Entry, failureOf, isOpen } from './entry.js';
import { durationText, faceOf } from './face.js';
import type { Row } from './view.js';

/** What the look of all entries depends on. */
export interface Look {
  readonly locale: Locale;
  /** It is what a server renders. */
  readonly isServed: boolean;
  /** It is only what was last known. */
  readonly isStale: boolean;
  /** Up to when it is known what goes on, in the server's time. */
  readonly now: number;
  /** The day, by which times tell theirs. */
  readonly today: Date;
  /** The look of an agent's lane. */
  lane(agent: string | undefined): string;
  /** Opens a step, or closes it. */
  toggle(entry: Entry): void;
}

/** What the look of an entry depends on beside itself. */
interface EntryLook {
  readonly isExpanded: boolean | undefined;
  /** Why it has failed is told by what is in it. */
  readonly isToldInside: boolean;
  /** Its agent is another one than that of the entry before it. */
  readonly isNamed: boolean;
  /** The look of its agent's lane. */
  readonly lane: string;
}

/** Rows as a list, and those of each step in a list within it. */
export function renderRows(rows: readonly Row[], look: Look, around?: string): TemplateResult {
  let before = around;
  const named = rows.map((row) => {
    const isNamed = row.entry.agent !== before;
    before = row.entry.agent;
    return { row, isNamed };
  });
  return html`
    <ul part="list" role="list" class=${look.lane(around)}>
      ${repeat(
        named,
        ({ row }) => row.entry.key,
        ({ row, isNamed }) => renderRow(row, look, isNamed),
      )}
    </ul>
  `;
}

function renderRow({ entry, isExpanded, rows }: Row, look: Look, isNamed: boolean): TemplateResult {
  const { locale, isServed, isStale } = look;
  const lane = look.lane(entry.agent);
  const second = isOpen(entry) && Math.floor(look.now / 1000);
  const failure = failureOf(entry);
  // A step may have failed for what failed in it: that is told there.
  const isToldInside = failure !== undefined && rows.some((row) => failureOf(row.entry) === failure);
  const known = [
    isServed,
    entry.what,
    isExpanded,
    isToldInside,
    entry.steps,
    isNamed,
    lane,
    locale,
    isStale,
    second,
    look.today.getDate(),
  ];
  return html`
    <li data-key=${entry.key}>
      ${guard(known, () => renderEntry(entry, look, { isExpanded, isToldInside, isNamed, lane }))}
      ${rows.length > 0 ? renderRows(rows, look, entry.agent) : nothing}
    </li>
  `;
}

function renderEntry(entry: Entry, look: Look, { isExpanded, isToldInside, isNamed, lane }: EntryLook): TemplateResult {
  const { locale } = look;
  const { words, formats } = locale;
  const { what, agent, steps, at } = entry;
  const step = what.kind === 'step' ? what.step : undefined;
  const { sign, word, text, detail, isProblem } = faceOf(what, locale);
  const said = html`${word ? html`<span class="hidden">${word}: </span>` : nothing}<bdi part="text">${text}</bdi>`;
  const level = what.kind === 'status' ? what.level : undefined;
  return html`
    <div part="entry ${step?.kind ?? what.kind}" class="entry ${level}">
      ${sign ? indicator(sign, look.isStale) : html`<span class="bullet ${lane}"></span>`}
      <div class="said">
        ${step ? html`<span part="time">${durationText(step, look.now, locale)}</span>` : renderTime(at, look)}
        ${
          isExpanded === undefined
            ? said
            : html`<button part="toggle" type="button" aria-expanded=${isExpanded} @click=${() => look.toggle(entry)}>
                ${said}<span class="chevron"></span>
              </button>`
        }
        ${isNamed && agent !== undefined ? html`<bdi part="name" class=${lane}>${agent === text ? '' : agent}</bdi>` : nothing}
        ${
          isExpanded === false && steps > 0
            ? html`<span part="steps">${words.steps(steps, formats.number(steps))}</span>`
            : nothing
        }
        ${detail && !isToldInside ? html`<div part=${what.kind === 'result' ? 'detail preview' : 'detail'} class=${isProblem ? 'problem' : ''}><bdi>${detail}</bdi></div>` : nothing}
      </div>
    </div>
  `;
}

/** A server does not know the time zone of the page, and nobody what a server may say that no calendar has. */
function renderTime(at: number | undefined, { locale, isServed, today }: Look): TemplateResult {
  const date = new Date(at ?? Number.NaN);
  if (Number.isNaN(date.getTime())) return html`<span part="time"></span>`;
  const { formats } = locale;
  return html`<time
    part="time"
    class=${isServed ? 'unseen' : nothing}
    datetime=${date.toISOString()}
    title=${isServed ? nothing : formats.moment(date)}
    >${isServed ? formats.time(date, true) : formats.timeOf(date, today)}</time
  >`;
}
