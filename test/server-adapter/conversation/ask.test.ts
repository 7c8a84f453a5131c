import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import { inspect } from 'node:util';
import type { JsonValue } from '../../../protocol/index.js';
import {
  type AnswerTo,
  type AskOptions,
  addStatusMessage,
  ask,
  type ChannelStore,
  MemoryStore,
  UnansweredError,
  withAgent,
} from '../../../server-adapter/index.js';
import { kitError } from '../support.js';
import {
  answer,
  asked,
  ended,
  endsOf,
  gate,
  heard,
  outcome,
  pass,
  STORES,
  say,
  serve,
  serveAt,
  soon,
  stateOf,
  test,
  verdict,
  watch,
} from './support.js';

// What the compiler knows of an answer

type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
/** Compiles only where it is. */
function is<_ extends true>(): void {}

test('a question stands in the log where it was asked: before what was said after it', async (t) => {
  for (const open of Object.values(STORES)) {
    const server = await serve(t, { store: open(t) });
    const page = await watch(t, server);
    const answered = server.messenger.runWithSession('s', () => {
      const asking = ask('Which?');
      addStatusMessage('Waiting');
      return asking;
    });
    const { questionId } = await asked(page, 'Which?');
    await page.status('Waiting');
    const types = page.frames.filter(({ id, type }) => id !== undefined && type !== 'snapshot').map(({ type }) => type);
    assert.deepEqual(types, ['question', 'status']);
    await answer(page, questionId, 'this');
    assert.equal(await answered, 'this');
  }
});

test('questions in the form of the seed, without an id, stand beside each other and are answered one after the other', async (t) => {
  const server = await serve(t);
  const page = await watch(t, server);
  for (const question of ['Which?', 'When?']) {
    await server.messenger.sendToSession('s', { type: 'question', data: { question } });
  }
  await asked(page, 'When?');
  assert.deepEqual(
    stateOf(page).questions.map(({ question, status }) => [question, status]),
    [
      ['Which?', 'open'],
      ['When?', 'open'],
    ],
  );
  for (const answer of ['this', 'now']) await page.send({ answer });
  await page.frame(({ type, data }) => type === 'answered' && (data as { answer?: unknown }).answer === 'now');
  assert.deepEqual(
    stateOf(page).questions.map(({ question, answer }) => [question, answer]),
    [
      ['Which?', 'this'],
      ['When?', 'now'],
    ],
  );
});

test('the type of the answer is that of what is asked', () => {
  is<Same<AnswerTo<Record<never, never>>, string>>();
  is<Same<AnswerTo<{ timeout: 5; default: 'x' }>, string>>();
  is<Same<AnswerTo<{ choices: readonly ['a', 'b'] }>, string>>();
  is<Same<AnswerTo<{ choices: readonly ['a']; several: true }>, string[]>>();
  is<Same<AnswerTo<{ choices: readonly ['a']; several: { min: 1 } }>, string[]>>();
  is<Same<AnswerTo<{ choices: readonly ['a']; several: false }>, string>>();
  is<Same<AnswerTo<{ confirm: true }>, boolean>>();
  is<Same<AnswerTo<{ schema: { type: 'boolean' } }>, boolean>>();
  is<Same<AnswerTo<{ schema: { type: 'integer'; minimum: 1 } }>, number>>();
  is<Same<AnswerTo<{ schema: { type: 'number' } }>, number>>();
  is<Same<AnswerTo<{ schema: { type: 'string'; format: 'date' } }>, string>>();
  is<Same<AnswerTo<{ schema: { type: 'string'; enum: readonly ['a'] } }>, string>>();
  is<Same<AnswerTo<{ schema: { type: 'array'; items: { type: 'string'; enum: readonly ['a'] } } }>, string[]>>();
  type Properties = { a: { type: 'string' }; b: { type: 'integer' }; c: { type: 'boolean' } };
  type Answer = AnswerTo<{ schema: { type: 'object'; properties: Properties } }>;
  is<Same<Answer, { readonly a?: string; readonly b?: number; readonly c?: boolean }>>();

  // What is written at the call is what counts: nobody has to write `as const`.
  const typed = async (): Promise<void> => {
    const text: string = await ask('?');
    const yes: boolean = await ask('?', { confirm: true, timeout: 5 });
    const list: string[] = await ask('?', { choices: ['a', { value: 'b', label: 'B' }], several: { min: 1, max: 2 } });
    const count: number = await ask('?', { schema: { type: 'integer', minimum: 1 } });
    const form = await ask('?', {
      schema: {
        type: 'object',
        properties: {
          name: { type: 'string', minLength: 1 },
          colors: { type: 'array', items: { type: 'string', enum: ['r', 'g'] } },
          age: { type: 'integer' },
        },
        required: ['name'],
      },
    });
    const colors: string[] | undefined = form.colors;
    const age: number | undefined = form.age;
    // @ts-expect-error A text is no number.
    const wrong: number = await ask('?', { choices: ['a'] });
    // @ts-expect-error There is no such field.
    void form.other;
    // @ts-expect-error There is no such option.
    await ask('?', { chioces: ['a'] });
    // @ts-expect-error No JSON.
    await ask('?', { default: () => 'x' });
    void [text, yes, list, count, colors, age, wrong];
  };
  assert.equal(typeof typed, 'function');
});

