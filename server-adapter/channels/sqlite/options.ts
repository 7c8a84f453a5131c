import { resolve } from 'node:path';
import { assertFields, type Clock, invalid } from '../../../protocol/index.js';
import { systemClock } from '../../clock.js';
import { DEFAULT_TAIL, type TailBounds } from '../memory-log.js';

/** All options of a `SqliteStore`; all but `file` have a default. Times are milliseconds, sizes bytes. */
export interface SqliteStoreOptions {
  /** The file, on a disk of this machine; beside it stand `FILE-wal` and `FILE-shm`. Its directory must be there. */
  readonly file: string;
  /** How much of each channel is kept word for word; the rest is folded into its state. Default: 1,000 messages, 1 MiB, one hour. */
  readonly tail?: Partial<TailBounds>;
  /** After how long a channel that nobody watches or writes to is forgotten. Default seven days. */
  readonly idle?: number;
  /** How many channels the file keeps. At the limit the one that is longest unused makes room. Default 100,000. */
  readonly channels?: number;
  /** How many channels that nobody watches stay in memory, too, so that they need not be read again. Default 1,000. */
  readonly cache?: number;
  /**
   * `full`: what was acknowledged outlives a loss of power. `normal`: it outlives the end of the process, and a loss of power may take the last of it; the
   * file is whole in either case. Default `full`.
   */
  readonly synchronous?: 'full' | 'normal';
  /** How large the file may become; what waits in `FILE-wal` comes on top. At the limit nothing new is stored until something is forgotten. Default 1 GiB. */
  readonly bytes?: number;
  /**
   * How long another process may keep the file locked before what is to be stored is refused. This process stands still for so long, once: while it goes
   * on, nothing waits for it. Default 1,000.
   */
  readonly lockTimeout?: number;
  /** How often what other processes stored is looked for while a channel is watched. Default 25. */
  readonly poll?: number;
  /**
   * How long a process that died keeps the work that it had taken on: after that another one may take it over. One that stands still for so long is taken for
   * dead. Default 10,000.
   */
  readonly lease?: number;
  /** What may wait to be stored at the end of a turn of the event loop, in characters of JSON; more is refused. Default 64 Mi. */
  readonly queue?: number;
  /** The time. Default: the machine's. */
  readonly clock?: Clock;
}

export interface Settings extends Required<SqliteStoreOptions> {
  readonly tail: TailBounds;
}

const KNOWN = [
  'file',
  'tail',
  'idle',
  'channels',
  'cache',
  'synchronous',
  'bytes',
  'lockTimeout',
  'poll',
  'lease',
  'queue',
  'clock',
];

/** Bytes that the smallest file has room for: its tables, and one message of the largest size. */
const SMALLEST_FILE = 1024 * 1024;

/** The options with their defaults. Throws `invalid` for an option that there is not, or a value that cannot be. */
export function readOptions(options: SqliteStoreOptions): Settings {
  assertFields('sqlite', options, KNOWN, 'pass for instance { file: "status.db" }');
  const { file, tail = {}, synchronous = 'full', clock = systemClock } = options;
  if (typeof file !== 'string' || file === '' || file === ':memory:') {
    throw invalid('sqlite.file', file, 'the path of a file', 'leave the store out to keep channels in memory');
  }
  if (synchronous !== 'full' && synchronous !== 'normal') {
    throw invalid('sqlite.synchronous', synchronous, '"full" or "normal"', 'leave it out for "full"');
  }
  assertFields('sqlite.tail', tail, ['count', 'bytes', 'age']);
  return {
    file: resolve(file),
    tail: {
      count: atLeast(1, 'sqlite.tail.count', tail.count, DEFAULT_TAIL.count),
      bytes: atLeast(1, 'sqlite.tail.bytes', tail.bytes, DEFAULT_TAIL.bytes),
      age: atLeast(1, 'sqlite.tail.age', tail.age, DEFAULT_TAIL.age),
    },
    idle: atLeast(1, 'sqlite.idle', options.idle, 7 * 24 * 3_600_000),
    channels: atLeast(1, 'sqlite.channels', options.channels, 100_000),
    cache: atLeast(1, 'sqlite.cache', options.cache, 1000),
    synchronous,
    bytes: atLeast(SMALLEST_FILE, 'sqlite.bytes', options.bytes, 1024 ** 3),
    lockTimeout: atLeast(0, 'sqlite.lockTimeout', options.lockTimeout, 1000),
    poll: atLeast(1, 'sqlite.poll', options.poll, 25),
    lease: atLeast(1, 'sqlite.lease', options.lease, 10_000),
    queue: atLeast(1, 'sqlite.queue', options.queue, 64 * 1024 ** 2),
    clock,
  };
}

function atLeast(least: number, where: string, value: unknown, fallback: number): number {
  if (value === undefined) return fallback;
  if (typeof value === 'number' && value >= least && value < Number.POSITIVE_INFINITY) return value;
  throw invalid(where, value, `a number from ${least}`, `leave it out for ${fallback}`);
}
