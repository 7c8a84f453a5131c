import { setTimeout as sleep } from 'node:timers/promises';
import { seededRandom } from '../../../components/testing/index.js';
import { Ledger } from '../ledger.js';
import { type CutKind, Network } from '../network.js';
import { startClient } from '../real-client.js';
import { ALL, inTime, type Scenario } from '../scenario.js';
import { BenchServer } from '../server.js';
import { median } from '../statistics.js';
import { indexOf } from '../text.js';

const CLIENTS = 300;
const PER_CLIENT = 200;
const CUTS = 5;
/** Milliseconds in which nothing arrives any more although all are back: what is missing then will never come. */
const QUIET = 2000;

/** Clients as applications have them, cut all at once again and again while their sessions go on: what each application was told in the end. */
function loss(name: string, kind: CutKind, every: number): Scenario {
  const total = CLIENTS * PER_CLIENT;
  return {
    name,
    peers: ALL,
    metrics: [
      { name: 'lost', unit: '%', better: 'less' },
      { name: 'lost', unit: 'messages', better: 'less' },
      { name: 'twice', unit: 'messages', better: 'less' },
      { name: 'half are back', unit: 's', better: 'less' },
      // Fewer than 1,500 where some were still away when the next cut came.
      { name: 'connections cut', unit: '' },
    ],
    async measure(peer, seed) {
      const random = seededRandom(seed);
      const server = await BenchServer.start(peer);
      const network = await Network.start(server.port);
      const ledger = new Ledger(CLIENTS, PER_CLIENT);
      /** Since when each client is away. */
      const cutAt = new Map<number, number>();
      const away: number[] = [];
      let lastNews = performance.now();
      let cuts = 0;
      let connected = 0;
      let allConnected = () => {};
      const all = new Promise<void>((resolve) => {
        allConnected = resolve;
      });
      const clients = Array.from({ length: CLIENTS }, (_, i) =>
        startClient[peer]({
          port: network.port,
          sessionId: `s${i}`,
          random,
          told(text) {
            lastNews = performance.now();
            ledger.enter(i, indexOf(text));
          },
          connected() {
            if (++connected === CLIENTS) allConnected();
            lastNews = performance.now();
            const since = cutAt.get(i);
            if (since !== undefined) away.push(lastNews - since);
            cutAt.delete(i);
          },
        }),
      );
      try {
        await inTime(all, () => `got ${connected} clients connected of ${CLIENTS}`);
        const perSecond = total / (((CUTS + 1) * every) / 1000);
        const published = server.order({ do: 'pace', sessions: CLIENTS, messages: total, perSecond });
        for (let cut = 0; cut < CUTS; cut++) {
          await sleep(every);
          const now = performance.now();
          // One that is still away is not cut again.
          for (let i = 0; i < CLIENTS; i++) if (!cutAt.has(i)) cutAt.set(i, now);
          cuts += network.cut(kind);
        }
        await published;
        const settled = async () => {
          while (cutAt.size > 0 || (ledger.lost > 0 && performance.now() - lastNews < QUIET)) await sleep(50);
        };
        await inTime(settled(), () => `${cutAt.size} clients are not back`);
        return [(ledger.lost / total) * 100, ledger.lost, ledger.twice, median(away) / 1000, cuts];
      } finally {
        for (const end of clients) end();
        network.close();
        await server.stop();
      }
    },
  };
}

/**
 * Far enough apart for each to be a cut of its own: clients that double their waits while a network keeps failing, as they should, begin anew after some
 * seconds of peace. The last row is the network that does keep failing.
 */
export const losses: readonly Scenario[] = [
  loss('300 clients, 60,000 messages, five abrupt cuts', 'abrupt', 6000),
  loss('300 clients, 60,000 messages, five half-open cuts', 'half-open', 6000),
  loss('300 clients, 60,000 messages, five abrupt cuts in quick succession', 'abrupt', 1500),
];
