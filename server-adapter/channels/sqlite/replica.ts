import type { Ack, ChannelName } from '../../../protocol/index.js';
import type { StoreUser } from '../channel-store.js';
import { ChunkPool } from '../chunk-pool.js';
import { ClockJumps } from '../clock-jumps.js';
import { newEpoch } from '../memory-store.js';
import { DamagedChannel, isDamage } from './failure.js';
import type { Settings } from './options.js';
import type { SqliteFile } from './sqlite-file.js';
import { SqliteLog } from './sqlite-log.js';
import type { ChannelRow, Tables } from './tables.js';

/** The channels that are in memory, as they stand in the file at `version`. Those that nobody uses leave when there are too many. */
export class Replica {
  version = 0;
  user: StoreUser | undefined;
  /** Channels of which the file keeps more than it has to. */
  readonly toCompact = new Set<SqliteLog>();
  /** Channels that could not be read for damage, with their rows: until they can be, or are gone. */
  readonly damaged = new Map<ChannelName, number>();
  /** Of the clock: those that may have made messages look too old. */
  readonly jumps: ClockJumps;
  readonly #settings: Settings;
  readonly #file: SqliteFile;
  readonly #tables: Tables;
  readonly #failed: (error: unknown) => void;
  readonly #pool = new ChunkPool();
  readonly #logs = new Map<ChannelName, SqliteLog>();
  /** Those that nobody uses, the longest unused first. */
  readonly #resting = new Set<SqliteLog>();
  #dataVersion = 0;

  /** `failed` is told what could not be read; what is in memory goes on as it is. */
  constructor(settings: Settings, file: SqliteFile, tables: Tables, failed: (error: unknown) => void) {
    this.#settings = settings;
    this.#file = file;
    this.#tables = tables;
    this.#failed = failed;
    this.jumps = new ClockJumps(settings.clock, settings.tail.age);
  }

  get logs(): Iterable<SqliteLog> {
    return this.#logs.values();
  }

  /** The channel if it is in memory. */
  get(name: ChannelName): SqliteLog | undefined {
    return this.#logs.get(name);
  }

