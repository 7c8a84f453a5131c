import { setTimeout as sleep } from 'node:timers/promises';
import { ALL, type Scenario } from '../scenario.js';
import { BenchServer } from '../server.js';
import { connectAll, Viewer } from '../viewer.js';
import { Audience } from './throughput.js';

/** Milliseconds after which V8 has given back the room for young objects that it took while there were many. */
const IDLE = 12_000;

/** What a server has kept when it has brought many messages, all of which have arrived: for those that resume, that is their log. */
const afterMessages: Scenario = {
  name: 'server memory after 200 sessions, ten each per turn',
  peers: ALL,
  metrics: [
    { name: 'resident', unit: 'MB', better: 'less' },
    { name: 'resident when idle', unit: 'MB', better: 'less' },
  ],
  async measure(peer) {
    const server = await BenchServer.start(peer);
    const audience = new Audience(server, { sessions: 200, viewers: 1, perTurn: 10 });
    try {
      await audience.connect();
      // As many from each peer: in a fixed time the fast ones would have more to keep.
      await audience.receive({ turns: 300 });
      const busy = await server.order({ do: 'measure' });
      await sleep(IDLE);
      const idle = await server.order({ do: 'measure' });
      return [busy.rss / 1e6, idle.rss / 1e6];
    } finally {
      audience.close();
      await server.stop();
    }
  },
};

/** Most pages wait most of the time, each for a run of its own. */
const perConnection: Scenario = {
  name: 'server memory per idle connection',
  peers: ALL,
  metrics: [{ name: 'resident', unit: 'KiB', better: 'less' }],
  async measure(peer) {
    const server = await BenchServer.start(peer);
    // So many that what V8 takes for all of them together, in steps of megabytes, does not count.
    const viewers = Array.from({ length: 6000 }, (_, i) => new Viewer(peer, server.port, i, () => {}));
    try {
      // What a first thousand makes the process load and compile is not the others' to pay.
      await connectAll(viewers.slice(0, 1000));
      const before = await server.order({ do: 'measure' });
      await connectAll(viewers.slice(1000));
      const after = await server.order({ do: 'measure' });
      return [(after.rss - before.rss) / 5000 / 1024];
    } finally {
      for (const viewer of viewers) viewer.close();
      await server.stop();
    }
  },
};

export const memory: readonly Scenario[] = [afterMessages, perConnection];
