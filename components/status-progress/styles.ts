import { css } from 'lit';
import { indicatorStyles, tokens } from '../styles/index.js';

export const styles = [
  tokens,
  indicatorStyles,
  css`
    [part='base'] {
      display: flex;
      flex-direction: column;
      gap: var(--_gap-small);
    }

    .head,
    .end,
    [part='details'] {
      display: flex;
      flex-wrap: wrap;
      align-items: baseline;
      gap: 0 calc(var(--_gap) * 1.5);
    }

    [part='label'] {
      flex: 1 1 min(8rem, 100%);
      font-weight: 500;
    }

    [part='status'] {
      display: inline-flex;
      align-items: baseline;
      gap: var(--_gap);
    }

    [part='track'] {
      position: relative;
      block-size: 0.5rem;
      border-radius: 0.25rem;
      background: var(--_border);
      overflow: hidden;
    }

    [part='fill'] {
      block-size: 100%;
      inline-size: calc(var(--_share, 0) * 100%);
      border-radius: inherit;
      background: var(--_color);
      transition:
        inline-size var(--_slow) var(--_ease),
        background-color var(--_slow) var(--_ease);
    }

    .idle,
    .cancelled {
      --_color: var(--_muted);
    }

    /* What is last known is quieter than what goes on. */
    .stale:is(.running, .waiting) {
      --_color: color-mix(in srgb, currentColor 46%, transparent);
    }

    /* How much there is nobody knows: a light goes through the bar, and stands in its middle where nothing is to move. */
    [part='fill'].moving {
      inline-size: 100%;
      border-radius: 0;
      background: linear-gradient(to right, transparent 15%, var(--_color), transparent 85%);
      animation: pass 1.8s linear infinite;
    }

    [part='fill'].moving:dir(rtl) {
      animation-direction: reverse;
    }

    [part='message'],
    [part='details'] {
      color: var(--_muted);
      font-size: 0.875em;
    }

    .failed [part='message'] {
      color: var(--_danger);
    }

    [part='remaining'] {
      margin-inline-start: auto;
    }

    :is([part='message'], [part='status'], [part='percent'], [part='details'] > *):empty,
    [part='details']:not(:has(> :not(:empty))) {
      display: none;
    }

    @keyframes pass {
      from {
        transform: translateX(-100%);
      }
      to {
        transform: translateX(100%);
      }
    }

    @media (forced-colors: active) {
      [part='track'] {
        border: 1px solid CanvasText;
      }

      [part='fill'] {
        --_color: CanvasText;
        forced-color-adjust: none;
      }
    }
  `,
];
