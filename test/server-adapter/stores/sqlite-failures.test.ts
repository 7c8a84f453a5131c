import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { promisify } from 'node:util';
import type Libsql from 'libsql';
import { seededRandom } from '../../../components/testing/index.js';
import { isObject, LIMITS, StatusMessengerError } from '../../../protocol/index.js';
import { SqliteStore, type SqliteStoreOptions } from '../../../server-adapter/channels/sqlite/index.js';
import { seedFromEnvironment } from '../../helpers/random.js';
import { startServer } from '../../helpers/server.js';
import { WireClient } from '../../helpers/wire-client.js';
import { directory, read, say, status, storesOver } from './support.js';

const seed = seedFromEnvironment();
const LOCKED = /^status-messenger: sqlite: got a file that another process keeps locked \(.*SQLITE_BUSY/;
const FULL = /^status-messenger: sqlite: got a full file or disk \(SQLITE_FULL/;
const DAMAGED = /^status-messenger: sqlite: got a damaged file \(/;
const DAMAGED_CHANNEL = /^status-messenger: sqlite: got a damaged channel \(session:/;
const SOME_DAMAGED =
  'status-messenger: sqlite: got damaged channels (1), expected none; forget those that the log names, or put a backup of the file in its place';
const MISPLACED =
  'status-messenger: sqlite: got a file that was deleted or replaced, expected it where it was opened; put it back, or restart';

/** A connection of somebody else. */
function other(t: TestContext, file: string): Libsql.Database {
  const Database: typeof Libsql = createRequire(import.meta.url)('libsql');
  const db = new Database(file);
  t.after(() => db.close());
  return db;
}

function opening(options: SqliteStoreOptions): () => void {
  return () => new SqliteStore({ lockTimeout: 20, ...options }).close();
}

// Locked

test('a file that somebody keeps for himself is told at the start', (t) => {
  const path = directory(t);
  const file = join(path, 'held.db');
  opening({ file: join(path, 'status.db') })();
  copyFileSync(join(path, 'status.db'), file);
  const holder = other(t, file);
  holder.exec('PRAGMA locking_mode=EXCLUSIVE; BEGIN IMMEDIATE; UPDATE store SET version = version; COMMIT');
  assert.throws(opening({ file }), { code: 'unavailable', message: LOCKED });
});

test('while the file is locked what is said is refused, and all goes on when it is free again', async (t) => {
  const { open, file } = storesOver(t);
  const store = open();
  const log = store.retain('session:s');
  await say(store, 'session:s', 'before');
  const holder = other(t, file);
  holder.exec('BEGIN IMMEDIATE');
  const results = await Promise.allSettled([
    say(store, 'session:s', 'refused'),
    say(store, 'session:new', 'refused'),
    store.remember('session:s', { ref: 'r', accepted: true }),
    store.forget('session:s'),
  ]);
  for (const result of results) {
    assert.equal(result.status, 'rejected');
    assert.ok(result.reason instanceof StatusMessengerError);
    assert.equal(result.reason.code, 'unavailable');
    assert.match(result.reason.message, LOCKED);
    assert.ok(!result.reason.message.includes(file), 'strangers may read it');
  }
  assert.equal(log.seq, 1);
  assert.equal(read(log.latestStatus).data, 'before');
  assert.deepEqual(store.user.heard, ['session:s']);
  assert.deepEqual(store.user.forgotten, []);
  assert.deepEqual(log.recall('r'), { ref: 'r', accepted: true }, 'it was carried out, and this process knows it');
  assert.match(store.health() ?? '', LOCKED);
  store.sweep();
  assert.match(store.health() ?? '', LOCKED);
  assert.equal(store.retain('session:s').seq, 1, 'reading goes on');

  holder.exec('ROLLBACK');
  assert.equal(store.health(), undefined, 'also when nobody writes');
  assert.match(await say(store, 'session:s', 'after'), /-2$/);
  assert.match(await say(store, 'session:new', 'after'), /-1$/);
  store.close();
  assert.equal(open().peek('session:s')?.seq, 2);
});

test('a write that succeeds makes the store well again', async (t) => {
  const { open, file } = storesOver(t);
  const store = open();
  const holder = other(t, file);
  holder.exec('BEGIN IMMEDIATE');
  await assert.rejects(say(store, 'session:s'), { message: LOCKED });
  holder.exec('ROLLBACK');
  await say(store, 'session:s');
  holder.exec('BEGIN IMMEDIATE');
  assert.equal(store.health(), undefined);
  holder.exec('ROLLBACK');
});

/** A process that holds the lock until it is told to free it. */
async function holding(t: TestContext, file: string): Promise<() => void> {
  const script = `
    const db = new (require('libsql'))(process.argv[1]);
    db.exec('BEGIN IMMEDIATE');
    console.log('locked');
    process.stdin.once('data', () => setTimeout(() => { db.exec('ROLLBACK'); process.exit(); }, 50));
  `;
  const holder = execFile(process.execPath, ['-e', script, file]);
  t.after(() => holder.kill());
  await new Promise((resolve) => holder.stdout?.once('data', resolve));
  return () => holder.stdin?.write('free it');
}

test('a lock that is given back in time is waited for, also after one that was not', async (t) => {
  const { open, file } = storesOver(t);
  const store = open({ lockTimeout: 3000 });
  const never = other(t, file);
  never.exec('BEGIN IMMEDIATE');
  await assert.rejects(say(store, 'session:s'), { message: LOCKED });
  never.exec('ROLLBACK');
  await say(store, 'session:s');
  const free = await holding(t, file);
  free();
  assert.match(await say(store, 'session:s'), /-2$/);
});

test('behind a messenger: 503, pages are told to come back, and it works again', async (t) => {
  const { file } = storesOver(t);
  const server = await startServer({ apiKey: 'key', store: new SqliteStore({ file, lockTimeout: 20 }) });
  t.after(server.close);
  const page = new WireClient(`${server.url}/s`);
  await page.synced();
  const post = () =>
    fetch(`${server.http}/api/messages`, {
      method: 'POST',
      headers: { authorization: 'Bearer key' },
      body: JSON.stringify({ session_id: 's', type: 'status', data: 'posted' }),
    });
  const holder = other(t, file);
  holder.exec('BEGIN IMMEDIATE');
  const refused = await post();
  assert.equal(refused.status, 503);
  const body: unknown = await refused.json();
  assert.ok(isObject(body) && isObject(body.error));
  assert.equal(body.error.code, 'unavailable');
  const health = await fetch(`${server.http}/healthz`);
  assert.equal(health.status, 503);
  assert.ok(!(await health.text()).includes(file));
  await assert.rejects(server.messenger.sendToSession('s', status('refused')), { code: 'unavailable' });
  holder.exec('ROLLBACK');
  assert.equal((await fetch(`${server.http}/healthz`)).status, 200);
  assert.equal((await post()).status, 201);
  await page.status('posted');
  assert.deepEqual(page.statuses, ['posted']);
  await page.close();
});

// Full

test('a full file refuses what is new, keeps what there is, and takes more once something is forgotten', async (t) => {
  const { open, file } = storesOver(t);
  const store = open({ bytes: 1024 * 1024, tail: { bytes: 1e9 } });
  const text = 'x'.repeat(LIMITS.message / 4);
  let stored = 0;
  const fill = async () => {
    for (;;) {
      await say(store, 'session:s', text);
      stored++;
    }
  };
  await assert.rejects(fill(), { code: 'unavailable', message: FULL });
  assert.ok(stored > 5 && stored <= 16, `${stored}`);
  const both = await Promise.allSettled([say(store, 'session:s', text), say(store, 'session:t', text)]);
  assert.deepEqual(
    both.map((result) => result.status),
    ['rejected', 'rejected'],
    'all of a transaction, or nothing',
  );
  assert.match(store.health() ?? '', FULL);
  assert.equal(store.peek('session:s')?.seq, stored);
  assert.equal(store.peek('session:t'), undefined);
  assert.ok(readFileSync(file).length <= 1024 * 1024);
  store.close();

  const again = open({ bytes: 1024 * 1024, tail: { bytes: 1e9 } });
  assert.equal(again.peek('session:s')?.seq, stored);
  await assert.rejects(say(again, 'session:t', text), { message: FULL });
  await again.forget('session:s');
  assert.equal(again.health(), undefined);
  assert.match(await say(again, 'session:t', text), /-1$/);
});

test('what waits to be stored is bounded', async (t) => {
  const { open } = storesOver(t);
  const store = open({ queue: 10_000 });
  const results = await Promise.allSettled(Array.from({ length: 12 }, () => say(store, 'session:s', 'x'.repeat(970))));
  assert.deepEqual(
    results.map((result) => result.status),
    [...Array(10).fill('fulfilled'), 'rejected', 'rejected'],
  );
  await assert.rejects(say(store, 'session:s', 'x'.repeat(10_000)), {
    code: 'limit',
    message:
      'status-messenger: sqlite: got more than 10000 bytes to store in one turn, expected less; await what send() answers, or raise queue',
  });
  assert.match(await say(store, 'session:s'), /-11$/);
});

// What cannot be opened

test('a directory that is not there, or takes no files', (t) => {
  const path = directory(t);
  const message =
    /^status-messenger: sqlite: got a file that cannot be opened \(.*expected one in a directory that exists/;
  for (const file of [join(path, 'none', 'status.db'), path, '/proc/status.db']) {
    assert.throws(opening({ file }), { code: 'unavailable', message });
  }
  assert.ok(!existsSync(join(path, 'none')));
});

/** As somebody who may write only what all may write. */
function asNobody(run: () => void): void {
  const isRoot = process.getuid?.() === 0;
  if (isRoot) process.seteuid?.(65_534);
  try {
    run();
  } finally {
    if (isRoot) process.seteuid?.(0);
  }
}

test('a file that may only be read, and a directory that takes no files', (t) => {
  const path = directory(t);
  const file = join(path, 'status.db');
  opening({ file })();
  for (const name of readdirSync(path)) chmodSync(join(path, name), 0o444);
  chmodSync(path, 0o555);
  const message = /^status-messenger: sqlite: got a file that cannot be (written|opened) \(.*status.*\.db: /;
  asNobody(() => {
    assert.throws(opening({ file }), { code: 'unavailable', message });
    assert.throws(opening({ file: join(path, 'status-new.db') }), { code: 'unavailable', message });
  });
  chmodSync(path, 0o755);
});

test('a file of something else is left as it is', (t) => {
  const path = directory(t);
  const foreign = join(path, 'foreign.db');
  other(t, foreign).exec('CREATE TABLE mine (a)');
  const named = join(path, 'named.db');
  other(t, named).exec('PRAGMA application_id = 7');
  for (const file of [foreign, named]) {
    const before = readFileSync(file);
    const message = /^status-messenger: sqlite\.file: got a database of something else \(.*; name another file$/;
    assert.throws(opening({ file }), { code: 'invalid', message });
    assert.ok(readFileSync(file).equals(before));
  }
});

test('a file of a newer version is left as it is', (t) => {
  const file = join(directory(t), 'status.db');
  opening({ file })();
  other(t, file).exec('PRAGMA user_version = 2');
  const message = /^status-messenger: sqlite\.file: got a file of a newer version \(2\).*; update status-messenger$/;
  assert.throws(opening({ file }), { code: 'invalid', message });
});

test('an empty file is a new one', async (t) => {
  const file = join(directory(t), 'status.db');
  writeFileSync(file, '');
  const { open } = storesOver(t, file);
  assert.match(await say(open(), 'session:s'), /-1$/);
});

test('options that cannot be are refused', () => {
  const file = '/tmp/never-made.db';
  const cases: Array<[unknown, RegExp]> = [
    [undefined, /sqlite: got nothing, expected an object with file/],
    [{}, /sqlite\.file: got nothing, expected the path of a file/],
    [{ file: '' }, /sqlite\.file: got an empty string/],
    [{ file: ':memory:' }, /sqlite\.file: got string ":memory:".*leave the store out/],
    [{ file, tial: {} }, /sqlite: got "tial", expected file, tail, .*check its spelling/],
    [{ file, tail: { length: 1 } }, /sqlite\.tail: got "length", expected count, bytes, age/],
    [
      { file, tail: { count: 0 } },
      /sqlite\.tail\.count: got number 0, expected a number from 1; leave it out for 1000/,
    ],
    [{ file, synchronous: 'off' }, /sqlite\.synchronous: got string "off", expected "full" or "normal"/],
    [{ file, bytes: 1000 }, /sqlite\.bytes: got number 1000, expected a number from 1048576/],
    [{ file, poll: Number.NaN }, /sqlite\.poll: got number NaN/],
    [{ file, idle: '1 day' }, /sqlite\.idle: got string "1 day"/],
  ];
  for (const [options, message] of cases) {
    assert.throws(() => new SqliteStore(options as SqliteStoreOptions), { code: 'invalid', message });
  }
  assert.ok(!existsSync(file));
});

test('without the package the error says what to install', async () => {
  const store = new URL('../../../server-adapter/channels/sqlite/index.ts', import.meta.url);
  const script = `
    import Module from 'node:module';
    const resolve = Module._resolveFilename;
    Module._resolveFilename = function (name, ...rest) {
      if (name !== 'libsql') return resolve.call(this, name, ...rest);
      throw Object.assign(new Error("Cannot find module 'libsql'"), { code: 'MODULE_NOT_FOUND' });
    };
    const { SqliteStore } = await import('${store}');
    try { new SqliteStore({ file: '/tmp/never-made.db' }); } catch (error) { console.log(error.message); }
  `;
  const run = promisify(execFile);
  const { stdout } = await run(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', script]);
  assert.equal(
    stdout.trim(),
    'status-messenger: sqlite: got no package "libsql", expected it beside status-messenger; run npm install libsql, or npx -p status-messenger -p libsql status-messenger',
  );
});

// Damage

/** A file with some channels in it. */
async function filled(file: string): Promise<Map<string, unknown>> {
  const store = new SqliteStore({ file, tail: { count: 30 } });
  for (let i = 0; i < 12; i++) {
    const length = 30 + 7 * i;
    const texts = Array.from({ length }, (_, k) => `${i} ${k} ${'x'.repeat(k % 10 === 0 ? 9000 : 100)}`);
    await Promise.all(texts.map((text) => say(store, `session:${i}`, text)));
    await store.remember(`session:${i}`, { ref: 'r', accepted: true, reason: 'x'.repeat(300) });
  }
  store.close();
  return contents(file);
}

/** All that can be read of the channels of a file. */
function contents(file: string): Map<string, unknown> {
  const store = new SqliteStore({ file, tail: { count: 30 } });
  try {
    const channels = Array.from({ length: 12 }, (_, i) => {
      const log = store.peek(`session:${i}`);
      const frames = Array.from({ length: log?.seq ?? 0 }, (_, seq) => log?.frame(seq + 1));
      return [`${i}`, [log?.epoch, log?.seq, frames, log?.state(), log?.latestStatus, log?.recall('r')]] as const;
    });
    return new Map<string, unknown>(channels);
  } finally {
    store.close();
  }
}

test('garbage is no file of ours', (t) => {
  const file = join(directory(t), 'status.db');
  writeFileSync(file, 'no database at all. '.repeat(1000));
  assert.throws(opening({ file }), { code: 'unavailable', message: DAMAGED });
  assert.match(readFileSync(file, 'utf8'), /^no database/, 'it is left as it is');
});

test('a file that was cut off', async (t) => {
  const path = directory(t);
  const file = join(path, 'status.db');
  await filled(file);
  const whole = readFileSync(file).length;
  for (const length of [100, 4096, whole / 2, whole - 4096]) {
    const cut = join(path, `cut-${length}.db`);
    copyFileSync(file, cut);
    truncateSync(cut, Math.floor(length));
    assert.throws(opening({ file: cut }), { code: 'unavailable', message: DAMAGED });
  }
});

test(`a page that was overwritten is told, or nothing was in it: never is anything missing (SEED=${seed})`, async (t) => {
  const random = seededRandom(seed);
  const path = directory(t);
  const file = join(path, 'status.db');
  const before = await filled(file);
  const bytes = readFileSync(file);
  const pages = bytes.length / 4096;
  mkdirSync(join(path, 'damaged'));
  let told = 0;
  for (let round = 0; round < 60; round++) {
    const damaged = Buffer.from(bytes);
    const page = damaged.subarray(4096 * Math.floor(random() * pages)).subarray(0, 4096);
    const from = 4096 * Math.floor(random() * pages);
    const kind = Math.floor(random() * 4);
    if (kind === 0) page.fill(0);
    else if (kind === 1) page.fill(0xff);
    else if (kind === 2) page.set(Array.from({ length: 4096 }, () => Math.floor(random() * 256)));
    else page.set(bytes.subarray(from, from + 4096));
    const copy = join(path, 'damaged', `${round}.db`);
    writeFileSync(copy, damaged);
    try {
      assert.deepEqual(contents(copy), before);
    } catch (error) {
      if (!(error instanceof StatusMessengerError)) throw error;
      told++;
      assert.match(
        error.message,
        /^status-messenger: sqlite(\.file)?: got (a damaged (file|channel)|a database of something else)/,
      );
    }
  }
  assert.ok(told > 30, `${told}`);
});

test('a part of the file that looks sound and is empty', async (t) => {
  const path = directory(t);
  const file = join(path, 'status.db');
  await filled(file);
  const bytes = readFileSync(file);
  for (const [name, kind] of [
    ['sqlite_autoindex_channels_1', 0x0a],
    ['channels', 0x0d],
    ['messages', 0x0a],
    ['snapshots', 0x0d],
    ['answers', 0x0a],
    ['store', 0x0d],
  ] as const) {
    const row: unknown = other(t, file).prepare('SELECT rootpage FROM sqlite_master WHERE name = ?').get([name]);
    assert.ok(isObject(row) && typeof row.rootpage === 'number');
    const emptied = Buffer.from(bytes);
    const page = emptied.subarray(4096 * (row.rootpage - 1)).subarray(0, 4096);
    page.fill(0).writeUInt8(kind);
    page.writeUInt16BE(4096, 5);
    const copy = join(path, `${name}.db`);
    writeFileSync(copy, emptied);
    assert.throws(() => contents(copy), { code: 'unavailable', message: DAMAGED }, name);
  }
});

for (const damage of [
  `UPDATE messages SET frame = 'no message' WHERE channel = 1`,
  `UPDATE messages SET frame = replace(frame, 'whole', 'other') WHERE channel = 1`,
  'DELETE FROM messages WHERE channel = 1 AND seq = 9',
  'DELETE FROM messages WHERE channel = 1 AND seq = 8',
  'DELETE FROM snapshots WHERE channel = 1',
  'UPDATE snapshots SET seq = 1 WHERE channel = 1',
  `UPDATE snapshots SET status = '' WHERE channel = 1`,
  'DELETE FROM answers WHERE channel = 1',
]) {
  test(`one channel that is damaged does not keep the others from going on: ${damage}`, async (t) => {
    const { open, file } = storesOver(t);
    const store = open({ tail: { count: 8 } });
    for (const name of ['session:bad', 'session:good'] as const) {
      for (let i = 0; i < 9; i++) await say(store, name, 'whole');
      await store.remember(name, { ref: 'r', accepted: true });
    }
    store.close();
    other(t, file).exec(damage);
    const again = open({ tail: { count: 8 } });
    const bad = { code: 'unavailable', message: DAMAGED_CHANNEL };
    assert.equal(again.health(), undefined);
    assert.throws(() => again.peek('session:bad'), bad);
    assert.throws(() => again.retain('session:bad'), bad);
    const [refused, stored] = await Promise.allSettled([say(again, 'session:bad'), say(again, 'session:good')]);
    assert.equal(refused?.status, 'rejected');
    assert.equal(stored?.status, 'fulfilled');
    assert.equal(again.health(), SOME_DAMAGED, 'also when others can be written');
    await again.forget('session:bad');
    assert.equal(again.health(), undefined);
    assert.match(await say(again, 'session:bad'), /-1$/);
  });
}

test('behind a messenger: a damaged channel is told by 503, which names nobody, until it is forgotten', async (t) => {
  const { open, file } = storesOver(t);
  const before = open();
  await say(before, 'session:bad');
  before.close();
  other(t, file).exec(`UPDATE messages SET frame = 'no message'`);
  const server = await startServer({ store: new SqliteStore({ file }) });
  t.after(server.close);
  const health = () => fetch(`${server.http}/healthz`);
  assert.equal((await health()).status, 200);
  const page = new WireClient(`${server.url}/bad`);
  assert.equal((await page.closed()).code, 1013);
  await server.messenger.sendToSession('good', status('stored'));
  const answer = await health();
  assert.equal(answer.status, 503);
  assert.ok(!(await answer.text()).includes('session:'));
  await server.messenger.forget('session:bad');
  assert.equal((await health()).status, 200);
});

test('a damaged channel is none any more once another store has forgotten it', async (t) => {
  const { open, file } = storesOver(t);
  const before = open();
  await say(before, 'session:s');
  before.close();
  other(t, file).exec(`UPDATE messages SET frame = 'no message'`);
  const [a, b] = [open(), open()];
  assert.throws(() => a.peek('session:s'), { message: DAMAGED_CHANNEL });
  assert.equal(a.health(), SOME_DAMAGED);
  await b.forget('session:s');
  assert.equal(a.health(), undefined);
});

test('a file that is damaged outside of its channels is not well again because it can be written', async (t) => {
  const { open, file } = storesOver(t);
  const store = open();
  await say(store, 'session:s');
  other(t, file).exec('DELETE FROM store');
  await assert.rejects(say(store, 'session:s'), { message: DAMAGED });
  assert.match(store.health() ?? '', DAMAGED);
  assert.match(store.health() ?? '', DAMAGED);
});

test('a channel that becomes damaged while it is watched is taken up again once it is whole', async (t) => {
  const { open, file, clock } = storesOver(t);
  const [a, b] = [open(), open()];
  const log = b.retain('session:s');
  await say(a, 'session:s', 'one');
  const holder = other(t, file);
  const { frame } = holder.prepare('SELECT frame FROM messages').get([]) as { frame: string };
  holder.exec(`UPDATE messages SET frame = 'no message'`);
  clock.advance(25);
  assert.equal(log.seq, 0);
  assert.throws(() => b.retain('session:s'), { message: DAMAGED_CHANNEL });
  assert.equal(b.health(), SOME_DAMAGED);
  const [refused, stored] = await Promise.allSettled([say(b, 'session:s'), say(b, 'session:t')]);
  assert.equal(refused?.status, 'rejected');
  assert.equal(stored?.status, 'fulfilled');
  holder.prepare('UPDATE messages SET frame = ? WHERE channel = 1').run([frame]);
  assert.match(await say(b, 'session:s', 'two'), /-2$/);
  assert.equal(read(log.frame(1)).data, 'one');
  assert.equal(b.health(), undefined);
});

// Gone

test('into a file that was deleted nothing is said any more', async (t) => {
  const { open, file } = storesOver(t);
  const [store, idle] = [open(), open()];
  await say(store, 'session:s', 'kept');
  for (const part of ['', '-wal', '-shm']) rmSync(`${file}${part}`);
  const gone = { code: 'unavailable', message: MISPLACED };
  await assert.rejects(say(store, 'session:s'), gone);
  await assert.rejects(store.remember('session:s', { ref: 'r', accepted: true }), gone);
  await assert.rejects(store.forget('session:s'), gone);
  store.sweep();
  assert.equal(store.health(), MISPLACED);
  assert.equal(idle.health(), MISPLACED, 'also where nobody writes');
  assert.equal(read(store.peek('session:s')?.latestStatus).data, 'kept');
});

test('a file that was replaced takes nothing until it is back in its place', async (t) => {
  const { open, file } = storesOver(t);
  const store = open();
  await say(store, 'session:s');
  renameSync(file, `${file}.away`);
  copyFileSync(`${file}.away`, file);
  assert.equal(store.health(), MISPLACED);
  await assert.rejects(say(store, 'session:s'), { message: MISPLACED });
  renameSync(`${file}.away`, file);
  assert.equal(store.health(), undefined);
  assert.match(await say(store, 'session:s'), /-2$/);
  store.close();
  assert.equal(open().peek('session:s')?.seq, 2);
});

// Bugs

/** The next warning of this process. */
async function warning(): Promise<string> {
  const [{ name, message }] = await once(process, 'warning');
  assert.equal(name, 'StatusMessengerWarning');
  return message;
}

test('who listens and throws keeps nothing from being stored, and the process is warned', async (t) => {
  const { open } = storesOver(t);
  const store = open({ channels: 2 });
  const warned = warning();
  store.user.onAppended = () => {
    throw new Error('a listener threw');
  };
  const said = [say(store, 'session:a'), say(store, 'session:a'), say(store, 'session:b')];
  assert.deepEqual(
    (await Promise.all(said)).map((id) => id.slice(-2)),
    ['-1', '-2', '-1'],
  );
  assert.match(await warned, /^status-messenger: sqlite: Error: a listener threw\n +at /);
  store.user.onAppended = () => {};
  assert.match(await say(store, 'session:a'), /-3$/);
  assert.equal(store.health(), undefined);
});

test('what could not be published is stored, and keeps no others waiting', async (t) => {
  const { open } = storesOver(t);
  const store = open();
  const log = store.retain('session:a');
  Object.assign(log, {
    append() {
      throw new Error('a bug');
    },
  });
  const [failed, stored] = await Promise.allSettled([say(store, 'session:a', 'one'), say(store, 'session:b')]);
  assert.deepEqual([failed?.status, stored?.status], ['rejected', 'fulfilled']);
  assert.equal(log.seq, 0);
  Reflect.deleteProperty(log, 'append');
  assert.match(await say(store, 'session:a', 'two'), /-2$/);
  assert.equal(read(log.frame(1)).data, 'one');
  store.release('session:a');
  store.close();
  assert.equal(open().peek('session:a')?.seq, 2);
});

test('a bug where nobody waits is told to the process, once', async (t) => {
  const { open, clock } = storesOver(t);
  const [a, b] = [open(), open()];
  const log = b.retain('session:s');
  for (const method of ['expire', 'add'] as const) {
    Object.assign(log, {
      [method]() {
        throw new TypeError(`a bug in ${method}`);
      },
    });
  }
  const swept = warning();
  for (let i = 0; i < 3; i++) b.sweep();
  assert.match(await swept, /TypeError: a bug in expire\n +at /);
  await say(a, 'session:t');
  await say(b, 'session:s');
  const polled = warning();
  await say(a, 'session:s');
  clock.advance(25);
  assert.match(await polled, /TypeError: a bug in add\n +at /);
  assert.equal(b.health(), undefined);
});
