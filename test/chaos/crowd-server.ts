import { createServer } from 'node:http';
import { SqliteStore } from '../../server-adapter/channels/sqlite/index.js';
import { StatusMessenger } from '../../server-adapter/index.js';

/** What a test asks of a server with a crowd before it. Each order is answered once it is carried out. */
export type Order =
  | { readonly do: 'listen'; readonly port: number }
  /** Sends so many messages to each of the sessions `s0`, `s1` …. */
  | { readonly do: 'publish'; readonly sessions: number; readonly count: number }
  /** Takes no new connections: the port is free. */
  | { readonly do: 'stop-listening' }
  | { readonly do: 'close' };

export interface Answer {
  readonly port?: number;
  /** The position of each session's last message. */
  readonly heads?: readonly string[];
}

const [, , file = ''] = process.argv;
const server = createServer();
const messenger = new StatusMessenger({ store: new SqliteStore({ file }), logger: false });
messenger.attach(server);

async function carryOut(order: Order): Promise<Answer> {
  switch (order.do) {
    case 'listen': {
      await new Promise<void>((resolve) => server.listen(order.port, '127.0.0.1', resolve));
      const address = server.address();
      return typeof address === 'object' && address ? { port: address.port } : {};
    }
    case 'publish': {
      const heads = await Promise.all(Array.from({ length: order.sessions }, (_, i) => publish(`s${i}`, order.count)));
      return { heads };
    }
    case 'stop-listening':
      // What it has goes on; only those who come from here on are for another server.
      server.close();
      return {};
    case 'close':
      await messenger.close();
      return {};
  }
}

async function publish(session: string, count: number): Promise<string> {
  let head = '';
  for (let i = 0; i < count; i++) {
    const { id = '' } = await messenger.sendToSession(session, { type: 'status', data: `Status ${i} of ${count}` });
    head = id;
  }
  return head;
}

process.on('message', (order: Order) => {
  carryOut(order).then(
    (answer) => process.send?.(answer),
    (error: unknown) => {
      console.error(error);
      process.exit(1);
    },
  );
});
process.on('disconnect', () => process.exit());
process.send?.({} satisfies Answer);
