import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Tokens } from '../../../components/session/tokens.js';

test('tokens: one that was rejected is replaced by a fresh one, once, until the server has let the page in', () => {
  const tokens = new Tokens({ getToken: () => 'fresh' });
  assert.deepEqual([tokens.rejectCurrent(), tokens.rejectCurrent()], [true, false]);
  tokens.admitted();
  assert.deepEqual([tokens.rejectCurrent(), tokens.rejectCurrent()], [true, false]);
  tokens.forgive();
  assert.equal(tokens.rejectCurrent(), true);
});

test('tokens: where none can be asked for, the one that was rejected was the last', () => {
  const tokens = new Tokens({ token: 'old' });
  assert.equal(tokens.rejectCurrent(), false);
  assert.deepEqual(
    [tokens.wasRejected('old'), tokens.wasRejected('new'), tokens.wasRejected(undefined)],
    [true, false, false],
  );
  tokens.forgive();
  assert.equal(tokens.wasRejected('old'), false);
});
