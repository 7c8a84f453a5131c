import assert from 'node:assert/strict';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { test } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { WebSocketServer } from 'ws';
import { ManualClock } from '../../components/testing/index.js';
import { type Ack, type ChannelName, ID_RULE, isObject, LIMITS } from '../../protocol/index.js';
import {
  addStatusMessage,
  type ConnectionIds,
  currentContext,
  MemoryStore,
  type Outgoing,
  type Session,
  StatusMessenger,
} from '../../server-adapter/index.js';
import { startServer } from '../helpers/server.js';
import { ofWebSockets } from '../helpers/way.js';
import { type Frame, WireClient } from '../helpers/wire-client.js';
import {
  closeWith,
  everyoneLeft,
  exchange,
  kitError,
  OPCODE,
  SilentPeer,
  startHandingServer,
  upgradeRequest,
} from './support.js';

const status = (text: string): Outgoing => ({ type: 'status', data: text });

async function viewer(url: string, sessionId: string): Promise<WireClient> {
  const client = new WireClient(`${url}/${sessionId}`);
  await client.synced();
  return client;
}

async function acked(client: WireClient, frame: { ref: string; type: string; data?: unknown }): Promise<Ack> {
  await client.send(frame);
  return (await client.ack(frame.ref)).data as Ack;
}

// What send() answers

test('send: the position, how many watch, and that it is kept', async (t) => {
  const server = await startServer();
  t.after(() => server.close());
  const { messenger } = server;
  const unwatched = await messenger.send('session:s', status('1'));
  const { id: first = '', ...kept } = unwatched;
  assert.match(first, /^[a-z0-9]{8,}-1$/);
  assert.deepEqual(kept, { delivered: 0, buffered: true });

  const clients = [await viewer(server.url, 's'), await viewer(server.url, 's'), await viewer(server.url, 'other')];
  t.after(() => Promise.all(clients.map((client) => client.close())));
  const watched = await messenger.sendToSession('s', status('2'));
  assert.deepEqual(watched, { id: first.replace(/1$/, '2'), delivered: 2, buffered: true });
  for (const client of clients.slice(0, 2)) assert.equal((await client.status('2')).id, watched.id);

  await clients[0]?.close();
  let left = watched.delivered;
  while (left !== 1) {
    await turn();
    left = (await messenger.sendToSession('s', status('3'))).delivered;
  }
  assert.deepEqual(clients[2]?.statuses, []);
});

test('send: a run is no recipient; nothing is kept, and the log says so to those who ask', async (t) => {
  const server = await startServer();
  t.after(() => server.close());
  const { messenger } = server;
  const client = new WireClient(`${server.url}/run_1`);
  assert.deepEqual(await client.closed(), { code: 4400, reason: 'session id: expected no run (run_…)' });
  const kinds = ['session', 'thread', 'user', 'task'] as const;
  const reasons = kinds.map(
    (kind) => `"run_1" is a run, not a ${kind}: send to the thread, user or session that the run belongs to`,
  );
  for (const [i, kind] of kinds.entries()) {
    const result = await messenger.send(`${kind}:run_1`, status('to a run'));
    assert.deepEqual(result, { delivered: 0, buffered: false, reason: reasons[i] });
  }
  for (const [i, send] of (['sendToSession', 'sendToThread', 'sendToUser'] as const).entries()) {
    assert.equal((await messenger[send]('run_1', status('to a run'))).reason, reasons[i]);
  }
  assert.deepEqual(
    server.log.lines,
    [...reasons, ...reasons.slice(0, 3)].map((reason) => `debug status-messenger: ${reason}`),
  );
  assert.deepEqual(messenger.getStatusMessages('run_1'), []);
  // Only the beginning counts, and only all of it.
  assert.equal((await messenger.sendToThread('my_run_1', status('x'))).buffered, true);
  assert.equal((await messenger.sendToThread('runner', status('x'))).buffered, true);
});

test('send: channels and ids that are none', async (t) => {
  const server = await startServer();
  t.after(() => server.close());
  const { messenger } = server;
  const form = `expected session:ID, thread:ID, user:ID or task:ID; write an id of ${ID_RULE}`;
  for (const [channel, got] of [
    ['abc', 'string "abc"'],
    ['room:a', 'string "room:a"'],
    ['session:', 'string "session:"'],
    ['session:a b', 'string "session:a b"'],
    ['thread:a\nuser:b', 'string "thread:a\\nuser:b"'],
    [undefined, 'nothing'],
    [{ session: 'a' }, 'an object with session'],
  ] as const) {
    await assert.rejects(
      messenger.send(channel as ChannelName, status('x')),
      kitError('invalid', `channel: got ${got}, ${form}`),
    );
  }
  const fix = `expected ${ID_RULE}; replace other characters, for instance by "_"`;
  await assert.rejects(
    messenger.sendToSession('a b', status('x')),
    kitError('invalid', `session id: got string "a b", ${fix}`),
  );
  await assert.rejects(
    messenger.sendToThread('', status('x')),
    kitError('invalid', `thread id: got an empty string, ${fix}`),
  );
  await assert.rejects(
    messenger.sendToUser(7 as unknown as string, status('x')),
    kitError('invalid', `user id: got number 7, ${fix}`),
  );
});

