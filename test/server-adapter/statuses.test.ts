import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { ID_RULE, jsonTextSize, LIMITS } from '../../protocol/index.js';
import { type StatusExtra, StatusMessenger, type StatusUpdate } from '../../server-adapter/index.js';
import { startServer, type TestServer } from '../helpers/server.js';
import { WireClient } from '../helpers/wire-client.js';
import { kitError, until } from './support.js';

async function withViewer(server: TestServer, sessionId: string): Promise<WireClient> {
  const client = new WireClient(`${server.url}/${sessionId}`);
  await client.synced();
  return client;
}

/** The next `count` updates. */
async function take(updates: AsyncIterator<StatusUpdate>, count: number): Promise<StatusUpdate[]> {
  const taken: StatusUpdate[] = [];
  while (taken.length < count) {
    const { value, done } = await updates.next();
    if (done) throw new Error(`ended after ${taken.length}`);
    taken.push(value);
  }
  return taken;
}

test('statuses arrive in the order they were added, with positions that count', async (t) => {
  const server = await startServer();
  t.after(() => server.close());
  const client = await withViewer(server, 's');
  t.after(() => client.close());
  const texts = Array.from({ length: 500 }, (_, i) => `status ${i}`);
  server.messenger.runWithSession('s', () => {
    for (const text of texts) server.messenger.addStatusMessage(text);
  });
  await client.status('status 499');
  assert.deepEqual(client.statuses, texts);
  const ids = client.frames.filter(({ type }) => type === 'status').map(({ id }) => id);
  const epoch = ids[0]?.split('-')[0];
  assert.deepEqual(
    ids,
    texts.map((_, i) => `${epoch}-${i + 1}`),
  );
});

test('what a status says beside its text stands on the frame; its type and data stay its own', async (t) => {
  const server = await startServer();
  t.after(() => server.close());
  const client = await withViewer(server, 's');
  t.after(() => client.close());
  const before = Date.now();
  server.messenger.runWithSession('s', () => {
    server.messenger.addStatusMessage('plain');
    server.messenger.addStatusMessage('full', { agent: 'a', step: 'st', run: 'r', level: 'warning' });
    server.messenger.addStatusMessage('taken', { type: 'complete', data: { summary: 'no' }, id: 'x' } as StatusExtra);
  });
  await client.status('taken');
  const [plain, full, taken] = client.frames.filter(({ type }) => type === 'status');
  assert.deepEqual(Object.keys(plain ?? {}), ['type', 'data', 'id', 'ts']);
  const { id, ts, ...rest } = { ...full };
  assert.deepEqual(rest, { type: 'status', data: 'full', agent: 'a', step: 'st', run: 'r', level: 'warning' });
  assert.match(String(id), /^[a-z0-9]{8,}-2$/);
  assert.ok(ts !== undefined && ts >= before && ts <= Date.now());
  assert.deepEqual(Object.keys(taken ?? {}), ['type', 'data', 'id', 'ts']);
  assert.match(String(taken?.id), /-3$/);
});

test('statusData: "object" sends the form of the agent-conversation seed; lists stay texts', async (t) => {
  const server = await startServer({ statusData: 'object' });
  t.after(() => server.close());
  const client = await withViewer(server, 's');
  t.after(() => client.close());
  server.messenger.runWithSession('s', () => server.messenger.addStatusMessage('text'));
  assert.deepEqual((await client.status('text')).data, { message: 'text' });
  assert.deepEqual(server.messenger.getStatusMessages('s'), ['text']);
  // However it is said.
  await server.messenger.sendToSession('s', { type: 'status', data: 'sent' });
  assert.deepEqual((await client.status('sent')).data, { message: 'sent' });
  await server.messenger.sendToSession('s', { type: 'status', data: { message: 'object' } });
  assert.deepEqual((await client.status('object')).data, { message: 'object' });
});

