import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { test } from 'node:test';
import { ManualClock, seededRandom } from '../../../components/testing/index.js';
import { type ChannelName, parsePosition } from '../../../protocol/index.js';
import { SqliteStore } from '../../../server-adapter/channels/sqlite/index.js';
import { seedFromEnvironment } from '../../helpers/random.js';
import { startServer } from '../../helpers/server.js';
import { WireClient } from '../../helpers/wire-client.js';
import { HOUR, Listener, read, say, status, storesOver, tail } from './support.js';

// Several processes share a file, as while one takes over from another. Here they are stores of one process: to SQLite that is the same.

const seed = seedFromEnvironment();
const POLL = 25;

test('one store hears of what another stores, soon and in its order', async (t) => {
  const { open, clock } = storesOver(t);
  const [a, b] = [open(), open()];
  const log = b.retain('session:s');
  const position = await say(a, 'session:s', 'from a');
  await a.remember('session:s', { ref: 'r', accepted: true });
  assert.equal(log.seq, 0);
  clock.advance(POLL);
  assert.equal(log.seq, 1);
  assert.equal(read(log.frame(1)).id, position);
  assert.deepEqual(log.recall('r'), { ref: 'r', accepted: true });
  assert.deepEqual(b.user.forgotten, [], 'an epoch that nothing was stored under was not binding');
  const heard = b.user.heard.length;
  assert.ok(heard > 0);
  clock.advance(10 * POLL);
  assert.equal(b.user.heard.length, heard, 'nothing new, nothing told');
  await a.remember('session:s', { ref: 'later', accepted: false });
  await say(a, 'session:s', 'later');
  clock.advance(POLL);
  assert.deepEqual(log.recall('later'), { ref: 'later', accepted: false });
  assert.equal(read(log.latestStatus).data, 'later');
});

test('it looks for news only while a channel is held', (t) => {
  const { open, clock } = storesOver(t);
  const store = open();
  assert.equal(clock.waiting, 0);
  store.retain('session:a');
  store.retain('session:b');
  assert.equal(clock.waiting, 1);
  store.release('session:a');
  store.release('session:b');
  clock.advance(POLL);
  assert.equal(clock.waiting, 0);
  store.retain('session:a');
  assert.equal(clock.waiting, 1);
});

test('a channel that nobody holds is as the file has it when it is asked for', async (t) => {
  const { open } = storesOver(t);
  const [a, b] = [open(), open()];
  await say(a, 'session:s', 'one');
  assert.equal(b.peek('session:s')?.seq, 1);
  await say(a, 'session:s', 'two');
  assert.equal(read(b.peek('session:s')?.latestStatus).data, 'two');
  assert.equal(b.retain('session:s').seq, 2);
});

test('positions never collide, whoever writes', async (t) => {
  const { open } = storesOver(t);
  const stores = [open(), open(), open()] as const;
  const logs = stores.map((store) => store.retain('session:s'));
  const positions = await Promise.all(
    Array.from({ length: 300 }, (_, i) => say(stores[i % 3] ?? stores[0], 'session:s', `${i}`)),
  );
  const parsed = positions.map(parsePosition);
  assert.equal(new Set(parsed.map((position) => position?.epoch)).size, 1);
  const seqs = parsed.map((position) => position?.seq ?? 0).sort((x, y) => x - y);
  assert.deepEqual(
    seqs,
    seqs.map((_, i) => i + 1),
  );
  for (const store of stores) store.peek('session:s');
  const texts = logs.map((log) => tail(log).map((seq) => log.frame(seq)));
  assert.equal(texts[0]?.length, 300);
  assert.deepEqual(texts[1], texts[0]);
  assert.deepEqual(texts[2], texts[0]);
});

