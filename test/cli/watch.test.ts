import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { createServer } from 'node:http';
import { type TestContext, test } from 'node:test';
import { WebSocketServer } from 'ws';
import { socketThatTells } from '../../cli/watch/telling-socket.js';
import { step } from '../../server-adapter/index.js';
import { TcpProxy } from '../helpers/proxy.js';
import { listen, startServer } from '../helpers/server.js';
import { everyoneLeft, until } from '../server-adapter/support.js';
import { cli, cliInTerminal } from './support.js';

const noTerminal = spawnSync('script', ['--version']).status === 0 ? false : 'script(1) is not on this machine';

async function serve(t: TestContext) {
  const server = await startServer();
  const proxy = await TcpProxy.start(server.port);
  t.after(() => Promise.all([proxy.close(), server.close()]));
  const say = (type: string, data: unknown) => server.messenger.sendToSession('s', { type, data });
  return { server, proxy, say, link: `http://127.0.0.1:${proxy.port}/ws/s` };
}

test('in a pipe: lines alone, what was said before, a loss, a resume, and exit code 0', async (t) => {
  const { server, proxy, say, link } = await serve(t);
  await say('status', 'before');
  const watching = cli(t, ['watch', link]);
  await watching.said('before');
  await server.messenger.runWithSession('s', () => step('Reading', async () => {}));
  await watching.said('✓ Reading');
  proxy.refuses = true;
  proxy.cut();
  await watching.said('what stands above is what was last known');
  await say('status', 'missed');
  proxy.refuses = false;
  await watching.said('connected again');
  await say('complete', { summary: 'All is well.' });
  assert.equal(await watching.ended(), 0);
  const lines = watching.out
    .replace(/\d+(\.\d)? s/g, 'N s')
    .replace(/\([^)]*\);/, '(why);')
    .split('\n');
  assert.deepEqual(
    lines.filter((line) => !line.includes('connected again')),
    [
      '  before',
      '▸ Reading',
      '✓ Reading (N s)',
      '! no connection for N s (why); what stands above is what was last known; trying again',
      '  missed',
      '✓ All is well.',
      'completed · N s',
      '',
    ].map((line, i) => (i === 3 ? (lines[3] ?? '') : line)),
  );
  assert.match(
    lines[3] ?? '',
    /^! no connection for N s \(why\); what stands above is what was last known; trying again/,
  );
  assert.equal(watching.err, '');
});

for (const [how, type, data, end] of [
  ['failed', 'error', { message: 'Broken.', fatal: true }, 'failed'],
  ['was stopped', 'state', { status: 'CANCELLED' }, 'stopped'],
] as const) {
  test(`a run that ${how}, and had ended before: exit code 1`, async (t) => {
    const { say, link } = await serve(t);
    await say('status', 'working');
    await say(type, data);
    const watching = cli(t, ['watch', link]);
    assert.equal(await watching.ended(), 1);
    assert.match(watching.out, new RegExp(`^ {2}working\\n[^]*${end} · \\d`));
  });
}

test('a task, which is done when its server says so', async (t) => {
  const server = await startServer();
  t.after(() => server.close());
  server.messenger.tasks.define(() => 'Built.');
  const { id } = await server.messenger.tasks.create('x');
  const watching = cli(t, ['watch', `${server.url}/tasks/${id}`]);
  assert.equal(await watching.ended(), 0);
  assert.match(watching.out, /✓ Built\.\ncompleted/);
});

test('a server that asks for a token gets that of the environment; who may not watch hears why, exit code 1', async (t) => {
  const server = await startServer({
    authorize: ({ token }) => token === 'good' || { refuse: 'who are you?', code: 4403 },
  });
  t.after(() => server.close());
  await server.messenger.sendToSession('s', { type: 'complete', data: { summary: 'secret' } });
  const welcome = cli(t, ['watch', `${server.url}/s`], { env: { STATUS_MESSENGER_TOKEN: 'good' } });
  const refused = cli(t, ['watch', `${server.url}/s`]);
  assert.deepEqual(await Promise.all([welcome.ended(), refused.ended()]), [0, 1]);
  assert.match(welcome.out, /secret/);
  assert.equal(refused.out, '✗ refused with 4403: who are you?\n');
});

