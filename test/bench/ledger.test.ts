import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Ledger } from './ledger.js';

test('a ledger tells what is lost, and what came twice, of each receiver', () => {
  const ledger = new Ledger(2, 3);
  for (const index of [0, 2, 2, 2]) ledger.enter(0, index);
  for (const index of [2, 1, 0]) ledger.enter(1, index);
  assert.deepEqual([ledger.arrived, ledger.lost, ledger.twice], [5, 1, 2]);
});

test('a message that nobody sent is no delivery', () => {
  const ledger = new Ledger(1, 3);
  assert.throws(() => ledger.enter(0, 3), { message: 'got message 3 for receiver 0, which was never sent' });
  assert.throws(() => ledger.enter(1, 0), { message: 'got message 0 for receiver 1, which was never sent' });
});
