import { Ledger } from '../ledger.js';
import { inTime, type Scenario } from '../scenario.js';
import { BenchServer } from '../server.js';
import { indexOf } from '../text.js';
import { Viewer } from '../viewer.js';

const CLIENTS = 300;
const MISSED = 200;

/**
 * A network that drops everyone, and everyone back at the same moment: the hour in which a server is needed most. Whoever writes by hand has nothing to
 * resume by. Socket.IO is used as it wants to be: each client has had a message before, without which it would not recover.
 */
export const resume: Scenario = {
  name: '300 clients cut at once, all resuming',
  peers: ['socket.io', 'ours'],
  metrics: [
    { name: 'server CPU from the cut', unit: 's', better: 'less' },
    { name: 'server CPU from the return', unit: 's', better: 'less' },
    { name: 'return to the last caught up', unit: 's', better: 'less' },
  ],
  async measure(peer) {
    const server = await BenchServer.start(peer);
    const before = new Ledger(CLIENTS, 1);
    const missed = new Ledger(CLIENTS, MISSED);
    let ledger = before;
    let allArrived = () => {};
    /** Waits for what `begin` sets off to arrive. */
    const filled = async (into: Ledger, begin: () => Promise<unknown>) => {
      ledger = into;
      const all = new Promise<void>((resolve) => {
        allArrived = resolve;
      });
      await inTime(Promise.all([begin(), all]), () => `${into.lost} messages are missing`);
    };
    const viewers = Array.from({ length: CLIENTS }, (_, i): Viewer => {
      const viewer = new Viewer(peer, server.port, i, (data, start, end) => {
        const frame = data.toString('utf8', start, end);
        // The frames differ from peer to peer; what was published stands in each of them as it is.
        ledger.enter(i, indexOf(/Reading[^"]+/.exec(frame)?.[0] ?? frame));
        if (ledger === before) viewer.keepPosition(frame);
        if (ledger.lost === 0) allArrived();
      });
      return viewer;
    });
    const publish = (turns: number) =>
      // Nobody says what has arrived while all are away.
      server.order({ do: 'publish', sessions: CLIENTS, perTurn: 1, turns, ahead: turns });
    try {
      await Promise.all(viewers.map((viewer) => viewer.connect()));
      await filled(before, () => publish(1));
      const gone = viewers.map((viewer) => viewer.lost());
      await server.order({ do: 'measure' });
      const cut = await server.order({ do: 'cut' });
      await Promise.all(gone);
      const said = await publish(MISSED);
      const began = performance.now();
      await filled(missed, () => Promise.all(viewers.map((viewer) => viewer.connect())));
      const seconds = (performance.now() - began) / 1000;
      const back = await server.order({ do: 'cpu' });
      if (missed.twice > 0) throw new Error(`${missed.twice} messages came twice`);
      return [(cut.cpu + said.cpu + back.cpu) / 1000, back.cpu / 1000, seconds];
    } finally {
      for (const viewer of viewers) viewer.close();
      await server.stop();
    }
  },
};
