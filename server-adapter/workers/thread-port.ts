import { threadId } from 'node:worker_threads';
import type { Port, PortEvents } from './port.js';
import { ThreadChannel } from './thread-channel.js';

/** The way out of a worker thread. */
export class ThreadPort implements Port {
  readonly isClogged = false;
  readonly #channel: ThreadChannel;

  constructor({ heard }: PortEvents) {
    this.#channel = new ThreadChannel(threadId, heard);
  }

  post(text: string): void {
    this.#channel.post(text);
  }

  poll(): void {
    this.#channel.drain();
  }

  hold(): void {
    this.#channel.ref();
  }

  release(): void {
    this.#channel.unref();
  }

  /** What was posted is there already. */
  leave(): void {}
}
