import {
  type Ack,
  type ChannelKind,
  type ChannelName,
  formatPosition,
  StatusMessengerError,
} from '../../../protocol/index.js';
import type { Composed } from '../../compose.js';
import type { ChannelLog, ChannelStore, Claim, Decision, StoreUser } from '../channel-store.js';
import { frameOf } from '../memory-log.js';
import { Claims } from './claims.js';
import { guarded } from './guard.js';
import { Health } from './health.js';
import { readOptions, type Settings, type SqliteStoreOptions } from './options.js';
import { Replica } from './replica.js';
import { Retention } from './retention.js';
import { createTables, isOurs } from './schema.js';
import { SqliteFile } from './sqlite-file.js';
import type { SqliteLog } from './sqlite-log.js';
import { Tables } from './tables.js';

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

/**
 * Channels in a file of SQLite: they outlive the process, and several processes of one machine may share them. What a turn of the event loop says is stored
 * at its end, in one transaction; nobody sees anything before it is committed.
 */
export class SqliteStore implements ChannelStore {
  readonly #settings: Settings;
  readonly #health = new Health();
  readonly #file: SqliteFile;
  readonly #tables: Tables;
  readonly #replica: Replica;
  readonly #retention: Retention;
  readonly #claims: Claims;
  /** How many channels are held: while any is, what others store is looked for. */
  #held = 0;
  #queue: Write[] = [];
  #queued = 0;
  #erasing: { readonly done: Promise<void>; run(): void } | undefined;
  #stopPolling: (() => void) | undefined;
  #closed = false;

  /**
   * Opens the file, and makes it if there is none. All of it is read once to see that it is sound: 2.5 ms for each MiB.
   * @throws StatusMessengerError `unavailable` when it cannot be opened, written or read, `invalid` when it is not the kit's.
   */
  constructor(options: SqliteStoreOptions) {
    this.#settings = readOptions(options);
    const { file: path, synchronous, bytes } = this.#settings;
    const failed = (error: unknown) => this.#health.note(error);
    this.#file = new SqliteFile(this.#settings);
    this.#tables = new Tables(this.#file);
    this.#replica = new Replica(this.#settings, this.#file, this.#tables, failed);
    this.#retention = new Retention(this.#settings, this.#file, this.#tables, this.#replica, failed);
    this.#claims = new Claims(this.#settings, this.#file, (name) => this.#replica.user?.lost(name), failed);
    try {
      const isNew = !isOurs(this.#file, path);
      this.#file.begin(synchronous, bytes);
      if (isNew) createTables(this.#file, path);
      // One that is full can be opened: something may be forgotten.
      this.#file.rehearse(() => this.#tables.setVersion(0));
      this.#file.read(() => this.#replica.catchUp());
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
        const id = log.append(message, at, this.#replica.user);
        this.#replica.user?.appended(name);
        return id;
      },
    }));
  }

