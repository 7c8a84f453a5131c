import { run } from 'node:test';
import { spec as SpecReporter } from 'node:test/reporters';
import type { Tally } from './tally.js';

/** Runs the tests of `files`, each in a process of its own, which may take `timeout` ms. */
export async function runFiles(files: string[], timeout: number): Promise<Tally> {
  const tally = { passed: 0, failed: 0 };
  const stream = run({ files, concurrency: 2, timeout });
  stream.on('test:pass', ({ details }) => {
    if (details.type !== 'suite') tally.passed++;
  });
  stream.on('test:fail', ({ details }) => {
    if (details.type !== 'suite') tally.failed++;
  });
  const report = stream.compose(new SpecReporter());
  report.pipe(process.stdout);
  await new Promise((resolve) => report.on('end', resolve));
  return tally;
}
