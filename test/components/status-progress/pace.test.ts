import assert from 'node:assert/strict';
import { test } from 'node:test';
import { follow, type Pace, speed, timeLeft } from '../../../components/status-progress/pace.js';

/** The pace after these values, each with its second. */
const paced = (...moves: ReadonlyArray<readonly [second: number, value: number]>): Pace =>
  moves.reduce((pace, [second, value]) => follow(pace, { value, ts: second * 1000 }), [] as Pace);
const perSecond = (pace: Pace, second: number) => (speed(pace, second * 1000) ?? Number.NaN) * 1000;
const steady = (from: number, to: number, rate: number, first = 0) =>
  Array.from({ length: to - from }, (_, i) => [from + i, first + i * rate] as const);

test('steady work has its speed', () => {
  assert.equal(perSecond(paced(...steady(0, 10, 3)), 10), 3);
});

test('three samples over five seconds are enough, and less is not', () => {
  assert.equal(speed(paced(), 0), undefined);
  assert.equal(speed(paced([0, 0], [10, 10]), 10_000), undefined);
  assert.equal(speed(paced([0, 0], [1, 1], [2, 2], [3, 3]), 3000), undefined);
  assert.equal(perSecond(paced([0, 0], [3, 3], [5, 5]), 5), 1);
});

test('a burst is one sample, and a leap does not change how quickly the rest goes', () => {
  const burst = Array.from({ length: 100 }, (_, i) => [i / 1000, i] as const);
  assert.equal(paced(...burst).length, 1);
  const leap = [...steady(0, 5, 1), ...steady(5, 20, 1, 1000)];
  assert.ok(perSecond(paced(...leap), 20) < 2, `${perSecond(paced(...leap), 20)}`);
  const first = [[0, 0] as const, ...steady(1, 20, 1, 5000)];
  assert.equal(perSecond(paced(...first), 20), 1);
});

test('a pause does not stop what went on before and after it', () => {
  const pause = [...steady(0, 8, 2), ...steady(14, 22, 2, 16)];
  const found = perSecond(paced(...pause), 22);
  assert.ok(found > 1 && found <= 2, `${found}`);
});

test('work that comes in batches has the speed of the batches', () => {
  const found = perSecond(paced([0, 0], [10, 100], [20, 200], [30, 300]), 30);
  assert.equal(found, 10);
});

test('what goes backwards begins anew, as does a clock that was set back', () => {
  const back = paced(...steady(0, 10, 1), [10, 0]);
  assert.deepEqual(back, [{ at: 10_000, value: 0 }]);
  assert.deepEqual(paced([10, 1], [5, 2]), [{ at: 5000, value: 2 }]);
  // At once, too, and not only when the next sample is due.
  assert.deepEqual(paced([10, 5], [10.1, 1]), [{ at: 10_100, value: 1 }]);
});

test('what stands still has no speed: from the start, or for longer than it was seen to move', () => {
  assert.equal(speed(paced([0, 5], [5, 5], [10, 5]), 10_000), undefined);
  const pace = paced(...steady(0, 11, 1));
  assert.equal(perSecond(pace, 20), 1);
  assert.equal(speed(pace, 20_001), undefined);
});

test('only the last moves count: what was quick once is not for ever', () => {
  const pace = paced(...steady(0, 100, 50), ...steady(100, 140, 1, 5000));
  assert.equal(pace.length, 30);
  assert.equal(perSecond(pace, 140), 1);
});

test('progress without a value, or without a time, is no sample', () => {
  const pace = paced([0, 1]);
  assert.equal(follow(pace, { value: 2 }), pace);
  assert.equal(follow(pace, { ts: 5000 }), pace);
});

test('the time that is left counts down between two moves, and is not known once it is over', () => {
  const progress = { value: 8, max: 10, ts: 1000 };
  assert.equal(timeLeft(progress, 0.001, 1000), 2000);
  assert.equal(timeLeft(progress, 0.001, 2500), 500);
  assert.equal(timeLeft(progress, 0.001, 3000), undefined);
  assert.equal(timeLeft({ value: 12, max: 10, ts: 0 }, 0.001, 0), undefined);
});
