import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { JsonValue } from '../../protocol/json.js';
import { dataProblem, envelopeProblem, isBuiltInMessage, readMessage, statusText } from '../../protocol/messages.js';

const choices = 'data.choices';

/** Of each type, data that is right and data that is wrong, with what is wrong. */
const DATA: Record<string, { right: readonly JsonValue[]; wrong: readonly (readonly [JsonValue, string])[] }> = {
  status: {
    right: ['', 'text', { message: 'text' }, { message: 'text', more: 1 }],
    wrong: [
      [5, 'data: got number 5, expected a string or an object'],
      [null, 'data: got null, expected a string or an object'],
      [{}, 'data.message: got nothing, expected a string'],
      [{ message: 5 }, 'data.message: got number 5, expected a string'],
    ],
  },
  progress: {
    right: [{}, { value: 1 }, { value: 1, max: 2, message: 'm', label: 'l', unit: 'u', step: 's' }],
    wrong: [
      ['half', 'data: got string "half", expected an object'],
      [{ value: '1' }, 'data.value: got string "1", expected a finite number'],
      [{ max: null }, 'data.max: got null, expected a finite number'],
      [{ message: 1 }, 'data.message: got number 1, expected a string'],
      [{ label: 1 }, 'data.label: got number 1, expected a string'],
      [{ unit: 1 }, 'data.unit: got number 1, expected a string'],
      [{ step: 1 }, 'data.step: got number 1, expected a string'],
    ],
  },
  event: {
    right: [
      { event: 'step_started', step: 's', parent: 'p', label: 'l', error: 'e' },
      { event: 'my own', more: [1] },
    ],
    wrong: [
      [{}, 'data.event: got nothing, expected a string'],
      [{ event: 'e', step: 1 }, 'data.step: got number 1, expected a string'],
      [{ event: 'e', parent: 1 }, 'data.parent: got number 1, expected a string'],
      [{ event: 'e', label: 1 }, 'data.label: got number 1, expected a string'],
      [{ event: 'e', error: {} }, 'data.error: got an object with no fields, expected a string'],
    ],
  },
  state: {
    right: [
      ...['PENDING', 'RUNNING', 'WAITING', 'COMPLETED', 'FAILED', 'CANCELLED'].map((status) => ({ status })),
      { status: 'RUNNING', taskId: 't', progress: [1], currentAgent: 'a', more: true },
    ],
    wrong: [
      [
        { status: 'running' },
        'data.status: got string "running", expected one of PENDING, RUNNING, WAITING, COMPLETED, FAILED, CANCELLED',
      ],
      [{ status: 'RUNNING', taskId: 5 }, 'data.taskId: got number 5, expected a string'],
      [{ status: 'RUNNING', currentAgent: null }, 'data.currentAgent: got null, expected a string'],
    ],
  },
  question: {
    right: [
      { question: 'Which?' },
      { question: 'Which?', questionId: 'q', choices: ['a', { value: 'b', label: 'B' }, { value: 'c' }] },
      { question: 'Which?', schema: {}, expiresAt: 5, default: null },
    ],
    wrong: [
      [{ questionId: 'q' }, 'data.question: got nothing, expected a string'],
      [{ question: 'q', questionId: 5 }, 'data.questionId: got number 5, expected a string'],
      [{ question: 'q', choices: 'a' }, `${choices}: got string "a", expected a list`],
      [{ question: 'q', choices: ['a', 5] }, `${choices}[1]: got number 5, expected a string or an object`],
      [{ question: 'q', choices: [{}] }, `${choices}[0].value: got nothing, expected a string`],
      [{ question: 'q', choices: [{ value: 'a', label: 1 }] }, `${choices}[0].label: got number 1, expected a string`],
      [{ question: 'q', expiresAt: 'soon' }, 'data.expiresAt: got string "soon", expected a finite number'],
    ],
  },
  answered: {
    right: [
      ...['answered', 'declined', 'expired', 'cancelled'].map((outcome) => ({ questionId: 'q', outcome })),
      { questionId: 'q', outcome: 'answered', answer: { any: 1 }, by: 'me' },
    ],
    wrong: [
      [{ outcome: 'answered' }, 'data.questionId: got nothing, expected a string'],
      [
        { questionId: 'q', outcome: 'open' },
        'data.outcome: got string "open", expected one of answered, declined, expired, cancelled',
      ],
      [{ questionId: 'q', outcome: 'answered', by: 1 }, 'data.by: got number 1, expected a string'],
    ],
  },
  result: {
    right: [
      { agent: 'a', data: null },
      { agent: 'a', data: [1] },
    ],
    wrong: [[{ data: 1 }, 'data.agent: got nothing, expected a string']],
  },
  complete: {
    right: [{ summary: '' }, { summary: 's', more: 1 }],
    wrong: [
      [{}, 'data.summary: got nothing, expected a string'],
      ['done', 'data: got string "done", expected an object'],
    ],
  },
  error: {
    right: [{ message: 'm' }, { message: 'm', code: 'c', fatal: true }, { message: 'm', fatal: false }],
    wrong: [
      [{}, 'data.message: got nothing, expected a string'],
      [{ message: 'm', code: 5 }, 'data.code: got number 5, expected a string'],
      [{ message: 'm', fatal: 'yes' }, 'data.fatal: got string "yes", expected true or false'],
    ],
  },
};

