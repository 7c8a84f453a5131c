import assert from 'node:assert/strict';
import { test } from 'node:test';
import { reconnectDelay } from '../../../components/session/index.js';

test('the wait is random between 0 and a bound that doubles up to 20 s', () => {
  const bounds = [500, 1000, 2000, 4000, 8000, 16_000, 20_000, 20_000];
  for (const [n, bound] of bounds.entries()) {
    assert.equal(
      reconnectDelay(n, () => 0),
      0,
    );
    assert.equal(
      reconnectDelay(n, () => 0.5),
      bound / 2,
    );
    assert.ok(reconnectDelay(n, () => 0.999999) < bound);
  }
  assert.equal(
    reconnectDelay(10_000, () => 0.5),
    10_000,
  );
});
