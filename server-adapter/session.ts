import type { Ack } from '../protocol/index.js';
import type { Outgoing, SendResult } from './compose.js';
import { type Context, type Ids, runInContext, type Speaker } from './context.js';

/** How many answered `ref`s a session remembers. */
const REFS = 1000;

/** A session as `onSession` and `onInput` handlers get it. */
export class Session {
  readonly id: string;
  readonly #messenger: Speaker;
  /** Whoever came first. */
  readonly #ids: Ids;
  readonly #abort = new AbortController();
  readonly #acks = new Map<string, Ack>();
  /** The first viewer has come, so the handlers were started. */
  started = false;
  /** Handlers that have not finished. */
  running = 0;

  constructor(messenger: Speaker, ids: Ids & { readonly sessionId: string }) {
    this.#messenger = messenger;
    this.id = ids.sessionId;
    this.#ids = ids;
  }

  /** Aborted when a viewer asks the run to stop, or the messenger closes. */
  get signal(): AbortSignal {
    return this.#abort.signal;
  }

  /** Sends a message to the session: the same as `messenger.sendToSession(session.id, …)`. */
  send(message: Outgoing): Promise<SendResult> {
    return this.#messenger.sendToSession(this.id, message);
  }

  /** Whether a page's frame was carried out. */
  get hasAnswered(): boolean {
    return this.#acks.size > 0;
  }

  /** Runs `run` in the session's context: that of `who`, or of whoever came first. */
  run<T>(run: () => T, { threadId, userId }: Ids = this.#ids): T {
    const context: Context = {
      sessionId: this.id,
      ...(threadId === undefined ? {} : { threadId }),
      ...(userId === undefined ? {} : { userId }),
      signal: this.signal,
    };
    return runInContext(context, this.#messenger, run);
  }

  /** Asks whatever runs for the session to stop. */
  cancel(reason: string): void {
    this.#abort.abort(new Error(`status-messenger: ${reason}`));
  }

  /** Carries out a page's frame once: the same `ref` again gets the same answer. */
  once(ref: string | undefined, carryOut: () => Omit<Ack, 'ref'>): Ack | undefined {
    if (ref === undefined) {
      carryOut();
      return undefined;
    }
    const known = this.#acks.get(ref);
    if (known) return known;
    const ack: Ack = { ref, ...carryOut() };
    this.#acks.set(ref, ack);
    for (const oldest of this.#acks.keys()) {
      if (this.#acks.size <= REFS) break;
      this.#acks.delete(oldest);
    }
    return ack;
  }
}
