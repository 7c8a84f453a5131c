import { css } from 'lit';
import { buttons, indicatorStyles, inState, tokens } from '../styles/index.js';

export const styles = [
  tokens,
  indicatorStyles,
  buttons,
  css`
    :host {
      --_size: var(--status-indicator-size, 0.625em);

      display: flex;
      flex-direction: column;
      max-block-size: 28rem;
      container-type: inline-size;
      /* A container has no width of its own: where nothing else gives it one, it has this, as far as there is room. */
      contain-intrinsic-inline-size: 30rem;
      min-inline-size: 0;
      max-inline-size: 100%;
    }

    [part='base'] {
      --_gutter: min(1.25rem, 8cqi);

      flex: 1;
      display: flex;
      flex-direction: column;
      gap: var(--_gap);
      position: relative;
      min-block-size: 0;
      border-radius: var(--_radius-small);
    }

    [part='agents'] {
      flex: none;
      display: flex;
      flex-wrap: wrap;
      gap: var(--_gap-small);
      max-block-size: 6.5rem;
      overflow-y: auto;
    }

    [part='agent'] {
      padding-block: 0.125rem;
      border-radius: var(--_control);
      color: var(--_muted);
      outline-offset: -2px;
    }

    [part='agent'][aria-pressed='true'] {
      border-color: currentColor;
      background: color-mix(in srgb, currentColor 8%, transparent);
      color: inherit;
    }

    @media (forced-colors: active) {
      [part='agent'][aria-pressed='true'] {
        background: Highlight;
        color: HighlightText;
        forced-color-adjust: none;
      }

      :is(.bullet, .chevron) {
        background: CanvasText !important;
      }
    }

    [part='scroller'] {
      flex: 1;
      min-block-size: 0;
      overflow-y: auto;
      outline-offset: -2px;
      border-radius: var(--_radius-small);
    }

    /* Where there is more above, the first line fades. */
    .scrolled {
      mask: linear-gradient(transparent, #000 1.25rem);
    }

    /* The end stays where it is, and not what was read last. */
    :host(${inState('following')}) [part='scroller'] {
      overflow-anchor: none;
    }

    /* The end is what is seen first, also before there is a script to scroll to it. */
    .served {
      display: flex;
      flex-direction: column-reverse;
    }

    .served > .content {
      margin-block-end: auto;
    }

    /* A server does not know the time zone: the time takes its place, and is told by the page. */
    .unseen {
      visibility: hidden;
    }

    [part='list'] {
      margin: 0;
      padding: 0;
      list-style: none;
    }

    /* The line down from the sign of a step. */
    li > [part='list'] {
      margin-inline-start: calc(var(--_gutter) / 2 - 1px);
      padding-inline-start: calc(var(--_gutter) / 2);
      border-inline-start: 2px solid color-mix(in srgb, var(--_lane, var(--_border)) 60%, var(--_border));
    }

    .entry {
      display: grid;
      grid-template-columns: var(--_gutter) minmax(0, 1fr);
      align-items: baseline;
      column-gap: var(--_gap-small);
      position: relative;
      padding: 0.125rem 0;
      padding-inline-end: var(--_gap-small);
    }

    .entry > :first-child {
      justify-self: center;
    }

    .bullet {
      align-self: start;
      inline-size: 0.25rem;
      block-size: 0.25rem;
      margin-block-start: calc(0.75em - 0.125rem);
      border-radius: 50%;
      background: var(--_muted);
      forced-color-adjust: none;
    }

    /* Whose it is, also where that is not said anew. */
    .bullet.lane {
      background: var(--_lane);
    }

    .warning > .bullet {
      inline-size: var(--_size);
      block-size: var(--_size);
      margin-block-start: calc(0.75em - var(--_size) / 2);
      border-radius: 0;
      background: var(--_warning);
      clip-path: polygon(50% 0, 100% 100%, 0 100%);
    }

    [part='text'],
    [part~='detail'] {
      white-space: pre-line;
    }

    .entry:is([part~='step'], [part~='end'], [part~='question']) [part='text'] {
      font-weight: 500;
    }

    .entry:is([part~='gap'], [part~='progress']) [part='text'] {
      color: var(--_muted);
    }

    [part='toggle'] {
      min-block-size: 0;
      min-inline-size: 0;
      /* A long label has its lines beside the time, and not below it. */
      max-inline-size: calc(100% - 4em);
      padding: 0;
      border: 0;
      font-size: inherit;
      line-height: inherit;
      text-align: start;
    }

    /* The whole row is the button. */
    [part='toggle']::after {
      content: '';
      position: absolute;
      inset: 0;
      border-radius: var(--_radius-small);
    }

    [part='toggle']:is(:hover, :active) {
      background: none;
    }

    [part='toggle']:hover::after {
      background: color-mix(in srgb, currentColor 5%, transparent);
    }

    [part='toggle']:focus-visible {
      outline: none;
    }

    [part='toggle']:focus-visible::after {
      outline: 2px solid var(--_focus);
      outline-offset: -2px;
    }

    .chevron {
      flex: none;
      align-self: start;
      margin-block-start: calc(0.75em - 0.3125em);
      inline-size: 0.625em;
      block-size: 0.625em;
      background: currentColor;
      opacity: 0.7;
      clip-path: polygon(50% 85%, 0 35%, 12% 22%, 50% 60%, 88% 22%, 100% 35%);
      transition: rotate var(--_fast) var(--_ease);
      forced-color-adjust: none;
    }

    [aria-expanded='true'] > .chevron {
      rotate: 180deg;
    }

    :is([part='name'], [part='steps'], [part~='detail'], [part='time']) {
      color: var(--_muted);
      font-size: 0.875em;
    }

    /* Its dot stays with it, and where it is longer than a line it breaks. */
    [part='name'] {
      display: inline-block;
      max-inline-size: 100%;
    }

    [part='steps'] {
      white-space: nowrap;
    }

    /* Behind each, not before: on a line of its own the next begins where all lines begin. */
    :is([part='text'], [part='toggle'], [part='name']):has(+ :is([part='name'], [part='steps'])) {
      margin-inline-end: var(--_gap-small);
    }

    .lane0 {
      --_turn: 0;
    }
    .lane1 {
      --_turn: 150;
    }
    .lane2 {
      --_turn: 60;
    }
    .lane3 {
      --_turn: 210;
    }
    .lane4 {
      --_turn: 105;
    }
    .lane5 {
      --_turn: 300;
    }

    @supports (color: oklch(from red l c h)) {
      .lane {
        /* A grey has no hue to turn. */
        --_lane: oklch(from var(--_mark) l max(c, 0.1) calc(h + var(--_turn)));
      }
    }

    :is([part='name'], [part='agent']).lane::before {
      content: '';
      flex: none;
      display: inline-block;
      inline-size: 0.5em;
      block-size: 0.5em;
      margin-inline-end: 0.25em;
      border-radius: 50%;
      background: var(--_lane);
      forced-color-adjust: none;
    }

    .problem {
      color: var(--_danger);
    }

    [part~='result'] [part~='detail'] {
      padding: 0.25rem var(--_gap);
      border-radius: var(--_radius-small);
      background: var(--_surface);
    }

    [part~='result'] [part~='detail'] > bdi {
      display: -webkit-box;
      -webkit-box-orient: vertical;
      -webkit-line-clamp: 3;
      overflow: hidden;
    }

    /* On the line on which the text begins, whose other lines take the whole width. */
    [part='time'] {
      float: inline-end;
      margin-inline-start: var(--_gap);
      font-variant-numeric: tabular-nums;
      line-height: calc(1.5 / 0.875);
    }

    [part='earlier'] {
      display: flex;
      margin: 2px auto var(--_gap);
    }

    [part='empty'] {
      margin: 0;
      color: var(--_muted);
    }

    [part='latest'] {
      position: absolute;
      inset-block-end: var(--_gap);
      inset-inline: 0;
      inline-size: fit-content;
      max-inline-size: 100%;
      margin-inline: auto;
      border-radius: var(--_control);
      box-shadow: 0 0.125rem 0.5rem rgb(0 0 0 / 24%);
      animation: rise var(--_slow) var(--_ease);
    }

    @keyframes rise {
      from {
        opacity: 0;
        translate: 0 0.5rem;
      }
    }
  `,
];
