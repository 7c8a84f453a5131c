import { join } from 'node:path';
import { runElementTests } from './helpers/run-elements.js';
import { runFiles } from './helpers/run-files.js';
import { sumOf, type Tally } from './helpers/tally.js';
import { comparePictures } from './visual/compare.js';

// A process of `npm test`, which runs the parts that are named and want a browser, and tells how many passed and failed.
const parts = process.argv.slice(2);
const tallies: Tally[] = [];
if (parts.includes('elements')) tallies.push(await comparePictures(), await runElementTests());
if (parts.includes('frameworks')) {
  tallies.push(await runFiles([join('test', 'frameworks', 'frameworks.test.ts')], 1_200_000));
}
process.send?.(sumOf(tallies), () => process.exit());