for (const path of ['/nothing', '/elsewhere/ws/s']) {
  test(`where no session is, as at ${path}, it ends and says so: exit code 1`, async (t) => {
    const server = await startServer();
    t.after(() => server.close());
    const watching = cli(t, ['watch', server.http + path]);
    assert.equal(await watching.ended(), 1);
    assert.match(watching.out, /✗ there is no session at this address\n$/);
    assert.doesNotMatch(watching.out + watching.err, /server-sent events/);
  });
}

test('where a proxy answers WebSockets with 404, the stream is watched', async (t) => {
  const server = await startServer();
  t.after(() => server.close());
  server.server.removeAllListeners('upgrade').on('upgrade', (_request, socket) => {
    socket.end('HTTP/1.1 404 Not Found\r\nConnection: close\r\n\r\n');
  });
  await server.messenger.sendToSession('s', { type: 'complete', data: { summary: 'All is well.' } });
  const watching = cli(t, ['watch', `${server.http}/ws/s`]);
  assert.equal(await watching.ended(), 0);
  assert.match(watching.out, /✓ All is well\./);
});

test('a server that is not there is told in the words of the system, and waited for', async (t) => {
  const { proxy, say, link } = await serve(t);
  proxy.refuses = true;
  const watching = cli(t, ['watch', link]);
  await watching.said('trying again');
  assert.match(watching.out, /^! no connection for \d+ s \((?!closed with).+\); trying again/);
  proxy.refuses = false;
  await say('complete', { summary: 'All is well.' });
  assert.equal(await watching.ended(), 0);
});

test('a server that takes no connection is told by what it answers', async (t) => {
  const server = await startServer();
  t.after(() => server.close());
  server.server.removeAllListeners('upgrade').on('upgrade', (_request, socket) => {
    socket.end('HTTP/1.1 503 Service Unavailable\r\nConnection: close\r\n\r\n');
  });
  const watching = cli(t, ['watch', `${server.http}/ws/s`]);
  await watching.said('(the server answered with 503); trying again');
});

test('what kept WebSockets away is not told of a stream that ends', async (t) => {
  const server = await startServer();
  t.after(() => server.close());
  server.server.removeAllListeners('upgrade').on('upgrade', (_request, socket) => {
    socket.end('HTTP/1.1 404 Not Found\r\nConnection: close\r\n\r\n');
  });
  await server.messenger.sendToSession('s', { type: 'status', data: 'working' });
  const watching = cli(t, ['watch', `${server.http}/ws/s`]);
  await watching.said('connected again');
  const before = watching.out.length;
  server.server.closeAllConnections();
  await until(() => /! no connection.*\n/.test(watching.out.slice(before)));
  assert.doesNotMatch(watching.out.slice(before), /answered with 404/);
});

test('a WebSocket that connects takes back why an earlier one did not', async (t) => {
  const server = await startServer();
  t.after(() => server.close());
  const news: unknown[] = [];
  const Telling = socketThatTells({ missing: () => {}, failed: (why) => news.push(why) });
  const socket = new Telling(`${server.url}/s`);
  t.after(() => socket.close());
  await until(() => news.length > 0);
  assert.deepEqual(news, [undefined]);
});

test('a signal ends it as one', async (t) => {
  const { server, say, link } = await serve(t);
  const watching = cli(t, ['watch', link]);
  await say('status', 'working');
  await watching.said('working');
  watching.child.kill('SIGINT');
  assert.equal(await watching.ended(), 128 + 2);
  await everyoneLeft(server.server);
});

test('a reader that has left ends it', async (t) => {
  const { server, say, link } = await serve(t);
  const watching = cli(t, ['watch', link]);
  await say('status', 'first');
  await watching.said('first');
  watching.child.stdout?.destroy();
  await say('status', 'second');
  assert.equal(await watching.ended(), 1);
  assert.equal(watching.err, '');
  await everyoneLeft(server.server);
});

