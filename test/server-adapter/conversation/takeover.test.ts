import assert from 'node:assert/strict';
import { setImmediate as turn } from 'node:timers/promises';
import { ManualClock } from '../../../components/testing/index.js';
import { addStatusMessage, ask, complete, currentContext, type Session } from '../../../server-adapter/index.js';
import type { WireClient } from '../../helpers/wire-client.js';
import {
  ackOf,
  answer,
  asked,
  asTheySay,
  endsOf,
  fileOf,
  gate,
  heard,
  outcome,
  pass,
  passUntil,
  say,
  type shows,
  stateOf,
  test,
  verdict,
  watch,
} from './support.js';

/** How long a process that stands still keeps its work. */
const LEASE = 3000;

type Run = { readonly by: 'a' | 'b'; readonly session: Session };

/**
 * Two servers of one file that do the same work. The clock of each is its own: one whose clock stands has died, or stands still as a process does that the
 * system has stopped.
 */
async function two(t: Parameters<typeof watch>[0], work: (session: Session, by: 'a' | 'b') => unknown) {
  const { open } = fileOf(t, { lease: LEASE });
  const runs: Run[] = [];
  const start = async (by: 'a' | 'b') => {
    const server = await open(new ManualClock(), { authorize: asTheySay });
    server.messenger.onSession((session) => {
      runs.push({ by, session });
      return work(session, by);
    });
    return server;
  };
  const [a, b] = [await start('a'), await start('b')];
  return { a, b, runs, clocks: [a.clock, b.clock] as const };
}

const who = (runs: readonly Run[]) => runs.map(({ by }) => by).join('');

/** Once a page shows that, while time passes. */
async function comesToShow(
  page: WireClient,
  fits: Parameters<typeof shows>[1],
  ...clocks: readonly ManualClock[]
): Promise<void> {
  await passUntil(() => fits(stateOf(page)), ...clocks);
}

const questions = (page: WireClient) =>
  page.frames.filter(({ type }) => type === 'question').map(({ data }) => (data as { questionId: string }).questionId);

// Both live

test('two servers, one file: the work is done once, and the viewers of both see all of it', async (t) => {
  const { a, b, runs, clocks } = await two(t, async () => {
    addStatusMessage('Reading…');
    complete(await ask('Name?', { key: 'name' }));
  });
  const onA = await watch(t, a);
  const onB = await watch(t, b);
  await comesToShow(onB, ({ phase }) => phase === 'waiting', ...clocks);
  await pass(5000, ...clocks);
  assert.equal(stateOf(onB).status?.text, 'Reading…');
  const { questionId } = await asked(onB, 'Name?');
  assert.deepEqual(verdict(await answer(onB, questionId, 'Ada')), { accepted: true });
  for (const page of [onA, onB]) {
    await comesToShow(page, ({ summary }) => summary === 'Ada', ...clocks);
    assert.equal(endsOf(page, questionId).length, 1);
  }
  await pass(15_000, ...clocks);
  assert.equal(who(runs), 'a');
});

test('both get their first viewer at the same instant: one of them it is', async (t) => {
  const { a, b, runs, clocks } = await two(t, () => ask('Name?', { key: 'name' }));
  const names = Array.from({ length: 8 }, (_, i) => `s${i}`);
  const pages = await Promise.all(
    names.flatMap((name, i) =>
      i % 2 === 0 ? [watch(t, a, name), watch(t, b, name)] : [watch(t, b, name), watch(t, a, name)],
    ),
  );
  await pass(5000, ...clocks);
  for (const page of pages) await comesToShow(page, ({ phase }) => phase === 'waiting', ...clocks);
  assert.deepEqual(runs.map(({ session }) => session.id).sort(), names);
});

