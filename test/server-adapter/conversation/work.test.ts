import assert from 'node:assert/strict';
import { setTimeout as sleep, setImmediate as turn } from 'node:timers/promises';
import { ManualClock } from '../../../components/testing/index.js';
import {
  addStatusMessage,
  ask,
  type ChannelStore,
  complete,
  MemoryStore,
  type Session,
} from '../../../server-adapter/index.js';
import {
  ackOf,
  answer,
  asked,
  asTheySay,
  ended,
  endsOf,
  fileOf,
  gate,
  heard,
  NEVER,
  outcome,
  pass,
  passUntil,
  STORES,
  say,
  serve,
  serveAt,
  shows,
  stateOf,
  test,
  verdict,
  watch,
} from './support.js';

/** A store of which some calls go another way. */
function storeWith(change: Partial<ChannelStore>): ChannelStore {
  return Object.assign(new MemoryStore(), change);
}

const memory = MemoryStore.prototype;

for (const [name, open] of Object.entries(STORES)) {
  test(`${name}: a session’s work begins once, however many come at that instant and later`, async (t) => {
    const server = await serve(t, { store: open(t) });
    let runs = 0;
    server.messenger.onSession(async () => {
      runs++;
      addStatusMessage(`run ${runs}`);
      await ask('Go on?');
      complete('Done');
    });
    const pages = await Promise.all(Array.from({ length: 30 }, () => watch(t, server)));
    for (const page of pages) await asked(page, 'Go on?');
    await pages[0]?.send({ answer: 'yes' });
    for (const page of pages) await page.type('complete');
    await Promise.all(pages.map((page) => page.close()));
    const late = await watch(t, server);
    await heard(late);
    assert.equal(runs, 1);
    assert.deepEqual(stateOf(late).phase, 'completed');
  });

  test(`${name}: a handler that has nothing more to say is not called again while its process lives`, async (t) => {
    const server = await serve(t, { store: open(t) });
    let runs = 0;
    server.messenger.onSession(() => {
      runs++;
      addStatusMessage('hello');
    });
    for (let i = 0; i < 3; i++) {
      const page = await watch(t, server);
      await shows(page, ({ status }) => status?.text === 'hello');
      await page.close();
    }
    assert.equal(runs, 1);
  });

  test(`${name}: where nothing runs there is nothing to stop, and a page is told so`, async (t) => {
    const server = await serve(t, { store: open(t) });
    const page = await watch(t, server);
    const nothing = { accepted: false, reason: 'nothing is running' };
    assert.deepEqual(verdict(await say(page, 'cancel', {})), nothing);
    server.messenger.onSession(() => complete('Done'));
    const other = await watch(t, server, 'other');
    await other.type('complete');
    await turn();
    assert.deepEqual(verdict(await say(other, 'cancel', {})), nothing);
  });

  test(`${name}: to stop a run twice is to stop it once`, async (t) => {
    const server = await serve(t, { store: open(t) });
    const reasons: unknown[] = [];
    const left = gate();
    server.messenger.onSession(async ({ signal }) => {
      signal.addEventListener('abort', () => reasons.push(signal.reason));
      await left.opened;
    });
    const [page, other] = [await watch(t, server), await watch(t, server)];
    await turn();
    const accepted = { accepted: true };
    assert.deepEqual(verdict(await say(page, 'cancel', {}, 'c')), accepted);
    assert.deepEqual(verdict(await say(page, 'cancel', {}, 'c')), accepted);
    assert.deepEqual(verdict(await say(other, 'cancel', {})), accepted);
    left.open();
    assert.deepEqual((await page.type('state')).data, { taskId: 's', status: 'CANCELLED' });
    await heard(page);
    assert.equal(page.frames.filter(({ type }) => type === 'state').length, 1);
    assert.equal(reasons.length, 1);
    assert.match(String(reasons[0]), /^Error: status-messenger: a viewer asked to stop$/);
  });

  test(`${name}: what a page says is kept with the channel: the run goes on when it is forgotten`, async (t) => {
    const clock = new ManualClock();
    const isFile = name === 'sqlite';
    const server = isFile ? await fileOf(t).open(clock) : await serveAt(t, {}, clock);
    const sessions: Session[] = [];
    const left = gate();
    server.messenger.onSession(async (session) => {
      sessions.push(session);
      addStatusMessage('begun');
      await left.opened;
      addStatusMessage('in a new log');
    });
    const page = await watch(t, server);
    await shows(page, ({ status }) => status?.text === 'begun');
    await server.messenger.forget('session:s');
    await pass(30_000, clock);
    assert.equal(sessions[0]?.signal.aborted, false, `it was stopped: ${sessions[0]?.signal.reason}`);
    left.open();
    await shows(page, ({ status }) => status?.text === 'in a new log');
  });
}

