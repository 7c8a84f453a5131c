import { statSync } from 'node:fs';
import { createRequire } from 'node:module';
import type Libsql from 'libsql';
import { messageOf, StatusMessengerError } from '../../../protocol/index.js';
import { failure, isLocked, misplaced } from './failure.js';

/** A row as it was read; its columns are checked where they are used. */
export type Row = { readonly [column: string]: unknown };
type Value = string | number;

export interface SqliteFileOptions {
  readonly file: string;
  readonly lockTimeout: number;
}

/** Bytes that `FILE-wal` is cut down to once everything in it has come into the file. */
const WAL = 4 * 1024 * 1024;

/** A connection to a file of SQLite. Whatever fails throws `unavailable`, and says what to do. */
export class SqliteFile {
  readonly #db: Libsql.Database;
  /** Its path, until it is open: later errors may be told to strangers. */
  #path: string | undefined;
  readonly #file: string;
  /** Which file was opened. */
  #identity: string | undefined;
  readonly #lockTimeout: number;
  readonly #statements = new Map<string, Libsql.Statement>();
  /** Does not wait for the lock that was waited for in vain before. */
  #impatient = false;
  #isClosed = false;

  constructor({ file, lockTimeout }: SqliteFileOptions) {
    this.#path = this.#file = file;
    this.#lockTimeout = lockTimeout;
    const Database = loadDriver();
    this.#db = this.#try(() => new Database(file, { timeout: lockTimeout }));
  }

  get isClosed(): boolean {
    return this.#isClosed;
  }

  /** Throws where a call comes after `close`. */
  assertOpen(call: string): void {
    if (!this.#isClosed) return;
    const text = `sqlite: got ${call} after close(), expected an open store; make a new one`;
    throw new StatusMessengerError('closed', text);
  }

  exec(sql: string): void {
    this.#try(() => this.#db.exec(sql));
  }

  get(sql: string, ...values: Value[]): Row | undefined {
    return this.#try(() => this.#prepare(sql).get(values)) as Row | undefined;
  }

  all(sql: string, ...values: Value[]): Row[] {
    return this.#try(() => this.#prepare(sql).all(values)) as Row[];
  }

  /** Changes something, as a part of `write`. Answers the id of the row that was inserted, and how many were changed. */
  run(sql: string, ...values: Value[]): { readonly id: number; readonly changes: number } {
    const { lastInsertRowid, changes } = this.#try(() => {
      // Some failures end the transaction: what comes then would stand for itself.
      if (!this.#db.inTransaction) throw new Error('the transaction has ended');
      return this.#prepare(sql).run(values);
    });
    return { id: Number(lastInsertRowid), changes };
  }

  /** Reads one state of the file, whatever others write meanwhile. */
  read<T>(run: () => T): T {
    return this.#db.inTransaction ? run() : this.#transaction('BEGIN', run, 'COMMIT');
  }

  /** Throws where its path leads to no file any more, or to another one: SQLite itself goes on writing to the one that it has open. */
  assertInPlace(): void {
    if (this.#identity === undefined) return;
    const identity = identityOf(this.#file);
    // One that cannot be looked for may well be there.
    if (identity !== undefined && identity !== this.#identity) throw misplaced();
  }

  /** Writes all or nothing, and nobody else writes meanwhile. */
  write<T>(run: () => T): T {
    this.assertInPlace();
    return this.#transaction('BEGIN IMMEDIATE', run, 'COMMIT');
  }

  /** Writes, and takes it back. */
  rehearse(run: () => void): void {
    this.#transaction('BEGIN IMMEDIATE', run, 'ROLLBACK');
  }

  /** Writes the file anew, with nothing in it but what the tables say. */
  rewrite(): void {
    this.exec('VACUUM');
    this.checkpoint();
  }

  /** Brings everything into the file and empties `FILE-wal`. */
  checkpoint(): void {
    const result = this.get('PRAGMA wal_checkpoint(TRUNCATE)');
    if (result?.busy !== 0) {
      throw failure(Object.assign(new Error('others are reading it'), { code: 'SQLITE_BUSY' }), this.#path);
    }
  }

  /** Changes whenever another connection has written. */
  dataVersion(): number {
    return Number(this.get('PRAGMA data_version')?.data_version);
  }

  /** From here on it writes. */
  begin(synchronous: 'full' | 'normal', bytes: number): void {
    if (this.#insist(() => this.get('PRAGMA journal_mode=WAL'))?.journal_mode !== 'wal') {
      throw failure(new Error('it takes no write-ahead log'), this.#path);
    }
    this.exec(`PRAGMA synchronous=${synchronous}; PRAGMA foreign_keys=ON; PRAGMA journal_size_limit=${WAL}`);
    const pageSize = Number(this.get('PRAGMA page_size')?.page_size);
    this.get(`PRAGMA max_page_count=${Math.floor(bytes / pageSize)}`);
  }

  /** It is open, and all is well. */
  opened(): void {
    this.#path = undefined;
    this.#identity = identityOf(this.#file);
  }

  close(): void {
    this.#isClosed = true;
    // The driver ends the connection when nothing of it is reachable any more: the statements must not be.
    this.#statements.clear();
    this.#db.close();
  }

  #transaction<T>(begin: string, run: () => T, end: string): T {
    this.exec(begin);
    if (this.#impatient && begin !== 'BEGIN') this.#wait(this.#lockTimeout);
    try {
      const result = run();
      this.exec(end);
      return result;
    } catch (error) {
      // Some failures have ended it already.
      if (this.#db.inTransaction) this.exec('ROLLBACK');
      throw error;
    }
  }

  #try<T>(run: () => T): T {
    try {
      return run();
    } catch (thrown) {
      const error = failure(thrown, this.#path);
      if (isLocked(error) && !this.#impatient) this.#wait(0);
      throw error;
    }
  }

  /** Where several open a new file at once, SQLite tells some of them that it is locked without waiting for the others. */
  #insist<T>(run: () => T): T {
    const deadline = performance.now() + this.#lockTimeout;
    while (true) {
      try {
        return run();
      } catch (error) {
        if (!(error instanceof StatusMessengerError && isLocked(error)) || performance.now() > deadline) throw error;
        this.#wait(this.#lockTimeout);
        Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 5);
      }
    }
  }

  #wait(ms: number): void {
    this.#impatient = ms === 0;
    // While it opens there is nothing to set, and nothing to be impatient for.
    this.#db?.exec(`PRAGMA busy_timeout=${ms}`);
  }

  #prepare(sql: string): Libsql.Statement {
    let statement = this.#statements.get(sql);
    if (!statement) {
      statement = this.#db.prepare(sql);
      this.#statements.set(sql, statement);
    }
    return statement;
  }
}

/** What the file at a path is known by, wherever it goes; `undefined` where that cannot be told. */
function identityOf(path: string): string | undefined {
  try {
    const stats = statSync(path, { bigint: true, throwIfNoEntry: false });
    return stats ? `${stats.dev} ${stats.ino}` : 'none';
  } catch {
    return undefined;
  }
}

/** The package is an optional peer: only who stores in a file needs it. */
function loadDriver(): typeof Libsql {
  try {
    return createRequire(import.meta.url)('libsql');
  } catch (error) {
    const isMissing = /Cannot find module 'libsql'/.test(messageOf(error));
    const got = isMissing ? 'no package "libsql"' : `a package "libsql" that does not load (${messageOf(error)})`;
    throw new StatusMessengerError(
      'unavailable',
      `sqlite: got ${got}, expected it beside status-messenger; run npm install libsql, or npx -p status-messenger -p libsql status-messenger`,
      { cause: error },
    );
  }
}
