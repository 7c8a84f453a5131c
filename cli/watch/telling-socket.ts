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
      // The system's errors have a code, and no text where a name has several addresses; of others it is this side that gave up.
      this.on('error', (error: unknown) => {
        if (isObject(error) && typeof error.code === 'string') failed(messageOf(error) || error.code);
      });
      this.on('unexpected-response', (_request, { statusCode }) => {
        failed(`the server answered with ${statusCode}`);
        // Whoever listens to this has to end the attempt.
        this.terminate();
        if (statusCode === 404) missing();
      });
    }
  };
}
