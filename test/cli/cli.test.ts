import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import puppeteer from 'puppeteer-core';
import { type Command, isUsage } from '../../cli/command.js';
import { run } from '../../cli/run.js';
import { send } from '../../cli/send.js';
import { serve } from '../../cli/serve.js';
import { ServerApi } from '../../cli/server-api.js';
import { watch } from '../../cli/watch.js';
import { messageOf } from '../../protocol/index.js';
import { availableBrowsers, pathOf } from '../helpers/browsers.js';
import { cli, KEY } from './support.js';

test('--help of the program and of every command', async (t) => {
  const whole = cli(t, ['--help']);
  assert.equal(await whole.ended(), 0);
  const asked = cli(t, ['help']);
  assert.equal(await asked.ended(), 0);
  assert.equal(asked.out, whole.out);
  const names = ['serve', 'send', 'run', 'watch'];
  await Promise.all(
    names.map(async (name) => {
      assert.match(whole.out, new RegExp(`^  ${name} `, 'm'));
      const help = cli(t, [name, '--help']);
      assert.equal(await help.ended(), 0);
      assert.match(help.out, new RegExp(`^Usage: status-messenger \\[?${name}`, 'm'));
      assert.ok(
        help.out.split('\n').every((line) => line.length <= 88),
        'it fits a terminal',
      );
    }),
  );
});

test('--version, of the program and of a command', async (t) => {
  const { version } = JSON.parse(await readFile('package.json', 'utf8'));
  for (const args of [['--version'], ['send', '-v']]) {
    const said = cli(t, args);
    assert.equal(await said.ended(), 0);
    assert.equal(said.out, `${version}\n`);
  }
});

const WRONG: readonly (readonly [args: readonly string[], says: RegExp])[] = [
  [['serve', 'nope'], /^status-messenger: serve: got "nope", expected options alone/],
  [['serve', '--port', 'eighty'], /^status-messenger: PORT: got string "eighty", expected a number from 0 to 65535/],
  [['send', 'x'], /^status-messenger: send: got no recipient, expected one of --session, --thread, --user and --task/],
  [['send', '--session', 's', '--user', 'u', 'x'], /send: got --session and --user, expected one/],
  [['send', '--session', 's'], /send: got no text, expected one/],
  [['send', '--session', 's', '--type', 'own'], /send: got no data for type "own", expected --data JSON/],
  [['send', '--session', 's', '--data', '{'], /send: got --data '\{', expected JSON/],
  [['send', '--session', 's', '--data', '{}', 'x'], /send: got "x" and --data, expected one of them/],
  [
    ['send', '--session', 's', '--url', 'here', 'x'],
    /--url: got string "here", expected an address of http: or https:/,
  ],
  [['run', 'npm', 'test'], /run: got npm, expected "--" and the command; .* "status-messenger run -- npm …"/],
  [['run', 'ls', '-l'], /run: got ls, expected "--" and the command/],
  [['run', '--sesion', 'abc', 'npm'], /Unknown option '--sesion'/],
  [['run', '--label'], /--label <value>' argument missing/],
  [['run', '--'], /run: got no command, expected "--" and the command/],
  [['run', '--url', 'http://h', '--keep', '--', 'x'], /run: got --url with --port or --keep/],
  [['run', '--session', 'a b', '--', 'x'], /--session: got string "a b", expected 1–128 characters/],
  [['watch'], /watch: got 0 addresses, expected the one of a session/],
  [['watch', 'my-session'], /watch: got string "my-session", expected the address of a session/],
];

process.env.STATUS_MESSENGER_API_KEY = KEY;

const COMMANDS: { readonly [name: string]: Command } = { serve, send, run, watch };

for (const [args, says] of WRONG) {
  test(`wrong usage: ${args.join(' ')}`, async () => {
    const [name = '', ...rest] = args;
    await assert.rejects(
      async () => COMMANDS[name]?.run(rest),
      (error) => isUsage(error) && says.test(messageOf(error)),
    );
  });
}

for (const [args, says] of [
  [
    ['nope'],
    /^status-messenger: got the command "nope", expected serve, send, run, watch\nSee "status-messenger --help"\.\n$/,
  ],
  [['--nope'], /^status-messenger: Unknown option '--nope'\nSee "status-messenger serve --help"\.\n$/],
  [['watch'], /^status-messenger: watch: got 0 .+\nSee "status-messenger watch --help"\.\n$/],
] as const) {
  test(`wrong usage is told with where to look, and exit code 2: ${args}`, async (t) => {
    const tried = cli(t, args);
    assert.equal(await tried.ended(), 2);
    assert.match(tried.err, says);
    assert.equal(tried.out, '');
  });
}

test('without its key, nothing can be sent', () => {
  assert.throws(() => new ServerApi(undefined, {}), {
    message: /^status-messenger: STATUS_MESSENGER_API_KEY: got nothing, expected the server's key/,
  });
});

const chromium = availableBrowsers().some(({ name }) => name === 'Chromium');

test('serve: a page that shows a session, under a policy that lets in nothing else', {
  skip: chromium ? false : 'Chromium is not on this machine',
}, async (t) => {
  const server = cli(t, ['serve', '--port', '0']);
  await server.said('listening on ');
  const http = /listening on (\S+)/.exec(server.out)?.[1];
  const browser = await puppeteer.launch({ executablePath: pathOf('Chromium'), args: ['--no-sandbox'] });
  t.after(() => browser.close());
  const page = await browser.newPage();
  const problems: string[] = [];
  page.on('console', (message) => problems.push(message.text()));
  await page.goto(`${http}/watch/s`);
  const sent = cli(t, ['send', '--url', `${http}`, '--session', 's', '--type', 'complete', 'All', 'is', 'well.']);
  assert.equal(await sent.ended(), 0);
  await page.waitForFunction(() => document.querySelector('status-panel')?.sessionSource?.state.phase === 'completed');
  assert.deepEqual(problems, []);
  assert.equal((await fetch(`${http}/watch/a%22b`)).status, 404);
  assert.equal((await fetch(`${http}/watch/s`, { method: 'POST' })).status, 404);
});
