import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { StatusMessenger } from '../../server-adapter/index.js';

/** A server that nothing but its connections keeps alive, as it leaves. */
const server = createServer();
const messenger = new StatusMessenger();
messenger.attach(server);
server.listen(0, '127.0.0.1', () => process.send?.((server.address() as AddressInfo).port));
process.once('message', async () => {
  process.disconnect();
  server.close();
  await messenger.close();
  console.log('closed');
});
