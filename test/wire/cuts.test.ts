import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { seededRandom } from '../../components/testing/index.js';
import type { Message } from '../../protocol/index.js';
import { eventOf, live, stateOf, testClient } from '../helpers/client.js';
import { TcpProxy } from '../helpers/proxy.js';
import { seedFromEnvironment } from '../helpers/random.js';
import { startServer } from '../helpers/server.js';

const MESSAGES = 1000;
const CUTS = 25;

/** One message of a run that uses every part of the state. */
function messageNumber(i: number): { type: string; data: unknown } {
  const step = `s${i % 40}`;
  switch (i % 8) {
    case 0:
      return {
        type: 'event',
        data: { event: 'step_started', step, label: `Step ${i}`, ...(i % 3 ? { parent: 's0' } : {}) },
      };
    case 1:
      return { type: 'progress', data: { value: i, max: MESSAGES, message: `${i} of ${MESSAGES}` } };
    case 2:
      return { type: 'event', data: { event: i % 5 ? 'step_finished' : 'step_failed', step, error: 'no' } };
    case 3:
      return { type: 'result', data: { agent: `agent ${i % 7}`, data: { i, text: 'ä'.repeat(i % 50) } } };
    case 4:
      return { type: 'question', data: { questionId: `q${i % 16}`, question: `What is ${i}?`, choices: ['a', 'b'] } };
    case 5:
      return { type: 'answered', data: { questionId: `q${(i - 1) % 16}`, outcome: 'answered', answer: i } };
    case 6:
      return { type: 'of-the-users-own', data: { i, list: [1, 'two', null] } };
    default:
      return { type: 'status', data: `Status ${i}` };
  }
}

const seed = seedFromEnvironment();

test(`${CUTS} cuts at random points of ${MESSAGES} messages: nothing lost, nothing twice, nothing out of order (SEED=${seed})`, async (t) => {
  const random = seededRandom(seed);
  const server = await startServer({ store: { tail: { count: 5000 } } });
  const proxy = await TcpProxy.start(server.port);
  t.after(async () => {
    await proxy.close();
    await server.close();
  });

  const undisturbed = testClient({ url: server.url, sessionId: 'run' });
  const cut = testClient({
    url: `ws://127.0.0.1:${proxy.port}/ws`,
    sessionId: 'run',
    random,
    reconnectDelay: (_, drawn) => drawn() * 20,
  });
  const seen: { [name: string]: string[] } = { undisturbed: [], cut: [] };
  const keep = (name: string) => (message: Message) => seen[name]?.push(String(message.id));
  undisturbed.on('message', keep('undisturbed'));
  cut.on('message', keep('cut'));
  t.after(() => {
    undisturbed.disconnect();
    cut.disconnect();
  });
  undisturbed.connect();
  cut.connect();
  await Promise.all([live(undisturbed), live(cut)]);

  let sent = 0;
  const publish = async (count: number) => {
    for (const end = Math.min(MESSAGES, sent + count); sent < end; sent++) {
      await server.messenger.sendToSession('run', messageNumber(sent));
      if (random() < 0.3) await turn();
    }
  };
  for (let i = 0; i < CUTS; i++) {
    const lost = eventOf(cut, 'connection', ({ status }) => status !== 'live');
    // On any byte: between two frames, or in the middle of one; while much is said, or nothing.
    if (random() < 0.5) proxy.cutAfter(1 + Math.floor(random() * 2000));
    else proxy.cut();
    await publish(Math.floor((random() * MESSAGES) / CUTS));
    proxy.cut();
    await lost;
    await publish(Math.floor((random() * MESSAGES) / CUTS));
    await live(cut);
  }
  await publish(MESSAGES);
  await server.messenger.sendToSession('run', { type: 'complete', data: { summary: 'All done' } });
  await Promise.all([undisturbed, cut].map((client) => stateOf(client, ({ phase }) => phase === 'completed')));
  await live(cut);

  assert.equal(seen.undisturbed?.length, MESSAGES + 1);
  assert.deepEqual(seen.cut, seen.undisturbed);
  assert.deepEqual(cut.state, undisturbed.state);

  // Reloaded, and opened late: the same again, now from a snapshot.
  const late = testClient({ url: server.url, sessionId: 'run' });
  t.after(() => late.disconnect());
  late.connect();
  await live(late);
  assert.deepEqual(late.state, undisturbed.state);
  assert.equal(late.position, undisturbed.position);
});

test('a cursor that fell out of the tail is continued by a snapshot, and ends with the same state', async (t) => {
  const server = await startServer({ store: { tail: { count: 50 } } });
  const proxy = await TcpProxy.start(server.port);
  t.after(async () => {
    await proxy.close();
    await server.close();
  });
  const options = { sessionId: 'run', reconnectDelay: () => 1 };
  const undisturbed = testClient({ ...options, url: server.url });
  const away = testClient({ ...options, url: `ws://127.0.0.1:${proxy.port}/ws` });
  t.after(() => {
    undisturbed.disconnect();
    away.disconnect();
  });
  undisturbed.connect();
  away.connect();
  await Promise.all([live(undisturbed), live(away)]);
  await server.messenger.sendToSession('run', { type: 'status', data: 'before' });
  await stateOf(away, ({ status }) => status?.text === 'before');

  proxy.refuses = true;
  proxy.cut();
  const seen: unknown[] = [];
  away.on('message', ({ data }) => seen.push(data));
  for (let i = 0; i < 300; i++) await server.messenger.sendToSession('run', messageNumber(i));
  await server.messenger.sendToSession('run', { type: 'status', data: 'after' });
  proxy.refuses = false;

  await stateOf(away, ({ status }) => status?.text === 'after');
  await stateOf(undisturbed, ({ status }) => status?.text === 'after');
  assert.deepEqual(away.state, undisturbed.state);
  assert.deepEqual(seen, [], 'what the snapshot stands for is not told message by message');
  await server.messenger.sendToSession('run', { type: 'status', data: 'live again' });
  await stateOf(away, ({ status }) => status?.text === 'live again');
  assert.deepEqual(seen, ['live again']);
});
