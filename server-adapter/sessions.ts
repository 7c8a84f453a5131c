import { type ChannelName, type ChannelState, channelName, hasEnded, invalid } from '../protocol/index.js';
import type { ChannelLog } from './channels/channel-store.js';
import { compose, type Outgoing } from './compose.js';
import type { Ids, Speaker } from './context.js';
import { cancelled, failed } from './conversation/ends.js';
import { goesOnElsewhere, stopReason } from './conversation/stops.js';
import type { Verdict } from './conversation/verdict.js';
import { BY_VIEWER, type Job, type Start, type Work } from './conversation/work.js';
import { type Log, stackOf } from './logger.js';
import { Session } from './session.js';

export type SessionHandler = (session: Session) => unknown;
/** `input` is what the page sent: the `data` of an `input` frame, or any other text as it came. */
export type InputHandler = (input: unknown, session: Session) => unknown;

/** What the sessions need beside somebody who speaks for them. */
export interface SessionsOwner {
  readonly work: Work;
  /** How many watch a channel. */
  viewers(name: ChannelName): number;
}

/** The sessions that a messenger knows: it starts their work, and carries out what their pages ask for. */
export class Sessions {
  readonly #speaker: Speaker;
  readonly #owner: SessionsOwner;
  readonly #log: Log;
  readonly #sessions = new Map<string, Session>();
  /** Work that requests of the application's own have begun, by its session. */
  readonly #requested = new Map<string, Set<Session>>();
  readonly #onSession: SessionHandler[] = [];
  readonly #onInput: InputHandler[] = [];

  constructor(speaker: Speaker, owner: SessionsOwner, log: Log) {
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
    return this.#sessions.get(sessionId)?.startedIn !== undefined;
  }

  /** A viewer is here: the first one starts the handlers, unless another process has, or their run came to its end before. */
  arrived(ids: Ids & { readonly sessionId: string }, log: ChannelLog): void {
    if (this.#onSession.length === 0) return;
    const session = this.#session(ids);
    // One that was forgotten begins anew.
    if (session.startedIn === log.epoch) return;
    session.startedIn = log.epoch;
    void this.#owner.work.start(this.#jobOf(session));
  }

  /** A page asks the work of its session to stop. */
  async cancelFor(sessionId: string, by: string | undefined): Promise<Verdict> {
    const active = this.#of(sessionId).filter((session) => session.isActive);
    const isActive = active.length > 0;
    for (const session of active) session.cancel(stopReason(BY_VIEWER));
    const isAsked = (await this.#owner.work.cancel(channelName('session', sessionId), by)) || isActive;
    return isAsked ? { accepted: true } : { accepted: false, reason: 'nothing is running' };
  }

  /** Why no input is taken; `undefined` where it is. */
  refusesInput(): string | undefined {
    if (this.#onInput.length > 0) return undefined;
    this.#log.warnOnce('no-input', 'got input from a page, expected none without an onInput handler; it is dropped');
    return 'this server takes no input';
  }

  /** Hands an input to the application, in the context of the session and of whoever sent it. */
  input(sessionId: string, sender: Ids, data: unknown): void {
    const session = this.#session({ ...sender, sessionId });
    for (const handler of this.#onInput) {
      void session
        .handle(async () => handler(data, session), sender)
        .catch((error: unknown) => this.#log.error(`an onInput handler failed: ${stackOf(error)}`));
    }
  }

  /** Runs work that was not begun by a page's frame, in the context of a session. A page that asks for a stop reaches it until its promise is fulfilled. */
  async workFor<T>(ids: Ids & { readonly sessionId: string }, run: () => T | Promise<T>): Promise<T> {
    const { sessionId } = ids;
    const session = new Session(this.#speaker, ids);
    const others = this.#requested.get(sessionId) ?? new Set();
    this.#requested.set(sessionId, others.add(session));
    try {
      return await session.handle(run);
    } finally {
      others.delete(session);
      if (others.size === 0) this.#requested.delete(sessionId);
    }
  }

  /** Asks whatever runs for any session to stop. */
  cancelAll(reason: Error): void {
    for (const id of new Set([...this.#sessions.keys(), ...this.#requested.keys()])) {
      for (const session of this.#of(id)) session.cancel(reason);
    }
  }

  #of(sessionId: string): readonly Session[] {
    const session = this.#sessions.get(sessionId);
    return [...(session ? [session] : []), ...(this.#requested.get(sessionId) ?? [])];
  }

  forget(sessionId: string): void {
    this.#sessions.delete(sessionId);
    this.#owner.work.forgot(channelName('session', sessionId));
  }

  #session(ids: Ids & { readonly sessionId: string }): Session {
    const known = this.#sessions.get(ids.sessionId);
    if (known) return known;
    const session = new Session(this.#speaker, ids);
    this.#sessions.set(ids.sessionId, session);
    return session;
  }

  #jobOf(session: Session): Job {
    const name = channelName('session', session.id);
    return {
      name,
      run: (start) => this.#run(session, start),
      cancel: (reason) => session.cancel(reason),
      isWanted: () => {
        // Whoever comes next asks for it again.
        const isWatched = this.#owner.viewers(name) > 0;
        if (!isWatched) session.startedIn = undefined;
        return isWatched;
      },
    };
  }

  /** Runs all handlers of a session, side by side. Answers whether that is not to happen again. */
  async #run(session: Session, { log, isTakenOver, isAskedToStop }: Start): Promise<boolean> {
    const before = log.state();
    if (isTakenOver && hasEnded(before.phase)) return true;
    if (isAskedToStop) return session.handle((signal) => this.#end(session, cancelled(session.id), before, signal));
    const ends = await Promise.all(this.#onSession.map((handler) => this.#runHandler(session, handler, before)));
    return ends.every((isOver) => isOver) || hasEndedSince(before, log.state());
  }

  /** Answers whether the handler is through: not where its work goes on elsewhere. */
  #runHandler(session: Session, handler: SessionHandler, before: ChannelState): Promise<boolean> {
    return session.handle(async (signal) => {
      let end: Outgoing | undefined;
      try {
        await handler(session);
      } catch (error) {
        end = failed(error);
        if (!signal.aborted) {
          this.#log.error(`the onSession handler of session ${session.id} failed: ${stackOf(error)}`);
        }
      }
      if (goesOnElsewhere(signal)) return false;
      // However a run that was asked to stop came to its end, it was stopped.
      if (signal.aborted) end = cancelled(session.id);
      return !end || this.#end(session, end, before, signal);
    });
  }

  /** Says how a run ended, unless it has said so itself. */
  #end({ id }: Session, end: Outgoing, before: ChannelState, signal: AbortSignal): Promise<boolean> {
    const append = [compose(end)];
    const name = channelName('session', id);
    return this.#owner.work.conclude(name, signal, (state) => (hasEndedSince(before, state) ? [] : append));
  }
}

/** Whether a run has said its end, which may have begun where another one had ended. */
function hasEndedSince(before: ChannelState, { phase, endedAt }: ChannelState): boolean {
  return hasEnded(phase) && endedAt !== before.endedAt;
}

function register<T>(handlers: T[], handler: T, where: string): () => void {
  if (typeof handler !== 'function') throw invalid(where, handler, 'a function', 'pass the function to call');
  handlers.push(handler);
  return () => {
    const place = handlers.indexOf(handler);
    if (place >= 0) handlers.splice(place, 1);
  };
}
