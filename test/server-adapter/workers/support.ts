import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, type TestContext } from 'node:test';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import { build } from 'vite';

const outDir = mkdtempSync(join(tmpdir(), 'workers-of-a-test-'));
after(() => rmSync(outDir, { recursive: true, force: true }));

/** The directory of temporary files of those who are started here. */
export const temporary = join(outDir, 'tmp');
mkdirSync(temporary);

/** The worker's code as one plain file: so it starts in a moment, and dozens of them can. */
async function bundle(): Promise<string> {
  await build({
    configFile: false,
    logLevel: 'silent',
    // Optional packages are loaded only where they are asked for.
    ssr: { noExternal: true, external: ['@google-cloud/pubsub', 'libsql', 'jose'] },
    build: {
      ssr: fileURLToPath(new URL('worker.ts', import.meta.url)),
      outDir,
      emptyOutDir: false,
      rolldownOptions: { output: { entryFileNames: 'worker.mjs', codeSplitting: false } },
    },
  });
  return join(outDir, 'worker.mjs');
}
export const file = await bundle();

/** A worker of a test: a thread or a process. */
export interface Started {
  readonly worker: Worker | ChildProcess;
  /** What it posted for its own purposes. */
  readonly posted: unknown[];
  /** What it wrote on its standard error. */
  readonly complaints: string[];
  /** The next that it posts. */
  next(): Promise<unknown>;
  post(message: unknown): void;
  /** Once it has ended, and what it wrote was read. */
  readonly ended: Promise<unknown>;
}

/** Runs a scenario of `worker.ts`. */
export type Start = (t: TestContext, scenario: string, ...told: string[]) => Started;

function startThread(t: TestContext, ...told: string[]): Started {
  const worker = new Worker(file, { workerData: told, stderr: true, execArgv: [] });
  t.after(() => worker.terminate());
  const ended = Promise.all([new Promise((resolve) => worker.on('exit', resolve)), once(worker.stderr, 'close')]);
  return { ...watch(worker, worker.stderr), ended, post: (message) => worker.postMessage(message) };
}

function startProcess(t: TestContext, serialization: 'json' | 'advanced', told: string[]): Started {
  const child = fork(file, told, {
    serialization,
    // It is plain JavaScript: no loader of the test's own is needed.
    execArgv: [],
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    env: { ...process.env, TMPDIR: temporary },
  });
  t.after(() => child.kill('SIGKILL'));
  const { stderr } = child;
  if (!stderr) throw new Error('it has no standard error');
  return { ...watch(child, stderr), ended: once(child, 'close'), post: (message) => child.send(String(message)) };
}

function watch(worker: Worker | ChildProcess, stderr: NodeJS.ReadableStream) {
  const posted: unknown[] = [];
  const complaints: string[] = [];
  stderr.on('data', (text) => complaints.push(String(text)));
  worker.on('message', (message: unknown) => posted.push(message));
  return { worker, posted, complaints, next: async () => (await once(worker, 'message'))[0] };
}

/** All kinds of workers that there are. */
export const kinds: readonly (readonly [name: string, start: Start])[] = [
  ['thread', startThread],
  ['process', (t, ...told) => startProcess(t, 'json', told)],
  ['process with advanced serialization', (t, ...told) => startProcess(t, 'advanced', told)],
];
