import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { type TestContext, test } from 'node:test';
import { isObject } from '../../../protocol/index.js';
import { currentContext, type Ids, type MessengerOptions, withAgent } from '../../../server-adapter/index.js';
import { startServer, type TestServer } from '../../helpers/server.js';
import { type Frame, WireClient } from '../../helpers/wire-client.js';
import { runCalls } from './run-calls.js';
import { kinds, temporary } from './support.js';

const COUNT = 10_000;
/** Nothing that is said is folded away. */
const ALL: MessengerOptions = { store: { tail: { count: 2 * COUNT, bytes: 16 * 1024 * 1024 } } };
const numbers = (count: number) => Array.from({ length: count }, (_, i) => `${i}`);

async function serve(t: TestContext, options: MessengerOptions = {}): Promise<TestServer> {
  const server = await startServer(options);
  t.after(() => server.close());
  return server;
}

async function view(t: TestContext, server: TestServer, sessionId = 's'): Promise<WireClient> {
  const client = new WireClient(`${server.url}/${sessionId}`);
  t.after(() => client.close());
  await client.synced();
  return client;
}

/** The statuses that a page has seen once the worker has ended, and nothing follows. */
async function statusesOf(page: WireClient, server: TestServer, sessionId = 's'): Promise<unknown[]> {
  await server.messenger.sendToSession(sessionId, { type: 'status', data: 'the end' });
  await page.status('the end');
  return page.statuses.slice(0, -1);
}

function questionId({ data }: Frame): string {
  assert.ok(isObject(data) && typeof data.questionId === 'string');
  return data.questionId;
}

/** What of a frame is the same wherever it was called. Steps are told by the order in which they began. */
function comparable(page: WireClient): unknown[] {
  const steps: unknown[] = [];
  const place = (step: unknown) => {
    if (step === undefined) return undefined;
    if (!steps.includes(step)) steps.push(step);
    return steps.indexOf(step);
  };
  const said = page.frames.filter(({ id, type }) => id !== undefined && type !== 'snapshot');
  return said.map(({ id, ts, ...frame }) => {
    const envelope = 'step' in frame ? { step: place(frame.step) } : {};
    if (!isObject(frame.data)) return { ...frame, ...envelope };
    const { duration, step, parent, ...data } = frame.data;
    const within = parent === undefined ? {} : { parent: place(parent) };
    return { ...frame, ...envelope, data: { ...data, ...within, step: place(step), duration: typeof duration } };
  });
}

