import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
// By its name, as the demo does: the calls find their messenger in one copy of the package.
import { type ChannelStore, StatusMessenger } from 'status-messenger/server';
import { SqliteStore } from 'status-messenger/server/sqlite';
import type { SessionClient } from '../../components/session/index.js';
import { ManualClock } from '../../components/testing/index.js';
import { planApp } from '../../demo/agents/conversation.js';
import { type Clock, type Message, openQuestion, type QuestionView } from '../../protocol/index.js';
import { stateOf, testClient } from '../helpers/client.js';
import { listen, MemoryLogger } from '../helpers/server.js';

const MINUTE = 60_000;
const ANSWERS = ['Plan gardens', 'customers', { weeks: 8, platforms: ['Web', 'iOS'], personalData: true }, true];

interface World {
  readonly clock: ManualClock;
  readonly log: MemoryLogger;
  /** Somebody who watches. */
  viewer(sessionId?: string, userId?: string): SessionClient;
  close(): Promise<void>;
}

interface WorldOptions {
  readonly store?: ChannelStore;
  /** By what the agents pause. Default: every pause is over at the next turn, and the clock then shows that it was. */
  readonly pauses?: (clock: ManualClock) => Clock;
}

async function startWorld(t: TestContext, { store, pauses = hurried }: WorldOptions = {}): Promise<World> {
  const clock = new ManualClock();
  const log = new MemoryLogger();
  const messenger = new StatusMessenger({
    clock: { now: () => clock.now(), after: (ms, run) => clock.after(ms, run) },
    logger: log,
    // Time that passes at once is none that a page has missed.
    heartbeat: 24 * 60 * MINUTE,
    authorize: ({ userId }) => (userId === undefined ? true : { userId }),
    ...(store ? { store } : {}),
  });
  messenger.onSession(() => planApp(pauses(clock)));
  const server = createServer();
  messenger.attach(server);
  const port = await listen(server);
  const viewers: SessionClient[] = [];
  let closing: Promise<void> | undefined;
  const close = async () => {
    for (const viewer of viewers) viewer.close();
    await messenger.close({ timeout: 0 });
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  };
  const closeOnce = () => {
    closing ??= close();
    return closing;
  };
  t.after(closeOnce);
  return {
    clock,
    log,
    viewer(sessionId = 'agents-1', userId) {
      const url = `ws://127.0.0.1:${port}/ws`;
      const viewer = testClient({ url, sessionId, ...(userId === undefined ? {} : { userId }) });
      viewers.push(viewer);
      viewer.connect();
      return viewer;
    },
    close: closeOnce,
  };
}

function hurried(clock: ManualClock): Clock {
  return {
    now: () => clock.now(),
    after(ms, run) {
      const turn = setImmediate(() => {
        clock.advance(ms);
        run();
      });
      return () => clearImmediate(turn);
    },
  };
}

/** The key that a question was asked under, by its id. */
function keyOf(questionId: string): string {
  return questionId.split('.').slice(1, -1).join('.');
}

async function nextQuestion(viewer: SessionClient): Promise<QuestionView> {
  const question = openQuestion(await stateOf(viewer, (state) => openQuestion(state) !== undefined));
  assert.ok(question);
  return question;
}

/** Answers what is asked next, and waits until everybody could know. */
async function reply(viewer: SessionClient, answer: unknown): Promise<QuestionView> {
  const { id } = await nextQuestion(viewer);
  const ack = await viewer.sendAnswer(answer, id);
  assert.equal(ack.accepted, true, ack.reason);
  const isClosed = (question: QuestionView) => question.id === id && question.status !== 'open';
  const state = await stateOf(viewer, ({ questions }) => questions.some(isClosed));
  return state.questions.find(isClosed) as QuestionView;
}

async function ended(viewer: SessionClient): Promise<SessionClient['state']> {
  return stateOf(viewer, ({ phase }) => phase !== 'idle' && phase !== 'running' && phase !== 'waiting');
}

/** All that is said in a conversation with somebody who answers like this. */
async function hold(viewer: SessionClient, answers: readonly unknown[]): Promise<readonly Message[]> {
  for (const answer of answers) await reply(viewer, answer);
  return (await ended(viewer)).messages;
}

/** Messages without their positions, and with the ids of steps in the order in which they came, and of questions by their keys. */
function bare(messages: readonly Message[]): unknown {
  const steps = new Map<unknown, string>();
  const rename = (key: string, value: unknown) => {
    if (key === 'id') return undefined;
    if (key === 'questionId') return keyOf(String(value));
    if (key !== 'step' && key !== 'parent') return value;
    if (!steps.has(value)) steps.set(value, `step ${steps.size}`);
    return steps.get(value);
  };
  return JSON.parse(JSON.stringify(messages, rename));
}

