import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  type ChannelState,
  hasEnded,
  initialState,
  openQuestion,
  type Phase,
  type QuestionView,
  readState,
  type StepNode,
  type StepView,
  stepTree,
} from '../../protocol/state.js';

function step(id: string, parent?: string): StepView {
  return { id, kind: 'step', status: 'running', label: id, ...(parent === undefined ? {} : { parent }) };
}

/** `a(b c(d))`: a tree in one line. */
function outline(nodes: readonly StepNode[]): string {
  return nodes.map(({ id, children }) => (children.length ? `${id}(${outline(children)})` : id)).join(' ');
}

test('stepTree: children under their parents, in the order they began', () => {
  const cases: readonly [readonly StepView[], string][] = [
    [[], ''],
    [[step('a'), step('b')], 'a b'],
    [[step('a'), step('b', 'a'), step('c', 'b'), step('d', 'a'), step('e')], 'a(b(c) d) e'],
    [[step('a'), step('b'), step('c', 'a'), step('d', 'b'), step('e', 'a')], 'a(c e) b(d)'],
    // Its parent is not kept any more.
    [[step('b', 'gone'), step('c', 'b')], 'b(c)'],
    // Its own parent, or its own ancestor.
    [[step('a', 'a')], 'a'],
    [[step('a', 'b'), step('b', 'a')], 'a b'],
    [[step('a', 'c'), step('b', 'a'), step('c', 'b')], 'a b c'],
    // It began before its parent.
    [[step('c', 'p'), step('p')], 'p(c)'],
  ];
  for (const [steps, expected] of cases) assert.equal(outline(stepTree(steps)), expected);
});

test('stepTree: every step is there once, with all that it says, and the list stays as it was', () => {
  const steps: readonly StepView[] = Object.freeze([
    Object.freeze({ ...step('a'), label: 'A', startedAt: 1, progress: { value: 1 } }),
    Object.freeze({ ...step('b', 'a'), kind: 'tool', status: 'failed', error: 'no' } as const),
  ]);
  assert.deepEqual(stepTree(steps), [{ ...steps[0], children: [{ ...steps[1], children: [] }] }]);
});

test('openQuestion: the oldest that still waits', () => {
  const question = (id: string, status: QuestionView['status']): QuestionView => ({ id, question: `${id}?`, status });
  const among = (...questions: QuestionView[]) => openQuestion({ ...initialState, questions })?.id;
  assert.equal(among(), undefined);
  assert.equal(
    among(
      question('a', 'answered'),
      question('b', 'declined'),
      question('c', 'expired'),
      question('d', 'cancelled'),
      question('e', 'open'),
      question('f', 'open'),
    ),
    'e',
  );
  assert.equal(among(question('a', 'answered')), undefined);
});

test('hasEnded: three phases are ends', () => {
  for (const [phase, expected] of Object.entries<boolean>({
    idle: false,
    running: false,
    waiting: false,
    completed: true,
    failed: true,
    cancelled: true,
  } satisfies Record<Phase, boolean>)) {
    assert.equal(hasEnded(phase as Phase), expected, phase);
  }
});

test('the initial state is blank, plain JSON and frozen through and through', () => {
  assert.deepEqual(initialState, {
    phase: 'idle',
    status: null,
    progress: null,
    steps: [],
    questions: [],
    results: [],
    summary: null,
    error: null,
    task: null,
    messages: [],
    bytes: { steps: 0, questions: 0, results: 0, messages: 0 },
  });
  for (const part of [initialState, ...Object.values(initialState)]) assert.ok(Object.isFrozen(part));
});

const whole: ChannelState = {
  phase: 'waiting',
  run: 'r',
  earlierRuns: 1,
  startedAt: 1,
  endedAt: 2,
  status: { text: 't', ts: 1, agent: 'a', level: 'info' },
  progress: { value: 1, max: 2, message: 'm', label: 'l', unit: 'u', ts: 1 },
  steps: [
    {
      id: 's',
      kind: 'step',
      status: 'running',
      label: 'l',
      parent: 'p',
      agent: 'a',
      error: 'e',
      startedAt: 1,
      endedAt: 2,
      progress: { value: 1 },
    },
  ],
  questions: [
    {
      id: 'q',
      question: 'q?',
      status: 'open',
      choices: ['a', { value: 'b' }],
      schema: {},
      expiresAt: 1,
      default: 1,
      agent: 'a',
      ts: 1,
      answer: 1,
      by: 'b',
    },
  ],
  results: [{ agent: 'a', data: null, ts: 1, truncated: true }],
  summary: 's',
  error: { message: 'm', fatal: false, code: 'c', ts: 1 },
  task: { status: 'RUNNING', taskId: 't', progress: 1, currentAgent: 'a' },
  messages: [
    {
      type: 't',
      data: 1,
      id: 'abcd1234-1',
      ts: 1,
      channel: 'session:s',
      agent: 'a',
      step: 's',
      run: 'r',
      level: 'error',
      truncated: true,
    },
  ],
  bytes: { steps: 1, questions: 2, results: 3, messages: 4 },
};

/** Every way to put `wrong` in the place of one value somewhere in `value`, with the path to that place. */
function* spoilt(value: unknown, wrong: unknown, path = ''): Generator<[string, unknown]> {
  if (path) yield [path, wrong];
  if (typeof value !== 'object' || value === null) return;
  for (const [key, item] of Object.entries(value)) {
    for (const [place, variant] of spoilt(item, wrong, `${path}.${key}`)) {
      yield [place, Object.assign(structuredClone(value), { [key]: variant })];
    }
  }
}

test('readState accepts a state, sparse or full, after a journey as JSON', () => {
  for (const state of [initialState, whole]) {
    assert.deepEqual(readState(JSON.parse(JSON.stringify(state))), state);
  }
});

test('readState accepts fields that a later version may add', () => {
  assert.ok(readState({ ...whole, id: 'abcd1234-5', later: { any: 1 } }));
});

test('readState refuses a state with a value of the wrong type, wherever it is', () => {
  // What may be anything is not looked at; nothing else may be a bigint.
  const free = /\.(schema|default|answer|data)$|\.choices\.|^\.task\.progress$/;
  const skipped: string[] = [];
  for (const [place, state] of spoilt(whole, 1n)) {
    if (free.test(place)) skipped.push(place);
    else assert.equal(readState(state), undefined, place);
  }
  assert.deepEqual(skipped, [
    '.questions.0.choices.0',
    '.questions.0.choices.1',
    '.questions.0.choices.1.value',
    '.questions.0.schema',
    '.questions.0.default',
    '.questions.0.answer',
    '.results.0.data',
    '.task.progress',
    '.messages.0.data',
  ]);
});

test('readState refuses a state without one of its fields', () => {
  for (const key of Object.keys(initialState)) {
    const { [key as keyof ChannelState]: _, ...rest } = whole;
    assert.equal(readState(rest), undefined, key);
  }
  for (const value of [undefined, null, [], 'state', {}]) assert.equal(readState(value), undefined);
});

test('readState refuses names that the contract does not know', () => {
  const [first] = whole.steps;
  for (const wrong of [
    { phase: 'paused' },
    { steps: [{ ...first, kind: 'agent' }] },
    { steps: [{ ...first, status: 'open' }] },
    { questions: [{ ...whole.questions[0], status: 'closed' }] },
    { results: [{ ...whole.results[0], truncated: false }] },
    { status: { text: 't', level: 'debug' } },
    { task: { status: 'running' } },
  ]) {
    assert.equal(readState({ ...whole, ...wrong }), undefined, JSON.stringify(wrong));
  }
});
