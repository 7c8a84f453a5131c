import type { Ids } from './context.js';

export interface AttachOptions {
  /** Where pages connect. Default `/ws/:sessionId`. */
  readonly path?: string;
  /**
   * `false` answers no plain HTTP requests. Default: they are answered where the server has no request handler of its own; where it has one, mount
   * `middleware` or `fetch` there.
   */
  readonly http?: boolean;
}

/** What `handleConnection` is told of a socket. */
export interface ConnectionIds extends Ids {
  readonly sessionId: string;
  /** Positions to resume from, as in the query of the wire contract: `[channel@]position`. */
  readonly after?: string | readonly string[];
}
