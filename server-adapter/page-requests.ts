import { type Ack, type ChannelName, type ClientFrame, messageOf, splitChannel } from '../protocol/index.js';
import type { ChannelStore } from './channels/channel-store.js';
import type { Ids } from './context.js';
import type { Questions } from './conversation/questions.js';
import type { Tasks } from './conversation/tasks.js';
import type { Verdict } from './conversation/verdict.js';
import type { Log } from './logger.js';
import type { Sessions } from './sessions.js';

/** A page's frame that is for what it watches. */
export type RequestFrame = Extract<ClientFrame, { type: 'answer' | 'cancel' | 'input' }>;

type InputFrame = Extract<RequestFrame, { type: 'input' }>;

/** Who sends a frame. */
export interface Sender {
  /** What the page watches: its own channel first. */
  readonly channels: readonly [own: ChannelName, ...others: ChannelName[]];
  /** Whom work is done for that the page begins. */
  readonly ids: Ids;
  /** What it is known by to the others who watch: its user, or its connection. */
  readonly by: string | undefined;
  /** Nobody said who it is. */
  readonly anonymous: boolean;
}

export interface PageRequestsDependencies {
  readonly store: ChannelStore;
  readonly questions: Questions;
  readonly sessions: Sessions;
  readonly tasks: Tasks;
}

/** What pages ask for: each request is carried out once for its `ref`, whatever way and however often it comes. */
export class PageRequests {
  readonly #deps: PageRequestsDependencies;
  readonly #log: Log;
  /** The answers to inputs that the application is about to get, by channel and `ref`. */
  readonly #handingOut = new Map<string, Promise<Ack>>();

  constructor(deps: PageRequestsDependencies, log: Log) {
    this.#deps = deps;
    this.#log = log;
  }

  /** Carries a frame out. Answers what to acknowledge, if it is to be. */
  receive(sender: Sender, frame: RequestFrame): Ack | Promise<Ack> | undefined {
    const { ref } = frame;
    if (ref === undefined) {
      const verdict = this.#carryOut(sender, frame);
      if (verdict instanceof Promise) verdict.catch((error: unknown) => this.#unheard(error));
      return undefined;
    }
    const handingOut = this.#handingOut.get(`${sender.channels[0]} ${ref}`);
    if (handingOut) return handingOut;
    for (const name of sender.channels) {
      const known = this.#deps.store.peek(name)?.recall(ref);
      if (known) return known;
    }
    // What becomes of an answer is stored with it.
    if (frame.type === 'answer') return this.#answer(sender, frame);
    if (frame.type === 'input') return this.#inputOnce(sender, frame, ref);
    const verdict = this.#cancel(sender);
    return verdict instanceof Promise
      ? verdict.then((later) => this.#remember(sender, { ref, ...later }))
      : this.#remember(sender, { ref, ...verdict });
  }

  #carryOut(sender: Sender, frame: RequestFrame): Verdict | Promise<Verdict> {
    switch (frame.type) {
      case 'answer':
        return this.#answer(sender, frame);
      case 'cancel':
        return this.#cancel(sender);
      case 'input':
        return this.#input(sender, frame);
    }
  }

  #cancel({ channels: [own], by }: Sender): Verdict | Promise<Verdict> {
    const { kind, id } = splitChannel(own);
    return kind === 'task' ? this.#deps.tasks.cancelFor(id, by) : this.#deps.sessions.cancelFor(id, by);
  }

  #input({ channels: [own], ids }: Sender, { data }: InputFrame): Verdict {
    const reason = this.#refusesInput(own);
    if (reason !== undefined) return { accepted: false, reason };
    this.#deps.sessions.input(splitChannel(own).id, ids, data);
    return { accepted: true };
  }

  /**
   * As `#input`, unless one with this `ref` came before. That it was interrupted is stored first, and that it was accepted once the application has it: whatever
   * becomes of the process in between, the application does not get it twice, and nobody is told that it got what it may not have.
   */
  #inputOnce(sender: Sender, frame: InputFrame, ref: string): Ack | Promise<Ack> {
    const [own] = sender.channels;
    const reason = this.#refusesInput(own);
    if (reason !== undefined) return { ref, accepted: false, reason };
    let known: Ack | Promise<Ack> | undefined;
    const stored = this.#deps.store.transact(own, (log) => {
      known = log.recall(ref);
      return known ? {} : { remember: { ref, accepted: false, reason: 'interrupted' } };
    });
    const handOut = () => known ?? this.#remember(sender, { ref, ...this.#input(sender, frame) });
    if (!(stored instanceof Promise)) return handOut();
    const key = `${own} ${ref}`;
    const handingOut = stored.then(handOut).finally(() => this.#handingOut.delete(key));
    this.#handingOut.set(key, handingOut);
    return handingOut;
  }

  #refusesInput(own: ChannelName): string | undefined {
    return splitChannel(own).kind === 'task' ? 'a task takes no input' : this.#deps.sessions.refusesInput();
  }

  #answer(
    { channels, by, anonymous }: Sender,
    { data, ref }: Extract<RequestFrame, { type: 'answer' }>,
  ): Ack | Promise<Ack> {
    return this.#deps.questions.answer(
      channels,
      data,
      ref,
      by === undefined ? {} : { by, ...(anonymous ? { anonymous } : {}) },
    );
  }

  /** Keeps what was carried out, so that it is not carried out again. A refusal changed nothing. */
  #remember({ channels }: Sender, ack: Ack): Ack | Promise<Ack> {
    if (!ack.accepted) return ack;
    const stored = this.#deps.store.remember(channels[0], ack);
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

  #unheard(error: unknown): void {
    this.#log.warnOnce(`unheard ${messageOf(error)}`, `what a page asked for could not be done: ${messageOf(error)}`);
  }
}
