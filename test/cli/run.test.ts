import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isObject } from '../../protocol/index.js';
import { startServer } from '../helpers/server.js';
import { WireClient } from '../helpers/wire-client.js';
import { cli, KEY, type Running } from './support.js';

/** The session that a run shows by a server of its own. */
async function pageOf(running: Running): Promise<WireClient> {
  await running.said('watch it: ');
  await running.said('\n');
  const link = /watch it: (\S+)/.exec(running.err)?.[1] ?? '';
  return new WireClient(link.replace('http', 'ws').replace('/watch/', '/ws/'));
}

/** Node code as a command. */
function node(code: string): string[] {
  return ['--', process.execPath, '-e', code];
}

test('by a server of its own: output passes, lines become statuses in a step, the end is the end', async (t) => {
  const code = `
    process.stdin.once('data', () => {
      console.log('one');
      process.stderr.write('10 %\\r100 %\\n\\u001b[31mred\\u001b[0m');
      process.stdout.write(Buffer.from([0xe2, 0x82]));
      setTimeout(() => process.stdout.write(Buffer.from([0xac])), 50);
    })`;
  const running = cli(t, ['run', '--label', 'the work', ...node(code)], { input: 'go' });
  const page = await pageOf(running);
  assert.deepEqual((await page.type('complete')).data, { summary: page.frames.flatMap(summaryOf)[0] });
  assert.match(page.frames.flatMap(summaryOf)[0] ?? '', /^the work: exit code 0 after \d+(\.\d)? s$/);
  assert.equal(await running.ended(), 0);
  assert.equal(running.out, 'one\n€');
  assert.equal(
    running.err.replace(/http\S+/, 'LINK'),
    'status-messenger: watch it: LINK\n10 %\r100 %\n\u001b[31mred\u001b[0m',
  );
  const state = page.frames.find(({ type }) => type === 'snapshot')?.data;
  const early = isObject(state) && Array.isArray(state.messages) ? state.messages : [];
  const said = [...early, ...page.frames].filter(({ type }) => type === 'status');
  assert.deepEqual(new Set(said.map(({ data }) => data)), new Set(['one', '€', '100 %', 'red']));
  assert.deepEqual(new Set(said.map(({ step }) => step)), new Set(['command']));
  assert.equal((await page.closed()).code, 1000);
});

function summaryOf({ type, data }: { type: string; data: unknown }): string[] {
  return type === 'complete' && isObject(data) && typeof data.summary === 'string' ? [data.summary] : [];
}

test('on a server that runs: a failure is one, with the exit code', async (t) => {
  const server = await startServer({ apiKey: KEY });
  t.after(() => server.close());
  const page = new WireClient(`${server.url}/s`);
  t.after(() => page.close());
  const running = cli(t, ['run', '--url', server.http, '--session', 's', ...node('console.log("x"); process.exit(3)')]);
  assert.equal(await running.ended(), 3);
  assert.match(
    running.err,
    new RegExp(`^status-messenger: watch it: npx status-messenger watch ${server.http}/ws/s\n$`),
  );
  const { data } = await page.type('error');
  assert.ok(isObject(data));
  assert.match(String(data.message), /: exit code 3 after \d+(\.\d)? s$/);
  assert.deepEqual([data.code, data.fatal], ['3', true]);
  const events = page.frames.flatMap(({ type, data }) => (type === 'event' && isObject(data) ? [data.event] : []));
  assert.deepEqual(events, ['step_started', 'step_failed']);
  assert.deepEqual(page.statuses, ['x']);
});

test('as many lines as may wait arrive, each once and in order', async (t) => {
  const server = await startServer({ apiKey: KEY });
  t.after(() => server.close());
  const page = new WireClient(`${server.url}/s`);
  t.after(() => page.close());
  await page.synced();
  const code = 'for (let i = 0; i < 900; i++) console.log(i)';
  assert.equal(await cli(t, ['run', '--url', server.http, '--session', 's', ...node(code)]).ended(), 0);
  await page.type('complete');
  assert.deepEqual(
    page.statuses,
    Array.from({ length: 900 }, (_, i) => `${i}`),
  );
});