// What goes wrong around it

test('work that cannot be begun is begun once it can be', async (t) => {
  let refused = 0;
  const claim: ChannelStore['claim'] = (name) => {
    if (refused++ < 2) throw new Error('the disk is away');
    return memory.claim.call(store, name);
  };
  const store = storeWith({ claim });
  const server = await serveAt(t, { store });
  let runs = 0;
  server.messenger.onSession(() => {
    runs++;
    complete('Done');
  });
  const page = await watch(t, server);
  await pass(5000, server.clock);
  await page.type('complete');
  assert.equal(runs, 1);
  assert.deepEqual(server.log.lines, [
    'warn status-messenger: the work of session:s could not be begun: the disk is away',
  ]);
});

test('work that is over is not begun again because that could not be stored', async (t) => {
  let refused = 0;
  const unclaim: ChannelStore['unclaim'] = (name, done) => {
    if (refused++ < 2) throw new Error('the disk is away');
    memory.unclaim.call(store, name, done);
  };
  const store = storeWith({ unclaim });
  const server = await serveAt(t, { store });
  let runs = 0;
  server.messenger.onSession(() => {
    runs++;
    complete('Done');
  });
  const page = await watch(t, server);
  await page.type('complete');
  await pass(5000, server.clock);
  assert.equal(runs, 1);
  assert.deepEqual(server.log.with('could not be begun'), []);
});

test('a page that asks to stop while the work is about to begin is heard', async (t) => {
  const granted = gate();
  const claim: ChannelStore['claim'] = async (name) => {
    await granted.opened;
    return memory.claim.call(store, name);
  };
  const store = storeWith({ claim });
  const server = await serve(t, { store });
  const signals: AbortSignal[] = [];
  server.messenger.onSession(async ({ signal }) => {
    signals.push(signal);
    await outcome(ask('Still?', { timeout: 50, default: 'no' }));
  });
  const page = await watch(t, server);
  await page.send({ type: 'cancel', ref: 'c', data: {} });
  await heard(page);
  granted.open();
  assert.deepEqual(verdict(await ackOf(page, 'c')), { accepted: true });
  await shows(page, ({ phase }) => phase === 'cancelled');
  for (const signal of signals) assert.equal(signal.aborted, true);
});

// After a restart: one messenger is closed, and another opened over the same file

test('a run that has said its end is never run again, however it said so', async (t) => {
  const ways: { readonly [way: string]: (session: Session) => unknown } = {
    'complete() as its last word': () => complete('Done'),
    'complete() and some more to do': async () => {
      complete('Done');
      await sleep(1);
    },
    'sends it and waits': (session) => session.send({ type: 'complete', data: { summary: 'Done' } }),
    throws: () => {
      throw new Error('broken');
    },
    'was asked to stop': () => ask('Go on?'),
  };
  const clock = new ManualClock();
  const { open } = fileOf(t);
  const runs: string[] = [];
  const start = async () => {
    const server = await open(clock);
    server.messenger.onSession((session) => {
      const [way, run] = Object.entries(ways)[Number(session.id)] ?? [];
      runs.push(way ?? '');
      return run?.(session);
    });
    return server;
  };
  const names = Object.keys(ways);
  const first = await start();
  for (const i of names.keys()) {
    const page = await watch(t, first, `${i}`);
    if (names[i] === 'was asked to stop') {
      await asked(page, 'Go on?');
      await say(page, 'cancel', {});
    }
    await shows(page, ({ phase }) => ['completed', 'failed', 'cancelled'].includes(phase));
  }
  assert.deepEqual(runs, names);
  await pass(100, clock);
  await first.close();
  const second = await start();
  for (const i of names.keys()) {
    const page = await watch(t, second, `${i}`);
    assert.ok(['completed', 'failed', 'cancelled'].includes(stateOf(page).phase));
  }
  await pass(15_000, clock);
  assert.deepEqual(runs, names, 'each ran once');
});

