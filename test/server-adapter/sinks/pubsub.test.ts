import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { type TestContext, test } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { status } from '@grpc/grpc-js';
import { ManualClock } from '../../../components/testing/index.js';
import { parseJson } from '../../../protocol/index.js';
import { systemClock } from '../../../server-adapter/clock.js';
import type { Context } from '../../../server-adapter/context.js';
import { Log } from '../../../server-adapter/logger.js';
import { PubSubSink, type PubSubSurroundings } from '../../../server-adapter/sinks/pubsub.js';
import { type PubSubOptions, readPubSub } from '../../../server-adapter/sinks/pubsub-options.js';
import { MemoryLogger } from '../../helpers/server.js';
import { until } from '../support.js';
import { PublisherServer } from './publisher-server.js';

const ENVIRONMENT = {
  STATUS_MESSENGER_PUBSUB_ENABLED: 'true',
  GOOGLE_CLOUD_PROJECT: 'your-gcp-project-id',
  STATUS_MESSENGER_PUBSUB_TOPIC_ID: 'your-pubsub-topic-name',
};

interface Setup {
  readonly sink: PubSubSink;
  readonly log: MemoryLogger;
}

/** A sink that publishes to a server. */
function startSink(
  t: TestContext,
  host: string,
  options: PubSubOptions = {},
  surroundings: Partial<PubSubSurroundings> = {},
): Setup {
  // The package reads it, when it is loaded; tests of a file run one after the other.
  process.env.PUBSUB_EMULATOR_HOST = host;
  process.env.METADATA_SERVER_DETECTION = 'none';
  const log = new MemoryLogger();
  const sink = new PubSubSink(readPubSub(options, ENVIRONMENT), {
    log: new Log(log),
    clock: systemClock,
    ...surroundings,
  });
  t.after(() => sink.close(0));
  return { sink, log };
}

async function start(
  t: TestContext,
  options: PubSubOptions = {},
  surroundings: Partial<PubSubSurroundings> = {},
): Promise<Setup & { readonly server: PublisherServer }> {
  const server = await PublisherServer.start();
  t.after(() => server.stop());
  return { server, ...startSink(t, server.host, options, surroundings) };
}

/** What the server took, as `data` says it. */
function taken(server: PublisherServer): unknown[] {
  return server.events.map(({ json }) => (parseJson(json) as { data: unknown }).data);
}

// The seed's payload

test('an event is what the seed shows, and its attributes are what the context knows', async (t) => {
  const clock = new ManualClock(Date.parse('2024-06-03T18:00:00.000Z'));
  const { server, sink, log } = await start(t, {}, { clock });
  const data = { tool_used: 'calculator', input: '2+2', output: '4' };
  sink.publish(data, 'tool_interaction', { sessionId: 'session_123' });
  await server.until(() => server.events.length === 1);
  const [event] = server.events;
  assert.equal(
    event?.json,
    JSON.stringify({
      websocket_session_id: 'session_123',
      event_type: 'tool_interaction',
      timestamp: '2024-06-03T18:00:00.000Z',
      data: { tool_used: 'calculator', input: '2+2', output: '4' },
    }),
  );
  assert.deepEqual(event?.attributes, { event_type: 'tool_interaction', websocket_session_id: 'session_123' });
  assert.equal(event?.orderingKey, '');
  assert.equal(server.requests[0]?.topic, 'projects/your-gcp-project-id/topics/your-pubsub-topic-name');
  assert.deepEqual(
    [...server.routes],
    ['topic=projects%2Fyour-gcp-project-id%2Ftopics%2Fyour-pubsub-topic-name'],
    'Google routes by it',
  );
  assert.deepEqual(log.lines, []);
});

test('all ids of the context are attributes; without a session the id is null', async (t) => {
  const { server, sink } = await start(t);
  const context: Context = { sessionId: 's', threadId: 't', userId: 'u', runId: 'run_1', taskId: 'k', agent: 'Ada' };
  sink.publish('a text', 'a', context);
  sink.publish(null, 'b');
  await server.until(() => server.events.length === 2);
  const [first, second] = server.events;
  assert.deepEqual(first?.attributes, {
    event_type: 'a',
    websocket_session_id: 's',
    thread_id: 't',
    user_id: 'u',
    run_id: 'run_1',
    task_id: 'k',
  });
  assert.match(
    first?.json ?? '',
    /^\{"websocket_session_id":"s","event_type":"a","timestamp":"[^"]+","data":"a text"\}$/,
  );
  assert.match(second?.json ?? '', /^\{"websocket_session_id":null,"event_type":"b",.*"data":null\}$/);
  assert.deepEqual(second?.attributes, { event_type: 'b' });
});

