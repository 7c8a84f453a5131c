import { WebSocket } from 'ws';
import type { SocketConstructor } from '../../components/session/index.js';

/** A WebSocket that tells when the server answers that there is nothing at its address. */
export function socketThatTells(missing: () => void): SocketConstructor {
  return class extends WebSocket {
    constructor(url: string) {
      super(url);
      this.on('unexpected-response', (_request, { statusCode }) => {
        // Whoever listens to this has to end the attempt.
        this.terminate();
        if (statusCode === 404) missing();
      });
    }
  };
}
