import { isObject } from '../../protocol/index.js';

/**
 * Node hands on messages whose `cmd` begins with `NODE_` apart from all others: listeners to `message` never see them, and no listener is needed that would
 * keep a process alive or take messages that were meant for others.
 */
const CMD = 'NODE_STATUS_MESSENGER';
export const EVENT = 'internalMessage';

/** What travels on the pipe between two processes. */
export interface Envelope {
  readonly text: string;
  /** The path of the files that go with the pipe: see `RestFiles`. */
  readonly files?: string;
  /** The answer is awaited there. */
  readonly isAwaited?: boolean;
}

export function wrap(envelope: Envelope): Envelope & { readonly cmd: string } {
  return { cmd: CMD, ...envelope };
}

/** An envelope of the kit's; `undefined` for what others tell each other so. */
export function unwrap(message: unknown): Envelope | undefined {
  if (!isObject(message) || message.cmd !== CMD || typeof message.text !== 'string') return undefined;
  const { text, files, isAwaited } = message;
  return { text, ...(typeof files === 'string' ? { files } : {}), isAwaited: isAwaited === true };
}
