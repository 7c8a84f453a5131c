import { css } from 'lit';
import { indicatorStyles, tokens } from '../styles/index.js';
import { lineStyles } from './line-content.js';

export const styles = [
  tokens,
  indicatorStyles,
  lineStyles,
  css`
    [part='connection'] {
      color: var(--_muted);
      font-size: 0.875em;
    }

    [part='connection']:empty {
      display: none;
    }
  `,
];
