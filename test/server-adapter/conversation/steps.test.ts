import assert from 'node:assert/strict';
import { setTimeout as sleep, setImmediate as turn } from 'node:timers/promises';
import { type StepNode, stepTree } from '../../../protocol/index.js';
import {
  addStatusMessage,
  ask,
  currentContext,
  PublicError,
  progress,
  result,
  step,
  withAgent,
} from '../../../server-adapter/index.js';
import type { Frame, WireClient } from '../../helpers/wire-client.js';
import { answer, asked, gate, heard, outcome, STORES, serve, serveAt, stateOf, test, watch } from './support.js';

/** The events that a page was told, without what is drawn by chance: steps are called by their labels. */
function eventsOf(page: WireClient): object[] {
  const labels = new Map<unknown, unknown>();
  const named = (id: unknown) => labels.get(id) ?? id;
  return page.frames
    .filter(({ type }) => type === 'event')
    .map((frame) => {
      const { step, label, parent, ...data } = frame.data as { [field: string]: unknown };
      if (label !== undefined) labels.set(step, label);
      const within = (frame as { step?: unknown }).step;
      const around = {
        ...(parent === undefined ? {} : { parent: named(parent) }),
        ...(within === undefined ? {} : { within: named(within) }),
      };
      return { ...data, step: named(step), ...around };
    });
}

/** The tree of a page's steps by their labels, each with how it stands. */
function treeOf(page: WireClient): object {
  const shape = ({ label, status, children }: StepNode): object => ({
    [`${label}: ${status}`]: children.map(shape),
  });
  return stepTree(stateOf(page).steps).map(shape);
}

/** Once a page was told so many events. */
function events(page: WireClient, count: number): Promise<Frame> {
  return page.frame(() => page.frames.filter(({ type }) => type === 'event').length >= count);
}

test('a step says that it begins and that it ends, with how long it took, and answers what its work does', async (t) => {
  const server = await serveAt(t);
  const page = await watch(t, server);
  const value = await server.messenger.runWithSession('s', () =>
    step('Reading', async () => {
      await heard(page);
      assert.deepEqual(treeOf(page), [{ 'Reading: running': [] }]);
      server.clock.advance(1500);
      return 42;
    }),
  );
  assert.equal(value, 42);
  await events(page, 2);
  assert.deepEqual(eventsOf(page), [
    { event: 'step_started', step: 'Reading' },
    { event: 'step_finished', duration: 1500, step: 'Reading' },
  ]);
  const [shown] = stateOf(page).steps;
  assert.deepEqual(
    { ...shown, id: '' },
    {
      id: '',
      kind: 'step',
      label: 'Reading',
      status: 'finished',
      startedAt: server.clock.now() - 1500,
      endedAt: server.clock.now(),
    },
  );
});

test('work that is no promise is a step all the same, and what it throws is thrown on', async (t) => {
  const server = await serve(t);
  const page = await watch(t, server);
  const thrown = new Error('SECRET');
  await server.messenger.runWithSession('s', async () => {
    assert.equal(await step('returns', () => 'at once'), 'at once');
    const throwing = step('throws', () => {
      throw thrown;
    });
    await assert.rejects(throwing, (error) => error === thrown);
    await assert.rejects(
      step('rejects', () => Promise.reject(thrown)),
      (error) => error === thrown,
    );
  });
  await events(page, 6);
  assert.deepEqual(treeOf(page), [{ 'returns: finished': [] }, { 'throws: failed': [] }, { 'rejects: failed': [] }]);
  assert.ok(!page.raw.join().includes('SECRET'), 'people do not read what was not made for them');
});

test('steps are nested by the context alone, however deep the calls and whatever they wait for', async (t) => {
  const server = await serve(t);
  const page = await watch(t, server);
  const read = () => step('Read', () => sleep(1));
  const parse = async () => {
    await turn();
    await step('Parse', async () => {
      await read();
      await new Promise<void>((resolve) => setTimeout(() => void step('Timer', () => {}).then(resolve), 1));
    });
  };
  await server.messenger.runWithSession('s', async () => {
    await step('Index', async () => {
      await parse();
      await read();
    });
    await read();
  });
  await events(page, 12);
  assert.deepEqual(treeOf(page), [
    {
      'Index: finished': [
        { 'Parse: finished': [{ 'Read: finished': [] }, { 'Timer: finished': [] }] },
        { 'Read: finished': [] },
      ],
    },
    { 'Read: finished': [] },
  ]);
  // For clients that know nothing of the context: whose child it is stands in the event, and on the frame.
  assert.deepEqual(eventsOf(page).slice(0, 3), [
    { event: 'step_started', step: 'Index' },
    { event: 'step_started', step: 'Parse', parent: 'Index', within: 'Index' },
    { event: 'step_started', step: 'Read', parent: 'Parse', within: 'Parse' },
  ]);
});

