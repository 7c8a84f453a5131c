import { css } from 'lit';
import { lineStyles } from '../status-messenger/line-content.js';
import { indicatorStyles, inState, tokens } from '../styles/index.js';

export const styles = [
  tokens,
  indicatorStyles,
  lineStyles,
  css`
    /* A container has no width of its own: where nothing else gives it one, it has this, as far as there is room. */
    :host {
      container-type: inline-size;
      contain-intrinsic-inline-size: 40rem;
      min-inline-size: 0;
      max-inline-size: 100%;
    }

    [part='base'] {
      --_space: min(var(--_gap-large), 5cqi);

      display: flex;
      flex-direction: column;
      padding: var(--_space);
      border: 1px solid var(--_border);
      border-radius: var(--_radius);
    }

    .compact {
      --_space: min(calc(var(--_gap) * 1.5), 5cqi);
    }

    [part='header'] {
      display: flex;
      flex-wrap: wrap;
      align-items: baseline;
      column-gap: calc(var(--_gap) * 3);
      row-gap: var(--_gap-small);
    }

    /* What there is to say of a connection that is not there has a row of its own, and the buttons stay where they are. */
    status-connection:not(${inState('live')}, ${inState('ended')}) {
      order: 1;
      flex: 1 0 100%;
    }

    status-controls,
    ::slotted([slot='controls']) {
      margin-inline-start: auto;
    }

    .line {
      flex: 1 1 16em;
      font-weight: 500;
    }

    .compact .line {
      flex-basis: 10em;
    }

    .time,
    status-connection::part(label) {
      font-weight: 400;
    }

    /* What came out stands beside what happened, or above it. */
    .two status-timeline::part(preview) {
      display: none;
    }

    /* The line says this already. */
    status-messenger::part(base),
    status-progress::part(status),
    status-progress::part(elapsed),
    status-progress${inState('failed')}::part(message),
    status-results::part(end) {
      display: none;
    }

    /* Spaces stand before what is shown, not between: what is hidden leaves none. */
    :is(status-question, status-progress, status-timeline, status-results, .compact details),
    ::slotted(:not([slot='status'], [slot='connection'], [slot='controls'])) {
      margin-block-start: var(--_space);
    }

    status-timeline${inState('empty')}:not(${inState('filtered')}),
    status-question${inState('empty')},
    status-progress:is(${inState('idle')}, ${inState('untold')}),
    [part='body']:not(.two) status-results,
    :host(${inState('idle')}) .compact details,
    [part='base']:not(.compact) summary,
    .compact :is(status-connection${inState('live')}, status-connection${inState('ended')}) {
      display: none;
    }

    /* How a question ended stands in the timeline, and a run that is over cannot be stopped. What somebody was writing stays for them to take. */
    [part='base']:not(.lingering) status-question:not(${inState('open')}, ${inState('begun')}),
    :host(:not(${inState('running')}, ${inState('waiting')})) [part='base']:not(.restartable) status-controls,
    :host(${inState('idle')}) status-controls {
      display: none;
    }

    /* What waits for somebody stands out. */
    status-question${inState('open')}::part(base) {
      background: color-mix(in srgb, var(--_accent) 6%, transparent);
    }

    /* Gone, and not only skipped, as browsers do it: skipped, its animations wait for ever, and to open it is one resize too many for Firefox. */
    details:not([open]) > [part='body'] {
      display: none;
    }

    summary {
      inline-size: fit-content;
      padding-block: calc((var(--_control) - 1lh) / 2);
      border-radius: var(--_radius-small);
      color: var(--_muted);
      font-size: 0.875em;
      font-weight: 500;
      cursor: pointer;
    }

    .two {
      display: flex;
      flex-direction: column;
    }

    /* Once a run is done, what came out comes first. */
    :host(${inState('completed')}) .two status-results,
    :host(${inState('completed')}) .two ::slotted([slot='results']) {
      order: -1;
    }

    @container (inline-size >= 52rem) {
      .two {
        display: grid;
        grid-template-columns: minmax(0, 3fr) minmax(0, 2fr);
        align-items: start;
        column-gap: calc(var(--_space) * 2);
      }

      .two > .way {
        grid-area: 1 / 1;
      }

      .two status-results,
      .two ::slotted([slot='results']) {
        grid-area: 1 / 2;
      }
    }
  `,
];
