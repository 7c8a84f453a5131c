import { type Ack, closeVerdict, elapsed } from '../../protocol/index.js';
import { LONGEST_TIMER } from './browser-clock.js';
import type { Link } from './link.js';
import type { Outbox } from './outbox.js';
import type { ServerClock } from './server-clock.js';

/** Milliseconds before its end at which a token is replaced at the latest, where it lives so long: time to ask again if that fails. */
const MARGIN = 10_000;
/** Milliseconds of life below which a token is not replaced any more: it ends, and the page comes back with another. */
const TOO_LATE = 2000;

/**
 * Milliseconds until a token that has `left` to live is replaced: 75 to 85 % of them, so that pages that came together do not ask together.
 * `undefined` when it is too late.
 */
export function refreshDelay(left: number, random: () => number): number | undefined {
  if (left < TOO_LATE) return undefined;
  return Math.min(left * (0.75 + random() / 10), Math.max(left - MARGIN, left / 2));
}

/** Replaces the token of a connection before it ends, so that the connection need not. */
export class TokenRefresh {
  readonly #link: Link;
  readonly #outbox: Outbox;
  readonly #serverClock: ServerClock;
  #stopWaiting: () => void = () => {};
  #expiresAt = 0;
  /** Counts what is waited for: an answer to what was called off is not used. */
  #round = 0;
  #shown: { readonly ref: string; readonly token: string } | undefined;

  constructor(link: Link, outbox: Outbox, serverClock: ServerClock) {
    this.#link = link;
    this.#outbox = outbox;
    this.#serverClock = serverClock;
  }

  /** The token in use ends at `expiresAt`, in server time; never, where that is not said. */
  schedule(expiresAt: number | undefined): void {
    this.stop();
    const { tokens, clock, random } = this.#link;
    if (expiresAt === undefined || !tokens.canAsk) return;
    this.#expiresAt = expiresAt;
    const wait = refreshDelay(expiresAt - this.#serverClock.now, random);
    // Each round waits for most of what is left, so that there are few before it is too late.
    if (wait !== undefined) this.#replaceAt(elapsed(clock) + wait);
  }

  stop(): void {
    this.#round++;
    this.#stopWaiting();
    this.#shown = undefined;
  }

  /** Takes the server's word for the token that it was shown. */
  settle({ ref, accepted, reason, expiresAt, code }: Ack): void {
    if (ref !== this.#shown?.ref) return;
    const { tokens } = this.#link;
    const { token } = this.#shown;
    if (accepted) tokens.current = token;
    // Where the server could not decide, the token may be as good as any.
    else if (code !== undefined && closeVerdict(code) !== 'retry') tokens.reject(token, reason);
    this.schedule(accepted ? expiresAt : this.#expiresAt);
  }

  #replaceAt(due: number): void {
    const { clock } = this.#link;
    const wait = due - elapsed(clock);
    const next = () => (wait > LONGEST_TIMER ? this.#replaceAt(due) : void this.#replace());
    this.#stopWaiting = clock.after(Math.min(wait, LONGEST_TIMER), next);
  }

  async #replace(): Promise<void> {
    const { tokens } = this.#link;
    const round = this.#round;
    try {
      const token = await tokens.ask();
      if (round !== this.#round) return;
      if (token === undefined || tokens.wasRejected(token)) this.schedule(this.#expiresAt);
      else this.#shown = { ref: this.#outbox.tell({ type: 'token', data: { token } }), token };
    } catch (cause) {
      if (round !== this.#round) return;
      this.schedule(this.#expiresAt);
      this.#link.tokenFailed(cause, 'before the token ends');
    }
  }
}
