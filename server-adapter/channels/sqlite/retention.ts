import { type ChannelName, StatusMessengerError } from '../../../protocol/index.js';
import type { Settings } from './options.js';
import type { Replica } from './replica.js';
import type { SqliteFile } from './sqlite-file.js';
import type { SqliteLog } from './sqlite-log.js';
import type { ChannelRow, Tables } from './tables.js';

/** Channels that one sweep looks after: a few milliseconds' worth. */
const SWEPT = 100;
/** Milliseconds that the file may lag behind in when something was used: where there are too many channels, other processes go by it. */
const LAG = 60_000;

/** Room for the new channels of one transaction. */
export interface Room {
  /** The channels that had to go. */
  readonly evicted: readonly ChannelName[];
  /** Takes room for one, or answers why there is none. */
  take(version: number): StatusMessengerError | undefined;
}

/** What the file keeps and for how long: the age of messages, and the age and the number of channels. */
export class Retention {
  readonly #settings: Settings;
  readonly #file: SqliteFile;
  readonly #tables: Tables;
  readonly #replica: Replica;
  readonly #failed: (error: unknown) => void;
  /** The last channel that was looked at for old messages: behind it the next sweep goes on. Those that stay as they are keep no others waiting. */
  #reached: ChannelRow | undefined;
  /** How far the times of use have followed the clock where it was set forward. */
  #followed = 0;

  constructor(
    settings: Settings,
    file: SqliteFile,
    tables: Tables,
    replica: Replica,
    failed: (error: unknown) => void,
  ) {
    this.#settings = settings;
    this.#file = file;
    this.#tables = tables;
    this.#replica = replica;
    this.#failed = failed;
  }

  room(): Room {
    const { channels } = this.#settings;
    const evicted: ChannelName[] = [];
    let left: number | undefined;
    const take = (version: number) => {
      left ??= channels - this.#tables.count();
      if (left > 0) {
        left--;
        return undefined;
      }
      const oldest = this.#longestUnused();
      if (!oldest) {
        const text = `channels: got one more than ${channels}, all of them being watched; raise channels of the store`;
        return new StatusMessengerError('limit', text);
      }
      this.#tables.delete(oldest.id, version);
      evicted.push(oldest.name);
      return undefined;
    };
    return { evicted, take };
  }

  /** Folds what is too old, also of channels that are not in memory. */
  expire(): void {
    const { tail } = this.#settings;
    const now = this.#replica.ageNow();
    for (const log of this.#replica.logs) {
      log.expire(now);
      this.#replica.noteCompaction(log);
    }
    this.#file.read(() => {
      const rows = this.#tables.olderThan(now - tail.age, this.#reached, SWEPT);
      for (const row of rows) {
        // Where nothing can be written, they are not gathered without end.
        if (this.#replica.toCompact.size >= SWEPT) return;
        this.#reached = row;
        if (!this.#replica.get(row.name)) this.#expireUnread(row);
      }
      if (rows.length < SWEPT) this.#reached = undefined;
    });
  }

  /** Where the clock was set forward the times of use go with it: nothing has been unused for longer. */
  followClock(): void {
    const total = this.#replica.jumps.total();
    const by = total - this.#followed;
    if (by === 0) return;
    const now = this.#settings.clock.now();
    this.#file.write(() => this.#tables.moveUses(by, now));
    const moved = (time: number) => Math.max(time, Math.min(time + by, now));
    for (const log of this.#replica.logs) {
      log.usedAt = moved(log.usedAt);
      log.storedUse = moved(log.storedUse);
    }
    this.#followed = total;
  }

  /** Whether `forgetIdle` has something to do. */
  isDue(): boolean {
    const now = this.#settings.clock.now();
    for (const log of this.#replica.logs) {
      if (this.#isForgottenWithMemory(log, now) || this.#isToTouch(log, now)) return true;
    }
    const [oldest] = this.#tables.leastUsed();
    return oldest !== undefined && this.#isOld(oldest.usedAt, now);
  }

  /**
   * Deletes what nobody has used for too long. What is being used says so now and then, for other processes and later ones. Answers what is to be done
   * when that is committed.
   */
  forgetIdle(version: number): () => void {
    const now = this.#settings.clock.now();
    const forgotten: ChannelName[] = [];
    const touched: SqliteLog[] = [];
    for (const log of this.#replica.logs) {
      if (this.#isForgottenWithMemory(log, now)) forgotten.push(log.name);
      else if (this.#isToTouch(log, now)) touched.push(log);
    }
    for (const { id, name } of this.#oldest(now)) {
      const log = this.#replica.get(name);
      if (log && !this.#isOld(log.lastUse(now), now)) touched.push(log);
      else {
        this.#tables.delete(id, version);
        forgotten.push(name);
      }
    }
    this.#tables.setUses(touched.flatMap((log) => (log.row === undefined ? [] : [[log.row, log.lastUse(now)]])));
    return () => {
      for (const log of touched) log.storedUse = log.lastUse(now);
      for (const name of forgotten) this.#replica.forgot(name);
    };
  }

  #oldest(now: number): ChannelRow[] {
    const rows: ChannelRow[] = [];
    for (const row of this.#tables.leastUsed()) {
      if (!this.#isOld(row.usedAt, now) || rows.length === SWEPT) break;
      rows.push(row);
    }
    return rows;
  }

  /** The file may say less of when a channel was used than memory does. */
  #longestUnused(): ChannelRow | undefined {
    let oldest: { row: ChannelRow; usedAt: number } | undefined;
    for (const row of this.#tables.leastUsed()) {
      if (oldest && row.usedAt >= oldest.usedAt) break;
      const log = this.#replica.get(row.name);
      const usedAt = Math.max(row.usedAt, log?.usedAt ?? 0);
      if (!log?.inUse && (!oldest || usedAt < oldest.usedAt)) oldest = { row, usedAt };
    }
    return oldest?.row;
  }

  #expireUnread(row: ChannelRow): void {
    try {
      this.#replica.read(row);
    } catch (error) {
      // One that is damaged does not keep the others from being swept.
      this.#failed(error);
    }
  }

  #isOld(usedAt: number, now: number): boolean {
    return now - usedAt > this.#settings.idle;
  }

  /** Nothing of it is in the file, and it has been of no use for too long. */
  #isForgottenWithMemory(log: SqliteLog, now: number): boolean {
    return log.row === undefined && this.#isOld(log.lastUse(now), now);
  }

  #isToTouch(log: SqliteLog, now: number): boolean {
    return log.row !== undefined && log.lastUse(now) - log.storedUse > Math.min(LAG, this.#settings.idle / 2);
  }
}
