import assert from 'node:assert/strict';
import { test } from 'node:test';
import { seededRandom } from '../../components/testing/index.js';
import { apply, applyAll } from '../../protocol/fold.js';
import type { JsonObject, JsonValue } from '../../protocol/json.js';
import { LIMITS } from '../../protocol/limits.js';
import type { Envelope, Message } from '../../protocol/messages.js';
import {
  type ChannelState,
  hasEnded,
  initialState,
  type Phase,
  readState,
  type StepNode,
  stepTree,
} from '../../protocol/state.js';
import { seedFromEnvironment } from '../helpers/random.js';
import { below, hostileText, nested, pick, randomJson } from './hostile.js';

const seed = seedFromEnvironment();

function say(type: string, data: JsonValue, envelope: Envelope = {}): Message {
  return { type, data, ...envelope };
}

const status = (text: string, envelope?: Envelope) => say('status', text, envelope);
const progress = (data: JsonObject, envelope?: Envelope) => say('progress', data, envelope);
const event = (name: string, data: JsonObject = {}, envelope?: Envelope) =>
  say('event', { event: name, ...data }, envelope);
const started = (step: string, data: JsonObject = {}, envelope?: Envelope) =>
  event('step_started', { step, ...data }, envelope);
const task = (name: string, envelope?: Envelope) => say('state', { status: name }, envelope);
const question = (questionId: string, envelope?: Envelope) =>
  say('question', { question: `${questionId}?`, questionId }, envelope);
const answered = (questionId: string, data: JsonObject = {}, envelope?: Envelope) =>
  say('answered', { questionId, outcome: 'answered', ...data }, envelope);
const result = (agent: string, data: JsonValue, envelope?: Envelope) => say('result', { agent, data }, envelope);
const complete = (envelope?: Envelope) => say('complete', { summary: 'Done' }, envelope);
const fatal = (envelope?: Envelope) => say('error', { message: 'Broken', fatal: true }, envelope);

const after = (...messages: Message[]) => applyAll(initialState, messages);

/** The state without its messages, and without what they weigh. */
function told({ messages: _, bytes: { messages: __, ...bytes }, ...rest }: ChannelState) {
  return { ...rest, bytes };
}

function size(value: unknown): number {
  return Buffer.byteLength(JSON.stringify(value));
}

function journey<T>(value: T): T {
  return JSON.parse(JSON.stringify(value));
}

function freeze<T>(value: T): T {
  if (typeof value === 'object' && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value);
    Object.values(value).forEach(freeze);
  }
  return value;
}

test('status: the text in either form, with who said it, when and how grave', () => {
  assert.deepEqual(after(status('Reading')).status, { text: 'Reading' });
  assert.deepEqual(after(say('status', { message: 'Reading' })).status, { text: 'Reading' });
  assert.deepEqual(after(status('Old', { agent: 'a', level: 'error' }), status('New', { ts: 7 })).status, {
    text: 'New',
    ts: 7,
  });
  assert.deepEqual(after(status('Reading', { ts: 5, agent: 'a', level: 'warning', step: 's', run: 'r' })).status, {
    text: 'Reading',
    ts: 5,
    agent: 'a',
    level: 'warning',
  });
});

test('progress: of the run; the next takes its place as a whole', () => {
  const whole = { value: 1, max: 3, message: 'm', label: 'l', unit: 'u' };
  assert.deepEqual(after(progress(whole, { ts: 5 })).progress, { ...whole, ts: 5 });
  assert.deepEqual(after(progress(whole), progress({ value: 2 })).progress, { value: 2 });
  assert.deepEqual(after(progress({})).progress, {});
});

test('progress: of a step, named in the data or by the envelope', () => {
  for (const message of [
    progress({ value: 1, step: 'b' }, { ts: 5 }),
    progress({ value: 1 }, { step: 'b', ts: 5 }),
    progress({ value: 1, step: 'b' }, { step: 'a', ts: 5 }),
  ]) {
    const state = after(started('a'), started('b'), message);
    assert.equal(state.progress, null);
    assert.deepEqual(
      state.steps.map((step) => step.progress),
      [undefined, { value: 1, ts: 5 }],
    );
  }
  assert.deepEqual(after(started('a'), progress({ value: 1, step: 'other' })).progress, { value: 1 });
});

test('event: a step or a tool starts', () => {
  assert.deepEqual(after(started('s')).steps, [{ id: 's', kind: 'step', status: 'running', label: 's' }]);
  assert.deepEqual(
    after(
      event('tool_started', { step: 't', parent: 'p', label: 'Search' }, { agent: 'a', ts: 5, step: 'x', run: 'r' }),
    ).steps,
    [{ id: 't', kind: 'tool', status: 'running', label: 'Search', parent: 'p', agent: 'a', startedAt: 5 }],
  );
});

test('event: a step ends, and keeps what was known of it', () => {
  const start = started('s', { label: 'Read', parent: 'p' }, { agent: 'a', ts: 5 });
  const known = { id: 's', kind: 'step', label: 'Read', parent: 'p', agent: 'a', startedAt: 5 };
  assert.deepEqual(after(start, event('step_finished', { step: 's' }, { ts: 9 })).steps, [
    { ...known, status: 'finished', endedAt: 9 },
  ]);
  assert.deepEqual(
    after(start, progress({ value: 1, step: 's' }), event('step_failed', { step: 's', error: 'No' }, { ts: 9 })).steps,
    [{ ...known, status: 'failed', error: 'No', endedAt: 9, progress: { value: 1 } }],
  );
  assert.deepEqual(
    after(event('tool_started', { step: 't' }), event('tool_finished', { step: 't' })).steps.map((step) => step.status),
    ['finished'],
  );
});

