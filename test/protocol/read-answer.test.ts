import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  type AnswerReading,
  type AnswerSchema,
  type Asked,
  type Choice,
  type FormField,
  isObject,
  jsonSize,
  optionOf,
  parseJson,
  readAnswer,
  schemaProblem,
} from '../../protocol/index.js';
import { anyValue, freeze, holds, nearly, overTheWire, type Shape, shortText } from '../fuzz/support.js';
import { by, FORM, reading, TEXT } from './form-support.js';

test('a question without a schema takes any text, or one of its choices by value or by label', () => {
  const choices: Choice[] = ['plain', { value: 'v', label: 'A label' }, { value: 'bare' }];
  assert.deepEqual(reading({}, 'anything'), { value: 'anything' });
  assert.deepEqual(reading({}, ''), { value: '' });
  assert.equal(reading({}, 5), 'got number 5, expected a text');
  for (const [answer, value] of [
    ['plain', 'plain'],
    ['v', 'v'],
    ['A label', 'v'],
    ['bare', 'bare'],
  ]) {
    assert.deepEqual(reading({ choices }, answer), { value });
  }
  for (const answer of ['other', '', undefined, null, 0, ['plain'], { value: 'v' }]) {
    assert.match(String(reading({ choices }, answer)), /, expected one of plain, v, bare$/);
  }
  assert.match(String(reading({ choices: [] }, 'x')), /expected one of $/);
});

test('several of choices with labels: the labels stand for their values', () => {
  const choices: Choice[] = [{ value: 'r', label: 'Red' }, 'g'];
  const schema = { type: 'array', items: { type: 'string', enum: ['r', 'g'] } };
  assert.deepEqual(reading({ choices, schema }, ['Red', 'g']), { value: ['r', 'g'] });
  assert.deepEqual(reading({ choices, schema }, 'Red'), { value: ['r'] });
  assert.equal(reading({ choices, schema }, ['Rot']), 'got string "Rot", expected one of r, g');
});

test('a schema that is none takes any answer: what nobody can read must not keep the question open', () => {
  for (const schema of [
    null,
    5,
    'string',
    [],
    {},
    { type: 'null' },
    { type: 'object' },
    { type: 'string', pattern: 'a' },
  ]) {
    assert.notEqual(schemaProblem(schema), undefined);
    for (const answer of ['x', 5, null, { a: 1 }]) assert.deepEqual(reading({ schema }, answer), { value: answer });
  }
});

// Forms

test('a form: each field is read by its own rule; those that may be left out are left out', () => {
  assert.deepEqual(by(FORM, { name: 'Ada', age: '36' }), { value: { name: 'Ada', age: 36 } });
  for (const nothing of [{}, { age: undefined }, { age: null }]) {
    assert.deepEqual(by(FORM, { name: 'Ada', ...nothing }), { value: { name: 'Ada' } });
  }
  assert.deepEqual(by({ type: 'object', properties: { a: TEXT } }, {}), { value: {} });
});

test('a form: every field that is wrong is named with its reason, the first one in the problem', () => {
  const wrong = readAnswer({ schema: FORM }, { age: 1.5, more: 1, constructor: 2 });
  assert.deepEqual(wrong, {
    problem: 'name: expected a value',
    fields: {
      name: 'expected a value',
      age: 'got number 1.5, expected a whole number',
      more: 'expected no such field',
      constructor: 'expected no such field',
    },
  });
  for (const nothing of [undefined, null, '', 'Ada', 5, ['Ada']]) {
    assert.match(String(by(FORM, nothing)), /, expected an object with a value for each field$/);
  }
});

test('a form: a required text may be empty, a required list too, where no rule says otherwise', () => {
  const schema = {
    type: 'object',
    properties: {
      text: TEXT,
      list: { type: 'array', items: { type: 'string', enum: ['a'] } },
      no: { type: 'boolean' },
    },
    required: ['text', 'list', 'no'],
  };
  assert.deepEqual(by(schema, { text: '', list: [], no: false }), { value: { text: '', list: [], no: false } });
});

test('a form: what it inherits is no field of an answer', () => {
  const schema = { type: 'object', properties: { toString: TEXT, name: TEXT }, required: ['toString'] };
  assert.equal(by(schema, { name: 'Ada' }), 'toString: expected a value');
  const inherited = Object.create({ name: 'inherited' });
  inherited.toString = 'own';
  assert.deepEqual(by(schema, inherited), { value: { toString: 'own' } });
});

