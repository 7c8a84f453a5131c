import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { run } from 'node:test';
import { spec as SpecReporter } from 'node:test/reporters';
import { pathToFileURL } from 'node:url';
import { bundleTests } from './bundle-tests.js';
import type { Tally } from './tally.js';

/** Folders whose tests share a process, and with it the hooks outside of any test: to start one takes longer than most of their files. */
const SHARED = [
  'test/bench',
  'test/components',
  'test/protocol',
  'test/server-adapter/access',
  'test/server-adapter/conversation',
  'test/server-adapter/http',
  'test/server-adapter/routing',
  'test/server-adapter',
  'test/wire',
];
/** What is in them and has its own: it starts processes, says much, looks at what its process holds, or runs the tests beside it in another way. */
const ALONE =
  /\/(sinks|stores|workers)\/|\/(by-sse|defaults|delivery|kill|server-rendering|spread|stand-alone|tasks-by-sse|tasks-shared)\.test\.ts$/;

/** Runs the tests of `files`, in processes that may take `timeout` ms each. */
export async function runFiles(files: string[], timeout: number): Promise<Tally> {
  const tally = { passed: 0, failed: 0 };
  // A test's process begins with what this one did, and needs no loader. Nor source maps: reading them costs an eighth of all the time.
  process.execArgv = [];
  const folder = await bundleTests(files);
  const stream = run({ files: entriesOf(folder, files), concurrency: 2, timeout });
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

/** What each process begins with. */
function entriesOf(folder: string, files: readonly string[]): string[] {
  const entries = new Map<string, string>();
  for (const file of files) {
    const name = ALONE.test(file) ? file : (SHARED.find((shared) => file.startsWith(`${shared}/`)) ?? file);
    entries.set(
      name,
      `${entries.get(name) ?? ''}import ${JSON.stringify(pathToFileURL(join(folder, `${file}.js`)).href)};\n`,
    );
  }
  return [...entries].map(([name, imports]) => {
    const entry = join(folder, `${name}.entry.js`);
    writeFileSync(entry, imports);
    return entry;
  });
}
