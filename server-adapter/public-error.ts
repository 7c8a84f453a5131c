import { clipText, LIMITS } from '../protocol/index.js';

/** An error whose message is for the people who watch: they read it where the run or the step shows how it failed. Others show no more than that it did. */
export class PublicError extends Error {
  override readonly name = 'PublicError';
  /** The convention of Node's HTTP frameworks. */
  readonly expose = true;
}

/** What people may read of an error, as far as a message has room for it; `undefined` where that is nothing. */
export function publicMessage(error: unknown): string | undefined {
  try {
    const isPublic = error instanceof Error && 'expose' in error && error.expose === true;
    return isPublic ? clipText(error.message, LIMITS.state.error) : undefined;
  } catch {
    // Errors can be made that throw when they are looked at.
    return undefined;
  }
}
