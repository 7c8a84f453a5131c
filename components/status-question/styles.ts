import { css } from 'lit';
import { buttons, fields, indicatorStyles, inState, tokens } from '../styles/index.js';

export const styles = [
  tokens,
  indicatorStyles,
  buttons,
  fields,
  css`
    [part='base'],
    [part='form'],
    [part='fields'],
    [part='field'],
    .options {
      display: flex;
      flex-direction: column;
      gap: var(--_gap);
      min-inline-size: 0;
    }

    [part='base'] {
      padding: min(var(--_gap-large), 5%);
      border: 1px solid var(--_border);
      border-radius: var(--_radius);
    }

    /* What waits for somebody stands out; what is over lies back. */
    :host(${inState('open')}) [part='base'] {
      border-color: color-mix(in srgb, var(--_mark) 48%, transparent);
    }

    :host(:not(${inState('open')})) [part='base'] {
      background: var(--_surface);
    }

    :host(${inState('empty')}) [part='base'] {
      padding: 0;
      border: 0;
      background: none;
      color: var(--_muted);
    }

    p,
    ul,
    form,
    fieldset {
      margin: 0;
      padding: 0;
    }

    fieldset {
      border: 0;
    }

    [part='decline'] {
      border-color: transparent;
      color: var(--_muted);
    }

    [part='header'],
    [part='actions'],
    [part='previous'] {
      display: flex;
      flex-wrap: wrap;
      align-items: baseline;
      gap: var(--_gap-small) var(--_gap);
    }

    [part='previous'] {
      flex-wrap: nowrap;
      padding-block-end: var(--_gap);
      border-block-end: 1px solid var(--_border);
    }

    [part='header'],
    [part='previous'],
    [part='hint'],
    [part='note'],
    [part='begun'],
    [part='more'],
    :host(${inState('open')}) [part='answer'] {
      color: var(--_muted);
      font-size: 0.875em;
    }

    [part='from'],
    [part='option'] > :nth-child(2) {
      flex: 1 1 4em;
      min-inline-size: 0;
    }

    [part='time'] {
      margin-inline-start: auto;
      font-variant-numeric: tabular-nums;
    }

    :host(${inState('urgent')}) [part='time'] {
      color: var(--_warning);
      font-weight: 500;
    }

    /* What is longer than a screen scrolls by itself: the form below it stays in reach. */
    .long {
      max-block-size: 16lh;
      overflow-y: auto;
    }

    [part='question'] {
      font-weight: 600;
      text-wrap: pretty;
    }

    :is([part='question'], [part='answer'], [part='begun'], [part='hint'], [part='previous']) {
      white-space: pre-line;
    }

    [part='form'] {
      gap: var(--_gap-large);
      animation: appear var(--_slow) var(--_ease);
    }

    [part='fields'] {
      gap: var(--_gap-large);
    }

    [part='field'] {
      gap: var(--_gap-small);
    }

    [part='label'] {
      font-size: 0.875em;
      font-weight: 500;
    }

    legend {
      padding: 0;
      margin-block-end: var(--_gap-small);
    }

    [part='option'] {
      display: flex;
      flex-wrap: wrap;
      align-items: center;
      gap: var(--_gap);
      min-block-size: max(var(--_control), 2.25rem);
      padding: 0.25rem 0.625rem;
      border: 1px solid var(--_border);
      border-radius: var(--_radius-small);
      cursor: pointer;
      transition: background-color var(--_fast) var(--_ease);
    }

    [part='option']:hover {
      background: color-mix(in srgb, currentColor 4%, transparent);
    }

    [part='option']:has(:checked) {
      border-color: var(--_mark);
      background: color-mix(in srgb, var(--_accent) 8%, transparent);
    }

    [aria-invalid='true'] > .options [part='option'],
    [part='option']:has([aria-invalid='true']) {
      border-color: var(--_danger);
    }

    [part='default'] {
      margin-inline-start: auto;
      padding-inline: 0.5em;
      border: 1px solid var(--_border);
      border-radius: 1em;
      color: var(--_muted);
      font-size: 0.75em;
    }

    textarea[rows='1'] {
      min-block-size: max(var(--_control), 2.25rem);
    }

    input[type='number'] {
      max-inline-size: 12rem;
    }

    [part='fields'][aria-disabled] {
      opacity: 0.6;
    }

    [part='summary'] {
      padding: var(--_gap) calc(var(--_gap) * 1.5);
      border-inline-start: 3px solid var(--_danger);
      list-style: none;
    }

    [part='summary'] button {
      min-block-size: 1.5rem;
      padding: 0;
      border: 0;
      color: var(--_danger);
      text-align: start;
      text-decoration: underline;
    }

    [part='note']:empty,
    [part='problem']:empty,
    [part='time']:empty {
      display: none;
    }

    /* As close to the field that is the whole answer as to any other. */
    form > .problem {
      margin-block-start: calc(var(--_gap) * -1.5);
    }

    .problem {
      animation: appear var(--_slow) var(--_ease);
    }

    @keyframes appear {
      from {
        opacity: 0;
        translate: 0 -0.25rem;
      }
    }
  `,
];
