import assert from 'node:assert/strict';
import { once } from 'node:events';
import { ManualClock } from '../../../components/testing/index.js';
import {
  addStatusMessage,
  ask,
  complete,
  currentContext,
  runWithSession,
  step,
  track,
} from '../../../server-adapter/index.js';
import type { WireClient } from '../../helpers/wire-client.js';
import {
  asked,
  fileOf,
  gate,
  heard,
  outcome,
  pass,
  passUntil,
  STORES,
  say,
  serve,
  shows,
  stateOf,
  test,
  watch,
} from './support.js';

/** Resolves, by throwing, when the run is asked to stop. */
async function untilStopped(): Promise<never> {
  const { signal } = currentContext() ?? {};
  assert.ok(signal);
  if (!signal.aborted) await once(signal, 'abort');
  throw signal.reason;
}

const stepsOf = (page: WireClient) => stateOf(page).steps.map(({ label, status }) => `${label} ${status}`);
const eventsOf = (page: WireClient) =>
  page.frames.filter(({ type }) => type === 'event').map(({ data }) => (data as { event: string }).event);

for (const [name, open] of Object.entries(STORES)) {
  test(`${name}: the steps of a run that is stopped are stopped, and none has failed`, async (t) => {
    const server = await serve(t, { store: open(t) });
    server.messenger.onSession(async () => {
      await outcome(step('failed before', () => Promise.reject(new Error('no'))));
      await step('outer', async () => {
        await step('done', () => {});
        for await (const item of track(['a', 'b'], 'tracked')) {
          addStatusMessage(item);
          await step('inner', untilStopped);
        }
      });
    });
    const page = await watch(t, server);
    await page.status('a');
    assert.equal((await say(page, 'cancel', {})).accepted, true);
    const { steps } = await shows(page, ({ phase }) => phase === 'cancelled');
    assert.deepEqual(
      steps.map(({ label, status }) => `${label} ${status}`),
      ['failed before failed', 'outer stopped', 'done finished', 'tracked stopped', 'inner stopped'],
    );
    assert.equal(eventsOf(page).filter((event) => event === 'step_failed').length, 1);
    assert.deepEqual(stateOf(await watch(t, server)).steps, stateOf(page).steps);
  });

  test(`${name}: what a stopped run still brings to its end is finished`, async (t) => {
    const server = await serve(t, { store: open(t) });
    server.messenger.onSession(() =>
      step('stopped', async () => {
        await outcome(step('Waiting', untilStopped));
        await step('Cleaning up', () => {});
        for (const _ of track([1, 2], 'Emptying'));
        throw currentContext()?.signal?.reason;
      }),
    );
    const page = await watch(t, server);
    await shows(page, ({ steps }) => steps.length === 2);
    await say(page, 'cancel', {});
    await shows(page, ({ phase }) => phase === 'cancelled');
    assert.deepEqual(stepsOf(page), [
      'stopped stopped',
      'Waiting stopped',
      'Cleaning up finished',
      'Emptying finished',
    ]);
  });

  test(`${name}: of what a page began by input, steps are stopped, too`, async (t) => {
    const server = await serve(t, { store: open(t) });
    server.messenger.onInput(() => outcome(step('By input', untilStopped)));
    const page = await watch(t, server);
    await say(page, 'input', 'go');
    await shows(page, ({ steps }) => steps.length === 1);
    assert.equal((await say(page, 'cancel', {})).accepted, true);
    await shows(page, ({ steps }) => steps[0]?.status === 'stopped');
  });

  test(`${name}: close() while steps go on: no warning, and nothing is said of them`, async (t) => {
    const server = await serve(t, { store: open(t) });
    const left = gate();
    const work = () =>
      step('Outside', async () => {
        for await (const item of track(['a', 'b', 'c'], 'Through')) {
          await left.opened;
          assert.ok(item);
        }
      });
    const stopped: Promise<unknown>[] = [];
    server.messenger.onSession(() => {
      const run = outcome(step('Inside', untilStopped));
      stopped.push(run);
      return run;
    });
    const deaf = runWithSession('deaf', () => server.messenger.runWithSession('deaf', work));
    const page = await watch(t, server);
    await shows(page, ({ steps }) => steps.length === 1);
    const closing = server.messenger.close();
    await page.closed();
    left.open();
    await Promise.all([closing, deaf, ...stopped]);
    assert.deepEqual(eventsOf(page), ['step_started']);
    assert.deepEqual(server.log.lines, []);
  });
}

test('the steps of a process that died are stopped when another one takes the work over; those of it go on', async (t) => {
  const { open } = fileOf(t, { lease: 3000 });
  const start = async (by: string) => {
    const server = await open(new ManualClock());
    server.messenger.onSession(async () => {
      const name = await step(`Asking, by ${by}`, () => ask('Name?', { key: 'name' }));
      complete(name);
    });
    return server;
  };
  const [a, b] = [await start('a'), await start('b')];
  const onA = await watch(t, a);
  await asked(onA, 'Name?');
  const onB = await watch(t, b);
  // From here on a stands.
  await onA.close();
  await passUntil(() => stateOf(onB).steps.length === 2, b.clock);
  assert.deepEqual(stepsOf(onB), ['Asking, by a stopped', 'Asking, by b running']);
  await onB.send({ answer: 'Ada' });
  await passUntil(() => stateOf(onB).phase === 'completed', b.clock);
  assert.deepEqual(stepsOf(onB), ['Asking, by a stopped', 'Asking, by b finished']);
  // a wakes: what it says yet begins nothing anew.
  await pass(6000, a.clock, b.clock);
  await heard(onB);
  const { phase, summary, steps } = stateOf(onB);
  assert.deepEqual([phase, summary, steps.length], ['completed', 'Ada', 2]);
});

test('a run that says its end inside of a step has ended, whatever the step says then', async (t) => {
  const server = await serve(t);
  const page = await watch(t, server);
  await server.messenger.runWithSession('s', () =>
    step('outer', async () => {
      for await (const item of track(['a', 'b'], 'tracked')) if (item === 'b') complete('Done');
    }),
  );
  await page.frame(() => eventsOf(page).length === 4);
  assert.equal(stateOf(page).phase, 'completed');
  assert.deepEqual(stepsOf(page), ['outer finished', 'tracked finished']);
  // What is said outside of them is another run, as ever.
  server.messenger.runWithSession('s', () => addStatusMessage('again'));
  await page.status('again');
  assert.equal(stateOf(page).phase, 'running');
});
