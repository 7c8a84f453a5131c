import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SleepWatch } from '../../../components/session/sleep-watch.js';
import { SettableClock } from './setup.js';

function watched(): { clock: SettableClock; watch: SleepWatch; woken: string[]; add(name: string): () => void } {
  const clock = new SettableClock();
  const watch = new SleepWatch(clock);
  const woken: string[] = [];
  return { clock, watch, woken, add: (name) => watch.add(() => woken.push(name)) };
}

test('a sleep is noticed within a second of its end, once, by everyone who watches', () => {
  const { clock, woken, add } = watched();
  add('a');
  add('b');
  clock.advance(10_500);
  assert.deepEqual(woken, []);
  clock.sleep(60_000);
  clock.advance(499);
  assert.deepEqual(woken, []);
  clock.advance(1);
  assert.deepEqual(woken, ['a', 'b']);
  clock.advance(60_000);
  assert.deepEqual(woken, ['a', 'b']);
});

test('so is one in which only the clock on the wall went on', () => {
  const { clock, woken, add } = watched();
  add('a');
  clock.setBy(3001);
  clock.advance(1000);
  assert.deepEqual(woken, ['a']);
});

test('a page that is busy for three seconds has not slept, nor one whose clock is set back', () => {
  const { clock, woken, add } = watched();
  add('a');
  clock.sleep(3000);
  clock.advance(1000);
  clock.setBy(-3_600_000);
  clock.advance(5000);
  assert.deepEqual(woken, []);
});

test('there is one timer for all, and none for nobody', () => {
  const { clock, woken, add } = watched();
  assert.equal(clock.waiting, 0);
  const stop = [add('a'), add('b'), add('c')];
  assert.equal(clock.waiting, 1);
  clock.advance(5000);
  assert.equal(clock.waiting, 1);
  stop[0]?.();
  stop[0]?.();
  stop[1]?.();
  assert.equal(clock.waiting, 1);
  stop[2]?.();
  assert.equal(clock.waiting, 0);
  add('d');
  assert.equal(clock.waiting, 1);
  clock.sleep(5000);
  clock.advance(1000);
  assert.deepEqual(woken, ['d']);
});

test('whoever stops watching as it wakes may, and so may whoever begins', () => {
  const { clock, watch, woken, add } = watched();
  const stop = watch.add(() => {
    stop();
    add('next');
  });
  clock.sleep(5000);
  clock.advance(1000);
  assert.deepEqual(woken, []);
  assert.equal(clock.waiting, 1);
  clock.sleep(5000);
  clock.advance(1000);
  assert.deepEqual(woken, ['next']);
});
