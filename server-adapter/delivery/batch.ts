import type { ChannelLog } from '../channels/channel-store.js';
import type { Stretch } from '../channels/frame-tail.js';
import { encodeTextFrames } from '../channels/websocket-frames.js';

/** Text frames that go out together: as texts, and as a WebSocket carries them. Either is made at most once, and only where it is asked for. */
export interface Batch {
  readonly texts: readonly string[];
  /** Good for this turn of the event loop only, unless `keep` is called. */
  readonly webSocket: Buffer;
  /** The bytes of `webSocket` go on being read. */
  keep(): void;
}

/** A batch of texts. */
export class TextBatch implements Batch {
  readonly texts: readonly string[];
  #webSocket: Buffer | undefined;

  constructor(texts: readonly string[]) {
    this.texts = texts;
  }

  get webSocket(): Buffer {
    this.#webSocket ??= encodeTextFrames(this.texts);
    return this.#webSocket;
  }

  keep(): void {
    // They are nobody else's.
  }
}

/** A stretch of a log, as it lies there. */
class StretchBatch implements Batch {
  readonly #stretch: Stretch;
  readonly #log: ChannelLog;
  readonly #from: number;

  constructor(log: ChannelLog, from: number, stretch: Stretch) {
    this.#log = log;
    this.#from = from;
    this.#stretch = stretch;
  }

  get texts(): readonly string[] {
    return textsOf(this.#log, this.#from, this.#from + this.#stretch.count);
  }

  get webSocket(): Buffer {
    return this.#stretch.bytes;
  }

  keep(): void {
    this.#stretch.keep();
  }
}

/** Messages of a log behind a position, as far as one batch goes. */
export interface Piece {
  readonly log: ChannelLog;
  readonly from: number;
  readonly to: number;
  readonly prefix: string;
  readonly batch: Batch;
}

/** The batches of one flush: viewers who stand at the same place get the same one. They are served one after the other, so the last is all to remember. */
export class Batches {
  /** When this is, by `elapsed`: the clock is read once for all of them. */
  readonly now: number;
  #last: Piece | undefined;

  constructor(now: number) {
    this.now = now;
  }

  /** What follows message number `from`, each frame beginning with `prefix`; `undefined` when that is not in the tail. */
  after(log: ChannelLog, from: number, prefix: string): Piece | undefined {
    const last = this.#last;
    if (last && last.log === log && last.from === from && last.prefix === prefix) return last;
    const stretch = log.stretch(from + 1);
    if (!stretch) return undefined;
    const to = from + stretch.count;
    const batch =
      prefix === ''
        ? new StretchBatch(log, from, stretch)
        : new TextBatch(textsOf(log, from, to).map((text) => withPrefix(prefix, text)));
    this.#last = { log, from, to, prefix, batch };
    return this.#last;
  }
}

/** A stored frame with further fields at its beginning. */
export function withPrefix(prefix: string, frame: string): string {
  return prefix === '' ? frame : `{${prefix}${frame.slice(1)}`;
}

function textsOf(log: ChannelLog, from: number, to: number): string[] {
  return Array.from({ length: to - from }, (_, i) => log.frame(from + 1 + i) ?? '');
}
