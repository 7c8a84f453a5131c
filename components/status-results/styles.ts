import { css } from 'lit';
import { buttons, indicatorStyles, tokens } from '../styles/index.js';

export const styles = [
  tokens,
  indicatorStyles,
  buttons,
  css`
    [part='base'] {
      display: flex;
      flex-direction: column;
      gap: calc(var(--_gap) * 1.5);
      border-radius: var(--_radius);
    }

    [part='end'] {
      display: flex;
      align-items: baseline;
      gap: var(--_gap);
    }

    [part='end'] strong {
      font-weight: 500;
    }

    [part='error'] {
      display: block;
      color: var(--_danger);
    }

    .card {
      padding: var(--_gap) calc(var(--_gap) * 1.5) calc(var(--_gap) * 1.5);
      border: 1px solid var(--_border);
      border-radius: var(--_radius);
      animation: appear var(--_slow) var(--_ease);
    }

    [part='summary'] {
      background: var(--_surface);
    }

    .head {
      display: flex;
      flex-wrap: wrap;
      align-items: center;
      gap: 0 var(--_gap);
    }

    [part='heading'] {
      flex: 1 1 auto;
      font-weight: 600;
    }

    [part='copy'] {
      border-color: transparent;
      color: var(--_muted);
      padding-inline: 0.5rem;
      margin-inline: auto -0.5rem;
    }

    [part='content'] {
      container-type: inline-size;
      /* A container has no width of its own: where nothing else gives it one, it has this. */
      contain-intrinsic-inline-size: min(20rem, 100%);
    }

    .text {
      white-space: pre-wrap;
      unicode-bidi: plaintext;
    }

    [part='truncated'] {
      margin-block-start: var(--_gap-small);
    }

    [part='tree'] ul {
      list-style: none;
      margin: 0;
      padding: 0;
    }

    /* A line leads from a branch down along its entries. */
    [part='tree'] ul ul {
      margin-inline-start: calc(0.3125em - 1px);
      padding-inline-start: 0.9375em;
      border-inline-start: 1px solid var(--_border);
    }

    /* Deeper than anybody reads on a narrow screen, it goes no further in. */
    [part='tree'] ul ul ul ul ul ul {
      margin-inline-start: 0;
      padding-inline-start: 0.25em;
    }

    /* A value stands beside its key with all its lines. */
    .leaf {
      display: grid;
      grid-template-columns: fit-content(50%) minmax(0, 1fr);
      justify-items: start;
      column-gap: var(--_gap);
      padding-inline-start: 1.25em;
    }

    .leaf > .more {
      grid-column: 2;
    }

    @container (inline-size < 14em) {
      .leaf {
        display: block;
        padding-inline-start: 0.5em;
      }

      [part='tree'] ul ul {
        margin-inline-start: 0;
        padding-inline-start: 0.25em;
      }
    }

    summary {
      list-style: none;
      cursor: pointer;
      border-radius: var(--_radius-small);
    }

    summary::-webkit-details-marker {
      display: none;
    }

    /* As wide as what stands before the leaves. */
    summary::before {
      content: '';
      display: inline-block;
      inline-size: 0.625em;
      block-size: 0.625em;
      margin-inline-end: 0.625em;
      background: var(--_muted);
      clip-path: polygon(50% 85%, 0 35%, 12% 22%, 50% 60%, 88% 22%, 100% 35%);
      rotate: -90deg;
      transition: rotate var(--_fast) var(--_ease);
      forced-color-adjust: none;
    }

    summary:dir(rtl)::before {
      rotate: 90deg;
    }

    details[open] > summary::before {
      rotate: 0deg;
    }

    summary:hover {
      background: var(--_surface);
    }

    [part='key'] {
      color: var(--_muted);
    }

    summary [part='key'] {
      color: inherit;
      font-weight: 500;
    }

    [part='markdown'] > :first-child {
      margin-block-start: 0;
    }

    [part='markdown'] > :last-child {
      margin-block-end: 0;
    }

    [part='markdown'] :is(h1, h2, h3, h4, h5, h6) {
      font-size: 1.125em;
      line-height: 1.25;
    }

    [part='markdown'] :is(pre, table) {
      display: block;
      max-inline-size: 100%;
      overflow: auto;
    }

    [part='markdown'] :is(pre, code) {
      font-size: 0.9375em;
      background: var(--_surface);
      border-radius: var(--_radius-small);
    }

    [part='markdown'] pre {
      padding: var(--_gap);
    }

    [part='markdown'] blockquote {
      margin-inline: 0;
      padding-inline-start: var(--_gap);
      border-inline-start: 2px solid var(--_border);
      color: var(--_muted);
    }

    [part='markdown'] :is(th, td) {
      padding: var(--_gap-small) var(--_gap);
      border-block-end: 1px solid var(--_border);
      text-align: start;
    }

    [part='markdown'] a {
      color: var(--_mark);
    }

    @media (forced-colors: active) {
      summary::before {
        background: CanvasText;
      }
    }

    @keyframes appear {
      from {
        opacity: 0;
        translate: 0 0.25rem;
      }
    }
  `,
];
