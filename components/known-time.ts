import { type ChannelState, hasEnded, type Phase } from '../protocol/index.js';
import type { SessionSource } from './controllers/session-source.js';
import type { Connection } from './session/index.js';

/** The times that a view speaks of, in milliseconds since 1970: the page's, and the server's. */
export interface Now {
  readonly page: number;
  readonly server: number;
  /** Nothing is known since the last message: the server has not been heard yet. */
  readonly isSnapshot?: boolean | undefined;
}

/** The times by which a session is shown. */
export function nowOf({ serverNow, isSnapshot }: Pick<SessionSource, 'serverNow' | 'isSnapshot'>): Now {
  return { page: Date.now(), server: serverNow, isSnapshot };
}

/**
 * Up to when it is known what goes on, in the server's time: now while the server is heard, the moment of the loss once it is not, and the last message where nothing else is known.
 * What counts, counts up to here.
 */
export function knownUntil(state: ChannelState, connection: Connection, now: Now): number | undefined {
  const isLost = 'since' in connection && connection.status !== 'live' && !now.isSnapshot;
  const lostFor = isLost ? now.page - connection.since : 0;
  return connection.status === 'live' || lostFor > 0 ? now.server - lostFor : state.messages.at(-1)?.ts;
}

/** Whether what is shown is only what was last known. */
export function isStale(state: ChannelState, connection: Connection): boolean {
  return connection.status !== 'live' && connection.status !== 'ended' && state.messages.length > 0;
}

/** Something that begins and ends: a run, or a step. Its times are the server's. */
interface Timed {
  readonly phase: Phase;
  readonly startedAt?: number | undefined;
  readonly endedAt?: number | undefined;
}

/** How long something has taken, in milliseconds, where it is known until `until`; `undefined` where nobody can tell. */
export function timeTaken({ phase, startedAt, endedAt }: Timed, until: number | undefined): number | undefined {
  const end = hasEnded(phase) ? endedAt : until;
  return phase === 'idle' || startedAt === undefined || end === undefined ? undefined : end - startedAt;
}