test('five agents turn four answers into results, a summary, and steps that are all done', async (t) => {
  const { viewer } = await startWorld(t);
  const page = viewer();
  const heard = await hold(page, ANSWERS);
  const { phase, summary, results, questions, progress, steps } = page.state;

  assert.equal(phase, 'completed');
  assert.equal(
    summary,
    'Project requirements gathered: “Plan gardens” starts with 2 features on Web and iOS, takes 7 of 8 weeks, at medium risk.',
  );
  const understood = '“Plan gardens”, for paying customers, on Web and iOS, in 8 weeks, with personal data';
  assert.deepEqual(
    results.map(({ agent, data }) => [agent, data]),
    [
      ['clarifier', { done: true, resp: [understood] }],
      [
        'product',
        {
          promise: 'Plan gardens',
          first: ['Sign-up and payment', 'A first success in three screens'],
          later: ['Receipts', 'A help desk', 'Offers for teams'],
        },
      ],
      [
        'customer',
        {
          person: 'Someone who compares it with two others',
          wants: ['To see it work before paying', 'A price without surprises', 'An answer within a day'],
          misses: 'Receipts',
        },
      ],
      [
        'engineer',
        {
          parts: [
            'An app for Web',
            'An app for iOS',
            'One service behind them',
            'A store for personal data, apart from the rest',
          ],
          weeks: 7,
          fits: true,
        },
      ],
      [
        'risk',
        {
          level: 'medium',
          risks: ['Personal data: decide what is kept, and for how long', '2 platforms: every change is made 2 times'],
        },
      ],
    ],
  );
  assert.deepEqual(
    questions.map(({ id, status, agent, answer }) => [keyOf(id), status, agent, answer]),
    [
      ['purpose.1', 'answered', 'clarifier', ANSWERS[0]],
      ['audience.1', 'answered', 'clarifier', ANSWERS[1]],
      ['limits.1', 'answered', 'clarifier', ANSWERS[2]],
      ['right.1', 'answered', 'clarifier', true],
    ],
  );
  assert.deepEqual([progress?.value, progress?.max], [5, 5]);
  assert.ok(steps.every(({ status }) => status === 'finished'));
  const agents = steps.filter(({ parent }) => parent === undefined);
  assert.deepEqual(
    agents.map(({ label, agent }) => [label, agent]),
    ['Clarifier', 'Product', 'Customer', 'Engineer', 'Risk'].map((name) => [name, name.toLowerCase()]),
  );
  for (const { id, agent, label } of agents.slice(1)) {
    const inner = steps.filter(({ parent }) => parent === id);
    assert.equal(inner.length, 3, label);
    assert.ok(inner.every((step) => step.agent === agent));
    const loop = inner.find((step) => step.progress?.max !== undefined);
    assert.ok(loop && loop.progress?.value === loop.progress?.max, label);
  }
  // The seed's own words and shapes.
  assert.ok(heard.some(({ type, data }) => type === 'status' && data === 'Starting Clarifier conversation...'));
  const round = { message: 'Clarifier (Round 1): I need to understand your requirements...' };
  assert.ok(heard.some(({ type, data }) => type === 'progress' && JSON.stringify(data) === JSON.stringify(round)));
});

test('the same answers give the same messages, to the millisecond; other answers give others', async (t) => {
  const said = async (answers: readonly unknown[]) => {
    const { viewer } = await startWorld(t);
    return bare(await hold(viewer('agents-1', 'somebody'), answers));
  };
  const first = await said(ANSWERS);
  assert.deepEqual(await said(ANSWERS), first);
  assert.notDeepEqual(await said([ANSWERS[0], 'public', ...ANSWERS.slice(2)]), first);
});

test('who is not understood is asked again, by other questions', async (t) => {
  const { viewer } = await startWorld(t);
  const page = viewer();
  const heard = await hold(page, [...ANSWERS.slice(0, 3), false, 'Sell gardens', ...ANSWERS.slice(1)]);
  const clarified = heard.filter(({ type, agent }) => type === 'result' && agent === 'clarifier');
  assert.deepEqual(
    clarified.map(({ data }) => (data as { data: { done: boolean } }).data.done),
    [false, true],
  );
  assert.equal(page.state.questions.length, 8);
  assert.match(page.state.summary ?? '', /“Sell gardens”/);
});

test('an answer that does not fit is refused with the reason, and the question stays', async (t) => {
  const { viewer } = await startWorld(t);
  const page = viewer();
  const refused = async (answer: unknown) => {
    const { id } = await nextQuestion(page);
    const { accepted, reason } = await page.sendAnswer(answer, id);
    assert.equal(accepted, false);
    assert.equal((await nextQuestion(page)).id, id);
    return reason;
  };
  assert.equal(await refused('ab'), 'got 2 characters, expected at least 3');
  // What a form of a page says: texts.
  await reply(page, ANSWERS[0]);
  assert.match((await refused('nobody')) ?? '', /expected one of team, customers, public$/);
  await reply(page, 'team');
  assert.equal(await refused({ weeks: '8', platforms: [] }), 'platforms: got 0, expected at least 1');
  const { answer } = await reply(page, { weeks: '8', platforms: ['Web'], personalData: false });
  assert.deepEqual(answer, { weeks: 8, platforms: ['Web'], personalData: false });
});

