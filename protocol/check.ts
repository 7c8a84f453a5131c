import { describe, invalid, StatusMessengerError } from './errors.js';

/** What is wrong with a value: where in it (`.list[2].name`; empty for the value itself), what stands there, and what should. */
export interface Problem {
  readonly path: string;
  readonly got: unknown;
  readonly expected: string;
}

/** A description of a type that can be checked. `T` is what a value is known to be once nothing was wrong. */
export interface Check<T> {
  (value: unknown): Problem | undefined;
  /** Only for the compiler. */
  readonly type?: T;
}

/** Narrows `value` to `T` where `check` finds nothing wrong. */
export function is<T>(check: Check<T>, value: unknown): value is T {
  return check(value) === undefined;
}

/** What `check` finds wrong with `value`, in words; `where` is what the value is called. */
export function problemText(check: Check<unknown>, value: unknown, where: string): string | undefined {
  const problem = check(value);
  return problem && `${where}${problem.path}: got ${describe(problem.got)}, expected ${problem.expected}`;
}

/** Those for which `isSound` holds. `expected` says which these are. */
export function checked<T>(expected: string, isSound: (value: unknown) => value is T): Check<T> {
  return (got) => (isSound(got) ? undefined : { path: '', got, expected });
}

export const text: Check<string> = checked('a string', (value) => typeof value === 'string');

/** Finite only: JSON has no other numbers, so another one would arrive as `null`. */
export const number: Check<number> = checked('a finite number', (value): value is number => Number.isFinite(value));

export const boolean: Check<boolean> = checked('true or false', (value) => typeof value === 'boolean');

export const anything: Check<unknown> = () => undefined;

export function oneOf<const T extends string>(...allowed: readonly T[]): Check<T> {
  return checked(`one of ${allowed.join(', ')}`, (value): value is T => allowed.some((name) => name === value));
}

export function nullable<T>(check: Check<T>): Check<T | null> {
  return (value) => (value === null ? undefined : check(value));
}

/** One or the other. Where `b` goes deeper into the value, what it says is the nearer. */
export function either<A, B>(a: Check<A>, b: Check<B>): Check<A | B> {
  return (value) => {
    const wrong = a(value);
    const alsoWrong = wrong && b(value);
    if (!wrong || !alsoWrong) return undefined;
    if (alsoWrong.path !== wrong.path) return alsoWrong;
    return { ...wrong, expected: `${wrong.expected} or ${alsoWrong.expected}` };
  };
}

const aList = checked('a list', Array.isArray);
const anObject = checked('an object', isObject);

export function list<T>(item: Check<T>): Check<readonly T[]> {
  return (value) => {
    if (!Array.isArray(value)) return aList(value);
    for (const [i, entry] of value.entries()) {
      const wrong = item(entry);
      if (wrong) return inside(`[${i}]`, wrong);
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
  return (value) => {
    if (!isObject(value)) return anObject(value);
    for (const [key, check] of needed) {
      const wrong = check(value[key]);
      if (wrong) return inside(`.${key}`, wrong);
    }
    for (const [key, check] of allowed) {
      const wrong = value[key] === undefined ? undefined : check(value[key]);
      if (wrong) return inside(`.${key}`, wrong);
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

/**
 * Throws `invalid` for what is no object, and for a field that there is not: what is misspelt would be left out without a word. `fix` is what to do in
 * place of an object.
 */
export function assertFields(
  where: string,
  value: unknown,
  known: readonly string[],
  fix = 'leave it out for the defaults',
): void {
  if (!isObject(value)) throw invalid(where, value, `an object with ${known.join(', ')}`, fix);
  const unknown = Object.keys(value).find((key) => !known.includes(key));
  if (unknown === undefined) return;
  const text = `${where}: got "${unknown}", expected ${known.join(', ')}; check its spelling`;
  throw new StatusMessengerError('invalid', text);
}

/** A plain object: no list, not null. */
export function isObject(value: unknown): value is { readonly [key: string]: unknown } {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function inside(step: string, problem: Problem): Problem {
  return { ...problem, path: step + problem.path };
}