for (const [kind, start] of kinds) {
  for (const end of ['return', 'exit', 'throw']) {
    test(`${kind}: ${COUNT} calls and then ${end}: each arrives once, in order`, async (t) => {
      const server = await serve(t, ALL);
      const page = await view(t, server);
      const worker = start(t, 'burst', end, `${COUNT}`);
      server.messenger.attachWorker(worker.worker, 's');
      await worker.ended;
      assert.deepEqual(server.messenger.getStatusMessages('s'), [`${COUNT - 1}`], 'all was heard by then');
      assert.deepEqual(await statusesOf(page, server), numbers(COUNT));
      const isThread = kind === 'thread';
      assert.equal(
        server.log.with('error status-messenger: a worker failed: Error: the worker threw').length,
        Number(isThread && end === 'throw'),
      );
      assert.deepEqual(server.log.with('warn'), []);
      if (end !== 'throw') assert.deepEqual(worker.complaints, []);
    });
  }

  test(`${kind}: what is called while the worker already exits arrives`, async (t) => {
    const server = await serve(t);
    const page = await view(t, server);
    const worker = start(t, 'last');
    server.messenger.attachWorker(worker.worker, 's');
    await worker.ended;
    assert.deepEqual(await statusesOf(page, server), ['first', 'last']);
  });

  for (const end of ['complete', 'fail'] as const) {
    test(`${kind}: all calls come to the same as at home (${end})`, async (t) => {
      const server = await serve(t);
      const [here, there, others] = [
        await view(t, server, 'here'),
        await view(t, server, 'there'),
        await view(t, server, 'other'),
      ];
      const attach = (sessionId: string, run: () => unknown) =>
        server.messenger.runWithSession({ sessionId, runId: 'run_1' }, () => withAgent('Clarifier', run));
      await attach('here', () => runCalls(end));
      const worker = start(t, 'calls', end);
      attach('there', () => server.messenger.attachWorker(worker.worker));
      await worker.ended;
      const last = end === 'complete' ? 'complete' : 'error';
      await Promise.all([here.type(last), there.type(last)]);
      assert.deepEqual(comparable(there), comparable(here));
      assert.equal(comparable(there).length, 18);
      await others.frame(({ id }) => id?.endsWith('-2') === true);
      const [first, second] = comparable(others);
      assert.deepEqual(second, first);
      assert.deepEqual(first, { type: 'status', data: 'to another', agent: 'Engineer' });
    });
  }

  test(`${kind}: the context is known at the first call`, async (t) => {
    const server = await serve(t);
    const worker = start(t, 'context');
    const ids = { sessionId: 's', threadId: 't', userId: 'u', runId: 'run_1' };
    server.messenger.attachWorker(worker.worker, ids);
    assert.deepEqual(await worker.next(), [
      { ...ids, signal: false },
      { ...ids, agent: 'A', signal: false },
      { sessionId: 'other' },
      [],
    ]);
    await worker.ended;
  });

  test(`${kind}: the context is by default the one in which the worker is attached`, async (t) => {
    const server = await serve(t);
    const worker = start(t, 'context');
    const seen = new Promise<[Ids | undefined, unknown]>((resolve) => {
      server.messenger.onSession(async () => {
        server.messenger.attachWorker(worker.worker);
        resolve([currentContext(), await worker.next()]);
      });
    });
    await view(t, server);
    const [context, [said]] = (await seen) as [object, [unknown]];
    assert.deepEqual(said, { ...context, signal: false });
    await worker.ended;
  });

  test(`${kind}: a question is asked where the worker was attached, and its answer comes back, or why there is none`, async (t) => {
    const server = await serve(t);
    const [page, other] = [await view(t, server), await view(t, server, 'other')];
    const worker = start(t, 'ask');
    server.messenger.attachWorker(worker.worker, 's');
    const which = await page.frame(
      ({ type, data }) => type === 'question' && isObject(data) && data.question === 'Which?',
    );
    await page.send({ type: 'answer', ref: 'r1', data: { questionId: questionId(which), answer: 'blue' } });
    assert.deepEqual((await page.ack('r1')).data, {
      ref: 'r1',
      accepted: false,
      reason: 'got string "blue", expected one of red, green',
    });
    await page.send({ type: 'answer', ref: 'r2', data: { questionId: questionId(which), answer: 'green' } });
    await other.send({
      type: 'answer',
      ref: 'r3',
      data: { questionId: questionId(await other.type('question')), decline: true },
    });
    const unanswered = (question: string, outcome: string) => ({
      name: 'StatusMessengerError',
      message: `status-messenger: ask: got no answer to "${question}": it was ${outcome}`,
      code: 'unanswered',
      outcome,
    });
    assert.deepEqual(await worker.next(), [
      'green',
      unanswered('Sure?', 'expired'),
      'now',
      unanswered('Who?', 'declined'),
      {
        name: 'StatusMessengerError',
        message: 'status-messenger: ask: question: got an empty string, expected a text; write what people read',
        code: 'invalid',
      },
    ]);
    await worker.ended;
  });

  test(`${kind}: one who asks is kept alive until the answer, and no longer`, async (t) => {
    const server = await serve(t);
    const page = await view(t, server);
    const worker = start(t, 'waits');
    server.messenger.attachWorker(worker.worker, 's');
    await page.type('question');
    await page.send({ answer: 'this' });
    await worker.ended;
    assert.deepEqual(await statusesOf(page, server), ['got this']);
  });

  test(`${kind}: a question of a worker that has ended is closed; one with a key is there for the next worker`, async (t) => {
    const server = await serve(t);
    const page = await view(t, server);
    const questions = () => page.frames.filter(({ type }) => type === 'question');
    const abandon = async (how: string) => {
      const asked = questions().length;
      const worker = start(t, 'abandons', how);
      server.messenger.attachWorker(worker.worker, 's');
      await page.frame(() => questions().length > asked);
      worker.post('go');
      await worker.ended;
      const question = questions().at(-1);
      assert.ok(question);
      return questionId(question);
    };
    await abandon('plain');
    const { data } = await page.type('answered');
    assert.ok(isObject(data));
    assert.equal(data.outcome, 'cancelled');
    const keyed = await abandon('keyed');
    await page.send({ type: 'answer', ref: 'r', data: { questionId: keyed, answer: 'later' } });
    assert.deepEqual((await page.ack('r')).data, { ref: 'r', accepted: true });
    const next = start(t, 'waits', 'k');
    server.messenger.attachWorker(next.worker, 's');
    await next.ended;
    assert.deepEqual(await statusesOf(page, server), ['got later']);
  });

  test(`${kind}: a question is taken back by its own signal`, async (t) => {
    const server = await serve(t);
    const page = await view(t, server);
    const worker = start(t, 'takesBack');
    server.messenger.attachWorker(worker.worker, 's');
    const id = questionId(await page.type('question'));
    worker.post('go');
    assert.equal(await worker.next(), 'Error: never mind');
    assert.deepEqual((await page.type('answered')).data, { questionId: id, outcome: 'cancelled' });
    await worker.ended;
  });

  test(`${kind}: what stops the run stops the worker`, async (t) => {
    const server = await serve(t);
    const worker = start(t, 'cancel');
    let reason: unknown;
    server.messenger.onSession(async (session) => {
      server.messenger.attachWorker(worker.worker);
      await worker.ended;
      reason = session.signal.reason;
    });
    const page = await view(t, server);
    await page.type('question');
    await page.send({ type: 'cancel', ref: 'r', data: {} });
    assert.deepEqual(await worker.next(), [
      'Error: status-messenger: a viewer asked to stop',
      'Error: status-messenger: a viewer asked to stop',
    ]);
    await page.type('state');
    assert.ok(reason instanceof Error);
    assert.deepEqual(page.statuses, ['started', 'cleaning up']);
  });

  test(`${kind}: one that is attached when the run was stopped already knows it at once`, async (t) => {
    const server = await serve(t);
    const worker = start(t, 'context');
    server.messenger.onSession(async (session) => {
      await new Promise((resolve) => session.signal.addEventListener('abort', resolve));
      server.messenger.attachWorker(worker.worker);
    });
    const page = await view(t, server);
    await page.send({ type: 'cancel', ref: 'r', data: {} });
    await page.ack('r');
    const [seen] = (await worker.next()) as [unknown];
    assert.deepEqual(seen, { sessionId: 's', signal: true });
    await worker.ended;
  });

  test(`${kind}: steps do not go on when their worker has ended`, async (t) => {
    const server = await serve(t);
    const page = await view(t, server);
    const worker = start(t, 'inStep');
    server.messenger.attachWorker(worker.worker, 's');
    await page.frame(({ data }) => isObject(data) && data.label === 'inner');
    worker.post('go');
    await worker.ended;
    await statusesOf(page, server);
    const events = page.frames.filter(({ type }) => type === 'event').map(({ data }) => (isObject(data) ? data : {}));
    const [outer, inner] = events;
    assert.deepEqual(events.slice(2), [
      { event: 'step_failed', step: inner?.step },
      { event: 'step_failed', step: outer?.step },
    ]);
  });

  test(`${kind}: two workers at once speak for two sessions`, async (t) => {
    const server = await serve(t, ALL);
    const sessions = ['a', 'b'];
    const pages = await Promise.all(sessions.map((sessionId) => view(t, server, sessionId)));
    const workers = sessions.map((sessionId) => {
      const worker = start(t, 'burst', 'exit', '2000');
      server.messenger.attachWorker(worker.worker, sessionId);
      return worker;
    });
    await Promise.all(workers.map(({ ended }) => ended));
    for (const [i, page] of pages.entries()) {
      assert.deepEqual(await statusesOf(page, server, sessions[i]), numbers(2000));
    }
  });

  test(`${kind}: what it posts for its own purposes is all that others hear, and comes after the calls before it`, async (t) => {
    const server = await serve(t);
    const worker = start(t, 'own');
    const order: unknown[] = [];
    worker.worker.on('message', (message: unknown) => {
      if (isObject(message)) order.push([message.i, server.messenger.getStatusMessages('s')[0]]);
    });
    server.messenger.attachWorker(worker.worker, 's');
    await worker.ended;
    assert.deepEqual(worker.posted, ['before', ...Array.from({ length: 100 }, (_, i) => ({ i }))]);
    assert.equal(order.length, 100);
    for (const [i, status] of order as [number, string][]) assert.ok(Number(status) >= i, `${status} at ${i}`);
    assert.deepEqual(worker.complaints, []);
  });

  test(`${kind}: it hears nothing but what is for it, and no more after it was detached`, async (t) => {
    const server = await serve(t);
    const page = await view(t, server);
    const worker = start(t, 'echo');
    const detach = server.messenger.attachWorker(worker.worker, 's');
    worker.post('one');
    assert.equal(await worker.next(), 'said one');
    detach();
    detach();
    worker.post('two');
    assert.equal(await worker.next(), 'said two');
    const other = await view(t, server, 'other');
    server.messenger.attachWorker(worker.worker, 'other');
    worker.post('three');
    assert.equal(await worker.next(), 'said three');
    // It knows by now.
    worker.post('four');
    assert.equal(await worker.next(), 'said four');
    worker.post('');
    await worker.ended;
    assert.deepEqual(await statusesOf(page, server), ['one']);
    assert.deepEqual(await statusesOf(other, server, 'other'), ['three', 'four']);
    assert.deepEqual(worker.posted, ['said one', 'said two', 'said three', 'said four']);
  });

  test(`${kind}: it is neither kept alive nor from ending`, async (t) => {
    const server = await serve(t);
    const page = await view(t, server);
    const worker = start(t, 'ends');
    server.messenger.attachWorker(worker.worker, 's');
    await worker.ended;
    assert.deepEqual(await statusesOf(page, server), ['here']);
  });

  test(`${kind}: what was called before it was attached arrives, too`, async (t) => {
    const server = await serve(t, ALL);
    const page = await view(t, server);
    const worker = start(t, 'early', 'x', '1000');
    assert.equal(await worker.next(), 'ready');
    server.messenger.attachWorker(worker.worker, 's');
    worker.post('attached');
    await worker.ended;
    assert.deepEqual(await statusesOf(page, server), [...numbers(1000), 'attached']);
    assert.deepEqual(server.log.with('warn'), []);
  });

  test(`${kind}: one that nobody attaches says so once, disturbs nobody and ends`, async (t) => {
    const worker = start(t, 'burst', 'return', '10');
    await worker.ended;
    assert.deepEqual(worker.posted, []);
    assert.match(
      worker.complaints.join(''),
      /^status-messenger: addStatusMessage: got a call in a worker that is not attached, expected one that is; call messenger\.attachWorker\(worker\) where the worker is made, or make a messenger in it\n$/,
    );
  });

  test(`${kind}: what was said there can be read there, whether it is attached or not`, async (t) => {
    const server = await serve(t);
    const isAttached = start(t, 'local');
    server.messenger.attachWorker(isAttached.worker);
    const isAlone = start(t, 'local');
    const expected = [[null, 'here'], ['s', 'in a session'], ['here'], ['in a session']];
    assert.deepEqual(await Promise.all([isAttached.next(), isAlone.next()]), [expected, expected]);
    await Promise.all([isAttached.ended, isAlone.ended]);
    assert.deepEqual(server.messenger.getStatusMessages('s'), ['in a session']);
    assert.equal(server.log.with('addStatusMessage: got "here" outside of any session').length, 1);
  });

  test(`${kind}: one with a messenger of its own means that`, async (t) => {
    const server = await serve(t);
    const worker = start(t, 'ownMessenger');
    server.messenger.attachWorker(worker.worker, 's');
    assert.deepEqual(await worker.next(), [null, ['kept here']]);
    await worker.ended;
    assert.deepEqual(server.messenger.getStatusMessages('s'), []);
  });

  test(`${kind}: a status that is too long is cut, with a warning`, async (t) => {
    const server = await serve(t);
    const page = await view(t, server);
    const worker = start(t, 'long');
    server.messenger.attachWorker(worker.worker, 's');
    await worker.ended;
    const [status] = await statusesOf(page, server);
    assert.match(String(status), /^x+…$/);
    assert.deepEqual(server.log.with('warn'), [
      'warn status-messenger: addStatusMessage: got 300000 characters, expected a line; the rest is cut',
    ]);
  });

  test(`${kind}: what cannot be said is a warning, and stops nothing`, async (t) => {
    const server = await serve(t);
    const page = await view(t, server);
    const worker = start(t, 'odd');
    server.messenger.attachWorker(worker.worker, 's');
    await worker.ended;
    assert.deepEqual(await statusesOf(page, server), ['42', 'still here']);
    const complaints = worker.complaints.join('').trim().split('\n');
    assert.equal(complaints.length, 3);
    assert.equal(
      complaints.shift(),
      'status-messenger: addStatusMessage: got number 42, expected a text; pass a string',
    );
    for (const complaint of complaints) {
      assert.match(complaint, /^status-messenger: result: got data that JSON cannot carry/);
    }
    const warnings = server.log.with('warn').map((line) => /^warn status-messenger: (\w+): /.exec(line)?.[1]);
    assert.deepEqual(warnings, ['addStatusMessage', 'progress', 'result']);
  });
}

test('processes leave no files behind', () => {
  assert.deepEqual(readdirSync(temporary), []);
});
