import type { SessionClientOptions } from './options.js';
import { connectionUrl } from './url.js';

/** The URL of a session's WebSocket with what else it watches, and with `query` behind that. Throws `invalid` for options that make none. */
export function sessionUrl(options: SessionClientOptions, query: ReadonlyArray<readonly [string, string]>): string {
  const { url, sessionId, threadId, userId, base } = options;
  const watched: Array<[string, string]> = [];
  if (threadId !== undefined) watched.push(['thread', threadId]);
  if (userId !== undefined) watched.push(['user', userId]);
  return connectionUrl({
    url,
    sessionId,
    base: base ?? globalThis.document?.baseURI,
    query: [...watched, ...query],
  });
}

/** The address without what changes: whose frames are kept. */
export function keptName(options: SessionClientOptions): string {
  const name = new URL(sessionUrl(options, []));
  name.searchParams.delete('token');
  return `status-messenger ${name}`;
}
