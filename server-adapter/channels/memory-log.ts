import {
  type Ack,
  type AnsweredData,
  applyAll,
  type ChannelName,
  type ChannelState,
  formatPosition,
  initialState,
  type JsonValue,
  LIMITS,
  type Message,
  type Position,
  parseJson,
  readMessage,
} from '../../protocol/index.js';
import type { Composed } from '../compose.js';
import type { ChannelLog, StoreUser } from './channel-store.js';
import { ChunkPool } from './chunk-pool.js';
import { FrameTail, type Stretch } from './frame-tail.js';

/** How much of a channel's tail is kept before the oldest is folded into its state. */
export interface TailBounds {
  /** Messages. Default 1,000. */
  readonly count: number;
  /** Bytes. Default 1 MiB. */
  readonly bytes: number;
  /** Milliseconds. Default one hour. */
  readonly age: number;
}

export const DEFAULT_TAIL: TailBounds = { count: 1000, bytes: 1024 * 1024, age: 3_600_000 };

/** How many answered frames a channel remembers. */
export const ACKS = 10_000;
/** Of how many questions a channel remembers how they ended: more than a run asks. With its answer each fits into the state. */
export const ENDS = 1000;

/** A message that has its position and its time, as a log keeps it. */
export interface StoredMessage {
  readonly frame: string;
  readonly isStatus: boolean;
  readonly isPlainStatus: boolean;
}

/** Where a log is taken up that was kept elsewhere: its messages from `first` on are added behind this. */
export interface Checkpoint {
  readonly epoch: string;
  readonly first: number;
  /** The fold of everything up to `foldedSeq`, and the latest status up to there. */
  readonly folded: ChannelState;
  readonly foldedSeq: number;
  readonly latestStatus: string | undefined;
}

/** A channel in memory: the tail, and the state that everything before some position of it was folded into. */
export class MemoryLog implements ChannelLog {
  /** When something was last added or someone last let go, as its store tells the time. */
  usedAt: number;
  /** How many hold on to it. */
  holders = 0;
  /** Whether it matters though nothing was said in it; `undefined` while nobody has held it. */
  keepEmpty: boolean | undefined;
  /** Its work was done for good. */
  isDone = false;

  /** The number of the last message. */
  seq = 0;

  about: JsonValue | undefined;

  readonly #bounds: TailBounds;
  /** Frames, each with its time at the end. */
  #tail: FrameTail;
  readonly #pool: ChunkPool;
  /** The number of the latest status, and its frame once that has left the tail. */
  #statusSeq = 0;
  #oldStatus: string | undefined;
  /** The number of the latest message that is more than a plain status: those open and end no question. */
  #otherSeq = 0;
  /** The fold of everything up to `#foldedSeq`, which is never before the tail's first message. */
  #folded: ChannelState = initialState;
  #foldedSeq = 0;
  /** What was answered to pages' frames; none, as a rule. */
  #acks: Map<string, Ack> | undefined;
  /** How questions ended, by their ids; none, as a rule. */
  #ends: Map<string, AnsweredData> | undefined;

  constructor(
    readonly name: ChannelName,
    public epoch: string,
    bounds: TailBounds,
    now: number,
    pool = new ChunkPool(),
  ) {
    this.#pool = pool;
    this.#tail = new FrameTail(pool);
    this.#bounds = bounds;
    this.usedAt = now;
  }

  /** Answers the message's position. `user` is told while everything is still here, when this message makes the oldest go. */
  append(message: Composed, now: number, user?: Pick<StoreUser, 'dropping'>): string {
    this.seq++;
    const id = formatPosition(this);
    this.#push(frameOf(message, id, now), message.type === 'status', message.isPlainStatus, user);
    return id;
  }

  /** Adds the next message as it was stored elsewhere. */
  add({ frame, isStatus, isPlainStatus }: StoredMessage, user?: Pick<StoreUser, 'dropping'>): void {
    this.seq++;
    this.#push(frame, isStatus, isPlainStatus, user);
  }

