import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { startTestRunner } from '@web/test-runner';
import { availableBrowsers, pathOf, WEBKIT_DRIVER_PORT } from './browsers.js';
import type { Tally } from './tally.js';

/** Runs the elements' tests in every engine that is here. */
export async function runElementTests(): Promise<Tally> {
  const names = availableBrowsers().map(({ name }) => name);
  const stopWebKit = names.includes('WebKit') ? await startWebKitDriver() : () => {};
  try {
    const runner = await startTestRunner({ readCliArgs: false, autoExitProcess: false, config: {} });
    if (!runner) throw new Error('the test runner did not start');
    await new Promise<void>((resolve) => runner.on('finished', () => resolve()));
    const tally = { passed: 0, failed: 0 };
    for (const session of runner.sessions.all()) {
      count(session.testResults, tally);
      if (!session.passed && session.errors.length > 0) tally.failed++;
    }
    await runner.stop();
    return tally;
  } finally {
    stopWebKit();
  }
}

interface Suite {
  readonly tests: ReadonlyArray<{ readonly passed: boolean; readonly skipped: boolean }>;
  readonly suites: readonly Suite[];
}

function count(suite: Suite | undefined, tally: { passed: number; failed: number }): void {
  for (const test of suite?.tests ?? []) if (!test.skipped) tally[test.passed ? 'passed' : 'failed']++;
  for (const inner of suite?.suites ?? []) count(inner, tally);
}

/** WebKit wants a display, so the driver runs under one of its own. */
async function startWebKitDriver(): Promise<() => void> {
  const display = `:${90 + (process.pid % 100)}`;
  const children: ChildProcess[] = [];
  const stop = () => {
    for (const child of children) child.kill();
  };
  process.once('exit', stop);
  children.push(spawn('Xvfb', [display, '-screen', '0', '1280x900x24', '-nolisten', 'tcp'], { stdio: 'ignore' }));
  const driver = spawn(pathOf('WebKit'), [`--port=${WEBKIT_DRIVER_PORT}`], {
    // Why a browser died is said there.
    stdio: ['ignore', 'ignore', 'inherit'],
    env: { ...process.env, DISPLAY: display, WEBKIT_DISABLE_COMPOSITING_MODE: '1', LIBGL_ALWAYS_SOFTWARE: '1' },
  });
  children.push(driver);
  for (let i = 0; i < 100; i++) {
    const answer = await fetch(`http://127.0.0.1:${WEBKIT_DRIVER_PORT}/status`).catch(() => undefined);
    if (answer?.ok) return stop;
    await Promise.race([sleep(100), once(driver, 'exit')]);
  }
  stop();
  throw new Error('the WebKit driver did not start');
}
