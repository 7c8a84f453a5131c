import {
  type Ack,
  type AnswerData,
  type AnsweredData,
  type ChannelName,
  type Clock,
  type JsonValue,
  messageOf,
  openQuestion,
  type QuestionView,
} from '../../protocol/index.js';
import type { ChannelLog, ChannelStore, Decision } from '../channels/channel-store.js';
import { LONGEST_TIMER } from '../clock.js';
import type { StatusExtra } from '../compose.js';
import type { Log } from '../logger.js';
import type { Question } from './ask-options.js';
import { Asker } from './asker.js';
import { type Answerer, askIn, endIn, ending, expired, isOverdue, judge, NONE } from './decisions.js';
import { keyedQuestionId, newQuestionId, ownerOf } from './question-ids.js';
import { goesOnElsewhere } from './stops.js';

export { UnansweredError } from './asker.js';

/** Milliseconds after which it is tried again to store how a question ended. */
const RETRY = 1000;

export interface QuestionsSettings {
  readonly store: ChannelStore;
  readonly clock: Clock;
}

/**
 * The questions of all channels. They stand in the logs, so they outlive pages and, where the store does, the process; whoever asks waits for what the log says
 * of its question, wherever the answer came in.
 */
export class Questions {
  readonly #store: ChannelStore;
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #askers = new Map<ChannelName, Set<Asker>>();
  /** Call off what is to be tried again. */
  readonly #retries = new Set<() => void>();
  #closed = false;

  constructor({ store, clock }: QuestionsSettings, log: Log) {
    this.#store = store;
    this.#clock = clock;
    this.#log = log;
  }