  /** The channel, up to date, if it is in memory or in the file. */
  find(name: ChannelName): SqliteLog | undefined {
    if (this.#logs.has(name)) this.refresh();
    const known = this.#logs.get(name);
    if (known) {
      this.rest(known);
      return known;
    }
    return this.#file.read(() => {
      this.catchUp();
      const row = this.#tables.channel(name);
      if (!row) return undefined;
      const log = this.read(row);
      this.#logs.set(name, log);
      this.rest(log);
      return log;
    });
  }

  /** An empty channel. Its epoch holds once something is stored in it. */
  make(name: ChannelName): SqliteLog {
    const log = this.#newLog(name);
    this.#logs.set(name, log);
    return log;
  }

  /** A channel as the file has it, which does not stay in memory. */
  read(row: ChannelRow): SqliteLog {
    const log = this.#newLog(row.name);
    this.#load(log, row);
    log.expire(this.ageNow());
    this.noteCompaction(log);
    return log;
  }

  /** The time that messages' ages are told by. */
  ageNow(): number {
    return this.#settings.clock.now() - this.jumps.recent();
  }

  /** Reads a channel anew where it could not be kept up to date. */
  repair(log: SqliteLog): void {
    if (!log.stale) return;
    this.#file.read(() => {
      const row = this.#tables.channel(log.name);
      if (row) this.#load(log, row);
      else log.startOver(newEpoch());
    });
  }

  /** Somebody uses it. */
  use(log: SqliteLog): void {
    this.#resting.delete(log);
  }

  /** What nobody uses (any more) stays as long as there is room. */
  rest(log: SqliteLog): void {
    if (log.inUse || this.#logs.get(log.name) !== log) return;
    // One that nobody ever held was never there: what should have been its first message was refused.
    if (log.isEmpty && log.keepEmpty === undefined) {
      this.#logs.delete(log.name);
      return;
    }
    this.#resting.delete(log);
    this.#resting.add(log);
    while (this.#resting.size > this.#settings.cache) {
      const leaving = this.#firstToLeave();
      if (!leaving) return;
      this.#resting.delete(leaving);
      if (leaving.isEmpty) this.#forgot(leaving);
      else this.#logs.delete(leaving.name);
    }
  }

  /** The one that has rested longest, of those that nothing is lost with where there are any. */
  #firstToLeave(): SqliteLog | undefined {
    for (const log of this.#resting) if (log.isExpendable) return log;
    for (const oldest of this.#resting) return oldest;
    return undefined;
  }

  /** A channel is gone from the file, or never was in it. */
  forgot(name: ChannelName): void {
    this.damaged.delete(name);
    const log = this.#logs.get(name);
    if (log) this.#forgot(log);
    else this.user?.forgot(name);
  }

  noteCompaction(log: SqliteLog): void {
    if (log.isToCompact) this.toCompact.add(log);
  }

  clear(): void {
    this.#logs.clear();
    this.#resting.clear();
    this.toCompact.clear();
  }

  /** Hears of what others have written, as far as the file can be read. */
  refresh(): void {
    try {
      if (this.#file.dataVersion() !== this.#dataVersion) this.#file.read(() => this.catchUp());
    } catch (error) {
      this.#failed(error);
    }
  }

  /** Hears of what others have written: the first part of every transaction, so that each position is given once. */
  catchUp(): void {
    const dataVersion = this.#file.dataVersion();
    if (dataVersion === this.#dataVersion) return;
    const { version, forgot } = this.#tables.versions();
    if (forgot > this.version) {
      for (const log of this.#logs.values()) {
        if (log.row !== undefined && !this.#tables.has(log.row)) this.#forgot(log);
      }
      for (const [name, row] of this.damaged) if (!this.#tables.has(row)) this.damaged.delete(name);
    }
    const changed = this.#logs.size === 0 ? [] : this.#tables.changedSince(this.version);
    for (const row of changed) {
      const log = this.#logs.get(row.name);
      if (log) this.#update(log, row);
    }
    this.version = version;
    this.#dataVersion = dataVersion;
  }

  #update(log: SqliteLog, row: ChannelRow): void {
    try {
      // Where nothing was stored in it here, the epoch was not binding yet.
      if (log.stale || log.epoch !== row.epoch || row.first > log.seq + 1) this.#load(log, row);
      else {
        const messages = this.#tables.messages(row, log.seq);
        const acks = this.#tables.answers(row, log.storedAnswers);
        log.about = this.#tables.about(row.id);
        for (const message of messages) log.add(message, this.user);
        this.#take(log, row, acks);
      }
      this.user?.appended(log.name);
    } catch (error) {
      // One channel that is damaged does not keep the others from going on.
      log.stale = true;
      this.#failed(this.#noteDamage(row, error));
    }
  }

  /** Takes up a channel as it stands in the file. */
  #load(log: SqliteLog, row: ChannelRow): void {
    try {
      this.#restore(log, row);
    } catch (error) {
      throw this.#noteDamage(row, error);
    }
    this.damaged.delete(row.name);
  }

  /** Answers what went wrong with a channel, as an error that says which it was if it is damaged. */
  #noteDamage({ name, id }: ChannelRow, error: unknown): unknown {
    if (!isDamage(error)) return error;
    this.damaged.set(name, id);
    return new DamagedChannel(name, error);
  }

  #restore(log: SqliteLog, row: ChannelRow): void {
    const checkpoint = this.#tables.checkpoint(row);
    const messages = this.#tables.messages(row, row.first - 1);
    const acks = this.#tables.answers(row, 0);
    const about = this.#tables.about(row.id);
    // All of it can be read: now it takes the place of what was there.
    if (log.holders > 0) this.user?.dropping(log.name);
    log.restore(checkpoint);
    log.about = about;
    for (const message of messages) log.add(message);
    log.storedFirst = row.first;
    log.stale = false;
    this.#take(log, row, acks);
  }

  #take(log: SqliteLog, row: ChannelRow, acks: readonly Ack[]): void {
    for (const ack of acks) log.remember(ack);
    log.usedAt = Math.max(row.usedAt, log.row === undefined ? 0 : log.usedAt);
    log.row = row.id;
    log.storedAnswers = row.answered;
    log.storedUse = row.usedAt;
    this.noteCompaction(log);
  }

  #forgot(log: SqliteLog): void {
    const { name } = log;
    if (log.inUse) {
      log.startOver(newEpoch());
      this.user?.forgot(name);
      this.user?.appended(name);
    } else {
      this.#logs.delete(name);
      this.#resting.delete(log);
      this.user?.forgot(name);
    }
  }

  #newLog(name: ChannelName): SqliteLog {
    const { tail, clock } = this.#settings;
    return new SqliteLog(this.#tables, name, newEpoch(), tail, clock.now(), this.#pool);
  }
}
