import { writeFileSync } from 'node:fs';
import { Bench } from './bench.js';
import type { PeerName } from './peers.js';

/** A measurement of one peer; `better` says which way is better. */
interface Scenario {
  readonly name: string;
  readonly unit: string;
  readonly better: 'more' | 'less';
  readonly peers: readonly PeerName[];
  measure(peer: PeerName): Promise<number>;
}

const ALL: readonly PeerName[] = ['naive', 'socket.io', 'ours'];

function throughput(name: string, sessions: number, viewers: number, perTurn: number, turns: number): Scenario {
  return {
    name,
    unit: 'delivered/s',
    better: 'more',
    peers: ALL,
    async measure(peer) {
      const bench = await Bench.start(peer);
      await bench.connect(sessions, viewers);
      // Once to warm up, once to count.
      await bench.publish(sessions, viewers, perTurn, Math.ceil(turns / 4));
      const { ms, messages } = await bench.publish(sessions, viewers, perTurn, turns);
      await bench.stop();
      return (messages / ms) * 1000;
    },
  };
}

const SCENARIOS: readonly Scenario[] = [
  throughput('200 sessions, one message each per turn', 200, 1, 1, 1500),
  throughput('200 sessions, ten each per turn', 200, 1, 10, 300),
  throughput('1,000 viewers of one session, one message per turn', 1, 1000, 1, 300),
  throughput('1,000 viewers of one session, ten per turn', 1, 1000, 10, 60),
  {
    name: 'server memory after 200 sessions, ten each per turn',
    unit: 'MB',
    better: 'less',
    peers: ALL,
    async measure(peer) {
      const bench = await Bench.start(peer);
      await bench.connect(200, 1);
      await bench.publish(200, 1, 10, 300);
      const { rss } = await bench.order({ do: 'measure' });
      await bench.stop();
      return rss / 1e6;
    },
  },
  {
    name: 'server memory per idle connection',
    unit: 'KiB',
    better: 'less',
    peers: ALL,
    async measure(peer) {
      const bench = await Bench.start(peer);
      // What a first hundred makes the process load and compile is not theirs to pay.
      await bench.connect(100, 1);
      const before = await bench.order({ do: 'measure' });
      await bench.connect(2000, 1);
      const after = await bench.order({ do: 'measure' });
      await bench.stop();
      return (after.rss - before.rss) / 2000 / 1024;
    },
  },
];

const rounds = Number(process.env.ROUNDS ?? 3);
const [filter = ''] = process.argv.slice(2);
const results = [];
for (const scenario of SCENARIOS.filter(({ name }) => name.includes(filter))) {
  const samples: Record<string, number[]> = {};
  // In turns, so that whatever else the machine does falls on all of them.
  for (let round = 0; round < rounds; round++) {
    for (const peer of scenario.peers) samples[peer] = [...(samples[peer] ?? []), await scenario.measure(peer)];
  }
  const { name, unit, better } = scenario;
  const naive = median(samples.naive ?? []);
  console.log(`\n${name} (${unit}, ${better} is better)`);
  for (const peer of scenario.peers) {
    const own = samples[peer] ?? [];
    const spread = `${round(Math.min(...own))}–${round(Math.max(...own))}`;
    console.log(
      `  ${peer.padEnd(10)} ${round(median(own)).padStart(10)}   ×${(median(own) / naive).toFixed(2)}   (${spread})`,
    );
  }
  results.push({ name, unit, better, samples });
}
writeFileSync('bench.json', JSON.stringify(results, null, 2));

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}

function round(value: number): string {
  return value >= 100 ? Math.round(value).toLocaleString('en') : value.toFixed(2);
}
