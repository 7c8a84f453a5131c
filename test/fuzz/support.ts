import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { LIMITS, parseJson } from '../../protocol/index.js';
import { seedFromEnvironment } from '../helpers/random.js';

/** `SEED=… npx tsx --test test/fuzz/FILE` runs the same again. */
export const seed = seedFromEnvironment();

/** How often a property is tried: `RUNS`, or what it is worth by default. */
export function runs(standard: number): number {
  return process.env.RUNS === undefined ? standard : Number(process.env.RUNS);
}

const settings = (standard: number) => ({ seed, numRuns: runs(standard), includeErrorInReport: true });

/** A test that something holds for whatever is drawn, and that no prototype was changed by it. */
export function holds<T>(name: string, standard: number, drawn: fc.Arbitrary<T>, check: (value: T) => void): void {
  test(`${name} (SEED=${seed})`, () => {
    const before = prototypes();
    fc.assert(fc.property(drawn, check), settings(standard));
    assert.deepEqual(prototypes(), before, 'a prototype was changed');
  });
}

/** The same for what takes its time. It stops at the first failure: to shrink what depends on a network takes for ever. */
export async function holdsSoon<T>(
  standard: number,
  drawn: fc.Arbitrary<T>,
  check: (value: T) => Promise<void>,
): Promise<void> {
  await fc.assert(fc.asyncProperty(drawn, check), { ...settings(standard), endOnFailure: true });
}

function prototypes(): unknown[] {
  return [Object.prototype, Array.prototype, String.prototype].map((prototype) => Reflect.ownKeys(prototype));
}

/** What weighs more in JSON or UTF-8 than it is long, and what can be cut in the wrong place. */
const HOSTILE = [
  ...'a{}[]",:\\/ \n\t\b\f\r\0\x01\x1f\x7f\x80é\u07ff\u0800€\u2028\u2029\ufeff\uffff😀\u{10ffff}',
  '\ud800',
  '\udbff',
  '\udc00',
  '\udfff',
];

const unit = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom(...HOSTILE) },
  { weight: 1, arbitrary: fc.string({ unit: 'binary', minLength: 1, maxLength: 1 }) },
);

/** Texts of any characters, halves of pairs included. */
export const shortText = fc.string({ unit, maxLength: 40 });

/** The same, and now and then a long one. */
export const anyText = fc.oneof(
  { weight: 8, arbitrary: shortText },
  { weight: 1, arbitrary: fc.tuple(fc.constantFrom(...HOSTILE), fc.nat(20_000)).map(([one, n]) => one.repeat(n)) },
);

const KEYS = ['', 'a', 'é', '"', '\ud800', '__proto__', 'constructor', 'prototype', 'toString', 'toJSON', 'length'];
const NAMES = ['type', 'data', 'id', 'ref', 'channel', 'run', 'step', 'bytes', 'messages', 'polluted'];

const key = fc.oneof(fc.constantFrom(...KEYS, ...NAMES), fc.string({ unit, maxLength: 5 }));

const numberText = fc.oneof(
  fc.constantFrom('0', '-0', '1e999', '-1e999', '1e-999', '5e-324', '1E21', '9007199254740993', '0.1', '1e300', '-1'),
  fc.integer().map(String),
  fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => JSON.stringify(value)),
);

function braced(open: string, close: string): (parts: readonly string[]) => string {
  return (parts) => `${open}${parts.join(',')}${close}`;
}

const { value } = fc.letrec<{ value: string }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 4, withCrossShrink: true },
    fc.constantFrom('null', 'true', 'false', '{}', '[]'),
    numberText,
    fc.string({ unit, maxLength: 12 }).map((text) => JSON.stringify(text)),
    fc.array(tie('value'), { maxLength: 5 }).map(braced('[', ']')),
    fc
      .array(fc.tuple(key, tie('value')), { maxLength: 5 })
      .map((fields) => braced('{', '}')(fields.map(([name, text]) => `${JSON.stringify(name)}:${text}`))),
  ),
}));

const deep = fc
  .tuple(fc.constantFrom(96, 97, 98, 99, LIMITS.depth, LIMITS.depth, LIMITS.depth + 1, 102, 103, 1000), fc.boolean())
  .map(([depth, lists]) => (lists ? nest(depth, '[', ']') : nest(depth, '{"a":', '}')));

function nest(depth: number, open: string, close: string): string {
  return `${open.repeat(depth - 1)}${open === '[' ? '[]' : '{}'}${close.repeat(depth - 1)}`;
}

/** So deep that whoever walks it by recursion runs out of stack. */
const bottomless = fc.constantFrom(nest(50_000, '[', ']'), nest(50_000, '{"a":', '}'));

/** JSON as a stranger may write it: numbers that are none, fields twice, `__proto__`, nested around every limit, or without measure. */
export const anyJson = fc.oneof(
  { weight: 20, arbitrary: value },
  { weight: 2, arbitrary: deep },
  { weight: 1, arbitrary: bottomless },
);

/** What such JSON says, but for what is too deep to be written again. */
export const anyValue = fc
  .oneof({ weight: 6, arbitrary: value }, { weight: 1, arbitrary: deep })
  .map((text) => parseJson(text));

export type Shape = { readonly [key: string]: fc.Arbitrary<unknown> };

/**
 * Objects that are nearly as they should be: some fields are missing, some are anything, and there may be more of them. Nearly, because what is wrong
 * through and through is refused at the first look.
 */
export function nearly(shape: Shape): fc.Arbitrary<{ readonly [key: string]: unknown }> {
  const fields = Object.entries(shape).map(([name, right]) =>
    fc.oneof(
      { weight: 20, arbitrary: right.map((field) => [[name, field]] as const) },
      { weight: 2, arbitrary: fc.constant([]) },
      { weight: 1, arbitrary: anyValue.map((field) => [[name, field]] as const) },
    ),
  );
  const more = fc.oneof(
    { weight: 9, arbitrary: fc.constant([]) },
    { weight: 1, arbitrary: fc.tuple(key, anyValue).map((field) => [field]) },
  );
  // fromEntries, because an assignment to __proto__ would make no field.
  return fc
    .tuple(...fields, more)
    .map((all) => Object.fromEntries(all.flat().filter(([, field]) => field !== undefined)));
}

/** A value as it is after a journey over the wire. */
export function overTheWire(sent: unknown): unknown {
  return JSON.parse(JSON.stringify(sent));
}

/** Bytes of a value as JSON in UTF-8. */
export function bytesOf(sent: unknown): number {
  return Buffer.byteLength(JSON.stringify(sent));
}

/** Freezes a value through and through, without recursion: some are deep. */
export function freeze<T>(root: T): T {
  const open: unknown[] = [root];
  while (open.length > 0) {
    const next = open.pop();
    if (typeof next !== 'object' || next === null || Object.isFrozen(next)) continue;
    Object.freeze(next);
    open.push(...Object.values(next));
  }
  return root;
}
