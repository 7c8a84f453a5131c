import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { type ChannelState, isObject } from '../../protocol/index.js';
import {
  addStatusMessage,
  ask,
  complete,
  fail,
  progress,
  result,
  type StatusMessenger,
  step,
} from '../../server-adapter/index.js';
import { eventOf, live, stateOf, testClient } from '../helpers/client.js';
import { startServer } from '../helpers/server.js';
import { WireClient } from '../helpers/wire-client.js';

/** A message as a seed document shows it, the call of ours that says it, and where a page of ours shows it. */
interface Shape {
  readonly seed: string;
  readonly type: string;
  /** As the document has it. Where it says `...`, something of that kind stands. */
  readonly example: string;
  readonly statusData?: 'object';
  say(messenger: StatusMessenger): unknown;
  shows(state: ChannelState): boolean;
}

const CONVERSATION = 'agent-conversation.md';
const LLMS = 'status-messenger-llms.md';
const TASKS = 'task-streaming.md';
const S = 'session_123';

const SHAPES: readonly Shape[] = [
  {
    seed: LLMS,
    type: 'status',
    example: '{"type": "status", "data": "Your status update here"}',
    say: () => addStatusMessage('Your status update here'),
    shows: ({ status }) => status?.text === 'Your status update here',
  },
  {
    seed: 'status-messenger-python.md',
    type: 'status',
    example: '{"type": "status", "data": "Async message for session_123."}',
    say: () => addStatusMessage('Async message for session_123.'),
    shows: ({ status }) => status?.text === 'Async message for session_123.',
  },
  {
    seed: CONVERSATION,
    type: 'status',
    example: '{"type": "status", "data": {"message": "Starting Clarifier conversation..."}}',
    statusData: 'object',
    say: () => addStatusMessage('Starting Clarifier conversation...'),
    shows: ({ status }) => status?.text === 'Starting Clarifier conversation...',
  },
  {
    seed: CONVERSATION,
    type: 'progress',
    example:
      '{"type": "progress", "data": {"message": "Clarifier (Round 1): I need to understand your requirements..."}}',
    say: () => progress('Clarifier (Round 1): I need to understand your requirements...'),
    shows: (state) => state.progress?.message === 'Clarifier (Round 1): I need to understand your requirements...',
  },
  {
    seed: CONVERSATION,
    type: 'question',
    example: '{"type": "question", "data": {"question": "What is the main purpose of your app?"}}',
    say: () => void ask('What is the main purpose of your app?').catch(() => {}),
    shows: ({ questions }) => questions[0]?.question === 'What is the main purpose of your app?',
  },
  {
    seed: CONVERSATION,
    type: 'result',
    example: '{"type": "result", "data": {"agent": "clarifier", "data": {"done": false, "resp": []}}}',
    say: () => result('clarifier', { done: false, resp: [] }),
    shows: ({ results }) => results[0]?.agent === 'clarifier' && isObject(results[0].data) && !results[0].data.done,
  },
  {
    seed: CONVERSATION,
    type: 'complete',
    example: '{"type": "complete", "data": {"summary": "Project requirements gathered successfully..."}}',
    say: () => complete('Project requirements gathered successfully...'),
    shows: ({ summary, phase }) => summary === 'Project requirements gathered successfully...' && phase === 'completed',
  },
  {
    seed: CONVERSATION,
    type: 'error',
    example: '{"type": "error", "data": {"message": "Error description"}}',
    say: () => fail('Error description'),
    shows: ({ error, phase }) => error?.message === 'Error description' && phase === 'failed',
  },
  {
    seed: CONVERSATION,
    type: 'custom_type',
    example: '{"type": "custom_type", "data": {"custom_data": "value", "timestamp": 1717430400.0}}',
    say: (messenger) =>
      messenger.sendToSession(S, { type: 'custom_type', data: { custom_data: 'value', timestamp: 1717430400 } }),
    shows: ({ messages }) => messages.at(-1)?.type === 'custom_type',
  },
  {
    seed: TASKS,
    type: 'event',
    example: '{"type": "event", "data": {"event": "step_started"}}',
    say: () => step('Planning', () => {}),
    shows: ({ steps }) => steps[0]?.label === 'Planning' && steps[0].status === 'finished',
  },
  {
    seed: TASKS,
    type: 'error',
    example: '{"type": "error", "data": {"message": "..."}}',
    say: () => fail('Agent error: out of disk'),
    shows: ({ error }) => error?.message === 'Agent error: out of disk',
  },
];

