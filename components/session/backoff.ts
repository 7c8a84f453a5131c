/** The longest wait before another attempt, in milliseconds. */
const LONGEST_WAIT = 20_000;
/** The longest wait before the first. */
const SHORTEST_WAIT = 500;

/**
 * Milliseconds before attempt `n` (0 is the first after a loss): anything between 0 and a bound that doubles, at every attempt. The cap comes
 * before the randomness, so that a crowd stays spread however long a server is away.
 */
export function reconnectDelay(n: number, random: () => number): number {
  return random() * Math.min(LONGEST_WAIT, SHORTEST_WAIT * 2 ** Math.min(n, 30));
}