test('event: a step that starts again starts anew, in its place', () => {
  const state = after(
    started('a', { label: 'Old' }, { ts: 1 }),
    started('b'),
    event('step_failed', { step: 'a', error: 'No' }, { ts: 2 }),
    started('a', {}, { ts: 3 }),
  );
  assert.deepEqual(state.steps, [
    { id: 'a', kind: 'step', status: 'running', label: 'a', startedAt: 3 },
    { id: 'b', kind: 'step', status: 'running', label: 'b' },
  ]);
});

test('event: what names no step, ends an unknown one or is the user’s own changes no steps', () => {
  const before = after(started('a'));
  for (const message of [
    event('step_started'),
    event('step_finished'),
    event('step_finished', { step: 'unknown' }),
    event('step_failed', { step: 'unknown', error: 'No' }),
    event('thinking', { step: 'b' }),
    event('agent_started', { step: 'b' }),
    event('step', { step: 'b' }),
    event('step_', { step: 'b' }),
    event('', { step: 'b' }),
    event('step_started', { step: 'x'.repeat(129) }),
  ]) {
    assert.deepEqual(told(apply(before, message)), told(before), JSON.stringify(message));
  }
});

test('steps: parents make the tree', () => {
  const outline = (nodes: readonly StepNode[]): string =>
    nodes.map(({ id, children }) => (children.length ? `${id}(${outline(children)})` : id)).join(' ');
  const state = after(
    started('a'),
    started('b', { parent: 'a' }),
    // No parent of its own: what the envelope says that it belongs to.
    started('c', {}, { step: 'b' }),
    // The envelope names the step itself: no parent.
    started('d', {}, { step: 'd' }),
    event('tool_started', { step: 'e', parent: 'a' }, { step: 'd' }),
    started('f', { parent: 'unknown' }),
    started('g', { parent: 'g' }),
    event('step_finished', { step: 'b' }),
  );
  assert.equal(outline(stepTree(state.steps)), 'a(b(c) e) d f g');
  assert.deepEqual(
    state.steps.map(({ parent }) => parent),
    [undefined, 'a', 'b', undefined, 'a', 'unknown', 'g'],
  );
});

test('state: the task', () => {
  const whole = { status: 'RUNNING', taskId: 't', progress: { any: [1] }, currentAgent: 'a' };
  assert.deepEqual(after(say('state', { ...whole, more: 1 })).task, whole);
  assert.deepEqual(after(say('state', whole), task('WAITING')).task, { status: 'WAITING' });
  assert.deepEqual(after(say('state', { ...whole, progress: 'x'.repeat(LIMITS.state.task) })).task, {
    status: 'RUNNING',
    taskId: 't',
    currentAgent: 'a',
  });
});

test('question and answered: open, then how it ended', () => {
  const asked = {
    question: 'Which?',
    questionId: 'q',
    choices: ['a', { value: 'b', label: 'B' }],
    schema: { type: 'object' },
    expiresAt: 99,
    default: 'a',
  };
  const ask = say('question', asked, { agent: 'a', ts: 5 });
  const { questionId: _, ...rest } = asked;
  const open = { ...rest, id: 'q', status: 'open', agent: 'a', ts: 5 };
  assert.deepEqual(after(ask).questions, [open]);
  assert.deepEqual(after(ask, answered('q', { answer: ['b'], by: 'me' }, { ts: 9 })).questions, [
    { ...open, status: 'answered', answer: ['b'], by: 'me' },
  ]);
  for (const outcome of ['declined', 'expired', 'cancelled']) {
    assert.deepEqual(after(ask, answered('q', { outcome })).questions, [{ ...open, status: outcome }]);
  }
  assert.deepEqual(after(say('question', { question: 'Yes?' })).questions, [
    { id: '', question: 'Yes?', status: 'open' },
  ]);
});

test('answered: the first outcome stays, and one of an unknown question says nothing', () => {
  const before = after(question('q'), question('r'), answered('q', { answer: 1 }));
  for (const message of [answered('q', { answer: 2 }), answered('q', { outcome: 'expired' }), answered('other')]) {
    assert.deepEqual(told(apply(before, message)), told(before));
  }
});

test('question: asked anew under its id, it is open again', () => {
  assert.deepEqual(after(question('q'), answered('q', { answer: 1, by: 'me' }), question('q')).questions, [
    { id: 'q', question: 'q?', status: 'open' },
  ]);
});

test('question: an id over 128 characters is none', () => {
  assert.deepEqual(after(question('x'.repeat(129))).questions, []);
  assert.equal(after(question('x'.repeat(128))).questions.length, 1);
});

test('result: the latest per agent', () => {
  assert.deepEqual(after(result('a', 1, { ts: 5 }), result('b', [2]), result('a', null)).results, [
    { agent: 'a', data: null },
    { agent: 'b', data: [2] },
  ]);
  assert.deepEqual(after(result('a', { x: 1 }, { ts: 5, agent: 'other' })).results, [
    { agent: 'a', data: { x: 1 }, ts: 5 },
  ]);
});

