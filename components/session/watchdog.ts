import { type Clock, elapsed } from '../../protocol/index.js';
import { LONGEST_TIMER } from './browser-clock.js';

/** Milliseconds in which a server that was asked for a sign of life answers, or says something else at least. */
const PROBE = 2000;

/** Whose connection is watched. */
export interface WatchdogUser {
  /** Asks the server for a sign of life. */
  probe(): void;
  /** The server promised to be heard, and was not. */
  quiet(): void;
  /** The server was asked, and did not answer. */
  unanswered(): void;
}

/** Finds connections that are dead though nobody said so: by their quiet, and by asking. */
export class Watchdog {
  readonly #clock: Clock;
  readonly #user: WatchdogUser;
  /** Milliseconds of quiet after which the connection counts as dead; `undefined` where the server promised nothing. */
  #patience: number | undefined;
  #heardAt = 0;
  #stopWaiting: () => void = () => {};
  #stopProbe: (() => void) | undefined;

  constructor(clock: Clock, user: WatchdogUser) {
    this.#clock = clock;
    this.#user = user;
  }

  /** From now on, `ms` milliseconds in which nothing is heard mean that the connection is dead. */
  expect(ms: number): void {
    this.#patience = Math.min(ms, LONGEST_TIMER);
    this.#look();
  }

  /** Something was heard, whatever it was. It is no answer: it may have been said long ago, and have waited where the page slept. */
  heard(): void {
    this.#heardAt = elapsed(this.#clock);
    // The answer comes after all that was said before, over a slow network perhaps.
    if (this.#stopProbe) this.#awaitAnswer();
  }

  /** The server has answered what it was asked. */
  answered(): void {
    if (!this.#stopProbe) return;
    this.#endProbe();
    this.#look();
  }

  /** Asks for a sign of life. A server that promised none owes no answer; one that was asked already has its time. */
  probe(): void {
    if (this.#patience === undefined || this.#stopProbe) return;
    this.#awaitAnswer();
    this.#user.probe();
  }

  /** The connection is gone. */
  stop(): void {
    this.#patience = undefined;
    this.#stopWaiting();
    this.#endProbe();
  }

  #awaitAnswer(): void {
    this.#stopProbe?.();
    this.#stopProbe = this.#clock.after(PROBE, () => this.#user.unanswered());
  }

  #endProbe(): void {
    this.#stopProbe?.();
    this.#stopProbe = undefined;
  }

  #look(): void {
    if (this.#patience === undefined) return;
    this.#stopWaiting();
    const late = elapsed(this.#clock) - this.#heardAt - this.#patience;
    if (late < 0) this.#stopWaiting = this.#clock.after(-late, () => this.#look());
    // So late is only a page that slept: what the server said meanwhile may be about to be heard.
    else if (late > PROBE) this.probe();
    else this.#user.quiet();
  }
}
