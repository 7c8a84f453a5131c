import { type Clock, invalid, StatusMessengerError } from '../protocol/index.js';
import type { ChannelStore } from './channels/channel-store.js';
import { MemoryStore, type MemoryStoreOptions } from './channels/memory-store.js';
import { systemClock } from './clock.js';
import { consoleLogger, type Logger, silentLogger } from './logger.js';

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
  /** What may wait in one connection before it is paused. Default 1 MiB. */
  readonly highWaterMark?: number;
  /** How statuses are sent: as a text, or as `{ message }`, the form of the agent-conversation seed. Default `text`. */
  readonly statusData?: 'text' | 'object';
  /** The key that `POST /api/messages` asks for. Default: `STATUS_MESSENGER_API_KEY` of the environment; without one the address is off. */
  readonly apiKey?: string;
  /** What the paths of `fetch` begin with. Default: nothing. */
  readonly base?: string;
  /** Default: warnings and errors on the console. `false` logs nothing. */
  readonly logger?: Logger | false;
  /** The time. Default: the machine's. */
  readonly clock?: Clock;
  /** Randomness in [0, 1). Default: `Math.random`. */
  readonly random?: () => number;
}

export interface Settings extends Required<Omit<MessengerOptions, 'store' | 'apiKey' | 'logger'>> {
  readonly store: ChannelStore;
  readonly apiKey: string | undefined;
  readonly logger: Logger;
}

const KNOWN = [
  'store',
  'heartbeat',
  'pongTimeout',
  'stallTimeout',
  'highWaterMark',
  'statusData',
  'apiKey',
  'base',
  'logger',
  'clock',
  'random',
];

/** The options with their defaults. Throws `invalid` for an option that there is not, or a value that cannot be. */
export function readOptions(options: MessengerOptions): Settings {
  for (const key of Object.keys(options)) {
    if (!KNOWN.includes(key)) {
      throw new StatusMessengerError(
        'invalid',
        `options: got "${key}", expected ${KNOWN.join(', ')}; check its spelling`,
      );
    }
  }
  const clock = options.clock ?? systemClock;
  const { store = {}, logger = consoleLogger, statusData = 'text', base = '' } = options;
  if (statusData !== 'text' && statusData !== 'object') {
    throw invalid('options.statusData', statusData, '"text" or "object"', 'leave it out for "text"');
  }
  if (base !== '' && !/^\/.*[^/]$/.test(base)) {
    throw invalid('options.base', base, 'a path like "/status-messenger"', 'begin it with "/" and end it without');
  }
  return {
    store: 'append' in store ? store : new MemoryStore({ ...store, clock }),
    heartbeat: positive(options, 'heartbeat', 25_000),
    pongTimeout: positive(options, 'pongTimeout', 10_000),
    stallTimeout: positive(options, 'stallTimeout', 60_000),
    highWaterMark: positive(options, 'highWaterMark', 1024 * 1024),
    statusData,
    apiKey: (options.apiKey ?? process.env.STATUS_MESSENGER_API_KEY) || undefined,
    base,
    logger: logger === false ? silentLogger : logger,
    clock,
    random: options.random ?? Math.random,
  };
}

function positive(
  options: MessengerOptions,
  key: 'heartbeat' | 'pongTimeout' | 'stallTimeout' | 'highWaterMark',
  fallback: number,
): number {
  const value = options[key] ?? fallback;
  if (typeof value !== 'number' || !(value > 0) || value > 2 ** 31 - 1) {
    throw invalid(`options.${key}`, value, 'a number above 0', `leave it out for ${fallback}`);
  }
  return value;
}
