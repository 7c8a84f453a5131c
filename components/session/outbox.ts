import { type Ack, StatusMessengerError } from '../../protocol/index.js';
import type { KeptFrames } from './kept-frames.js';

/** How many frames wait for their acknowledgement before another one is refused. */
const WAITING = 1000;

interface Waiting {
  readonly ref: string;
  readonly frame: string;
  /** Who waits for the answer; nobody any more where the frame is from before a reload. */
  readonly sender?: { settle(ack: Ack): void; fail(error: StatusMessengerError): void };
}

/** Frames that the server has not acknowledged: each is sent on every connection until it is, also after a reload of the page. */
export class Outbox {
  readonly #waiting = new Map<string, Waiting>();
  readonly #kept: KeptFrames;

  constructor(kept: KeptFrames) {
    this.#kept = kept;
    for (const [ref, frame] of kept.read()) this.#waiting.set(ref, { ref, frame });
  }

  /** The frame waits until it is acknowledged. Throws `limit` when too many already do. */
  add(ref: string, frame: string): Promise<Ack> {
    if (this.#waiting.size >= WAITING) {
      throw new StatusMessengerError(
        'limit',
        `send: got ${WAITING} frames that wait for the server; wait for some of them`,
      );
    }
    return new Promise((settle, fail) => {
      this.#waiting.set(ref, { ref, frame, sender: { settle, fail } });
      this.#keep();
    });
  }

  /** What has to be sent on a new connection, oldest first. */
  get frames(): readonly Waiting[] {
    return [...this.#waiting.values()];
  }

  settle(ack: Ack): void {
    const waiting = this.#waiting.get(ack.ref);
    if (!waiting) return;
    this.#waiting.delete(ack.ref);
    this.#keep([ack.ref]);
    waiting.sender?.settle(ack);
  }

  /** Gives up every frame: the server will not acknowledge it any more. */
  fail(error: StatusMessengerError): void {
    const given = this.frames;
    this.#waiting.clear();
    this.#keep(given.map(({ ref }) => ref));
    for (const { sender } of given) sender?.fail(error);
  }

  /** Keeps what waits, beside what others of this page keep in the same place; without those that are done. */
  #keep(done: readonly string[] = []): void {
    const frames = this.#kept.read();
    for (const ref of done) frames.delete(ref);
    for (const { ref, frame } of this.frames) frames.set(ref, frame);
    this.#kept.write(frames);
  }
}
