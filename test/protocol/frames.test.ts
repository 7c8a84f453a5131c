import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type ClientFrameReading, parseJson, readAck, readClientFrame, readConnected } from '../../protocol/frames.js';
import { LIMITS } from '../../protocol/limits.js';

/** Asserts what is read from each frame. */
function reads(cases: readonly (readonly [unknown, ClientFrameReading])[]): void {
  for (const [value, expected] of cases) {
    const raw = JSON.stringify(value);
    assert.deepEqual(readClientFrame(raw), expected, raw);
  }
}

test('the seed’s answer', () => {
  reads([
    [{ answer: 'yes' }, { frame: { type: 'answer', data: { answer: 'yes' } } }],
    [{ answer: null }, { frame: { type: 'answer', data: { answer: null } } }],
    [{ answer: { a: [1] }, more: 1 }, { frame: { type: 'answer', data: { answer: { a: [1] } } } }],
  ]);
});

test('an answer to a question', () => {
  reads([
    [
      { type: 'answer', ref: 'r', data: { questionId: 'q', answer: 5, more: 1 }, more: 1 },
      { frame: { type: 'answer', ref: 'r', data: { questionId: 'q', answer: 5 } } },
    ],
    [
      { type: 'answer', data: { questionId: 'q', answer: null } },
      { frame: { type: 'answer', data: { questionId: 'q', answer: null } } },
    ],
    [
      { type: 'answer', ref: 'r', data: { questionId: '', answer: false } },
      { frame: { type: 'answer', ref: 'r', data: { questionId: '', answer: false } } },
    ],
    [
      { type: 'answer', data: { questionId: 'q', decline: true, answer: 'not read' } },
      { frame: { type: 'answer', data: { questionId: 'q', decline: true } } },
    ],
    [
      { type: 'answer', data: { questionId: 'q', decline: false, answer: 'a' } },
      { frame: { type: 'answer', data: { questionId: 'q', answer: 'a' } } },
    ],
  ]);
});

test('cancel and input', () => {
  reads([
    [{ type: 'cancel', ref: 'r', data: {} }, { frame: { type: 'cancel', ref: 'r' } }],
    [{ type: 'cancel' }, { frame: { type: 'cancel' } }],
    [{ type: 'cancel', data: 'anything' }, { frame: { type: 'cancel' } }],
    [{ type: 'input', ref: 'r', data: [1] }, { frame: { type: 'input', ref: 'r', data: [1] } }],
    [{ type: 'input', data: null }, { frame: { type: 'input', data: null } }],
    [{ type: 'input' }, { frame: { type: 'input', data: undefined } }],
  ]);
});

test('any other text is input, raw', () => {
  for (const raw of [
    '',
    'hello',
    '{"answer":',
    '5',
    'null',
    '"answer"',
    '[]',
    '[{"answer":1}]',
    '{}',
    '{"data":1}',
    ' { "type": "mine", "ref": 5 } ',
    '{"type":"status","answer":1}',
    '{"type":null,"answer":1}',
    '{"type":"Cancel"}',
    '{"type":"toString"}',
  ]) {
    assert.deepEqual(readClientFrame(raw), { frame: { type: 'input', data: raw } });
  }
});

test('a frame that is not as it should be is refused, by its ref where it has one', () => {
  const data = { questionId: 'q', answer: 1 };
  const badRef = { problem: 'ref: expected a text of 1–128 characters' };
  reads([
    [
      { type: 'answer', ref: 'r' },
      { problem: 'data: expected an object with questionId and answer', ref: 'r' },
    ],
    [{ type: 'answer', data: [] }, { problem: 'data: expected an object with questionId and answer' }],
    [
      { type: 'answer', ref: 'r', data: {} },
      { problem: 'data.questionId: expected a text', ref: 'r' },
    ],
    [{ type: 'answer', data: { questionId: 5, answer: 1 } }, { problem: 'data.questionId: expected a text' }],
    [
      { type: 'answer', ref: 'r', data: { questionId: 'q' } },
      { problem: 'data.answer: expected an answer, or decline: true', ref: 'r' },
    ],
    [
      { type: 'answer', ref: 'r', data: { questionId: 'q', decline: 'yes' } },
      { problem: 'data.answer: expected an answer, or decline: true', ref: 'r' },
    ],
    [{ type: 'answer', ref: '', data }, badRef],
    [{ type: 'answer', ref: 5, data }, badRef],
    [{ type: 'cancel', ref: null }, badRef],
    [{ type: 'input', ref: {} }, badRef],
    [{ type: 'cancel', ref: 'r'.repeat(LIMITS.refLength + 1) }, badRef],
  ]);
});

test('a ref may have 128 characters', () => {
  const ref = 'r'.repeat(128);
  reads([[{ type: 'cancel', ref }, { frame: { type: 'cancel', ref } }]]);
});

test('parseJson: undefined for what is no JSON, and never a throw', () => {
  for (const value of [null, 0, '', 'a', [], { a: [1] }]) assert.deepEqual(parseJson(JSON.stringify(value)), value);
  for (const raw of ['', '{', 'undefined', '{"a":1}{"b":2}', "{'a':1}", 'NaN']) {
    assert.equal(parseJson(raw), undefined, raw);
  }
});

test('readConnected: a frame of this protocol, or nothing', () => {
  const whole = {
    message: 'Connected',
    protocol: 1,
    sessionId: 's',
    channels: { 'session:s': { position: 'abcd1234-0', recovered: false } },
    heartbeat: 25000,
    serverTime: 5,
  };
  assert.deepEqual(readConnected(whole), whole);
  assert.deepEqual(readConnected({ ...whole, further: 1 }), { ...whole, further: 1 });
  for (const wrong of [
    { protocol: 2 },
    { protocol: '1' },
    { protocol: undefined },
    { sessionId: 5 },
    { heartbeat: '25000' },
    { heartbeat: undefined },
    { serverTime: null },
    { channels: undefined },
    { channels: [] },
    { channels: 'session:s' },
  ]) {
    assert.equal(readConnected({ ...whole, ...wrong }), undefined, JSON.stringify(wrong));
  }
  for (const value of [undefined, null, 'Connected to session s', []]) assert.equal(readConnected(value), undefined);
});

test('readAck: an answer to a ref, or nothing', () => {
  for (const ack of [
    { ref: 'r', accepted: true },
    { ref: 'r', accepted: false, reason: 'answered', by: 'me' },
  ]) {
    assert.deepEqual(readAck(ack), ack);
  }
  for (const value of [
    undefined,
    null,
    [],
    'r',
    {},
    { ref: 'r' },
    { accepted: true },
    { ref: 5, accepted: true },
    { ref: 'r', accepted: 'yes' },
  ]) {
    assert.equal(readAck(value), undefined, JSON.stringify(value));
  }
});