test('an event is what it was when it was published', async (t) => {
  const { server, sink } = await start(t);
  const data = { count: 1, text: 'ä\u{1f600}\ud800' };
  sink.publish(data, 'e');
  data.count = 2;
  await server.until(() => server.events.length === 1);
  assert.deepEqual(taken(server), [{ count: 1, text: 'ä\u{1f600}\ud800' }]);
});

// Batches and order

test('many events are few requests, and each event arrives once', async (t) => {
  const { server, sink, log } = await start(t);
  for (let i = 0; i < 1000; i++) sink.publish(i, 'e', { sessionId: `s${i % 7}` });
  await server.until(() => server.events.length >= 1000);
  assert.ok(server.requests.length <= 11, `${server.requests.length} requests`);
  const numbers = taken(server).map(Number);
  assert.deepEqual(
    numbers.sort((a, b) => a - b),
    Array.from({ length: 1000 }, (_, i) => i),
  );
  assert.deepEqual(log.lines, []);
});

test('ordered: the events of a session come in the order of the calls, whatever fails on the way', async (t) => {
  const { server, sink } = await start(t, { ordered: true });
  server.answers = [
    { refuse: status.UNAVAILABLE },
    'take',
    { refuse: status.RESOURCE_EXHAUSTED },
    { refuse: status.UNAVAILABLE },
  ];
  for (let i = 0; i < 600; i++) {
    sink.publish(i, 'e', i % 4 === 0 ? {} : { sessionId: `s${i % 4}` });
    // Some wait while others are on their way.
    if (i % 60 === 0) await server.until(() => server.requests.length > i / 60);
  }
  await server.until(() => server.events.length >= 600);
  assert.equal(server.events.length, 600);
  for (const key of ['s1', 's2', 's3']) {
    const mine = server.events.filter(({ orderingKey }) => orderingKey === key);
    const numbers = mine.map(({ json }) => Number(/"data":(\d+)/.exec(json)?.[1]));
    assert.equal(numbers.length, 150);
    assert.deepEqual(
      numbers,
      [...numbers].sort((a, b) => a - b),
    );
  }
  assert.equal(server.events.filter(({ orderingKey }) => orderingKey === '').length, 150, 'no session, no order');
});

test('ordered: a session goes on after an event that was refused', async (t) => {
  const { server, sink, log } = await start(t, { ordered: true });
  server.answers = [{ refuse: status.PERMISSION_DENIED }];
  sink.publish(1, 'e', { sessionId: 's' });
  await until(() => log.lines.length > 0);
  sink.publish(2, 'e', { sessionId: 's' });
  await server.until(() => server.events.length === 1);
  assert.deepEqual(taken(server), [2]);
});

// Trouble

test('what Pub/Sub cannot take now is published again', async (t) => {
  const { server, sink, log } = await start(t);
  server.answers = [{ refuse: status.UNAVAILABLE }, { refuse: status.INTERNAL }, { refuse: status.UNAVAILABLE }];
  sink.publish('again', 'e');
  await server.until(() => server.events.length === 1);
  assert.equal(server.requests.length, 4);
  assert.deepEqual(taken(server), ['again']);
  assert.deepEqual(log.lines, []);
});

test('a server that comes later gets what was published before', async (t) => {
  const closed = createServer((socket) => socket.destroy());
  closed.listen(0, '127.0.0.1');
  await once(closed, 'listening');
  const { port } = closed.address() as AddressInfo;
  const { sink, log } = startSink(t, `127.0.0.1:${port}`);
  sink.publish('early', 'e');
  await once(closed, 'connection');
  await new Promise((resolve) => closed.close(resolve));
  const server = await PublisherServer.start(port);
  t.after(() => server.stop());
  await server.until(() => server.events.length === 1);
  assert.deepEqual(taken(server), ['early']);
  assert.deepEqual(log.lines, []);
});

test('without permission there is one warning, and events are taken as soon as it is given', async (t) => {
  const { server, sink, log } = await start(t);
  server.otherwise = { refuse: status.PERMISSION_DENIED };
  for (let i = 0; i < 250; i++) sink.publish(i, 'e');
  await server.until(() => server.requests.length >= 3);
  await until(() => log.lines.length > 0);
  server.otherwise = 'take';
  sink.publish('allowed', 'e');
  await server.until(() => server.events.length > 0);
  await sink.close(60_000);
  assert.deepEqual(taken(server), ['allowed']);
  assert.deepEqual(log.lines, [
    'warn status-messenger: pubsub: got "7 PERMISSION_DENIED: PERMISSION_DENIED", expected events to be published; check the topic, and the permission pubsub.topics.publish. Such events are lost',
  ]);
});

