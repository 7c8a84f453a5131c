import type { Transport } from '../../components/session/index.js';

/** How the pages of a test reach their server. A suite that is imported behind `by-sse.js` is run the other way. */
export const way: { transport: Transport } = { transport: 'websocket' };

/** Options of a test that is about WebSockets themselves. */
export function ofWebSockets(): { readonly skip: string | false } {
  return { skip: way.transport === 'websocket' ? false : 'about WebSockets' };
}

/** What the path of a session begins with. */
export function wayPath(): string {
  return way.transport === 'websocket' ? '/ws' : '/sse';
}
