import { useEffect, useInsertionEffect, useRef, useState, useSyncExternalStore } from 'react';
import { type ChannelState, initialState } from '../../../protocol/index.js';
import { NOT_CONNECTED } from '../../session/connection.js';
import type { Connection } from '../../session/index.js';
import { sessionView } from '../session-view.js';
import { assertClient, assertOptions } from '../shown-session.js';
import { HeldSession, targetOf } from './held-session.js';
import type { StatusMessengerView, UseStatusMessengerOptions } from './options.js';

const stateOnServer = (): ChannelState => initialState;
const connectionOnServer = (): Connection => NOT_CONNECTED;

/**
 * Shows what work on a server is doing, and answers its questions (seed: `usePythonWebSocket`). The connection comes with the component and goes with it; on a
 * server nothing is connected, and what is rendered is a session in which nothing was said. Throws `invalid` without a `clientId` and a client.
 */
export function useStatusMessenger(options: UseStatusMessengerOptions): StatusMessengerView {
  assertOptions(options);
  if (options.client !== undefined) assertClient(options.client);
  const latest = useRef(options);
  // Before any effect can connect, and never by a render that is thrown away.
  useInsertionEffect(() => {
    latest.current = options;
  });
  const session = useHeldSession(options, () => latest.current);

  const state = useSyncExternalStore(session.onState, session.readState, stateOnServer);
  const connection = useSyncExternalStore(session.onConnection, session.readConnection, connectionOnServer);
  useEffect(() => session.enter(), [session]);
  const { autoConnect = true } = options;
  useEffect(() => session.follow(autoConnect), [session, autoConnect]);

  const { client, connect, disconnect, sendAnswer, decline, cancel, send } = session;
  return { ...sessionView(state, connection), client, connect, disconnect, sendAnswer, decline, cancel, send };
}

/** The session that the options name: another one in the very render in which they name another. */
function useHeldSession(options: UseStatusMessengerOptions, latest: () => UseStatusMessengerOptions): HeldSession {
  const [held, hold] = useState(() => new HeldSession(options, latest));
  const target = targetOf(options);
  const isSame = target.length === held.target.length && target.every((value, i) => value === held.target[i]);
  if (isSame) return held;
  const session = new HeldSession(options, latest, held);
  hold(session);
  return session;
}
