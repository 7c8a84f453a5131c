import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isObject } from '../../protocol/index.js';
import { type MessengerOptions, StatusMessenger, setupStatusMessenger } from '../../server-adapter/index.js';
import { readOptions } from '../../server-adapter/options.js';
import { compilePath } from '../../server-adapter/paths.js';
import { startServer } from '../helpers/server.js';
import { WireClient } from '../helpers/wire-client.js';
import { kitError } from './support.js';

test('an option that there is not', () => {
  const known =
    'store, heartbeat, pongTimeout, stallTimeout, highWaterMark, statusData, apiKey, metrics, allowedOrigins, authorize, authorizeTimeout, trustedProxies, limits, pubsub, base, logger, clock, random';
  for (const key of ['heartBeat', 'path', 'toString', '__proto']) {
    const wrong = kitError('invalid', `options: got "${key}", expected ${known}; check its spelling`);
    assert.throws(() => new StatusMessenger({ [key]: 1 } as MessengerOptions), wrong);
    assert.throws(() => setupStatusMessenger({ [key]: 1 } as MessengerOptions), wrong);
  }
});

test('values that cannot be', () => {
  for (const [key, fallback] of [
    ['heartbeat', 25_000],
    ['pongTimeout', 10_000],
    ['stallTimeout', 60_000],
    ['highWaterMark', 64 * 1024],
  ] as const) {
    for (const [value, got] of [
      [0, 'number 0'],
      [-1, 'number -1'],
      [Number.NaN, 'number NaN'],
      [Number.POSITIVE_INFINITY, 'number Infinity'],
      [2 ** 31, 'number 2147483648'],
      ['25000', 'string "25000"'],
      [{}, 'an object with no fields'],
    ] as const) {
      assert.throws(
        () => new StatusMessenger({ [key]: value } as MessengerOptions),
        kitError('invalid', `options.${key}: got ${got}, expected a number above 0; leave it out for ${fallback}`),
      );
    }
  }
  assert.throws(
    () => new StatusMessenger({ statusData: 'json' as 'text' }),
    kitError('invalid', 'options.statusData: got string "json", expected "text" or "object"; leave it out for "text"'),
  );
  for (const base of ['api', '/', '/api/', 'http://host/api']) {
    assert.throws(
      () => new StatusMessenger({ base }),
      kitError(
        'invalid',
        `options.base: got string "${base}", expected a path like "/status-messenger"; begin it with "/" and end it without`,
      ),
    );
  }
});

test('what is left out has the documented defaults', (t) => {
  const before = process.env.STATUS_MESSENGER_API_KEY;
  t.after(() => {
    if (before === undefined) delete process.env.STATUS_MESSENGER_API_KEY;
    else process.env.STATUS_MESSENGER_API_KEY = before;
  });
  delete process.env.STATUS_MESSENGER_API_KEY;
  const { heartbeat, pongTimeout, stallTimeout, highWaterMark, statusData, apiKey, base } = readOptions({});
  assert.deepEqual(
    { heartbeat, pongTimeout, stallTimeout, highWaterMark, statusData, apiKey, base },
    {
      heartbeat: 25_000,
      pongTimeout: 10_000,
      stallTimeout: 60_000,
      highWaterMark: 65_536,
      statusData: 'text',
      apiKey: undefined,
      base: '',
    },
  );
  process.env.STATUS_MESSENGER_API_KEY = 'of the environment';
  assert.equal(readOptions({}).apiKey, 'of the environment');
  assert.equal(readOptions({ apiKey: 'given' }).apiKey, 'given');
  assert.equal(readOptions({ apiKey: '' }).apiKey, undefined, 'an empty one turns it off');
  process.env.STATUS_MESSENGER_API_KEY = '';
  assert.equal(readOptions({}).apiKey, undefined);
});

