import { writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { seedFromEnvironment } from '../helpers/random.js';
import type { PeerName } from './peers.js';
import { type Result, resultsOf, table } from './report.js';
import type { Scenario } from './scenario.js';
import { latency } from './scenarios/latency.js';
import { losses } from './scenarios/loss.js';
import { memory } from './scenarios/memory.js';
import { pages } from './scenarios/page.js';
import { resume } from './scenarios/resume.js';
import { throughputs } from './scenarios/throughput.js';
import { compileServer } from './server.js';

const SCENARIOS: readonly Scenario[] = [...throughputs, latency, ...memory, resume, ...losses, ...pages];

/**
 * `npm run bench`: measures the adapter beside others, each server in a process of its own and all clients in this one. `npm run bench -- NAME` runs the
 * scenarios whose name contains a text, `ROUNDS=5` measures each peer so often, `SEED=1` repeats the randomness. The samples are written to `bench.json`.
 */
async function main(): Promise<void> {
  const [filter = ''] = process.argv.slice(2);
  const chosen = SCENARIOS.filter(({ name }) => name.includes(filter));
  if (chosen.length === 0) {
    throw new Error(
      `got "${filter}", expected a part of one of these:\n${SCENARIOS.map(({ name }) => name).join('\n')}`,
    );
  }
  const rounds = Number(process.env.ROUNDS ?? 3);
  if (!Number.isInteger(rounds) || rounds < 1) throw new Error(`got ROUNDS=${process.env.ROUNDS}, expected 1 or more`);
  const seed = seedFromEnvironment();
  console.log(`node ${process.version}, ${cpus().length} × ${cpus()[0]?.model}, ${rounds} rounds, SEED=${seed}`);
  compileServer();
  const results: Result[] = [];
  for (const scenario of chosen) {
    console.log(`\n${scenario.name}`);
    const own = resultsOf(scenario, await measure(scenario, rounds, seed));
    console.log(table(own));
    results.push(...own);
  }
  writeFileSync(
    'bench.json',
    `${JSON.stringify({ date: new Date(), node: process.version, rounds, seed, results }, null, 2)}\n`,
  );
}

/** All peers by turns, so that whatever else the machine does falls on each of them. One that fails is told of and left out of that round. */
async function measure(
  scenario: Scenario,
  rounds: number,
  seed: number,
): Promise<Map<PeerName, (readonly number[])[]>> {
  const samples = new Map<PeerName, (readonly number[])[]>(scenario.peers.map((peer) => [peer, []]));
  for (let round = 0; round < rounds; round++) {
    for (const peer of scenario.peers) {
      try {
        samples.get(peer)?.push(await scenario.measure(peer, seed + round));
      } catch (error) {
        console.error(`  ${peer} failed in round ${round + 1}: ${error instanceof Error ? error.message : error}`);
        process.exitCode = 1;
      }
    }
  }
  return samples;
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
});
