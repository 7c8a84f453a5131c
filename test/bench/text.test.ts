import assert from 'node:assert/strict';
import { test } from 'node:test';
import { benchText, indexOf, publishedAt } from './text.js';

test('a status tells its number, and when it was published, also in the middle of other frames', () => {
  const before = Number(process.hrtime.bigint());
  const text = benchText(17);
  const after = Number(process.hrtime.bigint());
  assert.equal(indexOf(text), 17);
  const [first, second] = [`{"data":"${text}","ts":123}`, '{"data":"none"}'];
  const data = Buffer.from(`@9 ${first}${second}`);
  const time = publishedAt(data, 3, 3 + first.length);
  assert.ok(time >= before && time <= after, `${before} ≤ ${time} ≤ ${after}`);
  assert.throws(() => publishedAt(data, 3 + first.length, data.length), /expected a status of the bench/);
  assert.throws(() => indexOf('something else'), /expected a status of the bench/);
});
