import { type ChannelState, openQuestion, type Phase, type StepView } from '../../protocol/index.js';
import { isStale, knownUntil, type Now, timeTaken } from '../known-time.js';
import { refusalText } from '../refusal-text.js';
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

/** Whether something on the line changes with time alone. */
export function lineCounts({ phase }: ChannelState, { status }: Connection): boolean {
  if (status === 'live') return phase === 'running' || phase === 'waiting';
  return status === 'reconnecting' || status === 'offline';
}

/** What to show for a state and a connection. Pure. */
export function statusLine(state: ChannelState, connection: Connection, now: Now, locale: Locale = localeFor()): Line {
  const { words } = locale;
  const stale = isStale(state, connection);
  const time = timeTaken(state, knownUntil(state, connection, now));
  const message = messageText(state, connection, words);
  const sign = signText(state.phase, words);
  return {
    message,
    sign: sign === message ? '' : sign,
    time: time === undefined ? '' : locale.formats.clock(time),
    connection: connectionText(state, connection, now, locale),
    states: new Set([state.phase, connection.status, ...(stale ? ['stale'] : [])]),
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
      // A run may be told by its steps alone.
      return runningStep(state)?.label ?? (connection.status === 'live' ? words.waitingForStatus : '');
  }
}

function runningStep({ steps }: ChannelState): StepView | undefined {
  return steps.filter(({ status }) => status === 'running').at(-1);
}

function signText(phase: Phase, words: Words): string {
  return phase === 'idle' || phase === 'running' ? '' : words[phase];
}

function connectionText(state: ChannelState, connection: Connection, now: Now, { words, formats }: Locale): string {
  const stale = isStale(state, connection);
  const last = state.messages.at(-1)?.ts;
  const age = (since: number) => {
    const ms = now.isSnapshot ? now.server - (last ?? now.server) : now.page - since;
    return stale ? ` ${words.lastKnown(formats.ago(ms))}` : '';
  };
  switch (connection.status) {
    case 'live':
    case 'ended':
      return '';
    case 'connecting':
      return words.connecting;
    case 'reconnecting':
      return words.reconnecting + age(connection.since);
    case 'offline':
      return words.offline + (stale ? `,${age(connection.since)}` : '');
    case 'refused':
      return refusalText(connection, words);
    case 'idle':
      return words.notConnected;
  }
}
