import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type AnswerSchema, parseJson, readAnswer, schemaProblem } from '../../protocol/index.js';
import { TEXT } from './form-support.js';

const FIELD = 'expected a string, number, integer, boolean, array or, on top, an object';
const TEXTS = 'expected a list of 1 to 200 texts';
const TITLES = 'expected a list of 1 to 200 { const, title }';

/** Schemas that are none, each with what is wrong with it. */
const UNSOUND: ReadonlyArray<readonly [schema: unknown, problem: string]> = [
  [undefined, `schema: got nothing, ${FIELD}`],
  [null, `schema: got null, ${FIELD}`],
  ['string', `schema: got string "string", ${FIELD}`],
  [[], `schema: got a list of 0, ${FIELD}`],
  [{}, `schema: got type nothing, ${FIELD}`],
  [{ type: 'null' }, `schema: got type string "null", ${FIELD}`],
  [{ type: ['string'] }, `schema: got type a list of 1, ${FIELD}`],
  [{ type: 'constructor' }, `schema: got type string "constructor", ${FIELD}`],
  [{ type: 'toString' }, `schema: got type string "toString", ${FIELD}`],
  [{ type: '__proto__' }, `schema: got type string "__proto__", ${FIELD}`],
  [{ type: 'string', pattern: 'a' }, 'schema.pattern: a string has no such rule'],
  [{ type: 'string', minimum: 1 }, 'schema.minimum: a string has no such rule'],
  [{ type: 'boolean', enum: [true] }, 'schema.enum: a boolean has no such rule'],
  [{ type: 'number', minLength: 1 }, 'schema.minLength: a number has no such rule'],
  [{ type: 'string', title: 5 }, 'schema.title: expected a text'],
  [{ type: 'string', description: {} }, 'schema.description: expected a text'],
  [{ type: 'string', minLength: -1 }, 'schema.minLength: got number -1, expected a whole number'],
  [{ type: 'string', maxLength: 1.5 }, 'schema.maxLength: got number 1.5, expected a whole number'],
  [{ type: 'string', maxLength: '5' }, 'schema.maxLength: got string "5", expected a whole number'],
  [{ type: 'number', minimum: '1' }, 'schema.minimum: got string "1", expected a number'],
  [{ type: 'integer', maximum: null }, 'schema.maximum: got null, expected a number'],
  [{ type: 'number', maximum: Number.NaN }, 'schema.maximum: got number NaN, expected a number'],
  [{ type: 'string', format: 'ipv4' }, 'schema.format: got string "ipv4", expected one of email, uri, date, date-time'],
  [
    { type: 'string', format: 'constructor' },
    'schema.format: got string "constructor", expected one of email, uri, date, date-time',
  ],
  [{ type: 'string', format: 5 }, 'schema.format: got number 5, expected one of email, uri, date, date-time'],
  [{ type: 'string', enum: [] }, `schema.enum: got a list of 0, ${TEXTS}`],
  [{ type: 'string', enum: [1] }, `schema.enum: got a list of 1, ${TEXTS}`],
  [{ type: 'string', enum: 'a' }, `schema.enum: got string "a", ${TEXTS}`],
  [{ type: 'string', enum: Array(201).fill('a') }, `schema.enum: got a list of 201, ${TEXTS}`],
  [{ type: 'string', enumNames: ['A'] }, 'schema.enumNames: expected an enum, too'],
  [{ type: 'string', enum: ['a'], enumNames: [1] }, `schema.enumNames: got a list of 1, ${TEXTS}`],
  [{ type: 'string', oneOf: [] }, `schema.oneOf: got a list of 0, ${TITLES}`],
  [{ type: 'string', oneOf: [{ const: 'a' }] }, `schema.oneOf: got a list of 1, ${TITLES}`],
  [{ type: 'string', oneOf: [null] }, `schema.oneOf: got a list of 1, ${TITLES}`],
  [{ type: 'array' }, 'schema.items: got nothing, expected { enum } or { anyOf }'],
  [{ type: 'array', items: { type: 'string' } }, `schema.items.enum: got nothing, ${TEXTS}`],
  [{ type: 'array', items: { anyOf: [{ const: 1, title: 'a' }] } }, `schema.items.anyOf: got a list of 1, ${TITLES}`],
  [{ type: 'array', items: { enum: ['a'] }, minItems: -1 }, 'schema.minItems: got number -1, expected a whole number'],
  [{ type: 'string', default: 5 }, 'schema.default: got number 5, expected a text'],
  [{ type: 'string', enum: ['a'], default: 'b' }, 'schema.default: got string "b", expected one of a'],
  [{ type: 'number', maximum: 1, default: 2 }, 'schema.default: got number 2, expected at most 1'],
  [{ type: 'boolean', default: 'maybe' }, 'schema.default: got string "maybe", expected true or false'],
  [{ type: 'array', items: { enum: ['a'] }, default: ['b'] }, 'schema.default: got string "b", expected one of a'],
  [
    { type: 'string', format: 'date', default: '2026-02-30' },
    'schema.default: got string "2026-02-30", expected a date like 2026-01-31',
  ],
  [{ type: 'object' }, 'schema.properties: got nothing, expected an object of fields'],
  [{ type: 'object', properties: [] }, 'schema.properties: got a list of 0, expected an object of fields'],
  [{ type: 'object', properties: {} }, 'schema.properties: got 0 fields, expected 1 to 50'],
  [
    { type: 'object', properties: Object.fromEntries(Array.from({ length: 51 }, (_, i) => [`f${i}`, TEXT])) },
    'schema.properties: got 51 fields, expected 1 to 50',
  ],
  [{ type: 'object', properties: { a: TEXT }, minProperties: 1 }, 'schema.minProperties: a form has no such rule'],
  [
    { type: 'object', properties: { a: TEXT }, required: ['b'] },
    'schema.required: got a list of 1, expected names of its fields',
  ],
  [
    { type: 'object', properties: { a: TEXT }, required: ['toString'] },
    'schema.required: got a list of 1, expected names of its fields',
  ],
  [
    { type: 'object', properties: { a: TEXT }, required: 'a' },
    'schema.required: got string "a", expected names of its fields',
  ],
  // Flat: a form in a form is none.
  [
    { type: 'object', properties: { a: { type: 'object', properties: { b: TEXT } } } },
    `schema.properties.a: got type string "object", ${FIELD}`,
  ],
  [{ type: 'object', properties: { a: null } }, `schema.properties.a: got null, ${FIELD}`],
  [
    { type: 'object', properties: { a: { type: 'array', items: { type: 'object' } } } },
    `schema.properties.a.items.enum: got nothing, ${TEXTS}`,
  ],
  [
    { type: 'object', properties: { a: TEXT, b: { type: 'string', default: 5 } } },
    'schema.properties.b.default: got number 5, expected a text',
  ],
  [
    parseJson('{ "type": "object", "properties": { "__proto__": { "type": "string" } } }'),
    'schema.properties.__proto__: expected another name',
  ],
];

