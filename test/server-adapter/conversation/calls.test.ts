import assert from 'node:assert/strict';
import { setTimeout as sleep, setImmediate as turn } from 'node:timers/promises';
import {
  addStatusMessage,
  ask,
  complete,
  currentContext,
  fail,
  PublicError,
  progress,
  result,
  runWithSession,
  step,
  track,
  UnansweredError,
  withAgent,
} from '../../../server-adapter/index.js';
import type { Frame, WireClient } from '../../helpers/wire-client.js';
import {
  answer,
  asked,
  asTheySay,
  heard,
  logged,
  outcome,
  STORES,
  serve,
  shows,
  soon,
  stateOf,
  test,
  watch,
} from './support.js';

/** The stored frames that a page got, without where and when. */
function saidTo(page: WireClient): object[] {
  return page.frames
    .filter(({ id, type }) => id !== undefined && type !== 'snapshot')
    .map(({ id: _, ts: __, channel: ___, ...said }: Frame) => said);
}

test('each call says the message of the wire contract that it is for', async (t) => {
  const server = await serve(t);
  const page = await watch(t, server);
  server.messenger.runWithSession('s', () => {
    progress('Reading…');
    progress(3);
    progress(3, 10);
    progress(0, 0);
    progress({ message: 'Reading', value: 1, label: 'Pages', unit: 'pages' }, 4);
    progress({ value: 1, max: 2, step: 'of-my-own' });
    result('clarifier', { done: false, resp: [1] });
    result('nothing', undefined);
    complete('Project requirements gathered successfully...');
  });
  await page.type('complete');
  assert.deepEqual(saidTo(page), [
    { type: 'progress', data: { message: 'Reading…' } },
    { type: 'progress', data: { value: 3 } },
    { type: 'progress', data: { value: 3, max: 10 } },
    { type: 'progress', data: { value: 0, max: 0 } },
    { type: 'progress', data: { message: 'Reading', value: 1, label: 'Pages', unit: 'pages', max: 4 } },
    { type: 'progress', data: { value: 1, max: 2, step: 'of-my-own' } },
    { type: 'result', data: { agent: 'clarifier', data: { done: false, resp: [1] } } },
    { type: 'result', data: { agent: 'nothing' } },
    { type: 'complete', data: { summary: 'Project requirements gathered successfully...' } },
  ]);
  assert.equal(stateOf(page).phase, 'completed');
});

test('fail() ends the run with the words that it is handed', async (t) => {
  const server = await serve(t);
  const cases: ReadonlyArray<readonly [unknown, object]> = [
    ['Out of paper.', { message: 'Out of paper.' }],
    [new Error('Out of paper.'), { message: 'Out of paper.' }],
    [Object.assign(new Error('No entry.'), { code: 'ENOENT' }), { message: 'No entry.', code: 'ENOENT' }],
    [Object.assign(new Error('Odd.'), { code: 5 }), { message: 'Odd.' }],
    [{ a: 1 }, { message: 'an object with a' }],
    [undefined, { message: 'The work has failed.' }],
    [null, { message: 'null' }],
    [Object.create(null), { message: 'an object with no fields' }],
  ];
  for (const [i, [error, data]] of cases.entries()) {
    const page = await watch(t, server, `s${i}`);
    server.messenger.runWithSession(`s${i}`, () => fail(error));
    assert.deepEqual((await page.type('error')).data, { ...data, fatal: true });
    assert.equal(stateOf(page).phase, 'failed');
  }
});

test('a type of one’s own goes through as it is, live and for those who come late', async (t) => {
  const server = await serve(t);
  const page = await watch(t, server);
  const data = { custom_data: 'value', timestamp: 1.5, deep: [{ a: null }] };
  await server.messenger.sendToSession('s', { type: 'custom_type', data, agent: 'a' });
  const { id: _, ts: __, ...got } = await page.type('custom_type');
  assert.deepEqual(got, { type: 'custom_type', data, agent: 'a' });
  const [kept] = stateOf(await watch(t, server)).messages;
  assert.deepEqual(kept?.data, data);
});

