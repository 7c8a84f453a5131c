import type { StepView } from './state.js';

/** What an event says of its step: of what kind it is, and how it stands from here on. */
export type StepEvent = Pick<StepView, 'kind' | 'status'>;

const KINDS = ['step', 'tool'] as const;
const ENDINGS = { started: 'running', finished: 'finished', failed: 'failed', stopped: 'stopped' } as const;

const EVENTS: ReadonlyMap<string, StepEvent> = new Map(
  KINDS.flatMap((kind) =>
    Object.entries(ENDINGS).map(([ending, status]) => [`${kind}_${ending}`, { kind, status }] as const),
  ),
);

/** Reads the name of an event: `step_started`, `tool_failed` and so on. `undefined` for all others. */
export function readStepEvent(event: string): StepEvent | undefined {
  return EVENTS.get(event);
}