test('send: messages that cannot be say exactly why, and leave nothing behind', async (t) => {
  const server = await startServer();
  t.after(() => server.close());
  const client = await viewer(server.url, 's');
  t.after(() => client.close());
  const cyclic: { self?: unknown } = {};
  cyclic.self = cyclic;
  const typeFix = 'expected a text of 1–128 characters; send({ type: "status", data: "…" })';
  const reserved = 'expected a type that is not of the connection itself; choose another name';
  const plain = 'expected plain data; leave out cycles, BigInt and functions';
  const cases: Array<[object, string]> = [
    [{}, `message type: got nothing, ${typeFix}`],
    [{ type: '' }, `message type: got an empty string, ${typeFix}`],
    [{ type: 5 }, `message type: got number 5, ${typeFix}`],
    [{ type: 't'.repeat(129) }, `message type: got string "${'t'.repeat(60)}…", ${typeFix}`],
    ...['connected', 'snapshot', 'synced', 'heartbeat', 'ack'].map((type): [object, string] => [
      { type, data: {} },
      `message type: got string "${type}", ${reserved}`,
    ]),
    [{ type: 'progress' }, 'progress message: data: got null, expected an object; send it in that form'],
    [
      { type: 'progress', data: { value: '5' } },
      'progress message: data.value: got string "5", expected a finite number; send it in that form',
    ],
    [
      { type: 'progress', data: { max: Number.POSITIVE_INFINITY } },
      'progress message: data.max: got number Infinity, expected a finite number; send it in that form',
    ],
    [{ type: 'event', data: {} }, 'event message: data.event: got nothing, expected a string; send it in that form'],
    [
      { type: 'state', data: { status: 'DONE' } },
      'state message: data.status: got string "DONE", expected one of PENDING, RUNNING, WAITING, COMPLETED, FAILED, CANCELLED; send it in that form',
    ],
    [
      { type: 'question', data: { question: '?', choices: 'yes' } },
      'question message: data.choices: got string "yes", expected a list; send it in that form',
    ],
    [
      { type: 'complete', data: 'done' },
      'complete message: data: got string "done", expected an object; send it in that form',
    ],
    [
      { type: 'error', data: { message: 'x', fatal: 1 } },
      'error message: data.fatal: got number 1, expected true or false; send it in that form',
    ],
    [{ type: 'own', agent: 5 }, 'own message: message.agent: got number 5, expected a string; send it in that form'],
    [
      { type: 'own', level: 'fatal' },
      'own message: message.level: got string "fatal", expected one of info, warning, error; send it in that form',
    ],
    [{ type: 'own', data: () => {} }, `own message: got data that JSON cannot carry (a function), ${plain}`],
    [{ type: 'own', data: Symbol('s') }, `own message: got data that JSON cannot carry (a symbol), ${plain}`],
    [
      { type: 'own', data: 5n },
      `own message: got data that JSON cannot carry (Do not know how to serialize a BigInt), ${plain}`,
    ],
    [
      { type: 'own', data: { deep: [{ n: 1n }] } },
      `own message: got data that JSON cannot carry (Do not know how to serialize a BigInt), ${plain}`,
    ],
    [
      { type: 'own', data: cyclic },
      `own message: got data that JSON cannot carry (Converting circular structure to JSON), ${plain}`,
    ],
    [
      {
        type: 'own',
        data: {
          toJSON() {
            throw new Error('not today\nnor tomorrow');
          },
        },
      },
      `own message: got data that JSON cannot carry (not today), ${plain}`,
    ],
  ];
  for (const [message, text] of cases) {
    await assert.rejects(server.messenger.sendToSession('s', message as Outgoing), kitError('invalid', text));
  }
  const after = await server.messenger.sendToSession('s', status('after'));
  assert.match(after.id ?? '', /-1$/);
  await client.status('after');
  assert.equal(client.frames.filter(({ id, type }) => id !== undefined && type !== 'snapshot').length, 1);
});

test("send: types of one's own carry anything, and the longest type is taken", async (t) => {
  const server = await startServer();
  t.after(() => server.close());
  const client = await viewer(server.url, 's');
  t.after(() => client.close());
  const { messenger } = server;
  const data = { list: [1, 'ä 😀', null, { deep: true }], text: '"\\\n\u2028' };
  const changing = { value: 'as sent' };
  await messenger.sendToSession('s', { type: 'own', data });
  await messenger.sendToSession('s', { type: 'nothing' });
  await messenger.sendToSession('s', { type: 't'.repeat(128), data: 0 });
  const sending = messenger.sendToSession('s', { type: 'changing', data: changing });
  changing.value = 'changed';
  await sending;
  assert.deepEqual((await client.type('own')).data, data);
  assert.equal((await client.type('nothing')).data, null);
  assert.equal((await client.type('t'.repeat(128))).data, 0);
  assert.deepEqual((await client.type('changing')).data, { value: 'as sent' });
});

test('send: the largest message is taken, one byte more is not', async (t) => {
  const server = await startServer();
  t.after(() => server.close());
  const client = await viewer(server.url, 's');
  t.after(() => client.close());
  const room = LIMITS.message - JSON.stringify({ type: 'own', data: '' }).length;
  await server.messenger.sendToSession('s', { type: 'own', data: 'x'.repeat(room) });
  assert.equal(String((await client.type('own')).data).length, room);
  await assert.rejects(
    server.messenger.sendToSession('s', { type: 'own', data: 'x'.repeat(room + 1) }),
    kitError(
      'too_large',
      `own message: got ${LIMITS.message + 1} bytes of JSON, expected at most ${LIMITS.message}; send a link to what is larger`,
    ),
  );
  // Bytes count, not characters.
  await assert.rejects(server.messenger.sendToSession('s', { type: 'own', data: 'ä'.repeat(room / 2 + 1) }), {
    code: 'too_large',
  });
});

test('send: data nested too deep for the pages to fold is refused', async (t) => {
  const server = await startServer();
  t.after(() => server.close());
  const nested = (levels: number) => JSON.parse('['.repeat(levels) + ']'.repeat(levels));
  assert.equal((await server.messenger.sendToSession('s', { type: 'own', data: nested(LIMITS.depth) })).buffered, true);
  await assert.rejects(
    server.messenger.sendToSession('s', { type: 'own', data: nested(LIMITS.depth + 1) }),
    kitError('invalid', `own message: got data nested over ${LIMITS.depth} levels deep; flatten it`),
  );
});

// Threads and users

