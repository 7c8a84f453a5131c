import type { WebSocket } from 'ws';
import { CloseCode, closeReason, retryReason } from '../../protocol/index.js';
import type { Denial } from './authorize.js';

/** Milliseconds after which whoever found no room may come back: each at a moment between once and twice of it. */
const NO_ROOM = 5000;
/** Milliseconds that a page has to take leave: a crowd that is refused and stays must not hold sockets for long. */
const LINGER = 5000;

/** There is no room now; there may be later. */
export function noRoom(random: () => number): Denial {
  return { code: CloseCode.tooBusy, reason: retryReason(NO_ROOM * (1 + random())) };
}

/** Ends a socket that is not served. A page can read a close code; of an upgrade that was refused it would not learn why. */
export function refuse(ws: WebSocket, { code, reason }: Denial): void {
  ws.on('error', () => {});
  ws.close(code, closeReason(reason));
  const timer = setTimeout(() => ws.terminate(), LINGER).unref();
  ws.once('close', () => clearTimeout(timer));
}
