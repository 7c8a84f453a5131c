import { WebSocket } from 'ws';
import { SessionClient, type SessionClientOptions, type SessionEvents } from '../../components/session/index.js';
import { way } from './way.js';

/** A session client in Node, on the socket of `ws`, as not every Node that the kit runs on brings one; or the other way. */
export function testClient(options: SessionClientOptions): SessionClient {
  return new SessionClient({ WebSocket, transport: way.transport, ...options });
}

/** Resolves with the first value of an event that fits, from now on. */
export function eventOf<K extends keyof SessionEvents>(
  client: SessionClient,
  type: K,
  fits: (value: SessionEvents[K]) => boolean = () => true,
): Promise<SessionEvents[K]> {
  return new Promise((resolve) => {
    const stop = client.on(type, (value) => {
      if (!fits(value)) return;
      stop();
      resolve(value);
    });
  });
}

/** Resolves once the client is live. */
export async function live(client: SessionClient): Promise<void> {
  if (client.connection.status !== 'live') await eventOf(client, 'connection', ({ status }) => status === 'live');
}

/** Resolves once the state fits. */
export async function stateOf(
  client: SessionClient,
  fits: (state: SessionEvents['state']) => boolean,
): Promise<SessionEvents['state']> {
  return fits(client.state) ? client.state : eventOf(client, 'state', fits);
}
