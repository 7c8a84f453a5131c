import { css } from 'lit';

export const styles = css`
  :host {
    --_accent: var(--status-accent, light-dark(#2f5fd0, #8fb0ff));
    --_success: var(--status-success, light-dark(#1a7f45, #5fcf8f));
    --_warning: var(--status-warning, light-dark(#9a6200, #f0b44c));
    --_danger: var(--status-danger, light-dark(#c02a37, #ff8a8f));
    --_muted: var(--status-muted, color-mix(in srgb, currentColor 68%, transparent));
    --_gap: var(--status-gap, 0.6em);
    --_size: var(--status-indicator-size, 0.7em);

    display: block;
    font: inherit;
    line-height: 1.4;
  }

  :host([hidden]) {
    display: none;
  }

  [part='base'] {
    display: flex;
    flex-wrap: wrap;
    align-items: baseline;
    gap: 0.15em var(--_gap);
    min-block-size: 1.4em;
  }

  [part='indicator'] {
    --_color: var(--_muted);

    flex: none;
    position: relative;
    inline-size: var(--_size);
    block-size: var(--_size);
    border-radius: 50%;
    background: var(--_color);
    forced-color-adjust: none;
  }

  .running {
    --_color: var(--_accent);
  }

  .running::after {
    content: '';
    position: absolute;
    inset: 0;
    border-radius: inherit;
    background: inherit;
    animation: breathe 1.8s ease-out infinite;
  }

  .waiting {
    --_color: var(--_warning);

    border-radius: 0;
    clip-path: polygon(50% 0, 100% 50%, 50% 100%, 0 50%);
  }

  .completed {
    --_color: var(--_success);

    border-radius: 0;
    clip-path: polygon(0 55%, 14% 40%, 38% 63%, 86% 12%, 100% 26%, 38% 90%);
  }

  .failed {
    --_color: var(--_danger);

    border-radius: 0;
    clip-path: polygon(18% 0, 50% 32%, 82% 0, 100% 18%, 68% 50%, 100% 82%, 82% 100%, 50% 68%, 18% 100%, 0 82%, 32% 50%, 0 18%);
  }

  .cancelled {
    border-radius: 0.12em;
  }

  .idle,
  .stale:is(.running, .waiting) {
    --_color: var(--_muted);

    background: none;
    box-shadow: inset 0 0 0 0.13em var(--_color);
    border-radius: 50%;
    clip-path: none;
  }

  .stale::after {
    display: none;
  }

  [part='message'] {
    flex: 1 1 12em;
    min-inline-size: 0;
    overflow-wrap: anywhere;
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

  .hidden {
    position: absolute;
    inline-size: 1px;
    block-size: 1px;
    overflow: hidden;
    clip-path: inset(50%);
    white-space: nowrap;
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
    .running::after {
      display: none;
    }
  }

  @media (forced-colors: active) {
    [part='indicator'] {
      --_color: CanvasText;
    }
    [part='message'],
    [part='time'],
    [part='connection'] {
      color: CanvasText;
    }
  }
`;
