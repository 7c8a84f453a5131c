import { crc32 } from 'node:zlib';
import {
  type Ack,
  type AnsweredData,
  type ChannelKind,
  type ChannelName,
  type ChannelState,
  formatPosition,
  initialState,
  isAnswered,
  isChannelName,
  type JsonValue,
  LIMITS,
  parseJson,
  readAck,
  readMessage,
  readState,
} from '../../../protocol/index.js';
import { isPlainStatus } from '../../compose.js';
import { ACKS, type Checkpoint, ENDS, type StoredMessage, timeOf } from '../memory-log.js';
import { damaged } from './failure.js';
import type { Row, SqliteFile } from './sqlite-file.js';

/** A channel as it stands in the file. */
export interface ChannelRow {
  readonly id: number;
  readonly name: ChannelName;
  readonly epoch: string;
  readonly seq: number;
  readonly first: number;
  readonly oldest: number;
  readonly answered: number;
  readonly usedAt: number;
}

/** What counts the transactions of all processes. */
export interface Versions {
  readonly version: number;
  readonly forgot: number;
}

/** How many answers to pages are kept of a channel: an input may have two, as it is stored before and after it is handed out. */
const ANSWERS = 2 * ACKS;

const CHANNEL = `id, CAST(name AS BLOB) AS name, CAST(epoch AS BLOB) AS epoch, seq, first, oldest, answered, used_at`;
/** Channels that are read at once where only some may be needed. */
const PAGE = 100;
const utf8 = new TextDecoder('utf-8', { fatal: true });

/** The tables of the file. What is read is checked: it may have been damaged. */
export class Tables {
  readonly #file: SqliteFile;

  constructor(file: SqliteFile) {
    this.#file = file;
  }

  versions(): Versions {
    const row = this.#file.get('SELECT version, forgot FROM store') ?? {};
    return { version: whole(row, 'version'), forgot: whole(row, 'forgot') };
  }

  setVersion(version: number): void {
    this.#file.run('UPDATE store SET version = ?', version);
  }

  channel(name: ChannelName): ChannelRow | undefined {
    const row = this.#file.get(`SELECT ${CHANNEL} FROM channels WHERE name = ?`, name);
    return row && channelIn(row);
  }

  has(id: number): boolean {
    return this.#file.get('SELECT 1 FROM channels WHERE id = ?', id) !== undefined;
  }

