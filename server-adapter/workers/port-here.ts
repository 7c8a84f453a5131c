import { isMainThread } from 'node:worker_threads';
import type { Port, PortEvents } from './port.js';
import { ProcessPort } from './process-port.js';
import { ThreadPort } from './thread-port.js';

/** The way from here, where this is a worker: a thread, or a process that was made with an IPC channel. */
export function portHere(): ((events: PortEvents) => Port) | undefined {
  if (!isMainThread) return (events) => new ThreadPort(events);
  const send = process.send?.bind(process);
  return send && ((events) => new ProcessPort(send, events));
}