test('complete: the run ended well', () => {
  const state = after(status('a', { ts: 1, run: 'r' }), complete({ ts: 9, run: 'r' }));
  assert.equal(state.phase, 'completed');
  assert.equal(state.summary, 'Done');
  assert.equal(state.startedAt, 1);
  assert.equal(state.endedAt, 9);
  assert.equal(state.run, 'r');
  assert.equal(state.error, null);
});

test('error: shown; only a fatal one ends the run', () => {
  const mild = after(status('a'), say('error', { message: 'No', code: 'c' }, { ts: 9 }));
  assert.deepEqual(mild.error, { message: 'No', code: 'c', fatal: false, ts: 9 });
  assert.equal(mild.phase, 'running');
  assert.equal(mild.endedAt, undefined);
  const end = apply(mild, fatal({ ts: 10 }));
  assert.deepEqual(end.error, { message: 'Broken', fatal: true, ts: 10 });
  assert.equal(end.phase, 'failed');
  assert.equal(end.endedAt, 10);
});

test('phases', () => {
  const cases: readonly [Phase, Message[]][] = [
    ['idle', []],
    ['idle', [say('mine', 1)]],
    ['idle', [task('PENDING')]],
    ['idle', [answered('q')]],
    ['running', [status('a')]],
    ['running', [progress({})]],
    ['running', [event('thinking')]],
    ['running', [started('a')]],
    ['running', [task('RUNNING')]],
    ['running', [task('PENDING'), status('a')]],
    ['running', [status('a'), result('a', 1), say('error', { message: 'No' }), say('mine', 1)]],
    ['running', [status('a'), say('error', { message: 'No', fatal: false })]],
    ['waiting', [task('WAITING')]],
    ['waiting', [task('WAITING'), status('a')]],
    ['running', [task('WAITING'), task('RUNNING')]],
    ['waiting', [question('q')]],
    ['waiting', [question('q'), status('a'), progress({}), task('RUNNING')]],
    ['waiting', [question('q'), question('r'), answered('q')]],
    ['running', [question('q'), question('r'), answered('q'), answered('r', { outcome: 'expired' })]],
    ['waiting', [question('q'), task('WAITING'), answered('q')]],
    ['completed', [complete()]],
    ['completed', [question('q'), complete()]],
    ['completed', [status('a'), task('COMPLETED')]],
    ['failed', [fatal()]],
    ['failed', [status('a'), fatal()]],
    ['failed', [task('RUNNING'), task('FAILED')]],
    ['cancelled', [task('WAITING'), task('CANCELLED')]],
  ];
  for (const [phase, messages] of cases) {
    assert.equal(after(...messages).phase, phase, messages.map((message) => JSON.stringify(message)).join(' '));
  }
});

test('the run began with the first message that shows work, and ended with the first that ends it', () => {
  const state = after(
    say('mine', 1, { ts: 1 }),
    task('PENDING', { ts: 2 }),
    status('a', { ts: 3, run: 'r' }),
    progress({}, { ts: 4 }),
    complete({ ts: 5 }),
    task('COMPLETED', { ts: 6 }),
  );
  assert.equal(state.startedAt, 3);
  assert.equal(state.endedAt, 5);
  assert.equal(state.run, 'r');
  assert.equal('startedAt' in after(task('PENDING', { ts: 2 }), status('a')), false);
});

const ENDS: readonly [Phase, (envelope: Envelope) => Message][] = [
  ['completed', complete],
  ['failed', fatal],
  ['completed', (envelope) => task('COMPLETED', envelope)],
  ['failed', (envelope) => task('FAILED', envelope)],
  ['cancelled', (envelope) => task('CANCELLED', envelope)],
];

test('an end stops the steps that run and cancels the questions that wait, and no others', () => {
  for (const [phase, end] of ENDS) {
    const state = after(
      started('a'),
      started('b', {}, { ts: 1 }),
      started('c'),
      event('step_finished', { step: 'a' }, { ts: 2 }),
      event('step_failed', { step: 'c' }, { ts: 3 }),
      event('tool_started', { step: 'd' }),
      question('q'),
      question('r'),
      answered('q', { answer: 1 }),
      end({ ts: 9 }),
    );
    assert.equal(state.phase, phase);
    assert.deepEqual(
      state.steps.map((step) => `${step.id} ${step.status} ${step.endedAt}`),
      ['a finished 2', 'b stopped 9', 'c failed 3', 'd stopped 9'],
    );
    assert.deepEqual(
      state.questions.map(({ id, status }) => `${id} ${status}`),
      ['q answered', 'r cancelled'],
    );
  }
});

test('an end without a time says no time', () => {
  const state = after(started('a'), complete());
  assert.deepEqual(state.steps, [{ id: 'a', kind: 'step', status: 'stopped', label: 'a' }]);
  assert.equal('endedAt' in state, false);
});

/** What shows work, of every type that begins a run. */
const WORK: readonly ((envelope: Envelope) => Message)[] = [
  (envelope) => status('Late', envelope),
  (envelope) => progress({ value: 9 }, envelope),
  (envelope) => started('late', {}, envelope),
  (envelope) => event('thinking', {}, envelope),
  (envelope) => question('late', envelope),
];

