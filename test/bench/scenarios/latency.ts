import { BUSY, watchBusy } from '../busy.js';
import { ALL, inTime, type Scenario } from '../scenario.js';
import { BenchServer } from '../server.js';
import { percentile } from '../statistics.js';
import { publishedAt } from '../text.js';
import { connectAll, type OnStatus, Viewer } from '../viewer.js';

const SESSIONS = 500;
const PER_SECOND = 2000;

/**
 * A server that has time to spare: how long one message is on its way, from the call that publishes it to the one that is told of it. The pace is the
 * clock's, not the receivers', so that whoever is late is not spared the messages that fall due meanwhile.
 */
export const latency: Scenario = {
  name: '500 sessions, 2,000 messages/s paced',
  peers: ALL,
  metrics: [
    { name: 'latency p50', unit: 'ms', better: 'less' },
    { name: 'latency p99', unit: 'ms', better: 'less' },
    ...BUSY,
  ],
  async measure(peer) {
    const server = await BenchServer.start(peer);
    let samples: number[] = [];
    let wanted = Number.POSITIVE_INFINITY;
    let done = () => {};
    const onStatus: OnStatus = (data, start, end) => {
      samples.push(Number(process.hrtime.bigint()) - publishedAt(data, start, end));
      if (samples.length === wanted) done();
    };
    const viewers = Array.from({ length: SESSIONS }, (_, i) => new Viewer(peer, server.port, i, onStatus));
    const receive = async (messages: number) => {
      samples = [];
      wanted = messages;
      const all = new Promise<void>((resolve) => {
        done = resolve;
      });
      const order = { do: 'pace', sessions: SESSIONS, messages, perSecond: PER_SECOND } as const;
      const got = () => `got ${samples.length} messages of ${messages}`;
      const [report] = await inTime(Promise.all([server.order(order), all]), got);
      return report.cpu;
    };
    try {
      await connectAll(viewers);
      // What is compiled while it runs is compiled now.
      await receive(2 * PER_SECOND);
      const busy = await watchBusy(server);
      const cpu = await receive(5 * PER_SECOND);
      const { server: own, bench, others } = busy(cpu);
      return [percentile(samples, 50) / 1e6, percentile(samples, 99) / 1e6, own, bench, others];
    } finally {
      for (const viewer of viewers) viewer.close();
      await server.stop();
    }
  },
};