test('what waits is bounded by count; what comes on top is dropped, with one warning', async (t) => {
  const { server, sink, log } = await start(t, { waiting: { count: 3 } });
  server.otherwise = 'hold';
  for (let i = 0; i < 5; i++) sink.publish(i, 'e');
  await server.until(() => server.requests.length > 0);
  const [warning, another] = log.lines;
  assert.match(
    warning ?? '',
    /^warn status-messenger: pubsub: got an event while 3 wait for Pub\/Sub \(\d+ bytes\), expected at most 3 \(16777216 bytes\); see whether it can be reached\. Until then new events are dropped$/,
  );
  assert.equal(another, undefined);
  server.otherwise = 'take';
  server.release();
  await until(() => {
    sink.publish('room again', 'e');
    return taken(server).includes('room again');
  });
  assert.deepEqual(taken(server).slice(0, 4), [0, 1, 2, 'room again']);
  assert.equal(log.lines.length, 1);
});

test('what waits is bounded by bytes, but one event may always wait', async (t) => {
  const { server, sink, log } = await start(t, { waiting: { bytes: 1500 } });
  server.otherwise = 'hold';
  sink.publish('x'.repeat(5000), 'large');
  sink.publish('x', 'small');
  await server.until(() => server.requests.length > 0);
  server.release();
  await until(() => {
    sink.publish('x'.repeat(500), 'e');
    return server.requests.length === 2;
  });
  sink.publish('y', 'e');
  sink.publish('z'.repeat(500), 'e');
  sink.publish('w'.repeat(500), 'e');
  await server.until(() => server.requests.length === 3);
  const messages = server.requests.flatMap((request) => request.messages.map(({ data }) => data.length));
  assert.ok((messages[0] ?? 0) > 5000);
  assert.ok(messages.slice(1).reduce((sum, bytes) => sum + bytes) <= 1500, `${messages}`);
  assert.equal(log.with('Until then new events are dropped').length, 1);
});

// What cannot be published

test('what cannot be an event is a warning, and the next event is published', async (t) => {
  const { server, sink, log } = await start(t);
  const cycle: Record<string, unknown> = {};
  cycle.self = cycle;
  const notTexts: ReadonlyArray<readonly [unknown, unknown]> = [
    [1, ''],
    [1, 'x'.repeat(129)],
    [1, 7],
  ];
  const notJson = [cycle, { big: 1n }, () => {}, undefined, Symbol('s')];
  const hostile = {
    toJSON() {
      throw new Error('not today');
    },
  };
  for (const [data, type] of notTexts) sink.publish(data, type as string);
  for (const data of [...notJson, hostile]) sink.publish(data, 'e');
  sink.publish('x'.repeat(9 * 1024 * 1024), 'e');
  sink.publish('good', 'e');
  await server.until(() => server.events.length > 0);
  assert.deepEqual(taken(server), ['good']);
  assert.equal(log.lines.length, 10);
  for (const line of log.lines) assert.match(line, /^warn status-messenger: publishAgentEvent: .*agent event: got /);
  assert.equal(log.with('data that JSON cannot carry').length, 6);
  assert.equal(log.with('as its type, expected a text of 1–128 characters').length, 3);
  assert.equal(log.with('bytes of JSON, expected at most 9437184; publish a link').length, 1);
  sink.publish(cycle, 'e');
  assert.equal(log.lines.length, 10, 'each is said once');
});

test('the largest event that there may be is taken', async (t) => {
  const { server, sink, log } = await start(t);
  const empty = Buffer.byteLength(
    JSON.stringify({ websocket_session_id: null, event_type: 'e', timestamp: new Date().toISOString(), data: '' }),
  );
  sink.publish('x'.repeat(9 * 1024 * 1024 - empty), 'e');
  await server.until(() => server.events.length === 1);
  assert.equal(server.events[0]?.json.length, 9 * 1024 * 1024);
  assert.deepEqual(log.lines, []);
});

// close

test('close publishes what was accepted, even before the package is loaded', async (t) => {
  const { server, sink, log } = await start(t);
  for (let i = 0; i < 250; i++) sink.publish(i, 'e');
  await sink.close(60_000);
  assert.equal(server.events.length, 250);
  sink.publish('late', 'e');
  sink.publish('later', 'e');
  await turn();
  assert.deepEqual(log.lines, [
    'warn status-messenger: publishAgentEvent: got a call after close(), expected an open messenger; make a new one',
  ]);
});

test('close waits for the answer, and takes events until it has come', async (t) => {
  const { server, sink, log } = await start(t);
  server.otherwise = 'hold';
  sink.publish(1, 'e');
  await server.until(() => server.requests.length === 1);
  let closed = false;
  const closing = sink.close(60_000).then(() => {
    closed = true;
  });
  sink.publish(2, 'e');
  await server.until(() => server.requests.length === 2);
  assert.equal(closed, false);
  server.release();
  await closing;
  assert.deepEqual(taken(server), [1, 2]);
  assert.deepEqual(log.lines, []);
});

