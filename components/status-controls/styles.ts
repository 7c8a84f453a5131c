import { css } from 'lit';
import { buttons, tokens } from '../styles/index.js';

export const styles = [
  tokens,
  buttons,
  css`
    [part='base'],
    [part='confirm'] {
      display: flex;
      flex-wrap: wrap;
      align-items: baseline;
      gap: var(--_gap-small) var(--_gap);
      min-block-size: var(--_control);
      border-radius: var(--_radius-small);
    }

    [part='confirm'] {
      animation: appear var(--_slow) var(--_ease);
    }

    [part='question'] {
      font-weight: 500;
      margin-inline-end: var(--_gap-small);
    }

    [part='note'] {
      color: var(--_muted);
      font-size: 0.875em;
    }

    [part='note']:empty {
      display: none;
    }

    .problem {
      color: var(--_danger);
    }

    /* From where the button was that asked for it. */
    @keyframes appear {
      from {
        opacity: 0;
        translate: 0 -0.25rem;
      }
    }
  `,
];