test('a straggler of a run that ended does not revive it', () => {
  for (const [phase, end] of ENDS) {
    const ended = after(
      status('a', { run: 'r', ts: 1 }),
      progress({ value: 1 }),
      started('s'),
      end({ run: 'r', ts: 2 }),
    );
    for (const work of WORK) {
      for (const envelope of [{ run: 'r', ts: 9 }, { ts: 9 }]) {
        const late = apply(ended, work(envelope));
        const what = `${JSON.stringify(work(envelope))} when ${phase}`;
        assert.equal(late.phase, phase, what);
        // A late status is still the latest there is; nothing else of a straggler shows.
        assert.deepEqual(told({ ...late, status: null }), told({ ...ended, status: null }), what);
      }
    }
  }
});

test('a run that is named only at its end has stragglers too', () => {
  const ended = after(status('a'), complete({ run: 'r' }));
  for (const work of WORK) {
    assert.equal(apply(ended, work({ run: 'r' })).phase, 'completed');
    assert.equal(apply(ended, work({})).phase, 'completed');
  }
});

test('what a straggler tells of how a step went is still taken in', () => {
  const ended = after(started('s', {}, { run: 'r' }), complete({ run: 'r', ts: 2 }));
  const late = apply(ended, event('step_failed', { step: 's', error: 'No' }, { run: 'r', ts: 3 }));
  assert.equal(late.phase, 'completed');
  assert.deepEqual(late.steps, [{ id: 's', kind: 'step', status: 'failed', label: 's', error: 'No', endedAt: 3 }]);
});

test('a step that goes on beyond the end of a run without a name begins no other one; a step that starts does', () => {
  const ended = after(started('s'), event('tool_started', { step: 't' }), complete({ ts: 2 }));
  const late = after(
    started('s'),
    event('tool_started', { step: 't' }),
    complete({ ts: 2 }),
    progress({ value: 1, step: 's' }),
    event('step_finished', { step: 's' }, { ts: 3 }),
    event('tool_stopped', { step: 't' }, { ts: 4 }),
  );
  assert.equal(late.phase, 'completed');
  assert.deepEqual(late.steps, [
    { id: 's', kind: 'step', status: 'finished', label: 's', endedAt: 3 },
    { id: 't', kind: 'tool', status: 'stopped', label: 't', endedAt: 4 },
  ]);
  const again = apply(ended, started('s'));
  assert.equal(again.phase, 'running');
  assert.deepEqual(again.steps, [{ id: 's', kind: 'step', status: 'running', label: 's' }]);
});

test('another run begins, and nothing of the one that ended is left but its last status, and that it was', () => {
  const finish: readonly [Envelope, Envelope][] = [
    [{ run: 'r' }, { run: 'another', ts: 9 }],
    [{}, { run: 'another', ts: 9 }],
    [{ run: 'r' }, { run: 'another' }],
    // Where runs have no names, whatever comes after an end is another.
    [{}, { ts: 9 }],
  ];
  for (const [, end] of ENDS) {
    for (const [old, another] of finish) {
      const ended = after(
        status('Old', { ...old, ts: 1 }),
        progress({ value: 1 }, old),
        started('old', {}, old),
        question('old', old),
        result('a', 1, old),
        say('error', { message: 'Mild' }, old),
        complete({ ...old, ts: 2 }),
        end({ ...old, ts: 3 }),
      );
      for (const work of WORK) {
        const message = work(another);
        const { status, ...rest } = told(apply(ended, message));
        const { status: expectedStatus, ...expected } = told(after(message));
        assert.deepEqual(rest, { ...expected, earlierRuns: 1 }, JSON.stringify(message));
        assert.deepEqual(status, expectedStatus ?? { text: 'Old', ts: 1 });
      }
    }
  }
});

test('each run counts those that were over before it', () => {
  const said = [status('a'), complete({}), status('b'), fatal({}), complete({}), task('PENDING', {}), status('c')];
  assert.deepEqual(
    said.map((_, i) => after(...said.slice(0, i + 1)).earlierRuns),
    [undefined, undefined, 1, 1, 1, 2, 2],
  );
});

test('a task that is started again is alive again, whatever its run is called', () => {
  for (const envelope of [{ run: 'r' }, { run: 'another' }, {}]) {
    const ended = after(started('s', {}, { run: 'r', ts: 1 }), result('a', 1), complete({ run: 'r', ts: 2 }));
    for (const [name, phase] of [
      ['PENDING', 'idle'],
      ['RUNNING', 'running'],
      ['WAITING', 'waiting'],
    ] as const) {
      const state = apply(ended, task(name, { ...envelope, ts: 5 }));
      assert.equal(state.phase, phase);
      assert.deepEqual(state.steps, []);
      assert.deepEqual(state.results, []);
      assert.equal(state.summary, null);
      assert.equal(state.startedAt, 5);
      assert.equal('endedAt' in state, false);
      assert.equal(state.run, 'run' in envelope ? envelope.run : undefined);
    }
  }
});

const RICH = after(
  status('a', { ts: 1, run: 'r', agent: 'a', level: 'info' }),
  progress({ value: 1, max: 2 }),
  started('a'),
  started('b', { parent: 'a' }),
  progress({ value: 1, step: 'b' }),
  question('q'),
  question('r'),
  answered('q', { answer: { any: [1] } }),
  result('a', { any: [1] }),
  say('error', { message: 'No' }),
  say('state', { status: 'RUNNING', progress: { any: [1] } }),
  say('mine', { any: [1] }),
);
const ENDED = apply(RICH, complete({ ts: 9 }));

