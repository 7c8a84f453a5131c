import { ChunkPool, LARGEST_CHUNK } from './chunk-pool.js';
import { encodeTextFrame, largestTextFrame, payloadOf, textFrameSize } from './websocket-frames.js';

/** Bytes of the first chunk of a log: small, as many logs say little. */
const SMALLEST_CHUNK = 512;
/** Bytes of a frame's entry in its chunk's directory: where it ends, and in the topmost bit its mark. */
const ENTRY = 4;
const MARK = 0x8000_0000;

/** Frames from the front of a piece of memory, and from its back a directory of them, so that nothing is on the heap for a single frame. */
class Chunk {
  /** How many frames it has, and where the last of them ends. */
  count = 0;
  end = 0;
  /** Its bytes are being read by others. */
  kept = false;

  constructor(
    readonly buffer: Buffer,
    /** The number of its first frame, counted from the first there ever was. */
    readonly first: number,
  ) {}

  hasRoomFor(size: number): boolean {
    return this.end + size + (this.count + 1) * ENTRY <= this.buffer.length;
  }

  /** Answers the bytes of the frame. */
  push(text: string, mark: boolean): number {
    const size = encodeTextFrame(text, this.buffer, this.end);
    this.end += size;
    this.count++;
    this.buffer.writeUInt32LE(mark ? this.end + MARK : this.end, this.buffer.length - this.count * ENTRY);
    return size;
  }

  startOf(i: number): number {
    return i === 0 ? 0 : this.endOf(i - 1);
  }

  endOf(i: number): number {
    return this.#entry(i) & (MARK - 1);
  }

  isMarked(i: number): boolean {
    return this.#entry(i) >= MARK;
  }

  #entry(i: number): number {
    return this.buffer.readUInt32LE(this.buffer.length - (i + 1) * ENTRY);
  }
}

/** A stretch of frames. */
export class Stretch {
  /** The frames as a WebSocket carries them, one behind the other. Good for this turn of the event loop only, unless `keep` was called. */
  readonly bytes: Buffer;
  /** How many they are. */
  readonly count: number;
  readonly #chunk: Chunk;

  constructor(chunk: Chunk, from: number) {
    this.bytes = chunk.buffer.subarray(chunk.startOf(from), chunk.end);
    this.count = chunk.count - from;
    this.#chunk = chunk;
  }

  /** Somebody goes on reading the bytes: they are never written to again. */
  keep(): void {
    this.#chunk.kept = true;
  }
}

/**
 * The frames of a log's tail, in chunks of memory and already as WebSockets carry them: a viewer who is behind gets parts of them as they are, and the
 * garbage collector has next to nothing to walk.
 */
export class FrameTail {
  readonly #pool: ChunkPool;
  #chunks: Chunk[] = [];
  /** The number of the first frame that is kept, and of the next one to come. */
  #first = 0;
  #next = 0;
  #bytes = 0;
  /** The chunk that was looked into last: frames are read one after the other. */
  #recent: Chunk | undefined;

  constructor(pool = new ChunkPool()) {
    this.#pool = pool;
  }

  get length(): number {
    return this.#next - this.#first;
  }

  /** Bytes of all frames. */
  get bytes(): number {
    return this.#bytes;
  }

  /** `mark` is kept beside the frame. */
  push(text: string, mark: boolean): void {
    this.#bytes += this.#chunkFor(text).push(text, mark);
    this.#next++;
  }

  /** Drops the first `count` frames. */
  drop(count: number): void {
    const first = this.#first + count;
    let gone = 0;
    for (const chunk of this.#chunks) {
      const from = Math.max(0, this.#first - chunk.first);
      const to = Math.min(chunk.count, first - chunk.first);
      this.#bytes -= chunk.startOf(to) - chunk.startOf(from);
      if (to < chunk.count) break;
      gone++;
    }
    this.#first = first;
    this.#recent = undefined;
    for (const { buffer, kept } of this.#chunks.splice(0, gone)) {
      if (!kept) this.#pool.give(buffer);
    }
  }

  /** The bytes of a frame. */
  sizeOf(index: number): number {
    const chunk = this.#chunkOf(index);
    const i = this.#first + index - chunk.first;
    return chunk.endOf(i) - chunk.startOf(i);
  }

  isMarked(index: number): boolean {
    const chunk = this.#chunkOf(index);
    return chunk.isMarked(this.#first + index - chunk.first);
  }

  /** The text of a frame. */
  text(index: number): string {
    const chunk = this.#chunkOf(index);
    const i = this.#first + index - chunk.first;
    return payloadOf(chunk.buffer.subarray(chunk.startOf(i), chunk.endOf(i))).toString();
  }

  /** Frames from `index` on, as far as they lie in one piece. */
  stretch(index: number): Stretch {
    const chunk = this.#chunkOf(index);
    return new Stretch(chunk, this.#first + index - chunk.first);
  }

  #chunkFor(text: string): Chunk {
    const last = this.#chunks.at(-1);
    if (last?.hasRoomFor(largestTextFrame(text))) return last;
    const size = textFrameSize(text);
    if (last?.hasRoomFor(size)) return last;
    const length = Math.min(LARGEST_CHUNK, 2 * (last?.buffer.length ?? SMALLEST_CHUNK / 2));
    const chunk = new Chunk(this.#pool.take(Math.max(length, size + ENTRY)), this.#next);
    this.#chunks.push(chunk);
    return chunk;
  }

  /** The chunk that a frame is in. Most who ask want what came last. */
  #chunkOf(index: number): Chunk {
    const number = this.#first + index;
    if (number < this.#first || number >= this.#next)
      throw new RangeError(`status-messenger: there is no frame ${index}`);
    const recent = this.#recent;
    if (recent && number >= recent.first && number < recent.first + recent.count) return recent;
    let low = 0;
    let high = this.#chunks.length - 1;
    for (let at = high; low <= high; at = (low + high) >> 1) {
      const chunk = this.#chunks[at];
      if (!chunk) break;
      if (number < chunk.first) high = at - 1;
      else if (number >= chunk.first + chunk.count) low = at + 1;
      else {
        this.#recent = chunk;
        return chunk;
      }
    }
    throw new RangeError(`status-messenger: frame ${index} is gone`);
  }
}
