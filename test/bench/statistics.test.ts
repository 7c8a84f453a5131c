import assert from 'node:assert/strict';
import { test } from 'node:test';
import { median, percentile } from './statistics.js';

test('percentiles are samples, by their rank in order of size', () => {
  const hundred = Array.from({ length: 100 }, (_, i) => 100 - i);
  assert.deepEqual(
    [0, 1, 50, 99, 99.5, 100].map((percent) => percentile(hundred, percent)),
    [1, 1, 50, 99, 100, 100],
  );
});

test('a median is the middle one, or halfway between two', () => {
  assert.deepEqual([median([10, 9, 100]), median([4, 100, 2, 8]), median([7])], [10, 6, 7]);
  assert.ok(Number.isNaN(median([])));
});