test('one connection brings its session, thread and user; what is not its own names its channel', async (t) => {
  const server = await startHandingServer({ sessionId: 's', threadId: 't', userId: 'u' });
  t.after(() => server.close());
  const { messenger } = server;
  await messenger.sendToThread('t', status('thread, before'));
  const client = new WireClient(server.own);
  t.after(() => client.close());
  const synced = await client.synced();
  const names = ['session:s', 'thread:t', 'user:u'];
  assert.deepEqual(Object.keys((synced.data as { channels: object }).channels), names);
  const snapshots = client.frames.filter(({ type }) => type === 'snapshot');
  assert.deepEqual(
    snapshots.map(({ channel }) => channel),
    [undefined, 'thread:t', 'user:u'],
  );
  assert.equal((await client.status('thread, before')).channel, 'thread:t');

  const results = [
    await messenger.sendToSession('s', status('to the session')),
    await messenger.sendToThread('t', status('to the thread')),
    await messenger.sendToUser('u', status('to the user')),
  ];
  assert.deepEqual(
    results.map(({ delivered, buffered }) => ({ delivered, buffered })),
    Array.from({ length: 3 }, () => ({ delivered: 1, buffered: true })),
  );
  await messenger.sendToThread('other', status('to another thread'));
  await messenger.sendToSession('s', status('last'));
  await client.status('last');
  await client.status('to the user');
  const seen = client.frames.filter(({ type, data }) => type === 'status' && String(data).startsWith('to '));
  assert.deepEqual(
    seen
      .map(({ data, channel, id }) => ({ data, channel, id }))
      .sort((a, b) => String(a.data).localeCompare(String(b.data))),
    [
      { data: 'to the session', channel: undefined, id: results[0]?.id },
      { data: 'to the thread', channel: 'thread:t', id: results[1]?.id },
      { data: 'to the user', channel: 'user:u', id: results[2]?.id },
    ],
  );
  assert.ok(!client.raw.some((raw) => raw.includes('"channel":"session:s"')));
});

test('a thread reaches each connection in it, whatever its session', async (t) => {
  const one = await startHandingServer({ sessionId: 's1', threadId: 'shared' });
  t.after(() => one.close());
  const clients = [new WireClient(one.own), new WireClient(one.own)];
  t.after(() => Promise.all(clients.map((client) => client.close())));
  for (const client of clients) await client.synced();
  const plain = await viewer(one.url, 's1');
  t.after(() => plain.close());
  assert.equal((await one.messenger.sendToThread('shared', status('to all in it'))).delivered, 2);
  for (const client of clients) assert.equal((await client.status('to all in it')).channel, 'thread:shared');
  assert.equal((await one.messenger.sendToSession('s1', status('to the session'))).delivered, 3);
  await plain.status('to the session');
  assert.deepEqual(plain.statuses, ['to the session'], 'a connection gets no channel that it was not given');
});

test('handleConnection resumes each channel by itself', async (t) => {
  const ids = { sessionId: 's', threadId: 't' };
  const after: string[] = [];
  const server = await startHandingServer({ ...ids, after });
  t.after(() => server.close());
  const { messenger } = server;
  const own = await messenger.sendToSession('s', status('s 1'));
  await messenger.sendToSession('s', status('s 2'));
  const thread = await messenger.sendToThread('t', status('t 1'));
  await messenger.sendToThread('t', status('t 2'));
  after.push(String(own.id), `thread:t@${thread.id}`);
  const client = new WireClient(server.own);
  t.after(() => client.close());
  await client.synced();
  assert.deepEqual(client.statuses, ['s 2', 't 2']);
  assert.ok(!client.frames.some(({ type }) => type === 'snapshot'));
  const connected = (await client.type('connected')).data;
  assert.ok(isObject(connected) && isObject(connected.channels));
  assert.deepEqual(
    Object.values(connected.channels).map((channel) => isObject(channel) && channel.recovered),
    [true, true],
  );
});

test('handleConnection: ids that are none', ofWebSockets(), async (t) => {
  const server = await startServer();
  t.after(() => server.close());
  const ws = new WireClient(`${server.url}/s`);
  t.after(() => ws.close());
  await ws.synced();
  for (const [ids, text] of [
    [undefined, 'ids: got nothing, expected { sessionId }; say whose connection it is'],
    ['s', 'ids: got string "s", expected { sessionId }; say whose connection it is'],
  ] as const) {
    assert.throws(
      () => server.messenger.handleConnection(ws.ws, ids as unknown as ConnectionIds),
      kitError('invalid', text),
    );
  }
});

// onSession

test('onSession runs once per session, in its context, however many viewers come', async (t) => {
  const server = await startServer();
  t.after(() => server.close());
  const seen: Array<{ id: string; context: unknown }> = [];
  server.messenger.onSession((session) => {
    seen.push({ id: session.id, context: currentContext() });
    assert.equal(currentContext()?.signal, session.signal);
    addStatusMessage(`run ${seen.length} of ${session.id}`);
  });
  const first = await viewer(server.url, 'a');
  await first.status('run 1 of a');
  const others = [await viewer(server.url, 'a'), await viewer(server.url, 'a')];
  for (const client of [first, ...others]) await client.close();
  await everyoneLeft(server.server);
  const back = await viewer(server.url, 'a');
  const b = await viewer(server.url, 'b');
  t.after(() => Promise.all([back.close(), b.close()]));
  await b.status('run 2 of b');
  assert.deepEqual(
    seen.map(({ id }) => id),
    ['a', 'b'],
  );
  const [{ context } = { context: undefined }] = seen;
  assert.ok(isObject(context));
  assert.deepEqual(Object.keys(context), ['sessionId', 'signal']);
});

test('onSession knows the thread and the user that the connection was given', async (t) => {
  const server = await startHandingServer({ sessionId: 's', threadId: 't', userId: 'u' });
  t.after(() => server.close());
  const session = new Promise<Session>((resolve) => {
    server.messenger.onSession((session) => {
      const { sessionId, threadId, userId } = currentContext() ?? {};
      assert.deepEqual({ sessionId, threadId, userId }, { sessionId: 's', threadId: 't', userId: 'u' });
      resolve(session);
    });
  });
  const client = new WireClient(server.own);
  t.after(() => client.close());
  assert.equal((await session).id, 's');
  assert.deepEqual(server.log.lines, []);
});

