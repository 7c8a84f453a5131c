import type { Link } from './link.js';

/** Milliseconds an open connection may stay without a greeting before its server is taken for one that sends none. */
const GREETING = 1000;
/**
 * Milliseconds of silence after which another connection takes the place of one on which not a word was heard, where no server at this address was ever
 * heard to speak without a greeting: the first may be dead. Twice as many each time, up to the longest.
 */
const SILENCE = 30_000;
const LONGEST_SILENCE = 600_000;

/** What a connection's server is known to be, and what servers at this address were found to be before. */
export class Terms {
  readonly #link: Link;
  readonly #ungreeted: () => void;
  /**
   * Nothing is known; it has been open and silent for a while; it speaks, but has not greeted, so it acknowledges nothing either; it has greeted in this
   * protocol.
   */
  current: 'unknown' | 'silent' | 'plain' | 'greeted' = 'unknown';
  /** A server here has greeted, on some connection; or it has spoken without. */
  knowsProtocol = false;
  #speaksPlainly = false;
  /** How many connections in a row were given up over their silence. */
  #silences = 0;
  #stopWaiting: () => void = () => {};

  /** `ungreeted`: the server is taken for one that greets nobody, so what waits is to be said as it is. */
  constructor(link: Link, ungreeted: () => void) {
    this.#link = link;
    this.#ungreeted = ungreeted;
  }

  /** There is a new connection. Answers whether its server will greet. */
  opened(): boolean {
    if (!this.knowsProtocol) this.#stopWaiting = this.#link.clock.after(GREETING, () => this.#hearsNothing());
    return this.knowsProtocol;
  }

  /** The server has greeted. Answers whether it had not before, on this connection. */
  greeted(): boolean {
    this.#stopWaiting();
    const isFirst = this.current !== 'greeted';
    this.current = 'greeted';
    this.knowsProtocol = true;
    this.#silences = 0;
    return isFirst;
  }

  /** The server has said something of its own. Without a greeting before, it will send none. */
  spoke(): void {
    if (this.current !== 'unknown' && this.current !== 'silent') return;
    this.#stopWaiting();
    this.current = 'plain';
    this.#speaksPlainly = true;
    this.#silences = 0;
    this.#ungreeted();
  }

  /** The connection is gone. */
  dropped(): void {
    this.#stopWaiting();
    this.current = 'unknown';
  }

  #hearsNothing(): void {
    this.current = 'silent';
    if (!this.#speaksPlainly) {
      const wait = Math.min(SILENCE * 2 ** this.#silences, LONGEST_SILENCE) * (0.75 + this.#link.random() / 2);
      this.#stopWaiting = this.#link.clock.after(wait, () => {
        this.#silences++;
        this.#link.renewIfSilent();
      });
    }
    this.#ungreeted();
  }
}