for (const { seed, type, example, statusData, say, shows } of SHAPES) {
  test(`${seed}: ${example} is said by one side and shown by the other`, async (t) => {
    const server = await startServer(statusData ? { statusData } : {});
    const wire = new WireClient(`${server.url}/${S}`);
    const page = testClient({ url: `${server.url}/{session-id}`, sessionId: S });
    t.after(async () => {
      page.close();
      await server.close();
    });
    page.connect();
    await wire.synced();
    await server.messenger.runWithSession(S, () => say(server.messenger));
    const frame = await wire.type(type);
    assertShape({ type: frame.type, data: frame.data }, JSON.parse(example), example);
    await stateOf(page, shows);
  });
}

test('task-streaming.md: `connected` and `state` of a task, and its answer over HTTP', async (t) => {
  const server = await startServer();
  t.after(() => server.close());
  server.messenger.tasks.define(() => sleep(1));
  const answer = await fetch(`${server.http}/api/tasks`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: '{ "input_prompt": "Build a todo application with React" }',
  });
  assert.equal(answer.status, 201);
  const task: unknown = await answer.json();
  const example =
    '{"id": "abc-123", "title": null, "input_prompt": "Build a todo application with React", "status": "PENDING"}';
  assertShape(task, JSON.parse(example), example);
  assert.ok(isObject(task));
  assert.equal(task.status, 'PENDING');
  const wire = new WireClient(`${server.url}/tasks/${task.id}`);
  await wire.closed();
  const connected = '{"type": "connected", "data": {"message": "..."}}';
  assertShape(wire.frames[0], JSON.parse(connected), connected);
  const states = wire.frames.filter(({ type }) => type === 'state').map(({ data }) => isObject(data) && data.status);
  assert.deepEqual(states.slice(-2), ['RUNNING', 'COMPLETED']);
});

test('agent-conversation.md: `{ "answer": … }` answers the question that is open', async (t) => {
  const server = await startServer({ statusData: 'object' });
  t.after(() => server.close());
  let answered: unknown;
  server.messenger.onSession(async () => {
    answered = await ask('What is the main purpose of your app?');
    complete('Project requirements gathered successfully...');
  });
  const wire = new WireClient(`${server.url}/user-123`);
  await wire.type('question');
  await wire.send({ answer: "User's response to the question" });
  await wire.type('complete');
  assert.equal(answered, "User's response to the question");
});

test('message-routing.md: threads and users are recipients, runs are none', async (t) => {
  const server = await startServer({ authorize: () => ({ threadIds: ['thread_123'], userId: 'user_456' }) });
  t.after(() => server.close());
  const page = testClient({ url: `${server.url}/{session-id}`, sessionId: S });
  t.after(() => page.close());
  page.connect();
  const message = { type: 'status', data: 'Working...' };
  const heard: string[] = [];
  page.on('message', ({ channel }) => heard.push(channel ?? 'own'));
  await live(page);
  assert.equal((await server.messenger.sendToThread('thread_123', message)).delivered, 1);
  assert.equal((await server.messenger.sendToUser('user_456', message)).delivered, 1);
  const refused = await server.messenger.sendToUser('run_123', message);
  assert.deepEqual([refused.delivered, refused.buffered], [0, false]);
  assert.match(refused.reason ?? '', /run/);
  while (heard.length < 2) await eventOf(page, 'message');
  assert.deepEqual(heard, ['thread:thread_123', 'user:user_456']);
});

/** Everything that the example has is there, of the same kind; a text that says more than `...` is the same. */
function assertShape(value: unknown, example: unknown, where: string): void {
  if (isObject(example)) {
    assert.ok(isObject(value), `${where}: an object`);
    for (const [key, part] of Object.entries(example)) assertShape(value[key], part, `${where}: ${key}`);
    return;
  }
  if (Array.isArray(example)) assert.ok(Array.isArray(value), where);
  else assert.equal(typeof value, typeof example, where);
}