test('an open question survives a reload, a second viewer may answer it, and everybody is told who did', async (t) => {
  const { viewer } = await startWorld(t);
  const before = viewer('agents-1', 'first-viewer');
  const { id } = await nextQuestion(before);
  before.close();
  const [after, second] = [viewer('agents-1', 'first-viewer'), viewer('agents-1', 'second-viewer')];
  assert.equal((await nextQuestion(after)).id, id);
  const { by } = await reply(second, ANSWERS[0]);
  assert.equal(by, 'second-viewer');
  const state = await stateOf(after, ({ questions }) => questions[0]?.status === 'answered');
  assert.equal(state.questions[0]?.by, 'second-viewer');
  const late = await after.sendAnswer('Too late', id);
  assert.deepEqual([late.accepted, late.reason, late.by], [false, 'answered', 'second-viewer']);
});

test('a conversation is stopped while it waits for an answer', async (t) => {
  const { viewer } = await startWorld(t);
  const page = viewer();
  await nextQuestion(page);
  assert.equal((await page.cancel()).accepted, true);
  const { phase, questions, steps } = await ended(page);
  assert.equal(phase, 'cancelled');
  assert.deepEqual(
    questions.map(({ status }) => status),
    ['cancelled'],
  );
  assert.ok(steps.every(({ status }) => status !== 'running'));
});

test('a conversation is stopped while an agent works, and leaves no pause behind', async (t) => {
  // It stands, so the first agent that pauses never goes on by itself.
  const pauses = new ManualClock();
  const { viewer } = await startWorld(t, { pauses: () => pauses });
  const page = viewer();
  await stateOf(page, ({ status }) => status?.text === 'The Clarifier thinks of a first question…');
  assert.equal(pauses.waiting, 1);
  assert.equal((await page.cancel()).accepted, true);
  const { phase } = await ended(page);
  assert.equal(phase, 'cancelled');
  assert.equal(pauses.waiting, 0);
});

test('a plan that cannot be carried out fails in public, at the agent who says so', async (t) => {
  const { viewer } = await startWorld(t);
  const page = viewer();
  await hold(page, ['Plan gardens', 'team', { weeks: 1, platforms: ['Web', 'iOS', 'Android'] }, true]);
  const { phase, error, summary, steps, results } = page.state;
  const text = 'This takes 5 weeks, over three times what there is. Start again with more time.';
  assert.deepEqual([phase, error?.message, summary], ['failed', text, null]);
  assert.deepEqual(
    steps.filter(({ status }) => status === 'failed').map(({ label, agent, error }) => [label, agent, error]),
    [
      ['Engineer', 'engineer', text],
      ['Concluding', 'engineer', text],
    ],
  );
  assert.deepEqual(
    results.map(({ agent }) => agent),
    ['clarifier', 'product', 'customer'],
  );
});

test('a question that nobody answers within half an hour decides nothing: the run has failed', async (t) => {
  const { viewer, clock } = await startWorld(t);
  const page = viewer();
  const { expiresAt = 0 } = await nextQuestion(page);
  assert.equal(expiresAt - clock.now(), 30 * MINUTE);
  clock.advance(30 * MINUTE);
  const { phase, error, questions } = await ended(page);
  assert.deepEqual([phase, error?.message], ['failed', 'A question was not answered.']);
  assert.deepEqual(
    questions.map(({ status, answer }) => [status, answer]),
    [['expired', undefined]],
  );
});

test('a server that follows another one on the same file asks nothing twice', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'conversation-'));
  t.after(() => rm(folder, { recursive: true }));
  const file = join(folder, 'status.db');
  const before = await startWorld(t, { store: new SqliteStore({ file }) });
  const page = before.viewer();
  await reply(page, ANSWERS[0]);
  const asked = await nextQuestion(page);
  await before.close();

  const after = await startWorld(t, { store: new SqliteStore({ file }) });
  const later = after.viewer();
  assert.equal((await nextQuestion(later)).ts, asked.ts);
  await hold(later, ANSWERS.slice(1));
  assert.equal(later.state.phase, 'completed');
  assert.deepEqual(
    later.state.messages
      .filter(({ type }) => type === 'question')
      .map(({ data }) => keyOf((data as { questionId: string }).questionId)),
    ['purpose.1', 'audience.1', 'limits.1', 'right.1'],
  );
});
