import assert from 'node:assert/strict';
import { setImmediate as turn } from 'node:timers/promises';
import { addStatusMessage, PublicError, step, track } from '../../../server-adapter/index.js';
import type { WireClient } from '../../helpers/wire-client.js';
import { heard, outcome, serve, serveAt, stateOf, test, watch } from './support.js';

/** What a page was told of a loop: its events by name, its progress as `[value, max]`. */
function told(page: WireClient): unknown[] {
  return page.frames
    .filter(({ type }) => type === 'event' || type === 'progress')
    .map(({ type, data }) => {
      const { event, error, value, max } = data as { event?: string; error?: string; value?: number; max?: number };
      if (type === 'progress') return max === undefined ? [value] : [value, max];
      return error === undefined ? event : [event, error];
    });
}

async function* slowly<T>(items: Iterable<T>): AsyncGenerator<T> {
  for (const item of items) {
    await turn();
    yield item;
  }
}

function* lazily<T>(items: Iterable<T>): Generator<T> {
  yield* items;
}

/** What is walked through, and how many there are known to be. */
const SOURCES: { readonly [kind: string]: () => readonly [Iterable<string> | AsyncIterable<string>, number?] } = {
  'a list': () => [['a', 'b', 'c'], 3],
  'a set': () => [new Set(['a', 'b', 'c']), 3],
  'the keys of a map': () => [
    new Map([
      ['a', 1],
      ['b', 2],
      ['c', 3],
    ]).keys(),
  ],
  'a text': () => ['abc', 3],
  'a generator': () => [lazily(['a', 'b', 'c'])],
  'an asynchronous generator': () => [slowly(['a', 'b', 'c'])],
  'an iterable that has a size': () => [Object.assign(lazily(['a', 'b', 'c']), { size: 3 }), 3],
  'an asynchronous iterable that has a length': () => [Object.assign(slowly(['a', 'b', 'c']), { length: 3 }), 3],
};

for (const [kind, source] of Object.entries(SOURCES)) {
  test(`${kind}: all of it is walked through, as a step with its progress`, async (t) => {
    const server = await serveAt(t);
    const page = await watch(t, server);
    const [items, total] = source();
    const max = total === undefined ? [] : [total];
    await server.messenger.runWithSession('s', async () => {
      const got: string[] = [];
      for await (const item of track(items as AsyncIterable<string>, 'Reading')) got.push(item);
      assert.deepEqual(got, ['a', 'b', 'c']);
    });
    await heard(page);
    assert.deepEqual(told(page), ['step_started', [0, ...max], [3, ...max], 'step_finished']);
    const [shown] = stateOf(page).steps;
    assert.equal(shown?.label, 'Reading');
    assert.equal(shown?.progress?.value, 3, 'the progress is the step’s');
    assert.equal(stateOf(page).progress, null, 'and not the run’s');
  });
}

test('a text has as many items as it has characters', async (t) => {
  const server = await serveAt(t);
  const page = await watch(t, server);
  server.messenger.runWithSession('s', () => assert.deepEqual([...track('a😀b', 'Reading')], ['a', '😀', 'b']));
  await heard(page);
  assert.deepEqual(told(page), ['step_started', [0, 3], [3, 3], 'step_finished']);
});

test('in a loop that does not wait it is the same', async (t) => {
  const server = await serveAt(t);
  const page = await watch(t, server);
  server.messenger.runWithSession('s', () => {
    const got: string[] = [];
    for (const item of track(['a', 'b'], 'Reading')) got.push(item);
    assert.deepEqual([...got, ...track(lazily(['c']), 'More')], ['a', 'b', 'c']);
  });
  await heard(page);
  assert.deepEqual(told(page), [
    'step_started',
    [0, 2],
    [2, 2],
    'step_finished',
    'step_started',
    [0],
    [1],
    'step_finished',
  ]);
});

test('nothing to walk through is a step that is done at once', async (t) => {
  const server = await serveAt(t);
  const page = await watch(t, server);
  await server.messenger.runWithSession('s', async () => {
    for (const _ of track([], 'Nothing')) assert.fail();
    for await (const _ of track(slowly([]), 'Nothing')) assert.fail();
  });
  await heard(page);
  assert.deepEqual(told(page), ['step_started', [0, 0], 'step_finished', 'step_started', [0], 'step_finished']);
});

