import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readStepEvent } from '../../protocol/index.js';

test('the name of an event says of what kind its step is, and how it stands', () => {
  assert.deepEqual(readStepEvent('step_started'), { kind: 'step', status: 'running' });
  assert.deepEqual(readStepEvent('tool_finished'), { kind: 'tool', status: 'finished' });
  assert.deepEqual(readStepEvent('tool_failed'), { kind: 'tool', status: 'failed' });
  assert.deepEqual(readStepEvent('step_stopped'), { kind: 'step', status: 'stopped' });
  for (const other of ['', 'started', 'job_started', 'step_began', 'step_started ', 'constructor']) {
    assert.equal(readStepEvent(other), undefined, other);
  }
});
