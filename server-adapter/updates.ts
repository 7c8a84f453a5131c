import { StatusMessengerError } from '../protocol/index.js';
import type { Log } from './logger.js';

/** A status and the session that it is for; `null` where no session was in context. */
export type StatusUpdate = readonly [sessionId: string | null, text: string];

/** How many updates wait for a reader that is slow; then the oldest go. */
const WAITING = 10_000;
/** How many are kept for the first reader, and how many go at once when there are more: nobody may ever read, as most servers deliver through the adapter itself. */
const EARLY = { most: 1000, batch: 500 };

/** The queue behind `streamStatusUpdates`: what was said before the first reader came is kept for it, each reader gets everything after. */
export class StatusUpdates {
  readonly #readers = new Set<Reader>();
  #early: StatusUpdate[] | undefined = [];
  readonly #log: Log;
  #closed = false;

  constructor(log: Log) {
    this.#log = log;
  }

  push(update: StatusUpdate): void {
    if (this.#early) {
      this.#early.push(update);
      if (this.#early.length > EARLY.most) this.#early.splice(0, EARLY.batch);
    }
    for (const reader of this.#readers) reader.push(update);
  }

  /** Starts at the call, not at the first `next()`. What was said before the first reader came is its to read. */
  read(signal?: AbortSignal): AsyncIterableIterator<StatusUpdate> {
    const reader: Reader = new Reader(signal, {
      full: () =>
        this.#log.warnOnce(
          'updates-full',
          `streamStatusUpdates: got ${WAITING} updates that were not read, expected a reader that keeps up; the oldest are dropped`,
        ),
      done: () => this.#readers.delete(reader),
    });
    if (this.#closed || signal?.aborted) {
      void reader.return();
      return reader;
    }
    for (const update of this.#early ?? []) reader.push(update);
    this.#early = undefined;
    this.#readers.add(reader);
    return reader;
  }

  /** Goes on for the readers of another, with what none of them has read. */
  takeOver(other: StatusUpdates): void {
    if (other.#early) {
      this.#early = [...other.#early, ...(this.#early ?? [])];
      return;
    }
    this.#early = undefined;
    for (const reader of other.#readers) {
      reader.on.done = () => this.#readers.delete(reader);
      this.#readers.add(reader);
    }
    other.#readers.clear();
  }

  close(): void {
    this.#closed = true;
    for (const reader of this.#readers) void reader.return();
    this.#early = undefined;
  }
}

class Reader implements AsyncIterableIterator<StatusUpdate> {
  #queue: StatusUpdate[] = [];
  readonly #waiting: Array<(result: IteratorResult<StatusUpdate, undefined>) => void> = [];
  readonly #signal: AbortSignal | undefined;
  readonly #onAbort = () => void this.return();
  #done = false;

  constructor(
    signal: AbortSignal | undefined,
    readonly on: { full(): void; done(): void },
  ) {
    this.#signal = signal;
    signal?.addEventListener('abort', this.#onAbort, { once: true });
  }

  push(update: StatusUpdate): void {
    const waiting = this.#waiting.shift();
    if (waiting) {
      waiting({ value: update, done: false });
      return;
    }
    this.#queue.push(update);
    if (this.#queue.length > WAITING) {
      this.on.full();
      this.#queue = this.#queue.slice(WAITING / 2);
    }
  }

  next(): Promise<IteratorResult<StatusUpdate, undefined>> {
    if (this.#done) return Promise.resolve({ value: undefined, done: true });
    const value = this.#queue.shift();
    if (value) return Promise.resolve({ value, done: false });
    if (this.#waiting.length >= WAITING) {
      return Promise.reject(
        new StatusMessengerError('limit', 'streamStatusUpdates: got too many next() at once; await each'),
      );
    }
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  return(): Promise<IteratorResult<StatusUpdate, undefined>> {
    this.#done = true;
    this.#signal?.removeEventListener('abort', this.#onAbort);
    this.#queue = [];
    for (const resolve of this.#waiting.splice(0)) resolve({ value: undefined, done: true });
    this.on.done();
    return Promise.resolve({ value: undefined, done: true });
  }

  [Symbol.asyncIterator](): this {
    return this;
  }
}
