import assert from 'node:assert/strict';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { test } from 'node:test';
import express, { type RequestHandler } from 'express';
import { StatusMessenger } from '../../../server-adapter/index.js';

const PARSERS: ReadonlyArray<readonly [name: string, parser: RequestHandler]> = [
  ['json', express.json()],
  ['text', express.text({ type: '*/*' })],
  ['raw', express.raw({ type: '*/*' })],
];

for (const [name, parser] of PARSERS) {
  test(`what a body parser of Express has read (${name}) is the body`, async (t) => {
    const messenger = new StatusMessenger({ logger: false, apiKey: 'key' });
    t.after(() => messenger.close());
    const server = express().use(parser, messenger.middleware).listen(0, '127.0.0.1');
    t.after(() => server.close());
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const response = await fetch(`http://127.0.0.1:${port}/api/messages`, {
      method: 'POST',
      headers: { authorization: 'Bearer key', 'content-type': 'application/json' },
      body: JSON.stringify({ session_id: 's', type: 'status', data: 'Größe' }),
    });
    assert.equal(response.status, 201);
    assert.deepEqual(messenger.getStatusMessages('s'), ['Größe']);
  });
}
