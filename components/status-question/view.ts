import type { Ack, ChannelState, Outcome, QuestionView } from '../../protocol/index.js';
import { answererText } from '../answerer.js';
import { unreachableText } from '../refusal-text.js';
import { isReachable } from '../session/connection.js';
import type { Connection } from '../session/index.js';
import type { Sign } from '../styles/index.js';
import type { Locale, Words } from '../words/index.js';
import { answerText, fieldsOf, isChoice } from './fields.js';

/** What became of an answer that was given here. It never says that a question has ended: that is for the state to say. */
export type Attempt =
  | { readonly status: 'sending' }
  /** The server has taken the answer. */
  | { readonly status: 'taken' }
  /** The question had ended before. */
  | { readonly status: 'late'; readonly outcome: Outcome }
  /** It has not taken the answer, and why. */
  | { readonly status: 'refused'; readonly reason: string }
  /** No word of the server's can come any more. */
  | { readonly status: 'unsent' };

/** How a question had ended, and by whom. */
type Late = Pick<QuestionView, 'by' | 'anonymous'> & { readonly outcome: QuestionView['status'] };

export interface QuestionFace {
  readonly sign: Sign;
  /** Who asks. */
  readonly from: string;
  /** How much time there is; empty where there is no end, or it has come. */
  readonly time: string;
  /** The time changes. */
  readonly isCounting: boolean;
  /** It is nearly over. */
  readonly isUrgent: boolean;
  /** The answer that stands, or stands if nobody gives one. */
  readonly answer: string;
  /** What became of the question, or of the answer to it. */
  readonly note: string;
  /** An answer is under way: no other can be given. */
  readonly isBusy: boolean;
  /** An answer can be given. */
  readonly isReady: boolean;
}

/** Milliseconds before the end from which on it is urgent. */
const URGENT = 60_000;
const OUTCOMES: readonly string[] = ['answered', 'declined', 'expired', 'cancelled'] satisfies Outcome[];

/** The question to show: that of an id; else the oldest that is open; else the last one, so that it can be read how it ended. Pure. */
export function shownQuestion({ questions }: ChannelState, id: string | null): QuestionView | undefined {
  // A framework takes a property away by setting it to nothing at all.
  if (id != null) return questions.find((question) => question.id === id);
  return questions.find(isOpen) ?? questions.at(-1);
}

/** How many questions wait beside the one that is shown. Pure. */
export function othersOf({ questions }: ChannelState, shown: QuestionView): number {
  return questions.filter((question) => isOpen(question) && question !== shown).length;
}

export function isOpen({ status }: QuestionView): boolean {
  return status === 'open';
}

/** What the server's word makes of an answer. Pure. */
export function acknowledged({ accepted, reason = '' }: Ack): Attempt {
  if (accepted) return { status: 'taken' };
  return isOutcome(reason) ? { status: 'late', outcome: reason } : { status: 'refused', reason };
}

/** What became of an answer to a question, in a few words. Who was faster stands in the state. Pure. */
export function attemptText(attempt: Attempt, question: QuestionView | undefined, words: Words): string {
  switch (attempt.status) {
    case 'sending':
      return words.sending;
    case 'taken':
      return words.accepted;
    case 'late':
      return lateText({ ...question, outcome: attempt.outcome }, words);
    case 'refused':
      return words.notAccepted(attempt.reason);
    case 'unsent':
      return words.notSent;
  }
}

/** What to show of a question. `serverNow` is the server's time, in milliseconds since 1970, where it is known. Pure. */
export function questionFace(
  question: QuestionView,
  attempt: Attempt | undefined,
  connection: Connection,
  serverNow: number | undefined,
  locale: Locale,
): QuestionFace {
  const { words, formats } = locale;
  const from = question.agent ? words.questionFrom(question.agent) : words.question;
  if (!isOpen(question)) return { ...closed(question, attempt, locale), from };
  const { expiresAt, default: fallback } = question;
  const left = expiresAt === undefined || serverNow === undefined ? Number.POSITIVE_INFINITY : expiresAt - serverNow;
  const isBusy = attempt?.status === 'sending' || attempt?.status === 'taken' || attempt?.status === 'late';
  return {
    sign: isBusy ? 'running' : 'waiting',
    from,
    time: left === Number.POSITIVE_INFINITY ? '' : left > 0 ? words.timeLeft(formats.span(left)) : words.timeOver,
    isCounting: left > 0 && left !== Number.POSITIVE_INFINITY,
    isUrgent: left < URGENT,
    // Among choices it is marked.
    answer:
      fallback === undefined || isChoice(fieldsOf(question))
        ? ''
        : words.withoutAnswer(answerText(question, fallback, locale)),
    note: openNote(question, attempt, connection, words),
    isBusy,
    isReady: !isBusy && isReachable(connection),
  };
}

/** What became of the answer, or why none can be given. */
function openNote(question: QuestionView, attempt: Attempt | undefined, connection: Connection, words: Words): string {
  if (attempt?.status === 'sending' && connection.status !== 'live') return words.queued;
  // What is wrong with an answer is said where it is written.
  if (attempt && attempt.status !== 'refused') return attemptText(attempt, question, words);
  return unreachableText(connection, words);
}

function closed(question: QuestionView, attempt: Attempt | undefined, locale: Locale): Omit<QuestionFace, 'from'> {
  const { status, answer } = question;
  const { words } = locale;
  const isAnswered = status === 'answered';
  const text = answer === undefined ? '' : answerText(question, answer, locale);
  const isOwn = attempt?.status === 'sending' || attempt?.status === 'taken';
  const outcome =
    attempt?.status === 'late'
      ? lateText({ ...question, outcome: status }, words)
      : isOwn
        ? words.accepted
        : answererText(question, words);
  return {
    sign: isAnswered ? 'completed' : 'cancelled',
    time: '',
    isCounting: false,
    isUrgent: false,
    answer: isAnswered ? (outcome === '' ? words.answered(text.includes('\n') ? `\n${text}` : text) : text) : '',
    note: isAnswered ? outcome : endText(status, text, words),
    isBusy: false,
    isReady: false,
  };
}

/** That somebody was faster is said of nobody in particular already. */
function lateText({ outcome, by, anonymous }: Late, words: Words): string {
  if (outcome !== 'answered') return endText(outcome, '', words);
  return by === undefined || anonymous ? words.tooLate : `${words.tooLate}. ${words.answeredBy(by)}`;
}

function endText(status: QuestionView['status'], answer: string, words: Words): string {
  if (status === 'declined') return words.declined;
  if (status === 'cancelled') return words.questionCancelled;
  return answer === '' ? words.expired : words.expiredWith(answer);
}

function isOutcome(reason: string): reason is Outcome {
  return OUTCOMES.includes(reason);
}