test('withAgent: all that is said inside carries the name; inside of another it is the inner one’s', async (t) => {
  const server = await serve(t);
  const page = await watch(t, server);
  const value = await server.messenger.runWithSession('s', async () => {
    addStatusMessage('before');
    const given = await withAgent('writer', async () => {
      await turn();
      addStatusMessage('writer');
      progress(1);
      result('summary', 'x');
      await Promise.all([
        withAgent('critic', async () => {
          await turn();
          addStatusMessage('critic');
        }),
        withAgent('editor', async () => addStatusMessage('editor')),
      ]);
      addStatusMessage('writer again');
      assert.equal(currentContext()?.agent, 'writer');
      return 'value';
    });
    addStatusMessage('after');
    addStatusMessage('said by name', { agent: 'somebody else' });
    return given;
  });
  assert.equal(value, 'value');
  assert.equal(
    withAgent('sync', () => 5),
    5,
  );
  await page.status('said by name');
  const agents = saidTo(page).map((said) => {
    const { data, agent } = said as { data: unknown; agent?: string };
    return [typeof data === 'string' ? data : '…', agent];
  });
  assert.deepEqual(agents, [
    ['before', undefined],
    ['writer', 'writer'],
    ['…', 'writer'],
    ['…', 'writer'],
    ['editor', 'editor'],
    ['critic', 'critic'],
    ['writer again', 'writer'],
    ['after', undefined],
    ['said by name', 'somebody else'],
  ]);
});

test('withAgent keeps whom the work is for, and its errors are the caller’s', async (t) => {
  const server = await serve(t, { authorize: asTheySay });
  server.messenger.runWithSession({ sessionId: 's', threadId: 't', userId: 'u', runId: 'run_1' }, () => {
    assert.deepEqual(
      withAgent('a', () => currentContext()),
      { sessionId: 's', threadId: 't', userId: 'u', runId: 'run_1', agent: 'a' },
    );
  });
  const error = new Error('mine');
  assert.throws(
    () =>
      withAgent('a', () => {
        throw error;
      }),
    (thrown) => thrown === error,
  );
});

test('what is said in the context of a thread or a user goes there', async (t) => {
  const server = await serve(t, { authorize: asTheySay });
  const page = await watch(t, server, 's', '?thread=t&user=u');
  server.messenger.runWithSession({ threadId: 't', userId: 'u' }, () => complete('of the thread'));
  server.messenger.runWithSession({ userId: 'u' }, () => fail('of the user'));
  assert.equal((await page.type('complete')).channel, 'thread:t');
  assert.equal((await page.type('error')).channel, 'user:u');
  assert.equal(stateOf(page).phase, 'idle');
});

// Outside of any run

test('outside of any context the calls warn, each once, and never throw', async (t) => {
  const server = await serve(t);
  for (let i = 0; i < 3; i++) {
    progress(1);
    result('a', 1);
    complete('done');
    fail('broken');
    assert.equal(await step('label', () => 'value'), 'value');
    assert.deepEqual([...track([1, 2], 'label')], [1, 2]);
    assert.equal(
      withAgent('agent', () => 'value'),
      'value',
    );
    withAgent('agent', () => progress(1));
  }
  const warnings = server.log.lines.map(
    (line) => /^warn status-messenger: (\w+): got .* outside of any session/.exec(line)?.[1],
  );
  assert.deepEqual(warnings.sort(), ['complete', 'fail', 'progress', 'result', 'step', 'track']);
});

test('what cannot be said costs only itself: nothing is thrown, and the log says why, once', async (t) => {
  const server = await serve(t);
  const page = await watch(t, server);
  const cyclic: { self?: unknown } = {};
  cyclic.self = cyclic;
  server.messenger.runWithSession('s', () => {
    for (let i = 0; i < 3; i++) {
      progress(Number.NaN);
      progress(1, Number.POSITIVE_INFINITY);
      progress({ value: 'x' } as unknown as number);
      progress({
        get value(): number {
          throw new Error('not to be looked at');
        },
      });
      result(5 as unknown as string, 1);
      result('a', cyclic);
      result('a', 10n);
      result('a', 'x'.repeat(300_000));
    }
    addStatusMessage('after');
  });
  await page.status('after');
  await heard(page);
  assert.deepEqual(
    saidTo(page).map(({ ...said }) => (said as { type: string }).type),
    ['status'],
  );
  for (const call of ['progress', 'result']) {
    assert.ok(server.log.with(`warn status-messenger: ${call}: `).length > 0, call);
  }
  assert.equal(new Set(server.log.lines).size, server.log.lines.length, 'each reason once');
});

