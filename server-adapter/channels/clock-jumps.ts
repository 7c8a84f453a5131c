import { type Clock, elapsed } from '../../protocol/index.js';

/** Milliseconds by which a clock may get ahead of the time that went by without having been set: time servers correct it by and by. */
const TOLERANCE = 1000;

/**
 * Sees when a clock is set forward, as where a machine started with a wrong time, or slept: whatever it stamped before looks older from then on than it is. A
 * clock that is set back makes things look younger: they are kept for longer, and nothing is lost.
 */
export class ClockJumps {
  readonly #clock: Clock;
  readonly #span: number;
  /** By how much the clock is ahead of the one that nobody sets. */
  #ahead: number;
  #total = 0;
  #recent: Array<{ readonly by: number; readonly at: number }> = [];

  /** `span`: for how many milliseconds a jump is recent. */
  constructor(clock: Clock, span: number) {
    this.#clock = clock;
    this.#span = span;
    this.#ahead = clock.now() - elapsed(clock);
  }

  /** By how many milliseconds the clock has been set forward since this was made. */
  total(): number {
    this.#look();
    return this.#total;
  }

  /** By how many it has been within the span: what it stamped before any earlier jump is older than the span in any case. */
  recent(): number {
    this.#look();
    return this.#recent.reduce((sum, { by }) => sum + by, 0);
  }

  #look(): void {
    const at = elapsed(this.#clock);
    const ahead = this.#clock.now() - at;
    const by = ahead - this.#ahead;
    this.#ahead = ahead;
    if (by > TOLERANCE) {
      this.#total += by;
      this.#recent.push({ by, at });
    }
    this.#recent = this.#recent.filter((jump) => at - jump.at <= this.#span);
  }
}
