import type { Message } from '../../protocol/index.js';

/** Who wants to know what happens in a session. */
export interface SessionObserver {
  /** The state or the connection has changed: read them again. As often as it happens, so whoever renders does so in the next frame. */
  change(): void;
  /** A message arrived: each once, in order, as it comes. What a snapshot has skipped is in `state.messages` alone. */
  message?(message: Message): void;
  /** From now on it is another session: what was told before is of the one before. */
  reset?(): void;
}
