import type { ChildProcess } from 'node:child_process';
import type { Peer, PeerEvents } from './peer.js';
import { EVENT, unwrap, wrap } from './process-frames.js';
import { RestFiles } from './rest-files.js';

/** A child process with an IPC channel. */
export class ProcessPeer implements Peer {
  readonly #child: ChildProcess;
  readonly #stop: () => void;
  #files: RestFiles | undefined;
  /** The child stands still until it is answered. */
  #isAwaited = false;

  constructor(child: ChildProcess, events: PeerEvents) {
    this.#child = child;
    const take = (message: unknown) => {
      const envelope = unwrap(message);
      if (!envelope) return;
      this.#files = RestFiles.at(envelope.files) ?? this.#files;
      this.#isAwaited = envelope.isAwaited === true;
      events.heard(envelope.text);
      this.#isAwaited = false;
    };
    const fail = (error: unknown) => {
      if (child.listenerCount('error') === 1) events.failed(error);
    };
    // Both must have happened: a process may leave its pipe before it ends, and the pipe may hold more when it has.
    const end = () => {
      if (child.connected || (child.exitCode === null && child.signalCode === null)) return;
      this.#stop();
      for (const text of this.#files?.take('rest') ?? []) events.heard(text);
      this.#files?.remove();
      events.ended();
    };
    child.on(EVENT, take).prependListener('error', fail);
    for (const event of ENDS) child.prependListener(event, end);
    this.#stop = () => {
      child.off(EVENT, take).off('error', fail);
      for (const event of ENDS) child.off(event, end);
    };
  }

  post(text: string): void {
    // A child that has just ended is noticed by its end.
    if (this.#child.connected) this.#child.send(wrap({ text }), () => {});
    if (!this.#isAwaited) return;
    try {
      this.#files?.write('answer', [text]);
    } catch {
      // It goes on without, in a moment.
    }
  }

  close(): void {
    this.#stop();
    this.#files?.remove();
  }
}

const ENDS = ['disconnect', 'exit', 'close'] as const;
