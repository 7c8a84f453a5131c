import { cpus } from 'node:os';
import type { Metric } from './scenario.js';
import type { BenchServer } from './server.js';

/** Who had the processors, in percent of one core. */
export interface Busy {
  readonly server: number;
  readonly bench: number;
  readonly others: number;
}

/** What tells whether a measurement can be believed: a server with time left was not the bottleneck, and others take time from all. */
export const BUSY: readonly Metric[] = [
  { name: 'server busy', unit: '%' },
  { name: 'bench busy', unit: '%' },
  { name: 'others busy', unit: '%' },
];

/** Begins to watch the processors. The function that it answers tells what the server's last order, or several, took of them: `cpu` milliseconds. */
export async function watchBusy(server: BenchServer): Promise<(cpu: number) => Busy & { readonly ms: number }> {
  await server.order({ do: 'measure' });
  const usage = process.cpuUsage();
  const machine = machineBusy();
  const began = performance.now();
  return (cpu) => {
    const ms = performance.now() - began;
    const { user, system } = process.cpuUsage(usage);
    const bench = (user + system) / 1000;
    const others = Math.max(0, machineBusy() - machine - cpu - bench);
    const [serverShare = 0, benchShare = 0, othersShare = 0] = [cpu, bench, others].map((own) => (own / ms) * 100);
    return { ms, server: serverShare, bench: benchShare, others: othersShare };
  };
}

/** Milliseconds that all processors together have worked. */
function machineBusy(): number {
  return cpus().reduce((sum, { times: { user, nice, sys, irq } }) => sum + user + nice + sys + irq, 0);
}