for (const [schema, problem] of UNSOUND) {
  test(`a schema that is none: ${problem}`, () => {
    assert.equal(schemaProblem(schema), problem);
    assert.doesNotThrow(() => readAnswer({ schema }, 'x'));
  });
}

/** Schemas that no answer fits: whoever asked would wait for ever. */
const UNANSWERABLE: readonly AnswerSchema[] = [
  { type: 'string', minLength: 3, maxLength: 2 },
  { type: 'number', minimum: 3, maximum: 2 },
  { type: 'integer', minimum: 1.2, maximum: 1.8 },
  { type: 'array', items: { type: 'string', enum: ['a', 'b'] }, minItems: 3 },
  { type: 'array', items: { type: 'string', enum: ['a', 'b'] }, minItems: 2, maxItems: 1 },
];

for (const schema of UNANSWERABLE) {
  test(`a schema that no answer fits is none: ${JSON.stringify(schema)}`, () => {
    assert.notEqual(schemaProblem(schema), undefined);
    assert.notEqual(schemaProblem({ type: 'object', properties: { a: schema }, required: ['a'] }), undefined);
  });
}

test('the title and the description of a form are texts, as those of its fields are', () => {
  for (const key of ['title', 'description']) {
    assert.equal(
      schemaProblem({ type: 'object', properties: { a: TEXT }, [key]: { a: 1 } }),
      `schema.${key}: expected a text`,
    );
  }
});

test('the schemas of MCP’s specification are sound', () => {
  for (const schema of [
    {
      type: 'string',
      title: 'Display Name',
      description: 'Text',
      minLength: 3,
      maxLength: 50,
      format: 'email',
      default: 'user@example.com',
    },
    { type: 'number', title: 'Display Name', description: 'Text', minimum: 0, maximum: 100, default: 50 },
    { type: 'boolean', title: 'Display Name', description: 'Text', default: false },
    { type: 'string', title: 'Color', description: 'Text', enum: ['Red', 'Green', 'Blue'], default: 'Red' },
    { type: 'string', enum: ['opt1', 'opt2'], enumNames: ['Option 1', 'Option 2'] },
    { type: 'string', title: 'Color', oneOf: [{ const: '#FF0000', title: 'Red' }], default: '#FF0000' },
    {
      type: 'array',
      title: 'Colors',
      minItems: 1,
      maxItems: 2,
      items: { type: 'string', enum: ['Red', 'Green'] },
      default: ['Red'],
    },
    {
      type: 'array',
      items: {
        anyOf: [
          { const: '#FF0000', title: 'Red' },
          { const: '#00FF00', title: 'Green' },
        ],
      },
    },
  ]) {
    assert.equal(schemaProblem(schema), undefined);
    const form = {
      $schema: 'https://json-schema.org/draft/2020-12/schema',
      type: 'object',
      properties: { a: schema },
      required: ['a'],
    };
    assert.equal(schemaProblem(form), undefined);
  }
});
