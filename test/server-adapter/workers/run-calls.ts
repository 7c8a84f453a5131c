import {
  addStatusMessage,
  complete,
  fail,
  progress,
  result,
  runWithSession,
  step,
  track,
  withAgent,
} from '../../../server-adapter/index.js';

/** Every call that says something: made in a worker, it comes to the same as at home. */
export async function runCalls(end: 'fail' | 'complete'): Promise<void> {
  addStatusMessage('text', { level: 'warning' });
  progress(1, 4);
  await step('outer', async () => {
    addStatusMessage('in outer');
    await step('inner', () => addStatusMessage('in inner'));
  });
  await step('fails', () => Promise.reject(new Error('secret'))).catch(() => {});
  for (const _ of track(['a', 'b'], 'Reading')) addStatusMessage('in track');
  withAgent('Product', () => result('Product', { fits: true }));
  runWithSession({ sessionId: 'other', userId: 'ada' }, () => {
    withAgent('Engineer', () => addStatusMessage('to another'));
  });
  if (end === 'fail') fail(new Error('out of luck'));
  else complete('Done.');
}
