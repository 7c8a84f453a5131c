import assert from 'node:assert/strict';
import { AsyncResource } from 'node:async_hooks';
import { EventEmitter, once } from 'node:events';
import { Readable, Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { test } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { seededRandom } from '../../components/testing/index.js';
import { ID_RULE } from '../../protocol/index.js';
import { addStatusMessage, currentContext, runWithSession, type StatusMessenger } from '../../server-adapter/index.js';
import { seedFromEnvironment } from '../helpers/random.js';
import { startServer } from '../helpers/server.js';
import { WireClient } from '../helpers/wire-client.js';
import { kitError } from './support.js';

const SESSIONS = 200;
const seed = seedFromEnvironment();

/** One place that every session goes through: nothing here knows of any session but by its context. */
function shared(random: () => number, ticker: EventEmitter) {
  const delay = () => Math.floor(random() * 4);
  return {
    async viaAwait(say: () => void) {
      await Promise.resolve();
      say();
    },
    viaTimeout: (say: () => void) =>
      new Promise<void>((resolve) =>
        setTimeout(() => {
          say();
          resolve();
        }, delay()),
      ),
    viaImmediate: (say: () => void) =>
      new Promise<void>((resolve) =>
        setImmediate(() => {
          say();
          resolve();
        }),
      ),
    viaMicrotask: (say: () => void) =>
      new Promise<void>((resolve) =>
        queueMicrotask(() => {
          say();
          resolve();
        }),
      ),
    async viaPipeline(say: () => void) {
      const through = new Transform({
        objectMode: true,
        transform(chunk, _, done) {
          say();
          setTimeout(() => done(null, chunk), delay());
        },
      });
      await pipeline(Readable.from([1, 2, 3]), through, async (chunks) => {
        for await (const _ of chunks) say();
      });
    },
    async viaIteration(say: () => void) {
      let chunks = 0;
      const readable = new Readable({
        objectMode: true,
        read() {
          setImmediate(() => this.push(chunks++ > 0 && random() < 0.5 ? null : 'chunk'));
        },
      });
      for await (const _ of readable) say();
    },
    /** The ticks come from outside of every session. */
    async viaEmitter(say: () => void) {
      const heard = new EventEmitter();
      ticker.once(
        'tick',
        AsyncResource.bind(() => {
          say();
          heard.emit('done');
        }),
      );
      await once(heard, 'done');
    },
  };
}

test(`${SESSIONS} sessions interleaved through the same functions never mix (SEED=${seed})`, async (t) => {
  const random = seededRandom(seed);
  const server = await startServer();
  t.after(() => server.close());
  const ticker = new EventEmitter().setMaxListeners(0);
  const interval = setInterval(() => ticker.emit('tick'), 2);
  t.after(() => clearInterval(interval));

  const ways = Object.values(shared(random, ticker));
  const said = new Map<string, string[]>();
  let arrived = 0;
  let open: () => void = () => {};
  const everyone = new Promise<void>((resolve) => {
    open = resolve;
  });
  server.messenger.onSession(async (session) => {
    const own: string[] = [];
    said.set(session.id, own);
    const say = () => {
      assert.equal(currentContext()?.sessionId, session.id);
      own.push(`${session.id} says ${own.length}`);
      addStatusMessage(own.at(-1) ?? '');
    };
    if (++arrived === SESSIONS) open();
    await everyone;
    for (let i = 0; i < 10; i++) await ways[Math.floor(random() * ways.length)]?.(say);
    // All at once, too.
    await Promise.all(ways.map((way) => way(say)));
    await session.send({ type: 'complete', data: { summary: session.id } });
  });

  const ids = Array.from({ length: SESSIONS }, (_, i) => `session-${i}`);
  const clients = ids.map((id) => new WireClient(`${server.url}/${id}`));
  t.after(() => Promise.all(clients.map((client) => client.close())));
  for (const [i, client] of clients.entries()) {
    const id = ids[i] ?? '';
    const complete = await client.frame(({ type }) => type === 'complete' || type === 'error');
    assert.deepEqual(complete.data, { summary: id });
    assert.deepEqual(client.statuses, said.get(id));
    assert.ok(client.statuses.length >= 17);
  }
  assert.deepEqual(server.log.lines, []);
});

test('the work of one session that starts another: each keeps its own, and its own messenger', async (t) => {
  const [one, other] = [await startServer(), await startServer()];
  t.after(() => Promise.all([one.close(), other.close()]));
  const clients = [new WireClient(`${one.url}/a`), new WireClient(`${one.url}/b`), new WireClient(`${other.url}/a`)];
  t.after(() => Promise.all(clients.map((client) => client.close())));
  for (const client of clients) await client.synced();

  await one.messenger.runWithSession('a', async () => {
    addStatusMessage('a, before');
    const inner = runWithSession('b', async () => {
      await turn();
      addStatusMessage('b, of the surrounding messenger');
      await turn();
      addStatusMessage('b, end');
    });
    const elsewhere = other.messenger.runWithSession('a', async () => {
      await turn();
      addStatusMessage('a of the other');
    });
    addStatusMessage('a, meanwhile');
    await Promise.all([inner, elsewhere]);
    addStatusMessage('a, end');
  });
  const [a, b, otherA] = clients as [WireClient, WireClient, WireClient];
  await a.status('a, end');
  await b.status('b, end');
  await otherA.status('a of the other');
  assert.deepEqual(a.statuses, ['a, before', 'a, meanwhile', 'a, end']);
  assert.deepEqual(b.statuses, ['b, of the surrounding messenger', 'b, end']);
  assert.deepEqual(otherA.statuses, ['a of the other']);
});

test('a bound listener reports where it was bound, not where the event comes from', async (t) => {
  const server = await startServer();
  t.after(() => server.close());
  const emitter = new EventEmitter();
  const heard: Array<string | undefined> = [];
  runWithSession('listener', () => {
    emitter.on(
      'event',
      AsyncResource.bind(() => heard.push(currentContext()?.sessionId)),
    );
  });
  emitter.emit('event');
  server.messenger.runWithSession('emitter', () => emitter.emit('event'));
  assert.deepEqual(heard, ['listener', 'listener']);
});

test('currentContext() has exactly the ids given, and none outside', async () => {
  assert.equal(currentContext(), undefined);
  const ids = { sessionId: 's', threadId: 't', userId: 'u', runId: 'run_1' };
  runWithSession(ids, () => {
    assert.deepEqual(currentContext(), ids);
    assert.ok(Object.isFrozen(currentContext()));
    runWithSession('inner', () => assert.deepEqual(currentContext(), { sessionId: 'inner' }));
    runWithSession({ threadId: 't2' }, () => assert.deepEqual(currentContext(), { threadId: 't2' }));
    assert.deepEqual(currentContext(), ids);
  });
  assert.equal(currentContext(), undefined);
});

test('the ids given may change afterwards without changing the context', () => {
  const ids = { sessionId: 'before' };
  runWithSession(ids, () => {
    ids.sessionId = 'after';
    assert.equal(currentContext()?.sessionId, 'before');
  });
});

test('runWithSession hands on what the function answers or throws, and the context ends with it', async () => {
  assert.equal(
    runWithSession('s', () => 42),
    42,
  );
  assert.equal(await runWithSession('s', async () => 'later'), 'later');
  const failure = new Error('of the application');
  assert.throws(
    () =>
      runWithSession('s', () => {
        throw failure;
      }),
    failure,
  );
  assert.equal(currentContext(), undefined);
});

test('ids that are none are refused with what was got, where, and what to do; nothing runs', async (t) => {
  const server = await startServer();
  t.after(() => server.close());
  const fix = `expected ${ID_RULE}; replace other characters, for instance by "_"`;
  const cases: Array<[unknown, string]> = [
    ['', `sessionId: got an empty string, ${fix}`],
    ['a b', `sessionId: got string "a b", ${fix}`],
    ['ä', `sessionId: got string "ä", ${fix}`],
    ['a/b', `sessionId: got string "a/b", ${fix}`],
    ['line\n', `sessionId: got string "line\\n", ${fix}`],
    ['x'.repeat(129), `sessionId: got string "${'x'.repeat(60)}…", ${fix}`],
    [{ sessionId: 5 }, `sessionId: got number 5, ${fix}`],
    [{ sessionId: 's', threadId: '' }, `threadId: got an empty string, ${fix}`],
    [{ userId: ['u'] }, `userId: got a list of 1, ${fix}`],
    [{ runId: 'run 1' }, `runId: got string "run 1", ${fix}`],
    [
      null,
      'ids: got null, expected a session id or { sessionId, threadId, userId, runId }; pass the id of the session',
    ],
    [
      undefined,
      'ids: got nothing, expected a session id or { sessionId, threadId, userId, runId }; pass the id of the session',
    ],
    [
      17,
      'ids: got number 17, expected a session id or { sessionId, threadId, userId, runId }; pass the id of the session',
    ],
    [
      ['s'],
      'ids: got a list of 1, expected a session id or { sessionId, threadId, userId, runId }; pass the id of the session',
    ],
  ];
  type Ids = Parameters<StatusMessenger['runWithSession']>[0];
  const never = () => assert.fail('it ran');
  for (const [ids, text] of cases) {
    assert.throws(() => runWithSession(ids as Ids, never), kitError('invalid', text));
    assert.throws(() => server.messenger.runWithSession(ids as Ids, never), kitError('invalid', text));
  }
  runWithSession('x'.repeat(128), () => assert.equal(currentContext()?.sessionId?.length, 128));
  runWithSession('AZaz09._~:-', () => assert.equal(currentContext()?.sessionId, 'AZaz09._~:-'));
});
