import { WebSocket } from 'ws';
import type { SocketConstructor } from '../../components/session/index.js';
import { isObject, messageOf } from '../../protocol/index.js';

/** What is told of an attempt to connect that a browser's WebSocket keeps to itself. */
export interface SocketNews {
  /** The server answers that there is nothing at its address. */
  missing(): void;
  /** Why there is no connection, in the system's words; `undefined` once there is one. */
  failed(why: string | undefined): void;
}

/** A WebSocket that tells why it does not connect. */
export function socketThatTells({ missing, failed }: SocketNews): SocketConstructor {
  return class extends WebSocket {
    constructor(url: string) {
      super(url);
      this.on('open', () => failed(undefined));
      // Where a name has several addresses, the error of all of them has a code and no text.
      this.on('error', (error) => failed(messageOf(error) || (isObject(error) ? String(error.code) : undefined)));
      this.on('unexpected-response', (_request, { statusCode }) => {
        failed(`the server answered with ${statusCode}`);
        // Whoever listens to this has to end the attempt.
        this.terminate();
        if (statusCode === 404) missing();
      });
    }
  };
}