test(`stores with different bounds agree on everything they both keep (SEED=${seed})`, async (t) => {
  const random = seededRandom(seed);
  const { open, clock } = storesOver(t);
  const stores = [open({ tail: { count: 5 } }), open({ tail: { count: 12 } }), open({ tail: { bytes: 900 } })] as const;
  const names: ChannelName[] = ['session:a', 'session:b', 'user:c'];
  const said = new Map<ChannelName, string[]>();
  for (let step = 0; step < 250; step++) {
    const store = stores[Math.floor(random() * 3)] ?? stores[0];
    const name = names[Math.floor(random() * 3)] ?? 'session:a';
    const drawn = random();
    if (drawn < 0.7) {
      const texts = Array.from({ length: 1 + Math.floor(random() * 4) }, (_, i) => `${step} ${i}`);
      await Promise.all(texts.map((text) => say(store, name, text)));
      said.set(name, [...(said.get(name) ?? []), ...texts]);
    } else if (drawn < 0.74) {
      await store.forget(name);
      said.delete(name);
    } else if (drawn < 0.8) store.sweep();
    else if (drawn < 0.9) store.retain(name);
    else store.release(name, true);
    clock.advance(Math.floor(random() * 20));
  }
  clock.advance(POLL);
  const later = open();
  for (const name of names) {
    const texts = said.get(name) ?? [];
    const logs = [...stores, later].map((store) => store.retain(name));
    for (const log of logs) {
      assert.equal(log.seq, texts.length);
      if (texts.length > 0) assert.equal(log.epoch, logs[0]?.epoch);
      assert.deepEqual(log.state(), logs[0]?.state());
      assert.deepEqual(
        log.state().messages.map(({ data }) => data),
        texts.slice(-200),
      );
      for (const seq of tail(log)) assert.equal(read(log.frame(seq)).data, texts[seq - 1]);
    }
  }
  for (const store of stores) assert.equal(store.health(), undefined);
});

