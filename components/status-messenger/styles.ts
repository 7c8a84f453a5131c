import { css } from 'lit';
import { indicatorStyles, tokens } from '../styles/index.js';

export const styles = [
  tokens,
  indicatorStyles,
  css`
    [part='base'] {
      display: flex;
      flex-wrap: wrap;
      align-items: baseline;
      gap: 0.125rem var(--_gap);
      min-block-size: 1.5em;
    }

    [part='message'] {
      flex: 1 1 12em;
      min-inline-size: 0;
      white-space: pre-line;
    }

    .stale ~ [part='message'] {
      color: var(--_muted);
    }

    [part='time'] {
      color: var(--_muted);
      font-variant-numeric: tabular-nums;
    }

    [part='connection'] {
      color: var(--_muted);
      font-size: 0.875em;
    }

    [part='time']:empty,
    [part='connection']:empty {
      display: none;
    }
  `,
];
