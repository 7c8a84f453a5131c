import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { SqliteStore } from '../../../server-adapter/channels/sqlite/index.js';
import { addStatusMessage, ask, progress, StatusMessenger } from '../../../server-adapter/index.js';

/** A server whose tasks never end by themselves, until it is killed: `tasks-child.ts FILE LEASE fail|restart`. */
const [, , file = '', lease = '', interrupted = 'fail'] = process.argv;
const messenger = new StatusMessenger({
  store: new SqliteStore({ file, lease: Number(lease), synchronous: 'normal' }),
  logger: false,
});
messenger.tasks.define(
  async ({ input_prompt, signal }) => {
    progress(1, 2);
    addStatusMessage(`${process.pid} works`);
    if (input_prompt === 'asks') return `The answer was ${await ask('Which?', { key: 'which' })}.`;
    if (input_prompt === 'short') return 'done';
    return new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)));
  },
  { interrupted: interrupted === 'restart' ? 'restart' : 'fail' },
);
const server = createServer();
messenger.attach(server);
server.listen(0, '127.0.0.1', () => process.send?.((server.address() as AddressInfo).port));
process.once('message', () => void messenger.close().then(() => process.exit()));
