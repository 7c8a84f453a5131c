import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import type Libsql from 'libsql';
import { SqliteStore } from '../../../server-adapter/channels/sqlite/index.js';
import { conformance } from './conformance.js';
import { directory, say, storesOver } from './support.js';

conformance('sqlite', (t, options) => new SqliteStore({ file: join(directory(t), 'status.db'), ...options }));

/** The connections of the driver that somebody says something on from here on. */
function watchConnections(t: TestContext): ReadonlySet<Libsql.Database> {
  const { prototype }: typeof Libsql = createRequire(import.meta.url)('libsql');
  const connections = new Set<Libsql.Database>();
  const { exec } = prototype;
  t.mock.method(prototype, 'exec', function (this: Libsql.Database, sql: string) {
    connections.add(this);
    return exec.call(this, sql);
  });
  return connections;
}

for (const [synchronous, level] of [
  ['full', 2],
  ['normal', 1],
  [undefined, 2],
] as const) {
  test(`synchronous: ${synchronous ?? 'full by default'}, for as long as it is open`, async (t) => {
    const connections = watchConnections(t);
    const { open } = storesOver(t);
    const store = open(synchronous === undefined ? {} : { synchronous });
    const [connection, ...others] = connections;
    assert.ok(connection && others.length === 0, 'a store has one connection');
    const isLevel = () => assert.deepEqual(connection.pragma('synchronous'), [{ synchronous: level }]);
    isLevel();
    await say(store, 'session:s');
    await store.forget('session:s');
    store.sweep();
    isLevel();
  });
}

/** Bytes of the header of a write-ahead log, and of each page in it (https://sqlite.org/fileformat2.html#the_write_ahead_log). */
const WAL_HEADER = 32;
const FRAME_HEADER = 24;

/** How many transactions stand in the write-ahead log of a file. */
function transactions(file: string): number {
  const wal = readFileSync(`${file}-wal`);
  if (wal.length === 0) return 0;
  const frame = FRAME_HEADER + wal.readUInt32BE(8);
  let count = 0;
  // The last page of a transaction tells how large the file is then; the others tell nothing.
  for (let at = WAL_HEADER; at < wal.length; at += frame) if (wal.readUInt32BE(at + 4) > 0) count++;
  return count;
}

test('what one turn of the event loop says is one transaction, whoever says it, and no more', async (t) => {
  const { file, open } = storesOver(t);
  const store = open();
  const before = transactions(file);
  for (let turn = 1; turn <= 3; turn++) {
    const stored: Promise<unknown>[] = [];
    for (let i = 0; i < 100; i++) stored.push(say(store, `session:${i % 10}`, `${turn} ${i}`));
    for (let i = 0; i < 10; i++) stored.push(store.remember(`session:${i}`, { ref: `${turn} ${i}`, accepted: true }));
    assert.equal(transactions(file), before + turn - 1, 'it has not ended');
    await Promise.all(stored);
    assert.equal(transactions(file), before + turn);
  }
  assert.equal(store.peek('session:0')?.seq, 30);
});

test('what does not fit leaves the rest of its turn in one transaction', async (t) => {
  const { file, open } = storesOver(t);
  const store = open({ queue: 1000 });
  const before = transactions(file);
  const stored = Promise.allSettled(['a', 'b', 'x'.repeat(1000), 'c'].map((text) => say(store, 'session:s', text)));
  assert.deepEqual(
    (await stored).map(({ status }) => status),
    ['fulfilled', 'fulfilled', 'rejected', 'fulfilled'],
  );
  assert.equal(transactions(file), before + 1);
});
