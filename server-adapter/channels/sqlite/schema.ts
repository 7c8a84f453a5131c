import { StatusMessengerError } from '../../../protocol/index.js';
import { damaged } from './failure.js';
import type { SqliteFile } from './sqlite-file.js';

/** `stms`: says whose file it is. */
const APPLICATION = 0x73746d73;
const VERSION = 1;

/**
 * Texts are read as `CAST(… AS BLOB)`: the driver ends the process at a text that is not UTF-8, and cuts one at a zero byte. Ids are never used again, so that one
 * of a channel that was forgotten means nothing else later. Checksums see what SQLite does not: long texts fill pages that have no form. There is no `secure_delete`, as it leaves copies behind where rows were moved, and no
 * `auto_vacuum`: freed pages are used again, `bytes` bounds the file, and forgetting writes it anew.
 */
const TABLES = `
  CREATE TABLE store (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    version INTEGER NOT NULL, -- counts the transactions that others have to hear of
    forgot INTEGER NOT NULL -- the last one that forgot a channel
  ) STRICT;
  INSERT INTO store VALUES (1, 0, 0);

  CREATE TABLE channels (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    name TEXT NOT NULL UNIQUE,
    epoch TEXT NOT NULL,
    seq INTEGER NOT NULL, -- the last message
    first INTEGER NOT NULL, -- the first one that is kept word for word
    oldest INTEGER NOT NULL, -- its time
    answered INTEGER NOT NULL, -- the last answer
    used_at INTEGER NOT NULL,
    version INTEGER NOT NULL -- the transaction that changed it last
  ) STRICT;
  CREATE INDEX channels_by_version ON channels (version);
  CREATE INDEX channels_by_use ON channels (used_at);
  CREATE INDEX channels_by_age ON channels (oldest) WHERE first < seq;

  CREATE TABLE messages (
    channel INTEGER NOT NULL REFERENCES channels ON DELETE CASCADE,
    seq INTEGER NOT NULL,
    frame TEXT NOT NULL,
    checksum INTEGER NOT NULL,
    PRIMARY KEY (channel, seq)
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE snapshots (
    channel INTEGER PRIMARY KEY REFERENCES channels ON DELETE CASCADE,
    seq INTEGER NOT NULL, -- the last message that is in the state
    state TEXT NOT NULL,
    status TEXT NOT NULL, -- the frame of the latest status, or nothing
    checksum INTEGER NOT NULL
  ) STRICT;

  CREATE TABLE answers (
    channel INTEGER NOT NULL REFERENCES channels ON DELETE CASCADE,
    number INTEGER NOT NULL, -- counts 1, 2, 3 … in a channel
    ack TEXT NOT NULL,
    checksum INTEGER NOT NULL,
    PRIMARY KEY (channel, number)
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE ends (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    channel INTEGER NOT NULL REFERENCES channels ON DELETE CASCADE,
    question TEXT NOT NULL,
    json TEXT NOT NULL, -- how it ended
    checksum INTEGER NOT NULL,
    UNIQUE (channel, question)
  ) STRICT;

  CREATE TABLE about (
    channel INTEGER PRIMARY KEY REFERENCES channels ON DELETE CASCADE,
    json TEXT NOT NULL,
    checksum INTEGER NOT NULL
  ) STRICT;

  CREATE TABLE owners (
    id TEXT PRIMARY KEY, -- a process
    until INTEGER NOT NULL -- the time up to which it is taken for alive
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE claims (
    channel INTEGER PRIMARY KEY REFERENCES channels ON DELETE CASCADE,
    owner TEXT NOT NULL -- who does the channel's work; nobody once it is done for good
  ) STRICT;
  CREATE INDEX claims_by_owner ON claims (owner);

  CREATE TABLE trial (
    id INTEGER PRIMARY KEY,
    room TEXT NOT NULL -- something large, for a moment
  ) STRICT;

  PRAGMA application_id = ${APPLICATION};
  PRAGMA user_version = ${VERSION};
`;

/** Whether it is a file of the kit, a sound one; `false` for one that is empty. Throws for everything else. */
export function isOurs(file: SqliteFile, path: string): boolean {
  // In one transaction: another process may be making the tables.
  return file.read(() => readHeader(file, path));
}

function readHeader(file: SqliteFile, path: string): boolean {
  const application = number(file, 'application_id');
  const version = number(file, 'user_version');
  if (application === APPLICATION) {
    if (version > VERSION) throw foreign(path, `a file of a newer version (${version})`, 'update status-messenger');
    // All of it is read: what is damaged shall be known now, and not look like a channel that nobody has spoken in.
    const check = file.get('PRAGMA integrity_check(1)')?.integrity_check;
    if (check !== 'ok') throw damaged(`${path}: ${check}`);
    return true;
  }
  if (application === 0 && version === 0 && !file.get('SELECT 1 FROM sqlite_master')) return false;
  throw foreign(path, 'a database of something else', 'name another file');
}

/** Makes the tables, unless another process was first. */
export function createTables(file: SqliteFile, path: string): void {
  file.write(() => {
    if (!isOurs(file, path)) file.exec(TABLES);
  });
}

function number(file: SqliteFile, pragma: string): number {
  return Number(file.get(`PRAGMA ${pragma}`)?.[pragma]);
}

function foreign(path: string, got: string, fix: string): StatusMessengerError {
  const expected = `one of status-messenger, version ${VERSION} at most`;
  return new StatusMessengerError('invalid', `sqlite.file: got ${got} (${path}), expected ${expected}; ${fix}`);
}