test('anything in the place of a text is shown as what it says, or described; nothing is thrown, and the log says so once', async (t) => {
  const server = await startServer();
  t.after(() => server.close());
  const client = await withViewer(server, 's');
  t.after(() => client.close());
  const cyclic: { self?: unknown } = {};
  cyclic.self = cyclic;
  const cases: Array<[unknown, string]> = [
    [42, '42'],
    [Number.NaN, 'NaN'],
    [true, 'true'],
    [10n, '10'],
    [undefined, 'nothing'],
    [null, 'null'],
    [Symbol('s'), 'a symbol'],
    [() => {}, 'a function'],
    [[1, 2], 'a list of 2'],
    [{ message: 'x' }, 'x'],
    [{}, 'an object with no fields'],
    [Object.create(null), 'an object with no fields'],
    [Object.assign(Object.create(null), { a: 1 }), 'an object with a'],
    [new Error('no'), 'no'],
    [cyclic, 'an object with self'],
  ];
  server.messenger.runWithSession('s', () => {
    for (const [value] of cases) server.messenger.addStatusMessage(value as string);
  });
  for (const [value] of cases) server.messenger.addStatusMessage(value as string);
  server.messenger.runWithSession('s', () => server.messenger.addStatusMessage(''));
  await client.status('');
  assert.deepEqual(client.statuses, [...cases.map(([, text]) => text), '']);
  assert.deepEqual(server.log.with('expected a text'), [
    'warn status-messenger: addStatusMessage: got number 42, expected a text; pass a string',
  ]);
});

test('what cannot stand beside a status costs only that status, and the log says why, once', async (t) => {
  const server = await startServer();
  t.after(() => server.close());
  const client = await withViewer(server, 's');
  t.after(() => client.close());
  server.messenger.runWithSession('s', () => {
    for (let i = 0; i < 3; i++) {
      server.messenger.addStatusMessage('with an agent', { agent: 5 } as unknown as StatusExtra);
      server.messenger.addStatusMessage('with a level', { level: 'loud' } as unknown as StatusExtra);
      server.messenger.addStatusMessage(`without ${i}`, null as unknown as StatusExtra);
    }
  });
  await client.status('without 2');
  assert.deepEqual(client.statuses, ['without 0', 'without 1', 'without 2']);
  assert.deepEqual(server.log.lines, [
    'warn status-messenger: addStatusMessage: status message: message.agent: got number 5, expected a string; send it in that form',
    'warn status-messenger: addStatusMessage: status message: message.level: got string "loud", expected one of info, warning, error; send it in that form',
  ]);
});

for (const [name, character] of [
  ['ASCII', 'x'],
  ['control characters', '\u0001'],
  ['pairs', '😀'],
] as const) {
  test(`a huge text of ${name} is cut to what a message may weigh, never inside a character`, async (t) => {
    const server = await startServer();
    t.after(() => server.close());
    const client = await withViewer(server, 's');
    t.after(() => client.close());
    const huge = character.repeat(2_000_000);
    server.messenger.runWithSession('s', () => {
      server.messenger.addStatusMessage(huge);
      server.messenger.addStatusMessage(huge);
      server.messenger.addStatusMessage('after');
    });
    await client.status('after');
    assert.equal(client.statuses.length, 3);
    const [first = '', second] = client.statuses.map(String);
    assert.equal(second, first);
    assert.ok(first.endsWith('…'));
    assert.equal(first.slice(0, -1), character.repeat((first.length - 1) / character.length));
    const size = jsonTextSize(first);
    assert.ok(size <= LIMITS.message / 2 && size > LIMITS.message / 2 - 16, `${size}`);
    assert.deepEqual(server.log.lines, [
      `warn status-messenger: addStatusMessage: got ${huge.length} characters, expected a line; the rest is cut`,
    ]);
  });
}

