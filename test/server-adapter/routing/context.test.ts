import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { addStatusMessage, currentContext, type Ids, progress, result, step } from '../../../server-adapter/index.js';
import { serve } from '../access/support.js';
import { caughtUp, page, trusting } from './support.js';

test('the context alone says whom a message is for: the session before the thread, the thread before the user', async (t) => {
  const server = await serve(t, { authorize: trusting });
  const client = await page(t, server, 's?thread=t&user=u');
  const cases: ReadonlyArray<readonly [Ids, string | undefined]> = [
    [{ sessionId: 's', threadId: 't', userId: 'u', runId: 'run_1' }, undefined],
    [{ sessionId: 's', userId: 'u' }, undefined],
    [{ threadId: 't', userId: 'u', runId: 'run_1' }, 'thread:t'],
    [{ userId: 'u', runId: 'run_1' }, 'user:u'],
  ];
  for (const [i, [ids, channel]] of cases.entries()) {
    server.messenger.runWithSession(ids, () => addStatusMessage(`status ${i}`));
    const frame = await client.frame(({ data }) => data === `status ${i}`);
    assert.equal(frame.channel, channel);
    assert.equal(client.frames.filter(({ data }) => data === `status ${i}`).length, 1, 'it is said once');
  }
  // A run is no recipient.
  server.messenger.runWithSession({ runId: 'run_1' }, () => addStatusMessage('to nobody'));
  await caughtUp(server, client, 's');
  assert.equal(client.raw.join().includes('to nobody'), false);
});

test('the context goes through call chains by itself, side by side with others', async (t) => {
  const server = await serve(t, { authorize: trusting });
  const client = await page(t, server, 's?thread=t0&thread=t1&thread=t2');
  // An agent as the seed document has it, without handing anything on.
  const deep = async (i: number) => {
    await sleep(1);
    await step(`step ${i}`, async () => {
      await new Promise<void>((resolve) => setImmediate(resolve));
      progress(1, 2);
      await Promise.all([sleep(1), Promise.resolve().then(() => result('Agent', i))]);
    });
    queueMicrotask(() => addStatusMessage(`end ${i}`));
    return currentContext();
  };
  const contexts = await Promise.all(
    [0, 1, 2].map((i) =>
      server.messenger.runWithSession({ runId: `run_${i}`, threadId: `t${i}`, userId: 'u' }, () => deep(i)),
    ),
  );
  assert.deepEqual(
    contexts,
    [0, 1, 2].map((i) => ({ runId: `run_${i}`, threadId: `t${i}`, userId: 'u' })),
  );
  for (const i of [0, 1, 2]) {
    await client.status(`end ${i}`);
    const frames = client.frames.filter(
      ({ channel, id, type }) => channel === `thread:t${i}` && id && type !== 'snapshot',
    );
    assert.deepEqual(
      frames.map(({ type }) => type),
      ['event', 'progress', 'result', 'event', 'status'],
    );
    for (const frame of frames) assert.equal((frame as { run?: string }).run, `run_${i}`);
  }
});

test('outside of any context nothing is sent, and the caller goes on; it is said once', async (t) => {
  const { messenger, log } = await serve(t);
  for (let i = 0; i < 100; i++) messenger.addStatusMessage('nowhere');
  assert.deepEqual(log.with('nowhere').length, 1);
});
