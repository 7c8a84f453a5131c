import { type Ack, StatusMessengerError } from '../../protocol/index.js';

/** How many frames wait for their acknowledgement before another one is refused. */
const WAITING = 1000;

interface Waiting {
  readonly frame: string;
  settle(ack: Ack): void;
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
    return new Promise((settle) => this.#waiting.set(ref, { frame, settle }));
  }

  /** What has to be sent on a new connection, oldest first. */
  get frames(): string[] {
    return [...this.#waiting.values()].map(({ frame }) => frame);
  }

  settle(ack: Ack): void {
    this.#waiting.get(ack.ref)?.settle(ack);
    this.#waiting.delete(ack.ref);
  }
}