test('a run that is over is not begun again by the other server, however it ended', async (t) => {
  const { a, b, runs, clocks } = await two(t, (session) => {
    if (session.id === 'complete') complete('Done');
    if (session.id === 'throws') throw new Error('broken');
    if (session.id === 'asked') return ask('Go on?');
    addStatusMessage('done');
    return undefined;
  });
  const again: string[] = [];
  for (const id of ['complete', 'throws', 'asked', 'says-no-end']) {
    const onA = await watch(t, a, id);
    if (id === 'asked') {
      await asked(onA, 'Go on?');
      await say(onA, 'cancel', {});
    }
    const onB = await watch(t, b, id);
    await pass(5000, ...clocks);
    const later = await watch(t, b, id);
    await pass(5000, ...clocks);
    if (runs.filter(({ session }) => session.id === id).length !== 1) again.push(id);
    await Promise.all([onA, onB, later].map((page) => page.close()));
  }
  assert.deepEqual(again, []);
});

test('a viewer of the other server can stop the run, and is told so', async (t) => {
  const reasons: unknown[] = [];
  const { a, b, runs, clocks } = await two(t, async () => {
    const { signal } = currentContext() ?? {};
    signal?.addEventListener('abort', () => reasons.push(signal.reason));
    await ask('Go on?');
  });
  const onA = await watch(t, a);
  await asked(onA, 'Go on?');
  const onB = await watch(t, b, 's', '?user=grace');
  await pass(100, ...clocks);
  assert.deepEqual(verdict(await say(onB, 'cancel', {})), { accepted: true });
  for (const page of [onA, onB]) {
    await comesToShow(page, ({ phase }) => phase === 'cancelled', ...clocks);
    assert.equal(stateOf(page).questions[0]?.status, 'cancelled');
  }
  assert.match(String(reasons), /^Error: status-messenger: a viewer asked to stop$/);
  // Who it was stands in the log.
  const event = onA.frames.find(
    ({ type, data }) => type === 'event' && (data as { event: string }).event === 'cancel_requested',
  );
  assert.deepEqual(event?.data, { event: 'cancel_requested', by: 'grace' });
  await pass(10_000, ...clocks);
  assert.equal(who(runs), 'a');
});

test('what was asked to stop in another run of the session stops nothing now', async (t) => {
  const { a, b, clocks } = await two(t, ({ id }) => (id === 'other' ? undefined : ask('Go on?', { key: 'k' })));
  await a.messenger.sendToSession('s', { type: 'event', data: { event: 'cancel_requested' } });
  const onA = await watch(t, a);
  await asked(onA, 'Go on?');
  await watch(t, b);
  await b.messenger.sendToSession('s', { type: 'status', data: 'a word about cancel_requested' });
  await pass(2000, ...clocks);
  assert.equal(stateOf(onA).phase, 'waiting');
});

test('a page that asks to stop in the very moment in which its server looks whether it may have the work is heard', async (t) => {
  const { a, b, clocks } = await two(t, () => ask('Go on?', { key: 'k' }));
  const onA = await watch(t, a);
  await asked(onA, 'Go on?');
  const onB = await watch(t, b);
  await pass(100, ...clocks);
  // Each time at another moment of the second that lies between two looks.
  const acks: boolean[] = [];
  for (let i = 0; i < 2; i++) {
    await onB.send({ type: 'cancel', ref: `c${i}`, data: {} });
    for (let moved = 0; moved < 1100; moved += 1) b.clock.advance(1);
    acks.push((await ackOf(onB, `c${i}`)).accepted);
  }
  assert.deepEqual(acks, [true, true]);
});

// One is gone

test('a server that leaves gives its work to the other one, which has a viewer', async (t) => {
  const { a, b, runs, clocks } = await two(t, async (_, by) => {
    const name = await ask('Name?', { key: 'name' });
    complete(`${name}, by ${by}`);
  });
  const onA = await watch(t, a);
  const { questionId } = await asked(onA, 'Name?');
  const onB = await watch(t, b);
  await pass(100, ...clocks);
  await a.close();
  await passUntil(() => runs.length === 2, b.clock);
  await pass(100, b.clock);
  assert.deepEqual(
    stateOf(onB).questions.map(({ id, status }) => [id, status]),
    [[questionId, 'open']],
    'it is taken up',
  );
  assert.equal((await answer(onB, questionId, 'Ada')).accepted, true);
  await comesToShow(onB, ({ summary }) => summary === 'Ada, by b', b.clock);
  assert.equal(who(runs), 'ab');
});

