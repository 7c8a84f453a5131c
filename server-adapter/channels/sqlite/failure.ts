import { type ChannelName, isObject, messageOf, StatusMessengerError } from '../../../protocol/index.js';

/** What a code of SQLite means to whoever runs the server: what was got, what was expected, and what to do. */
type Meaning = readonly [code: RegExp, got: string, expected: string, fix: string];

const DAMAGE: Meaning = [
  /^SQLITE_(CORRUPT|NOTADB)/,
  'a damaged file',
  'it as it was written',
  'put a backup in its place, or move it away to start anew',
];

const MEANINGS: readonly Meaning[] = [
  DAMAGE,
  [
    /^SQLITE_(BUSY|LOCKED)/,
    'a file that another process keeps locked',
    'to get it in time',
    'end that process, or raise lockTimeout',
  ],
  [/^SQLITE_FULL/, 'a full file or disk', 'room', 'raise bytes, free the disk, or forget channels'],
  [/^SQLITE_(READONLY|PERM)/, 'a file that cannot be written', 'one that can', 'change its permissions'],
  [
    /^SQLITE_CANTOPEN/,
    'a file that cannot be opened',
    'one in a directory that exists and can be written',
    'make the directory, or name another file',
  ],
  [/^/, 'an error of the database', 'none', 'look at the disk and the file'],
];

/** What the driver threw, as an error that says what to do. `file` is left out where strangers may read it. Errors of the kit stay as they are. */
export function failure(error: unknown, file: string | undefined): StatusMessengerError {
  if (error instanceof StatusMessengerError) return error;
  const code = codeOf(error);
  const [, got, expected, fix] = MEANINGS.find(([pattern]) => pattern.test(code)) ?? DAMAGE;
  const detail = code.startsWith('SQLITE_') ? `${code}, ${messageOf(error)}` : messageOf(error);
  const where = file === undefined ? '' : `${file}: `;
  const text = `sqlite: got ${got} (${where}${detail}), expected ${expected}; ${fix}`;
  return new StatusMessengerError('unavailable', text, { cause: error });
}

/** For what SQLite itself does not see. */
export function damaged(what: string): StatusMessengerError {
  const [, got, expected, fix] = DAMAGE;
  const cause = Object.assign(new Error(what), { code: 'SQLITE_CORRUPT' });
  return new StatusMessengerError('unavailable', `sqlite: got ${got} (${what}), expected ${expected}; ${fix}`, {
    cause,
  });
}

export function isDamage(error: unknown): error is StatusMessengerError {
  return error instanceof StatusMessengerError && DAMAGE[0].test(codeOf(error.cause));
}

/** What an error says of the store. Trouble may pass by itself, as where the file is locked or full; damage does not. */
export function kindOf(error: unknown): 'trouble' | 'damaged file' | 'damaged channel' | 'bug' {
  if (!(error instanceof StatusMessengerError) || error.code !== 'unavailable') return 'bug';
  if (error instanceof DamagedChannel) return 'damaged channel';
  return isDamage(error) ? 'damaged file' : 'trouble';
}

/** What is damaged is one channel; the others go on. */
export class DamagedChannel extends StatusMessengerError {
  constructor(name: ChannelName, damage: StatusMessengerError) {
    const what = `a damaged channel (${name}: ${messageOf(damage.cause)})`;
    const fix = 'forget it, or put a backup of the file in its place';
    super('unavailable', `sqlite: got ${what}, expected it as it was written; ${fix}`, { cause: damage });
  }
}

/** So many channels are damaged. It names none: strangers may read it. */
export function damagedChannels(count: number): StatusMessengerError {
  const fix = 'forget those that the log names, or put a backup of the file in its place';
  return new StatusMessengerError('unavailable', `sqlite: got damaged channels (${count}), expected none; ${fix}`);
}

/** What is written to a file that is open and in no directory any more is gone with this process. */
export function misplaced(): StatusMessengerError {
  const text = 'got a file that was deleted or replaced, expected it where it was opened; put it back, or restart';
  return new StatusMessengerError('unavailable', `sqlite: ${text}`);
}

export function isLocked(error: StatusMessengerError): boolean {
  return /^SQLITE_(BUSY|LOCKED)/.test(codeOf(error.cause));
}

function codeOf(error: unknown): string {
  const code = error instanceof Error && isObject(error) ? error.code : undefined;
  if (typeof code === 'string' && code !== '') return code;
  // While it opens a file the driver says only SQLite's number.
  return / 14"?\)$/.test(messageOf(error)) ? 'SQLITE_CANTOPEN' : '';
}
