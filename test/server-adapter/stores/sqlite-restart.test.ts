import assert from 'node:assert/strict';
import { statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { type TestContext, test } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import type Libsql from 'libsql';
import { type ChannelName, isObject, parsePosition } from '../../../protocol/index.js';
import { SqliteStore } from '../../../server-adapter/channels/sqlite/index.js';
import { startServer } from '../../helpers/server.js';
import { WireClient } from '../../helpers/wire-client.js';
import { HOUR, NOW, read, say, status, storesOver, tail } from './support.js';

/** What a query finds in a file. */
function query(t: TestContext, file: string, sql: string): unknown[] {
  const Database: typeof Libsql = createRequire(import.meta.url)('libsql');
  const db = new Database(file);
  t.after(() => db.close());
  return db.prepare(sql).all([]);
}

test('what was stored is there when the file is opened again: epoch, messages, state, latest status, answers', async (t) => {
  const { open } = storesOver(t);
  const before = open({ tail: { count: 16 } });
  const log = before.retain('session:s');
  await say(before, 'session:s', 'the latest status');
  for (let i = 0; i < 40; i++) await say(before, 'session:s', { type: 'event', data: { event: 'tool_started', i } });
  await before.remember('session:s', { ref: 'r', accepted: true, by: 'me' });
  const end = { questionId: 'q', outcome: 'answered', answer: 'ä' } as const;
  await before.transact('session:s', () => ({ ended: [end] }));
  const frames = tail(log).map((seq) => log.frame(seq));
  before.close();

  const after = open({ tail: { count: 16 } });
  const again = after.retain('session:s');
  assert.notEqual(again, log);
  assert.equal(again.epoch, log.epoch);
  assert.equal(again.seq, 41);
  assert.deepEqual(
    tail(again).map((seq) => again.frame(seq)),
    frames,
  );
  assert.ok(frames.length <= 16 && frames.length >= 14);
  assert.deepEqual(again.state(), log.state());
  assert.equal(read(again.latestStatus).data, 'the latest status');
  assert.deepEqual(again.recall('r'), { ref: 'r', accepted: true, by: 'me' });
  assert.deepEqual(again.ended('q'), end);
  assert.equal(await say(after, 'session:s'), `${log.epoch}-42`);
});

test('peek finds at once what is in the file, and holds nothing', async (t) => {
  const { open } = storesOver(t);
  const before = open();
  await say(before, 'session:s', 'kept');
  before.close();
  const after = open();
  assert.equal(read(after.peek('session:s')?.latestStatus).data, 'kept');
  assert.equal(after.peek('session:none'), undefined);
});

test('the file keeps no more than the tail and a snapshot, also after tighter bounds', async (t) => {
  const { open, file } = storesOver(t);
  const text = 'x'.repeat(10_000);
  const store = open({ tail: { count: 10 } });
  for (let i = 0; i < 500; i++) await say(store, 'session:s', text);
  store.close();
  // Five megabytes were said; what is left are ten messages and the last 88 KiB of them in the state.
  assert.ok(statSync(file).size < 600_000, `${statSync(file).size}`);
  const tighter = open({ tail: { count: 2 } });
  assert.equal(tail(tighter.retain('session:s')).length, 2);
  tighter.sweep();
  tighter.close();
  const wide = open();
  assert.deepEqual(tail(wide.retain('session:s')), [499, 500]);
});

test('the file keeps what was answered to the last ten thousand frames of a channel, and of inputs also that they were handed out', async (t) => {
  const { open, file } = storesOver(t);
  const store = open();
  const refs = Array.from({ length: 10_050 }, (_, i) => `r${i}`);
  await Promise.all(
    refs.flatMap((ref) => [
      store.remember('session:s', { ref, accepted: false, reason: 'interrupted' }),
      store.remember('session:s', { ref, accepted: true }),
    ]),
  );
  store.close();
  assert.equal(query(t, file, 'SELECT number FROM answers').length, 20_000);
  const again = open().peek('session:s');
  const accepted = (ref: string) => {
    const ack = again?.recall(ref);
    return ack && 'accepted' in ack && ack.accepted;
  };
  assert.deepEqual(
    refs.filter((ref) => accepted(ref)),
    refs.slice(50),
  );
});

test('what is too old is folded also in channels that are not in memory', async (t) => {
  const { open, clock } = storesOver(t);
  const store = open();
  for (const text of ['one', 'two', 'three']) await say(store, 'session:s', text);
  store.close();
  clock.advance(HOUR + 1);
  const sweeper = open();
  sweeper.sweep();
  sweeper.close();
  const wide = open({ tail: { age: 10 * HOUR } });
  const log = wide.retain('session:s');
  assert.deepEqual(tail(log), [3]);
  assert.equal(log.state().messages.length, 3);
});

test('channels that cannot be shortened keep no others from it', async (t) => {
  const { open, file, clock } = storesOver(t);
  const before = open();
  for (let i = 0; i < 2; i++) await say(before, 'session:old');
  clock.advance(HOUR + 1);
  const names = Array.from({ length: 250 }, (_, i): ChannelName => `session:${i}`);
  await Promise.all([...names, ...names].map((name) => say(before, name)));
  before.close();
  // They look as if they were, and have young messages only.
  query(t, file, `UPDATE channels SET oldest = 0 WHERE name <> 'session:old' RETURNING id`);
  const store = open();
  const isShort = () => query(t, file, `SELECT 1 FROM channels WHERE name = 'session:old' AND first = 2`).length === 1;
  store.sweep();
  store.sweep();
  assert.equal(isShort(), false);
  store.sweep();
  assert.equal(isShort(), true);
  for (let i = 0; i < 2; i++) await say(store, 'session:0');
  clock.advance(HOUR + 1);
  for (let i = 0; i < 3; i++) store.sweep();
  assert.deepEqual(query(t, file, 'SELECT 1 FROM channels WHERE first < seq'), [], 'and all have their turn again');
});

test('a channel is as old as its first message, not as an answer before that', async (t) => {
  const { open, file, clock } = storesOver(t);
  const store = open();
  await store.remember('session:s', { ref: 'r', accepted: true });
  clock.advance(HOUR);
  await say(store, 'session:s');
  assert.deepEqual(query(t, file, 'SELECT oldest FROM channels'), [{ oldest: NOW + HOUR }]);
});

test('what was begun while the clock was wrong is there after a restart, too', async (t) => {
  const { open, clock } = storesOver(t);
  clock.set(-NOW);
  const before = open({ cache: 1 });
  for (const name of ['session:a', 'session:b'] as const) await say(before, name, 'begun in 1970');
  clock.set(NOW);
  before.sweep();
  before.close();
  const after = open();
  after.sweep();
  assert.deepEqual([after.peek('session:a')?.seq, after.peek('session:b')?.seq], [1, 1]);
});

test('what was there before is there, although the clock was wrong while another process wrote to it', async (t) => {
  const { open, clock } = storesOver(t);
  const before = open();
  await say(before, 'session:s', 'before');
  before.close();
  clock.set(-NOW);
  const wrong = open();
  await say(wrong, 'session:s', 'said in 1970');
  wrong.close();
  clock.set(NOW);
  const after = open();
  after.sweep();
  assert.equal(after.peek('session:s')?.seq, 2);
});

test('what is in memory is bounded by the cache, and what leaves it is not forgotten', async (t) => {
  const { open } = storesOver(t);
  const store = open({ cache: 2 });
  const positions = new Map<string, string>();
  const names = ['session:a', 'session:b', 'session:c', 'session:d'] as const;
  for (const name of names) positions.set(name, await say(store, name, name));
  const [a, d] = [store.peek('session:a'), store.peek('session:d')];
  assert.equal(store.peek('session:d'), d, 'still in memory');
  store.peek('session:b');
  store.peek('session:c');
  assert.notEqual(store.peek('session:a'), a, 'read anew');
  assert.deepEqual(store.user.forgotten, []);
  for (const name of names) assert.equal(read(store.peek(name)?.latestStatus).id, positions.get(name));
});

test('a channel that is held stays in memory whatever the cache', async (t) => {
  const { open } = storesOver(t);
  const store = open({ cache: 1 });
  const held = store.retain('session:held');
  for (let i = 0; i < 20; i++) await say(store, `session:${i}`);
  assert.equal(store.peek('session:held'), held);
});

test('a channel that is being used is not idle for those who open the file later', async (t) => {
  const { open, clock } = storesOver(t);
  const store = open({ idle: 1000 });
  const position = await say(store, 'session:watched');
  store.retain('session:watched');
  for (let i = 0; i < 5; i++) {
    clock.advance(600);
    store.sweep();
  }
  store.close();
  const later = open({ idle: 1000 });
  later.sweep();
  assert.equal(read(later.peek('session:watched')?.latestStatus).id, position);
  clock.advance(1001);
  later.sweep();
  assert.equal(later.peek('session:watched'), undefined);
  assert.deepEqual(later.user.forgotten, ['session:watched']);
});

test('close stores what is queued, leaves no timer, and nothing can be said after it', async (t) => {
  const { open, clock } = storesOver(t);
  const store = open();
  store.retain('session:s');
  assert.equal(clock.waiting, 1, 'it looks for what others store');
  const said = say(store, 'session:s', 'last words');
  const remembered = store.remember('session:s', { ref: 'r', accepted: true });
  store.close();
  assert.equal(clock.waiting, 0);
  await Promise.all([said, remembered]);
  const closed = { code: 'closed', message: /^status-messenger: sqlite: got .* after close\(\)/ };
  await assert.rejects(say(store, 'session:s'), closed);
  await assert.rejects(store.remember('session:s', { ref: 'r', accepted: true }), closed);
  await assert.rejects(store.forget('session:s'), closed);
  assert.throws(() => store.retain('session:s'), closed);
  assert.equal(store.peek('session:s'), undefined);
  assert.equal(store.health(), 'the store is closed');
  assert.equal(read(open().peek('session:s')?.latestStatus).data, 'last words');
});

test('a clock with fractions of milliseconds is none the worse', async (t) => {
  const { open } = storesOver(t);
  const clock = { now: () => NOW + 0.5, after: () => () => {} };
  const store = open({ clock, tail: { count: 2 } });
  for (let i = 0; i < 5; i++) await say(store, 'session:s');
  store.sweep();
  assert.equal(store.health(), undefined);
  store.close();
  assert.equal(open().peek('session:s')?.seq, 5);
});

// Behind a messenger

test('a page that comes back after a restart goes on exactly where it was', async (t) => {
  const { file } = storesOver(t);
  const first = await startServer({ store: new SqliteStore({ file }) });
  const page = new WireClient(`${first.url}/s`);
  await page.synced();
  const { id } = await first.messenger.sendToSession('s', status('one'));
  await page.status('one');
  first.messenger.sendToSession('s', status('two')).catch(() => {});
  await first.close();

  const second = await startServer({ store: new SqliteStore({ file }) });
  t.after(second.close);
  assert.deepEqual(second.messenger.getStatusMessages('s'), ['two']);
  const answer = await fetch(`${second.http}/status?session_id=s`);
  assert.deepEqual(await answer.json(), ['two']);
  await second.messenger.sendToSession('s', status('three'));
  const back = new WireClient(`${second.url}/s?after=${id}`);
  await back.synced();
  const { data } = await back.type('connected');
  assert.ok(isObject(data) && isObject(data.channels) && isObject(data.channels['session:s']));
  assert.equal(data.channels['session:s'].recovered, true);
  assert.deepEqual(back.statuses, ['two', 'three']);
  assert.equal(back.frames.filter(({ type }) => type === 'snapshot').length, 0);
  await back.close();
});

test('what was said right before the end reaches the pages before they are told to come back', async (t) => {
  const store = new SqliteStore({ file: storesOver(t).file });
  const server = await startServer({ store });
  t.after(() => server.close());
  const page = new WireClient(`${server.url}/s`);
  await page.synced();
  const sent = server.messenger.sendToSession('s', status('the last word'));
  const closed = server.messenger.close();
  assert.equal((await page.closed()).code, 1012);
  assert.deepEqual(page.statuses, ['the last word']);
  await Promise.all([sent, closed]);
});

test('what a page asked for is carried out once, whatever restarts in between', async (t) => {
  const { file } = storesOver(t);
  const inputs: unknown[] = [];
  for (let i = 0; i < 2; i++) {
    const server = await startServer({ store: new SqliteStore({ file }) });
    server.messenger.onInput((input) => void inputs.push(input));
    const page = new WireClient(`${server.url}/s`);
    await page.send({ type: 'input', ref: 'r', data: 'do it' });
    await page.send({ type: 'input', ref: 'r', data: 'do it' });
    const { data } = await page.ack('r');
    assert.deepEqual(data, { ref: 'r', accepted: true });
    await page.close();
    await server.close();
  }
  assert.deepEqual(inputs, ['do it']);
});

test('a channel that is forgotten is empty for those who watch it, under another epoch', async (t) => {
  const { file } = storesOver(t);
  const server = await startServer({ store: new SqliteStore({ file }) });
  t.after(server.close);
  const page = new WireClient(`${server.url}/s`);
  await page.synced();
  const { id = '' } = await server.messenger.sendToSession('s', status('secret'));
  await page.status('secret');
  await server.messenger.forget('session:s');
  const epoch = parsePosition(id)?.epoch ?? '';
  const snapshot = await page.frame((frame) => frame.type === 'snapshot' && !frame.id?.startsWith(epoch));
  assert.ok(isObject(snapshot.data));
  assert.deepEqual([snapshot.data.status, snapshot.data.messages], [null, []]);
  await server.messenger.sendToSession('s', status('anew'));
  const anew = await page.status('anew');
  assert.equal(parsePosition(anew.id)?.seq, 1);
  assert.equal(parsePosition(anew.id)?.epoch, parsePosition(snapshot.id)?.epoch);
  assert.deepEqual(server.messenger.getStatusMessages('s'), ['anew']);
  await page.close();
  await turn();
});

test('work that has begun and said nothing yet goes on, also when its viewer has left', async (t) => {
  const { file } = storesOver(t);
  const server = await startServer({ store: new SqliteStore({ file, cache: 1 }) });
  t.after(server.close);
  let runs = 0;
  let finish = () => {};
  server.messenger.onSession(async (session) => {
    runs++;
    await new Promise<void>((resolve) => {
      finish = resolve;
    });
    await session.send(status('done'));
  });
  for (let i = 0; i < 2; i++) {
    const page = new WireClient(`${server.url}/s`);
    await page.synced();
    await page.close();
  }
  assert.equal(runs, 1);
  const last = new WireClient(`${server.url}/s`);
  await last.synced();
  finish();
  await last.status('done');
  assert.equal(runs, 1);
  await last.close();
});

test('of what rests in memory, those go first that nothing was said in', async (t) => {
  const { open } = storesOver(t);
  const store = open({ cache: 2 });
  await say(store, 'session:said');
  const said = store.peek('session:said');
  const empty = store.retain('session:empty');
  for (const name of ['session:empty', 'session:other'] as const) {
    store.retain(name);
    store.release(name);
  }
  store.release('session:empty');
  assert.equal(store.peek('session:said'), said);
  assert.notEqual(store.peek('session:empty'), undefined);
  assert.equal(store.peek('session:other'), undefined);
  assert.equal(store.retain('session:empty'), empty);
});