// What is asked, and what counts as an answer

interface Kind {
  readonly options: AskOptions;
  /** What stands in the question beside its text and id. */
  readonly shown: object;
  /** What a page answers, and what `ask` makes of it. */
  readonly given: JsonValue;
  readonly got: JsonValue;
  /** What is refused before, each with the reason. */
  readonly wrong: ReadonlyArray<readonly [JsonValue, string]>;
}

const labelled = [{ value: 'r', label: 'Red' }, 'green'] as const;
const form = {
  type: 'object',
  properties: { name: { type: 'string', minLength: 1 }, age: { type: 'integer', minimum: 0 } },
  required: ['name'],
} as const;

const KINDS: { readonly [kind: string]: Kind } = {
  'free text': {
    options: {},
    shown: {},
    given: 'Ein Freitext 😀',
    got: 'Ein Freitext 😀',
    wrong: [
      [5, 'got number 5, expected a text'],
      [null, 'got null, expected a text'],
      [{ a: 1 }, 'got an object with a, expected a text'],
    ],
  },
  'one choice': {
    options: { choices: labelled },
    shown: { choices: labelled },
    given: 'Red',
    got: 'r',
    wrong: [
      ['blue', 'got string "blue", expected one of r, green'],
      [['r'], 'got a list of 1, expected one of r, green'],
    ],
  },
  'several choices': {
    options: { choices: labelled, several: { min: 1, max: 2 } },
    shown: {
      choices: labelled,
      schema: { type: 'array', items: { type: 'string', enum: ['r', 'green'] }, minItems: 1, maxItems: 2 },
    },
    given: ['green', 'Red', 'green'],
    got: ['green', 'r'],
    wrong: [
      [[], 'got 0, expected at least 1'],
      [['blue'], 'got string "blue", expected one of r, green'],
      [7, 'got number 7, expected a list'],
    ],
  },
  'any number of choices': {
    options: { choices: ['a', 'b'], several: true },
    shown: { choices: ['a', 'b'], schema: { type: 'array', items: { type: 'string', enum: ['a', 'b'] } } },
    given: [],
    got: [],
    wrong: [[{}, 'got an object with no fields, expected a list']],
  },
  'yes or no': {
    options: { confirm: true },
    shown: { schema: { type: 'boolean' } },
    given: false,
    got: false,
    wrong: [['perhaps', 'got string "perhaps", expected true or false']],
  },
  'yes or no, by a page that knows texts alone': {
    options: { confirm: true },
    shown: { schema: { type: 'boolean' } },
    given: 'Yes',
    got: true,
    wrong: [['', 'got an empty string, expected true or false']],
  },
  'one field': {
    options: { schema: { type: 'integer', minimum: 1 } },
    shown: { schema: { type: 'integer', minimum: 1 } },
    given: '3',
    got: 3,
    wrong: [
      [0, 'got number 0, expected at least 1'],
      [1.5, 'got number 1.5, expected a whole number'],
    ],
  },
  'a form': {
    options: { schema: form },
    shown: { schema: form },
    given: { name: 'Ada', age: '36' },
    got: { name: 'Ada', age: 36 },
    wrong: [
      [{ age: 3 }, 'name: expected a value'],
      [{ name: '' }, 'name: got 0 characters, expected at least 1'],
      [{ name: 'Ada', age: -1 }, 'age: got number -1, expected at least 0'],
      [{ name: 'Ada', more: 1 }, 'more: expected no such field'],
      ['Ada', 'got string "Ada", expected an object with a value for each field'],
    ],
  },
};

