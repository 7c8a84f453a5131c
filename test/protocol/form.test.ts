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
  optionsOf,
  parseJson,
  readAnswer,
  schemaProblem,
} from '../../protocol/index.js';
import { anyValue, freeze, holds, nearly, overTheWire, type Shape, shortText } from '../fuzz/support.js';

const TEXT = { type: 'string' } as const;
const FORM: AnswerSchema = { type: 'object', properties: { name: TEXT, age: { type: 'integer' } }, required: ['name'] };

/** What an answer is kept as, or what is wrong with it. */
function reading(asked: Asked, answer: unknown): unknown {
  const read = readAnswer(freeze(asked), answer);
  return 'value' in read ? { value: read.value } : read.problem;
}

function by(schema: unknown, answer: unknown): unknown {
  assert.equal(schemaProblem(schema), undefined, 'the schema itself is sound');
  return reading({ schema }, answer);
}

/** Rows of a schema with answers that it takes, each with what it is kept as, and answers that it does not, each with the reason. */
type Row = readonly [
  schema: AnswerSchema,
  taken: ReadonlyArray<readonly [answer: unknown, value: unknown]>,
  refused: ReadonlyArray<readonly [answer: unknown, problem: string]>,
];

const ROWS: { readonly [kind: string]: readonly Row[] } = {
  'free text': [
    [
      TEXT,
      [
        ['Ada', 'Ada'],
        ['', ''],
        [' as it is \n', ' as it is \n'],
        ['42', '42'],
      ],
      [
        [42, 'got number 42, expected a text'],
        [null, 'got null, expected a text'],
        [undefined, 'got nothing, expected a text'],
        [true, 'got boolean true, expected a text'],
        [['Ada'], 'got a list of 1, expected a text'],
        [{ name: 'Ada' }, 'got an object with name, expected a text'],
      ],
    ],
    [
      { type: 'string', minLength: 2, maxLength: 3 },
      [
        ['ab', 'ab'],
        ['abc', 'abc'],
        // Three characters, six units.
        ['😀😀😀', '😀😀😀'],
      ],
      [
        ['a', 'got 1 characters, expected at least 2'],
        ['abcd', 'got 4 characters, expected at most 3'],
        // One character, two units.
        ['😀', 'got 1 characters, expected at least 2'],
      ],
    ],
    [{ type: 'string', maxLength: 0 }, [['', '']], [['a', 'got 1 characters, expected at most 0']]],
  ],
  'a number': [
    [
      { type: 'number', minimum: -1.5, maximum: 10 },
      [
        [0, 0],
        [-1.5, -1.5],
        [10, 10],
        [2.5, 2.5],
        ['2.5', 2.5],
        [' 7 ', 7],
        ['1e1', 10],
      ],
      [
        [-1.6, 'got number -1.6, expected at least -1.5'],
        [10.1, 'got number 10.1, expected at most 10'],
        ['11', 'got string "11", expected at most 10'],
        ['', 'got an empty string, expected a number'],
        [' ', 'got string " ", expected a number'],
        ['seven', 'got string "seven", expected a number'],
        ['1,5', 'got string "1,5", expected a number'],
        ['Infinity', 'got string "Infinity", expected a number'],
        ['1e999', 'got string "1e999", expected a number'],
        [Number.NaN, 'got number NaN, expected a number'],
        [Number.POSITIVE_INFINITY, 'got number Infinity, expected a number'],
        [null, 'got null, expected a number'],
        [true, 'got boolean true, expected a number'],
        [[1], 'got a list of 1, expected a number'],
      ],
    ],
    [
      { type: 'number', minimum: 0, maximum: 0 },
      [[0, 0]],
      [
        [-1, 'got number -1, expected at least 0'],
        [1, 'got number 1, expected at most 0'],
      ],
    ],
  ],
  'a whole number': [
    [
      { type: 'integer', minimum: 1 },
      [
        [1, 1],
        ['12', 12],
        ['3.0', 3],
        [Number.MAX_SAFE_INTEGER, Number.MAX_SAFE_INTEGER],
      ],
      [
        [0, 'got number 0, expected at least 1'],
        [1.5, 'got number 1.5, expected a whole number'],
        ['1.5', 'got string "1.5", expected a whole number'],
        [2 ** 53, 'got number 9007199254740992, expected a whole number'],
        ['', 'got an empty string, expected a whole number'],
      ],
    ],
  ],
  'yes or no': [
    [
      { type: 'boolean' },
      [
        [true, true],
        [false, false],
        ['true', true],
        ['false', false],
        ['yes', true],
        ['No', false],
        [' YES ', true],
      ],
      [
        ['', 'got an empty string, expected true or false'],
        ['maybe', 'got string "maybe", expected true or false'],
        ['constructor', 'got string "constructor", expected true or false'],
        ['__proto__', 'got string "__proto__", expected true or false'],
        [1, 'got number 1, expected true or false'],
        [0, 'got number 0, expected true or false'],
        [null, 'got null, expected true or false'],
      ],
    ],
  ],
  'one of several': [
    [
      { type: 'string', enum: ['red', 'green', ''] },
      [
        ['red', 'red'],
        ['', ''],
      ],
      [
        ['blue', 'got string "blue", expected one of red, green, '],
        ['Red', 'got string "Red", expected one of red, green, '],
        [['red'], 'got a list of 1, expected one of red, green, '],
        [0, 'got number 0, expected one of red, green, '],
        [undefined, 'got nothing, expected one of red, green, '],
      ],
    ],
    [
      // A label stands for its value, unless it is a value itself.
      { type: 'string', enum: ['a', 'b', 'c'], enumNames: ['b', 'Bee'] },
      [
        ['a', 'a'],
        ['b', 'b'],
        ['Bee', 'b'],
        ['c', 'c'],
      ],
      [['See', 'got string "See", expected one of a, b, c']],
    ],
    [
      {
        type: 'string',
        oneOf: [
          { const: 'r', title: 'Red' },
          { const: 'g', title: 'Green' },
        ],
      },
      [
        ['r', 'r'],
        ['Green', 'g'],
      ],
      [['green', 'got string "green", expected one of r, g']],
    ],
    [
      { type: 'string', enum: Array.from({ length: 12 }, (_, i) => `${i}`) },
      [['11', '11']],
      [['12', 'got string "12", expected one of 0, 1, 2, 3, 4, 5, 6, 7, 8, 9 …']],
    ],
  ],
  'several of several': [
    [
      { type: 'array', items: { type: 'string', enum: ['a', 'b', 'c'] }, minItems: 1, maxItems: 2, uniqueItems: true },
      [
        [['a'], ['a']],
        [
          ['b', 'a'],
          ['b', 'a'],
        ],
        // Each counts once.
        [
          ['a', 'a', 'b', 'a'],
          ['a', 'b'],
        ],
        ['c', ['c']],
      ],
      [
        [[], 'got 0, expected at least 1'],
        [['a', 'b', 'c'], 'got 3, expected at most 2'],
        [['a', 'd'], 'got string "d", expected one of a, b, c'],
        [[['a']], 'got a list of 1, expected one of a, b, c'],
        [{ 0: 'a', length: 1 }, 'got an object with 0, length, expected a list'],
        [null, 'got null, expected a list'],
      ],
    ] as unknown as Row,
    [
      {
        type: 'array',
        items: {
          anyOf: [
            { const: 'r', title: 'Red' },
            { const: 'g', title: 'Green' },
          ],
        },
      },
      [
        [[], []],
        [
          ['Red', 'g', 'r'],
          ['r', 'g'],
        ],
        ['Green', ['g']],
      ],
      [[['red'], 'got string "red", expected one of r, g']],
    ],
  ],
  'an email address': [
    [
      { type: 'string', format: 'email' },
      [
        ['ada@example.org', 'ada@example.org'],
        ['ada+kit@sub.example.org', 'ada+kit@sub.example.org'],
      ],
      ['', 'ada', '@example.org', 'ada@', 'a da@example.org', 'a@b@c', 'ada@example.org\n'].map((text) => [
        text,
        `got ${text === '' ? 'an empty string' : `string ${JSON.stringify(text)}`}, expected an email address`,
      ]),
    ],
  ],
  'an address': [
    [
      { type: 'string', format: 'uri' },
      ['https://example.org/a?b#c', 'mailto:ada@example.org', 'urn:isbn:0'].map((text) => [text, text]),
      ['', 'example.org', '//example.org', 'https:', 'https://exam ple.org', '1http://a', 'https://a\n'].map((text) => [
        text,
        `got ${text === '' ? 'an empty string' : `string ${JSON.stringify(text)}`}, expected an address like https://example.org`,
      ]),
    ],
  ],
  'a date': [
    [
      { type: 'string', format: 'date' },
      ['2026-01-31', '2024-02-29', '2000-02-29', '0001-01-01', '9999-12-31'].map((text) => [text, text]),
      [
        '',
        '2026-02-29',
        '2100-02-29',
        '2026-04-31',
        '2026-13-01',
        '2026-00-10',
        '2026-01-00',
        '26-01-31',
        '2026-1-31',
        '2026-01-31T00:00:00Z',
        '31.01.2026',
        '2026-01-31 ',
        '+002026-01-31',
      ].map((text) => [
        text,
        `got ${text === '' ? 'an empty string' : `string ${JSON.stringify(text)}`}, expected a date like 2026-01-31`,
      ]),
    ],
  ],
  'a time': [
    [
      { type: 'string', format: 'date-time' },
      ['2026-01-31T12:00:00Z', '2026-01-31T12:00:00.123456789+14:00', '2024-02-29t23:59:59z'].map((t) => [t, t]),
      [
        '',
        '2026-01-31',
        '2026-01-31T12:00Z',
        '2026-01-31T12:00:00',
        '2026-01-31 12:00:00Z',
        '2026-02-30T12:00:00Z',
        '2026-01-31T25:00:00Z',
        '2026-01-31T12:60:00Z',
        '2026-01-31T12:00:00+99:99',
        // RFC 3339 knows the hours 0 to 23.
        '2026-01-31T24:00:00Z',
      ].map((text) => [
        text,
        `got ${text === '' ? 'an empty string' : `string ${JSON.stringify(text)}`}, expected a time like 2026-01-31T12:00:00Z`,
      ]),
    ],
  ],
};

