import type { Connection } from '../session/index.js';
import { words } from '../words.js';
import type { Line } from './line.js';

/** What a listener has been told. */
export interface Heard {
  /** The sentence that was said last. */
  readonly text: string;
  /** The message that was said last. */
  readonly message: string;
  /** They were told that what they know may be out of date. */
  readonly isLost: boolean;
}

export const NOTHING_HEARD: Heard = { text: '', message: '', isLost: false };

/**
 * What a listener hears next: a message that they have not heard while live, that the connection was lost, and that it is back, unless a new
 * message says so by itself. Pure.
 */
export function announce(heard: Heard, line: Line, connection: Connection): Heard {
  switch (connection.status) {
    case 'live':
    case 'ended': {
      const message = line.sign ? `${line.sign}: ${line.message}` : line.message;
      if (message !== heard.message) return { text: message, message, isLost: false };
      return heard.isLost ? { text: words.connectionBack, message, isLost: false } : heard;
    }
    case 'reconnecting':
    case 'offline':
      return line.states.has('stale') ? { ...heard, text: words.connectionLost, isLost: true } : heard;
    case 'refused':
      return { ...heard, text: line.connection, isLost: true };
    default:
      return heard;
  }
}