test('parallel steps stand beside each other, each with its own children, duration and end', async (t) => {
  const server = await serveAt(t);
  const page = await watch(t, server);
  const gates = [gate(), gate(), gate()] as const;
  const work = server.messenger.runWithSession('s', () =>
    step('All', () =>
      Promise.allSettled(
        gates.map(({ opened }, i) =>
          step(`Part ${i}`, async () => {
            await opened;
            await step(`Child ${i}`, () => addStatusMessage(`in child ${i}`));
          }),
        ),
      ),
    ),
  );
  await events(page, 4);
  assert.deepEqual(treeOf(page), [
    { 'All: running': [{ 'Part 0: running': [] }, { 'Part 1: running': [] }, { 'Part 2: running': [] }] },
  ]);
  server.clock.advance(100);
  gates[2].open();
  await page.status('in child 2');
  server.clock.advance(100);
  gates[0].fail(new PublicError('Part 0 has no file'));
  await events(page, 8);
  server.clock.advance(100);
  gates[1].open();
  await work;
  await events(page, 12);
  assert.deepEqual(treeOf(page), [
    {
      'All: finished': [
        { 'Part 0: failed': [] },
        { 'Part 1: finished': [{ 'Child 1: finished': [] }] },
        { 'Part 2: finished': [{ 'Child 2: finished': [] }] },
      ],
    },
  ]);
  const ends = eventsOf(page).filter((event) => 'duration' in event);
  assert.deepEqual(ends, [
    { event: 'step_finished', duration: 0, step: 'Child 2', within: 'Part 2' },
    { event: 'step_finished', duration: 100, step: 'Part 2', within: 'All' },
    { event: 'step_failed', duration: 200, step: 'Part 0', error: 'Part 0 has no file', within: 'All' },
    { event: 'step_finished', duration: 0, step: 'Child 1', within: 'Part 1' },
    { event: 'step_finished', duration: 300, step: 'Part 1', within: 'All' },
    { event: 'step_finished', duration: 300, step: 'All' },
  ]);
});

test('a failure goes up through the steps that it leaves; people read of it what is for them', async (t) => {
  const server = await serve(t);
  const page = await watch(t, server);
  const failing = (error: unknown) =>
    server.messenger.runWithSession('s', () =>
      outcome(step('outer', () => step('inner', () => Promise.reject(error)))),
    );
  const shown = (error: unknown) => ({ error });
  const cases: ReadonlyArray<readonly [unknown, string | undefined]> = [
    [new PublicError('No credit left.'), 'No credit left.'],
    [Object.assign(new Error('Not found.'), { expose: true }), 'Not found.'],
    [Object.assign(new Error('SECRET'), { expose: false }), undefined],
    [Object.assign(new Error('SECRET'), { expose: 'yes' }), undefined],
    [new Error('SECRET'), undefined],
    ['SECRET', undefined],
    [{ message: 'SECRET', expose: true }, undefined],
    [undefined, undefined],
    [null, undefined],
  ];
  for (const [error] of cases) assert.deepEqual(await failing(error), shown(error));
  await events(page, 4 * cases.length);
  const said = eventsOf(page).filter((event) => 'duration' in event) as unknown as Array<{
    event: string;
    error?: string;
  }>;
  assert.deepEqual(
    said.map(({ event, error }) => [event, error]),
    cases.flatMap(([, text]) => [
      ['step_failed', text],
      ['step_failed', text],
    ]),
  );
  assert.ok(!page.raw.join().includes('SECRET'));
});

test('a failure that is caught on the way fails its own step alone', async (t) => {
  const server = await serve(t);
  const page = await watch(t, server);
  await server.messenger.runWithSession('s', () =>
    step('outer', async () => {
      await outcome(step('inner', () => Promise.reject(new Error('caught'))));
      await step('instead', () => {});
    }),
  );
  await events(page, 6);
  assert.deepEqual(treeOf(page), [{ 'outer: finished': [{ 'inner: failed': [] }, { 'instead: finished': [] }] }]);
});

