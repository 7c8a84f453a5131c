import type { ChannelLog } from '../channels/channel-store.js';

/** Bytes after which a batch ends: a transport is asked whether it can take more between two of them. */
const BATCH = 64 * 1024;

/** Text frames that go out together, encoded once however many connections send them. */
export class Batch {
  readonly frames: readonly string[];
  #webSocket: Buffer | undefined;

  constructor(frames: readonly string[]) {
    this.frames = frames;
  }

  /** The frames as a server's WebSocket frames (RFC 6455, section 5.2): final, text, not masked. */
  get webSocket(): Buffer {
    this.#webSocket ??= encode(this.frames);
    return this.#webSocket;
  }
}

/** Messages of a log behind a position, as far as one batch goes. */
export interface Piece {
  readonly from: number;
  readonly to: number;
  readonly prefix: string;
  readonly batch: Batch;
}

/** The batches of one flush: viewers who stand at the same place get the same one. */
export class Batches {
  readonly #pieces = new Map<ChannelLog, Piece>();

  /** What follows message number `from`, each frame beginning with `prefix`; `undefined` when that is not in the tail. */
  after(log: ChannelLog, from: number, prefix: string): Piece | undefined {
    const known = this.#pieces.get(log);
    if (known && known.from === from && known.prefix === prefix) return known;
    const frames: string[] = [];
    let to = from;
    for (let size = 0; to < log.seq && size < BATCH; to++) {
      const frame = log.frame(to + 1);
      if (frame === undefined) return undefined;
      frames.push(withPrefix(prefix, frame));
      size += frame.length;
    }
    const piece = { from, to, prefix, batch: new Batch(frames) };
    this.#pieces.set(log, piece);
    return piece;
  }
}

/** A stored frame with further fields at its beginning. */
export function withPrefix(prefix: string, frame: string): string {
  return prefix === '' ? frame : `{${prefix}${frame.slice(1)}`;
}

function encode(frames: readonly string[]): Buffer {
  const sizes = frames.map((frame) => Buffer.byteLength(frame));
  const buffer = Buffer.allocUnsafe(sizes.reduce((sum, size) => sum + size + headerSize(size), 0));
  let at = 0;
  for (const [i, frame] of frames.entries()) {
    const size = sizes[i] ?? 0;
    buffer[at] = 0x81;
    if (size < 126) {
      buffer[at + 1] = size;
    } else if (size < 65_536) {
      buffer[at + 1] = 126;
      buffer.writeUInt16BE(size, at + 2);
    } else {
      buffer[at + 1] = 127;
      buffer.writeBigUInt64BE(BigInt(size), at + 2);
    }
    at += headerSize(size);
    at += buffer.write(frame, at);
  }
  return buffer;
}

function headerSize(payload: number): number {
  if (payload < 126) return 2;
  return payload < 65_536 ? 4 : 10;
}
