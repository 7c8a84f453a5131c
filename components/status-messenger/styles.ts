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

    /* While nothing is known of the run, how the page stands to its server is all there is to say. */
    .message:has(> bdi:empty) {
      display: none;
    }

    .message:has(> bdi:empty) ~ [part='connection'] {
      flex: 1;
      min-inline-size: 0;
    }

    /* What the kit has to show below the line stands apart from it; a page's own rules come before this one. */
    ::slotted(
        :is(status-connection, status-controls, status-progress, status-question, status-results, status-timeline)
      ) {
      margin-block-start: var(--_gap);
    }
  `,
];
