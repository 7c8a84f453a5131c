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
  /** What they last know to have begun, to have failed, and to have ended. */
  readonly begun: string;
  readonly failure: string;
  readonly end: string;
  /** The questions that they know to wait. */
  readonly questions: readonly string[];
}

export const NOTHING_HEARD: Heard = {
  isSynced: false,
  isLost: false,
  begun: '',
  failure: '',
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
  const asked = open.filter((question) => !heard.questions.includes(questionKey(question)));
  // Of those that waited already the oldest is to be answered first.
  const question = heard.isSynced ? asked.at(-1) : asked[0];

  const news: Announcement[] = [];
  if (heard.isLost) news.push({ kind: 'connection', text: words.connectionBack });
  if (heard.isSynced) {
    // How a run ended says why, too.
    if (end === '') {
      if (begun.key !== heard.begun && begun.text !== '') news.push({ kind: 'step', text: begun.text });
      if (failure.key !== heard.failure && failure.text !== '') news.push({ kind: 'failure', text: failure.text });
      const over = state.questions.filter((each) => heard.questions.includes(questionKey(each))).map(overText(words));
      const text = over.filter(Boolean).at(-1);
      if (text !== undefined) news.push({ kind: 'over', text });
    }
    if (ended !== heard.end && end !== '') news.push({ kind: 'end', text: end });
  }
  if (question) news.push({ kind: 'question', text: questionText(question, locale, serverNow) });
  const questions = open.map(questionKey);
  const next = { isSynced: true, isLost: false, begun: begun.key, failure: failure.key, end: ended, questions };
  return { heard: next, news };
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

/** A step that failed, or what went wrong without an end of the run, whichever came last. */
function lastFailure({ steps, error }: ChannelState, words: Words): { readonly key: string; readonly text: string } {
  const step = steps.filter(({ status, kind }) => status === 'failed' && kind === 'step').at(-1);
  const isError = error !== null && !error.fatal && (error.ts ?? 0) >= (step?.endedAt ?? 0);
  if (isError)
    return { key: `${error.ts} ${error.message}`, text: `${words.error}: ${clipText(error.message, LENGTH)}` };
  if (!step) return { key: '', text: '' };
  const reason = step.error ? `${step.label}: ${clipText(step.error, LENGTH)}` : step.label;
  return { key: `${step.id} ${step.endedAt}`, text: `${words.failed}: ${reason}` };
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
