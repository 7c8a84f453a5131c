/** The time, handed in so that tests can move it. The default is the platform's own. */
export interface Clock {
  /** Milliseconds since 1970. */
  now(): number;
  /** Calls `run` once after `ms` milliseconds; the answer calls it off. */
  after(ms: number, run: () => void): () => void;
  /** Milliseconds since some moment, which nobody sets forward or back as they may set `now`. Default: `now`. */
  elapsed?(): number;
}

/** What spans of time are measured by, so that a clock that is set right ends no connection. */
export function elapsed(clock: Clock): number {
  return clock.elapsed?.() ?? clock.now();
}