test('unknown types and malformed data of known ones change nothing but the messages', () => {
  const strange: readonly Message[] = [
    say('mine', { status: 'COMPLETED', message: 'no', fatal: true }, { run: 'another', ts: 5 }),
    say('', null),
    say('Status', 'no'),
    say('toString', 'no'),
    say('__proto__', 'no'),
    say('constructor', {}),
    say('connected', {}),
    say('snapshot', {}),
    say('status', 5),
    say('status', null, { run: 'another' }),
    say('status', { text: 'no' }),
    say('progress', { value: '1' }),
    say('progress', { value: 1, max: null }),
    say('progress', 5),
    say('event', { step: 'c' }),
    say('event', { event: 'step_started', step: 5 }),
    say('event', { event: 'step_finished', step: 'a', error: {} }),
    say('state', { status: 'DONE' }),
    say('state', { status: 'completed' }),
    say('state', 'COMPLETED'),
    say('question', { questionId: 'x' }),
    say('question', { question: 'Which?', questionId: 'x', choices: [5] }),
    say('answered', { questionId: 'r' }),
    say('answered', { questionId: 'r', outcome: 'open' }),
    say('result', { data: 1 }),
    say('complete', 'Done'),
    say('complete', {}),
    say('error', { message: 'no', fatal: 'true' }),
    say('error', { fatal: true }),
  ];
  for (const before of [initialState, RICH, ENDED]) {
    for (const message of strange) {
      const state = apply(before, message);
      assert.deepEqual(told(state), told(before), JSON.stringify(message));
      assert.deepEqual(state.messages, [...before.messages, message]);
      assert.equal(state.bytes.messages, before.bytes.messages + size(message));
    }
  }
});

test('every message is kept as it came, envelope and all, up to a number and a weight', () => {
  const many = Array.from({ length: LIMITS.state.messages.count + 30 }, (_, i) =>
    say('mine', i, {
      id: `abcd1234-${i + 1}`,
      ts: i,
      channel: 'thread:t',
      agent: 'a',
      step: 's',
      run: 'r',
      level: 'info',
    }),
  );
  assert.deepEqual(after(...many).messages, many.slice(30));

  const heavy = Array.from({ length: 20 }, (_, i) => say('mine', `${i} ${'x'.repeat(10_000)}`));
  const { messages } = after(...heavy);
  assert.deepEqual(messages, heavy.slice(-messages.length));
  assert.equal(messages.length, Math.floor(LIMITS.state.messages.bytes / size(heavy[19])));
});

test('a message that is too large is kept without what is too large', () => {
  const envelope: Envelope = { id: 'abcd1234-1', ts: 5, agent: 'a', step: 's', run: 'r', level: 'info' };
  const huge = 'x'.repeat(LIMITS.message);
  assert.deepEqual(after(say('mine', [huge], envelope)).messages, [
    { type: 'mine', data: null, ...envelope, truncated: true },
  ]);
  const [text] = after(say('mine', huge, envelope)).messages;
  assert.equal(text?.truncated, true);
  assert.match(String(text?.data), /^x{10000,}…$/);
  assert.ok(size(text) <= LIMITS.state.messages.each);
  const [name] = after(say(huge, 1, { id: huge, agent: huge, step: huge, run: huge })).messages;
  assert.ok(size(name) <= LIMITS.state.messages.each);
  assert.equal(name?.data, 1);
});

test('texts that are too long are cut', () => {
  const huge = 'é'.repeat(LIMITS.message);
  const state = after(
    status(huge, { agent: huge }),
    progress({ message: huge, label: huge, unit: huge }),
    started('s', { label: huge, parent: huge }, { agent: huge }),
    event('step_failed', { step: 's', error: huge }),
    say('question', { question: huge, questionId: 'q', choices: ['a'] }, { agent: huge }),
    answered('q', { by: huge }),
    result(huge, 1),
    result('a', huge),
    say('error', { message: huge, code: huge }),
    say('state', { status: 'RUNNING', taskId: huge, currentAgent: huge }),
    say('complete', { summary: huge }, { run: huge }),
  );
  const cut: unknown[] = [
    state.status?.text,
    state.status?.agent,
    state.progress?.message,
    state.progress?.label,
    state.progress?.unit,
    ...[state.steps[0]].flatMap((step) => [step?.label, step?.agent, step?.error]),
    ...[state.questions[0]].flatMap((asked) => [asked?.question, asked?.agent, asked?.by]),
    state.results[0]?.agent,
    state.results[1]?.data,
    state.error?.message,
    state.error?.code,
    state.task?.taskId,
    state.task?.currentAgent,
    state.summary,
    state.run,
  ];
  for (const [i, text] of cut.entries()) assert.match(String(text), /^é{50,}…$/, `text ${i}`);
  assert.deepEqual(
    state.results.map((kept) => kept.truncated),
    [undefined, true],
  );
  assert.ok(size(state) < LIMITS.snapshot);
});

