import {
  type ChannelName,
  CloseCode,
  closeReason,
  formatPosition,
  isChannelName,
  isObject,
  type Position,
  parseJson,
  parsePosition,
  retryAfter,
} from '../../protocol/index.js';
import type { Batch } from './batch.js';
import type { Transport } from './transport.js';

/** Bytes that are handed out at once: a reader that is slow, but reads, is seen to take something. */
const PIECE = 16 * 1024;
/** Characters of an `id`, which comes back as a header; servers take 8 KiB or more of those. What is left out of it is continued by a snapshot. */
const ID_LENGTH = 4096;
/** Milliseconds after which a reader that does not take its end is cut off. */
const CLOSE_TIMEOUT = 5000;

/** How a stream ended: a close code of the wire contract, and its reason. */
export interface StreamEnd {
  readonly code: number;
  readonly reason: string;
}

export interface SseTransportOptions {
  /** What is sent before the first frame. */
  readonly opening: string;
  /** The connection's own channel: that of frames that name none. */
  readonly own: ChannelName;
  /** Where the reader asks to go on. */
  readonly after: ReadonlyMap<ChannelName, Position>;
  /** The reader has taken something: it is there. */
  taken(): void;
  /** The stream has ended, whoever ended it. Called once, and never from inside of a call. */
  ended(): void;
}

/** A stream of server-sent events as a transport. What its reader has not asked to go on from counts as not taken. */
export class SseTransport implements Transport {
  readonly body: ReadableStream<Uint8Array>;
  /** Resolves with nothing once there is something to read, or with the end of a stream that had nothing. */
  readonly begun: Promise<StreamEnd | undefined>;
  readonly #options: SseTransportOptions;
  /** How far the reader has come in each channel. */
  readonly #cursors: Map<ChannelName, Position>;
  #begin: (end: StreamEnd | undefined) => void = () => {};
  #controller: ReadableStreamDefaultController<Uint8Array> | undefined;
  /** The reader waits for more. */
  #wake: () => void = () => {};
  #queue: Buffer[] = [];
  /** Bytes, counted from the beginning. */
  #sent = 0;
  #handedOut = 0;
  #taken = 0;
  #waiting: Array<{ readonly sent: number; taken(): void }> = [];
  #end: StreamEnd | undefined;
  #isOver = false;
  #cutOff: NodeJS.Timeout | undefined;

  constructor(options: SseTransportOptions) {
    this.#options = options;
    this.#cursors = new Map(options.after);
    this.begun = new Promise((resolve) => {
      this.#begin = resolve;
    });
    this.body = new ReadableStream<Uint8Array>(
      {
        start: (controller) => {
          this.#controller = controller;
        },
        pull: () => this.#pull(),
        cancel: () => this.cancel(),
      },
      // Nothing is kept in the stream itself: what waits is here, where it is counted.
      { highWaterMark: 0 },
    );
  }

  get buffered(): number {
    return this.#sent - this.#taken;
  }

  get unsent(): number {
    return this.buffered;
  }

  /** Why the server ended it; `undefined` while it has not. */
  get end(): StreamEnd | undefined {
    return this.#end;
  }