test('a session that ran stays known when its viewers leave while it has nothing said', async (t) => {
  const server = await startServer();
  t.after(() => server.close());
  let runs = 0;
  let finish: () => void = () => {};
  server.messenger.onSession(async (session) => {
    runs++;
    await new Promise<void>((resolve) => {
      finish = resolve;
    });
    await session.send(status('finished alone'));
  });
  for (let i = 0; i < 2; i++) {
    await (await viewer(server.url, 's')).close();
    await everyoneLeft(server.server);
  }
  finish();
  const third = await viewer(server.url, 's');
  t.after(() => third.close());
  await third.status('finished alone');
  assert.equal(runs, 1);
});

for (const [kind, fail] of [
  [
    'throws',
    () => {
      throw new Error('SECRET of the database');
    },
  ],
  ['rejects', () => Promise.reject(new Error('SECRET of the database'))],
] as const) {
  test(`an onSession handler that ${kind}: every viewer is told in public words, the log has the stack`, async (t) => {
    const server = await startServer();
    t.after(() => server.close());
    let bothThere: () => void = () => {};
    const both = new Promise<void>((resolve) => {
      bothThere = resolve;
    });
    server.messenger.onSession(kind === 'throws' ? fail : () => both.then(fail));
    const clients = [await viewer(server.url, 's'), await viewer(server.url, 's')];
    t.after(() => Promise.all(clients.map((client) => client.close())));
    bothThere();
    const shown = { message: 'The work was stopped by an error.', fatal: true };
    if (kind === 'rejects') for (const client of clients) assert.deepEqual((await client.type('error')).data, shown);
    else assert.deepEqual((await clients[0]?.type('error'))?.data, shown);
    const late = await viewer(server.url, 's');
    t.after(() => late.close());
    const state = (await late.type('snapshot')).data;
    assert.ok(isObject(state) && isObject(state.error));
    assert.equal(state.phase, 'failed');
    assert.equal(state.error.message, shown.message);
    for (const client of [...clients, late]) assert.ok(!client.raw.some((raw) => raw.includes('SECRET')));
    const lines = server.log.with('SECRET');
    assert.equal(lines.length, 1);
    assert.match(
      lines[0] ?? '',
      /^error status-messenger: the onSession handler of session s failed: Error: SECRET of the database\n\s+at .*messenger\.test/,
    );
  });
}

test('several onSession handlers run beside each other; one taken back does not', async (t) => {
  const server = await startServer();
  t.after(() => server.close());
  server.messenger.onSession(() => Promise.reject(new Error('the first fails')));
  const takeBack = server.messenger.onSession(() => addStatusMessage('taken back'));
  server.messenger.onSession(() => addStatusMessage('the last'));
  takeBack();
  takeBack();
  const client = await viewer(server.url, 's');
  t.after(() => client.close());
  await client.status('the last');
  await client.type('error');
  assert.deepEqual(client.statuses, ['the last']);
});

test('handlers that are no functions', async (t) => {
  const server = await startServer();
  t.after(() => server.close());
  const { messenger } = server;
  assert.throws(
    () => messenger.onSession(undefined as unknown as () => void),
    kitError('invalid', 'onSession: got nothing, expected a function; pass the function to call'),
  );
  assert.throws(
    () => messenger.onInput('x' as unknown as () => void),
    kitError('invalid', 'onInput: got string "x", expected a function; pass the function to call'),
  );
});

// What pages say

test('onInput gets the data of a frame, and any other text as it came, in the context of its session', async (t) => {
  const server = await startServer();
  t.after(() => server.close());
  const inputs: unknown[] = [];
  server.messenger.onInput((input, session) => {
    assert.equal(currentContext()?.sessionId, session.id);
    inputs.push([session.id, input]);
    addStatusMessage(`got ${inputs.length}`);
  });
  const a = await viewer(server.url, 'a');
  const b = await viewer(server.url, 'b');
  t.after(() => Promise.all([a.close(), b.close()]));
  assert.deepEqual(await acked(a, { type: 'input', ref: '1', data: { x: [1] } }), { ref: '1', accepted: true });
  await a.send({ type: 'input', data: 'without ref' });
  await a.send('any text');
  await a.send('"a JSON text"');
  await a.send({ type: 'own', x: 1 });
  await a.send({ type: 'input' });
  await a.status('got 6');
  assert.deepEqual(await acked(b, { type: 'input', ref: '1', data: 'b' }), { ref: '1', accepted: true });
  await b.status('got 7');
  assert.deepEqual(inputs, [
    ['a', { x: [1] }],
    ['a', 'without ref'],
    ['a', 'any text'],
    ['a', '"a JSON text"'],
    ['a', '{"type":"own","x":1}'],
    ['a', undefined],
    ['b', 'b'],
  ]);
  assert.deepEqual(server.log.lines, []);
});

test('an input is refused while nobody takes any', async (t) => {
  const server = await startServer();
  t.after(() => server.close());
  const client = await viewer(server.url, 's');
  t.after(() => client.close());
  const refused = { ref: '1', accepted: false, reason: 'this server takes no input' };
  assert.deepEqual(await acked(client, { type: 'input', ref: '1', data: 'x' }), refused);
  await client.send('raw text is lost without a trace');
  const takeBack = server.messenger.onInput(() => {});
  assert.equal((await acked(client, { type: 'input', ref: '2', data: 'x' })).accepted, true);
  takeBack();
  assert.equal((await acked(client, { type: 'input', ref: '3', data: 'x' })).accepted, false);
});

