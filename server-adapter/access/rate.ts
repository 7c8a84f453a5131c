/** How many seconds' worth may come at once: a page that comes back sends all that was not acknowledged. */
const BURST = 10;

/** A bucket that fills steadily up to ten seconds' worth (a token bucket); every frame takes one out. */
export class Rate {
  #left: number;
  #at: number;

  constructor(perSecond: number, now: number) {
    this.#left = perSecond * BURST;
    this.#at = now;
  }

  /** Takes one; `false` where it came too fast. `now` in milliseconds of a clock that is not set back. */
  take(perSecond: number, now: number): boolean {
    this.#left = Math.min(perSecond * BURST, this.#left + ((now - this.#at) / 1000) * perSecond);
    this.#at = now;
    if (this.#left < 1) return false;
    this.#left--;
    return true;
  }
}