  #push(frame: string, isStatus: boolean, isPlainStatus: boolean, user: Pick<StoreUser, 'dropping'> | undefined): void {
    this.#tail.push(frame, isPlainStatus);
    if (isStatus) this.#statusSeq = this.seq;
    if (!isPlainStatus) this.#otherSeq = this.seq;
    const { count, bytes } = this.#bounds;
    if (this.#tail.length > count || this.#tail.bytes > bytes) {
      user?.dropping(this.name);
      // An eighth at a time: folding many costs little more than folding one.
      this.#shorten(count - count / 8, bytes - bytes / 8);
    }
  }

  frame(seq: number): string | undefined {
    return this.#has(seq) ? this.#tail.text(seq - this.firstSeq) : undefined;
  }

  stretch(seq: number): Stretch | undefined {
    return this.#has(seq) ? this.#tail.stretch(seq - this.firstSeq) : undefined;
  }

  get latestStatus(): string | undefined {
    return this.frame(this.#statusSeq) ?? this.#oldStatus;
  }

  canContinue({ epoch, seq }: Position): boolean {
    return epoch === this.epoch && seq <= this.seq && seq >= this.firstSeq - 1;
  }

  state(): ChannelState {
    this.#foldUpTo(this.seq);
    return this.#folded;
  }

  hasOpenQuestion(): boolean {
    this.#foldUpTo(this.#otherSeq);
    return this.#folded.questions.some(({ status }) => status === 'open');
  }

  /** Folds what has become too old; the last message always stays. */
  expire(now: number): void {
    const isOld = (index: number) => now - timeOf(this.#tail.text(index)) > this.#bounds.age;
    let old = 0;
    while (old < this.#tail.length - 1 && isOld(old)) old++;
    this.#drop(old);
  }

  recall(ref: string): ReturnType<ChannelLog['recall']> {
    return this.answerTo(ref);
  }

  /** What is remembered of the page's frame `ref`. */
  protected answerTo(ref: string): Ack | undefined {
    return this.#acks?.get(ref);
  }

  /** How many answers it remembers. */
  get answers(): number {
    return this.#acks?.size ?? 0;
  }

  forgetAnswers(): void {
    this.#acks = undefined;
  }

  remember(ack: Ack): void {
    if (this.#acks?.get(ack.ref)?.accepted) return;
    this.#acks ??= new Map();
    this.#acks.set(ack.ref, ack);
    dropOldest(this.#acks, ACKS);
  }

  ended(questionId: string): AnsweredData | undefined {
    return this.#ends?.get(questionId);
  }

  /** Remembers how a question ended, in place of what was known of it before. */
  end(how: AnsweredData): void {
    this.#ends ??= new Map();
    this.#ends.delete(how.questionId);
    this.#ends.set(how.questionId, how);
    dropOldest(this.#ends, ENDS);
  }

  /** Nothing was ever said here, nor answered. */
  get isEmpty(): boolean {
    return this.seq === 0 && this.#acks === undefined && this.about === undefined;
  }

  /** Nothing is lost with it but its epoch. */
  get isExpendable(): boolean {
    return this.isEmpty && this.keepEmpty !== true;
  }

  /** Starts over: whoever holds on to it finds an empty log of another epoch. */
  startOver(epoch: string): void {
    this.restore({ epoch, first: 1, folded: initialState, foldedSeq: 0, latestStatus: undefined });
  }

  /** Takes up a log that was kept elsewhere, without what was answered to its pages and how its questions ended. */
  restore({ epoch, first, folded, foldedSeq, latestStatus }: Checkpoint): void {
    this.epoch = epoch;
    this.seq = first - 1;
    this.#tail = new FrameTail(this.#pool);
    this.#folded = folded;
    this.#foldedSeq = foldedSeq;
    this.#statusSeq = this.#otherSeq = 0;
    this.#oldStatus = latestStatus;
    this.#acks = this.#ends = this.about = undefined;
    this.isDone = false;
  }

  /** From here the log can be taken up again, together with the messages from `first` on. */
  get checkpoint(): Checkpoint {
    const { epoch, firstSeq: first, latestStatus } = this;
    return { epoch, first, folded: this.#folded, foldedSeq: this.#foldedSeq, latestStatus };
  }

  /** The number of the first message in the tail; where there is none, of the next to come. */
  get firstSeq(): number {
    return this.seq - this.#tail.length + 1;
  }

  #has(seq: number): boolean {
    return seq >= this.firstSeq && seq <= this.seq;
  }

  /** Drops from the old end until so much is left; the last message always stays. */
  #shorten(count: number, bytes: number): void {
    let drop = 0;
    for (let left = this.#tail.bytes; left > bytes; drop++) left -= this.#tail.sizeOf(drop);
    this.#drop(Math.min(this.#tail.length - 1, Math.max(drop, Math.ceil(this.#tail.length - count))));
  }

  #drop(count: number): void {
    if (count === 0) return;
    this.#foldUpTo(this.firstSeq + count - 1);
    if (this.#statusSeq < this.firstSeq + count) this.#oldStatus = this.latestStatus;
    this.#tail.drop(count);
  }

  #foldUpTo(seq: number): void {
    if (seq <= this.#foldedSeq) return;
    const first = this.firstSeq;
    const from = this.#foldedSeq + 1 - first;
    const to = seq + 1 - first;
    // Where enough messages stay behind these to fill the state's list of the last ones by themselves, none of these can stand in it.
    const forgets = this.seq - seq >= LIMITS.state.messages.count;
    const messages: Message[] = [];
    // A message between two plain statuses, being one itself, need not be read: the one before began what there is to begin, the one behind says the rest.
    let inARow = 0;
    for (let index = from; index < to; index++) {
      inARow = forgets && this.#tail.isMarked(index) ? inARow + 1 : 0;
      const isSuperseded = inARow > 1 && index < to - 1 && this.#tail.isMarked(index + 1);
      if (!isSuperseded) messages.push(messageIn(this.#tail.text(index)));
    }
    this.#folded = applyAll(this.#folded, messages);
    if (forgets) this.#folded = { ...this.#folded, messages: [], bytes: { ...this.#folded.bytes, messages: 0 } };
    this.#foldedSeq = seq;
  }
}

/** Drops what came into a map first, until so much is left. */
export function dropOldest(map: Map<string, unknown>, bound: number): void {
  for (const oldest of map.keys()) {
    if (map.size <= bound) break;
    map.delete(oldest);
  }
}

/** The frame of a message at its position. */
export function frameOf(message: Composed, id: string, now: number): string {
  return `${message.head},"id":"${id}","ts":${now}}`;
}

/** The time of a frame that was made here: its last field. */
export function timeOf(frame: string): number {
  return Number(frame.slice(frame.lastIndexOf(':') + 1, -1));
}

/** The message in a frame, read as a page reads it, so that both fold the same. */
function messageIn(frame: string): Message {
  const message = readMessage(parseJson(frame));
  if (!message) throw new TypeError('status-messenger: a stored frame is no message');
  return message;
}