test('an end is an end, whatever is handed over to be read', async (t) => {
  const server = await serve(t);
  const unreadable = new Proxy({}, { get: () => assert.fail(), ownKeys: () => assert.fail() });
  const ends: Array<[end: () => void, type: string, said: RegExp]> = [
    [() => fail('x'.repeat(300_000)), 'error', /^x{1000,}…$/],
    [() => fail(new Error('y'.repeat(300_000))), 'error', /^y{1000,}…$/],
    [() => fail(unreadable), 'error', /^an object that cannot be read$/],
    [() => complete('z'.repeat(300_000)), 'complete', /^z{1000,}…$/],
    [() => complete(undefined as unknown as string), 'complete', /^$/],
    [() => complete(42 as unknown as string), 'complete', /^42$/],
  ];
  for (const [i, [end, type, said]] of ends.entries()) {
    const page = await watch(t, server, `s${i}`);
    server.messenger.runWithSession(`s${i}`, end);
    const { data } = await page.type(type);
    const { message, summary } = data as { message?: string; summary?: string };
    assert.match(message ?? summary ?? 'nothing', said);
  }
});

test('after close() the calls say nothing, throw nothing, and the work goes on', async (t) => {
  const server = await serve(t);
  await server.messenger.close({ timeout: 0 });
  await server.messenger.runWithSession('s', async () => {
    progress(1);
    result('a', 1);
    complete('x');
    fail('x');
    assert.equal(await step('x', () => 'value'), 'value');
    assert.deepEqual([...track(['a'], 'x')], ['a']);
  });
  assert.deepEqual(server.log.with('error'), []);
});

// How a run ends

const SECRET = 'postgres://admin:SECRET@10.0.0.1';

for (const [store, open] of Object.entries(STORES)) {
  const cases: { readonly [kind: string]: readonly [unknown, string] } = {
    'an error': [new Error(SECRET), 'The work was stopped by an error.'],
    'a PublicError': [new PublicError('No credit left.'), 'No credit left.'],
    'an error of the HTTP frameworks’': [Object.assign(new Error('Not found.'), { expose: true }), 'Not found.'],
    'a text': [SECRET, 'The work was stopped by an error.'],
    nothing: [undefined, 'The work was stopped by an error.'],
    'what is no error': [{ message: SECRET, expose: true }, 'The work was stopped by an error.'],
  };
  for (const [kind, [thrown, message]] of Object.entries(cases)) {
    test(`${store}: onSession throws ${kind}: every viewer sees a failed run in public words, the log has what it was`, async (t) => {
      const server = await serve(t, { store: open(t) });
      let runs = 0;
      server.messenger.onSession(async () => {
        runs++;
        await ask('Shall I?');
        await step('Inside', () => Promise.reject(thrown));
      });
      const [page, other] = [await watch(t, server), await watch(t, server)];
      await answer(page, (await asked(page, 'Shall I?')).questionId, 'yes');
      const late = [page, other];
      for (const viewer of [page, other]) {
        assert.deepEqual((await viewer.type('error')).data, { message, fatal: true });
      }
      late.push(await watch(t, server));
      for (const viewer of late) {
        const { phase, error, steps } = stateOf(viewer);
        assert.equal(phase, 'failed');
        assert.equal(error?.message, message);
        assert.equal(steps[0]?.status, 'failed');
        assert.ok(!viewer.raw.join().includes('SECRET'));
      }
      assert.equal(runs, 1);
      const [line, ...more] = server.log.with('error status-messenger');
      assert.deepEqual(more, []);
      assert.match(line ?? '', /^error status-messenger: the onSession handler of session s failed: /);
      if (thrown instanceof Error) assert.match(line ?? '', new RegExp(`: ${thrown.message}\\n\\s+at .*calls\\.test`));
      if (thrown === SECRET) assert.ok(line?.endsWith(SECRET));
    });
  }

  test(`${store}: a question that was not answered ends the run in words for people, too`, async (t) => {
    const server = await serve(t, { store: open(t) });
    server.messenger.onSession(() => ask('Shall I?', { confirm: true }));
    const page = await watch(t, server);
    const { questionId } = await asked(page, 'Shall I?');
    await page.send({ type: 'answer', ref: 'no', data: { questionId, decline: true } });
    assert.deepEqual((await page.type('error')).data, { message: 'A question was not answered.', fatal: true });
    assert.equal(server.log.with('error status-messenger: the onSession handler of session s failed: ').length, 1);
  });

  test(`${store}: what a run said of its own end stands, whatever it throws then`, async (t) => {
    const server = await serve(t, { store: open(t) });
    server.messenger.onSession(() => {
      fail('The upload is broken: choose another file.');
      throw new Error(SECRET);
    });
    const page = await watch(t, server);
    await page.type('error');
    await shows(page, ({ phase }) => phase === 'failed');
    await logged(server, 'the onSession handler');
    await heard(page);
    const late = await watch(t, server);
    assert.equal(stateOf(late).error?.message, 'The upload is broken: choose another file.');
  });

  test(`${store}: a run that said its end, and was then asked to stop, has ended as it said`, async (t) => {
    const server = await serve(t, { store: open(t) });
    let aborted: (() => void) | undefined;
    server.messenger.onSession(async ({ signal }) => {
      await new Promise<void>((resolve) => {
        aborted = resolve;
        signal.addEventListener('abort', () => resolve());
      });
      complete('All done, as it happens.');
    });
    const page = await watch(t, server);
    await soon(() => aborted !== undefined);
    await page.send({ type: 'cancel', ref: 'c', data: {} });
    await page.type('complete');
    await heard(page);
    const late = await watch(t, server);
    assert.deepEqual([stateOf(late).phase, stateOf(late).summary], ['completed', 'All done, as it happens.']);
  });

  test(`${store}: words for people that are longer than a message may be still end the run`, async (t) => {
    const server = await serve(t, { store: open(t) });
    server.messenger.onSession(() => Promise.reject(new PublicError('x'.repeat(300_000))));
    const page = await watch(t, server);
    const end = await Promise.race([page.type('error'), logged(server, 'could not be told')]);
    assert.notEqual(end, 'logged', 'nobody is told that the run has failed');
    assert.equal(stateOf(page).phase, 'failed');
  });
}

