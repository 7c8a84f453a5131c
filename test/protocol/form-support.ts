import assert from 'node:assert/strict';
import { type AnswerSchema, type Asked, readAnswer, schemaProblem } from '../../protocol/index.js';
import { freeze } from '../fuzz/support.js';

export const TEXT = { type: 'string' } as const;
export const FORM: AnswerSchema = {
  type: 'object',
  properties: { name: TEXT, age: { type: 'integer' } },
  required: ['name'],
};

/** What an answer is kept as, or what is wrong with it. */
export function reading(asked: Asked, answer: unknown): unknown {
  const read = readAnswer(freeze(asked), answer);
  return 'value' in read ? { value: read.value } : read.problem;
}

export function by(schema: unknown, answer: unknown): unknown {
  assert.equal(schemaProblem(schema), undefined, 'the schema itself is sound');
  return reading({ schema }, answer);
}