test('data that is too large is left out', () => {
  const huge = { text: 'x'.repeat(LIMITS.message) };
  const state = after(
    result('a', huge),
    say('state', { status: 'RUNNING', progress: huge }),
    say('question', { question: 'Which?', questionId: 'q', schema: huge, default: 1, choices: ['a'] }),
    question('r'),
    answered('r', { answer: huge, by: 'me' }),
  );
  assert.deepEqual(state.results, [{ agent: 'a', data: null, truncated: true }]);
  assert.deepEqual(state.task, { status: 'RUNNING' });
  assert.deepEqual(state.questions, [
    { id: 'q', question: 'Which?', status: 'open' },
    { id: 'r', question: 'r?', status: 'answered', by: 'me' },
  ]);
});

test('too many steps: those that are over go first, the oldest first', () => {
  const { count } = LIMITS.state.steps;
  const all = Array.from({ length: count }, (_, i) => started(`s${i}`));
  const full = after(...all, event('step_finished', { step: 's5' }), event('step_failed', { step: 's3' }));
  const ids = (state: ChannelState) => state.steps.map(({ id }) => id);
  const expected = all.map((_, i) => `s${i}`);
  assert.deepEqual(ids(full), expected);
  const without = (...gone: string[]) => [...expected.filter((id) => !gone.includes(id)), 'x', 'y', 'z'];
  const more = ['x', 'y', 'z'].map((id) => started(id));
  // With none that is over left, the oldest of all goes.
  assert.deepEqual(ids(applyAll(full, more)), without('s3', 's5', 's0'));
});

test('too many questions: those that are closed go first, the oldest first', () => {
  const { count } = LIMITS.state.questions;
  const all = Array.from({ length: count }, (_, i) => question(`q${i}`));
  const full = after(...all, answered('q5'), answered('q3'));
  const expected = all.map((_, i) => `q${i}`).filter((id) => !['q0', 'q3', 'q5'].includes(id));
  assert.deepEqual(
    applyAll(full, [question('x'), question('y'), question('z')]).questions.map(({ id }) => id),
    [...expected, 'x', 'y', 'z'],
  );
});

test('too many results, or too heavy ones: the oldest go', () => {
  const { count } = LIMITS.state.results;
  const agents = (state: ChannelState) => state.results.map(({ agent }) => agent);
  const all = Array.from({ length: count + 3 }, (_, i) => result(`a${i}`, i));
  assert.deepEqual(
    agents(after(...all)),
    Array.from({ length: count }, (_, i) => `a${i + 3}`),
  );
  const heavy = ['a', 'b', 'c'].map((agent) => result(agent, 'x'.repeat(20_000)));
  assert.deepEqual(agents(after(...heavy)), ['b', 'c']);
  // The one that has just grown is not the one to go.
  const [a, ...others] = heavy;
  assert.ok(a);
  assert.deepEqual(agents(after(result('a', 'short'), ...others, a)), ['a', 'c']);
});

/** One message of any type, each built on what the others may have said. */
function randomMessage(random: () => number, i: number, text: () => string, ends: number): Message {
  const id = (letter: string, kinds: number) => `${letter}${below(random, kinds)}`;
  const maybe = (fields: JsonObject): JsonObject =>
    Object.fromEntries(Object.entries(fields).filter(() => random() < 0.5));
  const envelope = {
    id: `abcd1234-${i + 1}`,
    ...maybe({ ts: i, agent: text(), step: id('s', 300), level: pick(random, ['info', 'warning', 'error']) }),
    ...(random() < 0.3 ? { run: id('r', 3) } : {}),
  } as Envelope;
  if (random() < ends) {
    return pick(random, [
      say('complete', { summary: text() }, envelope),
      say('error', { message: text(), fatal: true, ...maybe({ code: text() }) }, envelope),
      task(pick(random, ['COMPLETED', 'FAILED', 'CANCELLED']), envelope),
    ]);
  }
  switch (below(random, 12)) {
    case 0:
      return say('status', random() < 0.5 ? text() : { message: text() }, envelope);
    case 1:
      return progress(
        maybe({ value: i, max: random(), message: text(), label: text(), unit: text(), step: id('s', 300) }),
        envelope,
      );
    case 2:
    case 3:
    case 4: {
      const name = pick(random, [
        'step_started',
        'tool_started',
        'step_finished',
        'step_failed',
        'tool_finished',
        'own',
      ]);
      const more = maybe({ parent: id('s', 300), label: text(), error: text() });
      return event(name, { step: random() < 0.9 ? id('s', 300) : text(), ...more }, envelope);
    }
    case 5:
      return say(
        'state',
        {
          status: pick(random, ['PENDING', 'RUNNING', 'WAITING']),
          ...maybe({ taskId: text(), progress: randomJson(random), currentAgent: text() }),
        },
        envelope,
      );
    case 6: {
      const more = maybe({
        questionId: id('q', 40),
        choices: [text(), { value: text(), label: text() }],
        schema: { title: text(), of: randomJson(random) },
        expiresAt: i,
        default: text(),
      });
      return say('question', { question: text(), ...more }, envelope);
    }
    case 7: {
      const outcome = pick(random, ['answered', 'declined', 'expired', 'cancelled']);
      return answered(id('q', 40), { outcome, ...maybe({ answer: randomJson(random), by: text() }) }, envelope);
    }
    case 8:
      return result(random() < 0.9 ? id('a', 80) : text(), random() < 0.5 ? text() : [text(), nested(100)], envelope);
    case 9:
      return say('error', { message: text(), ...maybe({ code: text(), fatal: false }) }, envelope);
    case 10:
      return say(
        pick(random, ['status', 'progress', 'event', 'state', 'question', 'answered', 'result', 'complete', 'error']),
        randomJson(random),
        envelope,
      );
    default:
      return say(random() < 0.5 ? 'mine' : text(), random() < 0.5 ? randomJson(random) : { text: text() }, envelope);
  }
}

