import { type Ack, StatusMessengerError } from '../../protocol/index.js';

/** How many frames wait for their acknowledgement before another one is refused. */
const WAITING = 1000;

interface Waiting {
  readonly ref: string;
  readonly frame: string;
  settle(ack: Ack): void;
  fail(error: StatusMessengerError): void;
}

/** Frames that the server has not acknowledged: each is sent on every connection until it is. */
export class Outbox {
  readonly #waiting = new Map<string, Waiting>();

  /** The frame waits until it is acknowledged. Throws `limit` when too many already do. */
  add(ref: string, frame: string): Promise<Ack> {
    if (this.#waiting.size >= WAITING) {
      throw new StatusMessengerError(
        'limit',
        `send: got ${WAITING} frames that wait for the server; wait for some of them`,
      );
    }
    return new Promise((settle, fail) => this.#waiting.set(ref, { ref, frame, settle, fail }));
  }

  /** What has to be sent on a new connection, oldest first. */
  get frames(): ReadonlyArray<Pick<Waiting, 'ref' | 'frame'>> {
    return [...this.#waiting.values()];
  }

  settle(ack: Ack): void {
    this.#waiting.get(ack.ref)?.settle(ack);
    this.#waiting.delete(ack.ref);
  }

  /** Gives up every frame: the server will not acknowledge it any more. */
  fail(error: StatusMessengerError): void {
    for (const { fail } of this.#waiting.values()) fail(error);
    this.#waiting.clear();
  }
}
