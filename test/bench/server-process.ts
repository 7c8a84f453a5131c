import { setImmediate as nextTurn, setTimeout as sleep } from 'node:timers/promises';
import { type PeerName, startPeer } from './peers.js';
import { benchText } from './text.js';

/** What the bench asks of a server under test. */
export type Order =
  /**
   * Sends statuses to `sessions` sessions, `perTurn` to each in every turn of the event loop, until `turns` or `ms` is reached. It is never more than
   * `ahead` turns ahead of what the bench says that it has received.
   */
  | {
      readonly do: 'publish';
      readonly sessions: number;
      readonly perTurn: number;
      readonly turns: number;
      readonly ms?: number;
      readonly ahead: number;
    }
  /** Sends `messages` statuses to `sessions` sessions by turns, `perSecond` in total, however fast they are taken. */
  | { readonly do: 'pace'; readonly sessions: number; readonly messages: number; readonly perSecond: number }
  /** Cuts every connection. */
  | { readonly do: 'cut' }
  /** Answers what the process took since the last answer. */
  | { readonly do: 'cpu' }
  /** The same, after collecting garbage. */
  | { readonly do: 'measure' };

/** What the bench says while an order is carried out: so many turns have arrived everywhere. It is not answered. */
export interface Arrived {
  readonly turns: number;
}

/** The answer to an order. CPU in milliseconds since the last answer, memory in bytes. */
export interface Report {
  readonly cpu: number;
  readonly rss: number;
  /** How many turns of an order to publish there were. */
  readonly turns: number;
}

const peer = await startPeer[process.argv[2] as PeerName]();
let usage = process.cpuUsage();
let arrived = 0;
let moreArrived = () => {};

async function publish({ sessions, perTurn, turns, ms, ahead }: Order & { do: 'publish' }): Promise<number> {
  const ids = Array.from({ length: sessions }, (_, i) => `s${i}`);
  const end = ms === undefined ? Number.POSITIVE_INFINITY : performance.now() + ms;
  let turn = 0;
  for (arrived = 0; turn < turns && performance.now() < end; turn++) {
    while (turn - arrived >= ahead) {
      await new Promise<void>((resolve) => {
        moreArrived = resolve;
      });
    }
    for (let i = 0; i < perTurn; i++) {
      const text = benchText(turn * perTurn + i);
      for (const id of ids) peer.send(id, text);
    }
    await nextTurn();
  }
  return turn;
}

async function pace({ sessions, messages, perSecond }: Order & { do: 'pace' }): Promise<void> {
  const began = performance.now();
  for (let sent = 0; sent < messages; ) {
    const due = Math.min(messages, Math.floor(((performance.now() - began) * perSecond) / 1000));
    for (; sent < due; sent++) peer.send(`s${sent % sessions}`, benchText(Math.floor(sent / sessions)));
    await sleep(1);
  }
}

async function carryOut(order: Order): Promise<void> {
  let turns = 0;
  if (order.do === 'publish') turns = await publish(order);
  else if (order.do === 'pace') await pace(order);
  else if (order.do === 'cut') peer.cut();
  else if (order.do === 'measure') {
    // Twice, with a turn between: what the first one finds unreachable may have held other things until it was told so.
    globalThis.gc?.();
    await nextTurn();
    globalThis.gc?.();
  }
  const { user, system } = process.cpuUsage(usage);
  usage = process.cpuUsage();
  process.send?.({ cpu: (user + system) / 1000, rss: process.memoryUsage().rss, turns } satisfies Report);
}

process.on('message', (message: Order | Arrived) => {
  if ('do' in message) void carryOut(message);
  else {
    arrived = message.turns;
    moreArrived();
  }
});
// The bench is gone, so is what it would measure.
process.on('disconnect', () => process.exit());
process.send?.({ port: peer.port });