test('close gives up after its timeout, says how many are lost, and ends the requests', async (t) => {
  const clock = new ManualClock();
  const { server, sink, log } = await start(t, {}, { clock });
  server.otherwise = 'hold';
  sink.publish(1, 'e');
  sink.publish(2, 'e');
  await server.until(() => server.requests.length === 1);
  const closing = sink.close(500);
  assert.equal(clock.waiting, 1);
  clock.advance(499);
  await turn();
  assert.deepEqual(log.lines, []);
  clock.advance(1);
  await closing;
  assert.deepEqual(log.lines, [
    'warn status-messenger: pubsub: got no answer to 2 of the events within 500 ms of close(), expected one; they are lost, give close() more time',
  ]);
  await server.until(() => server.cancelled === 1);
  assert.equal(log.lines.length, 1, 'nothing is said twice');
});

test('close of a sink with nothing to do needs no time, and can be called again', async (t) => {
  const clock = new ManualClock();
  const { sink } = await start(t, {}, { clock });
  await sink.close(1000);
  assert.equal(clock.waiting, 0);
  await sink.close(1000);
});

// What is missing

test('without the package there is one warning, and publishing goes on without it', async (t) => {
  const missing = Object.assign(new Error("Cannot find package '@google-cloud/pubsub'"), {
    code: 'ERR_MODULE_NOT_FOUND',
  });
  const { sink, log } = startSink(t, '', {}, { load: () => Promise.reject(missing) });
  sink.publish(1, 'e');
  await until(() => log.lines.length > 0);
  sink.publish(2, 'e');
  await sink.close(1000);
  assert.deepEqual(log.lines, [
    'warn status-messenger: pubsub: got no package @google-cloud/pubsub, expected it since Pub/Sub is on; npm install @google-cloud/pubsub. Until then no event is published',
  ]);
});

test('a package that cannot be loaded, or is of another make, is a warning', async (t) => {
  class PublisherClient {
    readonly innerApiCalls = {};
    async initialize() {}
    async close() {}
  }
  class PubSub {
    readonly api = {};
    getClientConfig = async () => ({});
    topic = () => assert.fail();
    async close() {}
  }
  const broken = startSink(t, '', {}, { load: () => Promise.reject(new Error('no such symbol\n    at x')) });
  const other = startSink(t, '', {}, { load: async () => ({ PubSub, v1: { PublisherClient } }) });
  await until(() => broken.log.lines.length > 0 && other.log.lines.length > 0);
  assert.deepEqual(broken.log.lines, [
    'warn status-messenger: pubsub: got "no such symbol", expected Pub/Sub to start; see that Application Default Credentials are there. Until then no event is published',
  ]);
  assert.equal(other.log.with('without innerApiCalls.publish').length, 1);
});

test('where Pub/Sub is off nothing is loaded, and the first event is a warning', async () => {
  const log = new MemoryLogger();
  const surroundings = { log: new Log(log), clock: systemClock, load: () => assert.fail('it was loaded') };
  const sink = new PubSubSink(readPubSub(undefined, {}), surroundings);
  assert.deepEqual(log.lines, []);
  sink.publish({}, 'first');
  sink.publish({}, 'second');
  assert.deepEqual(log.lines, [
    'warn status-messenger: publishAgentEvent: got string "first" while Pub/Sub is off, expected it to be on; set STATUS_MESSENGER_PUBSUB_ENABLED="true", or pubsub: false to say nothing of it',
  ]);
  new PubSubSink(readPubSub(false, ENVIRONMENT), surroundings).publish({}, 'silent');
  new PubSubSink(readPubSub({ enabled: false }, ENVIRONMENT), surroundings).publish({}, 'silent');
  assert.equal(log.lines.length, 1);
  await sink.close(1000);
});

test('settings that are missing are a warning at the start, and nothing is loaded', () => {
  const log = new MemoryLogger();
  const surroundings = { log: new Log(log), clock: systemClock, load: () => assert.fail('it was loaded') };
  const sink = new PubSubSink(readPubSub({}, { STATUS_MESSENGER_PUBSUB_ENABLED: 'true' }), surroundings);
  sink.publish({}, 'e');
  assert.deepEqual(log.lines, [
    'warn status-messenger: pubsub: got no GOOGLE_CLOUD_PROJECT and no STATUS_MESSENGER_PUBSUB_TOPIC_ID, expected a project and a topic; set them. Until then no event is published',
  ]);
});
