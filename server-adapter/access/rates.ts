import { Rate } from './rate.js';

/** How many keys are remembered: whoever has more than that to come from could not be held back by it. */
const KEYS = 10_000;

/** A rate for each key. */
export class Rates {
  readonly #perSecond: number;
  readonly #rates = new Map<string, Rate>();

  constructor(perSecond: number) {
    this.#perSecond = perSecond;
  }

  /** As `Rate`, for one key. */
  take(key: string, now: number): boolean {
    const rate = this.#rates.get(key) ?? new Rate(this.#perSecond, now);
    // The one that was used last stands last.
    this.#rates.delete(key);
    this.#rates.set(key, rate);
    const [oldest] = this.#rates.keys();
    if (this.#rates.size > KEYS && oldest !== undefined) this.#rates.delete(oldest);
    return rate.take(this.#perSecond, now);
  }
}
