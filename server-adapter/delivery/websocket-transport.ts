import type { Duplex } from 'node:stream';
import type { WebSocket } from 'ws';
import { closeReason } from '../../protocol/index.js';
import type { Transport } from './transport.js';

/** Milliseconds after which a page that does not answer a close is cut off. */
const CLOSE_TIMEOUT = 5000;

/** A `ws` socket as a transport. `socket` is the stream beneath it, where the adapter accepted it itself: writes to it can be batched. */
export class WebSocketTransport implements Transport {
  readonly #ws: WebSocket;
  readonly #socket: Duplex | undefined;

  constructor(ws: WebSocket, socket?: Duplex) {
    this.#ws = ws;
    this.#socket = socket;
  }

  get buffered(): number {
    return this.#ws.bufferedAmount;
  }

  send(frame: string | Buffer): void {
    this.#ws.send(frame, { binary: false });
  }

  whenTaken(taken: () => void): void {
    // A ping goes out behind everything else, and ws says when it went.
    this.#ws.ping('', false, (error?: Error) => {
      if (!error) taken();
    });
  }

  batch(write: () => void): void {
    this.#socket?.cork();
    try {
      write();
    } finally {
      this.#socket?.uncork();
    }
  }

  ping(): void {
    this.#ws.ping();
  }

  close(code: number, reason: string): void {
    this.#ws.close(code, closeReason(reason));
    const timer = setTimeout(() => this.#ws.terminate(), CLOSE_TIMEOUT).unref();
    this.#ws.once('close', () => clearTimeout(timer));
  }

  terminate(): void {
    this.#ws.terminate();
  }
}
