import type { ProgressView } from '../../protocol/index.js';

/** How far something was, and when, in the server's time. */
interface Sample {
  readonly at: number;
  readonly value: number;
}

/** How quickly something moves: how far it was, oldest first. */
export type Pace = readonly Sample[];

/** Milliseconds that samples are at least apart: what comes in one burst is one sample. */
const APART = 1000;
/** Samples that are kept: the last half minute of what moves quickly, the last thirty moves of what does not. */
const KEPT = 30;
/** What is enough to go by: fewer samples, or a shorter time, tell more of the moment than of the work. */
const ENOUGH = { samples: 3, ms: 5000 };

/** The pace with what is known now. What goes backwards begins anew. Pure. */
export function follow(pace: Pace, { value, ts: at }: ProgressView): Pace {
  if (value === undefined || at === undefined) return pace;
  const last = pace.at(-1);
  if (!last || value < last.value || at < last.at) return [{ at, value }];
  return at - last.at < APART ? pace : [...pace.slice(1 - KEPT), { at, value }];
}

/**
 * What is done in a millisecond: the median of the speeds between any two samples, so that neither a leap nor a pause in between counts for more than it lasted. `undefined` while there is
 * not enough to go by, or not any more: it has stood still for longer than it was seen to move. Pure.
 */
export function speed(pace: Pace, now: number): number | undefined {
  const [first] = pace;
  const last = pace.at(-1);
  if (!first || !last || pace.length < ENOUGH.samples) return undefined;
  const seen = last.at - first.at;
  if (seen < ENOUGH.ms || now - last.at > seen) return undefined;
  const speeds = pace.flatMap((from, i) => pace.slice(i + 1).map((to) => (to.value - from.value) / (to.at - from.at)));
  const median = speeds.sort((a, b) => a - b)[speeds.length >> 1] ?? 0;
  return median > 0 ? median : undefined;
}

/**
 * The milliseconds that are left at this speed. Between two moves they count down; `undefined` once they are over and it is still not done, since nobody knows then. Pure.
 */
export function timeLeft({ value = 0, max = 0, ts = 0 }: ProgressView, perMs: number, now: number): number | undefined {
  const left = (max - value) / perMs - (now - ts);
  return left > 0 ? left : undefined;
}