test('what it missed and the server does not keep is a gap', async (t) => {
  const server = await startServer({ store: { tail: { count: 5 } } });
  t.after(() => server.close());
  for (let i = 0; i < 300; i++) void server.messenger.sendToSession('s', { type: 'status', data: `line ${i}` });
  await server.messenger.sendToSession('s', { type: 'complete', data: { summary: 'done' } });
  const watching = cli(t, ['watch', `${server.url}/s`]);
  assert.equal(await watching.ended(), 0);
  const [first, second] = watching.out.split('\n');
  assert.equal(first, '… what was before is not kept any more');
  assert.match(second ?? '', /^ {2}line \d+$/);
});

/** What a terminal gets, so that it can be compared. */
function visible(output: string): string {
  return output.replaceAll('\u001b', 'ESC');
}

/** What no text of a server may bring about. */
const ESCAPES = '\u001b[2J\u001b]0;owned\u0007\u009b31m\u202e';

test('a hostile server: nothing that it says is obeyed', { skip: noTerminal }, async (t) => {
  const http = createServer();
  const sockets = new WebSocketServer({ server: http });
  const port = await listen(http);
  t.after(() => http.close());
  sockets.on('connection', (ws) => {
    const say = (type: string, data: unknown) => ws.send(JSON.stringify({ type, data, agent: `a${ESCAPES}` }));
    say('status', `text${ESCAPES}`);
    say('event', { event: 'step_started', step: `s${ESCAPES}`, label: `label${ESCAPES}` });
    say('question', { question: `ask${ESCAPES}`, choices: [`c${ESCAPES}`] });
    say('result', { agent: `r${ESCAPES}`, data: { [ESCAPES]: ESCAPES } });
    say('progress', { value: 1, unit: `u${ESCAPES}` });
    // Of what cannot be read, the client tells in the words that came.
    ws.send(JSON.stringify({ type: 'snapshot', data: { phase: ESCAPES } }));
    ws.send(`not JSON ${ESCAPES}`);
    ws.close(4403, `no${ESCAPES}`);
  });
  const watching = cliInTerminal(t, ['watch', `ws://127.0.0.1:${port}/s`], 60, { env: { NO_COLOR: '1' } });
  assert.equal(await watching.ended(), 1);
  assert.match(watching.out, /refused with 4403: no/);
  assert.match(watching.out, /text/);
  // Its own: back to the beginning, up, and clear to the end.
  const foreign = visible(watching.out).replace(/\r(ESC\[\d+A)?ESC\[J|\r\n/g, '');
  assert.doesNotMatch(foreign, /\p{Cc}|ESC|\u202e/u);
  sockets.close();
});

test('in a terminal: a footer below the lines, in colour, that fits', { skip: noTerminal }, async (t) => {
  const { proxy, say, link } = await serve(t);
  const watching = cliInTerminal(t, ['watch', link], 30, {});
  await say('event', { event: 'step_started', step: 'a', label: 'A step with a rather long label' });
  await watching.said('\u001b[36mrunning');
  proxy.refuses = true;
  proxy.cut();
  await watching.said('\u001b[33mno connection');
  proxy.refuses = false;
  await until(() => proxy.connections > 0);
  await say('complete', { summary: 'All is well.' });
  assert.equal(await watching.ended(), 0);
  assert.match(visible(watching.out), /ESC\[32m✓ All is well\.ESC\[39m\r\nESC\[32mcompleted/);
  const shown = visible(watching.out).replaceAll('ESC[J', '\n').split(/\r?\n/);
  const footers = shown
    .map((line) => line.replace(/ESC\[\d*[A-Zm]|\r/g, ''))
    .filter((line) => /^(running|no conn)/.test(line));
  assert.ok(footers.length > 2);
  assert.ok(footers.every((line) => line.length < 30));
});

test('in a terminal with NO_COLOR there is no colour', { skip: noTerminal }, async (t) => {
  const { say, link } = await serve(t);
  await say('complete', { summary: 'All is well.' });
  const watching = cliInTerminal(t, ['watch', link], 80, { env: { NO_COLOR: '1' } });
  assert.equal(await watching.ended(), 0);
  assert.match(watching.out, /✓ All is well\.\r\n/);
  assert.doesNotMatch(visible(watching.out), /ESC\[\d+m/);
});
