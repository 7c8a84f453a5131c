import { css, html, type TemplateResult } from 'lit';
import type { Phase } from '../../protocol/index.js';
import { indicator } from '../styles/index.js';
import type { Line } from './line.js';

/** What a `.line` shows of the run. `prefix` stands before the names of its parts. */
export function lineContent(line: Line, phase: Phase, prefix = ''): TemplateResult {
  return html`
    ${indicator(phase, line.states.has('stale'))}
    <span class="hidden">${line.sign}</span>
    <span part="${prefix}message" class="message"><bdi>${line.message}</bdi></span>
    <span part="${prefix}time" class="time">${line.time}</span>
  `;
}

export const lineStyles = css`
  .line {
    display: flex;
    flex-wrap: wrap;
    align-items: baseline;
    gap: 0.125rem var(--_gap);
    min-block-size: 1.5em;
  }

  .message {
    flex: 1 1 min(8em, 100% - var(--_size) - var(--_gap));
    min-inline-size: 0;
    white-space: pre-line;
  }

  /* One line says how it stands; what is much longer stands whole where there is room for it. */
  .message > bdi {
    display: -webkit-box;
    -webkit-box-orient: vertical;
    -webkit-line-clamp: 6;
    overflow: hidden;
  }

  .stale ~ .message {
    color: var(--_muted);
  }

  .time {
    color: var(--_muted);
    font-variant-numeric: tabular-nums;
  }

  .time:empty {
    display: none;
  }
`;
