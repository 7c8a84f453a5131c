import {
  type Choice,
  clipText,
  optionOf,
  type ProgressView,
  type QuestionView,
  type StepView,
} from '../../protocol/index.js';
import { answererText } from '../answerer.js';
import { type Sign, stepPhase } from '../styles/index.js';
import type { Locale } from '../words/index.js';
import { type Happening, TIMELINE } from './entry.js';

/** What a row says. */
export interface Face {
  readonly sign?: Sign;
  /** What the sign, or the look of the row, says to those who see it. */
  readonly word?: string;
  readonly text: string;
  /** More of it, on a line of its own. */
  readonly detail?: string;
  readonly isProblem?: boolean;
}

/** What to say of something that happened. Pure. */
export function faceOf(what: Happening, locale: Locale): Face {
  const { words } = locale;
  switch (what.kind) {
    case 'step': {
      const { status, label, error = '' } = what.step;
      const sign = stepPhase(status);
      if (status === 'failed') return { sign, word: words.failed, text: label, detail: error, isProblem: true };
      return {
        sign,
        word: words[sign],
        text: label,
        detail: status === 'running' ? amountText(what.step.progress ?? {}, locale) : '',
      };
    }
    case 'status': {
      const { level, text } = what;
      if (level === 'error') return { sign: 'failed', word: words.error, text };
      return level === 'warning' ? { word: words.warning, text } : { text };
    }
    case 'progress':
      return { text: amountText(what.progress, locale) };
    case 'question': {
      const { status, question } = what.question;
      const sign = status === 'open' ? 'waiting' : status === 'answered' ? 'completed' : 'cancelled';
      return { sign, word: words.question, text: question };
    }
    case 'answer':
      return answerFace(what.question, locale);
    case 'result':
      return { text: words.resultOf(what.agent), detail: what.text };
    case 'error':
      return { sign: 'failed', word: words.error, text: what.text };
    case 'end':
      return { sign: what.phase, text: words[what.phase], detail: what.text, isProblem: what.phase === 'failed' };
    case 'gap':
      return { text: words.notKept };
  }
}

/** How long a step has taken; empty where that is not known. */
export function durationText({ startedAt, endedAt, status }: StepView, now: number, { formats }: Locale): string {
  const end = status === 'running' ? now : endedAt;
  return startedAt === undefined || end === undefined ? '' : formats.duration(end - startedAt);
}

function amountText(
  { message = '', label = message, value, max, unit = '' }: ProgressView,
  { words, formats }: Locale,
): string {
  if (value === undefined) return label;
  const amount = max === undefined ? formats.number(value) : words.ofTotal(formats.number(value), formats.number(max));
  return joined([message || label], [amount, unit]);
}

/** Texts of several languages in one line: each keeps its own direction, where there are two. */
function joined(...parts: ReadonlyArray<readonly string[]>): string {
  const isMixed = RIGHT_TO_LEFT.test(parts.flat().join());
  const isolated = (text: string) => (isMixed && text !== '' ? `\u2068${text}\u2069` : text);
  return parts
    .map((words) => words.map(isolated).filter(Boolean).join(' '))
    .filter(Boolean)
    .join(' · ');
}

/** A letter of Hebrew, Arabic and their neighbours. */
const RIGHT_TO_LEFT = /[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]/;

function answerFace(question: QuestionView, locale: Locale): Face {
  const { words } = locale;
  const detail = answererText(question, words);
  switch (question.status) {
    case 'answered':
      return { text: words.answered(answerText(question.answer, question.choices ?? [], locale)), detail };
    case 'declined':
      return { text: words.declined, detail };
    case 'expired':
      return {
        text:
          question.answer === undefined
            ? words.expired
            : words.expiredWith(answerText(question.answer, question.choices ?? [], locale)),
      };
    default:
      return { text: words.questionCancelled };
  }
}

/** An answer as a person would say it: choices by their labels. */
function answerText(answer: unknown, choices: readonly Choice[], locale: Locale): string {
  if (Array.isArray(answer)) return locale.formats.list(answer.map((each) => answerText(each, choices, locale)));
  if (typeof answer === 'boolean') return answer ? locale.words.yes : locale.words.no;
  const label = choices.map(optionOf).find(({ value }) => value === answer)?.label;
  return label ?? clipText(typeof answer === 'string' ? answer : JSON.stringify(answer ?? ''), TIMELINE.preview);
}