test('a total that is said counts in place of what is known', async (t) => {
  const server = await serveAt(t);
  const page = await watch(t, server);
  server.messenger.runWithSession('s', () => {
    for (const _ of track(lazily(['a', 'b']), 'Reading', { total: 5 })) void _;
    for (const _ of track(['a'], 'Reading', { total: 7 })) void _;
  });
  await heard(page);
  assert.deepEqual(told(page), [
    'step_started',
    [0, 5],
    [2, 5],
    'step_finished',
    'step_started',
    [0, 7],
    [1, 7],
    'step_finished',
  ]);
});

test('however fast it goes, its progress is told once in 100 ms of the clock, and at the end', async (t) => {
  const server = await serveAt(t);
  const page = await watch(t, server);
  const items = Array.from({ length: 1000 }, (_, i) => i);
  server.messenger.runWithSession('s', () => {
    // 10 ms each: ten of them between two words.
    for (const _ of track(items, 'Reading')) server.clock.advance(10);
    // No time at all.
    for (const _ of track(items, 'At once')) void _;
    // Each takes longer: each is told.
    for (const _ of track(items.slice(0, 4), 'Slowly')) server.clock.advance(150);
  });
  await heard(page);
  const values = Array.from({ length: 101 }, (_, i) => [i * 10, 1000]);
  assert.deepEqual(told(page), [
    'step_started',
    ...values,
    'step_finished',
    'step_started',
    [0, 1000],
    [1000, 1000],
    'step_finished',
    'step_started',
    [0, 4],
    [1, 4],
    [2, 4],
    [3, 4],
    [4, 4],
    'step_finished',
  ]);
  const times = page.frames.filter(({ type }) => type === 'progress').map(({ ts }) => ts ?? 0);
  const apart = times.slice(1, 101).map((ts, i) => ts - (times[i] ?? 0));
  assert.ok(apart.every((ms) => ms >= 100));
});

test('the items in hand are not done: what is counted is what the loop has finished', async (t) => {
  const server = await serveAt(t);
  const page = await watch(t, server);
  await server.messenger.runWithSession('s', async () => {
    for await (const item of track(slowly(['a', 'b']), 'Reading')) {
      server.clock.advance(1000);
      await heard(page);
      assert.deepEqual(told(page), item === 'a' ? ['step_started', [0]] : ['step_started', [0], [1]]);
    }
  });
});

// How a loop is left

/** A source that knows how it was left. */
function watched(items: readonly string[]): {
  readonly sync: Iterable<string>;
  readonly async: AsyncIterable<string>;
  closed: number;
} {
  const source = {
    closed: 0,
    sync: {
      *[Symbol.iterator]() {
        try {
          yield* items;
        } finally {
          source.closed++;
        }
      },
    },
    async: {
      async *[Symbol.asyncIterator]() {
        try {
          yield* slowly(items);
        } finally {
          source.closed++;
        }
      },
    },
  };
  return source;
}

test('a loop that is left early stops its step with what it has done, and lets go of its source', async (t) => {
  const server = await serveAt(t);
  const page = await watch(t, server);
  const source = watched(['a', 'b', 'c']);
  await server.messenger.runWithSession('s', async () => {
    for (const item of track(source.sync, 'Reading')) if (item === 'b') break;
    assert.equal(source.closed, 1);
    for await (const item of track(source.async, 'Reading')) if (item === 'c') break;
    assert.equal(source.closed, 2);
    const find = () => {
      for (const item of track(source.sync, 'Reading')) if (item === 'a') return item;
      return undefined;
    };
    assert.equal(find(), 'a');
    assert.equal(source.closed, 3);
  });
  await heard(page);
  assert.deepEqual(told(page), [
    'step_started',
    [0],
    [1],
    'step_stopped',
    'step_started',
    [0],
    [2],
    'step_stopped',
    'step_started',
    [0],
    'step_stopped',
  ]);
  for (const { status } of stateOf(page).steps) assert.equal(status, 'stopped');
});

