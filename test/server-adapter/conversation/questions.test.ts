import assert from 'node:assert/strict';
import { ManualClock } from '../../../components/testing/index.js';
import type { JsonValue } from '../../../protocol/index.js';
import {
  type AskOptions,
  ask,
  type ChannelStore,
  MemoryStore,
  UnansweredError,
} from '../../../server-adapter/index.js';
import type { TestServer } from '../../helpers/server.js';
import type { WireClient } from '../../helpers/wire-client.js';
import {
  answer,
  asked,
  asTheySay,
  ended,
  endsOf,
  fileOf,
  heard,
  outcome,
  pass,
  STORES,
  say,
  serve,
  serveAt,
  stateOf,
  test,
  verdict,
  watch,
} from './support.js';

/** Asks in the session, whatever the type of the answer. */
function askIn({ messenger }: Pick<TestServer, 'messenger'>, question: string, options: AskOptions = {}) {
  return messenger.runWithSession('s', () => ask(question, options)) as Promise<JsonValue>;
}

/** What a question came to for whoever asked. */
async function cameTo(result: Promise<JsonValue>): Promise<unknown> {
  const got = await outcome(result);
  if ('value' in got) return got.value;
  return got.error instanceof UnansweredError ? got.error.outcome : got.error;
}

function questionsOn(page: WireClient): number {
  return page.frames.filter(({ type }) => type === 'question').length;
}

/** A store that can be out of order. */
function fragile(): { readonly store: ChannelStore; isAway: boolean } {
  const store = new MemoryStore();
  const fragile = { store, isAway: false };
  const transact: ChannelStore['transact'] = (name, decide) => {
    if (fragile.isAway) throw new Error('the disk is away');
    return MemoryStore.prototype.transact.call(store, name, decide);
  };
  Object.assign(store, { transact });
  return fragile;
}

// Late answers

for (const [name, open] of Object.entries(STORES)) {
  test(`${name}: who answers too late is told how the question ended, however many were asked since`, async (t) => {
    const server = await serve(t, { store: open(t), authorize: asTheySay });
    const page = await watch(t, server, 's', '?user=ada');
    const abort = new AbortController();
    const results = [
      askIn(server, 'Answered?'),
      askIn(server, 'Declined?', { key: 'd' }),
      askIn(server, 'Expired?', { timeout: 20 }),
      askIn(server, 'Cancelled?', { signal: abort.signal }),
    ].map(cameTo);
    const ids: string[] = [];
    for (const text of ['Answered?', 'Declined?', 'Expired?', 'Cancelled?']) {
      ids.push((await asked(page, text)).questionId);
    }
    const [first = '', second = '', third = '', fourth = ''] = ids;
    await answer(page, first, 'yes');
    await say(page, 'answer', { questionId: second, decline: true });
    abort.abort('never mind');
    assert.deepEqual(await Promise.all(results), ['yes', 'declined', 'expired', 'never mind']);
    for (let i = 0; i < 25; i++) {
      const more = askIn(server, `${i}?`);
      await answer(page, (await asked(page, `${i}?`)).questionId, 'x');
      await more;
    }
    assert.ok(!stateOf(page).questions.some(({ id }) => ids.includes(id)), 'none is shown any more');
    const late: unknown[] = [];
    for (const id of ids) late.push(verdict(await answer(page, id, 'late')));
    assert.deepEqual(late, [
      { accepted: false, reason: 'answered', by: 'ada' },
      { accepted: false, reason: 'declined', by: 'ada' },
      { accepted: false, reason: 'expired' },
      { accepted: false, reason: 'cancelled' },
    ]);
    for (const id of [first, second, third, fourth]) assert.equal(endsOf(page, id).length, 1);
  });

  test(`${name}: an answer to what another run asked under the same key does not answer this one`, async (t) => {
    const server = await serve(t, { store: open(t) });
    const page = await watch(t, server);
    const first = cameTo(askIn(server, 'Delete all?', { key: 'sure', confirm: true }));
    const before = await asked(page, 'Delete all?');
    await server.messenger.sendToSession('s', { type: 'complete', data: { summary: 'Done' } });
    assert.equal(await first, 'cancelled');
    const second = askIn(server, 'Delete more?', { key: 'sure', confirm: true });
    const { questionId } = await asked(page, 'Delete more?');
    assert.deepEqual(verdict(await answer(page, before.questionId, true)), {
      accepted: false,
      reason: 'no such question is open',
    });
    assert.equal((await answer(page, questionId, false)).accepted, true);
    assert.equal(await second, false);
  });

  test(`${name}: of two questions with one id, said by the application, the one that is open is answered`, async (t) => {
    const server = await serve(t, { store: open(t), authorize: asTheySay });
    const page = await watch(t, server, 's', '?thread=t');
    const data = { question: 'Which?', questionId: 'own' };
    await server.messenger.sendToSession('s', { type: 'question', data });
    await asked(page, 'Which?');
    assert.equal((await answer(page, 'own', 'in the session')).accepted, true);
    await server.messenger.sendToThread('t', { type: 'question', data: { ...data, question: 'And here?' } });
    await asked(page, 'And here?');
    assert.equal((await answer(page, 'own', 'in the thread')).accepted, true);
    const ends = page.frames.filter(({ type }) => type === 'answered');
    assert.deepEqual(
      ends.map(({ channel }) => channel),
      [undefined, 'thread:t'],
    );
  });
}

