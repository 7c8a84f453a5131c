import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { seededRandom } from '../../../components/testing/index.js';
import type { ChannelName } from '../../../protocol/index.js';
import { seedFromEnvironment } from '../../helpers/random.js';
import { say, storesOver } from './support.js';

const seed = seedFromEnvironment();

/** Whether any of the files beside `file` has a text in it. */
function isAnywhere(file: string, text: string): boolean {
  const directory = dirname(file);
  return readdirSync(directory).some((name) => readFileSync(join(directory, name)).includes(text));
}

test(`of a channel that was forgotten nothing is left in any file, whatever was stored around it (SEED=${seed})`, async (t) => {
  const random = seededRandom(seed);
  const { open, file } = storesOver(t);
  const store = open({ tail: { count: 40 } });
  const names = Array.from({ length: 12 }, (_, i): ChannelName => `session:name-${i}-`);
  const secret = (name: ChannelName) => `SECRET of ${name}`;
  for (let round = 0; round < 12; round++) {
    const stored: Promise<unknown>[] = [];
    for (let i = 0; i < 400; i++) {
      const name = names[Math.floor(random() ** 2 * 12)] ?? 'session:name-0-';
      const text = `${secret(name)} ${'x'.repeat(random() < 0.9 ? random() * 600 : random() * 20_000)}`;
      stored.push(say(store, name, text));
      if (random() < 0.05) stored.push(store.remember(name, { ref: `${i}`, accepted: false, reason: text }));
      if (random() < 0.05) {
        const end = { questionId: text.slice(0, 100), outcome: 'answered', answer: text } as const;
        stored.push(Promise.resolve(store.transact(name, () => ({ ended: [end] }))));
      }
      if (random() < 0.1) await Promise.all(stored.splice(0));
    }
    await Promise.all(stored);
    const name = names[round] ?? 'session:name-0-';
    await say(store, name, secret(name));
    assert.ok(isAnywhere(file, secret(name)) && isAnywhere(file, name), 'the test finds what is there');
    await store.forget(name);
    assert.ok(!isAnywhere(file, secret(name)), 'no message, state or answer');
    assert.ok(!isAnywhere(file, name), 'no name');
  }
});

test('what another store still has in its part of the files goes as well', async (t) => {
  const { open, file } = storesOver(t);
  const [a, b] = [open(), open()];
  b.retain('session:s');
  for (let i = 0; i < 20; i++) await say(i % 2 ? a : b, 'session:s', `SECRET ${i}`);
  await a.forget('session:s');
  assert.ok(!isAnywhere(file, 'SECRET'));
  await say(b, 'session:s', 'anew');
  assert.equal(a.peek('session:s')?.seq, 1);
});

test('channels that are forgotten together share the work, and what is said meanwhile is kept', async (t) => {
  const { open, file } = storesOver(t);
  const store = open();
  const names = Array.from({ length: 30 }, (_, i): ChannelName => `user:${i}`);
  await Promise.all(names.map((name) => say(store, name, `SECRET of ${name}`)));
  const forgotten = names.map((name) => store.forget(name));
  const said = say(store, 'user:0', 'anew');
  await Promise.all(forgotten);
  assert.ok(!isAnywhere(file, 'SECRET'));
  assert.match(await said, /-1$/);
  const last = store.forget('user:0');
  store.close();
  await last;
  assert.ok(!isAnywhere(file, 'anew'));
});

test('the file shrinks when much of it is forgotten', async (t) => {
  const { open, file } = storesOver(t);
  const store = open();
  for (const name of ['session:a', 'session:b'] as const) {
    await Promise.all(Array.from({ length: 20 }, () => say(store, name, 'x'.repeat(40_000))));
  }
  await store.forget('session:a');
  const half = readFileSync(file).length;
  await store.forget('session:b');
  assert.ok(readFileSync(file).length < half / 4);
});
