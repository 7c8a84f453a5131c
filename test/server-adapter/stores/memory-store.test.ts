import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ChannelName } from '../../../protocol/index.js';
import { MemoryStore } from '../../../server-adapter/index.js';
import { conformance } from './conformance.js';
import { HOUR, NOW, read, SettableClock, say, tail } from './support.js';

conformance('memory', (_, options) => new MemoryStore(options));

test('the bounds and the time are the usual ones where nothing is said about them', async () => {
  const store = new MemoryStore();
  const log = store.retain('session:s');
  const before = Date.now();
  await Promise.all(Array.from({ length: 1000 }, () => say(store, 'session:s')));
  assert.equal(tail(log).length, 1000);
  await say(store, 'session:s');
  assert.ok(tail(log).length < 1000);
  const { ts = 0 } = read(log.latestStatus);
  assert.ok(ts >= before && ts <= Date.now());
});

test('what makes room is unused for the longest, whatever the clock was set to meanwhile', async () => {
  const clock = new SettableClock(NOW);
  const store = new MemoryStore({ channels: 2, clock });
  await say(store, 'session:a');
  clock.advance(1);
  clock.set(-HOUR);
  await say(store, 'session:b');
  await say(store, 'session:c');
  assert.equal(store.peek('session:a'), undefined);
  assert.equal(store.peek('session:b')?.seq, 1);
});

test('where all channels are watched, one more cannot be watched', () => {
  const store = new MemoryStore({ channels: 1 });
  store.retain('session:a');
  assert.throws(() => store.retain('session:b'), {
    code: 'limit',
    message:
      'status-messenger: channels: got one more than 1, all of them being watched; raise store.channels or add a server',
  });
  store.release('session:a');
  assert.equal(store.retain('session:b').seq, 0);
});

test('of all that was answered the last two hundred thousand are known: where nothing was answered for the longest, all is forgotten', () => {
  const store = new MemoryStore();
  const answer = (name: ChannelName, count: number) => {
    for (let i = 0; i < count; i++) store.remember(name, { ref: `r${i}`, accepted: true });
  };
  const knows = (name: ChannelName) => store.peek(name)?.recall('r10000') !== undefined;
  answer('session:forgotten', 10_001);
  store.forget('session:forgotten');
  // What a channel forgets by itself is not counted.
  for (let i = 0; i < 20; i++) answer(`session:${i}`, 10_500);
  assert.ok(knows('session:0'));
  store.remember('session:0', { ref: 'again', accepted: true });
  answer('session:new', 1);
  assert.deepEqual([knows('session:0'), knows('session:1'), knows('session:2')], [true, false, true]);
  assert.ok(store.peek('session:0')?.recall('again'));
});

test('where there is no room, those go first that nothing was said in, whoever made them up last', async () => {
  const clock = new SettableClock(NOW);
  const store = new MemoryStore({ channels: 3, clock });
  await say(store, 'session:old');
  clock.advance(1);
  store.retain('session:kept');
  store.release('session:kept', true);
  for (let i = 0; i < 10; i++) {
    clock.advance(1);
    store.retain(`session:made-up-${i}`);
    store.release(`session:made-up-${i}`);
  }
  assert.equal(store.peek('session:old')?.seq, 1);
  assert.ok(store.peek('session:kept'));
  assert.ok(store.peek('session:made-up-9'));
});