test('a run that was interrupted goes on: what was answered stands, what is open is taken up, nothing is asked twice', async (t) => {
  const clock = new ManualClock();
  const { open } = fileOf(t);
  const done: string[] = [];
  const start = async () => {
    const server = await open(clock, { authorize: asTheySay });
    server.messenger.onSession(async () => {
      const name = await ask('Name?', { key: 'name' });
      const color = await ask('Color?', { key: 'color', choices: ['red', 'green'] });
      done.push(`${name} ${color}`);
      complete(`${name} likes ${color}`);
    });
    return server;
  };
  const first = await start();
  const before = await watch(t, first);
  const name = await asked(before, 'Name?');
  assert.equal((await answer(before, name.questionId, 'Ada', 'r1')).accepted, true);
  const color = await asked(before, 'Color?');
  const position = before.frames.filter(({ id }) => id !== undefined).at(-1)?.id;
  await first.close();
  const second = await start();
  const after = await watch(t, second, 's', `?after=${position}`);
  await heard(after);
  const stored = () => after.frames.filter(({ id }) => id !== undefined);
  assert.deepEqual(stored(), [], 'nothing was said that had been said before');
  // What was acknowledged before is acknowledged again.
  assert.deepEqual(await answer(after, name.questionId, 'Grace', 'r1'), { ref: 'r1', accepted: true });
  const late = await watch(t, second);
  assert.deepEqual(
    stateOf(late).questions.map(({ id, status, answer }) => [id, status, answer]),
    [
      [name.questionId, 'answered', 'Ada'],
      [color.questionId, 'open', undefined],
    ],
  );
  assert.deepEqual(verdict(await answer(late, color.questionId, 'blue')), {
    accepted: false,
    reason: 'got string "blue", expected one of red, green',
  });
  assert.equal((await answer(late, color.questionId, 'green')).accepted, true);
  await after.type('complete');
  assert.deepEqual(done, ['Ada green']);
  assert.deepEqual(
    stored().map(({ type }) => type),
    ['answered', 'complete'],
  );
});

test('that a server leaves is no failure of the runs that it leaves: no page is told so, and no log', async (t) => {
  const clock = new ManualClock();
  const { open } = fileOf(t);
  const server = await open(clock);
  const told: unknown[] = [];
  server.messenger.onSession(async ({ id, signal }) => {
    const waiting = id === 'keyed' ? ask('Name?', { key: 'name' }) : ask('Name?');
    await waiting.catch((error: unknown) => {
      // Whoever gives up for good should be able to tell that it is not over.
      told.push(signal.aborted);
      throw error;
    });
  });
  const pages = [await watch(t, server, 'keyed'), await watch(t, server, 'unkeyed')];
  for (const page of pages) await asked(page, 'Name?');
  await server.close();
  for (const page of pages) {
    assert.equal((await page.closed()).code, 1012);
    assert.deepEqual(
      page.frames.filter(({ type }) => type === 'error' || type === 'state'),
      [],
    );
  }
  assert.deepEqual(told, [true, true], 'the signal says that the server leaves');
  assert.deepEqual(server.log.with('error'), []);
});

test('an answer that was given just before the end is not lost: the next run has it', async (t) => {
  const clock = new ManualClock();
  const { open } = fileOf(t);
  const answers: string[] = [];
  const start = async () => {
    const server = await open(clock);
    server.messenger.onSession(async () => {
      answers.push(await ask('Name?', { key: 'name' }));
      complete('Done');
    });
    return server;
  };
  const first = await start();
  const page = await watch(t, first);
  const { questionId } = await asked(page, 'Name?');
  await answer(page, questionId, 'Ada');
  await first.close();
  const second = await start();
  const again = await watch(t, second);
  await shows(again, ({ phase }) => phase === 'completed');
  assert.deepEqual(new Set(answers), new Set(['Ada']));
});

test('a question without a key ends with its process: it is closed for everybody, and asked anew by the next', async (t) => {
  const clock = new ManualClock();
  const { open } = fileOf(t);
  const start = async () => {
    const server = await open(clock);
    server.messenger.onSession(async () => complete(await ask('Name?')));
    return server;
  };
  const first = await start();
  const page = await watch(t, first);
  const { questionId } = await asked(page, 'Name?');
  await first.close();
  assert.equal((await ended(page, questionId)).outcome, 'cancelled');
  assert.equal((await page.closed()).code, 1012);
  const second = await start();
  const back = await watch(t, second);
  await shows(back, ({ questions }) => questions.length === 2);
  const [old, open2] = stateOf(back).questions;
  assert.deepEqual([old?.id, old?.status, open2?.status], [questionId, 'cancelled', 'open']);
  assert.deepEqual(verdict(await answer(back, questionId, 'late')), { accepted: false, reason: 'cancelled' });
  await back.send({ answer: 'Ada' });
  assert.deepEqual((await back.type('complete')).data, { summary: 'Ada' });
});

