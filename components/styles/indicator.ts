import { css, html, type TemplateResult } from 'lit';
import type { Phase, StepView } from '../../protocol/index.js';

/** What the indicator can say: how a run or a step stands, or a connection: that it is there, and that it is on its way back. */
export type Sign = Phase | 'live' | 'trying';

/** The sign of how something stands. Text beside it says the same: it is hidden from those who do not see it. */
export function indicator(sign: Sign, isStale = false): TemplateResult {
  return html`<span part="indicator" class="${sign}${isStale ? ' stale' : ''}" aria-hidden="true"></span>`;
}

/** The phase whose sign stands for how a step stands. */
export function stepPhase(status: StepView['status']): Phase {
  return status === 'finished' ? 'completed' : status === 'stopped' ? 'cancelled' : status;
}

/**
 * The indicator: a ring for what has not begun or is only last known, a dot that breathes for what goes on, a diamond for what waits for a person, a tick, a cross and a square
 * for what is done, failed and stopped. The shapes tell them apart without their colours.
 */
export const indicatorStyles = css`
  [part~='indicator'] {
    --_color: var(--_muted);

    flex: none;
    display: inline-block;
    position: relative;
    inline-size: var(--_size);
    block-size: var(--_size);
    border-radius: 50%;
    background: var(--_color);
    forced-color-adjust: none;
  }

  .running {
    --_color: var(--_mark);
  }

  .live {
    --_color: var(--_success);
  }

  .trying {
    --_color: var(--_warning);
  }

  [part~='indicator']:is(.running, .trying)::after {
    content: '';
    position: absolute;
    inset: 0;
    border-radius: inherit;
    background: inherit;
    animation: breathe 1.8s ease-out infinite;
  }

  .waiting {
    --_color: var(--_warning);
  }

  [part~='indicator'].waiting {
    border-radius: 0;
    clip-path: polygon(50% 0, 100% 50%, 50% 100%, 0 50%);
  }

  .completed {
    --_color: var(--_success);
  }

  [part~='indicator'].completed {
    border-radius: 0;
    clip-path: polygon(0 55%, 14% 40%, 38% 63%, 86% 12%, 100% 26%, 38% 90%);
  }

  .failed {
    --_color: var(--_danger);
  }

  [part~='indicator'].failed {
    border-radius: 0;
    clip-path: polygon(18% 0, 50% 32%, 82% 0, 100% 18%, 68% 50%, 100% 82%, 82% 100%, 50% 68%, 18% 100%, 0 82%, 32% 50%, 0 18%);
  }

  [part~='indicator'].cancelled {
    border-radius: 0.125em;
  }

  [part~='indicator'].idle,
  [part~='indicator'].stale:is(.running, .waiting) {
    --_color: var(--_muted);

    background: none;
    box-shadow: inset 0 0 0 0.125em var(--_color);
    border-radius: 50%;
    clip-path: none;
  }

  [part~='indicator'].stale::after {
    display: none;
  }

  @keyframes breathe {
    from {
      opacity: 0.6;
    }
    70%,
    to {
      opacity: 0;
      transform: scale(2.1);
    }
  }

  @media (prefers-reduced-motion: reduce) {
    [part~='indicator']:is(.running, .trying)::after {
      display: none;
    }
  }

  @media (forced-colors: active) {
    [part~='indicator'] {
      --_color: CanvasText !important;
    }
  }
`;
