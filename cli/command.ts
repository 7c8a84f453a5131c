import { StatusMessengerError } from '../protocol/index.js';

/** A command of `npx status-messenger`. */
export interface Command {
  readonly help: string;
  /** Carries it out. Answers the exit code; throws `UsageError` for arguments that cannot be, and `StatusMessengerError` for what went wrong. */
  run(args: readonly string[]): Promise<number>;
}

/** Exit codes beside those that a command of somebody else's ends with. */
export const EXIT = { done: 0, failed: 1, usage: 2 } as const;

/** The arguments are wrong. */
export class UsageError extends Error {
  constructor(text: string) {
    super(`status-messenger: ${text}`);
  }
}

/** Answers what `parse` makes of arguments; what it throws over them becomes a `UsageError`. */
export function readArguments<T>(parse: () => T): T {
  try {
    return parse();
  } catch (error) {
    if (!isArgumentError(error)) throw error;
    // Node's hints at how to write what looks like an option are about positions that no command here has.
    throw new UsageError(error.message.split('. ', 1)[0] ?? '');
  }
}

function isArgumentError(error: unknown): error is Error {
  return error instanceof TypeError && 'code' in error && String(error.code).startsWith('ERR_PARSE_ARGS');
}

/** Whether an error says that whoever called has to write something else. */
export function isUsage(error: unknown): boolean {
  return error instanceof UsageError || (error instanceof StatusMessengerError && error.code === 'invalid');
}