test('an error that throws when it is looked at ends the run like any other', async (t) => {
  const server = await serve(t);
  const hostile = Object.defineProperty(new Error('x'), 'stack', {
    get: () => {
      throw new Error('SECRET');
    },
  });
  let runs = 0;
  server.messenger.onSession(() => {
    runs++;
    return Promise.reject(hostile);
  });
  const page = await watch(t, server);
  const end = await Promise.race([page.type('error'), sleep(5000, undefined, { ref: false })]);
  assert.ok(end, `nobody is told that the run has failed; the log says ${server.log.lines}`);
  assert.deepEqual(end.data, { message: 'The work was stopped by an error.', fatal: true });
  assert.equal(runs, 1);
});

test('fail() takes an error that throws when it is looked at', async (t) => {
  const server = await serve(t);
  const page = await watch(t, server);
  const hostile = new Error('x');
  for (const field of ['message', 'code']) {
    Object.defineProperty(hostile, field, {
      get: () => {
        throw new Error('SECRET');
      },
    });
  }
  server.messenger.runWithSession('s', () => fail(hostile));
  assert.deepEqual((await page.type('error')).data, { message: 'an error that cannot be read', fatal: true });
});

test('what was cancelled can be begun again by input: the new run can ask, and can be stopped, too', async (t) => {
  const server = await serve(t);
  const asking = async () => {
    await ask('Go on?', { confirm: true });
    complete('Done.');
  };
  server.messenger.onSession(() => outcome(asking()));
  server.messenger.onInput(() => asking());
  const page = await watch(t, server);
  await asked(page, 'Go on?');
  await page.send({ type: 'cancel', ref: 'c1', data: {} });
  await shows(page, ({ phase }) => phase === 'cancelled');
  await page.send({ type: 'input', ref: 'i1', data: 'again' });
  await page.ack('i1');
  const happened = await Promise.race([
    page.frame(() => page.frames.filter(({ type }) => type === 'question').length === 2),
    logged(server, 'an onInput handler failed'),
  ]);
  assert.notEqual(happened, 'logged', `it cannot ask: ${server.log.with('onInput')}`);
  assert.equal(stateOf(page).phase, 'waiting');
  await page.send({ type: 'cancel', ref: 'c2', data: {} });
  assert.equal(((await page.ack('c2')).data as { accepted: boolean }).accepted, true);
  await shows(page, ({ questions }) => questions.every(({ status }) => status !== 'open'));
  await page.send({ type: 'input', ref: 'i2', data: 'and again' });
  await page.frame(() => page.frames.filter(({ type }) => type === 'question').length === 3);
  await page.send({ answer: 'yes' });
  await page.type('complete');
});

test('UnansweredError is one of the kit’s errors, and cuts a long question', () => {
  const error = new UnansweredError('expired', 'q'.repeat(500));
  assert.equal(error.code, 'unanswered');
  assert.equal(error.outcome, 'expired');
  assert.match(error.message, /^status-messenger: ask: got no answer to "q{80}": it was expired$/);
  assert.equal(new PublicError('For everyone.').message, 'For everyone.');
  assert.equal(new PublicError('For everyone.').name, 'PublicError');
  assert.ok(runWithSession('s', () => currentContext()?.sessionId) === 's');
});
