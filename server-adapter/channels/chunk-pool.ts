/** Bytes of a chunk of a log that says much. */
export const LARGEST_CHUNK = 16 * 1024;

/** How many chunks wait to be used again: 8 MiB. Logs that are written in step drop in step, too. */
const SPARE = 512;

/**
 * Memory for the chunks of logs. Memory outside the JavaScript heap is only given back when garbage is collected, which a server that writes much and drops as
 * much does too seldom; so what a log has dropped serves the next chunk.
 */
export class ChunkPool {
  readonly #spare: Buffer[] = [];

  take(length: number): Buffer {
    const spare = length === LARGEST_CHUNK ? this.#spare.pop() : undefined;
    return spare ?? Buffer.allocUnsafeSlow(length);
  }

  /** Takes back what nobody reads any more. */
  give(chunk: Buffer): void {
    if (chunk.length === LARGEST_CHUNK && this.#spare.length < SPARE) this.#spare.push(chunk);
  }
}