test('several processes may open a new file at once', async (t) => {
  const { file, open } = storesOver(t);
  const store = new URL('../../../server-adapter/channels/sqlite/index.ts', import.meta.url);
  const script = `
    const { SqliteStore } = await import('${store}');
    process.stdout.write('ready');
    await new Promise((resolve) => process.stdin.once('data', resolve));
    const store = new SqliteStore({ file: process.argv[1], lockTimeout: 60_000 });
    for (let i = 0; i < 5; i++) {
      await store.append('session:s', { type: 'status', head: '{"type":"status","data":""', isPlainStatus: true });
    }
    store.close();
    process.stdin.destroy();
  `;
  const children = Array.from({ length: 4 }, () => {
    const child = spawn(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', script, file]);
    t.after(() => child.kill());
    child.stderr.pipe(process.stderr);
    return { child, ready: once(child.stdout, 'data'), exited: once(child, 'exit') };
  });
  await Promise.all(children.map(({ ready }) => ready));
  for (const { child } of children) child.stdin.write('go');
  for (const { exited } of children) assert.deepEqual(await exited, [0, null]);
  assert.equal(open().peek('session:s')?.seq, 20);
});

test('a store that has fallen behind what the file still keeps takes it up anew', async (t) => {
  const { open, clock } = storesOver(t);
  const [a, b] = [open({ tail: { count: 4 } }), open()];
  await say(a, 'session:s', '0');
  const log = b.retain('session:s');
  let readable = 0;
  b.user.onDropping = () => {
    readable = log.seq;
  };
  for (let i = 1; i <= 20; i++) await say(a, 'session:s', `${i}`);
  clock.advance(POLL);
  assert.equal(readable, 1, 'who is behind is told before anything goes');
  assert.equal(log.seq, 21);
  assert.equal(log.canContinue({ epoch: log.epoch, seq: 1 }), false);
  assert.equal(log.canContinue({ epoch: log.epoch, seq: 20 }), true);
  assert.equal(log.state().messages.length, 21);
});

test('a channel that another store forgets starts over here, too', async (t) => {
  const { open, clock } = storesOver(t);
  const [a, b] = [open(), open()];
  const held = b.retain('session:s');
  await say(b, 'session:s', 'secret');
  await say(b, 'session:free', 'secret');
  const { epoch } = held;
  await a.forget('session:s');
  await a.forget('session:free');
  clock.advance(POLL);
  assert.deepEqual(b.user.forgotten.sort(), ['session:free', 'session:s']);
  assert.notEqual(held.epoch, epoch);
  assert.deepEqual([held.seq, held.latestStatus], [0, undefined]);
  assert.equal(b.peek('session:free'), undefined);
  const anew = await say(a, 'session:s', 'anew');
  assert.equal(await say(b, 'session:s', 'and more'), anew.replace(/1$/, '2'));
  assert.equal(read(held.frame(1)).id, anew);
});

test('a channel that another store forgot and began again is the new one', async (t) => {
  const { open, clock } = storesOver(t);
  const [a, b] = [open(), open()];
  const held = b.retain('session:s');
  await say(b, 'session:s', 'secret');
  await b.remember('session:s', { ref: 'r', accepted: true });
  await a.forget('session:s');
  const anew = await say(a, 'session:s', 'anew');
  clock.advance(POLL);
  assert.deepEqual(b.user.forgotten, ['session:s']);
  assert.equal(read(held.frame(1)).id, anew);
  assert.equal(held.recall('r'), undefined);
});

test('the answer that was stored first stands', async (t) => {
  const { open } = storesOver(t);
  const [a, b] = [open(), open()];
  const [first, second] = [a.retain('session:s'), b.retain('session:s')];
  const done = [
    a.remember('session:s', { ref: 'r', accepted: true }),
    b.remember('session:s', { ref: 'r', accepted: false }),
  ];
  await Promise.all(done);
  assert.deepEqual([first.recall('r'), second.recall('r')], Array(2).fill({ ref: 'r', accepted: true }));
  a.close();
  b.close();
  assert.deepEqual(open().peek('session:s')?.recall('r'), { ref: 'r', accepted: true });
});

test('what waits to be stored is known, also when another store begins the channel meanwhile', async (t) => {
  const { open } = storesOver(t);
  const [a, b] = [open(), open()];
  const log = b.retain('session:s');
  await say(a, 'session:s', 'first');
  const ack = { ref: 'r', accepted: true };
  const remembered = b.remember('session:s', ack);
  assert.equal(b.peek('session:s')?.seq, 1);
  assert.deepEqual(await log.recall('r'), ack);
  await remembered;
  assert.deepEqual(log.recall('r'), ack);
});

test('what one store is holding is not idle for another', async (t) => {
  const { open, clock } = storesOver(t);
  const [a, b] = [open({ idle: HOUR }), open({ idle: HOUR })];
  await say(a, 'session:s');
  const log = a.retain('session:s');
  for (let i = 0; i < 10; i++) {
    clock.advance(HOUR / 4);
    b.sweep();
    a.sweep();
  }
  assert.equal(log.seq, 1);
  assert.deepEqual([...a.user.forgotten, ...b.user.forgotten], []);
});

test('what one store is holding does not make room for another', async (t) => {
  const { open, clock } = storesOver(t);
  const [a, b] = [open({ channels: 2 }), open({ channels: 2 })];
  await say(a, 'session:watched');
  clock.advance(1);
  await say(a, 'session:free');
  const log = b.retain('session:watched');
  clock.advance(60_001);
  b.sweep();
  await say(a, 'session:new');
  clock.advance(POLL);
  assert.deepEqual(a.user.forgotten, ['session:free']);
  assert.equal(log.seq, 1);
});

test('pages of two servers over one file see the same, and one takes over from the other', async (t) => {
  const { file } = storesOver(t);
  const old = await startServer({ store: new SqliteStore({ file }) });
  const young = await startServer({ store: new SqliteStore({ file }) });
  t.after(young.close);
  const [first, second] = [new WireClient(`${old.url}/s`), new WireClient(`${young.url}/s`)];
  await Promise.all([first.synced(), second.synced()]);
  await old.messenger.sendToSession('s', status('from the old one'));
  await second.status('from the old one');
  const { id } = await young.messenger.sendToSession('s', status('from the young one'));
  await first.status('from the young one');
  await old.messenger.sendToSession('s', status('last words'));
  await old.close();
  const moved = new WireClient(`${young.url}/s?after=${id}`);
  await moved.synced();
  assert.deepEqual(moved.statuses, ['last words']);
  assert.equal(moved.frames.filter(({ type }) => type === 'snapshot').length, 0);
  await Promise.all([second.close(), moved.close()]);
});

const LEASE = 10_000;

test('of all processes one has the work of a channel, and another gets it when that is done with it', async (t) => {
  const { open } = storesOver(t);
  const [a, b] = [open(), open()];
  assert.deepEqual(await Promise.all([a.claim('task:t'), b.claim('task:t')]), ['granted', 'taken']);
  await a.unclaim('task:t');
  assert.equal(await b.claim('task:t'), 'granted');
  await a.unclaim('task:t', true);
  assert.equal(await a.claim('task:t'), 'taken', 'only who has it gives it back');
  await b.unclaim('task:t', true);
  assert.equal(await a.claim('task:t'), 'done');
});

test('the work of a process that is gone lapses, and is taken over once', async (t) => {
  const { open, clock, file } = storesOver(t);
  const [a, b] = [open(), open()];
  assert.equal(await a.claim('task:t'), 'granted');
  assert.equal(await a.claim('session:s'), 'granted');
  clock.advance(3 * LEASE);
  assert.equal(await b.claim('task:t'), 'taken', 'it says that it lives');
  // As if it were gone: its clock stands still.
  const gone = new SqliteStore({ file, clock: new ManualClock(clock.now()) });
  t.after(() => gone.close());
  assert.equal(await gone.claim('task:of-the-dead'), 'granted');
  assert.deepEqual(b.lapsed('task'), []);
  clock.advance(LEASE);
  assert.deepEqual(b.lapsed('task'), ['task:of-the-dead']);
  assert.deepEqual(b.lapsed('session'), []);
  assert.deepEqual(await Promise.all([a.claim('task:of-the-dead'), b.claim('task:of-the-dead')]), [
    'inherited',
    'taken',
  ]);
  assert.deepEqual(b.lapsed('task'), []);
});

test('a process that stood still hears which work was taken from it', async (t) => {
  const { open, clock, file } = storesOver(t);
  const b = open();
  const slow = new ManualClock(clock.now());
  const a = new SqliteStore({ file, clock: slow });
  const user = new Listener();
  a.use(user);
  t.after(() => a.close());
  assert.equal(await a.claim('task:kept'), 'granted');
  assert.equal(await a.claim('task:taken'), 'granted');
  clock.advance(LEASE);
  assert.equal(await b.claim('task:taken'), 'inherited');
  slow.advance(LEASE);
  assert.deepEqual(user.lostWork, ['task:taken']);
  assert.equal(await b.claim('task:kept'), 'taken');
});

test('work that was inherited is held, done for good and lost like any other', async (t) => {
  const { open, clock, file } = storesOver(t);
  const [a, b] = [open(), open()];
  const names = ['task:held', 'task:lost'] as const;
  for (const name of names) assert.equal(await a.claim(name), 'granted');
  a.close();
  const slow = new ManualClock(clock.now());
  const heir = new SqliteStore({ file, clock: slow });
  const user = new Listener();
  heir.use(user);
  t.after(() => heir.close());
  for (const name of names) assert.equal(await heir.claim(name), 'inherited');
  for (let i = 0; i < 6; i++) for (const each of [clock, slow]) each.advance(LEASE / 2);
  assert.equal(await b.claim('task:held'), 'taken', 'it says that it lives');
  await heir.unclaim('task:held', true);
  assert.equal(await b.claim('task:held'), 'done');
  clock.advance(LEASE);
  assert.equal(await b.claim('task:lost'), 'inherited');
  slow.advance(LEASE);
  assert.deepEqual(user.lostWork, ['task:lost']);
});

test('a process that closes gives its work back', async (t) => {
  const { open } = storesOver(t);
  const [a, b] = [open(), open()];
  await a.claim('task:t');
  await a.claim('task:done');
  await a.unclaim('task:done', true);
  a.close();
  assert.equal(await b.claim('task:t'), 'inherited');
  assert.equal(await b.claim('task:done'), 'done');
});
