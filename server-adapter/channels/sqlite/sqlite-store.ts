import { type Ack, type ChannelName, formatPosition, StatusMessengerError } from '../../../protocol/index.js';
import type { Composed } from '../../compose.js';
import type { ChannelLog, ChannelStore, StoreUser } from '../channel-store.js';
import { ChunkPool } from '../chunk-pool.js';
import { frameOf } from '../memory-log.js';
import { newEpoch } from '../memory-store.js';
import { readOptions, type Settings, type SqliteStoreOptions } from './options.js';
import { createTables, isOurs } from './schema.js';
import { SqliteFile } from './sqlite-file.js';
import { SqliteLog } from './sqlite-log.js';
import { type ChannelRow, Tables } from './tables.js';

/** How far a transaction has come in a channel. */
interface Draft {
  readonly row: number;
  seq: number;
  answers: number;
}

/** Something that is to be stored: `store` is its part in the transaction, `publish` what may be seen once that is committed. */
interface Write {
  readonly log: SqliteLog;
  store(draft: Draft): void;
  publish(): void;
  reject(error: unknown): void;
}

/** Channels that one sweep looks after: a few milliseconds' worth. */
const SWEPT = 100;

/**
 * Channels in a file of SQLite: they outlive the process, and several processes of one machine may share them. What a turn of the event loop says is stored
 * at its end, in one transaction; nobody sees anything before it is committed.
 */
export class SqliteStore implements ChannelStore {
  readonly #settings: Settings;
  readonly #file: SqliteFile;
  readonly #tables: Tables;
  readonly #pool = new ChunkPool();
  /** Channels in memory, always as they stand in the file at `#version`. */
  readonly #logs = new Map<ChannelName, SqliteLog>();
  /** Those of them that nobody holds; the longest unused first. */
  readonly #unheld = new Set<SqliteLog>();
  /** Those of which the file keeps more than it has to. */
  readonly #toCompact = new Set<SqliteLog>();
  #held = 0;
  #version = 0;
  #dataVersion = 0;
  #queue: Write[] = [];
  #queued = 0;
  #erasing: { readonly done: Promise<void>; run(): void } | undefined;
  #user: StoreUser | undefined;
  /** Why the last write failed. */
  #trouble: string | undefined;
  #stopPolling: (() => void) | undefined;
  #closed = false;

  /**
   * Opens the file, and makes it if there is none. All of it is read once to see that it is sound: 2.5 ms for each MiB.
   * @throws StatusMessengerError `unavailable` when it cannot be opened, written or read, `invalid` when it is not the kit's.
   */
  constructor(options: SqliteStoreOptions) {
    this.#settings = readOptions(options);
    const { file: path, synchronous, bytes } = this.#settings;
    this.#file = new SqliteFile(this.#settings);
    this.#tables = new Tables(this.#file);
    try {
      const isNew = !isOurs(this.#file, path);
      this.#file.begin(synchronous, bytes);
      if (isNew) createTables(this.#file, path);
      this.#tables.rehearse();
      this.#file.read(() => this.#catchUp());
      this.#file.opened();
    } catch (error) {
      this.#file.close();
      throw error;
    }
  }

  append(name: ChannelName, message: Composed): Promise<string> {
    const at = this.#settings.clock.now();
    return this.#write(name, message.head.length, (log) => ({
      store: (draft) => {
        draft.seq++;
        const id = formatPosition({ epoch: log.epoch, seq: draft.seq });
        this.#tables.addMessage(draft.row, draft.seq, frameOf(message, id, at));
      },
      publish: () => {
        const id = log.append(message, at, this.#user);
        this.#user?.appended(name);
        return id;
      },
    }));
  }

