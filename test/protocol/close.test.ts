import assert from 'node:assert/strict';
import { test } from 'node:test';
import { seededRandom } from '../../components/testing/index.js';
import { CloseCode, closeReason, closeVerdict, retryAfter, retryReason } from '../../protocol/close.js';
import { seedFromEnvironment } from '../helpers/random.js';
import { hostileText } from './hostile.js';

test('the close codes are those of the contract', () => {
  assert.deepEqual(
    Object.values(CloseCode).sort((a, b) => a - b),
    [1000, 1001, 1009, 1011, 1012, 1013, 4400, 4401, 4403, 4404, 4408, 4429],
  );
});

test('what a page does at each code', () => {
  for (const [verdict, codes] of [
    ['done', [1000]],
    ['refused', [1009, 4400, 4403, 4404]],
    ['renew', [4401]],
    ['retry', [1001, 1002, 1005, 1006, 1011, 1012, 1013, 1015, 3000, 4000, 4402, 4408, 4429, 4999]],
  ] as const) {
    for (const code of codes) assert.equal(closeVerdict(code), verdict, String(code));
  }
});

test('a reason within 123 bytes is left as it is', () => {
  for (const text of ['', 'retry=5', 'x'.repeat(123), 'é'.repeat(61), '€'.repeat(41), '😀'.repeat(30)]) {
    assert.equal(closeReason(text), text);
  }
});

test('a longer reason is cut to 123 bytes, between two characters', () => {
  for (const [text, expected] of [
    ['x'.repeat(124), 'x'.repeat(123)],
    ['é'.repeat(100), 'é'.repeat(61)],
    ['€'.repeat(100), '€'.repeat(41)],
    ['😀'.repeat(100), '😀'.repeat(30)],
    [`${'x'.repeat(122)}é`, 'x'.repeat(122)],
    [`${'x'.repeat(121)}€`, 'x'.repeat(121)],
    [`${'x'.repeat(120)}😀x`, 'x'.repeat(120)],
    [`${'x'.repeat(119)}😀x`, `${'x'.repeat(119)}😀`],
    // A lone surrogate goes out as U+FFFD: three bytes.
    ['\ud800'.repeat(100), '\ud800'.repeat(41)],
  ] as const) {
    assert.equal(closeReason(text), expected);
    assert.ok(Buffer.byteLength(closeReason(text)) <= 123);
  }
});

const seed = seedFromEnvironment();

test(`a reason is the longest beginning that fits, for any text (SEED=${seed})`, () => {
  const random = seededRandom(seed);
  for (let i = 0; i < 500; i++) {
    const text = hostileText(random, 200);
    const characters = [...text];
    let fitting = characters.length;
    while (Buffer.byteLength(characters.slice(0, fitting).join('')) > 123) fitting--;
    assert.equal(closeReason(text), characters.slice(0, fitting).join(''));
  }
});

test('retry=MS is written', () => {
  for (const [ms, expected] of [
    [0, 'retry=0'],
    [1500, 'retry=1500'],
    [1.5, 'retry=2'],
    [0.2, 'retry=0'],
    [-7, 'retry=0'],
  ] as const) {
    assert.equal(retryReason(ms), expected);
  }
});

test('retry=MS is read, up to a day', () => {
  const day = 86_400_000;
  const cases: readonly [string, number | undefined][] = [
    ['retry=0', 0],
    ['retry=1500', 1500],
    ['too busy; retry=250', 250],
    ['retry=250, please', 250],
    [`retry=${day}`, day],
    [`retry=${day + 1}`, day],
    ['retry=999999999999', day],
    ['', undefined],
    ['retry', undefined],
    ['retry=', undefined],
    ['retry=-5', undefined],
    ['retry=soon', undefined],
    ['retry=5s', undefined],
    ['noretry=5', undefined],
    ['retry =5', undefined],
    ['RETRY=5', undefined],
  ];
  for (const [reason, expected] of cases) assert.equal(retryAfter(reason), expected, reason);
  assert.equal(retryAfter(retryReason(4321)), 4321);
});
