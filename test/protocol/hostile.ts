import type { JsonValue } from '../../protocol/json.js';

type Random = () => number;

export function below(random: Random, limit: number): number {
  return Math.floor(random() * limit);
}

export function pick<T>(random: Random, items: readonly [T, ...T[]]): T {
  return items[below(random, items.length)] ?? items[0];
}

/** What weighs more in JSON or UTF-8 than it is long, and what can be cut in the wrong place. */
const CHARACTERS = [
  'a',
  ' ',
  '"',
  '\\',
  '/',
  '\b',
  '\t',
  '\n',
  '\f',
  '\r',
  '\0',
  '\u0001',
  '\u001f',
  '\u007f',
  '\u0080',
  'é',
  '\u07ff',
  '\u0800',
  '€',
  '\u2028',
  '\u2029',
  '\ufeff',
  '\uffff',
  '😀',
  '\u{10ffff}',
  '\ud800',
  '\udbff',
  '\udc00',
  '\udfff',
] as const;

/** At most `length` characters: a mixture, or the same one over and over. */
export function hostileText(random: Random, length: number): string {
  const count = below(random, length + 1);
  if (random() < 0.3) return pick(random, CHARACTERS).repeat(count);
  let text = '';
  for (let i = 0; i < count; i++) text += pick(random, CHARACTERS);
  return text;
}

const NUMBERS = [0, 1, -1, 0.1, 1 / 3, 1e21, 1e-7, 5e-324, -1.5e300, Number.MAX_SAFE_INTEGER, 1234567] as const;
const KEYS = ['', 'a', 'é', '"', '\u0001', '😀', '\ud800', '__proto__', 'toJSON', 'length', 'constructor'] as const;

export function randomJson(random: Random, depth = 4): JsonValue {
  switch (below(random, depth > 0 ? 8 : 5)) {
    case 0:
      return null;
    case 1:
      return random() < 0.5;
    case 2:
      return random() < 0.5 ? pick(random, NUMBERS) : (random() - 0.5) * 10 ** below(random, 30);
    case 3:
    case 4:
      return hostileText(random, 12);
    case 5:
      return Array.from({ length: below(random, 5) }, () => randomJson(random, depth - 1));
    default:
      // fromEntries, because an assignment to __proto__ would make no field.
      return Object.fromEntries(
        Array.from({ length: below(random, 5) }, () => [pick(random, KEYS), randomJson(random, depth - 1)]),
      );
  }
}

/** A list in a list in a list … */
export function nested(depth: number): JsonValue {
  let value: JsonValue = 'deep';
  for (let i = 0; i < depth; i++) value = i % 2 ? [value] : { in: value };
  return value;
}