/** Messages as they come from the wire. */
function randomMessages(random: () => number, count: number, text: () => string, ends: number): readonly Message[] {
  return Array.from({ length: count }, (_, i) => journey(randomMessage(random, i, text, ends)));
}

/** Mostly short, now and then as large as a message may be. */
function hugeText(random: () => number): () => string {
  return () => hostileText(random, pick(random, [0, 10, 200, 200, 1000, 5000, 40_000]));
}

function assertWithinBounds(state: ChannelState, what: string): void {
  const { state: limits } = LIMITS;
  assert.ok(size(state) < LIMITS.snapshot, `${what}: ${size(state)} bytes`);
  for (const list of ['messages', 'steps', 'questions', 'results'] as const) {
    const items: readonly unknown[] = state[list];
    const bytes = items.reduce<number>((sum, item) => sum + size(item), 0);
    assert.equal(state.bytes[list], bytes, `${what}: the weight of its ${list}`);
    assert.ok(bytes <= limits[list].bytes, `${what}: ${bytes} bytes of ${list}`);
    assert.ok(items.length <= limits[list].count, `${what}: ${items.length} ${list}`);
  }
  for (const part of ['status', 'progress', 'summary', 'error', 'task'] as const) {
    assert.ok(size(state[part]) <= limits[part], `${what}: ${size(state[part])} bytes of ${part}`);
  }
  const arrived = journey(state);
  assert.equal(readState(arrived), arrived, `${what}: no state to its reader`);
  assert.deepEqual(arrived, state, `${what}: not plain JSON`);
}

test(`apply is pure: a frozen state stays as it is, and gives the same again (SEED=${seed})`, () => {
  const random = seededRandom(seed);
  const text = () => hostileText(random, 20);
  for (const before of [initialState, RICH, ENDED]) {
    const frozen = freeze(journey(before));
    const copy = journey(frozen);
    for (let i = 0; i < 300; i++) {
      const message = freeze(journey(randomMessage(random, i, text, 0.1)));
      const said = journey(message);
      const first = apply(frozen, message);
      assert.deepEqual(frozen, copy, JSON.stringify(message));
      assert.deepEqual(message, said);
      assert.deepEqual(apply(frozen, message), first);
    }
  }
});

test(`every state on the way can be frozen (SEED=${seed})`, () => {
  const random = seededRandom(seed);
  let state = initialState;
  for (const message of randomMessages(random, 1000, () => hostileText(random, 30), 0.02)) {
    state = freeze(apply(state, message));
  }
});

test(`applyAll gives what apply gives one by one (SEED=${seed})`, () => {
  const random = seededRandom(seed);
  assert.deepEqual(applyAll(RICH, []), RICH);
  for (const ends of [0, 0.02, 0.3]) {
    const messages = randomMessages(random, 600, () => hostileText(random, 60), ends);
    let oneByOne = initialState;
    for (const message of messages) oneByOne = apply(oneByOne, message);
    assert.deepEqual(applyAll(initialState, messages), oneByOne);

    let inBatches = initialState;
    for (let i = 0; i < messages.length; ) {
      const batch = messages.slice(i, i + below(random, 40));
      inBatches = applyAll(inBatches, new Set(batch));
      i += batch.length;
    }
    assert.deepEqual(inBatches, oneByOne);
  }
});

test(`after any beginning, sent as JSON, the rest gives the same state (SEED=${seed})`, () => {
  const random = seededRandom(seed);
  for (const ends of [0.01, 0.1, 0.4]) {
    const messages = randomMessages(random, 120, () => hostileText(random, 30), ends);
    const whole = applyAll(initialState, messages);
    let beginning = initialState;
    for (const [i, message] of messages.entries()) {
      const arrived = readState(journey(beginning));
      assert.ok(arrived, `no state after ${i}`);
      assert.deepEqual(applyAll(arrived, messages.slice(i)), whole, `split at ${i}`);
      beginning = apply(beginning, message);
    }
  }
});

test(`the same where the lists are full and things are dropped (SEED=${seed})`, () => {
  const random = seededRandom(seed);
  const messages = randomMessages(random, 1000, hugeText(random), 0.001);
  const whole = applyAll(initialState, messages);
  for (let i = 0; i < 5; i++) {
    const split = below(random, messages.length);
    const beginning = journey(applyAll(initialState, messages.slice(0, split)));
    assert.deepEqual(applyAll(beginning, messages.slice(split)), whole, `split at ${split}`);
  }
});

test(`a state is within its bounds, whatever is said (SEED=${seed})`, () => {
  const random = seededRandom(seed);
  for (const ends of [0, 0.01]) {
    let state = initialState;
    for (const [i, message] of randomMessages(random, 2000, hugeText(random), ends).entries()) {
      state = apply(state, message);
      if (i % 20 === 0 || hasEnded(state.phase)) assertWithinBounds(state, `after ${i + 1} messages`);
    }
  }
});

