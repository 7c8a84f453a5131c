/** What an error is about, for programs; the message is for people. */
export type ErrorCode = 'invalid' | 'too_large' | 'not_allowed' | 'closed' | 'limit' | 'unavailable' | 'unanswered';

/** Every error this kit raises. Its message starts with `status-messenger:` and says what was got, where, and what to do. */
export class StatusMessengerError extends Error {
  override readonly name = 'StatusMessengerError';

  constructor(
    readonly code: ErrorCode,
    text: string,
    options?: { cause?: unknown },
  ) {
    super(`status-messenger: ${text}`, options);
  }
}

/** An `invalid` error in the one form: `status-messenger: WHERE: got …, expected …; do …`. */
export function invalid(where: string, got: unknown, expected: string, fix: string): StatusMessengerError {
  return new StatusMessengerError('invalid', `${where}: got ${describe(got)}, expected ${expected}; ${fix}`);
}

/** A short, safe description of any value for an error message: its type and, cut to 60 characters, what it says. */
export function describe(value: unknown): string {
  try {
    return typed(value);
  } catch {
    return 'an object that cannot be read';
  }
}

function typed(value: unknown): string {
  switch (typeof value) {
    case 'string':
      return value === '' ? 'an empty string' : `string ${JSON.stringify(cut(value, 60))}`;
    case 'number':
    case 'boolean':
    case 'bigint':
      return `${typeof value} ${value}`;
    case 'undefined':
      return 'nothing';
    case 'object':
      if (value === null) return 'null';
      if (Array.isArray(value)) return `a list of ${value.length}`;
      return `an object with ${cut(Object.keys(value).join(', '), 60) || 'no fields'}`;
    default:
      return `a ${typeof value}`;
  }
}

/** The text of whatever was thrown: errors can be made that throw when they are looked at. */
export function messageOf(error: unknown): string {
  try {
    return textOf(error instanceof Error ? error.message : error);
  } catch {
    return 'an error that cannot be read';
  }
}

/** Anything as a text: objects can be made that have none. */
export function textOf(value: unknown): string {
  try {
    return String(value);
  } catch {
    return describe(value);
  }
}

function cut(text: string, length: number): string {
  return text.length > length ? `${text.slice(0, length)}…` : text;
}