test('an onInput handler that fails only costs a line in the log', async (t) => {
  const server = await startServer();
  t.after(() => server.close());
  server.messenger.onInput((input) => {
    if (input === 'throw') throw new Error('SECRET thrown');
    return Promise.reject(new Error('SECRET rejected'));
  });
  const heard: unknown[] = [];
  server.messenger.onInput((input) => heard.push(input));
  const client = await viewer(server.url, 's');
  t.after(() => client.close());
  assert.equal((await acked(client, { type: 'input', ref: '1', data: 'throw' })).accepted, true);
  assert.equal((await acked(client, { type: 'input', ref: '2', data: 'reject' })).accepted, true);
  await server.messenger.sendToSession('s', status('still here'));
  await client.status('still here');
  assert.deepEqual(heard, ['throw', 'reject']);
  assert.ok(!client.raw.some((raw) => raw.includes('SECRET')));
  assert.ok(!client.frames.some(({ type }) => type === 'error'));
  assert.equal(server.log.lines.length, 2);
  assert.match(server.log.lines[0] ?? '', /^error status-messenger: an onInput handler failed: Error: SECRET thrown\n/);
  assert.match(
    server.log.lines[1] ?? '',
    /^error status-messenger: an onInput handler failed: Error: SECRET rejected\n/,
  );
});

test('a cancel reaches the signal once, from any viewer; the run is then shown as cancelled', async (t) => {
  const server = await startServer();
  t.after(() => server.close());
  let session: Session | undefined;
  server.messenger.onSession(async (started) => {
    session = started;
    addStatusMessage('working');
    await once(started.signal, 'abort');
    throw started.signal.reason;
  });
  const clients = [await viewer(server.url, 's'), await viewer(server.url, 's')] as const;
  t.after(() => Promise.all(clients.map((client) => client.close())));
  await clients[0].status('working');
  assert.equal(session?.signal.aborted, false);
  assert.deepEqual(await acked(clients[1], { type: 'cancel', ref: 'c' }), { ref: 'c', accepted: true });
  assert.equal(session?.signal.aborted, true);
  assert.equal(String(session.signal.reason), 'Error: status-messenger: a viewer asked to stop');
  for (const client of clients) {
    assert.deepEqual((await client.type('state')).data, { taskId: 's', status: 'CANCELLED' });
    assert.ok(!client.frames.some(({ type }) => type === 'error'));
  }
  assert.deepEqual(server.log.lines, [], 'what was asked for is no error');
  assert.deepEqual(await acked(clients[0], { type: 'cancel', ref: 'd' }), {
    ref: 'd',
    accepted: false,
    reason: 'nothing is running',
  });
});

test('a cancel where nothing runs, and an answer where nothing is asked, are refused', async (t) => {
  const server = await startServer();
  t.after(() => server.close());
  const client = await viewer(server.url, 's');
  t.after(() => client.close());
  assert.deepEqual(await acked(client, { type: 'cancel', ref: '1', data: {} }), {
    ref: '1',
    accepted: false,
    reason: 'nothing is running',
  });
  assert.deepEqual(await acked(client, { type: 'answer', ref: '2', data: { questionId: 'q', answer: 1 } }), {
    ref: '2',
    accepted: false,
    reason: 'no such question is open',
  });
});

test('the same ref is carried out once and acknowledged each time, also on another connection', async (t) => {
  const server = await startServer();
  t.after(() => server.close());
  const inputs: unknown[] = [];
  server.messenger.onInput((input) => void inputs.push(input));
  const first = await viewer(server.url, 's');
  const acks = ({ frames }: WireClient) => frames.filter(({ type }) => type === 'ack').map(({ data }) => data);
  for (const data of ['a', 'a', 'other data']) await first.send({ type: 'input', ref: 'r', data });
  assert.equal((await acked(first, { type: 'input', ref: 'end', data: 'end' })).accepted, true);
  const yes = { ref: 'r', accepted: true };
  assert.deepEqual(acks(first), [yes, yes, yes, { ref: 'end', accepted: true }]);
  const second = await viewer(server.url, 's');
  const other = await viewer(server.url, 'other');
  t.after(() => Promise.all([first.close(), second.close(), other.close()]));
  assert.deepEqual(await acked(second, { type: 'input', ref: 'r', data: 'from another viewer' }), yes);
  assert.deepEqual(inputs, ['a', 'end']);
  assert.deepEqual(await acked(other, { type: 'input', ref: 'r', data: 'of another session' }), yes);
  assert.deepEqual(inputs, ['a', 'end', 'of another session']);
});

test('what a session accepted is known to those who come back', async (t) => {
  const server = await startServer();
  t.after(() => server.close());
  const inputs: unknown[] = [];
  server.messenger.onInput((input) => void inputs.push(input));
  await server.messenger.sendToSession('s', status('there is something in the log'));
  const first = await viewer(server.url, 's');
  await acked(first, { type: 'input', ref: 'r', data: 'once' });
  await first.close();
  await everyoneLeft(server.server);
  const second = await viewer(server.url, 's');
  t.after(() => second.close());
  assert.deepEqual(await acked(second, { type: 'input', ref: 'r', data: 'twice' }), { ref: 'r', accepted: true });
  assert.deepEqual(inputs, ['once']);
});

test('malformed frames are refused by an ack where they have a ref, and each kind costs one line in the log', async (t) => {
  const server = await startServer();
  t.after(() => server.close());
  server.messenger.onInput(() => assert.fail('it is no input'));
  const client = await viewer(server.url, 's');
  t.after(() => client.close());
  assert.deepEqual(await acked(client, { type: 'answer', ref: '1', data: 'no object' }), {
    ref: '1',
    accepted: false,
    reason: 'malformed: data: expected an object with questionId and answer',
  });
  assert.deepEqual(await acked(client, { type: 'answer', ref: '2', data: { questionId: 'q' } }), {
    ref: '2',
    accepted: false,
    reason: 'malformed: data.answer: expected an answer, or decline: true',
  });
  await client.send({ type: 'input', ref: 'r'.repeat(LIMITS.refLength + 1), data: 'x' });
  await client.send({ type: 'input', ref: '', data: 'x' });
  await server.messenger.sendToSession('s', status('still here'));
  await client.status('still here');
  assert.deepEqual(server.log.lines.slice(0, 1), [
    'warn status-messenger: got a malformed frame from a page (data: expected an object with questionId and answer), expected one of the wire contract; it is refused',
  ]);
});

