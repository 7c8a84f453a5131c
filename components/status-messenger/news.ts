import {
  type ChannelState,
  hasEnded,
  initialState,
  openQuestion,
  type QuestionView,
  type StatusView,
} from '../../protocol/index.js';
import { endKey, questionKey } from '../identity.js';
import type { Connection } from '../session/index.js';
import type { StatusMessengerEventMap } from './events.js';

/** What the last events spoke of. */
export interface Told {
  readonly state: ChannelState;
  readonly status: StatusView | null;
  readonly question: QuestionView | undefined;
  /** The state in which the run was over. */
  readonly end: ChannelState | undefined;
}

export const NOTHING_TOLD: Told = { state: initialState, status: null, question: undefined, end: undefined };

type Detail = { readonly [K in keyof StatusMessengerEventMap]: StatusMessengerEventMap[K]['detail'] };
/** An event to fire. */
export type News = { [K in keyof Detail]: { readonly type: K; readonly detail: Detail[K] } }[keyof Detail];

/**
 * What has happened since the last events, by what is there now: an element that was away has seen no steps between. What is to be acted upon, a
 * question and an end, is told only when nothing is missing any more. Pure.
 */
export function readNews(told: Told, state: ChannelState, connection: Connection): { told: Told; news: News[] } {
  const news: News[] = [];
  const { status } = state;
  if (state !== told.state) news.push({ type: 'statechange', detail: state });
  if (status && status !== told.status) news.push({ type: 'statuschange', detail: status });
  if (connection.status !== 'live' && connection.status !== 'ended') return { told: { ...told, state, status }, news };
  const question = openQuestion(state);
  const end = hasEnded(state.phase) ? state : undefined;
  if (question && questionKey(question) !== (told.question && questionKey(told.question)))
    news.push({ type: 'questionopen', detail: question });
  if (end && endKey(end) !== (told.end && endKey(told.end))) news.push({ type: 'runend', detail: end });
  return { told: { state, status, question, end }, news };
}