test('outside of a session: the log says once what to do, readers get it with null, and no page does', async (t) => {
  const server = await startServer();
  t.after(() => server.close());
  const client = await withViewer(server, 's');
  t.after(() => client.close());
  const updates = server.messenger.streamStatusUpdates();
  server.messenger.addStatusMessage('lost');
  server.messenger.addStatusMessage('lost, too');
  // A run is no recipient.
  server.messenger.runWithSession({ runId: 'run_1' }, () => server.messenger.addStatusMessage('a run'));
  server.messenger.runWithSession('s', () => server.messenger.addStatusMessage('found'));
  assert.deepEqual(await take(updates, 4), [
    [null, 'lost'],
    [null, 'lost, too'],
    [null, 'a run'],
    ['s', 'found'],
  ]);
  await client.status('found');
  assert.deepEqual(client.statuses, ['found']);
  assert.deepEqual(server.log.lines, [
    'warn status-messenger: addStatusMessage: got "lost" outside of any session, expected one in context; call it inside onSession or runWithSession(sessionId, …)',
  ]);
});

test('getStatusMessages: the latest of the session named, else in context, else of none', async (t) => {
  const server = await startServer();
  t.after(() => server.close());
  const { messenger } = server;
  assert.deepEqual(messenger.getStatusMessages(), []);
  assert.deepEqual(messenger.getStatusMessages('a'), []);
  for (const id of ['a', 'b']) {
    messenger.runWithSession(id, () => {
      assert.deepEqual(messenger.getStatusMessages(), []);
      messenger.addStatusMessage(`${id} 1`);
      messenger.addStatusMessage(`${id} 2`);
      assert.deepEqual(messenger.getStatusMessages(), [`${id} 2`], 'at once');
    });
  }
  messenger.addStatusMessage('of none');
  await messenger.sendToSession('a', { type: 'progress', data: { value: 1 } });
  await messenger.sendToSession('b', { type: 'status', data: { message: 'b 3' } });
  assert.deepEqual(messenger.getStatusMessages(), ['of none']);
  assert.deepEqual(messenger.getStatusMessages('a'), ['a 2']);
  messenger.runWithSession('a', () => assert.deepEqual(messenger.getStatusMessages('b'), ['b 3']));
  messenger.runWithSession({ userId: 'u' }, () => assert.deepEqual(messenger.getStatusMessages(), ['of none']));
  assert.throws(
    () => messenger.getStatusMessages('a b'),
    kitError(
      'invalid',
      `session id: got string "a b", expected ${ID_RULE}; replace other characters, for instance by "_"`,
    ),
  );
});

test('a reader gets what was said before the first one came; later readers only what follows', async (t) => {
  const server = await startServer();
  t.after(() => server.close());
  const { messenger } = server;
  const say = (text: string) => messenger.runWithSession('s', () => messenger.addStatusMessage(text));
  say('early 1');
  say('early 2');
  const first = messenger.streamStatusUpdates();
  say('between');
  const second = messenger.streamStatusUpdates();
  say('late');
  assert.deepEqual(await take(first, 4), [
    ['s', 'early 1'],
    ['s', 'early 2'],
    ['s', 'between'],
    ['s', 'late'],
  ]);
  assert.deepEqual(await take(second, 1), [['s', 'late']]);
  // Readers that already wait are told, too, each by itself.
  const waiting = [first.next(), first.next(), second.next()];
  say('x');
  say('y');
  assert.deepEqual(
    (await Promise.all(waiting)).map(({ value }) => value?.[1]),
    ['x', 'y', 'x'],
  );
});

test('break ends a reader, and the others go on', async (t) => {
  const server = await startServer();
  t.after(() => server.close());
  const { messenger } = server;
  const say = (text: string) => messenger.runWithSession('s', () => messenger.addStatusMessage(text));
  const broken = messenger.streamStatusUpdates();
  const other = messenger.streamStatusUpdates();
  say('1');
  say('2');
  for await (const [, text] of broken) {
    assert.equal(text, '1');
    break;
  }
  say('3');
  assert.deepEqual(await broken.next(), { value: undefined, done: true });
  assert.deepEqual(
    (await take(other, 3)).map(([, text]) => text),
    ['1', '2', '3'],
  );
});

test('an aborted signal ends a reader that waits, and one that has not begun', async (t) => {
  const server = await startServer();
  t.after(() => server.close());
  const { messenger } = server;
  const abort = new AbortController();
  const seen: string[] = [];
  const reading = (async () => {
    for await (const [, text] of messenger.streamStatusUpdates({ signal: abort.signal })) seen.push(text);
  })();
  messenger.addStatusMessage('seen');
  await until(() => seen.length === 1);
  abort.abort();
  await reading;
  messenger.addStatusMessage('unseen');
  assert.deepEqual(seen, ['seen']);
  for await (const _ of messenger.streamStatusUpdates({ signal: abort.signal })) assert.fail('it was aborted before');
});

