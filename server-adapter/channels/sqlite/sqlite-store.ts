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
import { Eraser } from './eraser.js';
import { guarded } from './guard.js';
import { Health } from './health.js';
import { readOptions, type Settings, type SqliteStoreOptions } from './options.js';
import { Replica } from './replica.js';
import { Retention } from './retention.js';
import { createTables, isOurs } from './schema.js';
import { SqliteFile } from './sqlite-file.js';
import type { SqliteLog } from './sqlite-log.js';
import { Tables } from './tables.js';
import { type Draft, Writer } from './writer.js';

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
  readonly #writer: Writer;
  readonly #eraser: Eraser;
  /** How many channels are held: while any is, what others store is looked for. */
  #held = 0;
  #stopPolling: (() => void) | undefined;

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
    this.#writer = new Writer(this.#settings, this.#file, this.#tables, this.#replica, this.#retention, this.#health);
    this.#eraser = new Eraser(this.#file, this.#health);
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
    return this.#writer.write(name, message.head.length, (log) => ({
      store: (draft) => this.#addMessage(draft, log, message, at),
      publish: () => {
        const id = log.append(message, at, this.#replica.user);
        this.#replica.user?.appended(name);
        return id;
      },
    }));
  }

  remember(name: ChannelName, ack: Ack): Promise<void> {
    let isFirst = true;
    const stored = this.#writer.write(name, JSON.stringify(ack).length, (log) => ({
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
    this.#file.assertOpen('send');
    // In a transaction of its own the log is what the file says.
    this.#writer.commit();
    const at = this.#settings.clock.now();
    const stored = this.#writer.write(name, 0, (log) => {
      let decision: Decision = {};
      let isFirst = false;
      return {
        store: (draft) => {
          decision = decide(log);
          const { append = [], remember, ended = [], about } = decision;
          for (const message of append) this.#addMessage(draft, log, message, at);
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
    this.#writer.commit();
    return stored;
  }

  retain(name: ChannelName): ChannelLog {
    this.#file.assertOpen('retain');
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
    return this.#file.isClosed ? undefined : this.#find(name);
  }

  /**
   * Writes the file anew, which takes about a second for 100 MiB; channels that are forgotten in one turn of the event loop share it. Where that cannot be
   * done the channel is forgotten all the same, and traces of it may stand in the file until it is forgotten once more.
   */
  async forget(name: ChannelName): Promise<void> {
    this.#file.assertOpen('forget');
    this.#writer.commit();
    this.#writer.change((version) => {
      const row = this.#tables.channel(name);
      if (row) this.#tables.delete(row.id, version);
    });
    this.#replica.forgot(name);
    await this.#eraser.erase();
  }

  list(kind: ChannelKind, count: number): readonly ChannelName[] {
    return this.#file.isClosed ? [] : this.#tables.list(kind, count);
  }

  claim(name: ChannelName): Promise<Claim> {
    let claim: Claim = 'taken';
    return this.#writer.write(name, 0, (log) => ({
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
    if (this.#file.isClosed || !this.#claims.has(name)) return;
    if (this.#find(name)?.row === undefined) {
      // Of a channel that was forgotten nothing is to be kept.
      this.#claims.given(name);
      return;
    }
    await this.#writer.write(name, 0, () => ({
      store: ({ row }) => this.#claims.giveBack(row, done),
      publish: () => this.#claims.given(name),
    }));
  }

  lapsed(kind: ChannelKind): readonly ChannelName[] {
    return this.#file.isClosed ? [] : this.#claims.lapsed(kind);
  }

  join(): string {
    this.#file.assertOpen('join');
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
    if (this.#file.isClosed) return;
    this.#writer.commit();
    try {
      this.#retention.expire();
      this.#writer.compact();
      this.#retention.followClock();
      if (!this.#retention.isDue()) return;
      const done = this.#writer.change((version) => this.#retention.forgetIdle(version));
      done();
    } catch (error) {
      this.#health.note(error);
    }
  }

  health(): string | undefined {
    if (this.#file.isClosed) return 'the store is closed';
    return this.#health.verdict(this.#file, this.#tables, this.#replica);
  }

  flush(): void {
    this.#writer.commit();
  }

  close(): void {
    if (this.#file.isClosed) return;
    this.#writer.commit();
    this.#eraser.finish();
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
    return this.#health.watch(() => this.#replica.find(name));
  }

  #addMessage(draft: Draft, log: SqliteLog, message: Composed, at: number): void {
    draft.seq++;
    const id = formatPosition({ epoch: log.epoch, seq: draft.seq });
    this.#tables.addMessage(draft.row, draft.seq, frameOf(message, id, at));
  }

  #pollLater(): void {
    this.#stopPolling = this.#settings.clock.after(this.#settings.poll, () => {
      this.#stopPolling = undefined;
      if (this.#file.isClosed || this.#held === 0) return;
      this.#replica.refresh();
      this.#pollLater();
    });
  }
}