// What a key stands for

for (const [name, open] of Object.entries(STORES)) {
  test(`${name}: asked again with other answers, an open question is closed and asked anew`, async (t) => {
    const server = await serve(t, { store: open(t) });
    const page = await watch(t, server);
    const before = askIn(server, 'How many?', { key: 'k' });
    const { questionId } = await asked(page, 'How many?');
    const after = askIn(server, 'How many, as a number?', { key: 'k', schema: { type: 'integer' } });
    const again = await asked(page, 'How many, as a number?');
    assert.equal(again.questionId, questionId);
    assert.deepEqual(endsOf(page, questionId), [{ questionId, outcome: 'cancelled' }]);
    assert.equal((await answer(page, questionId, 'many')).accepted, false);
    assert.equal((await answer(page, questionId, 3)).accepted, true);
    assert.deepEqual(await Promise.all([before, after]), [3, 3]);
    assert.equal(stateOf(page).questions.length, 1);
  });

  test(`${name}: an answer that would be none now does not stand; one that still is does`, async (t) => {
    const server = await serve(t, { store: open(t) });
    const page = await watch(t, server);
    const before = askIn(server, 'Which?', { key: 'k', choices: ['a', 'b'] });
    await answer(page, (await asked(page, 'Which?')).questionId, 'a');
    assert.equal(await before, 'a');
    assert.equal(await askIn(server, 'Which of more?', { key: 'k', choices: ['a', 'b', 'c'] }), 'a');
    assert.equal(questionsOn(page), 1);
    const after = askIn(server, 'Which of others?', { key: 'k', choices: ['b', 'c'] });
    const { questionId } = await asked(page, 'Which of others?');
    assert.equal((await answer(page, questionId, 'a')).accepted, false);
    assert.equal((await answer(page, questionId, 'c')).accepted, true);
    assert.equal(await after, 'c');
  });

  test(`${name}: any text can be a key`, async (t) => {
    const server = await serve(t, { store: open(t) });
    const page = await watch(t, server);
    const keys = ['a', 'a.', '.a', '__proto__', '\u0000', '\ud800', '\ud801', '😀'.repeat(50), 'k'.repeat(100)];
    const results = keys.map((key, i) => askIn(server, `${i}?`, { key }));
    const ids = new Set<string>();
    for (const [i] of keys.entries()) {
      const { questionId } = await asked(page, `${i}?`);
      ids.add(questionId);
      assert.equal((await answer(page, questionId, `${i}`)).accepted, true);
    }
    assert.equal(ids.size, keys.length);
    const expected = keys.map((_, i) => `${i}`);
    assert.deepEqual(await Promise.all(results), expected);
    assert.deepEqual(await Promise.all(keys.map((key, i) => askIn(server, `${i}?`, { key }))), expected);
    assert.equal(questionsOn(page), keys.length);
  });
}

test('a session that is forgotten begins anew: what was answered before does not stand', async (t) => {
  for (const open of Object.values(STORES)) {
    const server = await serve(t, { store: open(t) });
    const page = await watch(t, server);
    const before = askIn(server, 'Name?', { key: 'name' });
    const { questionId } = await asked(page, 'Name?');
    await answer(page, questionId, 'Ada');
    await before;
    await server.messenger.forget('session:s');
    const after = askIn(server, 'Name, again?', { key: 'name' });
    const again = await asked(page, 'Name, again?');
    assert.equal((await answer(page, questionId, 'Ada')).accepted, false);
    await answer(page, again.questionId, 'Grace');
    assert.equal(await after, 'Grace');
  }
});

test('after a restart an answer stands that was given before, however many questions were asked since', async (t) => {
  const { open } = fileOf(t);
  const run = async (server: Pick<TestServer, 'messenger'>) => {
    const answers: JsonValue[] = [];
    for (let i = 0; i < 25; i++) answers.push(await askIn(server, `${i}?`, { key: `${i}` }));
    return answers;
  };
  const before = await open(new ManualClock());
  const page = await watch(t, before);
  const first = run(before);
  for (let i = 0; i < 25; i++) await answer(page, (await asked(page, `${i}?`)).questionId, `answer ${i}`);
  const answers = await first;
  await before.close();
  const after = await open(new ManualClock());
  assert.deepEqual(await run(after), answers);
});

// Time

