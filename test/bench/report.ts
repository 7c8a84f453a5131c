import type { PeerName } from './peers.js';
import type { Metric, Scenario } from './scenario.js';
import { median } from './statistics.js';

/** What was measured of one metric: each peer's samples, one a round. A peer that failed in a round has one less. */
export interface Result extends Metric {
  readonly scenario: string;
  readonly samples: { readonly [peer in PeerName]?: readonly number[] };
}

/** The results of a scenario from its measurements, in which each peer has a list of numbers for each round. */
export function resultsOf(
  { name, metrics, peers }: Scenario,
  rounds: ReadonlyMap<PeerName, readonly (readonly number[])[]>,
): Result[] {
  return metrics.map((metric, i) => {
    const samples = peers.map((peer) => [peer, (rounds.get(peer) ?? []).flatMap((round) => round[i] ?? [])]);
    return { ...metric, scenario: name, samples: Object.fromEntries(samples) };
  });
}

const HEAD = ['', 'unit', 'peer', 'median', 'ratio', 'spread'];

/** A table of a scenario's results: medians, how many times the first peer's they are, and the smallest and largest sample. */
export function table(results: readonly Result[]): string {
  const rows = results.flatMap(({ name, unit, better, samples }) => {
    const [base = []] = Object.values(samples);
    return Object.entries(samples).map(([peer, own], i) => [
      i === 0 ? `${name}${better ? ` (${better} is better)` : ''}` : '',
      i === 0 ? unit : '',
      peer,
      format(median(own)),
      better ? ratio(median(own), median(base)) : '–',
      own.length === 0 ? 'failed' : `${format(Math.min(...own))} … ${format(Math.max(...own))}`,
    ]);
  });
  const all = [HEAD, ...rows];
  const widths = HEAD.map((_, column) => Math.max(...all.map((row) => row[column]?.length ?? 0)));
  const isNumber = (column: number) => column === 3 || column === 4;
  return all
    .map((row) =>
      row
        .map((cell, column) =>
          isNumber(column) ? cell.padStart(widths[column] ?? 0) : cell.padEnd(widths[column] ?? 0),
        )
        .join('  ')
        .trimEnd(),
    )
    .map((line) => `  ${line}`)
    .join('\n');
}

/** No number of times nothing is something. */
function ratio(own: number, base: number): string {
  return own >= 0 && base > 0 ? `×${(own / base).toFixed(2)}` : '–';
}

function format(value: number): string {
  if (Number.isNaN(value)) return '–';
  if (value >= 100 || Number.isInteger(value)) return Math.round(value).toLocaleString('en');
  return value.toFixed(value >= 1 ? 2 : 3);
}