for (const [store, open] of Object.entries(STORES)) {
  test(`${store}: every kind of question is asked, refuses what is no answer, and resolves with what is`, async (t) => {
    const server = await serve(t, { store: open(t) });
    const page = await watch(t, server);
    for (const [kind, { options, shown, given, got, wrong }] of Object.entries(KINDS)) {
      const answered = server.messenger.runWithSession('s', () => ask(kind, options));
      const { question, questionId, ...data } = await asked(page, kind);
      assert.deepEqual(data, shown, kind);
      for (const [value, reason] of wrong) {
        assert.deepEqual(verdict(await answer(page, questionId, value)), { accepted: false, reason }, kind);
      }
      assert.deepEqual(endsOf(page, questionId), [], 'refused, it stays open');
      assert.equal(stateOf(page).phase, 'waiting');
      assert.equal((await answer(page, questionId, given)).accepted, true, kind);
      assert.deepEqual(await answered, got, kind);
      const { by: _, ...end } = await ended(page, questionId);
      assert.deepEqual(end, { questionId, outcome: 'answered', answer: got, anonymous: true });
      assert.equal(stateOf(page).phase, 'running');
    }
  });

  test(`${store}: a page may decline; ask then rejects, and says so`, async (t) => {
    const server = await serve(t, { store: open(t) });
    const [page, other] = [await watch(t, server), await watch(t, server)];
    const result = outcome(
      server.messenger.runWithSession('s', () => ask('May I?', { confirm: true, default: false, timeout: 60_000 })),
    );
    const { questionId } = await asked(page, 'May I?');
    assert.equal((await say(page, 'answer', { questionId, decline: true })).accepted, true);
    for (const viewer of [page, other]) assert.equal((await ended(viewer, questionId)).outcome, 'declined');
    const { error } = (await result) as { error: unknown };
    assert.ok(error instanceof UnansweredError);
    assert.equal(error.outcome, 'declined');
    assert.deepEqual(
      { name: error.name, code: error.code, message: error.message },
      kitError('unanswered', 'ask: got no answer to "May I?": it was declined'),
    );
    const late = verdict(await answer(other, questionId, true));
    assert.deepEqual({ ...late, by: undefined }, { accepted: false, reason: 'declined', by: undefined });
  });
}

test('the frame of the seed answers the oldest question that is open, and only one that fits it', async (t) => {
  const server = await serve(t);
  const page = await watch(t, server);
  const [number, text] = server.messenger.runWithSession('s', () => [
    ask('How many?', { schema: { type: 'integer' } }),
    ask('What?'),
  ]);
  const first = await asked(page, 'How many?');
  const second = await asked(page, 'What?');
  await page.send({ answer: 'not a number' });
  await heard(page);
  assert.deepEqual([...endsOf(page, first.questionId), ...endsOf(page, second.questionId)], []);
  await page.send({ answer: '42' });
  assert.equal(await number, 42);
  await page.send({ answer: 'this' });
  assert.equal(await text, 'this');
  // None is open: nobody is harmed.
  await page.send({ answer: 'late' });
  await page.send({ answer: 'late', ref: 'late' });
  assert.deepEqual((await page.ack('late')).data, {
    ref: 'late',
    accepted: false,
    reason: 'no such question is open',
  });
  assert.equal((await ended(page, second.questionId)).answer, 'this');
});

test('the seed’s own conversation: a question as its document has it, answered as its document says', async (t) => {
  const server = await serve(t, { statusData: 'object' });
  const page = await watch(t, server);
  const purpose = server.messenger.runWithSession('s', () =>
    withAgent('clarifier', () => ask('What is the main purpose of your app?')),
  );
  const frame = await page.type('question');
  const { question } = frame.data as { question: string };
  assert.equal(question, 'What is the main purpose of your app?');
  assert.equal((frame as { agent?: string }).agent, 'clarifier');
  await page.send({ answer: "User's response to the question" });
  assert.equal(await purpose, "User's response to the question");
});

test('what a page says that is no answer is refused with the reason, and ends nothing', async (t) => {
  const server = await serve(t);
  const page = await watch(t, server);
  const answered = server.messenger.runWithSession('s', () => ask('What?'));
  const { questionId } = await asked(page, 'What?');
  for (const [data, reason] of [
    [{ questionId }, 'malformed: data.answer: expected an answer, or decline: true'],
    [{ questionId, decline: 'yes' }, 'malformed: data.answer: expected an answer, or decline: true'],
    [{ questionId: 5, answer: 'x' }, 'malformed: data.questionId: expected a text'],
    [{ answer: 'x' }, 'malformed: data.questionId: expected a text'],
    ['x', 'malformed: data: expected an object with questionId and answer'],
    [{ questionId: 'ask.unknown', answer: 'x' }, 'no such question is open'],
    [{ questionId: '', answer: 'x' }, 'no such question is open'],
    [{ questionId: '__proto__', answer: 'x' }, 'no such question is open'],
  ] as const) {
    assert.deepEqual(verdict(await say(page, 'answer', data)), { accepted: false, reason });
  }
  assert.equal((await answer(page, questionId, 'x')).accepted, true);
  assert.equal(await answered, 'x');
});

