import assert from 'node:assert/strict';
import { test } from 'node:test';
import { answerText, fieldsOf, type Written } from '../../../components/status-question/fields.js';
import { readWritten, refusal } from '../../../components/status-question/problems.js';
import { localeFor } from '../../../components/words/index.js';
import { optionOf, type QuestionView } from '../../../protocol/index.js';

const EN = localeFor('en');
const asked = (rest: Partial<QuestionView> = {}): QuestionView => ({
  id: 'q',
  question: 'Which?',
  status: 'open',
  ...rest,
});

/** What is said of something written into a field that is asked for alone. */
function said(schema: unknown, value: Written): unknown {
  const question = asked(schema === undefined ? {} : { schema });
  const reading = readWritten(question, fieldsOf(question), () => value, EN);
  return 'answer' in reading ? reading : reading.problems.get('');
}

test('a question has the fields that it was asked with, whichever way that was', () => {
  const kinds = (question: QuestionView) =>
    fieldsOf(question).map(({ name, schema, options }) => [name, schema.type, options?.length]);
  assert.deepEqual(kinds(asked()), [['', 'string', undefined]]);
  assert.deepEqual(kinds(asked({ choices: ['a', 'b'] })), [['', 'string', 2]]);
  assert.deepEqual(kinds(asked({ schema: { type: 'boolean' } })), [['', 'boolean', undefined]]);
  assert.deepEqual(kinds(asked({ schema: { type: 'no such type' } })), [['', 'string', undefined]]);
  const properties = { a: { type: 'string', enum: ['x'] }, b: { type: 'integer' } };
  assert.deepEqual(kinds(asked({ schema: { type: 'object', properties } })), [
    ['a', 'string', 1],
    ['b', 'integer', undefined],
  ]);
});

test('a list takes its labels of the choices', () => {
  const choices = [{ value: 'a', label: 'Anna' }, 'b'];
  const schema = { type: 'array', items: { type: 'string', enum: ['a', 'b'] } };
  assert.deepEqual(fieldsOf(asked({ choices, schema }))[0]?.options, choices.map(optionOf));
});

test('what does not fit is told in the words of the reader', () => {
  for (const [schema, value, expected] of [
    [undefined, undefined, 'Needs an answer'],
    [undefined, 'a', { answer: 'a' }],
    [{ type: 'no such type' }, undefined, 'Needs an answer'],
    [{ type: 'string', minLength: 3 }, 'ab', 'Use at least 3 characters'],
    [{ type: 'string', maxLength: 2 }, 'abc', 'Use at most 2 characters'],
    [{ type: 'string', maxLength: 2 }, '👍🏽', { answer: '👍🏽' }],
    [{ type: 'string', format: 'email' }, 'a', 'Enter an e-mail address, like name@example.com'],
    [{ type: 'string', format: 'uri' }, 'a', 'Enter a web address, like https://example.com'],
    [{ type: 'string', format: 'date' }, '?', 'Enter a date'],
    [{ type: 'string', enum: ['a'] }, undefined, 'Choose one'],
    [{ type: 'string', enum: ['a'] }, 'b', 'This does not fit'],
    [{ type: 'number' }, '?', 'Enter a number'],
    [{ type: 'number' }, '1.5', { answer: 1.5 }],
    [{ type: 'number', minimum: 1, maximum: 2 }, '0', 'At least 1'],
    [{ type: 'number', minimum: 1, maximum: 2 }, '3', 'At most 2'],
    [{ type: 'integer' }, '1.5', 'Enter a whole number'],
    [{ type: 'integer' }, undefined, 'Needs an answer'],
    [{ type: 'boolean' }, false, { answer: false }],
    [{ type: 'array', items: { type: 'string', enum: ['a', 'b'] }, minItems: 1 }, [], 'Choose at least 1'],
    [{ type: 'array', items: { type: 'string', enum: ['a', 'b'] }, maxItems: 1 }, ['a', 'b'], 'Choose at most 1'],
    [
      { type: 'array', items: { type: 'string', enum: ['a', 'b'] }, minItems: 1, maxItems: 1 },
      ['a', 'b'],
      'Choose exactly 1',
    ],
    [{ type: 'array', items: { type: 'string', enum: ['a', 'b'] } }, ['c'], 'This does not fit'],
  ] as ReadonlyArray<[unknown, Written, unknown]>) {
    assert.deepEqual(said(schema, value), expected, JSON.stringify([schema, value]));
  }
});

test('a form names each field that does not fit, and leaves out what nobody wrote', () => {
  const properties = { a: { type: 'integer' }, b: { type: 'string' }, toString: { type: 'integer' } };
  const question = asked({ schema: { type: 'object', properties, required: ['a'] } });
  const read = (values: { readonly [name: string]: Written }) =>
    readWritten(
      question,
      fieldsOf(question),
      ({ name }) => (Object.hasOwn(values, name) ? values[name] : undefined),
      EN,
    );
  assert.deepEqual(read({ a: '1' }), { answer: { a: 1 } });
  assert.deepEqual(read({ a: 'x' }), { problems: new Map([['a', 'Enter a number']]) });
  assert.deepEqual(read({ toString: 'x' }), {
    problems: new Map([
      ['a', 'Needs an answer'],
      ['toString', 'Enter a number'],
    ]),
  });
});

test('why the server refused stands at the field that it names, else at the whole', () => {
  const fields = fieldsOf(asked({ schema: { type: 'object', properties: { a: { type: 'string' } } } }));
  assert.deepEqual([...refusal(fields, 'a: is taken', EN)], [['a', 'Not accepted: is taken']]);
  assert.deepEqual([...refusal(fields, 'b: is taken', EN)], [['', 'Not accepted: b: is taken']]);
  assert.deepEqual([...refusal(fieldsOf(asked()), ': no', EN)], [['', 'Not accepted: : no']]);
});

test('an answer is written in the words of its question', () => {
  const choices = [{ value: 'a', label: 'Anna' }, 'b'];
  const text = (question: Partial<QuestionView>, answer: unknown) => answerText(asked(question), answer, EN);
  assert.equal(text({ choices }, 'a'), 'Anna');
  assert.equal(text({ choices }, 'gone'), 'gone');
  assert.equal(text({ schema: { type: 'boolean' } }, false), 'No');
  assert.equal(text({ schema: { type: 'number' } }, 1234.5), '1,234.5');
  const list = {
    type: 'array',
    items: {
      anyOf: [
        { const: 'a', title: 'Anna' },
        { const: 'b', title: 'Ben' },
      ],
    },
  };
  assert.equal(text({ schema: list }, ['a', 'b']), 'Anna and Ben');
  assert.equal(text({ schema: list }, []), 'empty');
  const properties = { n: { type: 'integer', title: 'Weeks' }, l: list, s: { type: 'string' } };
  assert.equal(text({ schema: { type: 'object', properties } }, { l: ['b'], n: 8 }), 'Weeks: 8\nl: Ben');
  assert.equal(text({}, { any: 'thing' }), '{"any":"thing"}');
  assert.equal(text({}, null), 'null');
});
