import {
  applyAll,
  type ChannelName,
  type ChannelState,
  formatPosition,
  initialState,
  type Message,
  type Position,
  parseJson,
  readMessage,
} from '../../protocol/index.js';
import type { Composed } from '../compose.js';
import type { ChannelLog } from './channel-store.js';

/** How much of a channel's tail is kept before the oldest is folded into its state. */
export interface TailBounds {
  /** Messages. Default 1,000. */
  readonly count: number;
  /** Bytes. Default 1 MiB. */
  readonly bytes: number;
  /** Milliseconds. Default one hour. */
  readonly age: number;
}

/** A channel in memory: the tail, and the state that everything before some position of it was folded into. */
export class MemoryLog implements ChannelLog {
  /** When something was last added or someone last let go, server time. */
  usedAt: number;
  /** How many hold on to it. */
  holders = 0;
  latestStatus: string | undefined;

  /** The number of the last message. */
  seq = 0;

  readonly #bounds: TailBounds;
  /** Frames, each with its time at the end. */
  #tail: string[] = [];
  #bytes = 0;
  /** The fold of everything up to `#foldedSeq`, which is never before the tail's first message. */
  #folded: ChannelState = initialState;
  #foldedSeq = 0;

  constructor(
    readonly name: ChannelName,
    readonly epoch: string,
    bounds: TailBounds,
    now: number,
  ) {
    this.#bounds = bounds;
    this.usedAt = now;
  }

  /** Answers the message's position. `beforeDrop` is called while everything is still here, when this message makes the oldest go. */
  append(message: Composed, now: number, beforeDrop: () => void = () => {}): string {
    const id = formatPosition({ epoch: this.epoch, seq: ++this.seq });
    const frame = `${message.head},"id":"${id}","ts":${now}}`;
    this.#tail.push(frame);
    this.#bytes += Buffer.byteLength(frame);
    if (message.type === 'status') this.latestStatus = frame;
    this.usedAt = now;
    const { count, bytes } = this.#bounds;
    if (this.#tail.length > count || this.#bytes > bytes) {
      beforeDrop();
      // An eighth at a time: folding many costs little more than folding one.
      this.#shorten((kept, weight) => kept <= count - count / 8 && weight <= bytes - bytes / 8);
    }
    return id;
  }

  frame(seq: number): string | undefined {
    return this.#tail[seq - this.#firstSeq];
  }

  canContinue({ epoch, seq }: Position): boolean {
    return epoch === this.epoch && seq <= this.seq && seq >= this.#firstSeq - 1;
  }

  state(): ChannelState {
    this.#foldUpTo(this.seq);
    return this.#folded;
  }

  /** Folds what has become too old. */
  expire(now: number): void {
    const oldest = this.#tail[0];
    if (oldest !== undefined && now - timeOf(oldest) > this.#bounds.age) {
      this.#shorten((_kept, _weight, next) => now - timeOf(next) <= this.#bounds.age);
    }
  }

  get #firstSeq(): number {
    return this.seq - this.#tail.length + 1;
  }

  /** Drops from the old end until `enough` says so of what would be left; the last message always stays. */
  #shorten(enough: (kept: number, weight: number, next: string) => boolean): void {
    let drop = 0;
    for (const frame of this.#tail) {
      if (drop === this.#tail.length - 1 || enough(this.#tail.length - drop, this.#bytes, frame)) break;
      this.#bytes -= Buffer.byteLength(frame);
      drop++;
    }
    this.#foldUpTo(this.#firstSeq + drop - 1);
    this.#tail = this.#tail.slice(drop);
  }

  #foldUpTo(seq: number): void {
    if (seq <= this.#foldedSeq) return;
    const first = this.#firstSeq;
    const frames = this.#tail.slice(this.#foldedSeq + 1 - first, seq + 1 - first);
    this.#folded = applyAll(this.#folded, frames.map(messageIn));
    this.#foldedSeq = seq;
  }
}

/** The time of a frame that was made here: its last field. */
function timeOf(frame: string): number {
  return Number(frame.slice(frame.lastIndexOf(':') + 1, -1));
}

/** The message in a frame, read as a page reads it, so that both fold the same. */
function messageIn(frame: string): Message {
  const message = readMessage(parseJson(frame));
  if (!message) throw new TypeError('status-messenger: a stored frame is no message');
  return message;
}
