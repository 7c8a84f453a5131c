import { type Clock, elapsed } from '../../protocol/index.js';

/** The server's time, by what the server told of it. */
export class ServerClock {
  readonly #clock: Clock;
  /** What the server's time is ahead of `elapsed()`, which nobody sets; `undefined` until the server told it. */
  #offset: number | undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Milliseconds since 1970; the page's own, as long as the server told none. */
  get now(): number {
    return this.#offset === undefined ? this.#clock.now() : elapsed(this.#clock) + this.#offset;
  }

  /** A server tells its time for the first time on a connection: it may be another one than before, by another clock. */
  start(time: number): void {
    this.#offset = time - elapsed(this.#clock);
  }

  /** Every time of the server's was true a little before it is read here: the latest of them, as seen from now, is the nearest. */
  learn(time: number): void {
    const offset = time - elapsed(this.#clock);
    this.#offset = Math.max(this.#offset ?? offset, offset);
  }
}
