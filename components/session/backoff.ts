import { invalid, messageOf, StatusMessengerError } from '../../protocol/index.js';
import { LONGEST_TIMER } from './browser-clock.js';

/** The longest wait before another attempt, in milliseconds. */
const LONGEST_WAIT = 20_000;
/** The longest wait before the first, in milliseconds. */
const LONGEST_FIRST_WAIT = 500;

/**
 * Milliseconds before attempt `n` (0 is the first after a loss): anything between 0 and a bound that doubles, at every attempt, and is never less
 * than the `spread` that a server with many pages asks for. The cap comes before the randomness, so that a crowd stays spread however long a
 * server is away.
 */
export function reconnectDelay(n: number, random: () => number, spread = 0): number {
  return random() * Math.max(Math.min(LONGEST_WAIT, LONGEST_FIRST_WAIT * 2 ** Math.min(n, 30)), spread);
}

/** The wait by a page's own `delay`, a day at most; or what is wrong with it, where it is no time. */
export function ownDelay(
  delay: (n: number, random: () => number, spread: number) => number,
  n: number,
  random: () => number,
  spread: number,
): number | StatusMessengerError {
  try {
    const ms: unknown = delay(n, random, spread);
    if (typeof ms === 'number' && ms >= 0) return Math.min(ms, LONGEST_TIMER);
    return invalid('reconnectDelay', ms, 'milliseconds from 0', 'the usual wait is taken instead');
  } catch (cause) {
    const text = `reconnectDelay: it failed (${messageOf(cause)}); the usual wait is taken instead`;
    return new StatusMessengerError('invalid', text, { cause });
  }
}
