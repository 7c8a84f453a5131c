import { type ChannelState, openQuestion } from '../../protocol/index.js';
import { endKey, questionKey } from '../identity.js';
import type { Connection } from '../session/index.js';

/** What calls for a person, the most urgent first. */
export const KINDS = ['question', 'failed', 'completed'] as const;
export type Kind = (typeof KINDS)[number];

/** Something that a person who looks at something else is to know. */
export interface Call {
  readonly kind: Kind;
  /** Tells it from others. */
  readonly key: string;
  /** The question, why the run failed, or its summary; may be empty. */
  readonly text: string;
}

/** What is known of a session, and what is called for it. */
export interface Watched {
  /** Everything was here at some time: an end that was there at first is no news. */
  readonly isSynced: boolean;
  /** What was there last that a person is called for, seen or not. */
  readonly key: string;
  readonly call: Call | undefined;
}

export const NOTHING_WATCHED: Watched = { isSynced: false, key: '', call: undefined };

/**
 * What a person is called for: a question for as long as it waits, and an end that came when nobody looked until somebody does. Who looks at the page is not called, and
 * while the connection is lost nothing new is known. `isNews`: it has just come up. Pure.
 */
export function watch(
  before: Watched,
  state: ChannelState,
  { status }: Connection,
  isLookedAt: boolean,
): { readonly watched: Watched; readonly isNews: boolean } {
  if (status !== 'live' && status !== 'ended') {
    return { watched: isLookedAt ? { ...before, call: undefined } : before, isNews: false };
  }
  const there = whatIsThere(state);
  const key = there ? `${there.kind} ${there.key}` : '';
  const isNew = key !== before.key && (before.isSynced || there?.kind === 'question');
  const isStanding = there?.kind === 'question' || (before.call !== undefined && key === before.key);
  const call = !isLookedAt && (isNew || isStanding) ? there : undefined;
  return { watched: { isSynced: true, key, call }, isNews: isNew && call !== undefined };
}

function whatIsThere(state: ChannelState): Call | undefined {
  const question = openQuestion(state);
  if (question) return { kind: 'question', key: questionKey(question), text: question.question };
  const { phase, summary, error } = state;
  if (phase === 'completed') return { kind: phase, key: endKey(state), text: summary ?? '' };
  return phase === 'failed' ? { kind: phase, key: endKey(state), text: error?.message ?? '' } : undefined;
}
