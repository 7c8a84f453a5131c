import { connect, type Socket } from 'node:net';
import { upgradeRequest } from '../server-adapter/support.js';

export interface RawFrame {
  readonly opcode: number;
  readonly payload: Buffer;
}

/** A frame as a page sends it, and as no page may send it. */
export interface FrameOptions {
  readonly opcode?: number;
  readonly fin?: boolean;
  /** The three reserved bits, as a number up to 7. */
  readonly reserved?: number;
  readonly masked?: boolean;
  /** What the header says, where that is not the payload's length. */
  readonly length?: bigint;
}

export const OPCODE = { continuation: 0, text: 1, binary: 2, close: 8, ping: 9, pong: 10 } as const;

/** The bytes of a frame (RFC 6455, section 5.2). */
export function frameBytes(payload: Buffer | string, options: FrameOptions = {}): Buffer {
  const body = Buffer.from(payload);
  const { opcode = OPCODE.text, fin = true, reserved = 0, masked = true, length = BigInt(body.length) } = options;
  const first = (fin ? 0x80 : 0) | (reserved << 4) | opcode;
  const mask = masked ? 0x80 : 0;
  const key = masked ? Buffer.from([1, 2, 3, 4]) : Buffer.alloc(0);
  for (const [i, byte] of body.entries()) body[i] = byte ^ (key[i % 4] ?? 0);
  const wide = Buffer.alloc(length < 126n ? 0 : length < 65_536n ? 2 : 8);
  if (wide.length === 2) wide.writeUInt16BE(Number(length));
  if (wide.length === 8) wide.writeBigUInt64BE(length);
  const short = wide.length === 0 ? Number(length) : wide.length === 2 ? 126 : 127;
  return Buffer.concat([Buffer.from([first, mask | short]), wide, key, body]);
}

/** The frame that ends a connection. */
export function closeBytes(code: number, reason: Buffer | string = ''): Buffer {
  const payload = Buffer.alloc(2);
  payload.writeUInt16BE(code);
  return frameBytes(Buffer.concat([payload, Buffer.from(reason)]), { opcode: OPCODE.close });
}

/** A peer that writes what it likes, and keeps what it is told. It reads all that comes, and leaves when it is told to. */
export class RawPeer {
  readonly frames: RawFrame[] = [];
  readonly socket: Socket;
  /** The answer to the handshake, without its last empty line. */
  head = '';
  ended = false;
  #bytes: Buffer = Buffer.alloc(0);
  #wake: () => void = () => {};

  constructor(port: number) {
    // Each piece goes out by itself.
    this.socket = connect({ port, host: '127.0.0.1', noDelay: true });
    // What came before a reset counts.
    this.socket.on('error', () => {});
    this.socket.on('data', (piece) => {
      this.#bytes = Buffer.concat([this.#bytes, piece]);
      this.#read();
      this.#wake();
    });
    this.socket.on('close', () => {
      this.ended = true;
      this.#wake();
    });
  }

  /** A peer behind a good handshake. */
  static async open(port: number, path = '/ws/s'): Promise<RawPeer> {
    const peer = new RawPeer(port);
    peer.write(upgradeRequest(path));
    await peer.until(() => peer.frames.length > 0);
    return peer;
  }

  /** The bytes behind the handshake's answer that are no whole frame yet: of an answer that is none, its body. */
  get rest(): string {
    return this.#bytes.toString();
  }

  write(bytes: Buffer | string): void {
    if (!this.socket.destroyed) this.socket.write(bytes);
  }

  /** Writes in pieces that end at these shares of the whole, one after the other. */
  async writeInPieces(bytes: Buffer, shares: readonly number[]): Promise<void> {
    const ends = [...shares.map((share) => Math.floor(share * bytes.length)).sort((a, b) => a - b), bytes.length];
    let at = 0;
    for (const end of ends) {
      if (this.socket.destroyed) return;
      // Waiting until it is written keeps one piece from being sent together with the next.
      await new Promise((resolve) => this.socket.write(bytes.subarray(at, end), resolve));
      at = end;
    }
  }

  /** Once something holds; fails when the connection ends before. */
  async until(holds: () => boolean): Promise<void> {
    while (!holds()) {
      if (this.ended) throw new Error(`the connection ended before: ${this.head || this.rest}`);
      await this.#more();
    }
  }

  /** The code that the server closes with, once it does; `undefined` where it ends the connection without a word. */
  async closed(): Promise<number | undefined> {
    const close = () => this.frames.find(({ opcode }) => opcode === OPCODE.close);
    while (!close() && !this.ended) await this.#more();
    const payload = close()?.payload;
    if (!payload) return undefined;
    return payload.length < 2 ? 1005 : payload.readUInt16BE();
  }

  /** Once the server has ended the connection. */
  async end(): Promise<void> {
    while (!this.ended) await this.#more();
  }

  async destroy(): Promise<void> {
    this.socket.destroy();
    await this.end();
  }

  #more(): Promise<void> {
    return new Promise((resolve) => {
      this.#wake = resolve;
    });
  }

  #read(): void {
    if (this.head === '') {
      const end = this.#bytes.indexOf('\r\n\r\n');
      if (end < 0) return;
      this.head = this.#bytes.subarray(0, end).toString();
      this.#bytes = this.#bytes.subarray(end + 4);
    }
    if (!this.head.startsWith('HTTP/1.1 101 ')) return;
    while (this.#bytes.length >= 2) {
      const short = this.#bytes.readUInt8(1);
      const at = short < 126 ? 2 : short === 126 ? 4 : 10;
      if (this.#bytes.length < at) return;
      const length = short < 126 ? short : short === 126 ? this.#bytes.readUInt16BE(2) : this.#bytes.readUInt32BE(6);
      if (this.#bytes.length < at + length) return;
      const payload = this.#bytes.subarray(at, at + length);
      this.frames.push({ opcode: this.#bytes.readUInt8(0) & 0x0f, payload });
      this.#bytes = this.#bytes.subarray(at + length);
    }
  }
}
