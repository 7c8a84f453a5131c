import { assertFields, type Clock, invalid, isObject } from '../../protocol/index.js';
import type { PageListener } from './page-lifecycle.js';
import type { SocketConstructor } from './socket.js';
import type { StorageLike } from './storage.js';
import type { TokenOptions } from './tokens.js';
import type { Transport } from './transports.js';

export interface LinkOptions extends TokenOptions {
  /**
   * Milliseconds before attempt `n` (0 is the first after a loss). `spread` are those over which the server asks its pages to come back. Default:
   * full jitter, 0.5 s doubling up to 20 s, or over `spread` where that is more; that is taken, too, where this throws or gives no time. When the page wakes,
   * `n` starts over.
   */
  readonly reconnectDelay?: (n: number, random: () => number, spread: number) => number;
  /** Milliseconds that a socket may take to open, and then a server that is known to greet to do so. Default 10,000. */
  readonly openTimeout?: number;
  readonly clock?: Clock;
  /** Randomness in [0, 1). Default `Math.random`. */
  readonly random?: () => number;
  /** Default: the platform's. */
  readonly WebSocket?: SocketConstructor;
  /**
   * How to reach the server: `websocket`, `sse` (server-sent events, and POST requests for what the page says; only where the path is `…/ws/ID`, whose stream is at
   * `…/sse/ID`), or `auto`, the default: WebSockets, and the other where two of them end before any has ever opened.
   */
  readonly transport?: Transport | 'auto';
  /** Watches the page's life. Default: the page that this runs in. */
  readonly watchPage?: (listener: PageListener) => () => void;
}

/** What a decoder makes of a frame: one message, a list of them, or nothing. */
export type Decode = (data: string | ArrayBuffer) => unknown;

export interface SessionClientOptions extends LinkOptions {
  /** Where the server is: a path, `http(s)://` or `ws(s)://`, with or without the placeholder `{session-id}`. */
  readonly url: string;
  /** The session to watch. Without it `url` is taken as it is. */
  readonly sessionId?: string;
  /** A thread and a user to watch, too, if the server allows it. */
  readonly threadId?: string;
  readonly userId?: string;
  /** Makes messages of the frames of a server that does not speak this protocol. Default: JSON, also split or joined. */
  readonly decode?: Decode;
  /** What a relative `url` is relative to. Default: the page. */
  readonly base?: string;
  /** Keeps what the server has not acknowledged over a reload of the page. Default: the page's `sessionStorage`, where there is one. */
  readonly storage?: StorageLike;
}

/** Every name that there is: the compiler asks for each of them. */
const NAMES: { readonly [K in keyof Required<SessionClientOptions>]: true } = {
  url: true,
  sessionId: true,
  threadId: true,
  userId: true,
  token: true,
  getToken: true,
  decode: true,
  base: true,
  storage: true,
  reconnectDelay: true,
  openTimeout: true,
  clock: true,
  random: true,
  WebSocket: true,
  transport: true,
  watchPage: true,
};

/** Throws `invalid` for what would be taken for something else, or left out without a word, in a page that no compiler has looked at. */
export function assertOptions(options: SessionClientOptions): void {
  const where = 'new SessionClient';
  if (!isObject(options)) throw invalid(where, options, 'an object with url', 'pass for instance { url: "/ws" }');
  assertFields(where, options, Object.keys(NAMES));
  const { getToken } = options;
  if (getToken === undefined || typeof getToken === 'function') return;
  throw invalid(`${where}: getToken`, getToken, 'a function', 'pass what never changes as token');
}
