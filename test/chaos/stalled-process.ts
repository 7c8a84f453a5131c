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

/** Milliseconds: less than the server looks after its connections in. */
const STEP = 250;

let passed = 0;
const timers = new Set<{ readonly at: number; readonly run: () => void }>();

/** The machine's time, and what was let pass beside it. */
function elapsed(): number {
  return performance.now() + passed;
}

function runDue(): void {
  for (const timer of timers) if (timer.at <= elapsed() && timers.delete(timer)) timer.run();
}

let arrived = 0;
let moreArrived = () => {};

const server = createServer();
const messenger = new StatusMessenger({
  logger: false,
  // How often it looks after its connections depends on it.
  heartbeat: 2500,
  // A page that reads nothing answers no ping: here only its stalling counts.
  pongTimeout: 1e9,
  clock: {
    now: () => Date.now(),
    elapsed,
    after(ms, run) {
      const timer = { at: elapsed() + ms, run };
      timers.add(timer);
      return () => timers.delete(timer);
    },
  },
});
setInterval(runDue, 5);
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
      // In steps, so that what is to be done in time is: a server that stands still all the while judges nobody for it.
      for (let left = order.ms; left > 0; left -= STEP) {
        passed += Math.min(STEP, left);
        runDue();
        await turn();
      }
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
