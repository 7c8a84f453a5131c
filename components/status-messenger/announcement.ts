import { type ChannelState, clipText, hasEnded, type QuestionView } from '../../protocol/index.js';
import { endKey, questionKey } from '../identity.js';
import { refusalText } from '../refusal-text.js';
import type { Connection } from '../session/index.js';
import type { Locale, Words } from '../words/index.js';

/** A sentence for those who listen. A later one of its kind takes its place while it has not been spoken. */
export interface Announcement {
  readonly kind: 'connection' | 'step' | 'failure' | 'over' | 'end' | 'question' | 'reply';
  readonly text: string;
}

/** What a listener knows. */
export interface Heard {
  /** Everything was here at some time: what is there at first is read, not announced. */
  readonly isSynced: boolean;
  /** They were told that what they know may be out of date. */
  readonly isLost: boolean;
  /** What they last know to have begun, and to have ended, and when something failed last, in the server's time. */
  readonly begun: string;
  readonly failedAt: number;
  readonly end: string;
  /** The questions that they were told of, and that still wait. */
  readonly questions: readonly string[];
}

export const NOTHING_HEARD: Heard = {
  isSynced: false,
  isLost: false,
  begun: '',
  failedAt: 0,
  end: '',
  questions: [],
};

/** Bytes of a text that is read out before anybody asks for it. */
const LENGTH = 300;

/**
 * What a listener hears next: that a step has begun (where a run has none, what it says takes their place) or failed, that a person is asked, or need not answer any more, that the run
 * has ended, that the connection was lost, and that it is back. Nothing of what is caught up with, but for a question that still waits. Pure.
 *
 * @param serverNow The server's time, in milliseconds since 1970.
 */
export function announce(
  heard: Heard,
  state: ChannelState,
  connection: Connection,
  locale: Locale,
  serverNow: number,
): { readonly heard: Heard; readonly news: readonly Announcement[] } {
  const { words } = locale;
  switch (connection.status) {
    case 'live':
    case 'ended':
      return announceRun(heard, state, locale, serverNow);
    case 'reconnecting':
    case 'offline':
      if (heard.isLost || state.messages.length === 0) return { heard, news: [] };
      return { heard: { ...heard, isLost: true }, news: [{ kind: 'connection', text: words.connectionLost }] };
    case 'refused': {
      if (heard.isLost) return { heard, news: [] };
      const text = refusalText(connection, words);
      return { heard: { ...heard, isLost: true }, news: [{ kind: 'connection', text }] };
    }
    default:
      return { heard, news: [] };
  }
}

function announceRun(
  heard: Heard,
  state: ChannelState,
  locale: Locale,
  serverNow: number,
): ReturnType<typeof announce> {
  const { words } = locale;
  const begun = lastBegun(state, words);
  const failure = lastFailure(state, words);
  const end = endText(state, words);
  const ended = end === '' ? '' : endKey(state);
  const open = state.questions.filter(({ status }) => status === 'open');
  // One at a time, the oldest first: that is the one to be answered first.
  const question = open.find((each) => !heard.questions.includes(questionKey(each)));

  const news: Announcement[] = [];
  if (heard.isLost) news.push({ kind: 'connection', text: words.connectionBack });
  if (heard.isSynced) {
    // How a run ended says why, too.
    if (end === '') {
      if (begun.key !== heard.begun && begun.text !== '') news.push({ kind: 'step', text: begun.text });
      if (failure && failure.at > heard.failedAt) news.push({ kind: 'failure', text: failure.text });
      const over = state.questions.filter((each) => heard.questions.includes(questionKey(each))).map(overText(words));
      const text = over.filter(Boolean).at(-1);
      if (text !== undefined) news.push({ kind: 'over', text });
    }
    if (ended !== heard.end && end !== '') news.push({ kind: 'end', text: end });
  }
  if (question) news.push({ kind: 'question', text: questionText(question, locale, serverNow) });
  const questions = open
    .filter((each) => each === question || heard.questions.includes(questionKey(each)))
    .map(questionKey);
  const failedAt = Math.max(heard.failedAt, failure?.at ?? 0);
  return { heard: { isSynced: true, isLost: false, begun: begun.key, failedAt, end: ended, questions }, news };
}

/** How a question ended that nobody answered. An answer is told where it was given, or was about to be. */
function overText(words: Words) {
  return ({ status }: QuestionView): string =>
    status === 'expired' ? words.expired : status === 'cancelled' ? words.questionCancelled : '';
}

function questionText({ question, expiresAt }: QuestionView, { words, formats }: Locale, serverNow: number): string {
  const text = `${words.waiting}: ${clipText(question, LENGTH)}`;
  const left = expiresAt === undefined ? 0 : expiresAt - serverNow;
  return left > 0 ? `${text} (${words.timeLeft(formats.span(left))})` : text;
}

interface Failure {
  readonly at: number;
  readonly text: string;
}

/** What failed last: a step, or something that did not end the run. */
function lastFailure({ steps, error }: ChannelState, words: Words): Failure | undefined {
  const failures: Failure[] = steps.flatMap(({ status, kind, label, error: why, endedAt: at = 0 }) => {
    const text = why ? `${label}: ${clipText(why, LENGTH)}` : label;
    return status === 'failed' && kind === 'step' ? { at, text: `${words.failed}: ${text}` } : [];
  });
  if (error && !error.fatal) {
    failures.push({ at: error.ts ?? 0, text: `${words.error}: ${clipText(error.message, LENGTH)}` });
  }
  return failures.reduce<Failure | undefined>((last, each) => (last && last.at > each.at ? last : each), undefined);
}

function lastBegun(state: ChannelState, words: Words): { readonly key: string; readonly text: string } {
  const step = state.steps.filter(({ kind }) => kind === 'step').at(-1);
  if (step) return { key: `${step.id} ${step.startedAt}`, text: words.stepBegun(step.label) };
  const { status } = state;
  return { key: status ? `${status.ts} ${status.text}` : '', text: status?.text ?? '' };
}

function endText({ phase, summary, error }: ChannelState, words: Words): string {
  if (!hasEnded(phase)) return '';
  const text = phase === 'completed' ? summary : phase === 'failed' ? error?.message : undefined;
  return text ? `${words[phase]}: ${text}` : words[phase];
}