  count(): number {
    return whole(this.#file.get('SELECT COUNT(*) AS count FROM channels') ?? {}, 'count');
  }

  /** Channels that were changed after some transaction. */
  changedSince(version: number): ChannelRow[] {
    return this.#file.all(`SELECT ${CHANNEL} FROM channels WHERE version > ?`, version).map(channelIn);
  }

  /** All channels, the longest unused first. */
  *leastUsed(): Generator<ChannelRow, void> {
    const sql = `SELECT ${CHANNEL} FROM channels ORDER BY used_at, id LIMIT ${PAGE} OFFSET ?`;
    for (let offset = 0; ; offset += PAGE) {
      const rows = this.#file.all(sql, offset);
      yield* rows.map(channelIn);
      if (rows.length < PAGE) return;
    }
  }

  /** Channels that keep a message of before `time` word for word and could do without it, the oldest first: those behind `after`. */
  olderThan(time: number, after: Pick<ChannelRow, 'oldest' | 'id'> | undefined, count: number): ChannelRow[] {
    const sql = `SELECT ${CHANNEL} FROM channels WHERE first < seq AND oldest < ? AND (oldest, id) > (?, ?)
      ORDER BY oldest, id LIMIT ?`;
    const { oldest, id } = after ?? { oldest: Number.MIN_SAFE_INTEGER, id: 0 };
    return this.#file.all(sql, time, oldest, id, count).map(channelIn);
  }

  insert(name: ChannelName, epoch: string, now: number): number {
    const sql = `INSERT INTO channels (name, epoch, seq, first, oldest, answered, used_at, version)
      VALUES (?, ?, 0, 1, ?, 0, ?, 0)`;
    return this.#file.run(sql, name, epoch, Math.floor(now), Math.floor(now)).id;
  }

  /** Deletes a channel with all that it has. */
  delete(id: number, version: number): void {
    this.#file.run('DELETE FROM channels WHERE id = ?', id);
    this.#file.run('UPDATE store SET forgot = ?', version);
  }

  setHead(id: number, seq: number, answered: number, now: number, version: number): void {
    const sql = 'UPDATE channels SET seq = ?, answered = ?, used_at = MAX(used_at, ?), version = ? WHERE id = ?';
    this.#file.run(sql, seq, answered, Math.floor(now), version, id);
  }

  /** When channels were used, at least. All in one statement: there may be many. */
  setUses(uses: ReadonlyArray<readonly [id: number, time: number]>): void {
    const sql = `UPDATE channels SET used_at = MAX(used_at, use.time)
      FROM (SELECT value ->> 0 AS id, CAST(value ->> 1 AS INTEGER) AS time FROM json_each(?)) AS use WHERE channels.id = use.id`;
    this.#file.run(sql, JSON.stringify(uses));
  }

  /** Moves all times of use on, up to `now`. */
  moveUses(by: number, now: number): void {
    const sql = 'UPDATE channels SET used_at = MIN(used_at + ?, ?) WHERE used_at < ?';
    this.#file.run(sql, Math.floor(by), Math.floor(now), Math.floor(now));
  }

  addMessage(channel: number, seq: number, frame: string): void {
    this.#file.run('INSERT INTO messages VALUES (?, ?, ?, ?)', channel, seq, frame, checksum(channel, frame));
    // The channel may be older: it began with an answer.
    if (seq === 1) this.#file.run('UPDATE channels SET oldest = ? WHERE id = ?', Math.floor(timeOf(frame)), channel);
  }

  addAnswer(channel: number, number: number, ack: Ack): void {
    const json = JSON.stringify(ack);
    this.#file.run('INSERT INTO answers VALUES (?, ?, ?, ?)', channel, number, json, checksum(channel, json));
    this.#file.run('DELETE FROM answers WHERE channel = ? AND number <= ?', channel, number - ANSWERS);
  }

  /** Keeps how a question ended, in place of what was known of it before. */
  setEnd(channel: number, how: AnsweredData): void {
    const json = JSON.stringify(how);
    const insert = 'INSERT OR REPLACE INTO ends (channel, question, json, checksum) VALUES (?, ?, ?, ?)';
    this.#file.run(insert, channel, how.questionId, json, checksum(channel, json));
    const excess = 'SELECT number FROM ends WHERE channel = ? ORDER BY number DESC LIMIT -1 OFFSET ?';
    this.#file.run(`DELETE FROM ends WHERE number IN (${excess})`, channel, ENDS);
  }

  /** How a question ended, as far as it is kept. */
  end(channel: number, questionId: string): AnsweredData | undefined {
    const sql = 'SELECT CAST(json AS BLOB) AS json, checksum FROM ends WHERE channel = ? AND question = ?';
    const row = this.#file.get(sql, channel, questionId);
    const how = row && endIn(checked(row, channel, 'json'));
    // Texts that JSON tells apart may be one to the file.
    return how?.questionId === questionId ? how : undefined;
  }

  setAbout(channel: number, about: JsonValue): void {
    const json = JSON.stringify(about);
    this.#file.run('INSERT OR REPLACE INTO about VALUES (?, ?, ?)', channel, json, checksum(channel, json));
  }

  about(channel: number): JsonValue | undefined {
    const row = this.#file.get('SELECT CAST(json AS BLOB) AS json, checksum FROM about WHERE channel = ?', channel);
    // What was stored is JSON, as its checksum shows.
    return row && JSON.parse(checked(row, channel, 'json'));
  }

  /** The channels of a kind that something was said to be about, the newest first. */
  list(kind: ChannelKind, count: number): ChannelName[] {
    const sql = `SELECT CAST(name AS BLOB) AS name FROM about JOIN channels ON id = channel WHERE name GLOB ? ORDER BY id DESC LIMIT ?`;
    return namesIn(this.#file.all(sql, `${kind}:*`, count));
  }

  /** The messages of a channel behind number `after`: all of them, or it throws. */
  messages({ id, epoch, seq }: ChannelRow, after: number): StoredMessage[] {
    const sql =
      'SELECT CAST(frame AS BLOB) AS frame, checksum FROM messages WHERE channel = ? AND seq > ? ORDER BY seq';
    const messages = this.#file
      .all(sql, id, after)
      .map((row, i) => messageIn(checked(row, id, 'frame'), formatPosition({ epoch, seq: after + 1 + i })));
    if (after + messages.length !== seq) throw damaged('messages are missing');
    return messages;
  }

  /** What was answered in a channel behind number `after`, as far as it is kept: all of it, or it throws. */
  answers({ id, answered }: ChannelRow, after: number): Ack[] {
    const sql =
      'SELECT CAST(ack AS BLOB) AS ack, checksum FROM answers WHERE channel = ? AND number > ? ORDER BY number';
    const acks = this.#file.all(sql, id, after).map((row) => ackIn(checked(row, id, 'ack')));
    if (acks.length !== Math.min(answered - after, ANSWERS)) throw damaged('answers are missing');
    return acks;
  }

  /** Where a channel is taken up, before its messages. */
  checkpoint({ id, epoch, first }: ChannelRow): Checkpoint {
    const sql = `SELECT seq, CAST(state AS BLOB) AS state, CAST(status AS BLOB) AS status, checksum
      FROM snapshots WHERE channel = ?`;
    const row = this.#file.get(sql, id);
    if (!row) {
      if (first > 1) throw damaged('the snapshot is missing');
      return { epoch, first, folded: initialState, foldedSeq: 0, latestStatus: undefined };
    }
    const foldedSeq = whole(row, 'seq');
    if (foldedSeq < first - 1) throw damaged('messages are missing');
    const folded = stateIn(checked(row, id, 'state', 'status'));
    return { epoch, first, folded, foldedSeq, latestStatus: text(row, 'status') || undefined };
  }

  /** Drops the messages before `first`, keeping what they add up to. One that another process has dropped more of stays as it is. */
  compact(id: number, { first, folded, foldedSeq, latestStatus = '' }: Checkpoint, oldest: string): void {
    const sql = 'UPDATE channels SET first = ?, oldest = ? WHERE id = ? AND first < ?';
    if (this.#file.run(sql, first, Math.floor(timeOf(oldest)), id, first).changes === 0) return;
    this.#file.run('DELETE FROM messages WHERE channel = ? AND seq < ?', id, first);
    const state = JSON.stringify(folded);
    const snapshot = 'INSERT OR REPLACE INTO snapshots VALUES (?, ?, ?, ?, ?)';
    this.#file.run(snapshot, id, foldedSeq, state, latestStatus, checksum(id, state, latestStatus));
  }

  /** Throws where the largest message could not be stored. Only a commit shows whether the disk has room. */
  tryWriting(): void {
    const room = 'x'.repeat(LIMITS.message);
    this.#file.write(() => this.#file.run('INSERT OR REPLACE INTO trial VALUES (1, ?)', room));
    this.#file.write(() => this.#file.run('DELETE FROM trial'));
  }
}

/** The names in the rows of a query. */
export function namesIn(rows: readonly Row[]): ChannelName[] {
  return rows.map(nameIn);
}

function nameIn(row: Row): ChannelName {
  const name = text(row, 'name');
  if (!isChannelName(name)) throw damaged('a channel has no name');
  return name;
}

function channelIn(row: Row): ChannelRow {
  return {
    id: whole(row, 'id'),
    name: nameIn(row),
    epoch: text(row, 'epoch'),
    seq: whole(row, 'seq'),
    first: whole(row, 'first'),
    oldest: whole(row, 'oldest'),
    answered: whole(row, 'answered'),
    usedAt: whole(row, 'used_at'),
  };
}

function messageIn(frame: string, id: string): StoredMessage {
  const message = readMessage(parseJson(frame));
  if (message?.id !== id) throw damaged(`message ${id} is missing`);
  return { frame, isStatus: message.type === 'status', isPlainStatus: isPlainStatus(message) };
}

function stateIn(json: string): ChannelState {
  const state = readState(parseJson(json));
  if (!state) throw damaged('the snapshot is none');
  return state;
}

function ackIn(json: string): Ack {
  const ack = readAck(parseJson(json));
  if (!ack) throw damaged('what was answered to a page is no answer');
  return ack;
}

function endIn(json: string): AnsweredData {
  const how = parseJson(json);
  if (!isAnswered(how)) throw damaged('how a question ended is no end');
  return how;
}

/** Of a channel's texts. */
function checksum(channel: number, ...texts: string[]): number {
  return texts.reduce((sum, text) => crc32(text, sum), channel);
}

/** The first of the texts that a row's checksum is of. */
function checked(row: Row, channel: number, column: string, ...others: string[]): string {
  const first = text(row, column);
  const rest = others.map((other) => text(row, other));
  if (checksum(channel, first, ...rest) !== whole(row, 'checksum')) throw damaged(`another ${column} than was stored`);
  return first;
}

function text(row: Row, column: string): string {
  const bytes = row[column];
  // The driver answers one row's bytes in another form than those of several rows.
  if (!(bytes instanceof Uint8Array || bytes instanceof ArrayBuffer)) throw damaged(`no ${column}`);
  try {
    return utf8.decode(bytes);
  } catch {
    throw damaged(`${column} is no text`);
  }
}

function whole(row: Row, column: string): number {
  const value = row[column];
  if (typeof value === 'number' && Number.isSafeInteger(value)) return value;
  throw damaged(`${column} is no number`);
}
