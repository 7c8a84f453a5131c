import { css } from 'lit';

/**
 * The look that all elements share. Every `--status-…` can be set on an element or anywhere above it; what is derived of them is private, and begins with `--_`. Text takes
 * the page's font and colour, everything else is mixed of that colour, so that the elements fit into a page of any background.
 *
 * | property | what it is | default |
 * |---|---|---|
 * | `--status-accent` | work going on, and what can be pressed | a blue |
 * | `--status-success`, `--status-warning`, `--status-danger` | done, needs a person, failed | a green, an amber, a red |
 * | `--status-muted` | the colour of what is less important | the text, at 68 % |
 * | `--status-surface` | the ground of cards and fields | the text, at 4 % |
 * | `--status-border` | hairlines | the text, at 16 % |
 * | `--status-radius` | the corners of cards; those of buttons and fields follow | 0.5rem |
 * | `--status-gap` | the space between parts; other spaces are parts of it | 0.5rem |
 * | `--status-font-size` | the size of the text, best in rem; smaller text follows | that of the page |
 * | `--status-indicator-size` | the size of the indicator | 0.75em |
 * | `--status-focus` | the colour of the focus ring | the accent |
 */
export const tokens = css`
  :host {
    --_accent: var(--status-accent, light-dark(#2f5fd0, #8fb0ff));
    --_success: var(--status-success, light-dark(#1a7f45, #5fcf8f));
    --_warning: var(--status-warning, light-dark(#9a6200, #f0b44c));
    --_danger: var(--status-danger, light-dark(#c02a37, #ff8a8f));
    --_muted: var(--status-muted, color-mix(in srgb, currentColor 68%, transparent));
    --_surface: var(--status-surface, color-mix(in srgb, currentColor 4%, transparent));
    --_border: var(--status-border, color-mix(in srgb, currentColor 16%, transparent));
    --_edge: color-mix(in srgb, currentColor 56%, transparent);
    --_mark: var(--_accent);
    --_focus: var(--status-focus, var(--_mark));
    --_on-accent: light-dark(#fff, #10131a);
    --_on-danger: light-dark(#fff, #10131a);
    --_radius: var(--status-radius, 0.5rem);
    --_radius-small: calc(var(--_radius) * 0.75);
    --_gap: var(--status-gap, 0.5rem);
    --_gap-small: calc(var(--_gap) / 2);
    --_gap-large: calc(var(--_gap) * 2);
    --_size: var(--status-indicator-size, 0.75em);
    --_control: 2rem;
    --_fast: 120ms;
    --_slow: 240ms;
    --_ease: cubic-bezier(0.2, 0, 0, 1);

    display: block;
    font: inherit;
    font-size: var(--status-font-size, inherit);
    line-height: 1.5;
    overflow-wrap: anywhere;
  }

  /* Black or white, whichever can be read on an accent that the page chose. */
  @supports (color: oklch(from red clamp(0, (0.62 - l) * 999, 1) 0 0)) {
    :host {
      --_on-accent: oklch(from var(--_accent) clamp(0, (0.62 - l) * 999, 1) 0 0);
      --_on-danger: oklch(from var(--_danger) clamp(0, (0.62 - l) * 999, 1) 0 0);
    }
  }

  /* The accent where it marks something on the page's own ground: as light or as dark as it must be to be seen there. */
  @supports (color: oklch(from red min(l, 0.7) c h)) {
    :host {
      --_mark: light-dark(oklch(from var(--_accent) min(l, 0.68) c h), oklch(from var(--_accent) max(l, 0.6) c h));
    }
  }

  :host([hidden]),
  [hidden] {
    display: none !important;
  }

  *,
  ::before,
  ::after {
    box-sizing: border-box;
  }

  .muted {
    color: var(--_muted);
  }

  .small {
    font-size: 0.875em;
  }

  .number {
    font-variant-numeric: tabular-nums;
  }

  /* For those who do not see: there, but not on the screen. */
  .hidden {
    position: absolute;
    inline-size: 1px;
    block-size: 1px;
    overflow: hidden;
    clip-path: inset(50%);
    white-space: nowrap;
  }

  :focus-visible {
    outline: 2px solid var(--_focus);
    outline-offset: 2px;
  }

  /* What is pressed with a finger is as large as one. */
  @media (pointer: coarse) {
    :host {
      --_control: 2.75rem;
    }
  }

  @media (prefers-reduced-motion: reduce) {
    *,
    ::before,
    ::after {
      animation: none !important;
      transition: none !important;
    }
  }

  @media (prefers-contrast: more), (forced-colors: active) {
    :host {
      --_muted: currentColor;
      --_border: currentColor;
      --_edge: currentColor;
    }
  }
`;
