import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FrameReader } from '../../../components/session/frame-reader.js';
import { seededRandom } from '../../../components/testing/index.js';
import { LIMITS } from '../../../protocol/index.js';
import { seedFromEnvironment } from '../../helpers/random.js';

const message = (data: unknown) => ({ type: 'status', data });
const json = (data: unknown) => JSON.stringify(message(data));

/** All that a reader makes of some frames. */
function read(...frames: string[]): { values: unknown[]; problems: string[] } {
  const reader = new FrameReader();
  const readings = frames.map((frame) => reader.read(frame));
  return {
    values: readings.flatMap(({ values }) => values),
    problems: readings.flatMap(({ problem }) => problem ?? []),
  };
}

const cases: ReadonlyArray<[name: string, frames: string[], values: unknown[], problems?: string[]]> = [
  ['one object in a frame', [json('a')], [message('a')]],
  ['several objects in a frame', [json('a') + json('b')], [message('a'), message('b')]],
  ['lines of objects', [`${json('a')}\n${json('b')}\n`], [message('a'), message('b')]],
  ['an object over two frames', [json('a').slice(0, 9), json('a').slice(9)], [message('a')]],
  ['an object in single characters', [...json('a {"} \\" b')], [message('a {"} \\" b')]],
  [
    'the end of one and the beginning of the next',
    [`${json('a')}{"type":"st`, 'atus","data":"b"}'],
    [message('a'), message('b')],
  ],
  ['braces and quotes inside a text', [json('}{"\\'), json('b')], [message('}{"\\'), message('b')]],
  ['a middle piece that is an object itself', ['{"type":"x","data":', '{"a":1}', '}'], [{ type: 'x', data: { a: 1 } }]],
  ['text that is no JSON', ['hello', json('a')], [message('a')], ['text that is no JSON']],
  [
    'an object that never ends',
    ['{"type":"status","data":"oops', json('a'), json('b')],
    [message('a'), message('b')],
    ['29 characters that never became JSON'],
  ],
  ['a brace that never closes', ['{', json('a')], [message('a')], ['1 characters that never became JSON']],
  ['braces around no JSON', ['{nonsense}', json('a')], [message('a')], ['text that is no JSON']],
  [
    'an object inside of what is no JSON',
    [`{oops ${json('a')}`, json('b')],
    [message('b')],
    ['52 characters that never became JSON'],
  ],
  ['a number', ['5'], [5]],
  ['nothing', ['', json('a')], [message('a')]],
];

for (const [name, frames, values, problems = []] of cases) {
  test(`frames: ${name}`, () => {
    const all = read(...frames);
    assert.deepEqual(all.values, values);
    assert.deepEqual(
      all.problems.map((problem) => problem.replace(/^\d+ characters that/, 'N characters that')),
      problems.map((problem) => problem.replace(/^\d+ characters that/, 'N characters that')),
    );
  });
}

const seed = seedFromEnvironment();
test(`frames: objects cut and joined anywhere are all read (SEED=${seed})`, () => {
  const random = seededRandom(seed);
  for (let run = 0; run < 200; run++) {
    const values = Array.from({ length: 20 }, (_, i) =>
      message({ i, text: '{"}\\ é😀'.repeat(Math.floor(random() * 4)), list: [[], {}] }),
    );
    const text = values.map((value) => JSON.stringify(value)).join(random() < 0.5 ? '' : '\n');
    const frames: string[] = [];
    for (let at = 0; at < text.length; ) {
      const length = 1 + Math.floor(random() * 120);
      frames.push(text.slice(at, at + length));
      at += length;
    }
    assert.deepEqual(read(...frames), { values, problems: [] });
  }
});

test('frames: what never ends is bounded, and forgotten', () => {
  const reader = new FrameReader();
  const piece = 'x'.repeat(LIMITS.partialFrame / 4);
  assert.deepEqual(reader.read(`{"data":"${piece}`).values, []);
  const problems = [1, 2, 3, 4].flatMap(() => reader.read(piece).problem ?? []);
  assert.deepEqual(
    problems,
    [`over ${LIMITS.partialFrame} characters without the end of an object`, 'text that is no JSON'].slice(
      0,
      problems.length,
    ),
  );
  assert.deepEqual(reader.read(json('a')).values, [message('a')]);
});

test('frames: a flood of braces does not cost its length squared', () => {
  const reader = new FrameReader();
  const flood = '{}x'.repeat(50_000) + '{'.repeat(60_000);
  assert.equal(reader.read(`{"a":${flood}`).values.length, 0);
  assert.deepEqual(reader.read(json('a')).values, [message('a')]);
});

test('frames: after a reset the rest of an object is not waited for', () => {
  const reader = new FrameReader();
  reader.read('{"type":"status",');
  reader.reset();
  assert.deepEqual(reader.read(json('a')), { values: [message('a')] });
});