test('an answer that is too long to be kept is refused, and by how much; a shorter one is taken', async (t) => {
  const server = await serve(t);
  const page = await watch(t, server);
  const answered = server.messenger.runWithSession('s', () => ask('What?'));
  const { questionId } = await asked(page, 'What?');
  const { accepted, reason } = await answer(page, questionId, 'ä'.repeat(20_000));
  assert.equal(accepted, false);
  const over = Number(/^too long: expected (\d+) bytes less$/.exec(reason ?? '')?.[1]);
  assert.ok(over > 0);
  const fitting = 'ä'.repeat(20_000 - Math.ceil(over / 2));
  assert.equal((await answer(page, questionId, `${fitting}ä`)).accepted, false);
  assert.equal((await answer(page, questionId, fitting)).accepted, true);
  assert.equal(await answered, fitting);
  const late = await watch(t, server);
  assert.equal(stateOf(late).questions[0]?.answer, fitting, 'it stands whole in what a late viewer gets');
});

test('a question that the application says by itself is answered in the log, whatever schema it has', async (t) => {
  const server = await serve(t);
  const page = await watch(t, server);
  const { messenger } = server;
  await messenger.sendToSession('s', { type: 'question', data: { question: 'In the form of the seed?' } });
  const { questionId } = await asked(page, 'In the form of the seed?');
  await page.send({ answer: 'yes' });
  const { by: _, ...end } = await ended(page, questionId);
  assert.deepEqual(end, { questionId, outcome: 'answered', answer: 'yes', anonymous: true });
  const schemas: unknown[] = [
    { type: 'integer' },
    { type: 'string', pattern: '^a' },
    { type: 'toString' },
    { type: '__proto__' },
    { type: 'object', properties: { a: { type: 'constructor' } } },
    5,
    null,
  ];
  for (const [i, schema] of schemas.entries()) {
    const data = { question: `Question ${i}?`, questionId: `own.${i}`, schema };
    await messenger.sendToSession('s', { type: 'question', data });
    await asked(page, `Question ${i}?`);
    const answered = await outcome(answer(page, `own.${i}`, 7));
    assert.ok('value' in answered && answered.value.accepted, `${JSON.stringify(schema)}: ${JSON.stringify(answered)}`);
  }
});

// Time

test('a question with a timeout and a default is answered by the default, on the server’s clock, for everyone', async (t) => {
  const server = await serveAt(t);
  const page = await watch(t, server);
  const before = server.clock.now();
  const answered = server.messenger.runWithSession('s', () =>
    ask('Which?', { choices: ['a', { value: 'b', label: 'B' }], timeout: 5000, default: 'B' }),
  );
  const { questionId, expiresAt, default: fallback } = await asked(page, 'Which?');
  assert.deepEqual([expiresAt, fallback], [before + 5000, 'b']);
  server.clock.advance(4999);
  await heard(page);
  assert.deepEqual(endsOf(page, questionId), []);
  server.clock.advance(1);
  assert.equal(await answered, 'b');
  assert.deepEqual(await ended(page, questionId), { questionId, outcome: 'expired', answer: 'b' });
  const late = verdict(await answer(page, questionId, 'a'));
  assert.deepEqual(late, { accepted: false, reason: 'expired' });
});

test('without a default nothing is chosen: ask rejects as expired', async (t) => {
  const server = await serveAt(t);
  const page = await watch(t, server);
  const result = outcome(
    server.messenger.runWithSession('s', () => ask('Which?', { choices: ['only'], timeout: 5000 })),
  );
  const { questionId } = await asked(page, 'Which?');
  server.clock.advance(5000);
  const { error } = (await result) as { error: unknown };
  assert.ok(error instanceof UnansweredError);
  assert.equal(error.outcome, 'expired');
  assert.deepEqual(await ended(page, questionId), { questionId, outcome: 'expired' });
});

test('a default that is no answer’s falseness counts: false, an empty text, an empty list', async (t) => {
  const server = await serveAt(t);
  const page = await watch(t, server);
  const answers = server.messenger.runWithSession('s', () =>
    Promise.all([
      ask('no', { confirm: true, timeout: 10, default: false }),
      ask('none', { timeout: 10, default: '' }),
      ask('zero', { schema: { type: 'number' }, timeout: 10, default: 0 }),
      ask('nobody', { choices: ['a'], several: true, timeout: 10, default: [] }),
    ]),
  );
  await asked(page, 'nobody');
  server.clock.advance(10);
  assert.deepEqual(await answers, [false, '', 0, []]);
});

test('an answer that comes when the time is over counts as late, also where the timer has not fired yet', async (t) => {
  let ahead = 0;
  const server = await serveAt(t);
  // A timer may be late, and so may the whole process.
  const { clock } = server;
  const now = clock.now.bind(clock);
  clock.now = () => now() + ahead;
  const page = await watch(t, server);
  const answered = server.messenger.runWithSession('s', () =>
    ask('Quick?', { confirm: true, timeout: 1000, default: false }),
  );
  const { questionId } = await asked(page, 'Quick?');
  ahead = 999;
  assert.equal((await answer(page, questionId, 'nonsense')).accepted, false);
  ahead = 1000;
  assert.deepEqual(verdict(await answer(page, questionId, true)), { accepted: false, reason: 'expired' });
  assert.equal(await answered, false);
  assert.deepEqual(endsOf(page, questionId), [{ questionId, outcome: 'expired', answer: false }]);
});