test('a server that died: once its lease is over the other takes the work over, asks nothing twice, and closes what nobody can take up', async (t) => {
  const { a, b, runs, clocks } = await two(t, async (_, by) => {
    const first = await ask('First?', { key: 'first' });
    const [second, third] = await Promise.all([ask('Second?', { key: 'second' }), outcome(ask('Unkeyed?'))]);
    complete(`${first} ${second} ${'value' in third ? third.value : 'nothing'} by ${by}`);
  });
  const onA = await watch(t, a);
  const onB = await watch(t, b);
  await pass(100, ...clocks);
  await answer(onB, (await asked(onB, 'First?')).questionId, '1');
  await pass(100, ...clocks);
  const second = await asked(onB, 'Second?');
  const unkeyed = await asked(onB, 'Unkeyed?');
  // From here on a stands.
  await onA.close();
  await pass(LEASE - 500, b.clock);
  assert.equal(who(runs), 'a', 'not before its lease is over');
  await passUntil(() => runs.length > 1, b.clock);
  await pass(200, b.clock);
  assert.equal(who(runs), 'ab');
  assert.equal(endsOf(onB, unkeyed.questionId)[0]?.outcome, 'cancelled');
  const asks = stateOf(onB).questions.map(({ question, status }) => [question, status]);
  assert.deepEqual(asks, [
    ['First?', 'answered'],
    ['Second?', 'open'],
    ['Unkeyed?', 'cancelled'],
    ['Unkeyed?', 'open'],
  ]);
  await answer(onB, second.questionId, '2');
  await answer(onB, stateOf(onB).questions[3]?.id ?? '', '3');
  await comesToShow(onB, ({ summary }) => summary === '1 2 3 by b', b.clock);
});

test('while a server lives its work is not taken, however long it lasts', async (t) => {
  const { a, b, runs, clocks } = await two(t, () => ask('Name?', { key: 'name' }));
  await watch(t, a);
  await watch(t, b);
  await pass(10 * LEASE, ...clocks);
  assert.equal(who(runs), 'a');
  assert.equal(runs[0]?.session.signal.aborted, false);
});

test('without a viewer nothing is taken over; the next one that comes begins it', async (t) => {
  const { a, b, runs } = await two(t, () => ask('Name?', { key: 'name' }));
  await asked(await watch(t, a), 'Name?');
  const gone = await watch(t, b);
  await pass(100, b.clock);
  await gone.close();
  await pass(3 * LEASE, b.clock);
  assert.equal(who(runs), 'a');
  const back = await watch(t, b);
  await passUntil(() => runs.length === 2, b.clock);
  assert.equal(who(runs), 'ab');
  assert.equal(questions(back).length, 0, 'it shows the question that was open');
  assert.equal(stateOf(back).questions.length, 1);
});

test('who asked to stop while nobody did the work is obeyed by whoever takes it over', async (t) => {
  const { a, b, runs, clocks } = await two(t, async () => {
    await ask('Name?', { key: 'name' });
    complete('went on');
  });
  const onA = await watch(t, a);
  await asked(onA, 'Name?');
  const onB = await watch(t, b);
  await pass(100, ...clocks);
  // a stands from here on, and nobody knows it yet.
  await onA.close();
  assert.deepEqual(verdict(await say(onB, 'cancel', {})), { accepted: true });
  await pass(3 * LEASE, b.clock);
  assert.deepEqual(stateOf(onB).phase, 'cancelled', 'it was told that the run would stop');
  for (const { by, session } of runs) if (by === 'b') assert.ok(session.signal.aborted);
});

test('who asked to stop a run whose server then died is obeyed, too', async (t) => {
  const { a, b, runs, clocks } = await two(t, () => new Promise(() => {}));
  const onA = await watch(t, a);
  const onB = await watch(t, b);
  await pass(100, ...clocks);
  assert.deepEqual(verdict(await say(onA, 'cancel', {})), { accepted: true });
  assert.equal(runs[0]?.session.signal.aborted, true);
  // It takes its time to stop, and a stands from here on.
  await onA.close();
  await comesToShow(onB, ({ phase }) => phase === 'cancelled', b.clock);
  assert.equal(who(runs), 'a');
});

