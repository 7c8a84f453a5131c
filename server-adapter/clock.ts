import type { Clock } from '../protocol/index.js';

/** Milliseconds: timers of more than this fire at once. */
export const LONGEST_TIMER = 2 ** 31 - 1;

/** The machine's own clock. Its timers do not keep a process alive that has nothing else to do. */
export const systemClock: Clock = {
  now: () => Date.now(),
  // Whole: such numbers are kept where they stand, others each in a piece of memory of their own.
  elapsed: () => Math.floor(performance.now()),
  after(ms, run) {
    const timer = setTimeout(run, ms).unref();
    return () => clearTimeout(timer);
  },
};
