import assert from 'node:assert/strict';
import { test } from 'node:test';
import { EMPTY_STRIP, happeningIn, mark, SPAN, sample, sequence } from '../../demo/live/strip.js';

test('a strip knows how far a viewer is behind, and when its connection was lost', () => {
  const live = sample(EMPTY_STRIP, { position: 7, head: 10, status: 'live' }, 1000);
  assert.deepEqual([live.position, live.lag, live.marks], [7, 3, []]);
  const lost = sample(live, { position: 7, head: 15, status: 'reconnecting' }, 1250);
  assert.deepEqual([lost.lag, lost.marks], [8, [{ at: 1250, kind: 'lost' }]]);
  const still = sample(lost, { position: 7, head: 20, status: 'reconnecting' }, 1500);
  assert.equal(still.marks.length, 1, 'a loss is marked once');
  assert.equal(sample(still, { position: 21, head: 20, status: 'live' }, 1750).lag, 0, 'nobody is ahead of the log');
});

test('resumes and snapshots are counted for ever, and drawn for a minute', () => {
  const at = [0, 1, SPAN + 2];
  const strip = at.reduce((before, time) => mark(before, 'resumed', time), mark(EMPTY_STRIP, 'snapshot', 0));
  assert.deepEqual([strip.resumes, strip.snapshots], [3, 1]);
  assert.deepEqual(strip.marks, [{ at: SPAN + 2, kind: 'resumed' }]);
  const sampled = [0, SPAN, SPAN + 1].reduce(
    (before, time) => sample(before, { position: 1, head: 1, status: 'live' }, time),
    EMPTY_STRIP,
  );
  assert.equal(sampled.samples.length, 2);
});

test('frames tell whether a viewer goes on or is handed all at once', () => {
  const connected = (recovered: boolean) => ({
    type: 'connected',
    data: {
      message: 'hi',
      protocol: 1,
      sessionId: 's',
      heartbeat: 1,
      serverTime: 1,
      channels: { 'session:s': { position: 'epoch000-4', recovered } },
    },
  });
  assert.equal(happeningIn(connected(true)), 'resumed');
  assert.equal(happeningIn(connected(false)), undefined);
  assert.equal(happeningIn({ type: 'snapshot', data: {}, id: 'epoch000-4' }), 'snapshot');
  assert.equal(happeningIn({ type: 'snapshot', data: {}, channel: 'user:u' }), undefined);
  for (const other of [null, 'x', {}, { type: 'connected' }, { type: 'connected', data: { channels: null } }]) {
    assert.equal(happeningIn(other), undefined);
  }
});

test('the number of a position is that behind its last dash', () => {
  assert.deepEqual([sequence('epoch000-12'), sequence(undefined), sequence('x')], [12, 0, 0]);
});
