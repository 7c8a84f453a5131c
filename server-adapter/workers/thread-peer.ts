import type { Worker } from 'node:worker_threads';
import type { Peer, PeerEvents } from './peer.js';
import { ThreadChannel } from './thread-channel.js';

/** A worker thread. What it said before it posted, failed or ended is heard before others hear of that. */
export class ThreadPeer implements Peer {
  readonly #channel: ThreadChannel;
  readonly #stop: () => void;

  constructor(worker: Worker, events: PeerEvents) {
    const channel = new ThreadChannel(worker.threadId, (text) => events.heard(text));
    this.#channel = channel;
    const catchUp = () => channel.drain();
    const fail = (error: unknown) => {
      channel.drain();
      if (worker.listenerCount('error') === 1) events.failed(error);
    };
    const end = () => {
      channel.drain(Number.POSITIVE_INFINITY);
      events.ended();
    };
    worker.prependListener('message', catchUp).prependListener('error', fail).prependListener('exit', end);
    this.#stop = () => worker.off('message', catchUp).off('error', fail).off('exit', end);
  }

  post(text: string): void {
    this.#channel.post(text);
  }

  close(): void {
    this.#channel.drain();
    this.#stop();
    this.#channel.close();
  }
}