test('a question that was answered in time does not expire', async (t) => {
  const server = await serveAt(t);
  const page = await watch(t, server);
  const answered = server.messenger.runWithSession('s', () => ask('Quick?', { timeout: 1000, default: 'slow' }));
  const { questionId } = await asked(page, 'Quick?');
  const waiting = server.clock.waiting;
  assert.equal((await answer(page, questionId, 'yes')).accepted, true);
  assert.equal(await answered, 'yes');
  assert.equal(server.clock.waiting, waiting - 1, 'its timer is gone with it');
  server.clock.advance(5000);
  await heard(page);
  assert.deepEqual(
    endsOf(page, questionId).map(({ outcome }) => outcome),
    ['answered'],
  );
});

test('that a default holds is tried again where it could not be stored: nobody waits for ever', async (t) => {
  const store = new MemoryStore();
  let full = false;
  const transact: ChannelStore['transact'] = (name, decide) => {
    if (full) throw new Error('the disk is away');
    return MemoryStore.prototype.transact.call(store, name, decide);
  };
  const server = await serveAt(t, { store: Object.assign(store, { transact }) });
  const page = await watch(t, server);
  const result = server.messenger.runWithSession('s', () => ask('Quick?', { timeout: 1000, default: 'slow' }));
  await asked(page, 'Quick?');
  // Nor does anybody have to watch.
  await page.close();
  full = true;
  await pass(1500, server.clock);
  full = false;
  await pass(10_000, server.clock);
  assert.equal(await Promise.race([result, sleep(5000, 'nothing', { ref: false })]), 'slow');
});

// Taking it back

for (const [store, open] of Object.entries(STORES)) {
  test(`${store}: a signal takes a question back: it rejects with the reason, and every page sees it closed`, async (t) => {
    const server = await serve(t, { store: open(t) });
    const page = await watch(t, server);
    const abort = new AbortController();
    const result = outcome(
      server.messenger.runWithSession('s', () => ask('Still?', { signal: abort.signal, key: 'k' })),
    );
    const { questionId } = await asked(page, 'Still?');
    const reason = new Error('not any more');
    abort.abort(reason);
    assert.deepEqual(await result, { error: reason });
    assert.deepEqual(await ended(page, questionId), { questionId, outcome: 'cancelled' });
    assert.deepEqual(verdict(await answer(page, questionId, 'x')), { accepted: false, reason: 'cancelled' });
    // Taken back, it can be asked anew under the same key.
    const again = server.messenger.runWithSession('s', () => ask('Still, then?', { key: 'k' }));
    await asked(page, 'Still, then?');
    assert.equal((await answer(page, questionId, 'yes')).accepted, true);
    assert.equal(await again, 'yes');
  });

  test(`${store}: a signal that is aborted before asks nothing`, async (t) => {
    const server = await serve(t, { store: open(t) });
    const page = await watch(t, server);
    const reason = new Error('before');
    const signal = AbortSignal.abort(reason);
    assert.deepEqual(await outcome(server.messenger.runWithSession('s', () => ask('Never', { signal }))), {
      error: reason,
    });
    await heard(page);
    assert.deepEqual(
      page.frames.filter(({ type }) => type === 'question'),
      [],
    );
  });

  test(`${store}: a cancel frame takes the questions of the run back, and ends it as cancelled`, async (t) => {
    const server = await serve(t, { store: open(t) });
    const results: unknown[] = [];
    server.messenger.onSession(async () => {
      results.push(await outcome(ask('First?')), await outcome(ask('Second?')));
    });
    const [page, other] = [await watch(t, server), await watch(t, server)];
    const { questionId } = await asked(page, 'First?');
    assert.deepEqual(verdict(await say(page, 'cancel', {})), { accepted: true });
    for (const viewer of [page, other]) {
      assert.equal((await ended(viewer, questionId)).outcome, 'cancelled');
      const end = await viewer.type('state');
      assert.deepEqual(end.data, { taskId: 's', status: 'CANCELLED' });
      assert.equal(stateOf(viewer).phase, 'cancelled');
    }
    await soon(() => results.length === 2);
    for (const result of results) assert.match(String((result as { error: Error }).error), /a viewer asked to stop/);
    assert.equal(page.frames.filter(({ type }) => type === 'question').length, 1, 'nothing is asked any more');
    assert.deepEqual(server.log.with('error'), []);
  });
}

