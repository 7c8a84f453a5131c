/** Milliseconds for which something that is over stays before whoever was in it: long enough to read how it ended. */
const LONG_ENOUGH = 8000;

/**
 * Keeps something that is over before whoever was in it, for a while; and takes nothing away while something is pressed, since what is under the pointer would move away
 * from under it.
 */
export class Linger {
  /** When it was over, for somebody who was in it; it is gone where there is no such time. */
  #since: number | undefined;
  #wasOver = true;

  /** It is over, and still there. */
  get isLingering(): boolean {
    return this.#since !== undefined;
  }

  /** Looks how it is now, in milliseconds since any moment. `isIn`: somebody is in it. */
  update(isOver: boolean, isIn: boolean, isPressed: boolean, now: number): void {
    if (!isOver) this.#since = undefined;
    else if (!this.#wasOver && isIn) this.#since = now;
    this.#wasOver = isOver;
    if (this.#since !== undefined && !isPressed && now - this.#since >= LONG_ENOUGH) this.#since = undefined;
  }

  /** It goes now. */
  end(): void {
    this.#since = undefined;
  }
}
