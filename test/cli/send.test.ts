import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { type TestContext, test } from 'node:test';
import { listen, startServer } from '../helpers/server.js';
import { WireClient } from '../helpers/wire-client.js';
import { cli, KEY } from './support.js';

async function serve(t: TestContext) {
  const server = await startServer({ apiKey: KEY, base: '/live' });
  t.after(() => server.close());
  const page = new WireClient(server.url.replace('/ws', '/live/ws/s'));
  t.after(() => page.close());
  await page.synced();
  const url = `${server.http}/live/`;
  return { url, page, send: (...args: string[]) => cli(t, ['send', '--url', url, ...args]) };
}

test('a status, and all that a message may say', async (t) => {
  const { page, send } = await serve(t);
  const sent = send('--session', 's', '--agent', 'Risk', '--step', 'one', '--level', 'warning', 'two', 'words');
  assert.equal(await sent.ended(), 0);
  assert.deepEqual([sent.out, sent.err], ['', '']);
  const { type, data, id: _, ts: __, ...rest } = await page.status('two words');
  assert.deepEqual([type, data, rest], ['status', 'two words', { agent: 'Risk', step: 'one', level: 'warning' }]);
});

test('types that have a text, and data of any', async (t) => {
  const { page, send } = await serve(t);
  assert.equal(await send('--session', 's', '--type', 'progress', 'half').ended(), 0);
  assert.equal(await send('--session', 's', '--type', 'own', '--data', '[1]').ended(), 0);
  assert.equal(await send('--session', 's', '--type', 'complete', 'done').ended(), 0);
  await page.type('complete');
  const said = page.frames.filter(({ type }) => ['progress', 'own', 'complete'].includes(type));
  assert.deepEqual(
    said.map(({ data }) => data),
    [{ message: 'half' }, [1], { summary: 'done' }],
  );
});

test('a text from the standard input, to the server that the environment names', async (t) => {
  const { url, page } = await serve(t);
  const sent = cli(t, ['send', '--session', 's', '-'], { env: { STATUS_MESSENGER_URL: url }, input: 'piped\n' });
  assert.equal(await sent.ended(), 0);
  await page.status('piped');
});

test('what is refused: why, and exit code 1', async (t) => {
  const { url } = await serve(t);
  const wrongKey = cli(t, ['send', '--url', url, '--session', 's', 'x'], { env: { STATUS_MESSENGER_API_KEY: 'no' } });
  const nowhere = cli(t, ['send', '--url', url.replace('live/', 'dead'), '--session', 's', 'x']);
  assert.deepEqual(await Promise.all([wrongKey.ended(), nowhere.ended()]), [1, 1]);
  assert.match(wrongKey.err, /^status-messenger: publish: got 401 .+ set STATUS_MESSENGER_API_KEY to the key/);
  assert.match(nowhere.err, /got 404 .+ start http:\S+ with STATUS_MESSENGER_API_KEY, or correct --url/);
});

test('what the server says cannot be a message: exit code 2', async (t) => {
  const { send } = await serve(t);
  const sent = send('--session', 's', '--level', 'loud', 'x');
  assert.equal(await sent.ended(), 2);
  assert.match(sent.err, /got 400 .+level: got string "loud".+; correct the message/);
});

for (const [what, args, error] of [
  [
    'an id that cannot be',
    ['--session', 'a b'],
    /^status-messenger: send: --session: got string "a b", expected 1–128/,
  ],
  ['an empty id', ['--user', ''], /^status-messenger: send: --user: got an empty string, expected 1–128/],
  ['a run', ['--session', 'run_1'], /send: got --session run_1, expected a session, not a run/],
  ['two sessions', ['--session', 'a', '--session', 'b'], /send: got --session and --session, expected one of/],
  ['two recipients', ['--session', 'a', '--thread', 'b'], /send: got --session and --thread, expected one of/],
] as const) {
  test(`a recipient that is none, as ${what}: exit code 2, and no server is asked`, async (t) => {
    const sent = cli(t, ['send', '--url', 'http://127.0.0.1:1', ...args, 'x']);
    assert.equal(await sent.ended(), 2);
    assert.match(sent.err, error);
  });
}

test('no server: what to do, exit code 1; and what one says moves no cursor', async (t) => {
  const liar = createServer((_, response) =>
    response.writeHead(500).end('{"error":{"message":"\\u001b[2Jgone\\u009b2J"}}'),
  );
  const port = await listen(liar);
  t.after(() => liar.close());
  const url = `http://127.0.0.1:${port}`;
  const lied = cli(t, ['send', '--url', url, '--session', 's', 'x']);
  assert.equal(await lied.ended(), 1);
  assert.match(lied.err, /^status-messenger: publish: got 500 \(gone\), expected 201/);
  liar.close();
  liar.closeAllConnections();
  const sent = cli(t, ['send', '--url', url, '--session', 's', 'x']);
  assert.equal(await sent.ended(), 1);
  assert.match(
    sent.err,
    /got no answer from \S+ \(connect ECONNREFUSED .+\), .+ "status-messenger serve", or name it by --url/,
  );
});
