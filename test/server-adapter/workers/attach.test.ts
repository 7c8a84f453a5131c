import assert from 'node:assert/strict';
import { fork, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { Worker } from 'node:worker_threads';
import { StatusMessenger } from '../../../server-adapter/index.js';
import { MemoryLogger } from '../../helpers/server.js';
import { kitError } from '../support.js';
import { file, kinds, temporary } from './support.js';

function messenger(t: TestContext): { readonly messenger: StatusMessenger; readonly log: MemoryLogger } {
  const log = new MemoryLogger();
  const messenger = new StatusMessenger({ logger: log });
  t.after(() => messenger.close({ timeout: 0 }));
  return { messenger, log };
}

/** What was said to a session, the last of it. */
function last({ messenger }: { readonly messenger: StatusMessenger }): string | undefined {
  return messenger.getStatusMessages('s')[0];
}

test('what is no worker that could be heard is refused, and so are ids that are none', async (t) => {
  const made = messenger(t);
  const attach = (worker: unknown, ids?: unknown) => () => made.messenger.attachWorker(worker as Worker, ids as string);
  const expected =
    "expected a Worker of node:worker_threads, or a child process with an IPC channel, as fork() makes it; spawn with stdio: […, 'ipc'] where you don't fork";
  for (const [worker, got] of [
    [undefined, 'nothing'],
    [{}, 'an object with no fields'],
    ['worker.js', 'string "worker.js"'],
    [5, 'number 5'],
  ]) {
    assert.throws(attach(worker), kitError('invalid', `attachWorker: worker: got ${got}, ${expected}`));
  }
  const mute = spawn(process.execPath, ['-e', '']);
  t.after(() => mute.kill());
  assert.throws(attach(mute), { code: 'invalid', message: /an IPC channel/ });
  const worker = new Worker('setInterval(() => {}, 1e6)', { eval: true });
  t.after(() => worker.terminate());
  assert.throws(attach(worker, null), { code: 'invalid' });
  assert.throws(attach(worker, 'not an id'), { code: 'invalid' });
  assert.throws(attach(worker, { sessionId: 'run_1' }), { code: 'invalid' });
  // None of this attached it.
  attach(worker, 's')()();
  await made.messenger.close();
  assert.throws(attach(worker), { code: 'closed' });
});

for (const [kind, start] of kinds) {
  test(`${kind}: it is attached to one messenger at a time`, async (t) => {
    const one = messenger(t);
    const other = messenger(t);
    const worker = start(t, 'echo');
    const detach = one.messenger.attachWorker(worker.worker, 's');
    const text =
      'attachWorker: got a worker that is attached, expected one that is not; call what attached it answered first';
    assert.throws(() => one.messenger.attachWorker(worker.worker), kitError('not_allowed', text));
    assert.throws(() => other.messenger.attachWorker(worker.worker), kitError('not_allowed', text));
    detach();
    other.messenger.attachWorker(worker.worker, 's');
    worker.post('hello');
    await worker.next();
    assert.deepEqual([last(one), last(other)], [undefined, 'hello']);
    worker.post('');
    await worker.ended;
  });

  test(`${kind}: one that has ended is no mistake, and says nothing`, async (t) => {
    const made = messenger(t);
    const worker = start(t, 'nothing');
    await worker.ended;
    made.messenger.attachWorker(worker.worker, 's')();
    assert.deepEqual(made.log.lines, [
      'warn status-messenger: attachWorker: got a worker that has ended or left its channel, expected one that runs; attach it in the turn that makes it',
    ]);
  });

  test(`${kind}: what it calls is heard though this process stands still until it has ended`, async (t) => {
    const made = messenger(t);
    const worker = start(t, 'burst', 'exit', '10');
    made.messenger.attachWorker(worker.worker, 's');
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1500);
    await worker.ended;
    assert.equal(last(made), '9');
    assert.deepEqual(made.log.with('warn'), []);
  });

  test(`${kind}: what is attached outside of any session works for those that it names`, async (t) => {
    const made = messenger(t);
    const worker = start(t, 'calls');
    made.messenger.attachWorker(worker.worker);
    await worker.ended;
    assert.deepEqual(made.messenger.getStatusMessages('other'), ['to another']);
    const [line, ...more] = made.log.with('addStatusMessage');
    assert.match(String(line), /^warn status-messenger: addStatusMessage: got "text" outside of any session/);
    assert.deepEqual(more, []);
  });
}

test('a thread that lets no turn of its event loop pass hears for whom it works', async (t) => {
  const made = messenger(t);
  const worker = new Worker(file, { workerData: ['inOneTurn'] });
  t.after(() => worker.terminate());
  const tell = async (text: string) => {
    worker.postMessage(text);
    return (await once(worker, 'message'))[0];
  };
  const detach = made.messenger.attachWorker(worker, 's');
  assert.equal(await tell('one'), 's');
  detach();
  assert.equal(await tell('two'), 'nobody');
  made.messenger.attachWorker(worker, 'other');
  assert.equal(await tell('three'), 'other');
  worker.postMessage('');
  await once(worker, 'exit');
  assert.deepEqual([last(made), made.messenger.getStatusMessages('other')[0]], ['one', 'three']);
});

