import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setImmediate as turn } from 'node:timers/promises';
import { StatusMessenger } from '../../server-adapter/index.js';
import { SESSION } from './host.js';
import { largeMessage } from './messages.js';

/** What a test asks of the server whose memory it measures. */
export type Order =
  /** Publishes messages of so many bytes, never more than `ahead` before what the test says that it has received. */
  | {
      readonly do: 'publish';
      readonly from: number;
      readonly to: number;
      readonly bytes: number;
      readonly ahead: number;
    }
  /** Collects garbage, and answers the memory that the process has, in bytes. */
  | { readonly do: 'measure' }
  /** Lets the time pass. */
  | { readonly do: 'pass'; readonly ms: number };

/** What the test says while something is published: so many messages have arrived. It is not answered. */
export interface Arrived {
  readonly arrived: number;
}

export interface Answer {
  readonly port?: number;
  readonly rss?: number;
}

let passed = 0;
let arrived = 0;
let moreArrived = () => {};

const server = createServer();
const messenger = new StatusMessenger({
  logger: false,
  // How often it looks after its connections depends on it.
  heartbeat: 250,
  // A page that reads nothing answers no ping: here only its stalling counts.
  pongTimeout: 1e9,
  clock: {
    now: () => Date.now(),
    elapsed: () => performance.now() + passed,
    after(ms, run) {
      const timer = setTimeout(run, ms);
      return () => clearTimeout(timer);
    },
  },
});
messenger.attach(server);

async function publish({ from, to, bytes, ahead }: Order & { do: 'publish' }): Promise<void> {
  for (let i = from; i < to; i++) {
    while (i - arrived >= ahead) {
      await new Promise<void>((resolve) => {
        moreArrived = resolve;
      });
    }
    await messenger.sendToSession(SESSION, largeMessage(i, bytes));
    await turn();
  }
}

async function carryOut(order: Order): Promise<Answer> {
  switch (order.do) {
    case 'publish':
      await publish(order);
      return {};
    case 'measure':
      // Twice, with a turn between: what the first finds unreachable may have held other things until it was told so.
      globalThis.gc?.();
      await turn();
      globalThis.gc?.();
      return { rss: process.memoryUsage().rss };
    case 'pass':
      passed += order.ms;
      return {};
  }
}

process.on('message', (message: Order | Arrived) => {
  if ('do' in message) void carryOut(message).then((answer) => process.send?.(answer));
  else {
    arrived = message.arrived;
    moreArrived();
  }
});
process.on('disconnect', () => process.exit());
server.listen(0, '127.0.0.1', () => process.send?.({ port: (server.address() as AddressInfo).port } satisfies Answer));