test('a run that ends closes what it left open; whoever waits is told so', async (t) => {
  const server = await serve(t);
  const page = await watch(t, server);
  const result = outcome(server.messenger.runWithSession('s', () => ask('Still?')));
  const { questionId } = await asked(page, 'Still?');
  await server.messenger.sendToSession('s', { type: 'complete', data: { summary: 'Done' } });
  const { error } = (await result) as { error: unknown };
  assert.ok(error instanceof UnansweredError && error.outcome === 'cancelled');
  await page.type('complete');
  assert.equal(stateOf(page).questions[0]?.status, 'cancelled');
  assert.deepEqual(verdict(await answer(page, questionId, 'x')), { accepted: false, reason: 'cancelled' });
});

test('a channel that is forgotten leaves nobody waiting', async (t) => {
  for (const open of Object.values(STORES)) {
    const server = await serve(t, { store: open(t) });
    const page = await watch(t, server);
    const result = outcome(server.messenger.runWithSession('s', () => ask('Still?', { key: 'k' })));
    await asked(page, 'Still?');
    await server.messenger.forget('session:s');
    const { error } = (await result) as { error: unknown };
    assert.ok(error instanceof UnansweredError && error.outcome === 'cancelled');
  }
});

// Keys

for (const [store, open] of Object.entries(STORES)) {
  test(`${store}: one key, one question: whoever asks again gets the answer that it has, or waits for it`, async (t) => {
    const server = await serve(t, { store: open(t) });
    const page = await watch(t, server);
    const askIt = () => server.messenger.runWithSession('s', () => ask('Name?', { key: 'name' }));
    const [first, second] = [askIt(), askIt()];
    const { questionId } = await asked(page, 'Name?');
    const third = askIt();
    assert.equal((await answer(page, questionId, 'Ada')).accepted, true);
    assert.deepEqual(await Promise.all([first, second, third, askIt()]), ['Ada', 'Ada', 'Ada', 'Ada']);
    assert.equal(page.frames.filter(({ type }) => type === 'question').length, 1);
    // Another session is another run.
    const other = await watch(t, server, 'other');
    const otherAnswer = server.messenger.runWithSession('other', () => ask('Name?', { key: 'name' }));
    await answer(other, (await asked(other, 'Name?')).questionId, 'Grace');
    assert.equal(await otherAnswer, 'Grace');
  });

  test(`${store}: a refusal stands, too: what was declined or has expired is not asked again`, async (t) => {
    const server = await serve(t, { store: open(t) });
    const page = await watch(t, server);
    const decline = () => outcome(server.messenger.runWithSession('s', () => ask('Declined?', { key: 'declined' })));
    const expire = () =>
      outcome(server.messenger.runWithSession('s', () => ask('Expired?', { key: 'expired', timeout: 20 })));
    const choose = () =>
      server.messenger.runWithSession('s', () => ask('Default?', { key: 'default', timeout: 20, default: 'x' }));
    const before = [decline(), expire(), choose()] as const;
    const { questionId } = await asked(page, 'Declined?');
    await say(page, 'answer', { questionId, decline: true });
    const outcomes = (results: readonly unknown[]) =>
      results.map((result) => (result as { error?: UnansweredError }).error?.outcome ?? result);
    const expected = ['declined', 'expired', 'x'];
    assert.deepEqual(outcomes(await Promise.all(before)), expected);
    assert.deepEqual(outcomes(await Promise.all([decline(), expire(), choose()])), expected);
    assert.equal(page.frames.filter(({ type }) => type === 'question').length, 3);
  });

  test(`${store}: an answer stands however many questions were asked since`, async (t) => {
    const server = await serve(t, { store: open(t) });
    const page = await watch(t, server);
    const run = async () => {
      const answers: string[] = [];
      for (let i = 0; i < 30; i++) answers.push(await ask(`Question ${i}?`, { key: `${i}` }));
      return answers;
    };
    const first = server.messenger.runWithSession('s', run);
    for (let i = 0; i < 30; i++) {
      const { questionId } = await asked(page, `Question ${i}?`);
      await answer(page, questionId, `answer ${i}`);
    }
    const answers = await first;
    // As after a restart.
    const again = server.messenger.runWithSession('s', run);
    const twice = page.frame(() => page.frames.filter(({ type }) => type === 'question').length > 30);
    const happened = await Promise.race([outcome(again), outcome(twice).then(() => 'a question was asked twice')]);
    assert.deepEqual(happened, { value: answers });
  });
}

test('a run begun anew asks anew: keys hold within their run', async (t) => {
  const server = await serve(t);
  const page = await watch(t, server);
  const askIt = () => server.messenger.runWithSession('s', () => ask('Name?', { key: 'name' }));
  const first = askIt();
  await answer(page, (await asked(page, 'Name?')).questionId, 'Ada');
  await first;
  await server.messenger.sendToSession('s', { type: 'complete', data: { summary: 'Done' } });
  const second = askIt();
  await page.frame(() => page.frames.filter(({ type }) => type === 'question').length === 2);
  await page.send({ answer: 'Grace' });
  assert.equal(await second, 'Grace');
});

