import { fork } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { isMainThread, parentPort, receiveMessageOnPort, Worker, workerData } from 'node:worker_threads';
import {
  addStatusMessage,
  ask,
  currentContext,
  getStatusMessages,
  progress,
  result,
  runWithSession,
  StatusMessenger,
  step,
  streamStatusUpdates,
  UnansweredError,
  withAgent,
} from '../../../server-adapter/index.js';
import { runCalls } from './run-calls.js';

/** What the tests let a worker do, thread or process: the scenario by its name, and what it is told. */
const [name = '', ...told]: string[] = isMainThread ? process.argv.slice(2) : workerData;

function post(message: unknown): void {
  if (parentPort) parentPort.postMessage(message);
  else process.send?.(message);
}

/** The next message of the worker's own. */
function hear(): Promise<unknown> {
  return new Promise((resolve) => {
    if (parentPort) parentPort.once('message', resolve);
    else process.once('message', resolve);
  });
}

function count(): void {
  for (let i = 0; i < Number(told[1]); i++) addStatusMessage(`${i}`);
}

const scenarios: { readonly [name: string]: () => unknown } = {
  /** Says so many statuses, and ends as told. */
  burst() {
    count();
    if (told[0] === 'exit') process.exit(0);
    if (told[0] === 'throw') throw new Error('the worker threw');
    if (told[0] === 'disconnect') process.disconnect();
  },
  /** Says something in the very last moment, after its own listeners have said the same. */
  last() {
    addStatusMessage('first');
    process.on('exit', () => addStatusMessage('last'));
    process.exit(0);
  },
  calls: () => runCalls(told[0] === 'fail' ? 'fail' : 'complete'),
  /** What is known of the context, at once. */
  context() {
    const ids = (context = currentContext()) => ({ ...context, signal: context?.signal?.aborted });
    post([
      ids(),
      withAgent('A', () => ids()),
      runWithSession('other', () => currentContext()),
      getStatusMessages('nobody'),
    ]);
  },
  async ask() {
    const answers = [
      ask('Which?', { choices: ['red', 'green'] }),
      ask('Sure?', { confirm: true, timeout: 50 }),
      ask('When?', { timeout: 50, default: 'now' }),
      runWithSession('other', () => ask('Who?')),
      ask('', {}),
    ];
    const settled = await Promise.allSettled(answers);
    post(
      settled.map((one) => {
        if (one.status === 'fulfilled') return one.value;
        const { name, message, code } = one.reason;
        return {
          name,
          message,
          code,
          ...(one.reason instanceof UnansweredError ? { outcome: one.reason.outcome } : {}),
        };
      }),
    );
  },
  /** Asks, with nothing else that would keep it alive. */
  async waits() {
    addStatusMessage(`got ${await ask('Which?', { key: told[0] ?? 'k' })}`);
  },
  /** Asks, and writes what became of it. */
  async orphan() {
    const asked = ask('Which?');
    post('asked');
    await asked.catch((error: unknown) => console.log(error instanceof UnansweredError && error.outcome));
    await ask('And now?').catch((error: unknown) => console.log(error instanceof UnansweredError && error.outcome));
  },
  /** Asks, and is not there any more when it is answered. */
  async abandons() {
    const asked = told[0] === 'keyed' ? ask('Which?', { key: 'k' }) : ask('Which?');
    asked.catch(() => {});
    await hear();
    process.exit(0);
  },
  async takesBack() {
    const abort = new AbortController();
    const asked = ask('Which?', { signal: abort.signal });
    await hear();
    abort.abort(new Error('never mind'));
    post(await asked.catch((error: unknown) => String(error)));
  },
  async cancel() {
    addStatusMessage('started');
    const signal = currentContext()?.signal;
    const asked = ask('Which?').catch((error: unknown) => String(error));
    await new Promise((resolve) => signal?.addEventListener('abort', resolve));
    addStatusMessage('cleaning up');
    post([String(signal?.reason), await asked]);
  },
  async inStep() {
    await step('outer', () =>
      step('inner', async () => {
        await hear();
        process.exit(3);
      }),
    );
  },
  /** Says what it is told, until it is told nothing. */
  async echo() {
    for (let text = await hear(); text !== ''; text = await hear()) {
      addStatusMessage(String(text));
      post(`said ${text}`);
    }
  },
  /** The same, in a single turn of its event loop. */
  inOneTurn() {
    const clock = new Int32Array(new SharedArrayBuffer(4));
    while (parentPort) {
      const heard = receiveMessageOnPort(parentPort);
      Atomics.wait(clock, 0, 0, 1);
      if (heard?.message === '') return;
      if (!heard) continue;
      addStatusMessage(String(heard.message));
      post(currentContext()?.sessionId ?? 'nobody');
    }
  },
  /** Speaks both ways: its own messages go past the calls. */
  own() {
    post('before');
    for (let i = 0; i < 100; i++) {
      addStatusMessage(`${i}`);
      post({ i });
    }
  },
  /** Is nothing but a worker that said something: does it end? */
  async ends() {
    addStatusMessage('here');
    await step('a step', () => sleep(20));
    currentContext()?.signal?.addEventListener('abort', () => {});
  },
  /** Calls before anybody has attached it. */
  async early() {
    count();
    post('ready');
    await hear();
    addStatusMessage('attached');
  },
  async local() {
    const updates = streamStatusUpdates();
    addStatusMessage('here');
    runWithSession('s', () => addStatusMessage('in a session'));
    post([(await updates.next()).value, (await updates.next()).value, getStatusMessages(), getStatusMessages('s')]);
  },
  nothing() {},
  /** Has a messenger, and a worker of its own. */
  nested() {
    const messenger = new StatusMessenger({ logger: false });
    const worker = new Worker(told[0] ?? '', { workerData: ['burst', 'exit', '10'] });
    messenger.attachWorker(worker, 's');
    worker.on('exit', () => {
      post(messenger.getStatusMessages('s'));
      void messenger.close();
    });
  },
  /** Has a messenger, and a child that waits for an answer. */
  server() {
    const messenger = new StatusMessenger({ logger: false });
    const child = fork(told[0] ?? '', ['orphan'], { stdio: ['ignore', 'inherit', 'ignore', 'ipc'] });
    messenger.attachWorker(child, 's');
    child.on('message', post);
  },
  long: () => addStatusMessage('x'.repeat(300_000)),
  odd() {
    addStatusMessage(42 as unknown as string);
    addStatusMessage('x', { level: 'loud' as 'info' });
    result('A', 1n);
    progress(Number.NaN);
    const cycle: { self?: unknown } = {};
    cycle.self = cycle;
    result('A', cycle);
    result('A', 'x'.repeat(300_000));
    addStatusMessage('still here');
  },
  async ownMessenger() {
    const messenger = new StatusMessenger({ logger: false });
    runWithSession('s', () => addStatusMessage('kept here'));
    post([currentContext() ?? null, messenger.getStatusMessages('s')]);
    await messenger.close();
  },
};

await scenarios[name]?.();
