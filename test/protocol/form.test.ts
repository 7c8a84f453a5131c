import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type FormField, optionOf, optionsOf } from '../../protocol/index.js';
import { TEXT } from './form-support.js';

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
