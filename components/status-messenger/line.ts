import { type ChannelState, hasEnded, openQuestion, type Phase } from '../../protocol/index.js';
import type { Connection } from '../session/index.js';
import { type Locale, localeFor, type Words } from '../words/index.js';

/** What the status line says. */
export interface Line {
  readonly message: string;
  /** What the indicator says by its look, for those who do not see it; empty where the message says it. */
  readonly sign: string;
  /** How long the run has taken; empty while that is not known. */
  readonly time: string;
  /** How the page stands to its server; empty while it is live. */
  readonly connection: string;
  /** The custom states of the element. */
  readonly states: ReadonlySet<string>;
}

/** The times that the line speaks of, in milliseconds since 1970: the page's, and the server's. */
export interface Now {
  readonly page: number;
  readonly server: number;
}

/** What to show for a state and a connection. Pure. */
export function statusLine(state: ChannelState, connection: Connection, now: Now, locale: Locale = localeFor()): Line {
  const { words } = locale;
  const isLive = connection.status === 'live' || connection.status === 'ended';
  const isStale = !isLive && state.messages.length > 0;
  const message = messageText(state, connection, words);
  const sign = signText(state.phase, words);
  return {
    message,
    sign: sign === message ? '' : sign,
    time: elapsed(state, connection, now, locale),
    connection: connectionText(connection, now, isStale, locale),
    states: new Set([state.phase, connection.status, ...(isStale ? ['stale'] : [])]),
  };
}

function messageText(state: ChannelState, connection: Connection, words: Words): string {
  const status = state.status?.text;
  switch (state.phase) {
    case 'waiting':
      return openQuestion(state)?.question ?? status ?? '';
    case 'completed':
      return state.summary || status || words.completed;
    case 'failed':
      return state.error?.message || status || words.failed;
    case 'cancelled':
      return words.cancelled;
    default:
      if (status !== undefined) return status;
      return connection.status === 'live' ? words.waitingForStatus : '';
  }
}

function signText(phase: Phase, words: Words): string {
  return phase === 'idle' || phase === 'running' ? '' : words[phase];
}

/** The time of a run goes on only while its server is heard; what is not known is not counted. */
function elapsed(state: ChannelState, connection: Connection, now: Now, { formats }: Locale): string {
  if (state.startedAt === undefined) return '';
  if (hasEnded(state.phase)) {
    return state.endedAt === undefined ? '' : formats.clock(state.endedAt - state.startedAt);
  }
  if (state.phase === 'idle') return '';
  const lostFor = 'since' in connection && connection.status !== 'live' ? now.page - connection.since : 0;
  const last = connection.status === 'live' || lostFor > 0 ? now.server - lostFor : state.messages.at(-1)?.ts;
  return last === undefined ? '' : formats.clock(last - state.startedAt);
}

function connectionText(connection: Connection, now: Now, isStale: boolean, { words, formats }: Locale): string {
  const age = (since: number) => (isStale ? ` ${words.lastKnown(formats.ago(now.page - since))}` : '');
  switch (connection.status) {
    case 'live':
    case 'ended':
      return '';
    case 'connecting':
      return words.connecting;
    case 'reconnecting':
      return words.reconnecting + age(connection.since);
    case 'offline':
      return words.offline + (isStale ? `,${age(connection.since)}` : '');
    case 'refused':
      return words.refused(connection.local ? '' : connection.reason);
    case 'idle':
      return words.notConnected;
  }
}
