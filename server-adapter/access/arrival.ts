import type { IncomingHttpHeaders } from 'node:http';

/** What somebody asked for, by a WebSocket, a stream or a request: nothing of it was checked. */
export interface Arrival {
  /** The session id as it stands in the path. Empty where it is a task that is asked for. */
  readonly sessionId: string;
  /** The task id as it stands in the path. */
  readonly taskId?: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingHttpHeaders;
  /** The path with its query. */
  readonly url: string;
  /** The network address at the other end of the connection. */
  readonly address: string | undefined;
}
