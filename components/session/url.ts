import { assertId, invalid } from '../../protocol/index.js';

export interface Address {
  /** Where the server is, in any usual form: a path, `http(s)://` or `ws(s)://`, with or without the placeholder `{session-id}`. */
  readonly url: string;
  /** Takes the placeholder's place, or is appended as the last segment of the path where it does not stand there already. */
  readonly sessionId?: string | undefined;
  /** What a relative URL is relative to. */
  readonly base?: string | undefined;
  /** Further query parameters; those that `url` has stay. */
  readonly query?: ReadonlyArray<readonly [name: string, value: string]>;
}

const PLACEHOLDER = /\{session[-_]?id\}/gi;

/** The WebSocket URL of a session. Throws `invalid` for a URL or an id that is none. */
export function connectionUrl({ url, sessionId, base, query = [] }: Address): string {
  if (sessionId !== undefined) assertId(sessionId, 'session-id');
  const hasPlaceholder = url.search(PLACEHOLDER) >= 0;
  if (hasPlaceholder && sessionId === undefined) {
    throw invalid('session-id', sessionId, `a session id for the placeholder in "${url}"`, 'set session-id');
  }
  const address = parse(url.replace(PLACEHOLDER, sessionId ?? ''), base);
  address.hash = '';
  if (sessionId !== undefined && !hasPlaceholder) {
    const path = address.pathname.replace(/\/+$/, '');
    if (decodeURI(path.slice(path.lastIndexOf('/') + 1)) !== sessionId) address.pathname = `${path}/${sessionId}`;
  }
  for (const [name, value] of query) address.searchParams.append(name, value);
  return address.href;
}

const SOCKET_SCHEME: { readonly [scheme: string]: string } = {
  'http:': 'ws:',
  'https:': 'wss:',
  'ws:': 'ws:',
  'wss:': 'wss:',
};

function parse(url: string, base: string | undefined): URL {
  let address: URL;
  try {
    address = new URL(url, base);
  } catch {
    throw invalid('url', url, 'a path or a URL', 'write for instance url="/ws"');
  }
  const scheme = SOCKET_SCHEME[address.protocol];
  if (url === '' || scheme === undefined) {
    throw invalid('url', url, 'a path, http(s):// or ws(s)://', 'write for instance url="/ws"');
  }
  address.protocol = scheme;
  return address;
}
