import type { Duplex } from 'node:stream';
import type { WebSocket } from 'ws';
import { closeReason } from '../../protocol/index.js';
import type { Batch } from './batch.js';
import type { Transport } from './transport.js';

/** Milliseconds after which a page that does not answer a close is cut off. */
const CLOSE_TIMEOUT = 5000;

/** Bytes of a write that the system still has to take. Node's sockets look at the same when they time out: all else tells only of whole writes. */
function inSystemQueue(socket: Duplex): number | undefined {
  const handle = '_handle' in socket ? socket._handle : undefined;
  if (typeof handle !== 'object' || handle === null || !('writeQueueSize' in handle)) return undefined;
  return typeof handle.writeQueueSize === 'number' ? handle.writeQueueSize : undefined;
}

/** A `ws` socket as a transport. `socket` is the stream beneath it, where the adapter accepted it itself: writes to it can be batched. */
export class WebSocketTransport implements Transport {
  readonly #ws: WebSocket;
  readonly #socket: Duplex | undefined;

  constructor(ws: WebSocket, socket?: Duplex) {
    this.#ws = ws;
    this.#socket = socket;
  }

  get buffered(): number {
    return this.#socket?.writableLength ?? this.#ws.bufferedAmount;
  }

  get unsent(): number {
    return (this.#socket && inSystemQueue(this.#socket)) ?? this.buffered;
  }

  send(batch: Batch): void {
    if (this.#ws.readyState !== this.#ws.OPEN) return;
    // Written to the stream itself, what was encoded once serves every connection. `ws` writes whole frames to it, too, and compresses none.
    if (this.#socket) {
      this.#socket.write(batch.webSocket);
      if (this.#socket.writableLength > 0) batch.keep();
    } else for (const text of batch.texts) this.#ws.send(text);
  }

  whenTaken(taken: () => void): void {
    const done = (error?: Error | null) => {
      if (!error) taken();
    };
    // What is written last is taken last; through `ws` alone, a ping is the least that can be written.
    if (this.#socket) this.#socket.write('', done);
    else this.#ws.ping('', false, done);
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
