import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { AnswerSchema } from '../../protocol/index.js';
import { by, TEXT } from './form-support.js';

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
