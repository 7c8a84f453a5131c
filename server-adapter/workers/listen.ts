import { ChildProcess } from 'node:child_process';
import { Worker } from 'node:worker_threads';
import { invalid } from '../../protocol/index.js';
import type { Peer, PeerEvents } from './peer.js';
import { ProcessPeer } from './process-peer.js';
import { ThreadPeer } from './thread-peer.js';

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
