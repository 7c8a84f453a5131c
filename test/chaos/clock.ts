import type { Clock } from '../../protocol/index.js';

/** How many of the product's milliseconds pass in one of the machine's: its own limits, at a pace that a test can wait for. */
export const PACE = 25;

/** The machine's time, sped up; it can be set like a clock on a wall, and it knows which timers wait. */
export class FastClock implements Clock {
  #set = 0;
  #isAsleep = false;
  readonly #timers = new Set<NodeJS.Timeout>();
  /** What has fallen due in a sleep. */
  readonly #due = new Map<NodeJS.Timeout, () => void>();

  now(): number {
    return START + this.elapsed() + this.#set;
  }

  elapsed(): number {
    return Math.floor(performance.now() * PACE);
  }

  after(ms: number, run: () => void): () => void {
    const timer = setTimeout(() => {
      if (this.#isAsleep) {
        this.#due.set(timer, run);
        return;
      }
      this.#timers.delete(timer);
      run();
    }, ms / PACE);
    this.#timers.add(timer);
    return () => {
      this.#timers.delete(timer);
      this.#due.delete(timer);
      clearTimeout(timer);
    };
  }

  /** The machine sleeps: the time goes on, and no timer does. */
  sleep(): void {
    this.#isAsleep = true;
  }

  /** It wakes, and finds what has fallen due. */
  wake(): void {
    this.#isAsleep = false;
    for (const [timer, run] of this.#due) {
      this.#due.delete(timer);
      this.#timers.delete(timer);
      run();
    }
  }

  /** Somebody sets the clock: spans of time stay what they are. */
  setBy(ms: number): void {
    this.#set += ms;
  }

  /** How many timers wait. */
  get waiting(): number {
    return this.#timers.size;
  }
}

/** A day on which nothing happens: the same in every process, so that their clocks agree about the day. */
const START = Date.UTC(2026, 0, 1);