test('a form: __proto__ is a field like any other that it does not have', () => {
  const hostile = parseJson('{ "name": "Ada", "__proto__": { "polluted": true } }');
  assert.deepEqual(by(FORM, hostile), '__proto__: expected no such field');
  assert.equal(Object.hasOwn(Object.prototype, 'polluted'), false);
});

test('what is wrong is said in a line, however long the names are that a page makes up', () => {
  const wrong = readAnswer({ schema: FORM }, { name: 'Ada', ['x'.repeat(60_000)]: 1 });
  assert.ok('problem' in wrong);
  assert.ok(wrong.problem.length < 500, `${wrong.problem.length} characters are kept with each refusal`);
});

test('what is read is the answer’s own: it shares nothing with what came', () => {
  const given = { name: 'Ada' };
  const read = readAnswer({ schema: FORM }, given);
  assert.ok('value' in read && isObject(read.value));
  assert.notEqual(read.value, given);
  const list = ['a'];
  const several = readAnswer({ schema: { type: 'array', items: { type: 'string', enum: ['a'] } } }, list);
  assert.ok('value' in several && several.value !== list);
});

// Whatever is drawn

/** A field with an answer that it takes as it is. */
type Answered = readonly [field: FormField, answer: unknown];

const day = fc
  .date({ min: new Date('0001-01-01T00:00:00Z'), max: new Date('9999-12-31T23:59:59Z'), noInvalidDate: true })
  .map((date) => date.toISOString());

const textAnswered = fc.tuple(shortText, fc.nat(3), fc.nat(3)).map(([text, less, more]): Answered => {
  const { length } = [...text];
  return [{ type: 'string', minLength: Math.max(0, length - less), maxLength: length + more, default: text }, text];
});
const formatted = fc.oneof(
  day.map((time): Answered => [{ type: 'string', format: 'date-time' }, time]),
  day.map((time): Answered => [{ type: 'string', format: 'date' }, time.slice(0, 10)]),
  fc.emailAddress().map((text): Answered => [{ type: 'string', format: 'email' }, text]),
  fc.webUrl().map((text): Answered => [{ type: 'string', format: 'uri' }, text]),
);
const numberAnswered = fc
  .tuple(fc.double({ noNaN: true, noDefaultInfinity: true, min: -1e9, max: 1e9 }), fc.nat(9), fc.nat(9))
  .map(([value, less, more]): Answered => {
    const number = value + 0;
    return [{ type: 'number', minimum: number - less, maximum: number + more }, number];
  });
const integerAnswered = fc
  .maxSafeInteger()
  .map((value): Answered => [{ type: 'integer', minimum: value, default: value }, value]);
const booleanAnswered = fc.boolean().map((value): Answered => [{ type: 'boolean' }, value]);
const values = fc.uniqueArray(shortText, { minLength: 1, maxLength: 6 });
const choiceAnswered = fc
  .tuple(values, fc.nat(), fc.array(shortText, { minLength: 1, maxLength: 6 }), fc.nat(2))
  .map(([texts, pick, labels, kind]): Answered => {
    const answer = texts[pick % texts.length];
    const titled = texts.map((value, i) => ({ const: value, title: labels[i % labels.length] ?? '' }));
    if (kind === 0) return [{ type: 'string', enum: texts }, answer];
    return [
      kind === 1 ? { type: 'string', enum: texts, enumNames: labels } : { type: 'string', oneOf: titled },
      answer,
    ];
  });
const choicesAnswered = fc.tuple(values, fc.nat(), fc.boolean()).map(([texts, count, isTitled]): Answered => {
  const answer = texts.slice(0, 1 + (count % texts.length)).reverse();
  const bounds = { minItems: answer.length, maxItems: answer.length, default: answer };
  const anyOf = texts.map((value, i) => ({ const: value, title: texts[(i + 1) % texts.length] ?? '' }));
  return [{ type: 'array', items: isTitled ? { anyOf } : { type: 'string', enum: texts }, ...bounds }, answer];
});
const fieldAnswered = fc.oneof(
  textAnswered,
  formatted,
  numberAnswered,
  integerAnswered,
  booleanAnswered,
  choiceAnswered,
  choicesAnswered,
);
const name = shortText.filter((text) => text !== '__proto__');
const formAnswered = fc
  .array(fc.tuple(name, fieldAnswered, fc.constantFrom('required', 'given', 'left out')), {
    minLength: 1,
    maxLength: 8,
  })
  .map((drawn): readonly [AnswerSchema, unknown] => {
    const fields = [...new Map(drawn.map((field) => [field[0], field])).values()];
    const properties = Object.fromEntries(fields.map(([key, [field]]) => [key, field]));
    const required = fields.filter(([, , use]) => use === 'required').map(([key]) => key);
    const given = fields.filter(([, , use]) => use !== 'left out').map(([key, [, answer]]) => [key, answer]);
    return [{ type: 'object', properties, required }, Object.fromEntries(given)];
  });

