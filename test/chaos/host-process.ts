import { type Asking, type HostOptions, type Publication, startHost, type Told } from './host.js';
import { fileJournal } from './journal.js';

/** What the world asks of a server's process. Each order is answered by its number. */
export interface Order {
  readonly number: number;
  readonly order:
    | { readonly do: 'publish'; readonly what: Publication }
    | { readonly do: 'ask'; readonly what: Asking }
    | { readonly do: 'set-clock'; readonly by: number }
    | { readonly do: 'count'; readonly what: 'viewers' | 'connections' }
    | { readonly do: 'stop-listening' }
    | { readonly do: 'close' };
}

/** What a process says once: where it listens. */
export interface Ready {
  readonly port: number;
}

export interface Reply {
  readonly number: number;
  readonly value?: number;
  readonly told?: Told;
  /** Why the order could not be carried out. */
  readonly error?: string;
}

const [, , options = '', journal = ''] = process.argv;
const host = await startHost(JSON.parse(options) satisfies HostOptions, fileJournal(journal));

async function carryOut({ order }: Order): Promise<Omit<Reply, 'number'>> {
  switch (order.do) {
    case 'publish':
      await host.publish(order.what);
      return {};
    case 'ask':
      return { told: await host.ask(order.what) };
    case 'set-clock':
      await host.setClock(order.by);
      return {};
    case 'count':
      return { value: await host[order.what]() };
    case 'stop-listening':
      await host.stopListening();
      return {};
    case 'close':
      return { value: await host.close() };
  }
}

process.on('message', (order: Order) => {
  carryOut(order).then(
    (reply) => process.send?.({ number: order.number, ...reply } satisfies Reply),
    (error: unknown) => process.send?.({ number: order.number, error: String(error) } satisfies Reply),
  );
});
// The world is gone, so is what it was made for.
process.on('disconnect', () => process.exit());
process.send?.({ port: host.port } satisfies Ready);
