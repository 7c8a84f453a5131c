import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ManualClock, TestSession } from '../../../components/testing/index.js';
import { hasEnded, initialState, openQuestion } from '../../../protocol/index.js';

test('what a session is told to say adds up to what a server would have said', () => {
  const session = new TestSession();
  assert.deepEqual([session.state, session.connection.status], [initialState, 'live']);
  session.status('Reading', { agent: 'Engineer', level: 'warning' });
  assert.deepEqual(session.state.status, {
    text: 'Reading',
    agent: 'Engineer',
    level: 'warning',
    ts: session.serverNow,
  });
  session.progress(3, 12);
  assert.deepEqual(session.state.progress, { value: 3, max: 12, ts: session.serverNow });
  session.progress('Weighing…');
  assert.deepEqual(session.state.progress, { message: 'Weighing…', ts: session.serverNow });
  session.progress({ value: 1, unit: 'pages' }, 2);
  assert.deepEqual(session.state.progress, { value: 1, max: 2, unit: 'pages', ts: session.serverNow });

  const outer = session.stepStarted('Reading');
  const inner = session.stepStarted('Chapter one', { parent: outer, agent: 'Engineer' });
  session.progress(1, 2, { step: inner });
  session.advance(2000);
  session.stepFailed(inner, 'no such chapter');
  session.stepFinished(outer);
  const steps = session.state.steps.map(({ id, label, status, parent, agent, error, progress }) => ({
    ...{ id, label, status, parent, agent, error, value: progress?.value },
  }));
  assert.deepEqual(steps, [
    {
      id: outer,
      label: 'Reading',
      status: 'finished',
      parent: undefined,
      agent: undefined,
      error: undefined,
      value: undefined,
    },
    {
      id: inner,
      label: 'Chapter one',
      status: 'failed',
      parent: outer,
      agent: 'Engineer',
      error: 'no such chapter',
      value: 1,
    },
  ]);
  const [first] = session.state.steps;
  assert.equal((first?.endedAt ?? 0) - (first?.startedAt ?? 0), 2000);

  session.result('Risk', { level: 'low' });
  session.error('One page is missing');
  assert.deepEqual([session.state.results[0]?.data, session.state.phase], [{ level: 'low' }, 'running']);
  session.complete('All read');
  assert.deepEqual([session.state.summary, session.state.phase], ['All read', 'completed']);
});

test('a run ends well, with an error, or as stopped', () => {
  const ends = (['complete', 'error', 'cancelled'] as const).map((end) => {
    const session = new TestSession();
    session.status('one');
    assert.equal(hasEnded(session.state.phase), false);
    if (end === 'complete') session.complete('done');
    else if (end === 'error') session.error('no disk', { fatal: true, code: 'ENOSPC' });
    else session.cancelled();
    return session.state.phase;
  });
  assert.deepEqual(ends, ['completed', 'failed', 'cancelled']);
});

test('questions are asked and ended, by default the oldest', () => {
  const session = new TestSession();
  const first = session.question('Which?', { choices: ['a', 'b'] });
  const second = session.question('How?', { questionId: 'mine' });
  assert.deepEqual([openQuestion(session.state)?.choices, second], [['a', 'b'], 'mine']);
  session.answered({ answer: 'a', by: 'ada' });
  assert.equal(openQuestion(session.state)?.id, second);
  session.answered({ outcome: 'expired' });
  assert.deepEqual(
    session.state.questions.map(({ id, status, answer, by }) => [id, status, answer, by]),
    [
      [first, 'answered', 'a', 'ada'],
      [second, 'expired', undefined, undefined],
    ],
  );
  assert.throws(() => session.answered(), {
    message: 'status-messenger: TestSession.answered: got nothing, expected an open question; say question() first',
  });
});

