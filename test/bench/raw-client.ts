import { randomBytes } from 'node:crypto';
import { connect, type Socket } from 'node:net';

/** What a raw client tells. Frames are where they lie in what was read: nothing is made for one. */
export interface RawListener {
  opened(): void;
  /** A text frame, in `data` from `start` to `end`. */
  frame(data: Buffer, start: number, end: number): void;
  closed(): void;
}

/**
 * A WebSocket client that does next to nothing with what it gets, so that the server is what is measured: it finds the frames by their headers, and
 * hands on what they carry.
 */
export class RawClient {
  readonly #socket: Socket;
  readonly #listener: RawListener;
  #rest: Buffer | undefined;
  #open = false;

  constructor(port: number, path: string, listener: RawListener) {
    this.#listener = listener;
    this.#socket = connect(port, '127.0.0.1');
    this.#socket.setNoDelay(true);
    this.#socket.on('error', () => {});
    this.#socket.on('close', () => listener.closed());
    this.#socket.on('data', (piece) => this.#take(piece));
    const key = randomBytes(16).toString('base64');
    this.#socket.write(
      `GET ${path} HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: ${key}\r\n\r\n`,
    );
  }

  /** Sends a short text, masked as a client must. */
  send(text: string): void {
    const payload = Buffer.from(text);
    if (payload.length > 125) throw new Error(`got a text of ${payload.length} bytes, expected at most 125`);
    const mask = randomBytes(4);
    for (let i = 0; i < payload.length; i++) payload[i] = (payload[i] ?? 0) ^ (mask[i % 4] ?? 0);
    this.#socket.write(Buffer.concat([Buffer.from([0x81, 0x80 | payload.length]), mask, payload]));
  }

  destroy(): void {
    this.#socket.destroy();
  }

  #take(piece: Buffer): void {
    let data = this.#rest ? Buffer.concat([this.#rest, piece]) : piece;
    this.#rest = undefined;
    if (!this.#open) {
      const end = data.indexOf('\r\n\r\n');
      if (end < 0) {
        this.#rest = data;
        return;
      }
      this.#open = true;
      data = data.subarray(end + 4);
      this.#listener.opened();
    }
    this.#read(data);
  }

  #read(data: Buffer): void {
    let at = 0;
    while (data.length - at >= 2) {
      const opcode = (data[at] ?? 0) & 0x0f;
      let length = (data[at + 1] ?? 0) & 0x7f;
      let start = at + 2;
      if (length === 126) {
        if (data.length - at < 4) break;
        length = data.readUInt16BE(start);
        start += 2;
      } else if (length === 127) {
        if (data.length - at < 10) break;
        length = Number(data.readBigUInt64BE(start));
        start += 8;
      }
      if (data.length < start + length) break;
      at = start + length;
      if (opcode === 1) this.#listener.frame(data, start, at);
      else if (opcode === 8) this.#socket.destroy();
    }
    if (at < data.length) this.#rest = data.subarray(at);
  }
}
