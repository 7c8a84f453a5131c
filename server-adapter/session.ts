import type { Outgoing, SendResult } from './compose.js';
import { type Context, type Ids, runInContext, type Speaker } from './context.js';

/** A session as `onSession` and `onInput` handlers get it. */
export class Session {
  readonly id: string;
  readonly #messenger: Speaker;
  /** Whoever came first. */
  readonly #ids: Ids;
  /** Made when it is first asked for: most sessions of a server that only shows what others say never are. */
  #abort: AbortController | undefined;
  /** The log, by its epoch, that the handlers were started in when its first viewer came. */
  startedIn: string | undefined;
  /** What is done for it now: handlers that have not finished. */
  #active = 0;

  constructor(messenger: Speaker, ids: Ids & { readonly sessionId: string }) {
    this.#messenger = messenger;
    this.id = ids.sessionId;
    this.#ids = ids;
  }

  /** Aborted when a viewer asks the run to stop, or the messenger closes. */
  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** Sends a message to the session: the same as `messenger.sendToSession(session.id, …)`. */
  send(message: Outgoing): Promise<SendResult> {
    return this.#messenger.sendToSession(this.id, message);
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

  get isActive(): boolean {
    return this.#active > 0;
  }

  /** Runs a handler, in the session's context. What begins after everything has ended is not asked to stop by what was said before. */
  async handle<T>(run: (signal: AbortSignal) => T | Promise<T>, who?: Ids): Promise<T> {
    if (this.#active === 0 && this.#abort?.signal.aborted) this.#abort = undefined;
    this.#active++;
    try {
      const { signal } = this;
      return await this.run(() => run(signal), who);
    } finally {
      this.#active--;
    }
  }

  /** Asks whatever runs for the session to stop. */
  cancel(reason: Error): void {
    if (this.isActive) this.#controller.abort(reason);
  }

  get #controller(): AbortController {
    this.#abort ??= new AbortController();
    return this.#abort;
  }
}
