import assert from 'node:assert/strict';
import { test } from 'node:test';
import { tellOfMessage } from '../../../../components/frameworks/react/callbacks.js';
import type { StatusMessengerCallbacks } from '../../../../components/frameworks/react/index.js';
import type { Message } from '../../../../protocol/index.js';

/** Callbacks of these names that write down how they are called. */
function listeners(...names: ReadonlyArray<`on${string}`>) {
  const told: unknown[] = [];
  const callbacks: StatusMessengerCallbacks = Object.fromEntries(
    names.map((name) => [name, (...args: unknown[]) => told.push([name, ...args])]),
  );
  return { callbacks, told };
}

const NAMES = ['onMessage', 'onStatus', 'onProgress', 'onQuestion', 'onResult', 'onComplete', 'onError', 'onProblem'];

for (const { message, told } of [
  {
    message: { type: 'status', data: { message: 'Starting Clarifier conversation...' } },
    told: ['onStatus', 'Starting Clarifier conversation...'],
  },
  { message: { type: 'status', data: 'as a text' }, told: ['onStatus', 'as a text'] },
  {
    message: { type: 'progress', data: { message: 'Clarifier (Round 1): …' } },
    told: ['onProgress', 'Clarifier (Round 1): …', { message: 'Clarifier (Round 1): …' }],
  },
  {
    message: { type: 'result', data: { agent: 'clarifier', data: { done: false, resp: [] } } },
    told: ['onResult', 'clarifier', { done: false, resp: [] }],
  },
] satisfies Array<{ message: Message; told: unknown[] }>) {
  test(`${JSON.stringify(message)} is told in the seed's terms`, () => {
    const { callbacks, told: heard } = listeners(...(NAMES as `on${string}`[]));
    tellOfMessage(callbacks, message);
    assert.deepEqual(heard, [told]);
  });
}

test('questions, errors and ends are not told by their messages alone, nor is what is malformed', () => {
  const { callbacks, told } = listeners(...(NAMES as `on${string}`[]));
  for (const message of [
    { type: 'question', data: { question: 'What is the main purpose of your app?' } },
    { type: 'complete', data: { summary: 'Project requirements gathered successfully...' } },
    { type: 'error', data: { message: 'Error description' } },
    { type: 'status', data: 5 },
    { type: 'result', data: { agent: 7 } },
    { type: 'error', data: null },
  ] satisfies Message[]) {
    tellOfMessage(callbacks, message);
  }
  assert.deepEqual(told, []);
});

test('a type of your own has a callback of its name', () => {
  for (const [type, name] of [
    ['custom_type', 'onCustomType'],
    ['customType', 'onCustomType'],
    ['price', 'onPrice'],
    ['event', 'onEvent'],
    ['answered', 'onAnswered'],
    ['a_b_c', 'onABC'],
  ] as const) {
    const { callbacks, told } = listeners(name);
    const message: Message = { type, data: { custom_data: 'value' } };
    tellOfMessage(callbacks, message);
    assert.deepEqual(told, [[name, { custom_data: 'value' }, message]], type);
  }
});

test('a type of your own does not pass for another, however it is named', () => {
  const { callbacks, told } = listeners(...(NAMES as `on${string}`[]));
  for (const type of ['message', 'problem', 'Status', '_error', 'complete_', '', '__proto__', 'constructor']) {
    tellOfMessage(callbacks, { type, data: 'x' });
  }
  assert.deepEqual(told, []);
});

test('of another channel, only types of your own are told: the rest is no part of the session', () => {
  const { callbacks, told } = listeners('onStatus', 'onCustomType');
  tellOfMessage(callbacks, { type: 'status', data: 'in the thread', channel: 'thread:t' });
  tellOfMessage(callbacks, { type: 'custom_type', data: 1, channel: 'user:u' });
  assert.deepEqual(told, [['onCustomType', 1, { type: 'custom_type', data: 1, channel: 'user:u' }]]);
});
