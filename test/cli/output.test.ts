import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { clipColumns } from '../../cli/output/columns.js';
import { LineReader } from '../../cli/output/line-reader.js';
import { plainText } from '../../cli/output/plain-text.js';
import { spanText } from '../../cli/output/span.js';

for (const [what, hostile, shown] of [
  ['colours', '\u001b[31mred\u001b[0m', 'red'],
  ['a cleared screen', '\u001b[2J\u001b[Hgone', 'gone'],
  ['a title', '\u001b]0;owned\u0007text', 'text'],
  ['the clipboard', '\u001b]52;c;cm0gLXJmIC8=\u001b\\text', 'text'],
  ['a link', '\u001b]8;;http://evil.example\u001b\\here\u001b]8;;\u001b\\', 'here'],
  ['one-byte sequences (C1)', '\u009b2Jtext', 'text'],
  ['several lines', 'a\r\nb\u0085c\u2028d', 'a b c d'],
  ['a bell and deletions', 'a\u0007\b\u007fb', 'a b'],
  ['text that runs the other way', 'abc\u202egpj.exe\u2066x\u2069', 'abc gpj.exe x'],
  ['a sequence that never ends', '\u001b[31', ''],
] as const) {
  test(`a stranger's text: ${what}`, () => assert.equal(plainText(hostile), shown));
}

test('no text leaves a control character', () => {
  const bytes = fc.array(fc.oneof(fc.integer({ min: 0, max: 0x9f }), fc.constantFrom(0x1b, 0x9b, 0x5b, 0x5d, 0x202e)));
  fc.assert(
    fc.property(bytes, (codes) => {
      const shown = plainText(String.fromCharCode(...codes));
      assert.doesNotMatch(shown, /\p{Cc}|[\u2028-\u202e]/u);
    }),
  );
});

for (const [text, columns, clipped] of [
  ['short', 5, 'short'],
  ['longer', 5, 'lon…'],
  ['日本語', 6, '日本語'],
  ['日本語', 5, '日…'],
  ['👩‍👩‍👧‍👦 family', 5, '👩‍👩‍👧‍👦 …'],
  ['anything', 1, ''],
  ['x'.repeat(1e6), 4, 'xx…'],
] as const) {
  test(`${text.slice(0, 20)} in ${columns} columns`, () => assert.equal(clipColumns(text, columns), clipped));
}

for (const [ms, text] of [
  [-5, '0 s'],
  [449, '0.4 s'],
  [9_960, '10 s'],
  [59_400, '59 s'],
  [60_000, '1 min 0 s'],
  [3_599_000, '59 min 59 s'],
  [7_800_000, '2 h 10 min'],
] as const) {
  test(`${ms} ms are ${text}`, () => assert.equal(spanText(ms), text));
}

/** The lines of what comes in these pieces. */
function read(...pieces: (string | Buffer)[]): string[] {
  const reader = new LineReader();
  return [...pieces.flatMap((piece) => reader.read(Buffer.from(piece))), ...reader.end()];
}

test('lines, wherever they are cut', () => {
  assert.deepEqual(read('one\ntw', 'o\n', '\nthree'), ['one', 'two', '', 'three']);
  const euro = Buffer.from('€\n');
  assert.deepEqual(read(euro.subarray(0, 1), euro.subarray(1)), ['€']);
});

test('of a line that is written over, the last of it', () => {
  assert.deepEqual(read('1 %\r2 %\r', '100 %\ndone\r\n'), ['100 %', 'done']);
});

test('a line without an end is not kept whole', () => {
  const [line = ''] = read(...Array.from({ length: 100 }, () => 'x'.repeat(1000)));
  assert.equal(line.length, 8192);
  assert.deepEqual(read('1 %\r', 'x'.repeat(9000), '\r2 %\n'), ['2 %']);
});
