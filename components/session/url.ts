import { assertId, invalid } from '../../protocol/index.js';

export interface Address {
  /** Where the server is, in any usual form: a path, `http(s)://` or `ws(s)://`, with or without the placeholder `{session-id}`. */
  readonly url: string;
  /**
   * Takes the placeholder's place, or is appended to the path. Where it stands at the end already, behind another segment (`/ws/abc` for `abc`),
   * the URL is taken for the whole address; a path of one segment is never: `/ws` for `ws` is `/ws/ws`.
   */
  readonly sessionId?: string | undefined;
  /** What a relative URL is relative to. */
  readonly base?: string | undefined;
  /** Further query parameters; those that `url` has stay. */
  readonly query?: ReadonlyArray<readonly [name: string, value: string]>;
}

/** The placeholder, also as a URL object would write it, and the slashes between it and the end of the path. */
const PLACEHOLDER = /(?:\{|%7B)session[-_]?id(?:\}|%7D)(?:\/+(?=$|[?#]))?/gi;

/** The WebSocket URL of a session. Throws `invalid` for a URL or an id that is none. */
export function connectionUrl({ url, sessionId, base, query = [] }: Address): string {
  if (typeof url !== 'string') throw invalid('url', url, 'a path or a URL', 'write for instance url="/ws"');
  if (sessionId !== undefined) assertSegment(sessionId);
  const hasPlaceholder = url.search(PLACEHOLDER) >= 0;
  if (hasPlaceholder && sessionId === undefined) {
    throw invalid('session-id', sessionId, `a session id for the placeholder in "${url}"`, 'set session-id');
  }
  const address = parse(url.replace(PLACEHOLDER, sessionId ?? ''), base);
  address.hash = '';
  if (sessionId !== undefined && !hasPlaceholder) {
    const path = address.pathname.replace(/\/+$/, '');
    if (!endsWithId(path, sessionId)) address.pathname = `${path}/${sessionId}`;
  }
  for (const [name, value] of query) address.searchParams.append(name, value);
  return address.href;
}

/** The end of a WebSocket's path beside which there is a stream. */
const SOCKET_PATH = /\/ws\/((?:tasks\/)?[^/]+)$/;

/** Where the server-sent events are that stand in for a WebSocket: at `/sse/…` in place of `/ws/…`. `undefined` where its path is no such one. */
export function streamUrl(url: string): string | undefined {
  const address = new URL(url);
  if (!SOCKET_PATH.test(address.pathname)) return undefined;
  address.pathname = address.pathname.replace(SOCKET_PATH, '/sse/$1');
  address.protocol = address.protocol === 'wss:' ? 'https:' : 'http:';
  return address.href;
}

function assertSegment(sessionId: string): void {
  assertId(sessionId, 'session-id');
  if (sessionId !== '.' && sessionId !== '..') return;
  throw invalid('session-id', sessionId, 'an id that can stand in a path', 'a URL takes "." and ".." for folders');
}

function endsWithId(path: string, sessionId: string): boolean {
  const [last = '', ...before] = path.split('/').reverse();
  return before.some((segment) => segment !== '') && decoded(last) === sessionId;
}

/** A segment of a path without its escapes; with them where they are malformed. */
function decoded(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
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
    if (base !== undefined || !URL.canParse(url, 'ws://page')) {
      throw invalid('url', url, 'a path or a URL', 'write for instance url="/ws"');
    }
    throw invalid(
      'url',
      url,
      'a whole URL where there is no page',
      'write for instance "wss://example.org/ws", or set base',
    );
  }
  const scheme = SOCKET_SCHEME[address.protocol];
  if (url === '' || scheme === undefined) {
    throw invalid('url', url, 'a path, http(s):// or ws(s)://', 'write for instance url="/ws"');
  }
  address.protocol = scheme;
  return address;
}
