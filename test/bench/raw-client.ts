import { randomBytes } from 'node:crypto';
import { connect, type Socket } from 'node:net';

/**
 * A WebSocket client that does next to nothing with what it gets, so that the server is what is measured: it finds the frames by their headers, and
 * hands on what they carry.
 */
export class RawClient {
  readonly socket: Socket;
  /** Called with every text frame. */
  onFrame: (payload: Buffer) => void = () => {};
  #rest: Buffer | undefined;
  #open = false;

  constructor(port: number, path: string, opened: () => void = () => {}) {
    this.socket = connect(port, '127.0.0.1');
    this.socket.setNoDelay(true);
    this.socket.on('error', () => {});
    const key = randomBytes(16).toString('base64');
    this.socket.write(
      `GET ${path} HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: ${key}\r\n\r\n`,
    );
    this.socket.on('data', (piece) => {
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
        opened();
      }
      this.#read(data);
    });
  }

  /** Sends a short text, masked as a client must. */
  send(text: string): void {
    const payload = Buffer.from(text);
    const mask = randomBytes(4);
    for (let i = 0; i < payload.length; i++) payload[i] = (payload[i] ?? 0) ^ (mask[i % 4] ?? 0);
    this.socket.write(Buffer.concat([Buffer.from([0x81, 0x80 | payload.length]), mask, payload]));
  }

  #read(data: Buffer): void {
    let at = 0;
    while (data.length - at >= 2) {
      const opcode = (data[at] ?? 0) & 0x0f;
      let length = (data[at + 1] ?? 0) & 0x7f;
      let header = 2;
      if (length === 126) {
        if (data.length - at < 4) break;
        length = data.readUInt16BE(at + 2);
        header = 4;
      } else if (length === 127) {
        if (data.length - at < 10) break;
        length = Number(data.readBigUInt64BE(at + 2));
        header = 10;
      }
      if (data.length - at < header + length) break;
      if (opcode === 1) this.onFrame(data.subarray(at + header, at + header + length));
      at += header + length;
    }
    if (at < data.length) this.#rest = data.subarray(at);
  }
}