  remember(name: ChannelName, ack: Ack): Promise<void> {
    let isFirst = true;
    const stored = this.#write(name, JSON.stringify(ack).length, (log) => ({
      store: (draft) => {
        // What another process answered before stands.
        isFirst = !log.hasStored(ack.ref);
        if (isFirst) this.#tables.addAnswer(draft.row, ++draft.answers, ack);
      },
      publish: () => {
        if (isFirst) log.remember(ack);
      },
    }));
    this.#logs.get(name)?.rememberUnstored(ack, stored);
    return stored;
  }

  retain(name: ChannelName): ChannelLog {
    this.#assertOpen('retain');
    const log = this.#find(name) ?? this.#make(name);
    const problem = this.#bringUpToDate(log);
    if (problem) throw problem;
    this.#unheld.delete(log);
    log.holders++;
    if (log.holders === 1) this.#held++;
    if (!this.#stopPolling) this.#pollLater();
    return log;
  }

  release(name: ChannelName, keepEmpty = false): void {
    const log = this.#logs.get(name);
    if (!log || log.holders === 0) return;
    log.usedAt = this.#settings.clock.now();
    log.holders--;
    if (log.holders > 0) return;
    this.#held--;
    if (log.isEmpty && !keepEmpty) this.#forgot(log);
    else this.#rest(log);
  }

  peek(name: ChannelName): ChannelLog | undefined {
    return this.#closed ? undefined : this.#find(name);
  }

  /** Writes the file anew, which takes about a second for 100 MiB; channels that are forgotten in one turn of the event loop share it. */
  async forget(name: ChannelName): Promise<void> {
    this.#assertOpen('forget');
    this.#commit();
    this.#change((version) => {
      const row = this.#tables.channel(name);
      if (row) this.#tables.delete(row.id, version);
    });
    this.#forgotByName(name);
    await this.#erase();
  }

  use(user: StoreUser): void {
    if (this.#user) {
      throw new StatusMessengerError(
        'not_allowed',
        'store: got a second messenger, expected one per store; give each its own',
      );
    }
    this.#user = user;
  }

  sweep(): void {
    if (this.#closed) return;
    this.#commit();
    try {
      this.#expire();
      this.#compact();
      this.#forgetIdle();
    } catch (error) {
      this.#failed(error);
    }
  }

  health(): string | undefined {
    if (this.#closed) return 'the store is closed';
    if (this.#trouble === undefined) return undefined;
    try {
      this.#tables.rehearse();
      this.#trouble = undefined;
    } catch (error) {
      this.#failed(error);
    }
    return this.#trouble;
  }

  close(): void {
    if (this.#closed) return;
    this.#commit();
    this.#erasing?.run();
    this.#closed = true;
    this.#stopPolling?.();
    try {
      this.#file.checkpoint();
    } catch {
      // Somebody else has the file open, and will do it.
    }
    this.#file.close();
    this.#logs.clear();
    this.#unheld.clear();
    this.#toCompact.clear();
  }

  // What is in memory

  /** The channel, if it is in memory or in the file. */
  #find(name: ChannelName): SqliteLog | undefined {
    if (this.#logs.has(name)) {
      this.#refresh();
      const known = this.#logs.get(name);
      if (known && !known.inUse) this.#rest(known);
      if (known) return known;
    }
    return this.#read(() => {
      this.#catchUp();
      const row = this.#tables.channel(name);
      if (!row) return undefined;
      const log = this.#newLog(name);
      this.#load(log, row);
      log.expire(this.#settings.clock.now());
      this.#noteCompaction(log);
      this.#logs.set(name, log);
      this.#rest(log);
      return log;
    });
  }

  #read<T>(run: () => T): T {
    try {
      return this.#file.read(run);
    } catch (error) {
      throw this.#failed(error);
    }
  }

  /** An empty log. Its epoch holds once something is stored in it. */
  #make(name: ChannelName): SqliteLog {
    const log = this.#newLog(name);
    this.#logs.set(name, log);
    return log;
  }

  #newLog(name: ChannelName): SqliteLog {
    const { tail, clock } = this.#settings;
    return new SqliteLog(name, newEpoch(), tail, clock.now(), this.#pool);
  }

  /** Takes up a channel as it stands in the file. */
  #load(log: SqliteLog, row: ChannelRow): void {
    const checkpoint = this.#tables.checkpoint(row);
    const messages = this.#tables.messages(row, row.first - 1);
    const { acks, last } = this.#tables.answers(row.id, 0);
    // All is read: from here on nothing fails.
    if (log.holders > 0) this.#user?.dropping(log.name);
    log.restore(checkpoint);
    for (const message of messages) log.add(message);
    for (const ack of acks) log.remember(ack);
    log.row = row.id;
    log.storedAnswers = last;
    log.storedFirst = row.first;
    log.storedUse = log.usedAt = row.usedAt;
    log.stale = false;
    this.#noteCompaction(log);
  }

  /** Reads a channel anew where it could not be brought up to date. Answers why that cannot be done. */
  #bringUpToDate(log: SqliteLog): unknown {
    if (!log.stale) return undefined;
    try {
      this.#read(() => {
        const row = this.#tables.channel(log.name);
        if (row) this.#load(log, row);
        else log.startOver(newEpoch());
      });
      return undefined;
    } catch (error) {
      return error;
    }
  }

  /** Nobody holds it (any more): it stays in memory as long as there is room. */
  #rest(log: SqliteLog): void {
    if (log.inUse || this.#logs.get(log.name) !== log) return;
    this.#unheld.delete(log);
    this.#unheld.add(log);
    for (const oldest of this.#unheld) {
      if (this.#unheld.size <= this.#settings.cache) break;
      this.#unheld.delete(oldest);
      if (oldest.isEmpty) this.#forgot(oldest);
      else this.#logs.delete(oldest.name);
    }
  }

  #forgotByName(name: ChannelName): void {
    const log = this.#logs.get(name);
    if (log) this.#forgot(log);
    else this.#user?.forgot(name);
  }

  /** A channel is gone from the file, or never was in it. */
  #forgot(log: SqliteLog): void {
    const { name } = log;
    if (log.inUse) {
      log.startOver(newEpoch());
      this.#user?.forgot(name);
      this.#user?.appended(name);
    } else {
      this.#logs.delete(name);
      this.#unheld.delete(log);
      this.#user?.forgot(name);
    }
  }

  // What others write

  #pollLater(): void {
    this.#stopPolling = this.#settings.clock.after(this.#settings.poll, () => {
      this.#stopPolling = undefined;
      if (this.#closed || this.#held === 0) return;
      this.#refresh();
      this.#pollLater();
    });
  }

  /** Brings what is in memory up to date, as far as the file lets. */
  #refresh(): void {
    try {
      if (this.#file.dataVersion() !== this.#dataVersion) this.#file.read(() => this.#catchUp());
    } catch (error) {
      this.#failed(error);
    }
  }

  /** Brings what is in memory up to date with the file. Part of every transaction, so that positions are given once. */
  #catchUp(): void {
    const dataVersion = this.#file.dataVersion();
    if (dataVersion === this.#dataVersion) return;
    const { version, forgot } = this.#tables.versions();
    if (forgot > this.#version) {
      for (const log of this.#logs.values()) {
        if (log.row !== undefined && !this.#tables.has(log.row)) this.#forgot(log);
      }
    }
    const changed = this.#logs.size === 0 ? [] : this.#tables.changedSince(this.#version);
    for (const row of changed) {
      const log = this.#logs.get(row.name);
      if (log) this.#update(log, row);
    }
    this.#version = version;
    this.#dataVersion = dataVersion;
  }

  #update(log: SqliteLog, row: ChannelRow): void {
    try {
      // Where nothing was stored in it here, the epoch was not binding yet.
      if (log.stale || log.epoch !== row.epoch || row.first > log.seq + 1) this.#load(log, row);
      else {
        for (const message of this.#tables.messages(row, log.seq)) log.add(message, this.#user);
        const { acks, last } = this.#tables.answers(row.id, log.storedAnswers);
        for (const ack of acks) log.remember(ack);
        log.row = row.id;
        log.storedAnswers = last;
        log.storedUse = log.usedAt = row.usedAt;
        this.#noteCompaction(log);
      }
      this.#user?.appended(log.name);
    } catch (error) {
      // One channel that is damaged does not keep the others from going on.
      log.stale = true;
      this.#failed(error);
    }
  }

  // What is written

  /** Stores something at the end of this turn of the event loop, behind all that came before. */
  #write<T>(
    name: ChannelName,
    size: number,
    of: (log: SqliteLog) => { store(draft: Draft): void; publish(): T },
  ): Promise<T> {
    return new Promise((resolve, reject) => {
      this.#assertOpen('send');
      const { queue } = this.#settings;
      if (this.#queued + size > queue) {
        throw new StatusMessengerError(
          'limit',
          `sqlite: got more than ${queue} bytes to store in one turn, expected less; await what send() answers, or raise queue`,
        );
      }
      const log = this.#logs.get(name) ?? this.#find(name) ?? this.#make(name);
      const { store, publish } = of(log);
      this.#unheld.delete(log);
      log.waiting++;
      this.#queued += size;
      this.#queue.push({ log, store, publish: () => resolve(publish()), reject });
      if (this.#queue.length === 1) setImmediate(() => this.#commit());
    });
  }

  /** Stores what was queued: first all of it, then whatever it made too much. */
  #commit(): void {
    const writes = this.#queue;
    if (writes.length === 0) return;
    this.#queue = [];
    this.#queued = 0;
    const refused = new Map<Write, unknown>();
    try {
      this.#store(writes, refused);
    } catch (error) {
      for (const write of writes) refused.set(write, error);
    }
    for (const write of writes) {
      if (refused.has(write)) write.reject(refused.get(write));
      else write.publish();
    }
    for (const { log } of writes) {
      log.waiting--;
      this.#noteCompaction(log);
      this.#rest(log);
    }
    try {
      this.#compact();
    } catch {
      // They stay to be compacted, and what is wrong is known.
    }
  }

  /** One transaction. What is refused by itself leaves the others be. */
  #store(writes: readonly Write[], refused: Map<Write, unknown>): void {
    const now = this.#settings.clock.now();
    const drafts = new Map<SqliteLog, Draft>();
    const evicted: ChannelName[] = [];
    this.#change((version) => {
      let room: number | undefined;
      for (const write of writes) {
        const { log } = write;
        let draft = drafts.get(log);
        if (!draft) {
          let refusal = this.#bringUpToDate(log);
          if (!refusal && log.row === undefined) {
            room ??= this.#settings.channels - this.#tables.count();
            if (room > 0) room--;
            else refusal = this.#makeRoom(evicted, version);
          }
          if (refusal) {
            refused.set(write, refusal);
            continue;
          }
          const row = log.row ?? this.#tables.insert(log.name, log.epoch, now);
          draft = { row, seq: log.seq, answers: log.storedAnswers };
          drafts.set(log, draft);
        }
        write.store(draft);
      }
      for (const { row, seq } of drafts.values()) this.#tables.setHead(row, seq, now, version);
    });
    for (const [log, { row, answers }] of drafts) {
      log.row = row;
      log.storedAnswers = answers;
      log.storedUse = now;
    }
    for (const name of evicted) this.#forgotByName(name);
  }

  /** The channel that is longest unused goes. Answers why none can. */
  #makeRoom(evicted: ChannelName[], version: number): StatusMessengerError | undefined {
    let oldest: { row: ChannelRow; usedAt: number } | undefined;
    for (const row of this.#tables.leastUsed()) {
      if (oldest && row.usedAt >= oldest.usedAt) break;
      const log = this.#logs.get(row.name);
      const usedAt = Math.max(row.usedAt, log?.usedAt ?? 0);
      if (!log?.inUse && (!oldest || usedAt < oldest.usedAt)) oldest = { row, usedAt };
    }
    if (!oldest) {
      const { channels } = this.#settings;
      const text = `channels: got one more than ${channels}, all of them being watched; raise channels of the store`;
      return new StatusMessengerError('limit', text);
    }
    this.#tables.delete(oldest.row.id, version);
    evicted.push(oldest.row.name);
    return undefined;
  }

  /** A transaction that other processes have to hear of: it has a number. */
  #change(run: (version: number) => void): void {
    try {
      this.#version = this.#file.write(() => {
        this.#catchUp();
        const version = this.#version + 1;
        run(version);
        this.#tables.setVersion(version);
        return version;
      });
      this.#trouble = undefined;
    } catch (error) {
      throw this.#failed(error);
    }
  }

  #noteCompaction(log: SqliteLog): void {
    if (log.isToCompact) this.#toCompact.add(log);
  }

  /** Lets the file forget word for word what memory has folded. */
  #compact(): void {
    if (this.#toCompact.size === 0) return;
    try {
      this.#file.write(() => {
        for (const { row, checkpoint, firstFrame } of this.#toCompact) {
          if (row !== undefined) this.#tables.compact(row, checkpoint, firstFrame);
        }
      });
    } catch (error) {
      throw this.#failed(error);
    }
    for (const log of this.#toCompact) log.storedFirst = log.firstSeq;
    this.#toCompact.clear();
  }

  // What time does

  /** Folds what is too old, also of channels that are not in memory. */
  #expire(): void {
    const { clock, tail } = this.#settings;
    const now = clock.now();
    for (const log of this.#logs.values()) {
      log.expire(now);
      this.#noteCompaction(log);
    }
    for (const row of this.#tables.olderThan(now - tail.age, SWEPT)) {
      if (this.#logs.has(row.name)) continue;
      try {
        const log = this.#newLog(row.name);
        this.#file.read(() => this.#load(log, row));
        log.expire(now);
        this.#noteCompaction(log);
      } catch (error) {
        this.#failed(error);
      }
    }
  }

  #forgetIdle(): void {
    const { clock, idle } = this.#settings;
    const now = clock.now();
    for (const log of this.#logs.values()) {
      if (log.row === undefined && !log.inUse && now - log.usedAt > idle) this.#forgot(log);
    }
    // What is being used says so now and then, for other processes and later ones.
    const used = [...this.#logs.values()].filter(
      (log) => log.row !== undefined && log.lastUse(now) - log.storedUse > idle / 2,
    );
    const isOld = (row: ChannelRow) => now - row.usedAt > idle;
    const [oldest] = this.#tables.leastUsed();
    if (used.length === 0 && !(oldest && isOld(oldest))) return;
    const forgotten: ChannelName[] = [];
    this.#change((version) => {
      for (const log of used) if (log.row !== undefined) this.#tables.setUse(log.row, log.lastUse(now));
      const old: ChannelRow[] = [];
      for (const row of this.#tables.leastUsed()) {
        if (!isOld(row) || old.length === SWEPT) break;
        old.push(row);
      }
      for (const row of old) {
        const lastUse = Math.max(row.usedAt, this.#logs.get(row.name)?.lastUse(now) ?? 0);
        if (now - lastUse <= idle) this.#tables.setUse(row.id, lastUse);
        else {
          this.#tables.delete(row.id, version);
          forgotten.push(row.name);
        }
      }
    });
    for (const log of used) log.storedUse = log.lastUse(now);
    for (const name of forgotten) this.#forgotByName(name);
  }

  /** Writes the file anew, at the end of this turn of the event loop, so that nothing is left in it of what was deleted. */
  #erase(): Promise<void> {
    if (this.#erasing) return this.#erasing.done;
    let run = () => {};
    const done = new Promise<void>((resolve, reject) => {
      run = () => {
        if (!this.#erasing) return;
        this.#erasing = undefined;
        try {
          this.#file.rewrite();
          resolve();
        } catch (error) {
          reject(this.#failed(error));
        }
      };
    });
    this.#erasing = { done, run };
    setImmediate(run);
    return done;
  }

  // What goes wrong

  /** Answers the error, which is remembered until something can be stored again. */
  #failed(error: unknown): unknown {
    if (error instanceof StatusMessengerError && error.code === 'unavailable') this.#trouble = error.message;
    return error;
  }

  #assertOpen(call: string): void {
    if (!this.#closed) return;
    const text = `sqlite: got ${call} after close(), expected an open store; make a new one`;
    throw new StatusMessengerError('closed', text);
  }
}