// What cannot be asked

test('what cannot be asked is refused before anybody sees it, with what to do', async (t) => {
  const server = await serve(t);
  const page = await watch(t, server);
  const signal = new AbortController().signal;
  const text = 'ask: question: got';
  const cyclic: { value: string; self?: unknown } = { value: 'a' };
  cyclic.self = cyclic;
  const rows: ReadonlyArray<readonly [unknown, unknown, string | RegExp]> = [
    ['', {}, `${text} an empty string, expected a text; write what people read`],
    [5, {}, `${text} number 5, expected a text; write what people read`],
    [undefined, {}, `${text} nothing, expected a text; write what people read`],
    ['?', 5, /^ask: options: got number 5, expected an object with choices, /],
    ['?', null, /^ask: options: got null, expected an object with choices, /],
    ['?', { chioces: ['a'] }, /^ask: options: got "chioces", expected choices, several, .*; check its spelling$/],
    ['?', { choices: [] }, /^ask: choices: got a list of 0, expected one at least, and each once/],
    ['?', { choices: ['a', 'a'] }, /^ask: choices: got a list of 2, expected one at least, and each once/],
    ['?', { choices: ['a', { value: 'a', label: 'A' }] }, /^ask: choices: .* each once/],
    ['?', { choices: 'a' }, /^ask: data\.choices: got string "a", expected a list$/],
    ['?', { choices: [5] }, /^ask: data\.choices\[0\]: /],
    ['?', { choices: [{ label: 'A' }] }, /^ask: data\.choices\[0\]/],
    ['?', { choices: ['a'], confirm: true }, /^ask: got two of choices, confirm and schema, expected one; choose one$/],
    ['?', { schema: { type: 'string' }, confirm: true }, /^ask: got two of choices, confirm and schema/],
    ['?', { schema: { type: 'string' }, choices: ['a'] }, /^ask: got two of choices, confirm and schema/],
    ['?', { several: true }, /^ask: got several without choices, expected both; add the choices$/],
    ['?', { choices: ['a'], several: { min: -1 } }, /^ask: several: .*minItems/],
    ['?', { choices: ['a'], several: { max: 'x' } }, /^ask: several: .*maxItems/],
    ['?', { choices: ['a', 'b'], several: { min: 3 } }, /^ask: several: .*minItems/],
    ['?', { choices: ['a', 'b'], several: { min: 2, max: 1 } }, /^ask: several: .*minItems/],
    ['?', { schema: { type: 'text' } }, /^ask: schema: got type string "text", expected/],
    ['?', { schema: { type: 'constructor' } }, /^ask: schema: got type string "constructor", expected/],
    ['?', { schema: { type: 'string', pattern: 'a' } }, /^ask: schema\.pattern: a string has no such rule$/],
    [
      '?',
      { timeout: 0 },
      /^ask: timeout: got number 0, expected milliseconds up to 2147483647; leave it out for no end$/,
    ],
    ['?', { timeout: -1 }, /^ask: timeout: /],
    ['?', { timeout: Number.NaN }, /^ask: timeout: /],
    ['?', { timeout: Number.POSITIVE_INFINITY }, /^ask: timeout: /],
    ['?', { timeout: 2 ** 31 }, /^ask: timeout: /],
    ['?', { timeout: '5' }, /^ask: timeout: /],
    ['?', { key: '' }, /^ask: key: got an empty string, expected a text of 1 to 100 characters/],
    ['?', { key: 'k'.repeat(101) }, /^ask: key: /],
    ['?', { key: 5 }, /^ask: key: /],
    ['?', { signal: {} }, /^ask: signal: /],
    ['?', { default: 5 }, /^ask: default: got number 5, expected a text; choose one that could be an answer$/],
    ['?', { choices: ['a'], default: 'b' }, /^ask: default: got string "b", expected one of a; choose/],
    ['?', { confirm: true, default: 'maybe' }, /^ask: default: got string "maybe", expected true or false; choose/],
    ['?', { confirm: 'yes' }, /^ask: confirm: /],
    ['?', { confirm: null }, /^ask: confirm: got null, expected true or false; use choices /],
    ['?', { signal: null }, /^ask: signal: got null, expected an AbortSignal; pass the signal of an AbortController$/],
    ['?', { choices: null }, /^ask: data\.choices: got null, expected a list$/],
    ['?', { schema: null }, /^ask: schema: got null, expected /],
    ['?', { default: null }, /^ask: default: got null, expected a text; /],
    ['?', { choices: ['a'], several: 'yes' }, /^ask: several: got string "yes", expected true or \{ min, max \}; say /],
    ['?', { choices: ['a'], several: null }, /^ask: several: got null, expected true or /],
    ['?', { choices: ['a'], several: { most: 1 } }, /^ask: several: got an object with most, expected true or /],
    ['?', { choices: [cyclic] }, /^ask: got a question that JSON cannot carry \(.*\), expected plain data; /],
    ['?', { choices: [{ value: 'a', more: 1n }] }, /^ask: got a question that JSON cannot carry \(.*\), expected/],
    [
      'x'.repeat(20_000),
      { signal },
      /^ask: got a question of 200\d\d bytes, expected at most 12288; ask for less at once$/,
    ],
    ['?', { choices: Array.from({ length: 5000 }, (_, i) => `${i}`) }, /^ask: got a question of \d+ bytes, expected/],
  ];
  const wrong: string[] = [];
  for (const [question, options, message] of rows) {
    const row = inspect([String(question).slice(0, 20), options]).slice(0, 100);
    const result = outcome(server.messenger.runWithSession('s', () => ask(question as string, options as AskOptions)));
    const refused = await Promise.race([result, sleep(100)]);
    const error = refused && 'error' in refused ? (refused.error as Error) : new Error('nothing: it was asked');
    const line = error.message.replace(/^status-messenger: /, '');
    const isRight = typeof message === 'string' ? line === message : message.test(line);
    if (error.name !== 'StatusMessengerError' || !isRight) wrong.push(`${row}: got ${error.message}`);
  }
  assert.deepEqual(wrong, []);
  await heard(page);
  assert.deepEqual(
    page.frames.filter(({ type }) => type === 'question'),
    [],
  );
});