test('all that is said inside a step belongs to it: statuses, progress, results, questions', async (t) => {
  const server = await serve(t);
  const page = await watch(t, server);
  const work = server.messenger.runWithSession({ sessionId: 's', runId: 'run_1' }, () =>
    step('Working', async () => {
      const id = currentContext()?.step;
      assert.equal(typeof id, 'string');
      addStatusMessage('a status');
      progress(1, 2);
      result('agent', 'a result');
      const said = await ask('A question?');
      assert.equal(currentContext()?.step, id, 'also after waiting');
      return said;
    }),
  );
  await answer(page, (await asked(page, 'A question?')).questionId, 'An answer');
  await work;
  await events(page, 2);
  const { step: id } = (await page.type('event')).data as { step: string };
  for (const type of ['status', 'progress', 'result', 'question']) {
    const { step: of, run } = (await page.type(type)) as { step?: string; run?: string };
    assert.deepEqual([of, run], [id, 'run_1'], type);
  }
  const { ts: _, ...shown } = stateOf(page).steps[0]?.progress ?? {};
  assert.deepEqual(shown, { value: 1, max: 2 }, 'the progress is the step’s');
  assert.equal(stateOf(page).progress, null, 'and not the run’s');
  assert.equal(currentContext(), undefined, 'outside there is none');
});

test('a step is the agent’s that works on it', async (t) => {
  const server = await serve(t);
  const page = await watch(t, server);
  await server.messenger.runWithSession('s', () =>
    withAgent('writer', () => step('Draft', () => withAgent('critic', () => step('Read', () => {})))),
  );
  await events(page, 4);
  assert.deepEqual(
    stateOf(page).steps.map(({ label, agent }) => [label, agent]),
    [
      ['Draft', 'writer'],
      ['Read', 'critic'],
    ],
  );
});

test('steps of sessions that run at once do not mix', async (t) => {
  const server = await serve(t);
  const names = Array.from({ length: 10 }, (_, i) => `s${i}`);
  const pages = await Promise.all(names.map((name) => watch(t, server, name)));
  await Promise.all(
    names.map((name) =>
      server.messenger.runWithSession(name, () =>
        step(`outer ${name}`, async () => {
          await sleep(1);
          await Promise.all([step(`a ${name}`, () => sleep(1)), step(`b ${name}`, () => turn())]);
        }),
      ),
    ),
  );
  for (const [i, page] of pages.entries()) {
    await events(page, 6);
    assert.deepEqual(treeOf(page), [
      { [`outer s${i}: finished`]: [{ [`a s${i}: finished`]: [] }, { [`b s${i}: finished`]: [] }] },
    ]);
  }
});

for (const [name, open] of Object.entries(STORES)) {
  test(`${name}: a run that is stopped leaves no step running`, async (t) => {
    const server = await serve(t, { store: open(t) });
    server.messenger.onSession(() => step('outer', () => step('inner', () => ask('Go on?'))));
    const page = await watch(t, server);
    await asked(page, 'Go on?');
    await page.send({ type: 'cancel', ref: 'c', data: {} });
    await page.type('state');
    await heard(page);
    assert.equal(stateOf(page).phase, 'cancelled');
    for (const { status } of stateOf(page).steps) assert.notEqual(status, 'running');
    assert.deepEqual(stateOf(await watch(t, server)).steps, stateOf(page).steps);
  });
}

test('whatever stands in the place of a label, the work is done, and the step has a beginning and an end', async (t) => {
  const server = await serve(t);
  const page = await watch(t, server);
  await server.messenger.runWithSession('s', async () => {
    for (const label of [5, null, {}, Symbol('s')]) assert.equal(await step(label as string, () => 'done'), 'done');
    assert.equal(await step('', () => 'done'), 'done');
    assert.equal(await step('x'.repeat(300_000), () => 'done'), 'done');
    addStatusMessage('after');
  });
  await page.status('after');
  assert.deepEqual(server.log.with('error'), []);
  const steps = stateOf(page).steps.map(({ label, status }) => [label.slice(0, 30), status]);
  const labels = ['5', 'null', 'an object with no fields', 'a symbol', '', 'x'.repeat(30)];
  assert.deepEqual(
    steps,
    labels.map((label) => [label, 'finished']),
  );
});