for (const [kind, rows] of Object.entries(ROWS)) {
  test(`${kind}: what is taken and as what, what is refused and why`, () => {
    for (const [schema, taken, refused] of rows) {
      for (const [answer, value] of taken) {
        assert.deepEqual(by(schema, answer), { value });
        assert.deepEqual(by(schema, value), { value }, 'read again it stays as it is');
      }
      for (const [answer, problem] of refused) assert.equal(by(schema, answer), problem);
    }
  });
}

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

// Schemas

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

test('what a field lets choose from, with the labels that there are', () => {
  const oneOf = [{ const: 'a', title: 'A' }];
  const rows: ReadonlyArray<readonly [FormField, unknown]> = [
    [TEXT, undefined],
    [{ type: 'number' }, undefined],
    [{ type: 'boolean' }, undefined],
    [{ type: 'string', enum: ['a', 'b'], enumNames: ['A'] }, [{ value: 'a', label: 'A' }, { value: 'b' }]],
    [{ type: 'string', oneOf }, [{ value: 'a', label: 'A' }]],
    [{ type: 'array', items: { anyOf: oneOf } }, [{ value: 'a', label: 'A' }]],
    [{ type: 'array', items: { type: 'string', enum: ['a'] } }, [{ value: 'a' }]],
  ];
  for (const [field, options] of rows) assert.deepEqual(optionsOf(field), options);
  assert.deepEqual(optionOf('a'), { value: 'a' });
  assert.deepEqual(optionOf({ value: 'a', label: 'A' }), { value: 'a', label: 'A' });
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
