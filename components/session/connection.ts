import type { Transport } from './transports.js';

/**
 * How a page stands to its server. That says nothing of the run: a lost connection is not a stopped run. Everything but `live` means that what
 * is shown is what was last known. Times are the page's, in milliseconds since 1970.
 */
export type Connection =
  /** Not begun, or ended on purpose. */
  | { readonly status: 'idle' }
  /** On the way for the first time. */
  | { readonly status: 'connecting' }
  /** Everything that was missed is here, and what comes is shown as it comes. */
  | { readonly status: 'live'; readonly since: number; readonly transport: Transport }
  /** Lost, and on the way back; `retryAt` while it waits for the next attempt. */
  | {
      readonly status: 'reconnecting';
      readonly since: number;
      readonly attempt: number;
      readonly retryAt?: number;
      readonly reason: string;
    }
  /** The browser has no network; it goes on when there is one. */
  | { readonly status: 'offline'; readonly since: number }
  /** The server closed with 1000: the run is over, nothing more will come. */
  | { readonly status: 'ended' }
  | Refusal;

/** The server will not have this page; trying again cannot help. */
export interface Refusal {
  readonly status: 'refused';
  readonly code: number;
  readonly reason: string;
  /** The reason is the page's own, in words for its author; a visitor has no use for it. */
  readonly local?: true;
}

export type ConnectionStatus = Connection['status'];

/** How a page stands to a server that it has no connection to, or not yet. */
export const NOT_CONNECTED: Connection = { status: 'idle' };

export type Over = Extract<Connection, { status: 'ended' | 'refused' }>;

/** Whether nothing but a new `connect()` brings the connection back. */
export function isOver(connection: Connection): connection is Over {
  return connection.status === 'ended' || connection.status === 'refused';
}

/** Whether a request is worth making: while the connection is on its way back it waits for it; where none is wanted it would wait for ever. */
export function isReachable(connection: Connection): boolean {
  return connection.status !== 'idle' && !isOver(connection);
}
