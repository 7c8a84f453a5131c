import { type Readable, readable } from 'svelte/store';
import type { SessionClientLike } from '../../session/index.js';
import type { SessionView } from '../session-view.js';
import { type SessionCalls, type SessionOptions, ShownSession, sessionCalls } from '../shown-session.js';

export type { SessionCalls, SessionOptions, SessionView };

/** A session as a store of Svelte, with what can be asked of it. */
export interface StatusMessengerStore extends Readable<SessionView>, SessionCalls {
  /** The client that holds the session. */
  readonly client: SessionClientLike;
}

/**
 * Shows what work on a server is doing, and answers its questions: `$store` of it is what there is to show. It is connected while somebody subscribes, and never on a
 * server. Throws `invalid` for options that there are not.
 */
export function statusMessenger(options: SessionOptions): StatusMessengerStore {
  const session = new ShownSession(options);
  const { subscribe } = readable(session.view, (set) => {
    if (typeof document === 'undefined') return undefined;
    const tell = () => set(session.view);
    tell();
    return session.watch(tell);
  });
  return { subscribe, client: session.client, ...sessionCalls(() => session.client) };
}