test('signals are passed on, and the end by one is told', async (t) => {
  const code = `process.on('SIGINT', () => console.log('got SIGINT')); setInterval(() => {}, 1e6); console.log('ready')`;
  const running = cli(t, ['run', ...node(code)]);
  const page = await pageOf(running);
  await running.said('ready');
  running.child.kill('SIGINT');
  await running.said('got SIGINT');
  running.child.kill('SIGTERM');
  const { data } = await page.type('error');
  assert.ok(isObject(data));
  assert.match(String(data.message), /: ended by SIGTERM after/);
  assert.equal(await running.ended(), 128 + 15);
});

test('its page can stop it', async (t) => {
  const running = cli(t, ['run', ...node('setInterval(() => {}, 1e6)')]);
  const page = await pageOf(running);
  await page.synced();
  await page.send({ type: 'cancel', ref: 'c', data: {} });
  assert.deepEqual((await page.ack('c')).data, { ref: 'c', accepted: true });
  const end = await page.type('state');
  assert.ok(isObject(end.data));
  assert.equal(end.data.status, 'CANCELLED');
  assert.equal(await running.ended(), 128 + 15);
  assert.ok(!page.frames.some(({ type }) => type === 'error' || type === 'complete'));
});

test('--keep: it can be watched after the end, until a signal comes; the exit code stays', async (t) => {
  const running = cli(t, ['run', '--keep', ...node('process.exit(4)')]);
  await running.said('it can be watched until a signal comes');
  const late = await pageOf(running);
  const { data } = await late.type('snapshot');
  assert.ok(isObject(data));
  assert.equal(data.phase, 'failed');
  running.child.kill('SIGTERM');
  // The server is gone with what it showed: nobody is to look for it.
  assert.equal((await late.closed()).code, 1000);
  assert.equal(await running.ended(), 4);
});

test('a command that there is not: 127; one that cannot be run: 126', async (t) => {
  const missing = cli(t, ['run', '--', 'no-such-command']);
  const locked = cli(t, ['run', '--', './package.json']);
  assert.deepEqual(await Promise.all([missing.ended(), locked.ended()]), [127, 126]);
  assert.match(
    missing.err,
    /run: got "no-such-command", expected a command that can be run \(spawn no-such-command ENOENT\)/,
  );
});

test('a server that takes nothing changes nothing about the command, and is said once', async (t) => {
  const server = await startServer({ apiKey: 'another' });
  t.after(() => server.close());
  const code = 'console.log("a"); setTimeout(() => console.log("b"), 300)';
  const running = cli(t, ['run', '--url', server.http, ...node(code)]);
  assert.equal(await running.ended(), 0);
  assert.equal(running.out, 'a\nb\n');
  assert.equal(running.err.match(/publish: got 401/g)?.length, 1);
});

test('a reader that has left ends the command as it would without', async (t) => {
  const running = cli(t, ['run', ...node('setInterval(() => console.log("x".repeat(1000)), 1)')]);
  await running.said('xxx');
  running.child.stdout?.destroy();
  assert.notEqual(await running.ended(), 0);
});

test('a session that none can watch: exit code 2, and nothing is run', async (t) => {
  const running = cli(t, ['run', '--session', 'run_x', ...node('console.log("ran")')]);
  assert.equal(await running.ended(), 2);
  assert.equal(running.out, '');
  assert.match(running.err, /run: got --session run_x, expected a session, not a run/);
});

test('what a command leaves behind keeps nobody, and all that it wrote is there', async (t) => {
  const child = `require('child_process').spawn('sleep', ['60'], { stdio: 'inherit' }).unref()`;
  const code = `${child}; process.stdout.write('x'.repeat(50_000) + '\\n'); process.stdout.write('no end'); process.exitCode = 3`;
  const began = performance.now();
  const running = cli(t, ['run', ...node(code)]);
  const page = await pageOf(running);
  assert.equal(await running.ended(), 3);
  assert.ok(performance.now() - began < 30_000);
  assert.equal(running.out, `${'x'.repeat(50_000)}\nno end`);
  await page.type('error');
  assert.equal(page.statuses.at(-1), 'no end');
});
