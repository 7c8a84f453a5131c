import { type Ack, type ClientFrame, hasEnded, invalid, messageOf } from '../protocol/index.js';
import type { ChannelLog } from './channels/channel-store.js';
import type { Outgoing } from './compose.js';
import type { Ids, Speaker } from './context.js';
import { type Log, stackOf } from './logger.js';
import { Session } from './session.js';

export type SessionHandler = (session: Session) => unknown;
/** `input` is what the page sent: the `data` of an `input` frame, or any other text as it came. */
export type InputHandler = (input: unknown, session: Session) => unknown;

/** A page's frame that is for its session. */
export type RequestFrame = Extract<ClientFrame, { type: 'answer' | 'cancel' | 'input' }>;

/** What the sessions ask of their messenger beside speaking. */
export interface SessionsOwner {
  isClosed(): boolean;
  /** Keeps the session's channel until it is released. */
  hold(sessionId: string): Promise<{ readonly log: ChannelLog; release(): void }>;
  /** What was answered to a frame of the session's pages. */
  recall(sessionId: string, ref: string): Ack | Promise<Ack> | undefined;
  remember(sessionId: string, ack: Ack): void | Promise<void>;
}

/** The sessions that a messenger knows: it starts their work, and carries out what their pages ask for. */
export class Sessions {
  readonly #speaker: Speaker;
  readonly #owner: SessionsOwner;
  readonly #log: Log;
  readonly #sessions = new Map<string, Session>();
  readonly #onSession: SessionHandler[] = [];
  /** When this process took over, server time. */
  readonly #begun: number;
  readonly #onInput: InputHandler[] = [];

  constructor(speaker: Speaker, owner: SessionsOwner, log: Log, now: number) {
    this.#begun = now;
    this.#speaker = speaker;
    this.#owner = owner;
    this.#log = log;
  }

  onSession(handler: SessionHandler): () => void {
    return register(this.#onSession, handler, 'onSession');
  }

  onInput(handler: InputHandler): () => void {
    return register(this.#onInput, handler, 'onInput');
  }

  /** Whether the session's work was begun, which must not happen again: its channel is then kept, also while nothing was said in it. */
  hasStarted(sessionId: string): boolean {
    return this.#sessions.get(sessionId)?.started === true;
  }

  /** A viewer is here: the first one starts the handlers, unless the session's run came to its end before this process began. */
  arrived(ids: Ids & { readonly sessionId: string }, log: ChannelLog | undefined): void {
    if (this.#onSession.length === 0) return;
    const session = this.#session(ids);
    if (session.started) return;
    session.started = true;
    if (log && this.#endedBefore(log)) return;
    for (const handler of this.#onSession) void this.#run(session, handler);
  }

  /** Carries out a page's frame, once for each `ref`. Answers what to acknowledge, if it is to be. */
  receive(ids: Ids & { readonly sessionId: string }, frame: RequestFrame): Ack | Promise<Ack> | undefined {
    const { ref } = frame;
    if (ref === undefined) {
      this.#carryOut(ids, frame);
      return undefined;
    }
    const known = this.#owner.recall(ids.sessionId, ref);
    if (known) return known;
    const ack: Ack = { ref, ...this.#carryOut(ids, frame) };
    const stored = this.#owner.remember(ids.sessionId, ack);
    if (!stored) return ack;
    return stored.then(
      () => ack,
      (error: unknown) => {
        // It was carried out, and this process knows that it was.
        this.#log.warnOnce('unremembered', `what was answered to a page could not be stored: ${messageOf(error)}`);
        return ack;
      },
    );
  }

  #carryOut(ids: Ids & { readonly sessionId: string }, frame: RequestFrame): Omit<Ack, 'ref'> {
    const session = this.#session(ids);
    switch (frame.type) {
      case 'answer':
        return { accepted: false, reason: 'no such question is open' };
      case 'cancel':
        if (session.running === 0) return { accepted: false, reason: 'nothing is running' };
        session.cancel('a viewer asked to stop');
        return { accepted: true };
      case 'input':
        return this.#input(session, ids, frame.data);
    }
  }

  forget(sessionId: string): void {
    this.#sessions.delete(sessionId);
  }

  cancelAll(reason: string): void {
    for (const session of this.#sessions.values()) session.cancel(reason);
  }

  #endedBefore(log: ChannelLog): boolean {
    const { phase, endedAt } = log.state();
    return hasEnded(phase) && endedAt !== undefined && endedAt < this.#begun;
  }

  #session(ids: Ids & { readonly sessionId: string }): Session {
    const known = this.#sessions.get(ids.sessionId);
    if (known) return known;
    const session = new Session(this.#speaker, ids);
    this.#sessions.set(ids.sessionId, session);
    return session;
  }

  async #run(session: Session, handler: SessionHandler): Promise<void> {
    let held: Awaited<ReturnType<SessionsOwner['hold']>>;
    try {
      held = await this.#owner.hold(session.id);
    } catch (error) {
      this.#log.error(`the onSession handler of session ${session.id} was not started: ${stackOf(error)}`);
      return;
    }
    session.running++;
    let end: Outgoing | undefined;
    try {
      await session.run(() => handler(session));
    } catch (error) {
      end = FAILED;
      if (!session.signal.aborted) {
        this.#log.error(`the onSession handler of session ${session.id} failed: ${stackOf(error)}`);
      }
    }
    session.running--;
    // However a run that was asked to stop came to its end, it was stopped, unless it had said how it ended before.
    if (session.signal.aborted) end = hasEnded(held.log.state().phase) ? undefined : cancelled(session.id);
    if (end && !this.#owner.isClosed()) {
      await session.send(end).catch((error: unknown) => {
        this.#log.error(`session ${session.id} could not be told how its run ended: ${messageOf(error)}`);
      });
    }
    held.release();
  }

  /** Hands an input to the application, in the context of the session and of whoever sent it. */
  #input(session: Session, sender: Ids, data: unknown): Omit<Ack, 'ref'> {
    if (this.#onInput.length === 0) {
      this.#log.warnOnce('no-input', 'got input from a page, expected none without an onInput handler; it is dropped');
      return { accepted: false, reason: 'this server takes no input' };
    }
    for (const handler of this.#onInput) {
      void session
        .run(async () => handler(data, session), sender)
        .catch((error: unknown) => this.#log.error(`an onInput handler failed: ${stackOf(error)}`));
    }
    return { accepted: true };
  }
}

/** What pages are told of an exception; the rest is for the log. */
const FAILED: Outgoing = { type: 'error', data: { message: 'The work was stopped by an error.', fatal: true } };

function cancelled(taskId: string): Outgoing {
  return { type: 'state', data: { taskId, status: 'CANCELLED' } };
}

function register<T>(handlers: T[], handler: T, where: string): () => void {
  if (typeof handler !== 'function') throw invalid(where, handler, 'a function', 'pass the function to call');
  handlers.push(handler);
  return () => {
    const place = handlers.indexOf(handler);
    if (place >= 0) handlers.splice(place, 1);
  };
}