test('logger: false logs nothing', async (t) => {
  const written = (['debug', 'info', 'warn', 'error'] as const).map((level) => t.mock.method(console, level, () => {}));
  const messenger = new StatusMessenger({ logger: false });
  messenger.addStatusMessage('outside');
  messenger.onSession(() => {});
  await messenger.sendToSession('run_1', { type: 'status', data: 'x' });
  await messenger.close();
  assert.deepEqual(
    written.map(({ mock }) => mock.callCount()),
    [0, 0, 0, 0],
  );
});

test('the default logger writes warnings on the console, and debug nowhere', async (t) => {
  const warn = t.mock.method(console, 'warn', () => {});
  const debug = t.mock.method(console, 'debug', () => {});
  const messenger = new StatusMessenger();
  messenger.addStatusMessage('outside');
  await messenger.sendToSession('run_1', { type: 'status', data: 'x' });
  await messenger.close();
  assert.equal(warn.mock.callCount(), 1);
  assert.equal(debug.mock.callCount(), 0);
});

test('path patterns: one segment is the session id, the others are as they stand', () => {
  const match = compilePath('/ws/:sessionId');
  for (const [path, id] of [
    ['/ws/abc', 'abc'],
    ['/ws/a%20b', 'a b'],
    ['/ws/%', '%'],
    ['/ws/', ''],
    ['/ws', undefined],
    ['/', undefined],
    ['', undefined],
    ['/ws/abc/', undefined],
    ['/ws/abc/more', undefined],
    ['/WS/abc', undefined],
    ['/wss/abc', undefined],
    ['/x/ws/abc', undefined],
    ['ws/abc', undefined],
  ] as const) {
    assert.equal(match(path), id, path);
  }
  const inside = compilePath('/api/v1/:sessionId/status');
  assert.equal(inside('/api/v1/abc/status'), 'abc');
  assert.equal(inside('/api/v1/abc'), undefined);
  assert.equal(inside('/api/v1/abc/other'), undefined);
  assert.equal(compilePath('/:sessionId')('/abc'), 'abc');
  assert.equal(compilePath('/a.c/:sessionId')('/abc/x'), undefined, 'a pattern is no regular expression');
});

test('patterns that cannot be', async (t) => {
  const server = await startServer();
  t.after(() => server.close());
  for (const [path, got] of [
    ['', 'an empty string'],
    ['/ws', 'string "/ws"'],
    ['/ws/{id}', 'string "/ws/{id}"'],
    ['/ws/x:sessionId', 'string "/ws/x:sessionId"'],
    ['ws/:sessionId', 'string "ws/:sessionId"'],
    [5, 'number 5'],
    [null, 'null'],
  ] as const) {
    const listeners = server.server.listenerCount('upgrade');
    assert.throws(
      () => server.messenger.attach(server.server, { path: path as string }),
      kitError(
        'invalid',
        `path: got ${got}, expected a path with a segment ":sessionId"; write for instance "/ws/:sessionId"`,
      ),
    );
    assert.equal(server.server.listenerCount('upgrade'), listeners);
  }
});

test('pages connect at the path that was given, and nowhere else', async (t) => {
  const server = await startServer({}, { path: '/api/:sessionId/live' });
  t.after(() => server.close());
  const client = new WireClient(`ws://127.0.0.1:${server.port}/api/abc/live?token=x`);
  t.after(() => client.close());
  const { data } = await client.type('connected');
  assert.ok(isObject(data));
  assert.equal(data.sessionId, 'abc');
  assert.equal((await new WireClient(`${server.url}/abc`).closed()).code, 1006);
});

test('the settings are told to the page', async (t) => {
  const server = await startServer({ heartbeat: 12_345 });
  t.after(() => server.close());
  const client = new WireClient(`${server.url}/abc`);
  t.after(() => client.close());
  const { data } = await client.type('connected');
  assert.ok(isObject(data));
  assert.equal(data.heartbeat, 12_345);
  assert.equal(data.protocol, 1);
});
