import { ChildProcess } from 'node:child_process';
import { Worker } from 'node:worker_threads';
import { invalid } from '../../protocol/index.js';
import { ProcessPeer } from './process-peer.js';
import { ThreadPeer } from './thread-peer.js';

export interface PeerEvents {
  heard(text: string): void;
  /** It failed, and nobody else listens. */
  failed(error: unknown): void;
  /** It has ended, and everything it said was heard. */
  ended(): void;
}

/** A worker, as the side sees it that made it. */
export interface Peer {
  post(text: string): void;
  /** Takes what it has said, and hears nothing any more. */
  close(): void;
}

/** Listens to a worker; `undefined` where it has ended. Throws `invalid` for what is no worker that could be heard. */
export function listenTo(worker: Worker | ChildProcess, events: PeerEvents): Peer | undefined {
  const given: unknown = worker;
  if (given instanceof Worker) return given.threadId > 0 ? new ThreadPeer(given, events) : undefined;
  if (given instanceof ChildProcess && typeof given.send === 'function') {
    return given.connected ? new ProcessPeer(given, events) : undefined;
  }
  const expected = 'a Worker of node:worker_threads, or a child process with an IPC channel, as fork() makes it';
  throw invalid('attachWorker: worker', worker, expected, "spawn with stdio: […, 'ipc'] where you don't fork");
}