test('a loop that throws ends its step, and its source; what it throws is thrown on', async (t) => {
  const server = await serveAt(t);
  const page = await watch(t, server);
  const source = watched(['a', 'b', 'c']);
  const thrown = new PublicError('No paper left.');
  await server.messenger.runWithSession('s', async () => {
    const sync = step('Sync', () => {
      for (const item of track(source.sync, 'Reading')) if (item === 'b') throw thrown;
    });
    assert.deepEqual(await outcome(sync), { error: thrown });
    const async = step('Async', async () => {
      for await (const item of track(source.async, 'Reading')) if (item === 'b') throw thrown;
    });
    assert.deepEqual(await outcome(async), { error: thrown });
  });
  assert.equal(source.closed, 2);
  await heard(page);
  const { steps } = stateOf(page);
  assert.deepEqual(
    steps.map(({ label, status, error }) => [label, status, error]),
    // JavaScript does not tell a loop's source why the loop is left; the step around it knows.
    [
      ['Sync', 'failed', 'No paper left.'],
      ['Reading', 'stopped', undefined],
      ['Async', 'failed', 'No paper left.'],
      ['Reading', 'stopped', undefined],
    ],
  );
  assert.deepEqual(
    steps.map(({ progress }) => progress?.value),
    [undefined, 1, undefined, 1],
  );
});

test('a source that throws fails the step: people read what is for them, the loop gets the error itself', async (t) => {
  const server = await serveAt(t);
  const page = await watch(t, server);
  function* breaking(error: unknown): Generator<string> {
    yield 'a';
    yield 'b';
    throw error;
  }
  async function* breakingLater(error: unknown): AsyncGenerator<string> {
    yield* slowly(['a']);
    throw error;
  }
  const secret = new Error('SECRET');
  const open = new PublicError('The disk is full.');
  await server.messenger.runWithSession('s', async () => {
    assert.throws(
      () => [...track(breaking(secret), 'Reading')],
      (error) => error === secret,
    );
    assert.throws(
      () => [...track(breaking(open), 'Reading')],
      (error) => error === open,
    );
    const later = async () => {
      for await (const _ of track(breakingLater(open), 'Reading')) void _;
    };
    assert.deepEqual(await outcome(later()), { error: open });
  });
  await heard(page);
  assert.deepEqual(told(page), [
    'step_started',
    [0],
    [2],
    'step_failed',
    'step_started',
    [0],
    [2],
    ['step_failed', 'The disk is full.'],
    'step_started',
    [0],
    [1],
    ['step_failed', 'The disk is full.'],
  ]);
  assert.ok(!page.raw.join().includes('SECRET'));
});

test('an asynchronous source in a loop that does not wait is refused with what to write', async (t) => {
  const server = await serve(t);
  const page = await watch(t, server);
  server.messenger.runWithSession('s', () => {
    const tracked = track(slowly(['a']), 'Reading') as unknown as Iterable<string>;
    assert.throws(() => [...tracked], {
      name: 'TypeError',
      message:
        'status-messenger: track: got an asynchronous source in a `for` loop, expected `for await`; write `for await (… of track(…))`',
    });
  });
  await heard(page);
  assert.deepEqual(told(page), [], 'no step was begun');
});

// Where it stands

test('a loop in a step is a step in it; two loops are two; nothing is begun before the loop is', async (t) => {
  const server = await serveAt(t);
  const page = await watch(t, server);
  await server.messenger.runWithSession('s', async () => {
    const unused = track(['a'], 'Unused');
    assert.ok(unused);
    await step('Outer', () => {
      for (const item of track(['a', 'b'], 'Outside')) {
        for (const _ of track([1, 2, 3], `Inside ${item}`)) addStatusMessage(item);
      }
    });
    const twice = track(['a'], 'Twice');
    assert.deepEqual([...twice, ...twice], ['a', 'a']);
  });
  await heard(page);
  const { steps } = stateOf(page);
  assert.deepEqual(
    steps.map(({ label, status, progress }) => [label, status, progress?.value]),
    [
      ['Outer', 'finished', undefined],
      ['Outside', 'finished', 2],
      ['Inside a', 'finished', 3],
      ['Inside b', 'finished', 3],
      ['Twice', 'finished', 1],
      ['Twice', 'finished', 1],
    ],
  );
  const [outer, outside] = steps;
  assert.equal(outside?.parent, outer?.id);
});

test('loops beside each other each count for themselves', async (t) => {
  const server = await serveAt(t);
  const page = await watch(t, server);
  const walk = async (label: string, count: number) => {
    const items = Array.from({ length: count }, (_, i) => `${i}`);
    for await (const _ of track(slowly(items), label, { total: count })) await turn();
  };
  await server.messenger.runWithSession('s', () => Promise.all([walk('a', 5), walk('b', 9)]));
  await heard(page);
  assert.deepEqual(
    stateOf(page).steps.map(({ label, status, progress }) => [label, status, progress?.value, progress?.max]),
    [
      ['a', 'finished', 5, 5],
      ['b', 'finished', 9, 9],
    ],
  );
});