test('a question that is taken up when the clock was set back lasts as long as it may, and no longer', async (t) => {
  const { open } = fileOf(t);
  const options = { key: 'k', timeout: 60_000, default: 'nobody' };
  const before = await open(new ManualClock());
  const page = await watch(t, before);
  const first = outcome(askIn(before, 'Anybody?', options));
  await asked(page, 'Anybody?');
  await before.close();
  await first;
  // As after a loss of power where there is no battery: further back than a timer reaches.
  const clock = new ManualClock(0);
  const after = await open(clock);
  const later = await watch(t, after);
  const second = askIn(after, 'Anybody?', options);
  await pass(59_000, clock);
  await heard(later);
  assert.deepEqual(
    stateOf(later).questions.map(({ status }) => status),
    ['open'],
  );
  await pass(2000, clock);
  assert.equal(await second, 'nobody');
});

test('what is asked is what it was at the call, whatever becomes of the lists then', async (t) => {
  for (const open of Object.values(STORES)) {
    const server = await serve(t, { store: open(t) });
    const page = await watch(t, server);
    const choices = ['a', 'b'];
    const result = askIn(server, 'Which?', { choices });
    choices.push('c', 'c');
    const { questionId, choices: shown } = await asked(page, 'Which?');
    assert.deepEqual(shown, ['a', 'b']);
    assert.equal((await answer(page, questionId, 'c')).accepted, false);
    await answer(page, questionId, 'b');
    assert.equal(await result, 'b');
  }
});

test('a long question is shown whole to whoever comes later', async (t) => {
  const server = await serve(t);
  const page = await watch(t, server);
  const text = 'Is it this? '.repeat(1000);
  const result = askIn(server, text);
  const { questionId } = await asked(page, text);
  assert.equal(stateOf(await watch(t, server)).questions[0]?.question, text);
  await answer(page, questionId, 'no');
  assert.equal(await result, 'no');
});

// Taken back

for (const [name, open] of Object.entries(STORES)) {
  test(`${name}: a question that is taken back in the moment in which it is asked is left open nowhere`, async (t) => {
    const server = await serve(t, { store: open(t) });
    const page = await watch(t, server);
    for (const key of [undefined, 'k']) {
      const abort = new AbortController();
      const result = outcome(askIn(server, 'Now?', { signal: abort.signal, ...(key === undefined ? {} : { key }) }));
      abort.abort('no');
      assert.deepEqual(await result, { error: 'no' });
    }
    await server.messenger.sendToSession('s', { type: 'status', data: 'That is all.' });
    await page.type('status');
    assert.ok(stateOf(page).questions.every(({ status }) => status === 'cancelled'));
  });

  test(`${name}: a signal that is aborted after the answer changes nothing`, async (t) => {
    const server = await serve(t, { store: open(t) });
    const page = await watch(t, server);
    const abort = new AbortController();
    const result = askIn(server, 'Now?', { signal: abort.signal });
    const { questionId } = await asked(page, 'Now?');
    await answer(page, questionId, 'yes');
    assert.equal(await result, 'yes');
    abort.abort();
    await heard(page);
    assert.deepEqual(
      endsOf(page, questionId).map(({ outcome }) => outcome),
      ['answered'],
    );
  });

  test(`${name}: who asks while the server leaves is told so, and waits no longer`, async (t) => {
    const server = await serve(t, { store: open(t) });
    const { messenger } = server;
    const before = cameTo(askIn(server, 'Before?'));
    const keyed = cameTo(askIn(server, 'Before, with a key?', { key: 'k' }));
    const closing = messenger.close({ timeout: 0 });
    assert.deepEqual(await Promise.all([before, keyed]), ['cancelled', 'cancelled']);
    await closing;
  });
}

test('what could not be taken back is taken back as soon as that can be stored', async (t) => {
  const disk = fragile();
  const server = await serveAt(t, { store: disk.store });
  const page = await watch(t, server);
  const abort = new AbortController();
  const result = outcome(askIn(server, 'Still?', { signal: abort.signal }));
  const { questionId } = await asked(page, 'Still?');
  disk.isAway = true;
  abort.abort('no');
  assert.deepEqual(await result, { error: 'no' });
  await pass(5000, server.clock);
  assert.deepEqual(endsOf(page, questionId), []);
  disk.isAway = false;
  await pass(1000, server.clock);
  assert.equal((await ended(page, questionId)).outcome, 'cancelled');
  assert.equal(server.log.with('could not be ended').length, 1, 'it is logged once');
});

test('an answer that is nested deeper than anybody could read is refused with the reason', async (t) => {
  const server = await serve(t);
  const page = await watch(t, server);
  // Of a schema that is none anything is an answer.
  const data = { question: 'Anything?', questionId: 'own', schema: 5 };
  await server.messenger.sendToSession('s', { type: 'question', data });
  await asked(page, 'Anything?');
  let deep: unknown = 1;
  for (let i = 0; i < 150; i++) deep = [deep];
  assert.equal((await answer(page, 'own', deep)).accepted, false);
  assert.equal((await answer(page, 'own', [[1]])).accepted, true);
});
