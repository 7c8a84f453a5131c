import type { ChannelState, QuestionView } from '../protocol/index.js';

/** What a question is known by: an id may be asked again, and in the seed's form there is none. */
export function questionKey({ id, ts, question }: QuestionView): string {
  return JSON.stringify([id, ts ?? question]);
}

/** What a run is known by. */
export function runKey({ run, startedAt }: ChannelState): string {
  return `${run} ${startedAt}`;
}

/** What the end of a run is known by. */
export function endKey(state: ChannelState): string {
  return `${runKey(state)} ${state.endedAt}`;
}
