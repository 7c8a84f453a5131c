import { type AnsweredData, type JsonValue, type Outcome, StatusMessengerError } from '../../protocol/index.js';
import type { Question } from './ask-options.js';

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
export class Asker {
  /** What the question is known by; where it has a key, once it was asked. */
  id: string;
  /** Whether the question stands in the log: before it does, that it is not there means nothing. */
  isAsked = false;
  readonly answer: Promise<JsonValue>;
  readonly #question: Question;
  #resolve: (answer: JsonValue) => void = () => {};
  #reject: (error: unknown) => void = () => {};

  constructor(question: Question, id = '') {
    this.#question = question;
    this.id = id;
    this.answer = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
    // It may fail before anybody awaits it.
    this.answer.catch(() => {});
  }

  /** The question has ended; without a word of how where its run is over, or its channel was forgotten. */
  ended(end: AnsweredData | undefined): void {
    const { outcome = 'cancelled', answer } = end ?? {};
    // The answer was checked before it was stored.
    if (outcome === 'answered' || (outcome === 'expired' && answer !== undefined)) this.#resolve(answer as JsonValue);
    else this.#reject(this.unanswered(outcome));
  }

  fail(error: unknown): void {
    this.#reject(error);
  }

  unanswered(outcome: UnansweredError['outcome']): UnansweredError {
    return new UnansweredError(outcome, this.#question.data.question);
  }
}
