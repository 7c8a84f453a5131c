import { type Clock, invalid } from '../../protocol/index.js';

/** A clock that stands until it is moved, for the option `clock` of clients, servers and stores. */
export class ManualClock implements Clock {
  #now: number;
  readonly #timers = new Set<{ at: number; run: () => void }>();

  /** `start`: milliseconds since 1970. Default: a moment in November 2023. */
  constructor(start = 1_700_000_000_000) {
    this.#now = start;
  }

  /** Milliseconds since 1970. */
  now(): number {
    return this.#now;
  }

  /** Calls `run` once the clock has been moved by `ms` milliseconds; the answer calls it off. */
  after(ms: number, run: () => void): () => void {
    const timer = { at: this.#now + ms, run };
    this.#timers.add(timer);
    return () => this.#timers.delete(timer);
  }

  /** How many timers wait. */
  get waiting(): number {
    return this.#timers.size;
  }

  /** Moves the time forward by `ms` milliseconds, running what falls due in its order, each at its own time. Less than 0 sets the clock back. */
  advance(ms: number): void {
    if (!Number.isFinite(ms)) throw invalid('advance', ms, 'milliseconds', 'pass a number');
    const end = this.#now + ms;
    while (true) {
      const due = [...this.#timers].filter(({ at }) => at <= end).sort((a, b) => a.at - b.at)[0];
      if (!due) break;
      this.#timers.delete(due);
      this.#now = due.at;
      due.run();
    }
    this.#now = end;
  }

  /** The process stands still for `ms` milliseconds: what fell due meanwhile runs when it goes on, late. */
  standStill(ms: number): void {
    this.#now += ms;
    const end = this.#now;
    for (const timer of [...this.#timers].sort((a, b) => a.at - b.at)) {
      if (timer.at <= end && this.#timers.delete(timer)) timer.run();
    }
  }
}
