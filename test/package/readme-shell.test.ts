import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { test } from 'node:test';
import { promisify } from 'node:util';
import { startServer } from '../helpers/server.js';
import { root, snippet } from './readme-snippet.js';

test('what the README says in a shell reaches the session, and can be watched there', async (t) => {
  const server = await startServer({ apiKey: 'secret' });
  t.after(() => server.close());
  const program = `'${process.execPath}' '${join(root, 'dist/cli/cli.js')}'`;
  const script = (await snippet('shell'))
    .replaceAll('npx status-messenger', program)
    .replaceAll('http://127.0.0.1:8000', server.http);
  const environment = { ...process.env, STATUS_MESSENGER_URL: server.http };
  const { stdout } = await promisify(execFile)('sh', ['-ec', script], { cwd: root, env: environment });
  const state = await server.messenger.snapshot('build');
  assert.equal(state.phase, 'completed');
  const [listed = '', watched = ''] = stdout.split(/(?= {2}Getting ready…\n)/);
  assert.match(listed, / package\.json\n/);
  assert.match(
    watched,
    /^ {2}Getting ready…\n▸ ls -l\n.+ package\.json\n.*✓ ls -l: exit code 0 after .+\ncompleted · /s,
  );
});

test('what the README says in Python reaches the session', async (t) => {
  const run = promisify(execFile);
  if (!(await run('python3', ['--version']).catch(() => undefined)))
    return t.skip('there is no Python on this machine');
  const server = await startServer({ apiKey: 'secret' });
  t.after(() => server.close());
  const script = (await snippet('publish.py')).replaceAll('http://127.0.0.1:8000', server.http);
  await run('python3', ['-c', script], { env: { ...process.env, STATUS_MESSENGER_API_KEY: 'secret' } });
  assert.deepEqual(server.messenger.getStatusMessages('build'), ['Reading the documents…']);
});
