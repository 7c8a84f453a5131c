import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  anything,
  boolean,
  type Check,
  either,
  is,
  isObject,
  list,
  nullable,
  number,
  object,
  oneOf,
  problemText,
  text,
} from '../../protocol/check.js';
import { describe, invalid, messageOf, StatusMessengerError } from '../../protocol/errors.js';

/** Asserts what `check` says of each value; `undefined` where it has nothing to say. */
function says(check: Check<unknown>, cases: readonly (readonly [unknown, string | undefined])[]): void {
  for (const [value, expected] of cases) assert.equal(problemText(check, value, 'here'), expected, describe(value));
}

test('text', () => {
  says(text, [
    ['', undefined],
    ['a', undefined],
    [5, 'here: got number 5, expected a string'],
    [undefined, 'here: got nothing, expected a string'],
    [null, 'here: got null, expected a string'],
    [new String('a'), 'here: got an object with 0, expected a string'],
  ]);
});

test('number: finite only', () => {
  says(number, [
    [0, undefined],
    [-1.5, undefined],
    [Number.NaN, 'here: got number NaN, expected a finite number'],
    [Number.POSITIVE_INFINITY, 'here: got number Infinity, expected a finite number'],
    ['5', 'here: got string "5", expected a finite number'],
    [5n, 'here: got bigint 5, expected a finite number'],
  ]);
});

test('boolean', () => {
  says(boolean, [
    [true, undefined],
    [false, undefined],
    [0, 'here: got number 0, expected true or false'],
    ['true', 'here: got string "true", expected true or false'],
  ]);
});

test('anything', () => {
  says(
    anything,
    [undefined, null, 5, 'a', [], {}].map((value) => [value, undefined]),
  );
});

test('oneOf', () => {
  says(oneOf('red', 'green'), [
    ['red', undefined],
    ['green', undefined],
    ['Red', 'here: got string "Red", expected one of red, green'],
    ['', 'here: got an empty string, expected one of red, green'],
    [undefined, 'here: got nothing, expected one of red, green'],
    [['red'], 'here: got a list of 1, expected one of red, green'],
  ]);
});

test('nullable', () => {
  says(nullable(text), [
    [null, undefined],
    ['a', undefined],
    [undefined, 'here: got nothing, expected a string'],
    [5, 'here: got number 5, expected a string'],
  ]);
});

test('either: both are expected, and where the second goes deeper it says what is wrong', () => {
  says(either(text, number), [
    ['a', undefined],
    [5, undefined],
    [true, 'here: got boolean true, expected a string or a finite number'],
  ]);
  says(either(text, list(number)), [[['a'], 'here[0]: got string "a", expected a finite number']]);
});

test('list: the first wrong item is named', () => {
  says(list(number), [
    [[], undefined],
    [[1, 2], undefined],
    [[1, 'a', 'b'], 'here[1]: got string "a", expected a finite number'],
    [{ length: 0 }, 'here: got an object with length, expected a list'],
    [null, 'here: got null, expected a list'],
  ]);
  says(list(list(text)), [[[['a'], ['b', 3]], 'here[1][1]: got number 3, expected a string']]);
});

test('object: required, optional and further fields', () => {
  const point = object<{ x: number; y: number; label?: string }>({ x: number, y: number }, { label: text });
  says(point, [
    [{ x: 1, y: 2 }, undefined],
    [{ x: 1, y: 2, label: 'a' }, undefined],
    [{ x: 1, y: 2, label: undefined }, undefined],
    [{ x: 1, y: 2, z: 'further' }, undefined],
    [{ x: 1 }, 'here.y: got nothing, expected a finite number'],
    [{ x: 'a', y: 'b' }, 'here.x: got string "a", expected a finite number'],
    [{ x: 1, y: 2, label: null }, 'here.label: got null, expected a string'],
    [{}, 'here.x: got nothing, expected a finite number'],
    [[1, 2], 'here: got a list of 2, expected an object'],
    [null, 'here: got null, expected an object'],
    ['x', 'here: got string "x", expected an object'],
  ]);
  says(object<{ at: { x: number; y: number; label?: string } }>({ at: point }, {}), [
    [{ at: { x: 1, y: null } }, 'here.at.y: got null, expected a finite number'],
  ]);
});

test('is', () => {
  assert.equal(is(text, 'a'), true);
  assert.equal(is(text, 5), false);
});

test('isObject: no list, not null', () => {
  for (const value of [{}, { a: 1 }, Object.create(null)]) assert.equal(isObject(value), true);
  for (const value of [null, undefined, [], 'a', 5, () => 1]) assert.equal(isObject(value), false);
});

test('describe: what it is, and what it says in short', () => {
  for (const [value, expected] of [
    ['', 'an empty string'],
    ['a "b"\n', 'string "a \\"b\\"\\n"'],
    ['x'.repeat(60), `string "${'x'.repeat(60)}"`],
    ['x'.repeat(61), `string "${'x'.repeat(60)}…"`],
    [5, 'number 5'],
    [Number.NaN, 'number NaN'],
    [7n, 'bigint 7'],
    [false, 'boolean false'],
    [undefined, 'nothing'],
    [null, 'null'],
    [[], 'a list of 0'],
    [[1, 2, 3], 'a list of 3'],
    [{}, 'an object with no fields'],
    [{ a: 1, b: 2 }, 'an object with a, b'],
    [{ ['k'.repeat(61)]: 1 }, `an object with ${'k'.repeat(60)}…`],
    [() => 1, 'a function'],
    [Symbol('s'), 'a symbol'],
  ] as const) {
    assert.equal(describe(value), expected);
  }
});

test('an error says that it is ours, what it is about, and what caused it', () => {
  const cause = new Error('below');
  const error = new StatusMessengerError('closed', 'it is closed', { cause });
  assert.ok(error instanceof Error);
  assert.equal(error.name, 'StatusMessengerError');
  assert.equal(error.code, 'closed');
  assert.equal(error.message, 'status-messenger: it is closed');
  assert.equal(error.cause, cause);
  assert.equal(String(error), 'StatusMessengerError: status-messenger: it is closed');
  assert.equal('cause' in new StatusMessengerError('limit', 'full'), false);
});

test('invalid: where, what was got, what is expected, what to do', () => {
  const error = invalid('options.port', 'x', 'a number', 'write 8000');
  assert.ok(error instanceof StatusMessengerError);
  assert.equal(error.code, 'invalid');
  assert.equal(error.message, 'status-messenger: options.port: got string "x", expected a number; write 8000');
});

test('messageOf: the text of whatever was thrown', () => {
  assert.equal(messageOf(new TypeError('no')), 'no');
  assert.equal(messageOf('no'), 'no');
  assert.equal(messageOf(undefined), 'undefined');
  assert.equal(messageOf(5), '5');
});