test('a run that has ended on one server is not brought back to life by who asks to stop it on the other', async (t) => {
  const { a, b, clocks } = await two(t, async () => complete(await ask('Name?', { key: 'name' })));
  const onA = await watch(t, a);
  const onB = await watch(t, b);
  await pass(100, ...clocks);
  await answer(onA, (await asked(onA, 'Name?')).questionId, 'Ada');
  await onA.type('complete');
  const nothing = { accepted: false, reason: 'nothing is running' };
  assert.deepEqual(verdict(await say(onB, 'cancel', {})), nothing);
  await pass(5000, ...clocks);
  assert.deepEqual(verdict(await say(onB, 'cancel', {})), nothing);
  assert.deepEqual([stateOf(onB).phase, stateOf(onB).summary], ['completed', 'Ada']);
});

// One stood still, and wakes

test('a server that only stood still finds its work taken: it stops, closes no question, and does not say how it ended', async (t) => {
  const outcomes: string[] = [];
  const { a, b, runs, clocks } = await two(t, async (_, by) => {
    const result = await outcome(ask('Name?', { key: 'name' }));
    outcomes.push(`${by} ${'value' in result ? result.value : (result.error as Error).message}`);
    if ('error' in result) throw result.error;
    complete(`${result.value}, by ${by}`);
  });
  const onA = await watch(t, a);
  const { questionId } = await asked(onA, 'Name?');
  const onB = await watch(t, b);
  await pass(100, ...clocks);
  await passUntil(() => runs.length === 2, b.clock);
  assert.equal(runs[0]?.session.signal.aborted, false);
  // a wakes, and hears of it when it next says that it lives.
  await pass(LEASE, ...clocks);
  assert.match(String(runs[0]?.session.signal.reason), /another server has taken the work over/);
  assert.deepEqual(outcomes, ['a status-messenger: another server has taken the work over']);
  assert.deepEqual(
    stateOf(onB).questions.map(({ id, status }) => [id, status]),
    [[questionId, 'open']],
    'the question is the other’s now',
  );
  assert.equal(stateOf(onB).phase, 'waiting');
  assert.equal((await answer(onB, questionId, 'Ada')).accepted, true);
  for (const page of [onA, onB]) await comesToShow(page, ({ summary }) => summary === 'Ada, by b', ...clocks);
  assert.deepEqual(a.log.with('error'), []);
});

test('the work can come back to a server that had lost it', async (t) => {
  const { a, b, runs, clocks } = await two(t, async (_, by) =>
    complete(`${await ask('Name?', { key: 'name' })}, by ${by}`),
  );
  const onA = await watch(t, a);
  await asked(onA, 'Name?');
  const onB = await watch(t, b);
  await pass(100, ...clocks);
  await passUntil(() => runs.length === 2, b.clock);
  await pass(LEASE, ...clocks);
  // Now b is gone, and the page on a still waits.
  await onB.close();
  await b.close();
  await pass(3 * LEASE, a.clock);
  assert.equal(who(runs), 'aba');
  await turn();
  await onA.send({ answer: 'Ada' });
  await comesToShow(onA, ({ summary }) => summary === 'Ada, by a', a.clock);
});

test('what a server says that has lost its work without knowing it breaks no log', async (t) => {
  const left = gate();
  const { a, b, runs, clocks } = await two(t, async (_, by) => {
    await left.opened;
    complete(`by ${by}`);
  });
  const onA = await watch(t, a);
  const onB = await watch(t, b);
  await pass(100, ...clocks);
  await passUntil(() => runs.length === 2, b.clock);
  left.open();
  for (const page of [onA, onB]) await comesToShow(page, ({ phase }) => phase === 'completed', ...clocks);
  await pass(3 * LEASE, ...clocks);
  await Promise.all([heard(onA), heard(onB)]);
  assert.deepEqual(stateOf(onA).summary, stateOf(onB).summary);
  assert.equal(who(runs), 'ab');
  for (const server of [a, b]) assert.deepEqual(server.log.with('error'), []);
});