test('one who hears of the errors of a thread is the one who does', async (t) => {
  const made = messenger(t);
  const worker = new Worker(file, { workerData: ['burst', 'throw', '1'], stderr: true });
  made.messenger.attachWorker(worker, 's');
  const [error] = await once(worker, 'error');
  assert.equal(error.message, 'the worker threw');
  assert.equal(last(made), '0', 'what it said before is heard by then');
  assert.deepEqual(made.log.with('failed'), []);
});

test('what no worker of the kit says is a warning, and stops nothing', async (t) => {
  const made = messenger(t);
  const hostile = [
    'no JSON',
    '{}',
    '[]',
    '{"kind":"hello","n":-1}',
    '{"kind":"hello","n":1e99}',
    '{"kind":"call","n":1,"attachment":0,"isGrounded":true,"context":{},"call":{"kind":"unknown","id":1}}',
    '{"kind":"call","n":1,"attachment":0,"isGrounded":true,"context":{"sessionId":"not an id"},"call":{"kind":"status","text":"x"}}',
    '{"kind":"call","n":2,"attachment":0,"isGrounded":true,"context":5,"call":{"kind":"speak","call":{},"message":null}}',
    '{"kind":"call","n":3,"attachment":0,"isGrounded":true,"call":{"kind":"ask","id":1,"question":"?","options":5}}',
    '{"kind":"call","n":4,"attachment":0,"isGrounded":true,"call":{"kind":"ask","id":2,"question":"?","options":{"several":null,"choices":7}}}',
    '{"kind":"call","n":5,"attachment":0,"isGrounded":true,"call":{"kind":"status","text":"x","extra":null}}',
    '{"kind":"call","n":6,"attachment":0,"isGrounded":true,"call":{"kind":"send","id":3,"sessionId":"run_1 ","message":[]}}',
    '{"kind":"call","n":7,"attachment":0,"isGrounded":true,"call":{"kind":"publish","type":7}}',
    '{"kind":"call","n":8,"attachment":0,"isGrounded":true,"call":{"kind":"takeBack","id":9}}',
    '{"kind":"call","n":9,"attachment":0,"isGrounded":true,"context":{"taskId":"not an id"},"call":{"kind":"speak","call":"step","message":{"type":"event","data":{"event":"step_started","step":"x"}}}}',
    '{"kind":"call","n":10,"attachment":0,"isGrounded":true,"call":{"kind":"status","text":"still heard"}}',
  ];
  const script = `
    const { workerData: [name, hostile], BroadcastChannel, threadId } = require('node:worker_threads');
    const channel = new BroadcastChannel(name + threadId);
    channel.postMessage({ no: 'text' });
    for (const text of hostile) channel.postMessage(text);
    channel.close();
  `;
  const foreign = join(dirname(file), 'foreign');
  writeFileSync(`${foreign}.rest`, 'not for it\n');
  const worker = new Worker(script, { eval: true, workerData: ['status-messenger:worker:', hostile] });
  made.messenger.attachWorker(worker, 's');
  await once(worker, 'exit');
  assert.equal(last(made), 'still heard');
  assert.ok(made.log.with('attachWorker: got something that cannot be said').length >= 5);
  assert.deepEqual(made.log.with('error'), []);

  const child = spawn(
    process.execPath,
    [
      '-e',
      `
    for (const text of ${JSON.stringify(hostile)}) process.send({ cmd: 'NODE_STATUS_MESSENGER', text, files: ${JSON.stringify(foreign)} });
    process.send({ cmd: 'NODE_STATUS_MESSENGER', text: 5 });
    process.send({ cmd: 'NODE_OTHER', text: '{}' });
  `,
    ],
    { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] },
  );
  const another = messenger(t);
  another.messenger.attachWorker(child, 's');
  await once(child, 'close');
  assert.equal(last(another), 'still heard');
  assert.equal(readFileSync(`${foreign}.rest`, 'utf8'), 'not for it\n');
});

test('a child that was spawned with a channel is one, and may leave it before it ends', async (t) => {
  const made = messenger(t);
  const child = spawn(process.execPath, [file, 'burst', 'disconnect', '10000'], {
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    env: { ...process.env, TMPDIR: temporary },
  });
  made.messenger.attachWorker(child, 's');
  await once(child, 'exit');
  if (child.connected) await once(child, 'disconnect');
  assert.equal(last(made), '9999');
});

test('a worker of a worker is heard by a messenger there', async (t) => {
  const worker = new Worker(file, { workerData: ['nested', file] });
  t.after(() => worker.terminate());
  assert.deepEqual((await once(worker, 'message'))[0], ['9']);
});

test('a child whose server dies is told that nobody answers any more', async (t) => {
  const env = { ...process.env, TMPDIR: temporary };
  const server = fork(file, ['server', file], { execArgv: [], stdio: ['ignore', 'pipe', 'ignore', 'ipc'], env });
  t.after(() => server.kill('SIGKILL'));
  assert.equal((await once(server, 'message'))[0], 'asked');
  server.kill('SIGKILL');
  assert.ok(server.stdout);
  let written = '';
  // The child holds it, too.
  for await (const text of server.stdout) written += text;
  assert.equal(written, 'cancelled\ncancelled\n');
});