test('a channel has room for so many open questions; one more is refused, and after an answer there is room again', async (t) => {
  for (const open of Object.values(STORES)) {
    const server = await serve(t, { store: open(t) });
    const page = await watch(t, server);
    const questions = server.messenger.runWithSession('s', () =>
      Array.from({ length: 15 }, (_, i) => outcome(ask(`${i}?`))),
    );
    const last = await asked(page, '14?');
    const refused = await outcome(server.messenger.runWithSession('s', () => ask('One more?')));
    assert.ok('error' in refused);
    assert.deepEqual(
      { ...(refused.error as Error), message: (refused.error as Error).message },
      kitError(
        'limit',
        'ask: got one question more than a channel has room for (15 are open), expected answers first; await each',
      ),
    );
    assert.equal((await answer(page, last.questionId, 'x')).accepted, true);
    const more = server.messenger.runWithSession('s', () => ask('One more?'));
    await answer(page, (await asked(page, 'One more?')).questionId, 'y');
    assert.equal(await more, 'y');
    const late = await watch(t, server);
    assert.equal(stateOf(late).questions.filter(({ status }) => status === 'open').length, 14, 'none was dropped');
    for (let i = 0; i < 14; i++) await answer(page, (await asked(page, `${i}?`)).questionId, `${i}`);
    assert.deepEqual(await Promise.all(questions), [
      ...Array.from({ length: 14 }, (_, i) => ({ value: `${i}` })),
      { value: 'x' },
    ]);
  }
});

test('large questions fill a channel before there are many: what is open is never dropped', async (t) => {
  const server = await serve(t);
  const page = await watch(t, server);
  const long = 'x'.repeat(4000);
  const choices = Array.from({ length: 3 }, (_, i) => `${i}${'y'.repeat(2000)}`);
  const results = server.messenger.runWithSession('s', () =>
    Array.from({ length: 6 }, (_, i) => outcome(ask(`${i} ${long}`, { choices }))),
  );
  const settled = gate();
  let refused = 0;
  for (const result of results) {
    void result.then((one) => {
      if ('error' in one) refused++;
      settled.open();
    });
  }
  await settled.opened;
  await heard(page);
  const sent = page.frames.filter(({ type }) => type === 'question').length;
  assert.ok(sent >= 2 && refused === 6 - sent, `${sent} asked, ${refused} refused`);
  const { questions } = stateOf(await watch(t, server));
  assert.equal(questions.length, sent);
  for (const { choices: kept } of questions) assert.deepEqual(kept, choices, 'each is kept whole');
});

test('outside of any run there is nobody to ask: it rejects, and says what to do', async (t) => {
  await serve(t);
  const result = await outcome(ask('Anybody?'));
  assert.ok('error' in result);
  const { message } = result.error as Error;
  assert.match(
    message,
    /^status-messenger: ask: got "Anybody\?" outside of any session, expected one in context; call it inside onSession or runWithSession/,
  );
});

test('after close() nobody is asked', async (t) => {
  const server = await serve(t);
  await server.messenger.close({ timeout: 0 });
  const result = await outcome(server.messenger.runWithSession('s', () => ask('Anybody?')));
  assert.ok('error' in result);
  assert.equal((result.error as { code?: string }).code, 'closed');
});
