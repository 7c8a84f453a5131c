import { css } from 'lit';
import { buttons, indicatorStyles, tokens } from '../styles/index.js';

export const styles = [
  tokens,
  indicatorStyles,
  buttons,
  css`
    /* As high without its button as with it: nothing below it jumps. */
    [part='base'] {
      display: flex;
      flex-wrap: wrap;
      align-items: center;
      gap: var(--_gap-small) var(--_gap);
      min-block-size: 2rem;
      border-radius: var(--_radius-small);
    }

    [part='label'] {
      font-weight: 500;
    }

    /* The words keep together and wrap among themselves; the button stays beside them while there is room. */
    .words {
      display: flex;
      flex-wrap: wrap;
      align-items: baseline;
      gap: 0 var(--_gap);
      min-inline-size: 0;
      max-inline-size: calc(100% - var(--_size) - var(--_gap));
    }

    [part='detail'],
    [part='age'] {
      color: var(--_muted);
      font-size: 0.875em;
      font-variant-numeric: tabular-nums;
    }

    :is([part='detail'], [part='age']):empty {
      display: none;
    }

    [part='detail']:not(:empty) + [part='age']:not(:empty)::before {
      content: '·';
      margin-inline-end: var(--_gap);
    }

    @media (pointer: coarse) {
      [part='base'] {
        min-block-size: 2.75rem;
      }
    }
  `,
];
