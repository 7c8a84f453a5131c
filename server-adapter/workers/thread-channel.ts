import { BroadcastChannel, type MessagePort, receiveMessageOnPort } from 'node:worker_threads';

/** Texts that are taken at once of a thread that goes on: one that floods the channel is not to keep the other side for ever. */
const AT_ONCE = 100_000;

/**
 * The channel between a worker thread and the one that made it. It is named by the thread, so both find it without a word on the worker's own port; what was
 * posted is there for the other side at once, however the thread ends. It keeps no thread alive.
 */
export class ThreadChannel {
  readonly #channel: BroadcastChannel;
  readonly #heard: (text: string) => void;

  constructor(thread: number, heard: (text: string) => void) {
    this.#channel = new BroadcastChannel(`status-messenger:worker:${thread}`);
    this.#heard = heard;
    this.#channel.onmessage = (event: unknown) => {
      if (event instanceof MessageEvent) this.#take(event.data);
    };
    this.#channel.unref();
  }

  post(text: string): void {
    this.#channel.postMessage(text);
  }

  /** Takes what is there, now. */
  drain(most = AT_ONCE): void {
    for (let i = 0; i < most; i++) {
      // Node takes these, too, which its types do not know.
      const received = receiveMessageOnPort(this.#channel as unknown as MessagePort);
      if (!received) return;
      this.#take(received.message);
    }
  }

  ref(): void {
    this.#channel.ref();
  }

  unref(): void {
    this.#channel.unref();
  }

  close(): void {
    this.#channel.close();
  }

  #take(data: unknown): void {
    if (typeof data === 'string') this.#heard(data);
  }
}
