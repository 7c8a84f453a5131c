import type { SocketLike } from 'status-messenger';

export type { SocketLike };

/** Makes the socket for an address in the platform's place; `undefined` leaves it to the platform. */
export type Opener = (url: URL) => SocketLike | undefined;
/** Is told of every socket of the platform's that is opened. */
export type Tap = (url: URL, socket: WebSocket) => void;

const openers = new Set<Opener>();
const taps = new Set<Tap>();

/** From now on `open` is asked first whenever this page opens a WebSocket. Answers a function that stops it. */
export function answerSockets(open: Opener): () => void {
  openers.add(open);
  return () => void openers.delete(open);
}

/** From now on `tap` sees the WebSockets of this page. Answers a function that stops it. */
export function tapSockets(tap: Tap): () => void {
  taps.add(tap);
  return () => void taps.delete(tap);
}

globalThis.WebSocket = new Proxy(globalThis.WebSocket, {
  construct(platform, [address, ...others]) {
    const url = new URL(address, location.href);
    for (const open of openers) {
      const made = open(url);
      if (made) return made;
    }
    const socket: WebSocket = Reflect.construct(platform, [address, ...others]);
    for (const tap of taps) tap(url, socket);
    return socket;
  },
});
