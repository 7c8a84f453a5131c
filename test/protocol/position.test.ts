import assert from 'node:assert/strict';
import { test } from 'node:test';
import { formatPosition, type Position, parsePosition, type Succession, succession } from '../../protocol/position.js';

const EPOCH = 'abcd1234';

test('a position is written EPOCH-SEQ and read back', () => {
  for (const [text, position] of [
    ['abcd1234-0', { epoch: EPOCH, seq: 0 }],
    ['abcd1234-1', { epoch: EPOCH, seq: 1 }],
    ['00000000-10', { epoch: '00000000', seq: 10 }],
    [`${'z'.repeat(64)}-7`, { epoch: 'z'.repeat(64), seq: 7 }],
    [`abcd1234-${Number.MAX_SAFE_INTEGER}`, { epoch: EPOCH, seq: Number.MAX_SAFE_INTEGER }],
  ] as const) {
    assert.deepEqual(parsePosition(text), position, text);
    assert.equal(formatPosition(position), text);
  }
});

test('what is no position is refused', () => {
  for (const value of [
    '',
    'abcd1234',
    'abcd1234-',
    '-1',
    'abcd123-1',
    `${'z'.repeat(65)}-1`,
    'ABCD1234-1',
    'abcd_234-1',
    'abcd1234-01',
    'abcd1234-00',
    'abcd1234--1',
    'abcd1234-+1',
    'abcd1234-1.5',
    'abcd1234-1e3',
    'abcd1234-0x1',
    'abcd1234-1 ',
    ' abcd1234-1',
    'abcd1234-1\n',
    'abcd1234-1-2',
    'abcd1234-٣',
    `abcd1234-${Number.MAX_SAFE_INTEGER + 1}`,
    'abcd1234-99999999999999999',
    undefined,
    null,
    7,
    ['abcd1234-1'],
    { epoch: EPOCH, seq: 1 },
  ]) {
    assert.equal(parsePosition(value), undefined, `accepted ${JSON.stringify(value)}`);
  }
});

test('only the position right after the last one is next', () => {
  const at = (seq: number, epoch = EPOCH): Position => ({ epoch, seq });
  const cases: readonly [Position | undefined, Position, Succession][] = [
    [undefined, at(0), 'next'],
    [undefined, at(99), 'next'],
    [at(0), at(1), 'next'],
    [at(9), at(10), 'next'],
    [at(9), at(9), 'seen'],
    [at(9), at(8), 'seen'],
    [at(10), at(9), 'seen'],
    [at(9), at(0), 'seen'],
    [at(9), at(11), 'gap'],
    [at(0), at(2), 'gap'],
    [at(9), at(10, 'other000'), 'gap'],
    [at(9), at(9, 'other000'), 'gap'],
    [at(9), at(1, 'other000'), 'gap'],
  ];
  for (const [last, next, expected] of cases) {
    assert.equal(succession(last, next), expected, `${last && formatPosition(last)} → ${formatPosition(next)}`);
  }
});