  send(batch: Batch): void {
    if (this.#end || this.#isOver) return;
    let text = this.#sent === 0 ? this.#options.opening : '';
    for (const frame of framesOf(batch)) text += this.#eventOf(frame);
    this.#push(text);
  }

  whenTaken(taken: () => void): void {
    this.#waiting.push({ sent: this.#sent, taken });
  }

  batch(write: () => void): void {
    // A reader that waits is only woken when all that runs now has run.
    write();
  }

  /** A stream has no way to answer: its reader shows that it is there by taking the heartbeat. */
  ping(): void {}

  close(code: number, reason: string): void {
    if (this.#end || this.#isOver) return;
    const end = { code, reason: closeReason(reason) };
    this.#end = end;
    if (this.#sent === 0) {
      this.#over();
      return;
    }
    const retry = retryAfter(reason);
    // A browser's own `EventSource` comes back by itself, and knows no reasons.
    const pause = retry === undefined ? '' : `retry: ${retry}\n`;
    this.#push(`event: close\n${pause}data: ${JSON.stringify(end)}\n\n`);
    this.#cutOff = setTimeout(() => this.terminate(), CLOSE_TIMEOUT).unref();
  }

  terminate(): void {
    if (this.#isOver) return;
    this.#controller?.error(new Error('status-messenger: the stream was cut off'));
    this.#over();
  }

  /** The reader has left. */
  cancel(): void {
    this.#over();
  }

  async #pull(): Promise<void> {
    this.#took();
    if (this.#queue.length === 0 && !this.#end) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
    if (this.#isOver) return;
    if (this.#queue.length === 0) {
      this.#controller?.close();
      this.#over();
      return;
    }
    const piece = this.#nextPiece();
    this.#handedOut += piece.length;
    this.#controller?.enqueue(piece);
  }

  /** Whoever asks for more has taken what there was. */
  #took(): void {
    if (this.#handedOut === this.#taken) return;
    this.#taken = this.#handedOut;
    this.#options.taken();
    const isTaken = ({ sent }: { sent: number }) => sent <= this.#taken;
    const done = this.#waiting.filter(isTaken);
    this.#waiting = this.#waiting.filter((waiting) => !isTaken(waiting));
    for (const { taken } of done) taken();
  }

  #nextPiece(): Buffer {
    const parts: Buffer[] = [];
    let room = PIECE;
    for (let next = this.#queue.shift(); next; next = this.#queue.shift()) {
      parts.push(next.subarray(0, room));
      if (next.length > room) this.#queue.unshift(next.subarray(room));
      room -= Math.min(next.length, room);
      if (room === 0) break;
    }
    return Buffer.concat(parts);
  }

  #push(text: string): void {
    const bytes = Buffer.from(text);
    this.#queue.push(bytes);
    this.#sent += bytes.length;
    this.#begin(undefined);
    this.#wake();
  }

  #over(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    clearTimeout(this.#cutOff);
    this.#queue = [];
    this.#begin(this.#end ?? { code: CloseCode.trouble, reason: 'the stream has ended' });
    this.#wake();
    // Whoever is told may change the lists that whoever called this is walking through.
    queueMicrotask(() => this.#options.ended());
  }

  #eventOf({ text, position, channel = this.#options.own }: PlacedFrame): string {
    return position ? `id: ${this.#idAt(position, channel)}\ndata: ${text}\n\n` : `data: ${text}\n\n`;
  }

  /** What names where the connection stands in all of its channels, once it has come to `position` in one: values of `after`, with commas between. */
  #idAt(position: Position, channel: ChannelName): string {
    const { own } = this.#options;
    const before = this.#cursors.get(channel);
    // The latest status that stands behind a snapshot is one from before it.
    const isBack = before?.epoch === position.epoch && position.seq < before.seq;
    if (!isBack) this.#cursors.set(channel, position);
    let id = '';
    for (const [name, cursor] of this.#cursors) {
      const value = name === own ? formatPosition(cursor) : `${name}@${formatPosition(cursor)}`;
      if (id.length + value.length < ID_LENGTH) id += id === '' ? value : `,${value}`;
    }
    return id;
  }
}

/** A frame, and where it stands in a log; in the connection's own where there is no `channel`. */
interface PlacedFrame {
  readonly text: string;
  readonly position: Position | undefined;
  readonly channel?: ChannelName;
}

/** Viewers who stand at the same place get the same batch, which is then read once. */
const placed = new WeakMap<Batch, readonly PlacedFrame[]>();

function framesOf(batch: Batch): readonly PlacedFrame[] {
  const frames = placed.get(batch) ?? batch.texts.map(place);
  placed.set(batch, frames);
  return frames;
}

function place(text: string): PlacedFrame {
  const value = parseJson(text);
  const { id, channel } = isObject(value) ? value : {};
  return { text, position: parsePosition(id), ...(isChannelName(channel) ? { channel } : {}) };
}
