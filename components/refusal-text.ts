import type { Connection, Refusal } from './session/index.js';
import type { Words } from './words/index.js';

/** What a visitor reads of a refusal. */
export function refusalText({ local, reason }: Refusal, words: Words): string {
  return words.refused(local ? '' : reason);
}

/** Why nothing can be sent; empty where it can, now or once the connection is back. */
export function unreachableText(connection: Connection, words: Words): string {
  switch (connection.status) {
    case 'idle':
      return words.notConnected;
    case 'ended':
      return words.ended;
    case 'refused':
      return refusalText(connection, words);
    default:
      return '';
  }
}