  /** Asks in a channel. Rejects with `UnansweredError`, or with the reason of the signal by which it was taken back. */
  async ask(channel: ChannelName, question: Question, extra: StatusExtra): Promise<JsonValue> {
    const { key, signal, timeout, fallback } = question;
    signal?.throwIfAborted();
    const held = this.#store.retain(channel);
    // Where nothing has to be waited for, it is asked before whatever is said after this.
    if (held instanceof Promise) await held;
    const asker = new Asker(question, key === undefined ? newQuestionId(this.#store.join()) : undefined);
    const stops = [() => this.#store.release(channel), this.#wait(channel, asker)];
    try {
      let expiresAt: number | undefined;
      await this.#store.transact(channel, (log) => {
        if (this.#closed) throw asker.unanswered('cancelled');
        if (key !== undefined) asker.id = keyedQuestionId(log, key);
        const asked = askIn(log, asker.id, question, this.#expiry(question), extra);
        expiresAt = asked.expiresAt;
        return asked.decision;
      });
      asker.isAsked = true;
      if (expiresAt !== undefined) {
        const expire = () => void this.#end(channel, asker.id, (view) => expired(view, fallback));
        // Where the clock was set back since it was asked first, people have no more time than they were given.
        const left = Math.min(expiresAt - this.#clock.now(), timeout ?? LONGEST_TIMER);
        stops.push(this.#clock.after(Math.max(0, left), expire));
      }
      const abort = () => {
        // Whoever goes on with the work takes the question up.
        if (!goesOnElsewhere(signal)) void this.#end(channel, asker.id, cancelled);
        asker.fail(signal?.reason);
      };
      if (signal?.aborted) abort();
      signal?.addEventListener('abort', abort, { once: true });
      stops.push(() => signal?.removeEventListener('abort', abort));
      this.#check(channel);
      return await asker.answer;
    } finally {
      for (const stop of stops) stop();
    }
  }

  /** Carries out a page's answer. `channels` are those that the page watches, `who` is whose page it is. */
  answer(
    channels: readonly ChannelName[],
    data: AnswerData,
    ref: string | undefined,
    who: Answerer,
  ): Ack | Promise<Ack> {
    const settled = (verdict: Omit<Ack, 'ref'>): Ack => ({ ref: ref ?? '', ...verdict });
    const channel = this.#channelOf(channels, data.questionId);
    let ack = settled({ accepted: false, reason: NONE });
    if (channel === undefined) return ack;
    const stored = this.#store.transact(channel, (log) => {
      const known = ref === undefined ? undefined : log.recall(ref);
      if (known && !(known instanceof Promise)) {
        ack = known;
        return {};
      }
      const { verdict, end } = judge(log, data, who, this.#clock.now());
      ack = settled(verdict);
      return { ...(end ? ending(end) : {}), ...(ref !== undefined && ack.accepted ? { remember: ack } : {}) };
    });
    return stored instanceof Promise ? stored.then(() => ack) : ack;
  }

  /** There is something new in a channel. */
  appended(channel: ChannelName): void {
    if (this.#askers.has(channel)) this.#check(channel);
  }

  /** Closes the questions of a channel that nobody else will: their time was over when their process was gone, or nobody can take them up again. */
  async closeLeft(channel: ChannelName): Promise<void> {
    const isOver = (view: QuestionView) => isOverdue(view, this.#clock.now());
    await this.#endThose(
      channel,
      (view) => isOver(view) || this.#isOrphan(view),
      (view) => (isOver(view) ? expired(view) : cancelled(view)),
    );
  }

  /** The server leaves: questions that another process could not take up are closed. Resolves once that is stored. */
  async close(): Promise<void> {
    this.#closed = true;
    for (const callOff of this.#retries) callOff();
    const ends: Promise<void>[] = [];
    for (const [channel, askers] of this.#askers) {
      const ids = new Set([...askers].map(({ id }) => id));
      ends.push(this.#endThose(channel, ({ id }) => ownerOf(id) !== undefined && ids.has(id), cancelled));
      for (const asker of askers) asker.fail(asker.unanswered('cancelled'));
    }
    await Promise.all(ends);
  }

  #expiry({ timeout }: Question): number | undefined {
    return timeout === undefined ? undefined : Math.round(this.#clock.now() + timeout);
  }

  #wait(channel: ChannelName, asker: Asker): () => void {
    const askers = this.#askers.get(channel) ?? new Set();
    this.#askers.set(channel, askers.add(asker));
    return () => {
      askers.delete(asker);
      if (askers.size === 0 && this.#askers.get(channel) === askers) this.#askers.delete(channel);
    };
  }

  /** Tells those who wait what has become of their questions. Not while the store is telling something itself. */
  #check(channel: ChannelName): void {
    queueMicrotask(() => {
      for (const asker of this.#closed ? [] : (this.#askers.get(channel) ?? [])) {
        if (asker.isAsked) this.#tell(channel, asker);
      }
    });
  }

  #tell(channel: ChannelName, asker: Asker): void {
    try {
      const log = this.#store.peek(channel);
      if (!log || !isOpen(log, asker.id)) asker.ended(log && endIn(log, asker.id));
    } catch (error) {
      asker.fail(error);
    }
  }

  /** Ends a question, unless it has ended. Where that cannot be stored it is tried again: somebody waits for it. */
  async #end(channel: ChannelName, questionId: string, end: (view: QuestionView) => AnsweredData): Promise<void> {
    try {
      await this.#endOpen(channel, ({ id }) => id === questionId, end);
    } catch (error) {
      this.#log.warnOnce(`unended ${messageOf(error)}`, `a question could not be ended yet: ${messageOf(error)}`);
      if (this.#closed) return;
      const callOff = this.#clock.after(RETRY, () => {
        this.#retries.delete(callOff);
        void this.#end(channel, questionId, end);
      });
      this.#retries.add(callOff);
    }
  }

  async #endThose(
    channel: ChannelName,
    which: (view: QuestionView) => boolean,
    end: (view: QuestionView) => AnsweredData,
  ): Promise<void> {
    try {
      await this.#endOpen(channel, which, end);
    } catch (error) {
      this.#log.warnOnce(`left ${messageOf(error)}`, `a question could not be ended: ${messageOf(error)}`);
    }
  }

  async #endOpen(
    channel: ChannelName,
    which: (view: QuestionView) => boolean,
    end: (view: QuestionView) => AnsweredData,
  ): Promise<void> {
    const those = (log: ChannelLog) => log.state().questions.filter((view) => view.status === 'open' && which(view));
    const log = this.#store.peek(channel);
    if (!log?.hasOpenQuestion() || those(log).length === 0) return;
    await this.#store.transact(channel, (now): Decision => ending(...those(now).map((view) => end(view))));
  }

  #isOrphan({ id }: QuestionView): boolean {
    const process = ownerOf(id);
    return process !== undefined && !this.#store.isAlive(process);
  }

  /** Which channel an answer is for: where such a question is open, else where it was. */
  #channelOf(channels: readonly ChannelName[], questionId: string | undefined): ChannelName | undefined {
    const logs = channels.map((name) => this.#store.peek(name)).filter((log) => log !== undefined);
    if (questionId === undefined) return logs.find((log) => openQuestion(log.state()))?.name;
    const open = logs.find((log) => isOpen(log, questionId));
    return (open ?? logs.find((log) => endIn(log, questionId)))?.name;
  }
}

function isOpen(log: ChannelLog, questionId: string): boolean {
  return log.state().questions.some(({ id, status }) => id === questionId && status === 'open');
}

function cancelled({ id: questionId }: QuestionView): AnsweredData {
  return { questionId, outcome: 'cancelled' };
}