for (const [type, { right, wrong }] of Object.entries(DATA)) {
  test(`${type}: what its data may be, and what is wrong with other data`, () => {
    for (const data of right) {
      assert.equal(dataProblem(type, data), undefined, JSON.stringify(data));
      assert.equal(isBuiltInMessage({ type, data }), true);
    }
    for (const [data, problem] of wrong) {
      assert.equal(dataProblem(type, data), problem);
      assert.equal(isBuiltInMessage({ type, data }), false);
    }
  });
}

test('a type of the user’s own may carry anything, whatever it is called', () => {
  for (const type of ['mine', '', 'Status', 'toString', '__proto__', 'constructor', 'hasOwnProperty']) {
    for (const data of [null, 5, 'a', [], {}]) {
      assert.equal(dataProblem(type, data), undefined, type);
      assert.equal(isBuiltInMessage({ type, data }), false, type);
    }
  }
});

test('the envelope: four fields, all optional', () => {
  for (const value of [{}, { agent: 'a', step: 's', run: 'r', level: 'warning' }, { more: 1 }]) {
    assert.equal(envelopeProblem(value), undefined);
  }
  for (const [value, problem] of [
    [{ agent: 5 }, 'message.agent: got number 5, expected a string'],
    [{ step: null }, 'message.step: got null, expected a string'],
    [{ run: [] }, 'message.run: got a list of 0, expected a string'],
    [{ level: 'debug' }, 'message.level: got string "debug", expected one of info, warning, error'],
  ] as const) {
    assert.equal(envelopeProblem(value), problem);
  }
});

test('readMessage keeps what the contract names, and nothing else', () => {
  const whole = {
    type: 'status',
    data: 'a',
    id: 'abcd1234-1',
    ts: 5,
    channel: 'thread:t',
    agent: 'a',
    step: 's',
    run: 'r',
    level: 'error',
  };
  assert.deepEqual(readMessage({ ...whole, truncated: true, more: 1 }), whole);
  assert.deepEqual(readMessage({ type: 'mine', data: { any: [1] } }), { type: 'mine', data: { any: [1] } });
});

test('readMessage leaves out envelope fields of the wrong type', () => {
  for (const wrong of [
    { id: 5 },
    { ts: '5' },
    { ts: null },
    { ts: Number.NaN },
    { channel: {} },
    { agent: 1 },
    { step: [] },
    { run: true },
    { level: 'debug' },
    { level: 3 },
  ]) {
    assert.deepEqual(readMessage({ type: 't', data: 1, ...wrong }), { type: 't', data: 1 }, JSON.stringify(wrong));
  }
});

test('readMessage: no data is null, data that is falsy is itself', () => {
  assert.deepEqual(readMessage({ type: 't' }), { type: 't', data: null });
  for (const data of [null, 0, '', false]) assert.deepEqual(readMessage({ type: 't', data }), { type: 't', data });
});

test('readMessage: what has no type is no message', () => {
  for (const value of [undefined, null, 5, 'status', [], ['status'], {}, { data: 1 }, { type: 5 }, { type: null }]) {
    assert.equal(readMessage(value), undefined, JSON.stringify(value));
  }
});

test('statusText: the text in either form', () => {
  assert.equal(statusText('a'), 'a');
  assert.equal(statusText(''), '');
  assert.equal(statusText({ message: 'b' }), 'b');
});
