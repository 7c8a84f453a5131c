import assert from 'node:assert/strict';
import { seededRandom } from '../../../components/testing/index.js';
import { applyAll, type ChannelState, initialState, type JsonValue, type Outcome } from '../../../protocol/index.js';
import type { ChannelStore } from '../../../server-adapter/index.js';
import { ask, MemoryStore } from '../../../server-adapter/index.js';
import { seedFromEnvironment } from '../../helpers/random.js';
import type { TestServer } from '../../helpers/server.js';
import type { Frame, WireClient } from '../../helpers/wire-client.js';
import {
  ackOf,
  answer,
  asked,
  asTheySay,
  ended,
  endsOf,
  fileOnRealTime,
  heard,
  messagesIn,
  outcome,
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

const seed = seedFromEnvironment();
const COUNT = 100;

// The first answer wins

async function crowd(
  t: Parameters<typeof watch>[0],
  servers: readonly [TestServer, ...TestServer[]],
  count = COUNT,
): Promise<WireClient[]> {
  return Promise.all(
    Array.from({ length: count }, (_, i) => watch(t, servers[i % servers.length] ?? servers[0], 's', `?user=u${i}`)),
  );
}

/** All answer at once; one wins, and everybody knows who. */
async function race(pages: readonly WireClient[], server: TestServer): Promise<void> {
  const result = server.messenger.runWithSession('s', () => ask('Who is first?'));
  const [first] = pages;
  assert.ok(first);
  const { questionId } = await asked(first, 'Who is first?');
  for (const page of pages) await asked(page, 'Who is first?');
  // What a machine that has other things to do takes for so many frames anyway.
  const began = performance.now();
  await Promise.all(pages.map(heard));
  const busy = Math.round(performance.now() - began);
  for (const [i, page] of pages.entries()) {
    void page.send({ type: 'answer', ref: `r${i}`, data: { questionId, answer: `answer ${i}` } });
  }
  const ends = await Promise.all(pages.map((page) => ended(page, questionId)));
  const { ts = 0 } = await first.type('answered');
  const took = Date.now() - ts;
  assert.ok(
    took < 1000 + busy,
    `everybody knows after ${took} ms, on a machine that takes ${busy} ms for the same without`,
  );
  const acks = await Promise.all(pages.map((page, i) => ackOf(page, `r${i}`)));
  const winners = acks.flatMap(({ accepted }, i) => (accepted ? [i] : []));
  assert.equal(winners.length, 1, `${winners.length} were accepted`);
  const [winner] = winners;
  assert.equal(await result, `answer ${winner}`);
  const by = `u${winner}`;
  for (const [i, ack] of acks.entries()) {
    if (i !== winner) assert.deepEqual(verdict(ack), { accepted: false, reason: 'answered', by });
  }
  const end = { questionId, outcome: 'answered', answer: `answer ${winner}`, by };
  for (const told of ends) assert.deepEqual(told, end);
  for (const page of pages) {
    await heard(page);
    assert.deepEqual(endsOf(page, questionId), [end], 'and is told once');
  }
  const ids = new Set(pages.map((page) => page.frames.find(({ type }) => type === 'answered')?.id));
  assert.equal(ids.size, 1, 'at the same position of the log');
}

test(`${COUNT} simultaneous answers, in memory: exactly one is accepted, everyone is told by whom`, async (t) => {
  const server = await serve(t, { authorize: asTheySay });
  await race(await crowd(t, [server]), server);
});

test(`${COUNT} simultaneous answers over two messengers of one file: exactly one is accepted, everyone is told by whom`, async (t) => {
  const { open } = fileOnRealTime(t);
  const servers = [await open({ authorize: asTheySay }), await open({ authorize: asTheySay })] as const;
  const pages = await crowd(t, servers);
  // Whoever asks has no advantage.
  await race(pages, servers[1]);
});

test('without a user everyone is told the same all the same', async (t) => {
  const server = await serve(t);
  const pages = await Promise.all(Array.from({ length: 5 }, () => watch(t, server)));
  const result = server.messenger.runWithSession('s', () => ask('Who?'));
  const [first] = pages as [WireClient];
  const { questionId } = await asked(first, 'Who?');
  const acks = await Promise.all(pages.map((page, i) => answer(page, questionId, `${i}`)));
  const winner = acks.findIndex(({ accepted }) => accepted);
  assert.equal(acks.filter(({ accepted }) => accepted).length, 1);
  assert.equal(await result, `${winner}`);
  const ends = await Promise.all(pages.map((page) => ended(page, questionId)));
  for (const end of ends) assert.deepEqual(end, ends[0]);
  for (const [i, ack] of acks.entries()) {
    if (i === winner) continue;
    const by = ends[0]?.by;
    assert.deepEqual(verdict(ack), { accepted: false, reason: 'answered', ...(by === undefined ? {} : { by }) });
  }
});

test('an answer, a decline and a timeout at once: one of them it is, and it is the same for everybody', async (t) => {
  const random = seededRandom(seed);
  for (let i = 0; i < 20; i++) {
    const server = await serveAt(t, { authorize: asTheySay });
    const pages = await crowd(t, [server], 3);
    const [a, b, c] = pages as [WireClient, WireClient, WireClient];
    const result = outcome(server.messenger.runWithSession('s', () => ask('?', { timeout: 10, default: 'default' })));
    const { questionId } = await asked(a, '?');
    const acts = [
      () => void a.send({ type: 'answer', ref: 'a', data: { questionId, answer: 'answer' } }),
      () => void b.send({ type: 'answer', ref: 'b', data: { questionId, decline: true } }),
      () => server.clock.advance(10),
    ].sort(() => random() - 0.5);
    for (const act of acts) act();
    const [end] = await Promise.all([ended(c, questionId), heard(a), heard(b)]);
    const got = await result;
    const outcomes: { readonly [outcome in Outcome]?: unknown } = {
      answered: { value: 'answer' },
      expired: { value: 'default' },
    };
    if (end.outcome === 'declined') assert.ok('error' in got);
    else assert.deepEqual(got, outcomes[end.outcome]);
    const accepted = [(await ackOf(a, 'a')).accepted, (await ackOf(b, 'b')).accepted];
    assert.deepEqual(accepted, [end.outcome === 'answered', end.outcome === 'declined'], `SEED=${seed}`);
    for (const page of pages) assert.deepEqual(endsOf(page, questionId), [end]);
  }
});

// The same answer again

for (const [name, open] of Object.entries(STORES)) {
  test(`${name}: the same ref again is acknowledged again, from any connection, and not carried out again`, async (t) => {
    const server = await serve(t, { store: open(t), authorize: asTheySay });
    const page = await watch(t, server, 's', '?user=ada');
    const result = server.messenger.runWithSession('s', () => ask('Count?', { schema: { type: 'integer' } }));
    const { questionId } = await asked(page, 'Count?');
    const refused = await answer(page, questionId, 'many', 'first');
    assert.equal(refused.accepted, false);
    assert.deepEqual(await answer(page, questionId, 'many', 'first'), refused);
    assert.deepEqual(endsOf(page, questionId), []);
    const accepted = await answer(page, questionId, 3, 'second');
    assert.deepEqual(accepted, { ref: 'second', accepted: true });
    assert.equal(await result, 3);
    await page.close();
    const back = await watch(t, server, 's', '?user=ada');
    assert.deepEqual(await answer(back, questionId, 3, 'second'), accepted);
    assert.equal((await answer(back, questionId, 'many', 'first')).accepted, false);
    assert.deepEqual(verdict(await answer(back, questionId, 3, 'third')), {
      accepted: false,
      reason: 'answered',
      by: 'ada',
    });
    assert.equal(stateOf(back).messages.filter(({ type }) => type === 'answered').length, 1);
  });

  test(`${name}: one ref on many connections at once is one answer`, async (t) => {
    const server = await serve(t, { store: open(t), authorize: asTheySay });
    const pages = await crowd(t, [server], 10);
    const result = server.messenger.runWithSession('s', () => ask('?'));
    const { questionId } = await asked(pages[0] as WireClient, '?');
    const acks = await Promise.all(pages.map((page) => answer(page, questionId, 'x', 'one')));
    for (const ack of acks) assert.deepEqual(ack, { ref: 'one', accepted: true });
    assert.equal(await result, 'x');
    const [end] = await Promise.all(pages.map((page) => ended(page, questionId)));
    assert.ok(end);
  });

  test(`${name}: it survives a reload and a second tab, and who comes later sees how it ended`, async (t) => {
    const server = await serve(t, { store: open(t), authorize: asTheySay });
    const first = await watch(t, server);
    const result = server.messenger.runWithSession('s', () => ask('Still there?', { choices: ['yes', 'no'] }));
    const question = await asked(first, 'Still there?');
    await first.close();
    const reloaded = await watch(t, server);
    const { phase, questions } = stateOf(reloaded);
    assert.equal(phase, 'waiting');
    const view = { id: question.questionId, question: 'Still there?', status: 'open', choices: ['yes', 'no'] };
    const [{ ts, ...shown } = { ts: undefined }, ...more] = questions;
    assert.deepEqual([shown, more], [view, []]);
    assert.equal(typeof ts, 'number');
    const tab = await watch(t, server, 's', '?user=tab');
    assert.equal((await answer(tab, question.questionId, 'yes')).accepted, true);
    assert.equal(await result, 'yes');
    assert.equal((await ended(reloaded, question.questionId)).by, 'tab');
    const late = stateOf(await watch(t, server)).questions[0];
    assert.deepEqual({ ...late, ts: 0 }, { ...view, status: 'answered', answer: 'yes', by: 'tab', ts: 0 });
  });
}

test('what is answered at one messenger is heard by who asked at the other, within a second', async (t) => {
  const { open } = fileOnRealTime(t);
  const [a, b] = [await open({ authorize: asTheySay }), await open({ authorize: asTheySay })];
  const page = await watch(t, b, 's', '?user=ada');
  const result = a.messenger.runWithSession('s', () => ask('Heard?'));
  const { questionId } = await asked(page, 'Heard?');
  const began = performance.now();
  assert.deepEqual(verdict(await answer(page, questionId, 'yes')), { accepted: true });
  assert.equal(await result, 'yes');
  assert.ok(performance.now() - began < 1000);
  // What the other messenger answered to a ref stands here, too.
  const other = await watch(t, a, 's', '?user=grace');
  const again = await answer(page, questionId, 'no', 'again');
  assert.deepEqual(await answer(other, questionId, 'no', 'again'), again);
});

test('one ref at two messengers at once is one answer, and accepted at both', async (t) => {
  const { open } = fileOnRealTime(t, { poll: 500 });
  const [a, b] = [await open({ authorize: asTheySay }), await open({ authorize: asTheySay })];
  const [onA, onB] = [await watch(t, a, 's', '?user=ada'), await watch(t, b, 's', '?user=ada')];
  const result = a.messenger.runWithSession('s', () => ask('?'));
  const { questionId } = await asked(onB, '?');
  const acks = await Promise.all([onA, onB].map((page) => answer(page, questionId, 'x', 'one')));
  assert.deepEqual(acks, [
    { ref: 'one', accepted: true },
    { ref: 'one', accepted: true },
  ]);
  assert.equal(await result, 'x');
  const ends = await Promise.all([ended(onA, questionId), ended(onB, questionId)]);
  assert.deepEqual(ends[0], ends[1]);
});

test('asked at two messengers under one key, it is one question, and both get the answer', async (t) => {
  const { open } = fileOnRealTime(t);
  const [a, b] = [await open({ authorize: asTheySay }), await open({ authorize: asTheySay })];
  const page = await watch(t, a);
  const results = [a, b].map(({ messenger }) => messenger.runWithSession('s', () => ask('Both?', { key: 'both' })));
  const { questionId } = await asked(page, 'Both?');
  assert.equal((await answer(page, questionId, 'yes')).accepted, true);
  assert.deepEqual(await Promise.all(results), ['yes', 'yes']);
  await heard(page);
  assert.equal(stateOf(page).questions.length, 1);
  assert.equal(endsOf(page, questionId).length, 1);
});

test('an answer that cannot be stored is not acknowledged: the page comes back, and its answer counts then', async (t) => {
  const store = new MemoryStore();
  let full = false;
  const transact: ChannelStore['transact'] = (name, decide) => {
    if (full) throw new Error('the disk is full');
    return MemoryStore.prototype.transact.call(store, name, decide);
  };
  const server = await serve(t, { store: Object.assign(store, { transact }) });
  const page = await watch(t, server);
  const result = server.messenger.runWithSession('s', () => ask('?'));
  const { questionId } = await asked(page, '?');
  full = true;
  await page.send({ type: 'answer', ref: 'r', data: { questionId, answer: 'x' } });
  assert.equal((await page.closed()).code, 1011);
  assert.deepEqual(
    page.frames.filter(({ type }) => type === 'ack'),
    [],
  );
  full = false;
  const back = await watch(t, server);
  assert.equal((await answer(back, questionId, 'x', 'r')).accepted, true);
  assert.equal(await result, 'x');
});

// Threads and users

for (const [name, open] of Object.entries(STORES)) {
  test(`${name}: a question in a thread is answered by whoever watches the thread, and by nobody else`, async (t) => {
    const server = await serve(t, { store: open(t), authorize: asTheySay });
    const [ada, grace] = [
      await watch(t, server, 'ada', '?user=ada&thread=t'),
      await watch(t, server, 'grace', '?user=grace&thread=t'),
    ];
    const stranger = await watch(t, server, 'stranger', '?user=stranger&thread=other');
    const result = server.messenger.runWithSession({ threadId: 't' }, () => ask('In the thread?', { confirm: true }));
    const { questionId } = await asked(ada, 'In the thread?');
    await asked(grace, 'In the thread?');
    assert.deepEqual(verdict(await answer(stranger, questionId, true)), {
      accepted: false,
      reason: 'no such question is open',
    });
    assert.equal((await answer(grace, questionId, 'no')).accepted, true);
    assert.equal(await result, false);
    for (const page of [ada, grace]) {
      const end = await page.type('answered');
      assert.equal(end.channel, 'thread:t');
      assert.deepEqual(end.data, { questionId, outcome: 'answered', answer: false, by: 'grace' });
    }
    assert.deepEqual(verdict(await answer(ada, questionId, true)), {
      accepted: false,
      reason: 'answered',
      by: 'grace',
    });
    assert.equal((await shows(ada, (state) => state.questions.length === 1, 'thread:t')).phase, 'running');
    assert.deepEqual(
      stranger.frames.filter(({ type }) => type === 'question' || type === 'answered'),
      [],
    );
  });

  test(`${name}: a question to a user is answered on any device of that user, in the form of the seed, too`, async (t) => {
    const server = await serve(t, { store: open(t), authorize: asTheySay });
    const [phone, desk] = [await watch(t, server, 'phone', '?user=u'), await watch(t, server, 'desk', '?user=u')];
    const result = server.messenger.runWithSession({ userId: 'u' }, () => ask('Which device?'));
    const { questionId } = await asked(desk, 'Which device?');
    await phone.send({ answer: 'the phone' });
    assert.equal(await result, 'the phone');
    assert.deepEqual(await ended(desk, questionId), { questionId, outcome: 'answered', answer: 'the phone', by: 'u' });
  });

  test(`${name}: with a session and a thread in context it is the session that is asked`, async (t) => {
    const server = await serve(t, { store: open(t), authorize: asTheySay });
    const page = await watch(t, server, 's', '?thread=t');
    const other = await watch(t, server, 'other', '?thread=t');
    const result = server.messenger.runWithSession({ sessionId: 's', threadId: 't', userId: 'u' }, () => ask('Whom?'));
    const { questionId } = await asked(page, 'Whom?');
    assert.equal((await answer(other, questionId, 'me')).accepted, false);
    assert.equal((await answer(page, questionId, 'me')).accepted, true);
    assert.equal(await result, 'me');
  });

  test(`${name}: one key in two threads is two questions, and each answer reaches its own`, async (t) => {
    const server = await serve(t, { store: open(t), authorize: asTheySay });
    const page = await watch(t, server, 's', '?thread=a&thread=b');
    const askIn = (threadId: string) =>
      server.messenger.runWithSession({ threadId }, () =>
        ask(`Approve ${threadId}?`, { key: 'approve', confirm: true }),
      );
    const [inA, inB] = [askIn('a'), askIn('b')];
    await asked(page, 'Approve a?');
    const { questionId } = await asked(page, 'Approve b?');
    assert.equal((await answer(page, questionId, false)).accepted, true);
    const end = await page.type('answered');
    assert.equal(end.channel, 'thread:b', 'what was answered is what was asked in b');
    assert.equal(await inB, false);
    const first = await asked(page, 'Approve a?');
    assert.equal((await answer(page, first.questionId, true)).accepted, true);
    assert.equal(await inA, true);
  });

  test(`${name}: one key in a session and its thread: what is over in one is still open in the other`, async (t) => {
    const server = await serve(t, { store: open(t), authorize: asTheySay });
    const page = await watch(t, server, 's', '?thread=t');
    const inSession = server.messenger.runWithSession('s', () => ask('In the session?', { key: 'k' }));
    const first = await asked(page, 'In the session?');
    await answer(page, first.questionId, 'session');
    assert.equal(await inSession, 'session');
    const inThread = server.messenger.runWithSession({ threadId: 't' }, () => ask('In the thread?', { key: 'k' }));
    const second = await asked(page, 'In the thread?');
    assert.deepEqual(verdict(await answer(page, second.questionId, 'thread')), { accepted: true });
    assert.equal(await inThread, 'thread');
  });
}

// What a page shows

/** A conversation of every kind of turn, and pages that come in between: late ones, and ones that resume. */
test(`whenever a page comes, it shows the same questions as one that was there all along (SEED=${seed})`, async (t) => {
  const random = seededRandom(seed);
  const pick = <T>(list: readonly T[]): T | undefined => list[Math.floor(random() * list.length)];
  const server = await serveAt(t, {
    // So short that many resume by a snapshot.
    store: { tail: { count: 8 } },
    authorize: asTheySay,
    limits: { framesPerSecond: 10_000 },
  });
  const witness = await watch(t, server, 's', '?user=w');
  /** Each with what it had seen before. */
  const pages: Array<readonly [page: WireClient, before: ChannelState]> = [];
  const results: Promise<unknown>[] = [];
  const openIds = () =>
    stateOf(witness)
      .questions.filter(({ status }) => status === 'open')
      .map(({ id }) => id);
  const aborts: AbortController[] = [];
  let number = 0;
  const turns: ReadonlyArray<() => Promise<unknown> | unknown> = [
    async () => {
      if (openIds().length > 10) return;
      const text = `Question ${number++}?`;
      const abort = new AbortController();
      aborts.push(abort);
      const options = [
        {},
        { key: `k${number % 5}` },
        { timeout: 40, default: 'none' },
        { timeout: 70 },
        { choices: ['a', 'b'] },
        { confirm: true },
      ] as const;
      const { messenger } = server;
      results.push(
        outcome<JsonValue>(messenger.runWithSession('s', () => ask(text, { ...pick(options), signal: abort.signal }))),
      );
    },
    async () => {
      const id = pick(openIds());
      if (id !== undefined) await answer(witness, id, pick(['a', 'yes', 'something else']));
    },
    async () => {
      const id = pick(openIds());
      if (id !== undefined) await say(witness, 'answer', { questionId: id, decline: true });
    },
    () => witness.send({ answer: pick(['a', 'true']) }),
    () => pick(aborts)?.abort(),
    () => server.clock.advance(25),
    () => server.messenger.sendToSession('s', { type: 'status', data: `status ${random()}` }),
    async () => {
      if (random() < 0.1) await server.messenger.sendToSession('s', { type: 'complete', data: { summary: 'Done' } });
    },
  ];
  const comes = async (): Promise<readonly [WireClient, ChannelState]> => {
    const seen = witness.frames.filter(({ id, channel }) => id !== undefined && channel === undefined);
    const last = random() < 0.6 ? pick(seen.slice(-12)) : undefined;
    const query = last ? `?after=${last.id}` : '';
    return [
      await watch(t, server, 's', query),
      applyAll(initialState, messagesIn(seen.slice(0, seen.indexOf(last as Frame) + 1))),
    ];
  };
  for (let i = 0; i < 150; i++) {
    await pick(turns)?.();
    await heard(witness);
    if (random() < 0.3) pages.push(await comes());
  }
  await heard(witness);
  const truth = stateOf(witness);
  assert.ok(number > 3 && pages.length > 10, 'there was something to see');
  const resumed = pages.filter(([page]) => !page.frames.some(({ type }) => type === 'snapshot')).length;
  assert.ok(resumed > 0 && resumed < pages.length, `${resumed} of ${pages.length} resumed`);
  for (const [page, before] of pages) {
    await heard(page);
    const { questions, phase } = stateOf(page, undefined, before);
    assert.deepEqual({ questions, phase }, { questions: truth.questions, phase: truth.phase });
  }
  for (const abort of aborts) abort.abort();
  await Promise.all(results);
});
