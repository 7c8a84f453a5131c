import { assertFields, type Clock, invalid, isObject } from '../protocol/index.js';
import type { Authorize } from './access/authorize.js';
import { type AllowedOrigins, readOrigins } from './access/origin.js';
import type { ChannelStore } from './channels/channel-store.js';
import { MemoryStore, type MemoryStoreOptions } from './channels/memory-store.js';
import { LONGEST_TIMER, systemClock } from './clock.js';
import { consoleLogger, type Logger, silentLogger } from './logger.js';
import { type PubSubOptions, type PubSubSettings, readPubSub } from './sinks/pubsub-options.js';

/** All options of a `StatusMessenger`; each has a default. Times are milliseconds, sizes bytes. */
export interface MessengerOptions {
  /** Where channels are kept. Default: in memory, within the bounds given here. */
  readonly store?: ChannelStore | Omit<MemoryStoreOptions, 'clock'>;
  /** Quiet after which the server gives a sign of life and asks for one. Default 25,000: below the 30 to 60 s after which proxies cut. */
  readonly heartbeat?: number;
  /** How long after a heartbeat a page may take to answer. Default 10,000. */
  readonly pongTimeout?: number;
  /** How long a page may take nothing before it is closed with 4408. Default 60,000. */
  readonly stallTimeout?: number;
  /**
   * What may wait in one connection before it is paused. Default 64 KiB: what the system has taken does not count, and a connection that is paused has
   * shown that it lives each time so much was taken.
   */
  readonly highWaterMark?: number;
  /** How statuses are sent: as a text, or as `{ message }`, the form of the agent-conversation seed. Default `text`. */
  readonly statusData?: 'text' | 'object';
  /** The key that `POST /api/messages` asks for. Default: `STATUS_MESSENGER_API_KEY` of the environment; without one the address is off. */
  readonly apiKey?: string;
  /** Whether `GET /metrics` tells how many connections and messages there are, in Prometheus' text format. Default `false`. */
  readonly metrics?: boolean;
  /**
   * Pages of other origins that may connect: `['https://example.org']`, or `'*'` for any. Default: none but those of the server's own origin. Clients that send
   * no `Origin`, which are no browsers, are let in.
   */
  readonly allowedOrigins?: AllowedOrigins;
  /**
   * Decides who may watch what. Default: whoever knows a session's id may watch that session, and no thread or user. Asked for each WebSocket, for `GET /status`, and for
   * each fresh token.
   */
  readonly authorize?: Authorize;
  /** How long `authorize` may take. Default 8,000: less than a page waits for a connection to open. */
  readonly authorizeTimeout?: number;
  /**
   * How many reverse proxies of your own stand in front: so many entries at the end of `X-Forwarded-For` are believed, for `limits.connectionsPerAddress` and
   * `authorize`. Default 0: the socket's address counts.
   */
  readonly trustedProxies?: number;
  readonly limits?: Partial<Limits>;
  /** Where `publishAgentEvent` publishes to. Default: as the environment says. `false` publishes nothing. */
  readonly pubsub?: PubSubOptions | false;
  /** What all paths begin with. Default: nothing. */
  readonly base?: string;
  /** Default: warnings and errors on the console. `false` logs nothing. */
  readonly logger?: Logger | false;
  /** The time. Default: the machine's. */
  readonly clock?: Clock;
  /** Randomness in [0, 1). Default: `Math.random`. */
  readonly random?: () => number;
}

/** What strangers may take of a server; whoever finds no room is told when to come back. */
export interface Limits {
  /** Frames and pings a second of one page, ten times as many at once: a page that comes back repeats all that was not acknowledged. Default 100; beyond 4429. */
  readonly framesPerSecond: number;
  /**
   * Connections of one network address (of an IPv6 one, its /64). Default 10,000, since behind a proxy that is not named by `trustedProxies` all pages have the same;
   * beyond 1013.
   */
  readonly connectionsPerAddress: number;
  /** Connections to one session. Default 10,000; beyond 1013. */
  readonly connectionsPerSession: number;
  /** Connections and requests for `GET /status` that wait for `authorize` at the same time. Default 1,000; beyond 1013, and 503. */
  readonly pendingUpgrades: number;
}

type Defaulted = Omit<MessengerOptions, 'store' | 'apiKey' | 'logger' | 'authorize' | 'limits' | 'pubsub'>;

export interface Settings extends Required<Defaulted> {
  readonly store: ChannelStore;
  readonly apiKey: string | undefined;
  readonly logger: Logger;
  readonly authorize: Authorize | undefined;
  readonly limits: Limits;
  readonly pubsub: PubSubSettings;
}

const KNOWN = [
  'store',
  'heartbeat',
  'pongTimeout',
  'stallTimeout',
  'highWaterMark',
  'statusData',
  'apiKey',
  'metrics',
  'allowedOrigins',
  'authorize',
  'authorizeTimeout',
  'trustedProxies',
  'limits',
  'pubsub',
  'base',
  'logger',
  'clock',
  'random',
];

