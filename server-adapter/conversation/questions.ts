import {
  type Ack,
  type AnswerData,
  type AnsweredData,
  type ChannelName,
  type ChannelState,
  type Clock,
  hasEnded,
  type JsonValue,
  jsonSize,
  LIMITS,
  messageOf,
  type Outcome,
  openQuestion,
  type QuestionView,
  readAnswer,
  StatusMessengerError,
} from '../../protocol/index.js';
import type { ChannelLog, ChannelStore } from '../channels/channel-store.js';
import { type Composed, compose, type StatusExtra } from '../compose.js';
import type { Log } from '../logger.js';
import { diesWithItsProcess, type Question } from './ask-options.js';
import { ownedBy, ownerOf } from './question-owner.js';
import { goesOnElsewhere } from './stops.js';

/** Why `ask` has no answer. */
export class UnansweredError extends StatusMessengerError {
  constructor(
    /** `declined` by a person, `expired` without a default, or `cancelled`: taken back, or its run is over. */
    readonly outcome: Exclude<Outcome, 'answered'>,
    question: string,
  ) {
    super('unanswered', `ask: got no answer to "${question.slice(0, 80)}": it was ${outcome}`);
  }
}

/** Someone who waits for the answer to a question. */
interface Asker {
  readonly question: Question;
  settle(view: QuestionView | undefined): void;
  fail(error: unknown): void;
}

