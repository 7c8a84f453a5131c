import type { PeerName } from './peers.js';

/** One number of a scenario. */
export interface Metric {
  readonly name: string;
  readonly unit: string;
  /** Which way is better; without it the number is there to judge the others by. */
  readonly better?: 'more' | 'less';
}

/** Something that is measured of every peer in turn. */
export interface Scenario {
  readonly name: string;
  /** The first one is what the others are compared with. */
  readonly peers: readonly PeerName[];
  readonly metrics: readonly Metric[];
  /** Answers one number for each metric, in their order. `seed` is the round's. */
  measure(peer: PeerName, seed: number): Promise<readonly number[]>;
}

export const ALL: readonly PeerName[] = ['naive', 'socket.io', 'ours'];

/** Milliseconds in which the slowest machine gets there. */
const PATIENCE = 60_000;

/** Fails with `what()` when `promise` takes too long: a peer that loses something would be waited for for ever. */
export async function inTime<T>(promise: Promise<T>, what: () => string): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`${what()} after ${PATIENCE / 1000} s`)), PATIENCE);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}