  remember(name: ChannelName, ack: Ack): Promise<void> {
    let isFirst = true;
    const stored = this.#write(name, JSON.stringify(ack).length, (log) => ({
      store: (draft) => {
        // What another process accepted before stands.
        isFirst = !log.hasAccepted(ack.ref);
        if (isFirst) this.#tables.addAnswer(draft.row, ++draft.answers, ack);
      },
      publish: () => {
        if (isFirst) log.remember(ack);
      },
    }));
    this.#replica.get(name)?.rememberUnstored(ack, stored);
    return stored;
  }

  async transact(name: ChannelName, decide: (log: ChannelLog) => Decision): Promise<readonly string[]> {
    this.#assertOpen('send');
    // In a transaction of its own the log is what the file says.
    this.#commit();
    const at = this.#settings.clock.now();
    const stored = this.#write(name, 0, (log) => {
      let decision: Decision = {};
      let isFirst = false;
      return {
        store: (draft) => {
          decision = decide(log);
          const { append = [], remember, ended = [], about } = decision;
          for (const message of append) {
            draft.seq++;
            const id = formatPosition({ epoch: log.epoch, seq: draft.seq });
            this.#tables.addMessage(draft.row, draft.seq, frameOf(message, id, at));
          }
          isFirst = remember !== undefined && !log.hasAccepted(remember.ref);
          if (remember && isFirst) this.#tables.addAnswer(draft.row, ++draft.answers, remember);
          for (const how of ended) this.#tables.setEnd(draft.row, how);
          if (about !== undefined) this.#tables.setAbout(draft.row, about);
        },
        publish: () => {
          const { append = [], remember, about } = decision;
          if (about !== undefined) log.about = about;
          if (remember && isFirst) log.remember(remember);
          const ids = append.map((message) => log.append(message, at, this.#replica.user));
          if (ids.length > 0) this.#replica.user?.appended(name);
          return ids;
        },
      };
    });
    this.#commit();
    return stored;
  }

  retain(name: ChannelName): ChannelLog {
    this.#assertOpen('retain');
    const log = this.#find(name) ?? this.#replica.make(name);
    this.#replica.repair(log);
    this.#replica.use(log);
    log.holders++;
    if (log.holders === 1) this.#held++;
    if (!this.#stopPolling) this.#pollLater();
    return log;
  }

  release(name: ChannelName, keepEmpty = false): void {
    const log = this.#replica.get(name);
    if (!log || log.holders === 0) return;
    log.usedAt = this.#settings.clock.now();
    log.keepEmpty = keepEmpty;
    log.holders--;
    if (log.holders > 0) return;
    this.#held--;
    this.#replica.rest(log);
  }

  peek(name: ChannelName): ChannelLog | undefined {
    return this.#closed ? undefined : this.#find(name);
  }

  /**
   * Writes the file anew, which takes about a second for 100 MiB; channels that are forgotten in one turn of the event loop share it. Where that cannot be
   * done the channel is forgotten all the same, and traces of it may stand in the file until it is forgotten once more.
   */
  async forget(name: ChannelName): Promise<void> {
    this.#assertOpen('forget');
    this.#commit();
    this.#change((version) => {
      const row = this.#tables.channel(name);
      if (row) this.#tables.delete(row.id, version);
    });
    this.#replica.forgot(name);
    await this.#erase();
  }

  list(kind: ChannelKind, count: number): readonly ChannelName[] {
    return this.#closed ? [] : this.#tables.list(kind, count);
  }

  claim(name: ChannelName): Promise<Claim> {
    let claim: Claim = 'taken';
    return this.#write(name, 0, (log) => ({
      store: ({ row }) => {
        claim = this.#claims.take(row);
      },
      publish: () => {
        const isOurs = claim === 'granted' || claim === 'inherited';
        if (isOurs && log.row !== undefined) this.#claims.taken(name, log.row);
        return claim;
      },
    }));
  }

  async unclaim(name: ChannelName, done = false): Promise<void> {
    if (this.#closed || !this.#claims.has(name)) return;
    if (this.#find(name)?.row === undefined) {
      // Of a channel that was forgotten nothing is to be kept.
      this.#claims.given(name);
      return;
    }
    await this.#write(name, 0, () => ({
      store: ({ row }) => this.#claims.giveBack(row, done),
      publish: () => this.#claims.given(name),
    }));
  }

  lapsed(kind: ChannelKind): readonly ChannelName[] {
    return this.#closed ? [] : this.#claims.lapsed(kind);
  }

  join(): string {
    this.#assertOpen('join');
    return this.#claims.join();
  }

  isAlive(process: string): boolean {
    return this.#claims.isAlive(process);
  }

  use(user: StoreUser): void {
    if (this.#replica.user) {
      throw new StatusMessengerError(
        'not_allowed',
        'store: got a second messenger, expected one per store; give each its own',
      );
    }
    const { forgot, ...told } = guarded(user, (error) => this.#health.note(error));
    this.#replica.user = {
      ...told,
      forgot: (name) => {
        this.#claims.given(name);
        forgot(name);
      },
    };
  }

  sweep(): void {
    if (this.#closed) return;
    this.#commit();
    try {
      this.#retention.expire();
      this.#compact();
      this.#retention.followClock();
      if (!this.#retention.isDue()) return;
      const done = this.#change((version) => this.#retention.forgetIdle(version));
      done();
    } catch (error) {
      this.#health.note(error);
    }
  }

  health(): string | undefined {
    if (this.#closed) return 'the store is closed';
    return this.#health.verdict(this.#file, this.#tables, this.#replica);
  }

  flush(): void {
    this.#commit();
  }

  close(): void {
    if (this.#closed) return;
    this.#commit();
    this.#erasing?.run();
    this.#closed = true;
    this.#stopPolling?.();
    try {
      this.#claims.leave();
    } catch (error) {
      this.#health.failed(error);
    }
    try {
      this.#file.checkpoint();
    } catch {
      // Somebody else has the file open, and will do it.
    }
    this.#file.close();
    this.#replica.clear();
  }

  #find(name: ChannelName): SqliteLog | undefined {
    try {
      return this.#replica.find(name);
    } catch (error) {
      throw this.#health.failed(error);
    }
  }

  #pollLater(): void {
    this.#stopPolling = this.#settings.clock.after(this.#settings.poll, () => {
      this.#stopPolling = undefined;
      if (this.#closed || this.#held === 0) return;
      this.#replica.refresh();
      this.#pollLater();
    });
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
      const log = this.#replica.get(name) ?? this.#find(name) ?? this.#replica.make(name);
      const { store, publish } = of(log);
      this.#replica.use(log);
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
    for (const write of writes) this.#settle(write, refused);
    for (const { log } of writes) {
      this.#replica.noteCompaction(log);
      this.#replica.rest(log);
    }
    try {
      this.#compact();
    } catch (error) {
      // They stay to be compacted.
      this.#health.note(error);
    }
  }

  #settle(write: Write, refused: ReadonlyMap<Write, unknown>): void {
    try {
      if (refused.has(write)) write.reject(refused.get(write));
      else write.publish();
    } catch (error) {
      // It is stored: what memory has of the channel is read anew before more is added to it.
      write.log.stale = true;
      write.reject(error);
    } finally {
      write.log.waiting--;
    }
  }

  /** One transaction. What is refused by itself leaves the others be. */
  #store(writes: readonly Write[], refused: Map<Write, unknown>): void {
    const now = this.#settings.clock.now();
    const drafts = new Map<SqliteLog, Draft>();
    const room = this.#retention.room();
    this.#change((version) => {
      for (const write of writes) {
        const { log } = write;
        let draft = drafts.get(log);
        if (!draft) {
          const refusal = this.#refusal(log) ?? (log.row === undefined ? room.take(version) : undefined);
          if (refusal) {
            refused.set(write, refusal);
            continue;
          }
          const row = log.row ?? this.#tables.insert(log.name, log.epoch, now);
          // `#change` has caught up with the file: nobody has given these numbers to anything.
          draft = { row, seq: log.seq, answers: log.storedAnswers };
          drafts.set(log, draft);
        }
        write.store(draft);
      }
      for (const { row, seq, answers } of drafts.values()) this.#tables.setHead(row, seq, answers, now, version);
    });
    for (const [log, { row, answers }] of drafts) {
      log.row = row;
      log.storedAnswers = answers;
      log.storedUse = Math.max(log.storedUse, now);
      log.usedAt = Math.max(log.usedAt, now);
    }
    for (const name of room.evicted) this.#replica.forgot(name);
  }

  /** Why nothing can be added to a channel. */
  #refusal(log: SqliteLog): unknown {
    try {
      this.#replica.repair(log);
      return undefined;
    } catch (error) {
      return error;
    }
  }

  /** A transaction that other processes have to hear of: it has a number. */
  #change<T>(run: (version: number) => T): T {
    try {
      const { result, version } = this.#file.write(() => {
        this.#replica.catchUp();
        const version = this.#replica.version + 1;
        const result = run(version);
        this.#tables.setVersion(version);
        return { result, version };
      });
      this.#replica.version = version;
      this.#health.stored();
      return result;
    } catch (error) {
      throw this.#health.failed(error);
    }
  }

  /** Lets the file forget word for word what memory has folded. */
  #compact(): void {
    const { toCompact } = this.#replica;
    if (toCompact.size === 0) return;
    try {
      this.#file.write(() => {
        for (const { row, checkpoint, firstFrame } of toCompact) {
          if (row !== undefined) this.#tables.compact(row, checkpoint, firstFrame);
        }
      });
    } catch (error) {
      throw this.#health.failed(error);
    }
    for (const log of toCompact) log.storedFirst = log.firstSeq;
    toCompact.clear();
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
          reject(this.#health.failed(error));
        }
      };
    });
    this.#erasing = { done, run };
    setImmediate(run);
    return done;
  }

  #assertOpen(call: string): void {
    if (!this.#closed) return;
    const text = `sqlite: got ${call} after close(), expected an open store; make a new one`;
    throw new StatusMessengerError('closed', text);
  }
}