/** How many questions a channel may have open at once, and their bytes: what is open is never dropped from its state. */
const OPEN = 15;
const OPEN_BYTES = 30 * 1024;

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
  #closed = false;

  constructor({ store, clock }: QuestionsSettings, log: Log) {
    this.#store = store;
    this.#clock = clock;
    this.#log = log;
  }

  /** Asks in a channel. Rejects with `UnansweredError`, or with the reason of the signal by which it was taken back. */
  async ask(channel: ChannelName, asked: Question, extra: StatusExtra): Promise<JsonValue> {
    const { signal } = asked;
    signal?.throwIfAborted();
    await this.#store.retain(channel);
    const question = diesWithItsProcess(asked.id) ? ownedBy(this.#store.join(), asked) : asked;
    const stops: Array<() => void> = [() => this.#store.release(channel)];
    try {
      let expiresAt: number | undefined;
      await this.#store.transact(channel, (log) => {
        const known = takenUp(log.state(), question.id);
        expiresAt = known ? known.expiresAt : this.#expiry(question);
        if (known) return {};
        assertRoom(log.state(), question.data);
        const data = { ...question.data, ...(expiresAt === undefined ? {} : { expiresAt }) };
        return { append: [compose({ ...extra, type: 'question', data })] };
      });
      return await new Promise<JsonValue>((resolve, reject) => {
        stops.push(this.#wait(channel, question, resolve, reject));
        if (expiresAt !== undefined) {
          stops.push(
            this.#clock.after(Math.max(0, expiresAt - this.#clock.now()), () => this.#expire(channel, question)),
          );
        }
        const abort = () => {
          // Whoever goes on with the work takes the question up.
          if (!goesOnElsewhere(signal)) void this.#end(channel, question.id, { outcome: 'cancelled' });
          reject(signal?.reason);
        };
        if (signal?.aborted) abort();
        signal?.addEventListener('abort', abort, { once: true });
        stops.push(() => signal?.removeEventListener('abort', abort));
        this.#check(channel);
      });
    } finally {
      for (const stop of stops) stop();
    }
  }

  /** Carries out a page's answer. `channels` are those that the page watches, `by` is who it is. */
  answer(
    channels: readonly ChannelName[],
    { questionId, answer, decline = false }: AnswerData,
    ref: string | undefined,
    by: string | undefined,
  ): Ack | Promise<Ack> {
    const channel = channels.find((name) => this.#find(name, questionId));
    const settled = (ack: Omit<Ack, 'ref'>): Ack => ({ ref: ref ?? '', ...ack });
    if (channel === undefined) return settled({ accepted: false, reason: NONE });
    let ack = settled({ accepted: false, reason: NONE });
    const stored = this.#store.transact(channel, (log) => {
      const known = ref === undefined ? undefined : log.recall(ref);
      if (known && !(known instanceof Promise)) {
        ack = known;
        return {};
      }
      const { append, ...verdict } = this.#judge(log, questionId, answer, decline, by);
      ack = settled(verdict);
      return {
        ...(append ? { append: [append] } : {}),
        ...(ref !== undefined && ack.accepted ? { remember: ack } : {}),
      };
    });
    return stored instanceof Promise ? stored.then(() => ack) : ack;
  }

  /** There is something new in a channel. */
  appended(channel: ChannelName): void {
    if (this.#askers.has(channel)) this.#check(channel);
  }

  /** Closes the questions of a channel that nobody else will: their time was over when their process was gone, or nobody can take them up again. */
  async closeLeft(channel: ChannelName): Promise<void> {
    const isLeft = (view: QuestionView) => view.status === 'open' && (this.#isOverdue(view) || this.#isOrphan(view));
    await this.#endThose(channel, isLeft, (view) =>
      this.#isOverdue(view) ? expired(view) : answered({ questionId: view.id, outcome: 'cancelled' }),
    );
  }

  /** The server leaves: questions that another process could not take up are closed. Resolves once that is stored. */
  async close(): Promise<void> {
    this.#closed = true;
    const ends: Promise<void>[] = [];
    for (const [channel, askers] of this.#askers) {
      for (const { question, fail } of askers) {
        if (diesWithItsProcess(question.id)) ends.push(this.#end(channel, question.id, { outcome: 'cancelled' }));
        fail(new UnansweredError('cancelled', question.data.question));
      }
    }
    await Promise.all(ends);
  }

  #expiry({ timeout }: Question): number | undefined {
    return timeout === undefined ? undefined : Math.round(this.#clock.now() + timeout);
  }

  #wait(
    channel: ChannelName,
    question: Question,
    resolve: (answer: JsonValue) => void,
    reject: (error: unknown) => void,
  ): () => void {
    const asker: Asker = {
      question,
      settle: (view) => {
        // The answer was checked before it was stored.
        if (view?.status === 'answered') resolve(view.answer as JsonValue);
        else if (view?.status === 'expired' && view.answer !== undefined) resolve(view.answer as JsonValue);
        else {
          const outcome = view && view.status !== 'open' ? view.status : 'cancelled';
          reject(new UnansweredError(outcome, question.data.question));
        }
      },
      fail: reject,
    };
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
      const askers = this.#askers.get(channel);
      if (!askers || this.#closed) return;
      const state = this.#store.peek(channel)?.state();
      for (const asker of askers) {
        const view = state?.questions.find(({ id }) => id === asker.question.id);
        // One that is not known any more belonged to a run that is over, or to a channel that was forgotten.
        if (view?.status !== 'open') asker.settle(view);
      }
    });
  }

  #expire(channel: ChannelName, { id, fallback }: Question): void {
    void this.#end(channel, id, { outcome: 'expired', ...(fallback === undefined ? {} : { answer: fallback }) });
  }

  /** Ends a question, unless it has ended. */
  async #end(channel: ChannelName, questionId: string, how: Omit<AnsweredData, 'questionId'>): Promise<void> {
    try {
      await this.#store.transact(channel, (log) => {
        const isOpen = log.state().questions.some(({ id, status }) => id === questionId && status === 'open');
        return isOpen ? { append: [answered({ questionId, ...how })] } : {};
      });
    } catch (error) {
      this.#log.error(`a question could not be ended: ${messageOf(error)}`);
    }
  }

  async #endThose(
    channel: ChannelName,
    which: (view: QuestionView) => boolean,
    end: (view: QuestionView) => Composed,
  ): Promise<void> {
    try {
      if (!this.#store.peek(channel)?.state().questions.some(which)) return;
      await this.#store.transact(channel, (log) => ({ append: log.state().questions.filter(which).map(end) }));
    } catch (error) {
      this.#log.warnOnce(`left ${messageOf(error)}`, `a question could not be ended: ${messageOf(error)}`);
    }
  }

  #isOrphan({ id }: QuestionView): boolean {
    const process = ownerOf(id);
    return process !== undefined && !this.#store.isAlive(process);
  }

  #isOverdue({ expiresAt }: QuestionView): boolean {
    return expiresAt !== undefined && expiresAt <= this.#clock.now();
  }

  #find(channel: ChannelName, questionId: string | undefined): QuestionView | undefined {
    const state = this.#store.peek(channel)?.state();
    if (!state) return undefined;
    return questionId === undefined ? openQuestion(state) : state.questions.find(({ id }) => id === questionId);
  }

  /** What an answer comes to. The question may be any: `undefined` means the oldest that is open. */
  #judge(
    log: ChannelLog,
    questionId: string | undefined,
    answer: unknown,
    decline: boolean,
    by: string | undefined,
  ): Omit<Ack, 'ref'> & { readonly append?: Composed } {
    const state = log.state();
    const view = questionId === undefined ? openQuestion(state) : state.questions.find(({ id }) => id === questionId);
    if (!view) return { accepted: false, reason: NONE };
    if (view.status !== 'open') {
      return { accepted: false, reason: view.status, ...(view.by === undefined ? {} : { by: view.by }) };
    }
    const who = by === undefined ? {} : { by };
    if (this.#isOverdue(view)) return { accepted: false, reason: 'expired', append: expired(view) };
    if (decline) return { accepted: true, append: answered({ questionId: view.id, outcome: 'declined', ...who }) };
    const reading = readAnswer(view, answer);
    if ('problem' in reading) return { accepted: false, reason: reading.problem };
    const room = LIMITS.state.questions.each - 1024;
    const size = jsonSize({ ...view, answer: reading.value, by });
    if (!(size <= room)) return { accepted: false, reason: `too long: expected ${size - room} bytes less` };
    return {
      accepted: true,
      append: answered({ questionId: view.id, outcome: 'answered', answer: reading.value, ...who }),
    };
  }
}

const NONE = 'no such question is open';

function answered(data: AnsweredData): Composed {
  return compose({ type: 'answered', data });
}

function expired({ id, default: fallback }: QuestionView): Composed {
  return answered({ questionId: id, outcome: 'expired', ...(fallback === undefined ? {} : { answer: fallback }) });
}

/** The question that was asked before under this id in a run that goes on; one that was taken back is asked anew. */
function takenUp(state: ChannelState, questionId: string): QuestionView | undefined {
  if (hasEnded(state.phase)) return undefined;
  return state.questions.find(({ id, status }) => id === questionId && status !== 'cancelled');
}

function assertRoom({ questions }: ChannelState, data: Question['data']): void {
  const open = questions.filter(({ status }) => status === 'open');
  if (open.length < OPEN && jsonSize(open) + jsonSize(data) <= OPEN_BYTES) return;
  const text = `ask: got one question more than a channel has room for (${open.length} are open), expected answers first; await each`;
  throw new StatusMessengerError('limit', text);
}
