import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { run } from 'node:test';
import { spec as SpecReporter } from 'node:test/reporters';
import { bundleTests } from './bundle-tests.js';
import type { Tally } from './tally.js';

/** Runs the tests of `files`, each in a process of its own, which may take `timeout` ms. */
export async function runFiles(files: string[], timeout: number): Promise<Tally> {
  const tally = { passed: 0, failed: 0 };
  // A test's process begins with what this one did, and needs no loader. Nor source maps: reading them costs an eighth of all the time.
  process.execArgv = [];
  const folder = await bundleTests(files);
  const stream = run({ files: files.map((file) => join(folder, `${file}.js`)), concurrency: 2, timeout });
  stream.on('test:pass', ({ details }) => {
    if (details.type !== 'suite') tally.passed++;
  });
  stream.on('test:fail', ({ details }) => {
    if (details.type !== 'suite') tally.failed++;
  });
  const report = stream.compose(new SpecReporter());
  report.pipe(process.stdout);
  await new Promise((resolve) => report.on('end', resolve));
  rmSync(folder, { recursive: true, force: true });
  return tally;
}
