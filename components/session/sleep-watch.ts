import type { Clock } from '../../protocol/index.js';

/** Milliseconds between two looks at the clock. */
const CADENCE = 1000;
/** Milliseconds that a look may be late before the page is taken to have slept: more than a busy page is, less than a server waits. */
const SLEPT = 3000;

/** Notices a sleep that no event tells of, by a wall clock that has run ahead. Everyone who watches shares one timer. */
export class SleepWatch {
  readonly #clock: Clock;
  readonly #watchers = new Set<() => void>();
  #stop: () => void = () => {};

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Calls `woke` after every sleep. Answers a function that stops it. */
  add(woke: () => void): () => void {
    // One of its own for each call: the same function may be added twice.
    const watcher = () => woke();
    if (this.#watchers.size === 0) this.#lookLater();
    this.#watchers.add(watcher);
    return () => {
      if (this.#watchers.delete(watcher) && this.#watchers.size === 0) this.#stop();
    };
  }

  #lookLater(): void {
    const due = this.#clock.now() + CADENCE;
    this.#stop = this.#clock.after(CADENCE, () => {
      this.#lookLater();
      if (this.#clock.now() - due > SLEPT) for (const woke of [...this.#watchers]) woke();
    });
  }
}
