import { describe } from './errors.js';

/**
 * A description of a type that can be checked: given a value it answers `undefined`, or what is wrong with it in words.
 * `T` is what a value is known to be once nothing was wrong.
 */
export interface Check<T> {
  (value: unknown, where: string): string | undefined;
  /** Only for the compiler. */
  readonly type?: T;
}

/** Narrows `value` to `T` where `check` finds nothing wrong. */
export function is<T>(check: Check<T>, value: unknown): value is T {
  return check(value, 'value') === undefined;
}

export const text: Check<string> = (value, where) => expected(typeof value === 'string', value, where, 'a string');

/** Finite only: JSON has no other numbers, so another one would arrive as `null`. */
export const number: Check<number> = (value, where) =>
  expected(typeof value === 'number' && Number.isFinite(value), value, where, 'a finite number');

export const boolean: Check<boolean> = (value, where) =>
  expected(typeof value === 'boolean', value, where, 'true or false');

export const anything: Check<unknown> = () => undefined;

export function oneOf<const T extends string>(...allowed: readonly T[]): Check<T> {
  return (value, where) =>
    expected(
      allowed.some((name) => name === value),
      value,
      where,
      `one of ${allowed.join(', ')}`,
    );
}

export function nullable<T>(check: Check<T>): Check<T | null> {
  return (value, where) => (value === null ? undefined : check(value, where));
}

/** One or the other. Where `b` goes deeper into the value, what it says is the nearer. */
export function either<A, B>(a: Check<A>, b: Check<B>): Check<A | B> {
  return (value, where) => {
    const wrong = a(value, where);
    const alsoWrong = wrong && b(value, where);
    if (!wrong || !alsoWrong) return undefined;
    const [got, other] = alsoWrong.split(EXPECTED);
    return wrong.startsWith(`${got}${EXPECTED}`) ? `${wrong} or ${other}` : alsoWrong;
  };
}

export function list<T>(item: Check<T>): Check<readonly T[]> {
  return (value, where) => {
    if (!Array.isArray(value)) return expected(false, value, where, 'a list');
    for (const [i, entry] of value.entries()) {
      const wrong = item(entry, `${where}[${i}]`);
      if (wrong) return wrong;
    }
    return undefined;
  };
}

type OptionalKeys<T> = { [K in keyof T]-?: Record<never, never> extends Pick<T, K> ? K : never }[keyof T];
type RequiredKeys<T> = Exclude<keyof T, OptionalKeys<T>>;

/** An object with these fields; the compiler asks for one check per field of `T`. Further fields may come along. */
export function object<T extends object>(
  required: { readonly [K in RequiredKeys<T>]: Check<T[K]> },
  optional: { readonly [K in OptionalKeys<T>]: Check<Exclude<T[K], undefined>> },
): Check<T> {
  const needed = Object.entries<Check<unknown>>(required);
  const allowed = Object.entries<Check<unknown>>(optional);
  return (value, where) => {
    if (!isObject(value)) return expected(false, value, where, 'an object');
    for (const [key, check] of needed) {
      const wrong = check(value[key], `${where}.${key}`);
      if (wrong) return wrong;
    }
    for (const [key, check] of allowed) {
      const wrong = value[key] === undefined ? undefined : check(value[key], `${where}.${key}`);
      if (wrong) return wrong;
    }
    return undefined;
  };
}

/** Of these fields those that a value has as they should be. */
export function soundFields<T extends object>(
  value: { readonly [key: string]: unknown },
  checks: { readonly [K in keyof T]: Check<T[K]> },
): Partial<T> {
  const sound: { [key: string]: unknown } = {};
  for (const [key, check] of Object.entries<Check<unknown>>(checks)) {
    const field = value[key];
    if (field !== undefined && is(check, field)) sound[key] = field;
  }
  return sound as Partial<T>;
}

/** A plain object: no list, not null. */
export function isObject(value: unknown): value is { readonly [key: string]: unknown } {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

const EXPECTED = ', expected ';

function expected(ok: boolean, value: unknown, where: string, what: string): string | undefined {
  return ok ? undefined : `${where}: got ${describe(value)}${EXPECTED}${what}`;
}