test('time that passes while no server runs counts: the default holds at once, and for everyone', async (t) => {
  const clock = new ManualClock();
  const { open } = fileOf(t);
  const answers: string[] = [];
  const start = async () => {
    const server = await open(clock);
    server.messenger.onSession(async () => {
      answers.push(await ask('Soon?', { key: 'soon', timeout: 60_000, default: 'no' }));
      answers.push(await ask('Later?', { key: 'later', timeout: 60_000, default: 'no' }));
      complete('Done');
    });
    return server;
  };
  const first = await start();
  const page = await watch(t, first);
  const soon = await asked(page, 'Soon?');
  await pass(20_000, clock);
  await first.close();
  clock.advance(50_000);
  const second = await start();
  const back = await watch(t, second);
  await shows(back, ({ questions }) => questions[0]?.status === 'expired');
  assert.deepEqual(verdict(await answer(back, soon.questionId, 'yes')), { accepted: false, reason: 'expired' });
  const later = await asked(back, 'Later?');
  assert.deepEqual(answers, ['no']);
  // What is left of the time is what is left of it, not all of it anew.
  await pass(17_000, clock);
  await second.close();
  const third = await start();
  const last = await watch(t, third);
  await asked(last, 'Later?');
  await pass(40_000, clock);
  assert.equal(stateOf(last).questions[1]?.status, 'open');
  await passUntil(() => stateOf(last).phase === 'completed', clock);
  assert.deepEqual(answers, ['no', 'no', 'no']);
  assert.ok(Math.abs(clock.now() - (later.expiresAt ?? 0)) < 200);
});

// Questions of a process that is gone, asked where no run is begun by a viewer

/** Asks in a process that then stands still for ever, as one that was killed. */
async function askAndDie(
  t: Parameters<typeof watch>[0],
  ids: { readonly sessionId?: string; readonly threadId?: string },
  options: { readonly key?: string; readonly timeout?: number; readonly default?: string },
  passed = 60_000,
) {
  const { open } = fileOf(t);
  const dead = await open(new ManualClock(), { authorize: asTheySay });
  void outcome(dead.messenger.runWithSession(ids, () => ask('Anybody?', options)));
  const page = await watch(t, dead, 's', '?thread=t');
  const { questionId } = await asked(page, 'Anybody?');
  await page.close();
  const clock = new ManualClock(new ManualClock().now() + passed);
  return { questionId, server: await open(clock, { authorize: asTheySay }) };
}

for (const [where, ids, channel] of [
  ['a session', { sessionId: 's' }, undefined],
  ['a thread', { threadId: 't' }, 'thread:t'],
] as const) {
  test(`${where}: a question that its process left behind is over once its time is, also where no handler runs`, async (t) => {
    const { questionId, server } = await askAndDie(t, ids, { key: 'k', timeout: 30_000, default: 'nobody' });
    const page = await watch(t, server, 's', '?thread=t');
    await pass(1000, server.clock);
    await heard(page);
    const [question] = stateOf(page, channel).questions;
    assert.deepEqual([question?.id, question?.status, question?.answer], [questionId, 'expired', 'nobody']);
  });

  test(`${where}: it is over then for a page, too, that was there before`, async (t) => {
    const { server } = await askAndDie(t, ids, { key: 'k', timeout: 30_000, default: 'nobody' }, 10_000);
    const page = await watch(t, server, 's', '?thread=t');
    assert.equal(stateOf(page, channel).questions[0]?.status, 'open');
    await pass(40_000, server.clock);
    await heard(page);
    const [question] = stateOf(page, channel).questions;
    assert.deepEqual([question?.status, question?.answer], ['expired', 'nobody']);
  });

  test(`${where}: a question without a key whose process is gone is closed, also where no handler runs`, async (t) => {
    const { questionId, server } = await askAndDie(t, ids, {});
    const page = await watch(t, server, 's', '?thread=t');
    await pass(15_000, server.clock);
    await heard(page);
    const [question] = stateOf(page, channel).questions;
    assert.deepEqual([question?.id, question?.status], [questionId, 'cancelled']);
  });

  test(`${where}: it is closed for a page, too, that was there when its process died`, async (t) => {
    const { server } = await askAndDie(t, ids, {}, 100);
    const page = await watch(t, server, 's', '?thread=t');
    assert.equal(stateOf(page, channel).questions[0]?.status, 'open', 'for all that anybody knows it lives');
    // Longer than any lease.
    await pass(40_000, server.clock);
    await heard(page);
    assert.equal(stateOf(page, channel).questions[0]?.status, 'cancelled');
  });
}

test('questions that a living process asked outside of any handler stay open when the first viewer begins the work', async (t) => {
  const server = await serve(t, { heartbeat: NEVER });
  const asking = server.messenger.runWithSession('s', () => ask('Before?'));
  server.messenger.onSession(() => ask('Inside?', { key: 'k' }));
  const page = await watch(t, server);
  const { questionId } = await asked(page, 'Before?');
  await asked(page, 'Inside?');
  assert.deepEqual(endsOf(page, questionId), []);
  assert.equal((await answer(page, questionId, 'yes')).accepted, true);
  assert.equal(await asking, 'yes');
});