test('close() ends the readers', async () => {
  const server = await startServer();
  const waiting = server.messenger.streamStatusUpdates().next();
  await server.close();
  assert.deepEqual(await waiting, { value: undefined, done: true });
});

test('what nobody reads is bounded: the oldest go, the newest stay', async (t) => {
  const server = await startServer();
  t.after(() => server.close());
  const { messenger } = server;
  messenger.runWithSession('s', () => {
    for (let i = 0; i < 5000; i++) messenger.addStatusMessage(`early ${i}`);
  });
  const reader = messenger.streamStatusUpdates();
  messenger.addStatusMessage('last');
  const texts: string[] = [];
  for await (const [, text] of reader) {
    if (text === 'last') break;
    texts.push(text);
  }
  assert.ok(texts.length >= 500 && texts.length <= 1000, `${texts.length}`);
  assert.deepEqual(
    texts,
    Array.from({ length: texts.length }, (_, i) => `early ${5000 - texts.length + i}`),
  );
});

test('a reader that does not keep up is bounded, and the log says so once', async (t) => {
  const server = await startServer();
  t.after(() => server.close());
  const { messenger } = server;
  const slow = messenger.streamStatusUpdates();
  messenger.runWithSession('s', () => {
    for (let i = 0; i < 25_000; i++) messenger.addStatusMessage(`${i}`);
  });
  messenger.addStatusMessage('last');
  const texts: string[] = [];
  for await (const [, text] of slow) {
    if (text === 'last') break;
    texts.push(text);
  }
  assert.ok(texts.length >= 4999 && texts.length <= 10_000, `${texts.length}`);
  assert.deepEqual(
    texts,
    Array.from({ length: texts.length }, (_, i) => `${25_000 - texts.length + i}`),
  );
  assert.deepEqual(server.log.with('streamStatusUpdates'), [
    'warn status-messenger: streamStatusUpdates: got 10000 updates that were not read, expected a reader that keeps up; the oldest are dropped',
  ]);
});

test('after close() a status is dropped without a throw, and the log says so once', async () => {
  const server = await startServer();
  await server.close();
  server.messenger.runWithSession('s', () => {
    server.messenger.addStatusMessage('late');
    server.messenger.addStatusMessage('later');
  });
  await turn();
  assert.deepEqual(server.log.lines, [
    'warn status-messenger: addStatusMessage: send: got a call after close(), expected an open messenger; make a new one',
  ]);
});

test('addStatusMessage never throws, whatever it is given and whatever the logger does', () => {
  const broken = () => {
    throw new Error('not me');
  };
  const logger = { debug: broken, info: broken, warn: broken, error: broken };
  const messenger = new StatusMessenger({ logger });
  const { proxy, revoke } = Proxy.revocable({}, {});
  revoke();
  const hostile = new Proxy({}, { ownKeys: broken });
  const extra = Object.defineProperty({}, 'agent', { get: broken, enumerable: true });
  for (const text of ['text', proxy, hostile] as string[]) {
    messenger.addStatusMessage(text);
    messenger.addStatusMessage(text, extra);
    messenger.runWithSession('s', () => messenger.addStatusMessage(text, extra));
  }
  return messenger.close();
});

test('streamStatusUpdates after close() ends, and one that was aborted before takes nothing from the next', async () => {
  const messenger = new StatusMessenger({ logger: false });
  messenger.runWithSession('s', () => messenger.addStatusMessage('early'));
  assert.equal((await messenger.streamStatusUpdates({ signal: AbortSignal.abort() }).next()).done, true);
  assert.deepEqual((await messenger.streamStatusUpdates().next()).value, ['s', 'early']);
  await messenger.close();
  assert.equal((await messenger.streamStatusUpdates().next()).done, true);
});
