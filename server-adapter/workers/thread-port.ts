import { BroadcastChannel, receiveMessageOnPort, threadId } from 'node:worker_threads';
import type { Port, PortEvents } from './port.js';

/**
 * The channel of a worker thread. It is named by the thread, so both sides find it without a word on the worker's own port; what was posted is there for the
 * other side at once, however the thread ends.
 */
export function openChannel(thread: number, heard: (text: string) => void): ThreadChannel {
  const channel = new BroadcastChannel(`status-messenger:worker:${thread}`);
  channel.unref();
  const take = (data: unknown) => {
    if (typeof data === 'string') heard(data);
  };
  channel.onmessage = (event: unknown) => {
    if (event instanceof MessageEvent) take(event.data);
  };
  return {
    channel,
    drain() {
      // Whoever floods it is not to keep the other side for ever.
      for (let i = 0; i < DRAINED; i++) {
        const received = receiveMessageOnPort(channel);
        if (!received) return;
        take(received.message);
      }
    },
  };
}

const DRAINED = 1_000_000;

export interface ThreadChannel {
  readonly channel: BroadcastChannel;
  /** Takes what is there, now. */
  drain(): void;
}

export class ThreadPort implements Port {
  readonly #channel: ThreadChannel;
  readonly isClogged = false;

  constructor({ heard }: PortEvents) {
    this.#channel = openChannel(threadId, heard);
  }

  post(text: string): void {
    this.#channel.channel.postMessage(text);
  }

  poll(): void {
    this.#channel.drain();
  }

  hold(): void {
    this.#channel.channel.ref();
  }

  release(): void {
    this.#channel.channel.unref();
  }

  leave(): void {}
}
