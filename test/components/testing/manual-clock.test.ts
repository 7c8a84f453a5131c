import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ManualClock, seededRandom } from '../../../components/testing/index.js';

test('a manual clock stands until it is moved, and runs what falls due in its order, each at its own time', () => {
  const clock = new ManualClock(1000);
  const ran: Array<readonly [name: string, at: number]> = [];
  const note = (name: string) => () => void ran.push([name, clock.now()]);
  clock.after(20, note('second'));
  clock.after(10, () => {
    note('first')();
    clock.after(5, note('begun by the first'));
  });
  const callOff = clock.after(15, note('called off'));
  clock.after(31, note('later'));
  callOff();
  assert.deepEqual([clock.now(), clock.waiting, ran], [1000, 3, []]);
  clock.advance(30);
  assert.deepEqual(ran, [
    ['first', 1010],
    ['begun by the first', 1015],
    ['second', 1020],
  ]);
  assert.deepEqual([clock.now(), clock.waiting], [1030, 1]);
});

test('a manual clock is set back without running anything', () => {
  const clock = new ManualClock(1000);
  clock.after(0, () => assert.fail('it is not due'));
  clock.advance(-500);
  assert.equal(clock.now(), 500);
});

test('what fell due while the process stood still runs late', () => {
  const clock = new ManualClock(1000);
  const ran: number[] = [];
  clock.after(10, () => ran.push(clock.now()));
  clock.standStill(60_000);
  assert.deepEqual(ran, [61_000]);
});

test('seeded randomness is in [0, 1), and the same for the same seed alone', () => {
  const draw = (seed: number) => Array.from({ length: 1000 }, seededRandom(seed));
  assert.deepEqual(draw(1), draw(1));
  assert.notDeepEqual(draw(1), draw(2));
  assert.ok(draw(1).every((value) => value >= 0 && value < 1));
  assert.ok(new Set(draw(1)).size > 990);
});
