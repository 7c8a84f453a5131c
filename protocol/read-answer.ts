import { readChoice, readField } from './answer-field.js';
import { schemaProblem } from './answer-schema.js';
import { isObject } from './check.js';
import { describe } from './errors.js';
import { type AnswerReading, type AnswerSchema, type Asked, type Form, optionOf } from './form.js';
import { clipText, type JsonValue } from './json.js';

/**
 * Reads an answer by what was asked: by its schema, else by its choices, else as a text. A text stands for the number, the truth value or the choice whose
 * label it is, since there are pages that know nothing but texts. A schema that is none takes any answer.
 */
export function readAnswer({ choices, schema }: Asked, answer: unknown): AnswerReading {
  if (schema !== undefined && schemaProblem(schema) !== undefined) return { value: answer as JsonValue };
  const known = schema as AnswerSchema | undefined;
  if (known?.type === 'object') return readForm(known, answer);
  if (known) return readField(known, answer, choices);
  return choices ? readChoice(choices.map(optionOf), answer) : readField({ type: 'string' }, answer);
}

function readForm({ properties, required = [] }: Form, answer: unknown): AnswerReading {
  if (!isObject(answer)) return { problem: `got ${describe(answer)}, expected an object with a value for each field` };
  const values = new Map<string, JsonValue>();
  const wrong = new Map<string, string>();
  for (const [name, field] of Object.entries(properties)) {
    const given = Object.hasOwn(answer, name) ? answer[name] : undefined;
    if (given === undefined || given === null) {
      if (required.includes(name)) wrong.set(name, 'expected a value');
      continue;
    }
    const reading = readField(field, given);
    if ('value' in reading) values.set(name, reading.value);
    else wrong.set(name, reading.problem);
  }
  for (const name of Object.keys(answer)) {
    if (!Object.hasOwn(properties, name)) wrong.set(clipText(name, 100), 'expected no such field');
  }
  const [first] = wrong;
  if (!first) return { value: Object.fromEntries(values) };
  return { problem: `${first[0]}: ${first[1]}`, fields: Object.fromEntries(wrong) };
}
