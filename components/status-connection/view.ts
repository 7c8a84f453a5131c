import { type ChannelState, hasEnded } from '../../protocol/index.js';
import { isStale, type Now } from '../known-time.js';
import { refusalText } from '../refusal-text.js';
import type { Connection } from '../session/index.js';
import type { Sign } from '../styles/index.js';
import type { Locale } from '../words/index.js';

/** What is said of a connection. */
export interface ConnectionView {
  readonly sign: Sign;
  readonly label: string;
  /** When it is tried again, or what it waits for; may be empty. */
  readonly detail: string;
  /** How old what is shown is; empty while it is fresh. */
  readonly age: string;
  /** What can be done about it. */
  readonly action?: { readonly text: string; readonly isUnderWay: boolean };
  /** What is shown is only what was last known. */
  readonly isStale: boolean;
}

/** Milliseconds without a message after which a connection that is live says how old the last one is. */
const FRESH = 60_000;
/** Milliseconds for which nobody needs to be told how old something is. */
const JUST = 1000;

/** What to show of a connection. Pure. */
export function connectionView(connection: Connection, state: ChannelState, now: Now, locale: Locale): ConnectionView {
  const { words, formats } = locale;
  const common = { detail: '', age: ageText(connection, state, now, locale), isStale: isStale(state, connection) };
  switch (connection.status) {
    case 'idle':
      return { ...common, sign: 'idle', label: words.notConnected, action: { text: words.connect, isUnderWay: false } };
    case 'connecting':
      return { ...common, sign: 'trying', label: words.connecting };
    case 'live':
      return { ...common, sign: 'live', label: words.live };
    case 'reconnecting': {
      const wait = connection.retryAt === undefined ? 0 : connection.retryAt - now.page;
      const detail = wait > 0 ? words.retryIn(formats.span(wait)) : words.retrying;
      const action = { text: words.retryNow, isUnderWay: wait <= 0 };
      return { ...common, sign: 'trying', label: words.reconnecting, detail, action };
    }
    case 'offline':
      return { ...common, sign: 'idle', label: words.offline, detail: words.offlineHint };
    case 'ended':
      return { ...common, sign: 'idle', label: words.ended };
    case 'refused': {
      const label = refusalText(connection, words);
      return { ...common, sign: 'failed', label, action: { text: words.tryAgain, isUnderWay: false } };
    }
  }
}

/** Whether the view changes with time alone. */
export function counts(connection: Connection, state: ChannelState): boolean {
  switch (connection.status) {
    case 'reconnecting':
      return true;
    case 'ended':
      return false;
    case 'live':
      return state.messages.length > 0 && !hasEnded(state.phase);
    default:
      return state.messages.length > 0;
  }
}

/** A loss has a time of its own, up to which everything was known; else it is as old as the last message. */
function ageText(connection: Connection, state: ChannelState, now: Now, { words, formats }: Locale): string {
  if (state.messages.length === 0 || connection.status === 'ended') return '';
  if ((connection.status === 'reconnecting' || connection.status === 'offline') && !now.isSnapshot) {
    return words.lastKnown(formats.ago(now.page - connection.since));
  }
  const last = state.messages.at(-1)?.ts;
  if (last === undefined) return '';
  const age = now.server - last;
  // Of what was handed in a moment ago, or is about to be told anew, it would only flash.
  if (now.isSnapshot && (age < JUST || connection.status === 'connecting')) return '';
  if (connection.status !== 'live') return words.lastKnown(formats.ago(age));
  return age < FRESH || hasEnded(state.phase) ? '' : words.updated(formats.ago(age));
}