for (const way of ['attach', 'handleConnection'] as const) {
  test(`${way}: a frame at the limit is taken; one over it, and a binary one, end the connection`, async (t) => {
    const server = await startHandingServer({ sessionId: 's' });
    t.after(() => server.close());
    const lengths: number[] = [];
    server.messenger.onInput((input) => void lengths.push(String(input).length));
    const connect = async () => {
      const client = new WireClient(way === 'attach' ? `${server.url}/s` : server.own);
      await client.synced();
      return client;
    };
    const taken = await connect();
    t.after(() => taken.close());
    await taken.send('x'.repeat(LIMITS.clientFrame));
    await acked(taken, { type: 'input', ref: 'after', data: 'x' });
    assert.deepEqual(lengths, [LIMITS.clientFrame, 1]);
    const large = await connect();
    await large.send('x'.repeat(LIMITS.clientFrame + 1));
    assert.equal((await large.closed()).code, 1009);
    const binary = await connect();
    // Not a text by any measure: whoever posts it can't say that it is none.
    await binary.send(Buffer.from([0xff]));
    assert.deepEqual(await binary.closed(), { code: 4400, reason: 'got a binary frame, expected text' });
    assert.deepEqual(lengths, [LIMITS.clientFrame, 1]);
    assert.equal((await server.messenger.sendToSession('s', status('x'))).buffered, true);
    await taken.status('x');
  });
}

test('a session id that is none is refused with 4400', async (t) => {
  const server = await startServer();
  t.after(() => server.close());
  server.messenger.onSession(() => assert.fail('there is no session'));
  for (const id of ['', 'a%20b', '%', '%E4', 'x'.repeat(129), 'a%2Fb', '%00']) {
    const client = new WireClient(`${server.url}/${id}`);
    assert.deepEqual(await client.closed(), { code: 4400, reason: `session id: expected ${ID_RULE}` });
    assert.deepEqual(client.frames, []);
  }
  const encoded = new WireClient(`${server.url}/%61%7Eb`);
  t.after(() => encoded.close());
  const { data } = await encoded.type('connected');
  assert.ok(isObject(data) && data.sessionId === 'a~b');
});

// Several viewers

test('all viewers of a session see the same messages, in the same order, with the same positions', async (t) => {
  const server = await startServer();
  t.after(() => server.close());
  const clients = await Promise.all(Array.from({ length: 10 }, () => viewer(server.url, 's')));
  t.after(() => Promise.all(clients.map((client) => client.close())));
  for (let i = 0; i < 200; i++) void server.messenger.sendToSession('s', { type: 'own', data: i });
  await server.messenger.sendToSession('s', status('end'));
  const stored = ({ frames }: WireClient) => frames.filter(({ type }: Frame) => type === 'own' || type === 'status');
  for (const client of clients) {
    await client.status('end');
    assert.deepEqual(stored(client), stored(clients[0] as WireClient));
    assert.equal(stored(client).length, 201);
  }
});

test('two messengers in one process do not see each other', async (t) => {
  const servers = [await startServer(), await startServer()] as const;
  t.after(() => Promise.all(servers.map((server) => server.close())));
  const started: string[] = [];
  servers[0].messenger.onSession(() => void started.push('one'));
  servers[1].messenger.onSession(() => void started.push('two'));
  servers[0].messenger.onInput(() => void started.push('input of one'));
  const clients = [await viewer(servers[0].url, 's'), await viewer(servers[1].url, 's')] as const;
  t.after(() => Promise.all(clients.map((client) => client.close())));
  const updates = servers[1].messenger.streamStatusUpdates();
  for (const [i, server] of servers.entries()) {
    server.messenger.runWithSession('s', () => addStatusMessage(`of ${i}`));
    assert.equal((await server.messenger.sendToSession('s', status(`to ${i}`))).delivered, 1);
    await clients[i]?.status(`to ${i}`);
  }
  assert.deepEqual(
    clients.map(({ statuses }) => statuses),
    [
      ['of 0', 'to 0'],
      ['of 1', 'to 1'],
    ],
  );
  assert.equal((await acked(clients[1], { type: 'input', ref: '1', data: 'x' })).accepted, false);
  assert.deepEqual(started.sort(), ['one', 'two']);
  assert.deepEqual((await updates.next()).value, ['s', 'of 1']);
  await servers[0].close();
  assert.equal((await clients[0].closed()).code, 1012);
  await servers[1].messenger.sendToSession('s', status('still there'));
  await clients[1].status('still there');
});

// close()

test('close({ final }) delivers all that was sent, and tells every page that nothing more will come', async (t) => {
  const server = await startServer();
  t.after(() => server.close());
  const client = await viewer(server.url, 's');
  await server.messenger.sendToSession('s', status('last'));
  await server.messenger.close({ final: true });
  assert.deepEqual(await client.closed(), { code: 1000, reason: '' });
  assert.deepEqual(client.statuses, ['last']);
});

test('close() names what it cannot be told', async (t) => {
  const messenger = new StatusMessenger();
  t.after(() => messenger.close());
  const call = (options: unknown) => () => Reflect.apply(messenger.close, messenger, [options]);
  assert.throws(call({ timeout: 'x' }), { message: /close: timeout: got string "x", expected milliseconds from 0/ });
  assert.throws(call({ timeOut: 5 }), { message: /close: got "timeOut", expected timeout, final; check its spelling/ });
});

