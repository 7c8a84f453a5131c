import assert from 'node:assert/strict';
import { test } from 'node:test';
import { EventStream, type StreamEvent } from '../../../components/session/event-stream.js';
import { seededRandom } from '../../../components/testing/index.js';
import { LIMITS } from '../../../protocol/index.js';
import { seedFromEnvironment } from '../../helpers/random.js';

const bytes = (text: string) => new TextEncoder().encode(text);
const message = (data: string): StreamEvent => ({ type: 'message', data });

function read(...pieces: Array<string | Uint8Array>): StreamEvent[] {
  const stream = new EventStream();
  return pieces.flatMap((piece) => stream.read(typeof piece === 'string' ? bytes(piece) : piece));
}

const BOM = '\uFEFF';
const CASES: ReadonlyArray<[name: string, text: string, events: readonly StreamEvent[]]> = [
  ['an event', 'data: one\n\n', [message('one')]],
  ['several', 'data: one\n\ndata: two\n\n', [message('one'), message('two')]],
  ['one that has no end', 'data: one\n\ndata: two\n', [message('one')]],
  ['a type', 'event: close\ndata: x\n\ndata: y\n\n', [{ type: 'close', data: 'x' }, message('y')]],
  ['a type behind its data', 'data: x\nevent: open\n\n', [{ type: 'open', data: 'x' }]],
  ['two types, of which the last counts', 'event: a\nevent: b\ndata: x\n\n', [{ type: 'b', data: 'x' }]],
  ['a type without data', 'event: open\n\ndata: x\n\n', [message('x')]],
  ['lines of data', 'data: one\ndata: two\ndata\ndata:\ndata: \ndata: three\n\n', [message('one\ntwo\n\n\n\nthree')]],
  ['empty data', 'data\n\ndata:\n\ndata: \n\n', [message(''), message(''), message('')]],
  ['data that begins with spaces', 'data:x\n\ndata:  y\n\ndata:\tz\n\n', [message('x'), message(' y'), message('\tz')]],
  ['colons in data', 'data: a: b:c\n\ndata:: d\n\n', [message('a: b:c'), message(': d')]],
  ['comments', ': one\ndata: x\n:\n::\n:data: y\n\n: two\n\n', [message('x')]],
  ['other fields', 'id: 5\nretry: 10\ndata: x\nfoo: bar\nfoo\n Data: y\nDATA: z\n data: q\n\n', [message('x')]],
  ['empty lines', '\n\n\ndata: x\n\n\n\ndata: y\n\n', [message('x'), message('y')]],
  ['carriage returns', 'data: one\rdata: two\r\rdata: three\r\r', [message('one\ntwo'), message('three')]],
  [
    'both',
    'event: a\r\ndata: one\r\ndata: two\r\n\r\ndata: three\r\n\r\n',
    [{ type: 'a', data: 'one\ntwo' }, message('three')],
  ],
  [
    'all of them at once',
    'data: one\r\n\ndata: two\r\rdata: three\n\r\ndata: four\r\n\r',
    ['one', 'two', 'three', 'four'].map(message),
  ],
  ['a byte order mark', `${BOM}data: x\n\n`, [message('x')]],
  ['a second one', `${BOM}${BOM}data: x\n\ndata: y\n\n`, [message('y')]],
  ['one in the data', `data: ${BOM}x\n\n`, [message(`${BOM}x`)]],
  ['characters of every size', 'data: aäて😀\n\n', [message('aäて😀')]],
  ['separators that end no line', 'data: a\u2028b\u2029c\u0085d\ve\f\n\n', [message('a\u2028b\u2029c\u0085d\ve\f')]],
  ['nothing', '', []],
];

for (const [name, text, events] of CASES) {
  test(`events: ${name}, whole, byte by byte, and cut in two at every byte`, () => {
    const all = bytes(text);
    assert.deepEqual(read(text), events);
    assert.deepEqual(read(...Array.from(all, (_, i) => all.subarray(i, i + 1))), events);
    for (let i = 0; i <= all.length; i++) {
      assert.deepEqual(read(all.subarray(0, i), all.subarray(i)), events, `cut at ${i}`);
    }
  });
}

test('events: bytes that are no characters are replaced, and nothing behind them is lost', () => {
  assert.deepEqual(read(new Uint8Array([...bytes('data: a'), 0xff, 0xc3, ...bytes('b\n\ndata: c\n\n')])), [
    message('a\uFFFD\uFFFDb'),
    message('c'),
  ]);
});

const seed = seedFromEnvironment();
test(`events: any of them in a row, cut anywhere (SEED=${seed})`, () => {
  const random = seededRandom(seed);
  const whole = CASES.filter(([, text]) => /(\n\n|\r\r|\r\n\r\n)$/.test(text) && !text.includes(BOM));
  for (let round = 0; round < 500; round++) {
    const chosen = Array.from({ length: 5 }, () => whole[Math.floor(random() * whole.length)] ?? CASES[0]);
    const all = bytes(chosen.map((found) => found?.[1]).join(''));
    const pieces: Uint8Array[] = [];
    for (let at = 0; at < all.length; ) {
      const end = at + Math.ceil(random() * 12);
      pieces.push(all.subarray(at, end));
      at = end;
    }
    assert.deepEqual(
      read(...pieces),
      chosen.flatMap((found) => found?.[2] ?? []),
    );
  }
});

for (const [name, head, piece] of [
  ['a line', 'data: ', 'x'],
  ['lines of data', '', 'data: xxxxxxxxxxxx\n'],
  ['a comment', ': ', 'x'],
] as const) {
  test(`events: ${name} without an end is read up to a limit, and costs no more than its length`, () => {
    const stream = new EventStream();
    stream.read(bytes(head));
    const many = bytes(piece.repeat(64));
    const begun = performance.now();
    assert.throws(
      () => {
        for (let i = 0; i < LIMITS.partialFrame; i++) stream.read(many);
      },
      {
        code: 'too_large',
        message: `status-messenger: an event: got over ${LIMITS.partialFrame} characters without its end`,
      },
    );
    assert.ok(performance.now() - begun < 3000);
  });
}

test('events: as many as there are of the largest frame are read, however they are cut', () => {
  const data = 'x'.repeat(LIMITS.snapshot);
  const all = bytes(`data: ${data}\n\n`.repeat(8));
  const pieces = Array.from({ length: Math.ceil(all.length / 1000) }, (_, i) => all.subarray(i * 1000, (i + 1) * 1000));
  assert.deepEqual(read(...pieces), Array(8).fill(message(data)));
});
