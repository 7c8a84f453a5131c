import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { type TestContext, test } from 'node:test';
import { parseJson } from '../../../protocol/index.js';
import { PublisherServer } from './publisher-server.js';

const ON = {
  STATUS_MESSENGER_PUBSUB_ENABLED: 'true',
  GOOGLE_CLOUD_PROJECT: 'project',
  STATUS_MESSENGER_PUBSUB_TOPIC_ID: 'topic',
};
/** Milliseconds in which a process ends that nothing keeps: far below the minute for which the package keeps it. */
const SOON = 10_000;

interface Outcome {
  /** What it exited with. */
  readonly code: number | string;
  readonly warnings: string[];
  /** What it said when it had closed. */
  readonly closed: { readonly loaded: boolean; readonly timers: number } | undefined;
  /** Milliseconds from then until it had exited. */
  readonly kept: number;
}

/** Runs `child.ts` to its own end. */
async function run(t: TestContext, environment: Record<string, string>, directory = '.'): Promise<Outcome> {
  const args = ['--import', import.meta.resolve('tsx'), 'test/server-adapter/sinks/child.ts'];
  const { PUBSUB_EMULATOR_HOST: _, ...inherited } = process.env;
  const child = spawn(process.execPath, args, {
    cwd: directory,
    env: { ...inherited, METADATA_SERVER_DETECTION: 'none', CLOSE_TIMEOUT: '30000', ...environment },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  t.after(() => child.kill('SIGKILL'));
  const exit = once(child, 'exit');
  const warnings: string[] = [];
  let closed: Outcome['closed'];
  let closedAt = performance.now();
  for await (const line of createInterface(child.stdout)) {
    const said = parseJson(line) as { warning: string } | { closed: true; loaded: boolean; timers: number };
    if ('warning' in said) warnings.push(said.warning);
    else {
      closed = said;
      closedAt = performance.now();
    }
  }
  const [code, signal] = await exit;
  return { code: code ?? signal, warnings, closed, kept: performance.now() - closedAt };
}

/** An address at which nobody listens. */
async function nobody(): Promise<string> {
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return `127.0.0.1:${port}`;
}

function assertEnded({ code, closed, kept }: Outcome): void {
  assert.equal(code, 0);
  assert.equal(closed?.timers, 0, 'no timer is left');
  assert.ok(kept < SOON, `it took ${kept} ms to end`);
}

test('a process that publishes and closes ends', async (t) => {
  const server = await PublisherServer.start();
  t.after(() => server.stop());
  const outcome = await run(t, { ...ON, PUBSUB_EMULATOR_HOST: server.host });
  assert.match(server.events[0]?.json ?? '', /"data":\{"of":"the child"\}\}$/);
  assert.deepEqual(outcome.warnings, []);
  assert.equal(outcome.closed?.loaded, true);
  assertEnded(outcome);
});

test('where Pub/Sub is off the package is not loaded', async (t) => {
  const outcome = await run(t, { ...ON, STATUS_MESSENGER_PUBSUB_ENABLED: 'false' });
  assert.equal(outcome.closed?.loaded, false);
  assertEnded(outcome);
});

test('a Pub/Sub that cannot be reached keeps no process', async (t) => {
  const outcome = await run(t, { ...ON, PUBSUB_EMULATOR_HOST: await nobody(), CLOSE_TIMEOUT: '2000' });
  assert.equal(outcome.warnings.length, 1);
  assert.match(outcome.warnings[0] ?? '', /got no answer to 1 of the events within 2000 ms of close/);
  assertEnded(outcome);
});

test('a Pub/Sub that never answers keeps no process', async (t) => {
  const server = await PublisherServer.start();
  t.after(() => server.stop());
  server.otherwise = 'hold';
  const outcome = await run(t, { ...ON, PUBSUB_EMULATOR_HOST: server.host, CLOSE_TIMEOUT: '2000' });
  assert.equal(outcome.warnings.length, 1);
  assertEnded(outcome);
});

test('missing credentials are a warning, and end nothing', async (t) => {
  const outcome = await run(t, { ...ON, GOOGLE_APPLICATION_CREDENTIALS: '/there/is/no/such/file.json' });
  assert.equal(outcome.warnings.length, 1);
  assert.match(
    outcome.warnings[0] ?? '',
    /^status-messenger: pubsub: got ".*no\/such\/file\.json.*", expected Pub\/Sub to start; see that Application Default Credentials are there\. Until then no event is published$/,
  );
  assertEnded(outcome);
});

test('a package that is not installed is a warning', async (t) => {
  const directory = mkdtempSync(join(tmpdir(), 'status-messenger-'));
  t.after(() => rmSync(directory, { recursive: true }));
  for (const part of ['package.json', 'protocol', 'server-adapter', 'test/server-adapter/sinks']) {
    cpSync(part, join(directory, part), { recursive: true });
  }
  const outcome = await run(t, ON, directory);
  assert.deepEqual(outcome.warnings, [
    'status-messenger: pubsub: got no package @google-cloud/pubsub, expected it since Pub/Sub is on; npm install @google-cloud/pubsub. Until then no event is published',
  ]);
  assert.equal(outcome.closed?.loaded, false);
  assertEnded(outcome);
});