test('a state that is as large as can be is within its bounds, and so is its end', () => {
  for (const character of ['x', '"', '\u0001', 'é', '€', '😀', '\ud800', '\udc00']) {
    const huge = character.repeat(20_000);
    const long = character.repeat(600);
    // Just below what would be left out as too large.
    const fill = (bytes: number) => character.repeat(Math.floor((bytes - 2) / (size(character) - 2)));
    const many = <T>(count: number, make: (i: number) => T) => Array.from({ length: count }, (_, i) => make(i));
    const full = after(
      ...many(400, (i) => started(`${i}`, { label: long, parent: long }, { agent: long, ts: i })),
      ...many(50, (i) => say('question', { question: long, questionId: `${i}`, default: huge }, { agent: long })),
      ...many(100, (i) => say('question', { question: 'Which?', questionId: `${i}`, default: fill(2200) })),
      ...many(200, (i) => result(`${i} ${long}`, fill(1000))),
      result('a', fill(20_000)),
      result('b', huge),
      say('error', { message: huge, code: huge }, { ts: 1 }),
      progress({ value: -1.2345e-300, max: -1.2345e-300, message: huge, label: huge, unit: huge }, { ts: 1 }),
      say('state', { status: 'RUNNING', taskId: huge, progress: fill(4096), currentAgent: huge }),
      status(huge, { agent: huge, run: huge, level: 'warning', ts: 1 }),
      ...many(300, () => say('mine', fill(400))),
      ...many(8, () => say(huge, huge, { id: huge, agent: huge, step: huge, run: huge })),
    );
    const name = JSON.stringify(character);
    assertWithinBounds(full, `full of ${name}`);
    assert.ok(size(full) > 200 * 1024, `full of ${name}: only ${size(full)} bytes, so that nothing was tried`);
    const ended = apply(full, say('complete', { summary: huge }, { ts: Number.MAX_SAFE_INTEGER, run: huge }));
    assertWithinBounds(ended, `full of ${name} and ended`);
    assert.ok(ended.steps.every((step) => step.status !== 'running'));
    assert.ok(ended.questions.every((asked) => asked.status !== 'open'));
  }
});

test('data that is deep or broad is within the bounds', () => {
  const broad = Array.from({ length: 5000 }, () => null);
  const wide = Object.fromEntries(Array.from({ length: 5000 }, (_, i) => [`\u0001${i}`, {}]));
  let state = initialState;
  for (const data of [nested(500), [nested(500), nested(500)], broad, wide, [broad, wide]]) {
    for (let i = 0; i < 20; i++) {
      state = applyAll(state, [
        result(`a${i}`, data),
        say('mine', data),
        say('state', { status: 'RUNNING', progress: data }),
        say('question', { question: 'Which?', questionId: `q${i}`, schema: data }),
        answered(`q${i - 1}`, { answer: data }),
      ]);
    }
    assertWithinBounds(state, 'so far');
  }
});

test('a run is known by its whole name, however long', () => {
  const run = 'r'.repeat(300);
  assert.equal(after(status('a', { run }), complete({ run }), progress({ value: 1 }, { run })).phase, 'completed');
});

test('a parent is kept whole, or not at all', () => {
  const parent = 'é'.repeat(128);
  const [root] = stepTree(after(started(parent), started('c', { parent })).steps);
  assert.deepEqual(
    root?.children.map(({ id }) => id),
    ['c'],
  );
  assert.equal(after(started('c', { parent: 'p'.repeat(129) })).steps[0]?.parent, undefined);
});

test("names of one's own events are not taken for the kit's", () => {
  for (const name of ['step_started_slowly', 'step', 'step_', 'tool_started_', 'constructor', '__proto__']) {
    assert.deepEqual(after(event(name, { step: 'a' })).steps, [], name);
  }
});

test('deep data is kept without its depth', () => {
  const state = after(say('mine', nested(100_000)), result('a', nested(100_000)));
  assert.deepEqual(
    state.messages.map(({ data, truncated }) => ({ data, truncated })),
    [
      { data: null, truncated: true },
      { data: null, truncated: true },
    ],
  );
  assert.deepEqual(state.results, [{ agent: 'a', data: null, truncated: true }]);
});

test("a result of another run belongs to that run, and an end of one has that run's times", () => {
  const state = after(
    complete({ run: 'a', ts: 1 }),
    result('x', 1, { run: 'b', ts: 2 }),
    status('on', { run: 'b', ts: 3 }),
  );
  assert.deepEqual(
    state.results.map(({ agent }) => agent),
    ['x'],
  );
  assert.equal(state.phase, 'running');
  const ended = after(status('a', { run: 'a', ts: 1 }), complete({ run: 'a', ts: 2 }), complete({ run: 'b', ts: 5 }));
  assert.deepEqual([ended.run, ended.startedAt, ended.endedAt], ['b', 5, 5]);
});

test('the late end of another run does not end the current one', () => {
  for (const end of [complete({ run: 'a' }), fatal({ run: 'a' }), task('CANCELLED', { run: 'a' })]) {
    const state = after(complete({ run: 'a' }), status('on', { run: 'b' }), end);
    assert.deepEqual([state.phase, state.run, state.summary, state.task], ['running', 'b', null, null]);
  }
});

test('a question that is asked again is the youngest', () => {
  const state = after(question('1'), question('2'), answered('1'), question('1'));
  assert.deepEqual(
    state.questions.map(({ id, status: stands }) => `${id} ${stands}`),
    ['2 open', '1 open'],
  );
});