test('close() delivers all that was accepted, then says when to come back', async (t) => {
  const server = await startServer({ random: () => 0.5, store: { tail: { count: 5000, bytes: 16 * LIMITS.message } } });
  t.after(() => server.close());
  const clients = [await viewer(server.url, 'a'), await viewer(server.url, 'a'), await viewer(server.url, 'b')];
  const texts = Array.from({ length: 2000 }, (_, i) => `${i} ${'x'.repeat(500)}`);
  const sending: Array<Promise<unknown>> = [];
  for (const id of ['a', 'b']) {
    for (const text of texts) sending.push(server.messenger.sendToSession(id, status(text)));
    server.messenger.runWithSession(id, () => addStatusMessage('the last'));
  }
  assert.equal(server.messenger.closed, false);
  const closing = server.messenger.close();
  assert.equal(server.messenger.closed, true);
  assert.equal(server.messenger.close(), closing);
  await Promise.all(sending);
  await closing;
  for (const client of clients) {
    assert.deepEqual(await client.closed(), { code: 1012, reason: 'retry=2500' });
    assert.deepEqual(client.statuses, [...texts, 'the last']);
    const kept = client.statuses.slice(0, -1);
    if (!client.frames.slice(2).some(({ type }) => type === 'snapshot'))
      assert.deepEqual(kept.slice(-1), texts.slice(-1));
  }
});

test('close() aborts what runs, and the pages are told nothing of it', async (t) => {
  const server = await startServer();
  t.after(() => server.close());
  let reason: unknown;
  server.messenger.onSession(async ({ signal }) => {
    await once(signal, 'abort');
    reason = signal.reason;
    throw reason;
  });
  const client = await viewer(server.url, 's');
  await server.messenger.close();
  assert.equal(String(reason), 'Error: status-messenger: the server is closing');
  assert.equal((await client.closed()).code, 1012);
  assert.ok(!client.frames.some(({ type }) => type === 'error' || type === 'state'));
  assert.deepEqual(server.log.lines, []);
});

test('while it closes, new connections are refused and it is not healthy', async (t) => {
  const server = await startServer();
  t.after(() => server.close());
  // A viewer that answers no close keeps the server closing until it is gone.
  const silent = await SilentPeer.open(server.port, '/ws/s');
  const closing = server.messenger.close({ timeout: 60_000 });
  await silent.got(OPCODE.close);
  assert.match(await exchange(server.port, upgradeRequest('/ws/s')), /^HTTP\/1\.1 503 Service Unavailable\r\n/);
  const health = await fetch(`${server.http}/healthz`);
  assert.equal(health.status, 503);
  assert.deepEqual(await health.json(), { error: { code: 'unavailable', message: 'the server is closing' } });
  await silent.destroy();
  await closing;
});

test('close() does not wait for a peer longer than it was told, and ends it', async (t) => {
  const server = await startServer();
  t.after(() => server.close());
  const silent = await SilentPeer.open(server.port, '/ws/s');
  await server.messenger.close({ timeout: 50 });
  await silent.end();
  assert.ok(silent.opcodes.includes(OPCODE.close), 'it was told before');
});

test('after close() every call says so', async () => {
  const server = await startServer();
  const { messenger } = server;
  await server.close();
  const closed = (call: string) =>
    kitError('closed', `${call}: got a call after close(), expected an open messenger; make a new one`);
  await assert.rejects(messenger.send('session:s', status('x')), closed('send'));
  await assert.rejects(messenger.sendToSession('s', status('x')), closed('send'));
  await assert.rejects(messenger.sendToThread('t', status('x')), closed('send'));
  await assert.rejects(messenger.sendToUser('u', status('x')), closed('send'));
  assert.throws(() => messenger.attach(server.server), closed('attach'));
  const ws = {} as Parameters<StatusMessenger['handleConnection']>[0];
  assert.throws(() => messenger.handleConnection(ws, { sessionId: 's' }), closed('handleConnection'));
  assert.equal((await messenger.fetch(new Request('http://localhost/healthz'))).status, 503);
  await messenger.close();
});

test('a messenger that never served anyone closes at once', async () => {
  const messenger = new StatusMessenger({ logger: false });
  await messenger.close({ timeout: 60_000 });
  assert.equal(messenger.closed, true);
});

test('a viewer for whom there is no room is told to come back', async (t) => {
  const server = await startServer({ store: { channels: 1 }, random: () => 0.5 });
  t.after(() => server.close());
  const first = await viewer(server.url, 'a');
  t.after(() => first.close());
  // Not all at the same moment: between five and ten seconds.
  assert.deepEqual(await new WireClient(`${server.url}/b`).closed(), { code: 1013, reason: 'retry=7500' });
});

test('a clock may be an instance of a class', async (t) => {
  const clock = new ManualClock();
  const server = await startServer({ clock });
  t.after(() => closeWith(clock, server));
  const page = await viewer(server.url, 's');
  await page.close();
});

test('a socket that closed before it was handed over is served to nobody', async (t) => {
  const server = await startServer();
  t.after(() => server.close());
  const sockets = new WebSocketServer({ port: 0, host: '127.0.0.1' });
  t.after(() => sockets.close());
  if (!sockets.address()) await once(sockets, 'listening');
  const { port } = sockets.address() as AddressInfo;
  const page = new WireClient(`ws://127.0.0.1:${port}`);
  const [ws] = await once(sockets, 'connection');
  const gone = once(ws, 'close');
  page.ws.terminate();
  await gone;
  server.messenger.handleConnection(ws, { sessionId: 's' });
  assert.equal((await server.messenger.sendToSession('s', status('x'))).delivered, 0);
});

test('the same ref is carried out once, also when its session has said nothing and its page was away', async (t) => {
  const server = await startServer();
  t.after(() => server.close());
  const inputs: unknown[] = [];
  server.messenger.onInput((input) => inputs.push(input));
  for (let i = 0; i < 2; i++) {
    const page = await viewer(server.url, 's');
    await page.send({ type: 'input', ref: 'r', data: 'once' });
    assert.deepEqual((await page.ack('r')).data, { ref: 'r', accepted: true });
    await page.close();
    await everyoneLeft(server.server);
  }
  assert.deepEqual(inputs, ['once']);
});

