import { css } from 'lit';
import { buttons, indicatorStyles, tokens } from '../styles/index.js';

export const styles = [
  tokens,
  indicatorStyles,
  buttons,
  css`
    [part='base'] {
      display: flex;
      align-items: baseline;
      gap: var(--_gap);
      border-radius: var(--_radius-small);
    }

    /* The indicator stands before all lines. */
    .words {
      flex: 1;
      display: flex;
      flex-wrap: wrap;
      align-items: baseline;
      column-gap: calc(var(--_gap) * 1.5);
      min-inline-size: 0;
    }

    /* As high as the button, there or not: nothing jumps. */
    [part='label'] {
      padding-block: calc((var(--_control) - 1lh) / 2);
      font-weight: 500;
    }

    [part='button'] {
      margin-inline-start: auto;
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
  `,
];
