import assert from 'node:assert/strict';
import { test } from 'node:test';
import { seededRandom } from '../../components/testing/index.js';
import { clipText, jsonSize, jsonTextSize } from '../../protocol/json.js';
import { LIMITS } from '../../protocol/limits.js';
import { seedFromEnvironment } from '../helpers/random.js';
import { below, hostileText, nested, randomJson } from './hostile.js';

const seed = seedFromEnvironment();

function realSize(value: unknown): number {
  return Buffer.byteLength(JSON.stringify(value));
}

/** Cut in the middle of a pair of surrogates, which was whole in `text`. */
function splitsPair(text: string, length: number): boolean {
  return (
    /[\ud800-\udbff]$/.test(text.slice(0, length)) &&
    /^[\udc00-\udfff]/.test(text.slice(length)) &&
    length > 0 &&
    length < text.length
  );
}

test('jsonSize of every single UTF-16 unit, alone and between others', () => {
  for (let unit = 0; unit < 0x10000; unit++) {
    const character = String.fromCharCode(unit);
    if (jsonTextSize(character) !== realSize(character)) assert.fail(`U+${unit.toString(16)} alone`);
    const between = `a${character}b`;
    if (jsonTextSize(between) !== realSize(between)) assert.fail(`U+${unit.toString(16)} between others`);
  }
});

test('jsonSize of surrogates in every arrangement', () => {
  const units = ['\ud800', '\udbff', '\udc00', '\udfff', 'a'];
  let texts = [''];
  for (let length = 0; length < 5; length++) {
    texts = texts.flatMap((text) => units.map((unit) => text + unit));
    for (const text of texts) assert.equal(jsonTextSize(text), realSize(text), JSON.stringify(text));
  }
});

test('jsonSize of values', () => {
  for (const value of [
    null,
    true,
    false,
    0,
    -1,
    0.1,
    1e21,
    1e-7,
    '',
    [],
    {},
    [[]],
    [{}],
    { a: [] },
    [1, 2, 3],
    { a: 1, b: { c: [null, 'é'] } },
    { '"': '\u0001' },
    nested(99),
    Object.fromEntries([['__proto__', { a: 1 }]]),
  ]) {
    assert.equal(jsonSize(value), realSize(value), JSON.stringify(value));
  }
});

test('what is nested too deep is infinitely large, however deep it is', () => {
  for (const depth of [LIMITS.depth + 1, 5000, 100_000])
    assert.equal(jsonSize(nested(depth)), Number.POSITIVE_INFINITY);
});

test('a field that is undefined weighs nothing, as it does in JSON; an item of a list becomes null', () => {
  for (const value of [{ a: undefined }, { a: undefined, b: 1 }, { b: 1, a: undefined }, [undefined], [1, undefined]]) {
    assert.equal(jsonSize(value), realSize(value));
  }
});

test(`jsonSize is the real size of any JSON value (SEED=${seed})`, () => {
  const random = seededRandom(seed);
  for (let i = 0; i < 3000; i++) {
    const value = randomJson(random, 5);
    assert.equal(jsonSize(value), realSize(value), JSON.stringify(value));
  }
});

test(`jsonTextSize is the real size of any text (SEED=${seed})`, () => {
  const random = seededRandom(seed);
  for (let i = 0; i < 2000; i++) {
    const text = hostileText(random, 300);
    assert.equal(jsonTextSize(text), realSize(text), JSON.stringify(text));
  }
});

test('clipText leaves alone what fits, to the byte', () => {
  for (const [text, size] of [
    ['', 2],
    ['abc', 5],
    ['a'.repeat(98), 100],
    ['é'.repeat(49), 100],
    ['😀'.repeat(24), 98],
    ['\u0001'.repeat(16), 98],
    ['"'.repeat(49), 100],
  ] as const) {
    assert.equal(clipText(text, size), text);
    assert.equal(clipText(text, size + 1), text);
  }
});

test('clipText cuts what does not fit, and says so by …', () => {
  for (const [text, limit, expected] of [
    ['a'.repeat(99), 100, `${'a'.repeat(95)}…`],
    ['é'.repeat(50), 100, `${'é'.repeat(47)}…`],
    ['\u0001'.repeat(17), 100, `${'\u0001'.repeat(15)}…`],
    ['😀'.repeat(25), 100, `${'😀'.repeat(23)}…`],
    ['abc😀def', 10, 'abc…'],
    ['abc😀def', 11, 'abc…'],
    ['abc😀defg', 12, 'abc😀…'],
    ['abcdefgh', 5, '…'],
    ['😀😀', 8, '…'],
  ] as const) {
    assert.equal(clipText(text, limit), expected, `${text.slice(0, 10)} at ${limit}`);
  }
});

test(`clipText never exceeds its limit, never splits a pair, and cuts no more than it must (SEED=${seed})`, () => {
  const random = seededRandom(seed);
  for (let i = 0; i < 5000; i++) {
    const text = hostileText(random, 120);
    const limit = 5 + below(random, 300);
    const clipped = clipText(text, limit);
    const what = `${JSON.stringify(text)} at ${limit}`;
    assert.ok(realSize(clipped) <= limit, what);
    if (clipped === text) continue;
    assert.ok(realSize(text) > limit, `${what}: cut for nothing`);
    const kept = clipped.slice(0, -1);
    assert.equal(clipped, `${kept}…`);
    assert.ok(text.startsWith(kept), what);
    assert.ok(!splitsPair(text, kept.length), `${what}: split a pair`);
    // Two units more never fit: one may be left out for the sake of a pair.
    const more = text.slice(0, kept.length + 2);
    assert.ok(realSize(`${more}…`) > limit, `${what}: cut too much`);
  }
});