/** The options with their defaults. Throws `invalid` for an option that there is not, or a value that cannot be. */
export function readOptions(options: MessengerOptions): Settings {
  assertFields('options', options, KNOWN);
  const { clock = systemClock, store = {}, logger = consoleLogger, random = Math.random } = options;
  const { statusData = 'text', base = '', apiKey = process.env.STATUS_MESSENGER_API_KEY, metrics = false } = options;
  if (statusData !== 'text' && statusData !== 'object') {
    throw invalid('options.statusData', statusData, '"text" or "object"', 'leave it out for "text"');
  }
  if (typeof base !== 'string' || (base !== '' && !/^\/.*[^/]$/.test(base))) {
    throw invalid('options.base', base, 'a path like "/status-messenger"', 'begin it with "/" and end it without');
  }
  if (apiKey !== undefined && typeof apiKey !== 'string') {
    throw invalid('options.apiKey', apiKey, 'a text', 'leave it out to keep POST /api/messages off');
  }
  if (typeof metrics !== 'boolean')
    throw invalid('options.metrics', metrics, 'true or false', 'leave it out for false');
  if (logger !== false) assertMethods('options.logger', logger, ['debug', 'info', 'warn', 'error']);
  assertMethods('options.clock', clock, ['now', 'after']);
  if (typeof random !== 'function')
    throw invalid('options.random', random, 'a function', 'leave it out for Math.random');
  const { authorize, trustedProxies = 0 } = options;
  if (authorize !== undefined && typeof authorize !== 'function') {
    throw invalid('options.authorize', authorize, 'a function', 'leave it out to let in whoever knows the session id');
  }
  if (!Number.isInteger(trustedProxies) || trustedProxies < 0) {
    throw invalid('options.trustedProxies', trustedProxies, 'a whole number', 'leave it out where there is no proxy');
  }
  return {
    store: readStore(store, clock),
    heartbeat: positive('options.heartbeat', options.heartbeat, 25_000),
    pongTimeout: positive('options.pongTimeout', options.pongTimeout, 10_000),
    stallTimeout: positive('options.stallTimeout', options.stallTimeout, 60_000),
    highWaterMark: positive('options.highWaterMark', options.highWaterMark, 64 * 1024),
    statusData,
    apiKey: apiKey || undefined,
    metrics,
    allowedOrigins: readOrigins(options.allowedOrigins),
    authorize,
    authorizeTimeout: positive('options.authorizeTimeout', options.authorizeTimeout, 8000),
    trustedProxies,
    limits: readLimits(options.limits),
    pubsub: readPubSub(options.pubsub, process.env),
    base,
    logger: logger === false ? silentLogger : logger,
    clock,
    random,
  };
}

function readStore(store: ChannelStore | Omit<MemoryStoreOptions, 'clock'>, clock: Clock): ChannelStore {
  if (isStore(store)) return store;
  assertFields('options.store', store, ['tail', 'idle', 'channels']);
  const { tail = {}, idle, channels } = store;
  assertFields('options.store.tail', tail, ['count', 'bytes', 'age']);
  return new MemoryStore({
    tail: {
      count: positive('options.store.tail.count', tail.count, 1000),
      bytes: positive('options.store.tail.bytes', tail.bytes, 1024 * 1024),
      age: positive('options.store.tail.age', tail.age, 3_600_000),
    },
    idle: positive('options.store.idle', idle, 3_600_000),
    channels: positive('options.store.channels', channels, 10_000),
    clock,
  });
}

function readLimits(limits: Partial<Limits> = {}): Limits {
  const names = ['framesPerSecond', 'connectionsPerAddress', 'connectionsPerSession', 'pendingUpgrades'] as const;
  assertFields('options.limits', limits, names);
  const limit = (name: keyof Limits, fallback: number) => positive(`options.limits.${name}`, limits[name], fallback);
  return {
    framesPerSecond: limit('framesPerSecond', 100),
    connectionsPerAddress: limit('connectionsPerAddress', 10_000),
    connectionsPerSession: limit('connectionsPerSession', 10_000),
    pendingUpgrades: limit('pendingUpgrades', 1000),
  };
}

function isStore(store: object): store is ChannelStore {
  return isObject(store) && typeof store.append === 'function';
}

function assertMethods(where: string, value: unknown, names: readonly string[]): void {
  const has = (name: string) => typeof (value as { [name: string]: unknown } | null)?.[name] === 'function';
  if (!names.every(has))
    throw invalid(where, value, `an object with the methods ${names.join(', ')}`, 'leave it out for the default');
}

function positive(where: string, value: unknown, fallback: number): number {
  if (value === undefined) return fallback;
  if (typeof value === 'number' && value > 0 && value <= LONGEST_TIMER) return value;
  throw invalid(where, value, 'a number above 0', `leave it out for ${fallback}`);
}