holds(
  'an answer that fits is taken as it is, here and on the other side of the wire',
  400,
  fc.oneof(fieldAnswered, formAnswered),
  ([schema, answer]) => {
    assert.equal(schemaProblem(freeze(schema)), undefined);
    assert.deepEqual(readAnswer({ schema }, freeze(answer)), { value: answer });
    // Halves of characters travel as they are; -0 does not.
    assert.deepEqual(readAnswer(overTheWire({ schema }) as Asked, overTheWire(answer)), { value: overTheWire(answer) });
  },
);

const bounds: Shape = {
  title: shortText,
  minLength: fc.nat(5),
  maxLength: fc.nat(5),
  minimum: fc.integer({ min: -5, max: 5 }),
  maximum: fc.integer({ min: -5, max: 5 }),
  minItems: fc.nat(3),
  maxItems: fc.nat(3),
  format: fc.constantFrom('email', 'uri', 'date', 'date-time'),
  enum: values,
  enumNames: fc.array(shortText, { maxLength: 3 }),
  oneOf: fc.array(fc.record({ const: shortText, title: shortText }), { maxLength: 3 }),
  default: anyValue,
};
const types = fc.constantFrom(
  'string',
  'number',
  'integer',
  'boolean',
  'array',
  'object',
  'null',
  'toString',
  '__proto__',
);
/** Fields that are nearly as they should be: of each rule there may be one. */
const oddField = fc
  .tuple(
    types,
    fc.subarray(Object.keys(bounds), { maxLength: 3 }),
    nearly(bounds),
    nearly({ enum: values, anyOf: bounds.oneOf ?? anyValue }),
  )
  .map(([type, rules, all, items]) => ({
    type,
    ...Object.fromEntries(rules.map((rule) => [rule, all[rule]])),
    ...(type === 'array' ? { items } : {}),
  }));
const oddForm = nearly({
  type: fc.constant('object'),
  properties: fc.dictionary(shortText, oddField, { maxKeys: 4 }),
  required: fc.array(shortText, { maxLength: 2 }),
});
const oddSchema = fc.oneof(
  oddField,
  oddForm,
  anyValue,
  formAnswered.map(([schema]) => schema),
);
const oddAnswer = fc.oneof(
  anyValue,
  shortText,
  formAnswered.map(([, answer]) => answer),
  fc.constantFrom(undefined, Number.NaN),
);
const oddChoices = fc.option(
  fc.array(fc.oneof(shortText, fc.record({ value: shortText, label: shortText })), { maxLength: 4 }),
  {
    nil: undefined,
  },
);

/** What holds of every reading: it is a value that is read as itself, or a line that says why not. */
function assertSound(asked: Asked, read: AnswerReading): void {
  if ('value' in read) {
    assert.deepEqual(readAnswer(asked, read.value), read, 'a value is read as itself');
    return;
  }
  assert.ok(read.problem.length > 0);
  for (const problem of Object.values(read.fields ?? {})) assert.equal(typeof problem, 'string');
}

holds(
  'whatever the schema and the answer are, nothing throws, and what is taken stays as it is',
  1500,
  fc.tuple(oddSchema, oddChoices, oddAnswer),
  ([schema, choices, answer]) => {
    const problem = schemaProblem(freeze(schema));
    assert.ok(problem === undefined || (typeof problem === 'string' && problem.startsWith('schema')));
    const asked: Asked = { schema, ...(choices === undefined ? {} : { choices }) };
    assertSound(asked, readAnswer(asked, freeze(answer)));
  },
);

holds(
  'whatever the choices are, an answer is the value of one of them',
  500,
  fc.tuple(oddChoices, oddAnswer),
  (drawn) => {
    const [choices, answer] = drawn;
    const asked = choices === undefined ? {} : { choices };
    const read = readAnswer(asked, answer);
    assertSound(asked, read);
    if (!('value' in read)) return;
    assert.equal(typeof read.value, 'string');
    if (choices) assert.ok(choices.some((choice) => optionOf(choice).value === read.value));
  },
);

holds(
  'a sound schema and what answers it are JSON, and no larger than what came',
  400,
  formAnswered,
  ([schema, answer]) => {
    const read = readAnswer({ schema }, answer);
    assert.ok('value' in read);
    assert.ok(jsonSize(read.value) <= jsonSize(answer));
  },
);
