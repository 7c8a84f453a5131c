import {
  type BuiltInMessage,
  type ChannelState,
  isBuiltInMessage,
  type Phase,
  type ProgressView,
} from '../../protocol/index.js';
import { stepPhase } from '../styles/index.js';

/** What the progress is of: a step, or the whole run. */
export interface Tracked {
  /** The id of the step; of the run there is none. */
  readonly step?: string;
  /** Empty where nothing names it. */
  readonly label: string;
  readonly phase: Phase;
  readonly progress: ProgressView;
  /** When it began and ended, in the server's time, as far as that is known. */
  readonly startedAt?: number | undefined;
  readonly endedAt?: number | undefined;
  /** Why it failed. */
  readonly error: string;
}

/**
 * What `name` names: the step of that id, or else the latest of that label, one that goes on before one that is over. Without a name it is the whole run. A step that has not begun is
 * idle. Pure.
 */
export function tracked(state: ChannelState, name: string | null): Tracked {
  // A framework takes a property away by setting it to nothing at all.
  if (name == null) {
    const { phase, startedAt, endedAt, error } = state;
    const progress = state.progress ?? {};
    return { label: progress.label ?? '', phase, progress, startedAt, endedAt, error: error?.message ?? '' };
  }
  const named = state.steps.filter(({ label }) => label === name).reverse();
  const step =
    state.steps.find(({ id }) => id === name) ?? named.find(({ status }) => status === 'running') ?? named[0];
  if (!step) return { label: name, phase: 'idle', progress: {}, error: '' };
  const { id, label, status, progress = {}, startedAt, endedAt, error = '' } = step;
  return { step: id, label, phase: stepPhase(status), progress, startedAt, endedAt, error };
}

/** What the kept messages tell of how it went until now, oldest first. Pure. */
export function history(state: ChannelState, { step, startedAt = 0 }: Tracked): readonly ProgressView[] {
  return state.messages.filter(isBuiltInMessage).flatMap((message: BuiltInMessage) => {
    if (message.type !== 'progress') return [];
    const { data, ts = 0 } = message;
    const id = data.step ?? message.step;
    const known = state.steps.some((other) => other.id === id) ? id : undefined;
    return known === step && ts >= startedAt ? [{ ...data, ts }] : [];
  });
}
