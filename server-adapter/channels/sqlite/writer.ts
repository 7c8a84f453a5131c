import { type ChannelName, StatusMessengerError } from '../../../protocol/index.js';
import type { Health } from './health.js';
import type { Settings } from './options.js';
import type { Replica } from './replica.js';
import type { Retention } from './retention.js';
import type { SqliteFile } from './sqlite-file.js';
import type { SqliteLog } from './sqlite-log.js';
import type { Tables } from './tables.js';

/** How far a transaction has come in a channel. */
export interface Draft {
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

/** Writes to the file. What is said in one turn of the event loop waits for its end, and goes there in one transaction. */
export class Writer {
  readonly #settings: Settings;
  readonly #file: SqliteFile;
  readonly #tables: Tables;
  readonly #replica: Replica;
  readonly #retention: Retention;
  readonly #health: Health;
  #queue: Write[] = [];
  #queued = 0;

  constructor(
    settings: Settings,
    file: SqliteFile,
    tables: Tables,
    replica: Replica,
    retention: Retention,
    health: Health,
  ) {
    this.#settings = settings;
    this.#file = file;
    this.#tables = tables;
    this.#replica = replica;
    this.#retention = retention;
    this.#health = health;
  }

  /** Stores something at the end of this turn of the event loop, behind all that came before. */
  write<T>(
    name: ChannelName,
    size: number,
    of: (log: SqliteLog) => { store(draft: Draft): void; publish(): T },
  ): Promise<T> {
    return new Promise((resolve, reject) => {
      this.#file.assertOpen('send');
      const { queue } = this.#settings;
      if (this.#queued + size > queue) {
        throw new StatusMessengerError(
          'limit',
          `sqlite: got more than ${queue} bytes to store in one turn, expected less; await what send() answers, or raise queue`,
        );
      }
      const log =
        this.#replica.get(name) ?? this.#health.watch(() => this.#replica.find(name)) ?? this.#replica.make(name);
      const { store, publish } = of(log);
      this.#replica.use(log);
      log.waiting++;
      this.#queued += size;
      this.#queue.push({ log, store, publish: () => resolve(publish()), reject });
      if (this.#queue.length === 1) setImmediate(() => this.commit());
    });
  }

  /** Stores what was queued: first all of it, then whatever it made too much. */
  commit(): void {
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
      this.compact();
    } catch (error) {
      // They stay to be compacted.
      this.#health.note(error);
    }
  }

  /** A transaction that other processes have to hear of: it has a number. */
  change<T>(run: (version: number) => T): T {
    return this.#health.watch(() => {
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
    });
  }

  /** Lets the file forget word for word what memory has folded. */
  compact(): void {
    const { toCompact } = this.#replica;
    if (toCompact.size === 0) return;
    this.#health.watch(() =>
      this.#file.write(() => {
        for (const { row, checkpoint, firstFrame } of toCompact) {
          if (row !== undefined) this.#tables.compact(row, checkpoint, firstFrame);
        }
      }),
    );
    for (const log of toCompact) log.storedFirst = log.firstSeq;
    toCompact.clear();
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
    this.change((version) => {
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
          // `change` has caught up with the file: nobody has given these numbers to anything.
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
}
