import { randomBytes } from 'node:crypto';
import type { ChannelKind, ChannelName } from '../../../protocol/index.js';
import type { Claim } from '../channel-store.js';
import type { Settings } from './options.js';
import type { SqliteFile } from './sqlite-file.js';
import { namesIn } from './tables.js';

/** Channels with work to take over that are named at once. */
const LAPSED = 100;

/** Whose work is whose: a process has the work of its channels as long as it says, every now and then, that it is there. */
export class Claims {
  readonly #settings: Settings;
  readonly #file: SqliteFile;
  /** This process, or rather what it uses the file by. */
  readonly #owner = randomBytes(8).toString('hex');
  /** By channel: the rows that this process has. */
  readonly #rows = new Map<ChannelName, number>();
  readonly #lost: (name: ChannelName) => void;
  readonly #failed: (error: unknown) => void;
  /** Whether the others are told that this process lives, also while it has no work. */
  #hasJoined = false;
  #stopRenewing: (() => void) | undefined;

  constructor(
    settings: Settings,
    file: SqliteFile,
    lost: (name: ChannelName) => void,
    failed: (error: unknown) => void,
  ) {
    this.#settings = settings;
    this.#file = file;
    this.#lost = lost;
    this.#failed = failed;
  }

  /** As a part of a transaction. */
  take(row: number): Claim {
    const now = this.#settings.clock.now();
    const sql = `SELECT owner, COALESCE((SELECT until FROM owners WHERE id = owner), 0) AS until FROM claims WHERE channel = ?`;
    const claim = this.#file.get(sql, row);
    if (claim?.owner === '') return 'done';
    if (claim && claim.owner !== this.#owner && Number(claim.until) > now) return 'taken';
    this.#sayAlive(now);
    this.#file.run('INSERT OR REPLACE INTO claims VALUES (?, ?)', row, this.#owner);
    return claim && claim.owner !== this.#owner ? 'inherited' : 'granted';
  }

  /** It is stored that this process has it: for the first time, or from one that is gone. */
  taken(name: ChannelName, row: number): void {
    this.#rows.set(name, row);
    if (!this.#stopRenewing) this.#renewLater();
  }

  has(name: ChannelName): boolean {
    return this.#rows.has(name);
  }

  /** As a part of a transaction. */
  giveBack(row: number, done: boolean): void {
    const sql = done
      ? `UPDATE claims SET owner = '' WHERE channel = ? AND owner = ?`
      : 'DELETE FROM claims WHERE channel = ? AND owner = ?';
    this.#file.run(sql, row, this.#owner);
  }

  /** It is stored that it was given back, or the channel is gone. */
  given(name: ChannelName): void {
    this.#rows.delete(name);
  }

  /** Answers what this process is known by. */
  join(): string {
    if (!this.#hasJoined) {
      this.#hasJoined = true;
      if (!this.#stopRenewing) this.#renewLater();
      try {
        this.#file.write(() => this.#sayAlive(this.#settings.clock.now()));
      } catch (error) {
        // It is said again soon.
        this.#failed(error);
      }
    }
    return this.#owner;
  }

  isAlive(process: string): boolean {
    if (process === this.#owner) return true;
    const sql = 'SELECT 1 FROM owners WHERE id = ? AND until > ?';
    return this.#file.get(sql, process, Math.floor(this.#settings.clock.now())) !== undefined;
  }

  lapsed(kind: ChannelKind): ChannelName[] {
    const sql = `SELECT CAST(name AS BLOB) AS name FROM claims JOIN channels ON channels.id = channel LEFT JOIN owners ON owners.id = owner
      WHERE owner <> '' AND COALESCE(until, 0) <= ? AND name GLOB ? LIMIT ${LAPSED}`;
    return namesIn(this.#file.all(sql, Math.floor(this.#settings.clock.now()), `${kind}:*`));
  }

  /** The process goes: what it has lapses at once. */
  leave(): void {
    this.#stopRenewing?.();
    if (this.#rows.size === 0 && !this.#hasJoined) return;
    this.#file.write(() => this.#file.run('DELETE FROM owners WHERE id = ?', this.#owner));
    this.#rows.clear();
  }

  #renewLater(): void {
    this.#stopRenewing = this.#settings.clock.after(this.#settings.lease / 3, () => {
      this.#stopRenewing = undefined;
      if (this.#rows.size === 0 && !this.#hasJoined) return;
      try {
        this.#renew();
      } catch (error) {
        this.#failed(error);
      }
      this.#renewLater();
    });
  }

  #renew(): void {
    const now = this.#settings.clock.now();
    const mine = this.#file.write(() => {
      this.#sayAlive(now);
      this.#file.run(`DELETE FROM owners WHERE until <= ? AND id NOT IN (SELECT owner FROM claims)`, Math.floor(now));
      return this.#file.all('SELECT channel FROM claims WHERE owner = ?', this.#owner);
    });
    const rows = new Set(mine.map(({ channel }) => channel));
    for (const [name, row] of this.#rows) {
      if (rows.has(row)) continue;
      this.#rows.delete(name);
      this.#lost(name);
    }
  }

  #sayAlive(now: number): void {
    const until = Math.floor(now + this.#settings.lease);
    this.#file.run('INSERT OR REPLACE INTO owners VALUES (?, ?)', this.#owner, until);
  }
}
