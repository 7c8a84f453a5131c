import type { TestContext } from 'node:test';
import type { AccessRequest } from '../../../server-adapter/index.js';
import type { TestServer } from '../../helpers/server.js';
import { WireClient } from '../../helpers/wire-client.js';

/** Lets everybody be who they say, and have the threads that they ask for. */
export const trusting = ({ threadIds, userId }: AccessRequest) => ({
  threadIds,
  ...(userId === undefined ? {} : { userId }),
});

/** A page that has caught up, gone with its test. */
export async function page(t: TestContext, server: TestServer, path: string): Promise<WireClient> {
  const client = new WireClient(`${server.url}/${path}`);
  t.after(() => client.close());
  await client.synced();
  return client;
}

/** What was said in a channel, as a page got it. */
export function heardIn({ frames }: WireClient, channel: string | undefined): unknown[] {
  return frames.filter((frame) => frame.type === 'own' && frame.channel === channel).map(({ data }) => data);
}

export const own = (data: unknown) => ({ type: 'own', data });

/** Once everything that was sent to a page so far has come. */
export async function caughtUp(server: TestServer, client: WireClient, sessionId: string): Promise<void> {
  const data = `caught up ${Math.random()}`;
  await server.messenger.sendToSession(sessionId, { type: 'probe', data });
  await client.frame((frame) => frame.data === data);
}
