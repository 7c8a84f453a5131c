import { type ChannelState, hasEnded, openQuestion } from '../../protocol/index.js';
import { endKey, questionKey } from '../identity.js';
import { refusalText } from '../refusal-text.js';
import type { Connection } from '../session/index.js';
import type { Words } from '../words/index.js';

/** A sentence for those who listen. A later one of its kind takes its place while it has not been spoken. */
export interface Announcement {
  readonly kind: 'connection' | 'step' | 'end' | 'question' | 'reply';
  readonly text: string;
}

/** What a listener knows. */
export interface Heard {
  /** Everything was here at some time: what is there at first is read, not announced. */
  readonly isSynced: boolean;
  /** They were told that what they know may be out of date. */
  readonly isLost: boolean;
  /** What they last know to have begun, been asked, and ended. */
  readonly begun: string;
  readonly question: string;
  readonly end: string;
}

export const NOTHING_HEARD: Heard = { isSynced: false, isLost: false, begun: '', question: '', end: '' };

/**
 * What a listener hears next: that a step has begun (where a run has none, what it says takes their place), that a person is asked, that the run has ended, that the
 * connection was lost, and that it is back. Nothing of what is caught up with, but for a question that still waits. Pure.
 */
export function announce(
  heard: Heard,
  state: ChannelState,
  connection: Connection,
  words: Words,
): { readonly heard: Heard; readonly news: readonly Announcement[] } {
  switch (connection.status) {
    case 'live':
    case 'ended':
      return announceRun(heard, state, words);
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

function announceRun(heard: Heard, state: ChannelState, words: Words): ReturnType<typeof announce> {
  const begun = lastBegun(state, words);
  const question = openQuestion(state);
  const asked = question ? questionKey(question) : '';
  const end = endText(state, words);
  const ended = end === '' ? '' : endKey(state);

  const news: Announcement[] = [];
  if (heard.isLost) news.push({ kind: 'connection', text: words.connectionBack });
  if (heard.isSynced) {
    if (begun.key !== heard.begun && begun.text !== '' && end === '') news.push({ kind: 'step', text: begun.text });
    if (ended !== heard.end && end !== '') news.push({ kind: 'end', text: end });
  }
  if (question && asked !== heard.question) {
    news.push({ kind: 'question', text: `${words.waiting}: ${question.question}` });
  }
  return { heard: { isSynced: true, isLost: false, begun: begun.key, question: asked, end: ended }, news };
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
