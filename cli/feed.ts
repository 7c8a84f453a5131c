import { setTimeout as sleep } from 'node:timers/promises';
import { messageOf } from '../protocol/index.js';
import type { Published } from './server-api.js';

/** What is said in a session. */
export interface Said {
  readonly type: string;
  readonly data: unknown;
  readonly step?: string;
}

export interface FeedOptions {
  /** Brings messages to the session, in order. Resolves with what became of each. */
  publish(messages: readonly Said[]): Promise<readonly Published[]>;
  /** Whether what failed may be tried again without saying anything twice. */
  mayTryAgain(error: unknown): boolean;
  /** Is told, once, what could not be published. */
  warn(text: string): void;
}

/** Messages that wait, beyond which the oldest statuses are left out: whoever is shown must not wait for those who show it. */
const WAITING = 1000;
/** Messages published at once, and the milliseconds between: less than a person notices. */
const BATCH = 100;
const PAUSE = 50;
/** Milliseconds before another attempt, and in which the end has to be told: to a server that was there, and to one that never was. */
const AGAIN = 500;
const ENDING = 10_000;
const ENDING_UNHEARD = 2000;

/** Brings what is said to a session, in order and some at once, and never makes whoever says it wait. */
export class Feed {
  readonly #options: FeedOptions;
  #waiting: Said[] = [];
  #missed = 0;
  #publishing: Promise<void> | undefined;
  #isEnding = false;
  #deadline = Number.POSITIVE_INFINITY;
  #hasWarned = false;
  /** The server has taken something, so that it is there, or will be again. */
  #hasArrived = false;

  constructor(options: FeedOptions) {
    this.#options = options;
  }

  say(...messages: Said[]): void {
    this.#waiting.push(...messages);
    if (this.#waiting.length > WAITING) this.#leaveOut();
    this.#publishing ??= this.#publish();
  }

  /** Says the last messages. Resolves when everything has arrived, or cannot any more. */
  async end(...messages: Said[]): Promise<void> {
    this.#isEnding = true;
    this.#deadline = performance.now() + (this.#hasArrived ? ENDING : ENDING_UNHEARD);
    this.say(...messages);
    await Promise.race([this.#publishing, sleep(ENDING, undefined, { ref: false })]);
  }

  async #publish(): Promise<void> {
    // What is said in one turn goes together.
    await sleep(0);
    while (this.#waiting.length > 0) {
      const batch = this.#waiting.splice(0, BATCH);
      const told = this.#missed;
      const outcome = await this.#attempt(told > 0 ? [leftOut(told), ...batch] : batch);
      // Only what has arrived is told: until then more may be left out.
      if (outcome === 'published') this.#missed -= told;
      const isAgain = outcome === 'again';
      if (isAgain) this.#waiting.unshift(...batch);
      if (isAgain || !this.#isEnding) await sleep(isAgain ? AGAIN : PAUSE);
    }
    this.#publishing = undefined;
  }

  async #attempt(batch: readonly Said[]): Promise<'published' | 'again' | 'given up'> {
    try {
      const published = await this.#options.publish(batch);
      this.#hasArrived = true;
      const reason = published.find((each) => each.reason !== undefined)?.reason;
      if (reason !== undefined) this.#warn(`publish: got a message that went nowhere (${reason})`);
      return 'published';
    } catch (error) {
      this.#warn(messageOf(error));
      return performance.now() > this.#deadline || !this.#options.mayTryAgain(error) ? 'given up' : 'again';
    }
  }

  #warn(text: string): void {
    if (!this.#hasWarned) this.#options.warn(text);
    this.#hasWarned = true;
  }

  #leaveOut(): void {
    let excess = this.#waiting.length - WAITING;
    this.#missed += excess;
    this.#waiting = this.#waiting.filter(({ type }) => type !== 'status' || excess-- <= 0);
  }
}

function leftOut(count: number): Said {
  return { type: 'status', data: `… ${count} lines are left out` };
}
