import { encodeTextFrame, payloadOf, textFrameSize } from './websocket-frames.js';

/** A stretch of frames. */
export interface Stretch {
  /** The frames as a WebSocket carries them, one behind the other. Never written to again. */
  readonly bytes: Buffer;
  /** How many they are. */
  readonly count: number;
}

/** Bytes of a chunk: small for a log that says little, and at most so much that a few logs waste little. */
const SMALLEST_CHUNK = 512;
const LARGEST_CHUNK = 16 * 1024;

interface Chunk {
  readonly buffer: Buffer;
  /** The number of its first frame, counted from the first there ever was. */
  readonly first: number;
  /** Where each of its frames ends. */
  readonly ends: number[];
  /** What `push` was told of each. */
  readonly marks: boolean[];
}

/**
 * The frames of a log's tail, in chunks of memory and already as WebSockets carry them: a viewer who is behind gets parts of them as they are, and the
 * garbage collector has next to nothing to walk.
 */
export class FrameTail {
  #chunks: Chunk[] = [];
  /** The number of the first frame that is kept, and of the next one to come. */
  #first = 0;
  #next = 0;
  #bytes = 0;

  get length(): number {
    return this.#next - this.#first;
  }

  /** Bytes of all frames. */
  get bytes(): number {
    return this.#bytes;
  }

  /** `mark` is kept beside the frame. */
  push(text: string, mark: boolean): void {
    const size = textFrameSize(text);
    const chunk = this.#chunkFor(size);
    const at = chunk.ends.at(-1) ?? 0;
    encodeTextFrame(text, chunk.buffer, at, size);
    chunk.ends.push(at + size);
    chunk.marks.push(mark);
    this.#bytes += size;
    this.#next++;
  }

  /** Drops the first `count` frames. */
  drop(count: number): void {
    for (let i = 0; i < count; i++) this.#bytes -= this.sizeOf(i);
    this.#first += count;
    const gone = this.#chunks.findIndex(({ first, ends }) => first + ends.length > this.#first);
    this.#chunks.splice(0, gone < 0 ? this.#chunks.length : gone);
  }

  /** The bytes of a frame. */
  sizeOf(index: number): number {
    const [chunk, i] = this.#find(index);
    return (chunk.ends[i] ?? 0) - startOf(chunk, i);
  }

  isMarked(index: number): boolean {
    const [chunk, i] = this.#find(index);
    return chunk.marks[i] === true;
  }

  /** The text of a frame. */
  text(index: number): string {
    const [chunk, i] = this.#find(index);
    return payloadOf(chunk.buffer.subarray(startOf(chunk, i), chunk.ends[i])).toString();
  }

  /** Frames from `index` on, as far as they lie in one piece. */
  stretch(index: number): Stretch {
    const [chunk, i] = this.#find(index);
    return { bytes: chunk.buffer.subarray(startOf(chunk, i), chunk.ends.at(-1)), count: chunk.ends.length - i };
  }

  #chunkFor(size: number): Chunk {
    const last = this.#chunks.at(-1);
    if (last && (last.ends.at(-1) ?? 0) + size <= last.buffer.length) return last;
    const length = Math.min(LARGEST_CHUNK, 2 * (last?.buffer.length ?? SMALLEST_CHUNK / 2));
    const chunk = { buffer: Buffer.allocUnsafeSlow(Math.max(length, size)), first: this.#next, ends: [], marks: [] };
    this.#chunks.push(chunk);
    return chunk;
  }

  /** The chunk that frame `index` is in, and its place there. Looked for from the end: most who ask want what came last. */
  #find(index: number): [chunk: Chunk, i: number] {
    const number = this.#first + index;
    if (number < this.#first || number >= this.#next)
      throw new RangeError(`status-messenger: there is no frame ${index}`);
    for (let at = this.#chunks.length - 1; at >= 0; at--) {
      const chunk = this.#chunks[at];
      if (chunk && chunk.first <= number) return [chunk, number - chunk.first];
    }
    throw new RangeError(`status-messenger: frame ${index} is gone`);
  }
}

function startOf({ ends }: Chunk, i: number): number {
  return i === 0 ? 0 : (ends[i - 1] ?? 0);
}
