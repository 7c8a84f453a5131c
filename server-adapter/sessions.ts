import {
  type Ack,
  type ChannelName,
  type ClientFrame,
  channelName,
  hasEnded,
  invalid,
  messageOf,
} from '../protocol/index.js';
import type { ChannelLog, ChannelStore } from './channels/channel-store.js';
import type { Outgoing } from './compose.js';
import type { Ids, Speaker } from './context.js';
import { cancelled, failed } from './conversation/ends.js';
import type { Questions } from './conversation/questions.js';
import type { Job, Work } from './conversation/work.js';
import { type Log, stackOf } from './logger.js';
import { Session } from './session.js';

export type SessionHandler = (session: Session) => unknown;
/** `input` is what the page sent: the `data` of an `input` frame, or any other text as it came. */
export type InputHandler = (input: unknown, session: Session) => unknown;

/** A page's frame that is for its session. */
export type RequestFrame = Extract<ClientFrame, { type: 'answer' | 'cancel' | 'input' }>;

/** What the sessions need beside somebody who speaks for them. */
export interface SessionsOwner {
  readonly store: ChannelStore;
  readonly questions: Questions;
  readonly work: Work;
  isClosed(): boolean;
  /** How many watch a channel. */
  viewers(name: ChannelName): number;
}

/** Who sends a frame, and what that page watches: its own channel first. */
export interface Sender extends Ids {
  readonly sessionId: string;
  readonly channels: readonly ChannelName[];
}

/** The sessions that a messenger knows: it starts their work, and carries out what their pages ask for. */
export class Sessions {
  readonly #speaker: Speaker;
  readonly #owner: SessionsOwner;
  readonly #log: Log;
  readonly #sessions = new Map<string, Session>();
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
    return this.#sessions.get(sessionId)?.started === true;
  }

  /** A viewer is here: the first one starts the handlers, unless another process has, or their run came to its end before. */
  arrived(ids: Ids & { readonly sessionId: string }): void {
    void this.#owner.questions.closeOverdue(channelName('session', ids.sessionId));
    if (this.#onSession.length === 0) return;
    const session = this.#session(ids);
    if (session.started) return;
    session.started = true;
    void this.#owner.work.start(this.#jobOf(session));
  }

  /** Carries out a page's frame, once for each `ref`. Answers what to acknowledge, if it is to be. */
  receive(sender: Sender, frame: RequestFrame): Ack | Promise<Ack> | undefined {
    const { ref } = frame;
    if (ref === undefined) {
      void this.#carryOut(sender, frame);
      return undefined;
    }
    const { store } = this.#owner;
    for (const name of sender.channels) {
      const known = store.peek(name)?.recall(ref);
      if (known) return known;
    }
    // What becomes of an answer is stored with it.
    if (frame.type === 'answer') return this.#answer(sender, frame);
    const verdict = this.#carryOut(sender, frame);
    return verdict instanceof Promise
      ? verdict.then((later) => this.#remember(sender, { ref, ...later }))
      : this.#remember(sender, { ref, ...verdict });
  }

  forget(sessionId: string): void {
    this.#sessions.delete(sessionId);
    this.#owner.work.forget(channelName('session', sessionId));
  }

  #carryOut(sender: Sender, frame: RequestFrame): Verdict | Promise<Verdict> {
    switch (frame.type) {
      case 'answer':
        return this.#answer(sender, frame);
      case 'cancel':
        return this.#cancel(sender);
      case 'input':
        return this.#input(this.#session(sender), sender, frame.data);
    }
  }

  #answer({ channels, userId }: Sender, { data, ref }: Extract<RequestFrame, { type: 'answer' }>): Ack | Promise<Ack> {
    return this.#owner.questions.answer(channels, data, ref, userId);
  }

  async #cancel({ sessionId, userId }: Sender): Promise<Verdict> {
    const isAsked = await this.#owner.work.cancel(channelName('session', sessionId), userId);
    return isAsked ? { accepted: true } : { accepted: false, reason: 'nothing is running' };
  }

  #remember({ sessionId }: Sender, ack: Ack): Ack | Promise<Ack> {
    const stored = this.#owner.store.remember(channelName('session', sessionId), ack);
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

  #session(ids: Ids & { readonly sessionId: string }): Session {
    const known = this.#sessions.get(ids.sessionId);
    if (known) return known;
    const session = new Session(this.#speaker, ids);
    this.#sessions.set(ids.sessionId, session);
    return session;
  }

  /** All handlers of a session, side by side. */
  #jobOf(session: Session): Job {
    const name = channelName('session', session.id);
    let isLost = false;
    return {
      name,
      run: async (log) => {
        await Promise.all(this.#onSession.map((handler) => this.#run(session, handler, log, () => isLost)));
        return !this.#owner.isClosed() && hasEnded(log.state().phase);
      },
      cancel: (reason) => session.cancel(reason),
      lost: () => {
        isLost = true;
        session.cancel('another server has taken the work over');
      },
      isWanted: () => {
        // Whoever comes next asks for it again.
        session.started = this.#owner.viewers(name) > 0;
        return session.started;
      },
    };
  }

  async #run(session: Session, handler: SessionHandler, log: ChannelLog, isLost: () => boolean): Promise<void> {
    let end: Outgoing | undefined;
    try {
      await session.run(() => handler(session));
    } catch (error) {
      end = failed(error);
      if (!session.signal.aborted) {
        this.#log.error(`the onSession handler of session ${session.id} failed: ${stackOf(error)}`);
      }
    }
    if (isLost() || this.#owner.isClosed()) return;
    // However a run that was asked to stop came to its end, it was stopped, unless it had said how it ended before.
    if (session.signal.aborted) end = hasEnded(log.state().phase) ? undefined : cancelled(session.id);
    if (!end) return;
    await session.send(end).catch((error: unknown) => {
      this.#log.error(`session ${session.id} could not be told how its run ended: ${messageOf(error)}`);
    });
  }

  /** Hands an input to the application, in the context of the session and of whoever sent it. */
  #input(session: Session, sender: Ids, data: unknown): Verdict {
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

/** What a page's frame came to. */
type Verdict = Omit<Ack, 'ref'>;

function register<T>(handlers: T[], handler: T, where: string): () => void {
  if (typeof handler !== 'function') throw invalid(where, handler, 'a function', 'pass the function to call');
  handlers.push(handler);
  return () => {
    const place = handlers.indexOf(handler);
    if (place >= 0) handlers.splice(place, 1);
  };
}
