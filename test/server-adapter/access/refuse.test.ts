import assert from 'node:assert/strict';
import { test } from 'node:test';
import { OPCODE, SilentPeer } from '../support.js';
import { serve } from './support.js';

test('who is refused and does not leave is cut off', async (t) => {
  const server = await serve(t, { authorize: () => false });
  t.mock.timers.enable({ apis: ['setTimeout'] });
  const peer = await SilentPeer.open(server.port, '/ws/s');
  await peer.got(OPCODE.close);
  t.mock.timers.tick(4999);
  assert.equal((await fetch(`${server.http}/healthz`)).status, 200);
  assert.equal(peer.ended, false);
  t.mock.timers.tick(1);
  await peer.end();
  t.mock.timers.reset();
});
