import { type PeerName, startPeer } from './peers.js';

/** What the bench asks of a server under test. */
export type Order =
  /** Sends statuses to `sessions` sessions, `perTurn` to each in every one of `turns` turns of the event loop. */
  | { readonly do: 'publish'; readonly sessions: number; readonly perTurn: number; readonly turns: number }
  /** Collects garbage, then answers what the process takes. */
  | { readonly do: 'measure' };

/** The answer to an order. CPU in milliseconds since the last answer, memory in bytes. */
export interface Report {
  readonly cpu: number;
  readonly rss: number;
}

const TEXT = 'Reading chapter of the great book of statuses, page ';

const peer = await startPeer[process.argv[2] as PeerName]();
let usage = process.cpuUsage();

async function publish({ sessions, perTurn, turns }: Order & { do: 'publish' }): Promise<void> {
  const ids = Array.from({ length: sessions }, (_, i) => `s${i}`);
  for (let turn = 0; turn < turns; turn++) {
    for (let i = 0; i < perTurn; i++) for (const id of ids) peer.send(id, TEXT + turn);
    await new Promise((resolve) => setImmediate(resolve));
  }
}

process.on('message', async (order: Order) => {
  if (order.do === 'publish') await publish(order);
  else globalThis.gc?.();
  const { user, system } = process.cpuUsage(usage);
  usage = process.cpuUsage();
  process.send?.({ cpu: (user + system) / 1000, rss: process.memoryUsage().rss } satisfies Report);
});
process.send?.({ port: peer.port });