test('every frame that has a ref is acknowledged, whatever it is', async (t) => {
  const server = await startServer();
  t.after(() => server.close());
  const page = await viewer(server.url, 's');
  t.after(() => page.close());
  await page.send({ type: 'own', ref: 'a', data: 1 });
  await page.send({ answer: 1, ref: 'b' });
  assert.deepEqual((await page.ack('a')).data, { ref: 'a', accepted: false, reason: 'this server takes no input' });
  assert.deepEqual((await page.ack('b')).data, { ref: 'b', accepted: false, reason: 'no such question is open' });
  assert.equal(server.log.with('got input from a page, expected none without an onInput handler').length, 1);
});

test('an input runs in the context of whoever sent it', async (t) => {
  const server = await startServer();
  const sockets = new WebSocketServer({ port: 0, host: '127.0.0.1' });
  sockets.on('connection', (ws, { url = '' }) => {
    server.messenger.handleConnection(ws, { sessionId: 'room', userId: url.slice(1) });
  });
  t.after(async () => {
    await server.close();
    sockets.close();
  });
  const heard: unknown[] = [];
  server.messenger.onInput((input) => heard.push([input, currentContext()?.userId]));
  if (!sockets.address()) await once(sockets, 'listening');
  const { port } = sockets.address() as AddressInfo;
  const pages: WireClient[] = [];
  for (const name of ['alice', 'bob']) {
    const page = new WireClient(`ws://127.0.0.1:${port}/${name}`);
    pages.push(page);
    await page.synced();
    await page.send({ type: 'input', ref: name, data: `I am ${name}` });
    await page.ack(name);
  }
  assert.deepEqual(heard, [
    ['I am alice', 'alice'],
    ['I am bob', 'bob'],
  ]);
  for (const page of pages) await page.close();
});

for (const how of ['throws', 'returns'] as const) {
  test(`a run that was asked to stop is shown as stopped when it ${how}`, async (t) => {
    const server = await startServer();
    t.after(() => server.close());
    server.messenger.onSession(async (session) => {
      await session.send(status('working'));
      await once(session.signal, 'abort');
      if (how === 'throws') throw session.signal.reason;
    });
    const page = await viewer(server.url, 's');
    t.after(() => page.close());
    await page.status('working');
    await page.send({ type: 'cancel', ref: 'c', data: {} });
    assert.deepEqual((await page.type('state')).data, { taskId: 's', status: 'CANCELLED' });
    assert.deepEqual(server.log.lines, []);
  });
}

for (const how of ['throws', 'returns'] as const) {
  test(`a run that said how it ended is not stopped afterwards, also when it ${how}`, async (t) => {
    const server = await startServer();
    t.after(() => server.close());
    server.messenger.onSession(async (session) => {
      await once(session.signal, 'abort');
      await session.send({ type: 'complete', data: { summary: 'Done all the same' } });
      if (how === 'throws') throw new Error('too late to matter');
    });
    const page = await viewer(server.url, 's');
    t.after(() => page.close());
    await page.send({ type: 'cancel', ref: 'c', data: {} });
    await page.type('complete');
    await turn();
    await server.messenger.sendToSession('s', { type: 'own', data: 1 });
    await page.type('own');
    assert.deepEqual(
      page.frames.filter(({ type }) => type === 'state' || type === 'error'),
      [],
    );
  });
}

test('close() keeps no viewer waiting for one that is slow', async (t) => {
  // All of it is kept word for word: nothing shorter takes its place.
  const server = await startServer({ highWaterMark: 1000, store: { tail: { bytes: 64 * 1024 * 1024 } } });
  t.after(() => server.close());
  const stuck = await viewer(server.url, 's');
  stuck.pause();
  const other = await viewer(server.url, 'other');
  // More than the system takes for a reader that does not read.
  for (let i = 0; i < 60; i++) await server.messenger.sendToSession('s', { type: 'own', data: 'x'.repeat(200_000) });
  let closed = false;
  const closing = server.messenger.close({ timeout: 1500 }).then(() => {
    closed = true;
  });
  assert.equal((await other.closed()).code, 1012);
  assert.equal(closed, false);
  await closing;
  await stuck.close();
});

test('two messengers cannot share a store', () => {
  const store = new MemoryStore({ clock: new ManualClock() });
  const one = new StatusMessenger({ store, logger: false });
  assert.throws(
    () => new StatusMessenger({ store, logger: false }),
    kitError('not_allowed', 'store: got a second messenger, expected one per store; give each its own'),
  );
  return one.close();
});

test('after close() its server still answers: 503, and no one waits', async (t) => {
  const server = await startServer();
  t.after(() => {
    server.server.closeAllConnections();
    server.server.close();
  });
  await server.messenger.close();
  assert.equal((await fetch(`${server.http}/healthz`)).status, 503);
  await assert.rejects(new WireClient(`${server.url}/s`).synced());
  const next = new StatusMessenger({ logger: false });
  next.attach(server.server);
  assert.equal((await fetch(`${server.http}/healthz`)).status, 200);
  await next.close();
});

test('ids that are none, handed over with a socket, end that connection and nothing else', async (t) => {
  const server = await startServer();
  const sockets = new WebSocketServer({ port: 0, host: '127.0.0.1' });
  sockets.on('connection', (ws, { url = '' }) => {
    server.messenger.handleConnection(ws, { sessionId: decodeURIComponent(url.slice(1)) });
  });
  await once(sockets, 'listening');
  t.after(async () => {
    await server.close();
    sockets.close();
  });
  const { port } = sockets.address() as AddressInfo;
  for (const id of ['a%20b', '', 'run_1']) {
    assert.equal((await new WireClient(`ws://127.0.0.1:${port}/${id}`).closed()).code, 4400);
  }
  assert.equal(server.log.with('handleConnection: sessionId').length, 1);
});