test('calls are recorded and wait for the word that they are given', async () => {
  const session = new TestSession();
  const answered = session.sendAnswer('a', 'q');
  const cancelled = session.cancel();
  const declined = session.decline();
  const sent = session.send({ restart: true });
  session.connect();
  assert.deepEqual(session.calls, [
    ['sendAnswer', 'a', 'q'],
    ['cancel'],
    ['decline'],
    ['send', { restart: true }],
    ['connect'],
  ]);
  session.acknowledge();
  session.acknowledge({ accepted: false, reason: 'not yours' });
  session.abandon();
  session.abandon(new Error('gone'));
  assert.deepEqual(await answered, { ref: '', accepted: true });
  assert.deepEqual(await cancelled, { ref: '', accepted: false, reason: 'not yours' });
  await assert.rejects(declined, { code: 'closed' });
  await assert.rejects(sent, { message: 'gone' });
  assert.throws(() => session.acknowledge(), { code: 'invalid', message: /got nothing, expected a call that waits/ });
});

test('calls are answered at once where the session knows what to say', async () => {
  const session = new TestSession({ respond: ([call]) => (call === 'cancel' ? { accepted: false } : undefined) });
  assert.deepEqual(await session.cancel(), { ref: '', accepted: false });
  const waits = session.send('hello');
  session.acknowledge();
  assert.deepEqual(await waits, { ref: '', accepted: true });
});

test('who watches is told of messages, of the connection, of the time and of a snapshot, until they let go', () => {
  const clock = new ManualClock();
  const session = new TestSession({ sessionId: 'mine', clock });
  const told: unknown[] = [];
  const observer = {
    message: ({ data }: { data: unknown }) => void told.push(data),
    change: () => void told.push('change'),
  };
  const stops = [session.observe(observer), session.observe(observer)];
  stops[1]?.();
  assert.deepEqual([session.observerCount, session.sessionId], [1, 'mine']);
  session.say({ type: 'status', data: 'one' }, { type: 'own', data: [1] });
  session.setConnection('offline');
  session.advance(1000);
  session.snapshot(new TestSession().state);
  assert.deepEqual(told, ['one', 'change', [1], 'change', 'change', 'change', 'change']);
  assert.deepEqual([session.state, session.serverNow], [initialState, clock.now()]);
  stops[0]?.();
  session.status('two');
  assert.deepEqual([told.length, session.observerCount], [7, 0]);
});

test('it is read and listened to as a client is', () => {
  const session = new TestSession();
  const told: unknown[] = [];
  const stops = [
    session.on('message', ({ data }) => told.push(data)),
    session.on('state', ({ phase }) => told.push(phase)),
    session.on('connection', ({ status }) => told.push(status)),
  ];
  session.say({ type: 'status', data: 'one', id: 'aaaaaaaa-7' });
  session.setConnection('offline');
  assert.deepEqual(told, ['one', 'running', 'offline']);
  session.question('Which?');
  session.result('A', 5);
  session.complete('Done');
  const { messages, currentStatus, currentQuestion, results, summary, position } = session;
  assert.deepEqual(
    [messages.length, currentStatus, currentQuestion, results.length, summary, position],
    [4, 'one', null, 1, 'Done', 'aaaaaaaa-7'],
  );
  for (const stop of stops) stop();
  const count = told.length;
  session.status('two');
  session.disconnect();
  session.close();
  assert.deepEqual(
    [told.length, session.channelState(), session.calls],
    [count, undefined, [['disconnect'], ['close']]],
  );
});

test('every connection is there by its name, or in full', () => {
  const session = new TestSession();
  const names = ['idle', 'connecting', 'live', 'reconnecting', 'offline', 'ended', 'refused'] as const;
  for (const name of names) {
    session.setConnection(name);
    assert.equal(session.connection.status, name);
  }
  const refused = { status: 'refused', code: 4401, reason: 'please log in' } as const;
  session.setConnection(refused);
  assert.deepEqual(session.connection, refused);
});

test('what no server would send is said by say() alone, and comes as it would over the wire', () => {
  const session = new TestSession();
  assert.throws(() => session.progress(Number.NaN), {
    message:
      /^status-messenger: TestSession\.progress: got an object with value, expected what its type says \(data\.value: /,
  });
  session.say({ type: 'progress', data: { value: 'much' } }, { type: 'own', data: { a: undefined, b: new Date(0) } });
  assert.equal(session.state.progress, null);
  assert.deepEqual(
    session.state.messages.map(({ data }) => data),
    [{ value: 'much' }, { b: '1970-01-01T00:00:00.000Z' }],
  );
});
