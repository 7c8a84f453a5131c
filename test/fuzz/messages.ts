import fc from 'fast-check';
import { anyText, anyValue, nearly, type Shape } from './support.js';

/** Few, so that messages speak of the same things. */
const name = fc.oneof(
  { weight: 12, arbitrary: fc.constantFrom('a', 'b', 'c', '__proto__') },
  { weight: 1, arbitrary: anyText },
);
const time = fc.oneof(fc.nat(100), fc.constantFrom(-1, 0.5, 1e300, -1e300, 1_700_000_000_000, 2 ** 53));
const choice = fc.oneof(anyText, nearly({ value: anyText, label: anyText }));

const DATA: { readonly [type: string]: fc.Arbitrary<unknown> } = {
  status: fc.oneof(anyText, nearly({ message: anyText })),
  progress: nearly({ message: anyText, value: time, max: time, label: name, unit: name, step: name }),
  event: nearly({
    event: fc.constantFrom(
      'step_started',
      'step_finished',
      'step_failed',
      'tool_started',
      'tool_failed',
      'constructor',
    ),
    step: name,
    parent: name,
    label: anyText,
    error: anyText,
  }),
  state: nearly({
    taskId: name,
    status: fc.constantFrom('PENDING', 'RUNNING', 'WAITING', 'COMPLETED', 'FAILED', 'CANCELLED'),
    progress: anyValue,
    currentAgent: name,
  }),
  question: nearly({
    question: anyText,
    questionId: name,
    choices: fc.array(choice, { maxLength: 4 }),
    schema: anyValue,
    expiresAt: time,
    default: anyValue,
  }),
  answered: nearly({
    questionId: name,
    outcome: fc.constantFrom('answered', 'declined', 'expired', 'cancelled'),
    answer: anyValue,
    by: name,
  }),
  result: nearly({ agent: name, data: anyValue }),
  complete: nearly({ summary: anyText }),
  error: nearly({ message: anyText, code: name, fatal: fc.boolean() }),
};

const typed = fc.oneof(
  ...Object.entries(DATA).map(([type, data]) => fc.tuple(fc.constant(type), data)),
  fc.tuple(fc.oneof(fc.constantFrom('mine', '__proto__', 'toString', 'snapshot'), anyText), anyValue),
);

const envelope: Shape = {
  agent: name,
  step: name,
  run: fc.constantFrom('a', 'b', undefined),
  level: fc.constantFrom('info', 'warning', 'error', undefined),
};

/** What a publisher says: of every type, of types of its own, and now and then what nobody may say. */
export const outgoing = fc.tuple(typed, nearly(envelope)).map(([[type, data], rest]) => ({ ...rest, type, data }));

/** Messages as they come over the wire, from servers that keep no order of positions or times either. */
export const messages = fc
  .tuple(
    outgoing,
    nearly({ id: fc.constantFrom('abcd1234-1', 'abcd1234-2', 'x'), ts: time, channel: fc.constant('thread:t') }),
  )
  .map(([said, stored]) => ({ ...said, ...stored }));

const view = { ts: time, agent: name, level: fc.constantFrom('info', undefined) };
const progress = nearly({ value: time, max: time, message: anyText, label: name, unit: name, ts: time });
/** What a list of a hostile snapshot may be said to weigh. */
const weight = fc.oneof(fc.nat(300_000), fc.constantFrom(0, 1e300, -1e300, 0.5, -1));

export const weights = { steps: weight, questions: weight, results: weight, messages: weight };

/** The state of a channel as a server may say it. */
export const stateShape: Shape = {
  phase: fc.constantFrom('idle', 'running', 'waiting', 'completed', 'failed', 'cancelled'),
  run: name,
  startedAt: time,
  endedAt: time,
  status: fc.oneof(fc.constant(null), nearly({ text: anyText, ...view })),
  progress: fc.oneof(fc.constant(null), progress),
  steps: fc.array(
    nearly({
      id: name,
      kind: fc.constantFrom('step', 'tool'),
      status: fc.constantFrom('running', 'finished', 'failed', 'stopped'),
      label: anyText,
      parent: name,
      progress,
    }),
    { maxLength: 3 },
  ),
  questions: fc.array(
    nearly({
      id: name,
      question: anyText,
      status: fc.constantFrom('open', 'answered'),
      choices: fc.array(choice),
      schema: anyValue,
    }),
    { maxLength: 2 },
  ),
  results: fc.array(nearly({ agent: name, data: anyValue, ts: time }), { maxLength: 2 }),
  summary: fc.oneof(fc.constant(null), anyText),
  error: fc.oneof(fc.constant(null), nearly({ message: anyText, fatal: fc.boolean(), code: name })),
  task: fc.oneof(fc.constant(null), nearly({ status: fc.constantFrom('RUNNING', 'WAITING'), progress: anyValue })),
  messages: fc.array(messages, { maxLength: 3 }),
  bytes: nearly(weights),
};
