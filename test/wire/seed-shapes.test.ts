import assert from 'node:assert/strict';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { WebSocketServer } from 'ws';
import type { SessionClient } from '../../components/session/index.js';
import { type ChannelState, isObject } from '../../protocol/index.js';
import {
  addStatusMessage,
  ask,
  complete,
  fail,
  getStatusMessages,
  progress,
  result,
  type StatusMessenger,
  step,
  withAgent,
} from '../../server-adapter/index.js';
import { composeEvent } from '../../server-adapter/sinks/agent-event.js';
import { eventOf, live, stateOf, testClient } from '../helpers/client.js';
import { startServer } from '../helpers/server.js';
import { WireClient } from '../helpers/wire-client.js';

/** A message as a seed document shows it, the call of ours that says it, and where a page of ours shows it. */
interface Shape {
  readonly seed: string;
  /** As the document has it. Where it says `...`, anything of that kind may stand. */
  readonly example: string;
  readonly statusData?: 'object';
  /** It is said by a task, and shown to who watches that. */
  readonly isOfTask?: true;
  say(messenger: StatusMessenger): unknown;
  shows(state: ChannelState, page: SessionClient): boolean;
}

const CONVERSATION = 'agent-conversation.md';
const LLMS = 'status-messenger-llms.md';
const TASKS = 'task-streaming.md';
const S = 'session_123';

const SHAPES: readonly Shape[] = [
  {
    seed: LLMS,
    example: '{"type": "status", "data": "Your status update here"}',
    say: () => addStatusMessage('Your status update here'),
    shows: ({ status }) => status?.text === 'Your status update here',
  },
  {
    seed: 'status-messenger-python.md',
    example: '{"type": "status", "data": "Async message for session_123."}',
    say: () => addStatusMessage('Async message for session_123.'),
    shows: ({ status }) => status?.text === 'Async message for session_123.',
  },
  {
    seed: CONVERSATION,
    example: '{"type": "status", "data": {"message": "Starting Clarifier conversation..."}}',
    statusData: 'object',
    say: () => addStatusMessage('Starting Clarifier conversation...'),
    shows: ({ status }) => status?.text === 'Starting Clarifier conversation...',
  },
  {
    seed: CONVERSATION,
    example:
      '{"type": "progress", "data": {"message": "Clarifier (Round 1): I need to understand your requirements..."}}',
    say: () => progress('Clarifier (Round 1): I need to understand your requirements...'),
    shows: (state) => state.progress?.message === 'Clarifier (Round 1): I need to understand your requirements...',
  },
  {
    seed: CONVERSATION,
    example: '{"type": "question", "data": {"question": "What is the main purpose of your app?"}}',
    say: () => void ask('What is the main purpose of your app?').catch(() => {}),
    shows: ({ questions }) => questions[0]?.question === 'What is the main purpose of your app?',
  },
  {
    seed: CONVERSATION,
    example: '{"type": "result", "data": {"agent": "clarifier", "data": {"done": false, "resp": []}}}',
    say: () => result('clarifier', { done: false, resp: [] }),
    shows: ({ results }) => results[0]?.agent === 'clarifier' && isObject(results[0].data) && !results[0].data.done,
  },
  {
    seed: CONVERSATION,
    example: '{"type": "complete", "data": {"summary": "Project requirements gathered successfully..."}}',
    say: () => complete('Project requirements gathered successfully...'),
    shows: ({ summary, phase }) => summary === 'Project requirements gathered successfully...' && phase === 'completed',
  },
  {
    seed: CONVERSATION,
    example: '{"type": "error", "data": {"message": "Error description"}}',
    say: () => fail('Error description'),
    shows: ({ error, phase }) => error?.message === 'Error description' && phase === 'failed',
  },
  {
    seed: CONVERSATION,
    example: '{"type": "custom_type", "data": {"custom_data": "value", "timestamp": 1717430400.0}}',
    say: (messenger) =>
      messenger.sendToSession(S, { type: 'custom_type', data: { custom_data: 'value', timestamp: 1717430400 } }),
    shows: ({ messages }) => messages.at(-1)?.type === 'custom_type',
  },
  {
    seed: TASKS,
    example: '{"type": "connected", "data": {"message": "..."}}',
    isOfTask: true,
    say: () => {},
    shows: ({ task }, { connection }) => connection.status === 'ended' && task?.status === 'COMPLETED',
  },
  {
    seed: TASKS,
    example:
      '{"type": "state", "data": {"status": "RUNNING", "progress": {"value": 1, "max": 4}, "currentAgent": "Engineer"}}',
    isOfTask: true,
    say: async () => {
      withAgent('Engineer', () => progress(1, 4));
      // While it goes on, how far it is is told every half second.
      await sleep(600);
    },
    shows: ({ task, progress }) => task?.currentAgent === 'Engineer' && progress?.value === 1,
  },
  {
    seed: TASKS,
    example: '{"type": "state", "data": {"status": "COMPLETED"}}',
    isOfTask: true,
    say: () => {},
    shows: ({ task, phase }) => task?.status === 'COMPLETED' && phase === 'completed',
  },
  {
    seed: TASKS,
    example: '{"type": "event", "data": {"event": "step_started", "label": "Planning"}}',
    isOfTask: true,
    say: () => step('Planning', () => {}),
    shows: ({ steps }) => steps[0]?.label === 'Planning' && steps[0].status === 'finished',
  },
  {
    seed: TASKS,
    example: '{"type": "error", "data": {"message": "..."}}',
    say: () => fail('Agent error: out of disk'),
    shows: ({ error }) => error?.message === 'Agent error: out of disk',
  },
];

