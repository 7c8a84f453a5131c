import type { Clock } from '../../protocol/index.js';

/** The longest that a timer is set for, in milliseconds, whatever a server says: those of the platform overflow at 25 days. */
export const LONGEST_TIMER = 24 * 3_600_000;

/** The time of the page. */
export const browserClock: Clock = {
  now: () => Date.now(),
  elapsed: () => performance.now(),
  after(ms, run) {
    const timer = setTimeout(run, ms);
    return () => clearTimeout(timer);
  },
};
