import { type Ack, StatusMessengerError } from '../../protocol/index.js';
import { type KeptFrame, type KeptFrames, MOST } from './kept-frames.js';

export interface Waiting extends KeptFrame {
  readonly ref: string;
  /** Who waits for the answer; nobody any more where the frame is from before a reload. */
  readonly sender?: { settle(ack: Ack): void; fail(error: StatusMessengerError): void };
  /** The connection on which a server that had not greeted was last sent it. */
  saidOn?: number;
}

/** Frames that the server has not acknowledged: each is sent on every connection until it is, also after a reload of the page. */
export class Outbox {
  readonly #kept: KeptFrames;
  readonly #now: () => number;
  #waiting = new Map<string, Waiting>();
  #isLoaded = false;
  /** What is to be kept no longer when the storage is next written; `undefined` while that is not due. */
  #done: Set<string> | undefined;

  constructor(kept: KeptFrames, now: () => number) {
    this.#kept = kept;
    this.#now = now;
  }

  /** Takes over what the page kept before it was reloaded: once, and not before it can be sent, as whoever else wrote it may yet give it up. */
  load(): void {
    if (this.#isLoaded) return;
    this.#isLoaded = true;
    const kept = [...this.#kept.read()].map(([ref, frame]): [string, Waiting] => [ref, { ref, ...frame }]);
    this.#waiting = new Map([...kept, ...this.#waiting]);
  }

  /** The frame waits until it is acknowledged. Throws `limit` when so many already do that it could not be kept over a reload. */
  add(ref: string, frame: string): Promise<Ack> {
    if (this.#waiting.size >= MOST.count || this.#length + frame.length > MOST.length) {
      const got = `got ${this.#waiting.size} frames of ${this.#length} characters that wait for the server`;
      throw new StatusMessengerError(
        'limit',
        `send: ${got}, expected at most ${MOST.count} of ${MOST.length}; wait for some of them`,
      );
    }
    return new Promise((settle, fail) => {
      this.#waiting.set(ref, { ref, frame, at: this.#now(), sender: { settle, fail } });
      this.#keep();
    });
  }

  /** What has to be sent on a new connection, oldest first. */
  get frames(): readonly Waiting[] {
    return [...this.#waiting.values()];
  }

  get #length(): number {
    return this.frames.reduce((length, { frame }) => length + frame.length, 0);
  }

  settle(ack: Ack): void {
    const waiting = this.#waiting.get(ack.ref);
    if (!waiting) return;
    this.#remove(waiting);
    waiting.sender?.settle(ack);
  }

  /** Gives up every frame: the server will not acknowledge it any more. */
  fail(error: StatusMessengerError): void {
    for (const waiting of this.frames) {
      this.#remove(waiting);
      waiting.sender?.fail(error);
    }
    // At once: whoever takes this one's place may load in the same turn.
    this.#write();
  }

  /** Gives up what somebody here waits for, and leaves what was said before a reload to whoever connects next. */
  close(error: StatusMessengerError): void {
    for (const { ref, sender } of this.frames) if (!sender) this.#waiting.delete(ref);
    this.fail(error);
  }

  #remove({ ref }: Waiting): void {
    this.#waiting.delete(ref);
    this.#keep(ref);
  }

  /** Keeps what waits, and no longer what is done. Once for all that happens in a turn: a list is written as a whole. */
  #keep(done?: string): void {
    if (!this.#done) {
      this.#done = new Set();
      queueMicrotask(() => this.#write());
    }
    if (done !== undefined) this.#done.add(done);
  }

  /** Others of this page keep theirs in the same place. */
  #write(): void {
    if (!this.#done) return;
    const frames = this.#kept.read();
    for (const ref of this.#done) frames.delete(ref);
    this.#done = undefined;
    for (const [ref, { frame, at, sender }] of this.#waiting) if (sender) frames.set(ref, { frame, at });
    this.#kept.write(frames);
  }
}