for (const { seed, example, statusData, isOfTask, say, shows } of SHAPES) {
  test(`${seed}: ${example} is said by one side and shown by the other`, { timeout: 20_000 }, async (t) => {
    const server = await startServer(statusData ? { statusData } : {});
    t.after(() => server.close());
    const { messenger } = server;
    if (isOfTask) messenger.tasks.define(() => say(messenger));
    const id = isOfTask ? (await messenger.tasks.create('Build a todo application with React')).id : S;
    const url = isOfTask ? `${server.url}/tasks` : server.url;
    const wire = new WireClient(`${url}/${id}`);
    const page = testClient({ url: `${url}/{session-id}`, sessionId: id });
    t.after(() => page.close());
    page.connect();
    if (!isOfTask) {
      await wire.synced();
      await messenger.runWithSession(S, () => say(messenger));
    }
    await wire.frame((frame) => fits(frame, JSON.parse(example)));
    while (!shows(page.state, page)) await new Promise((resolve) => setTimeout(resolve, 5));
  });
}

/** What the task server of the seed sends, which knows neither positions nor a greeting of ours. */
const SEED_TASK = [
  '{"type": "connected", "data": {"message": "Connected to task abc-123"}}',
  '{"type": "event", "data": {"event": "step_started", "step": "1", "label": "Planning"}}',
  '{"type": "state", "data": {"taskId": "abc-123", "status": "RUNNING", "progress": 0.5, "currentAgent": "Engineer"}}',
  '{"type": "error", "data": {"message": "Agent error: out of disk"}}',
];

test('task-streaming.md: a page of ours shows what the server of the document sends', async (t) => {
  const server = new WebSocketServer({ port: 0 });
  t.after(() => server.close());
  await once(server, 'listening');
  server.on('connection', (socket) => {
    for (const frame of SEED_TASK) socket.send(frame);
  });
  const { port } = server.address() as AddressInfo;
  const page = testClient({ url: `ws://127.0.0.1:${port}/ws/tasks/{session-id}`, sessionId: 'abc-123' });
  t.after(() => page.close());
  page.connect();
  const state = await stateOf(page, ({ error }) => error !== null);
  assert.deepEqual(
    [state.task?.status, state.task?.currentAgent, state.task?.progress, state.steps[0]?.label, state.error?.message],
    ['RUNNING', 'Engineer', 0.5, 'Planning', 'Agent error: out of disk'],
  );
  assert.equal(page.connection.status, 'live');
});

test('task-streaming.md: a task over HTTP', async (t) => {
  const server = await startServer();
  t.after(() => server.close());
  server.messenger.tasks.define(() => {});
  const answer = await fetch(`${server.http}/api/tasks`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: '{ "input_prompt": "Build a todo application with React" }',
  });
  assert.equal(answer.status, 201);
  const example =
    '{"id": "...", "title": null, "input_prompt": "Build a todo application with React", "status": "PENDING"}';
  const task: unknown = await answer.json();
  assert.ok(fits(task, JSON.parse(example)), JSON.stringify(task));
});

test('status-messenger-python.md: the latest status over HTTP, and from a call', async (t) => {
  const server = await startServer();
  t.after(() => server.close());
  const { messenger } = server;
  messenger.runWithSession(S, () => {
    addStatusMessage('Process started successfully.');
    addStatusMessage('Step 1 completed.');
    assert.deepEqual(getStatusMessages(), ['Step 1 completed.']);
  });
  const answer = await fetch(`${server.http}/status?session_id=${S}`);
  assert.deepEqual(await answer.json(), ['Step 1 completed.']);
});

test('status-messenger-python.md: the event of an agent, as it is published', () => {
  const example = {
    websocket_session_id: 'session_123',
    event_type: 'tool_interaction',
    timestamp: '2024-06-03T18:00:00.000Z',
    data: { tool_used: 'calculator', input: '2+2', output: '4' },
  };
  const event = composeEvent(example.data, 'tool_interaction', { sessionId: S }, Date.parse(example.timestamp));
  assert.deepEqual(JSON.parse(String(event.data)), example);
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

/** Whether everything that the example has is there as it has it; where that says `...`, any text is. */
function fits(value: unknown, example: unknown): boolean {
  if (isObject(example)) {
    return isObject(value) && Object.entries(example).every(([key, part]) => fits(value[key], part));
  }
  if (Array.isArray(example)) {
    return Array.isArray(value) && example.every((part, i) => fits(value[i], part));
  }
  return example === '...' ? typeof value === 'string' : value === example;
}
