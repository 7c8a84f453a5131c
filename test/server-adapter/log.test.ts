import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ManualClock, seededRandom } from '../../components/testing/index.js';
import { applyAll, initialState, type Message, parseJson, readMessage } from '../../protocol/index.js';
import { MemoryLog, type TailBounds } from '../../server-adapter/channels/memory-log.js';
import { compose, type Outgoing } from '../../server-adapter/compose.js';
import { seedFromEnvironment } from '../helpers/random.js';
import { startServer } from '../helpers/server.js';
import { WireClient } from '../helpers/wire-client.js';
import { closeWith, everyoneLeft, timeOf } from './support.js';

const WIDE: TailBounds = { count: 1e6, bytes: 1e9, age: 1e9 };
const NOW = 1_700_000_000_000;
const HOUR = 3_600_000;

function log(bounds: Partial<TailBounds> = {}): MemoryLog {
  return new MemoryLog('session:s', 'epoch000', { ...WIDE, ...bounds }, NOW);
}

function status(text: string): Outgoing {
  return { type: 'status', data: text };
}

function read(frame: string | undefined): Message {
  const message = frame && readMessage(parseJson(frame));
  assert.ok(message);
  return message;
}

/** The numbers of the messages that are in the tail. */
function tail(log: MemoryLog): number[] {
  const numbers: number[] = [];
  for (let seq = 0; seq <= log.seq + 1; seq++) if (log.frame(seq)) numbers.push(seq);
  return numbers;
}

// One log

test('messages get positions that count, and their frames carry position and time', () => {
  const one = log();
  assert.equal(one.seq, 0);
  assert.deepEqual(one.state(), initialState);
  assert.equal(one.append(compose(status('ä')), NOW + 5), 'epoch000-1');
  assert.equal(one.append(compose({ type: 'own', data: { a: 1 }, agent: 'b' }), NOW + 6), 'epoch000-2');
  assert.deepEqual(parseJson(String(one.frame(1))), {
    type: 'status',
    data: 'ä',
    id: 'epoch000-1',
    ts: NOW + 5,
  });
  assert.deepEqual(parseJson(String(one.frame(2))), {
    type: 'own',
    data: { a: 1 },
    agent: 'b',
    id: 'epoch000-2',
    ts: NOW + 6,
  });
  assert.equal(one.frame(0), undefined);
  assert.equal(one.frame(3), undefined);
  assert.equal(one.latestStatus, one.frame(1));
});

test('the tail is bounded by count', () => {
  const one = log({ count: 16 });
  for (let i = 1; i <= 16; i++) one.append(compose(status(`${i}`)), NOW);
  assert.equal(tail(one).length, 16, 'the bound itself is allowed');
  for (let i = 17; i <= 500; i++) {
    one.append(compose(status(`${i}`)), NOW);
    const kept = tail(one);
    assert.ok(kept.length <= 16 && kept.length >= 14, `${kept.length}`);
    assert.deepEqual(
      kept,
      Array.from({ length: kept.length }, (_, k) => i - kept.length + 1 + k),
    );
  }
});

test('the tail is bounded by bytes, and the last message always stays', () => {
  const one = log({ bytes: 4096 });
  for (let i = 1; i <= 200; i++) {
    one.append(compose(status('x'.repeat(i * 3))), NOW);
    const bytes = tail(one).reduce((sum, seq) => sum + (one.frame(seq)?.length ?? 0), 0);
    assert.ok(bytes <= 4096, `${bytes}`);
    if (!one.frame(1)) assert.ok(bytes > 4096 * (7 / 8) - 700, `${bytes}`);
    assert.equal(tail(one).at(-1), i);
  }
  one.append(compose(status('x'.repeat(10_000))), NOW);
  assert.deepEqual(tail(one), [201]);
  one.append(compose(status('small')), NOW);
  assert.deepEqual(tail(one), [202]);
});

test('a tail of one message', () => {
  const one = log({ count: 1 });
  for (let i = 1; i <= 5; i++) {
    one.append(compose(status(`${i}`)), NOW);
    assert.deepEqual(tail(one), [i]);
    assert.equal(one.state().status?.text, `${i}`);
  }
});

test('the tail is bounded by age: what is older is folded, the last message stays', () => {
  const one = log({ age: 1000 });
  for (let i = 0; i < 5; i++) one.append(compose(status(`${i}`)), NOW + i * 500);
  one.expire(NOW + 1000);
  assert.deepEqual(tail(one), [1, 2, 3, 4, 5], 'the bound itself is allowed');
  one.expire(NOW + 1001);
  assert.deepEqual(tail(one), [2, 3, 4, 5]);
  one.expire(NOW + 2600);
  assert.deepEqual(tail(one), [5]);
  one.expire(NOW + HOUR);
  assert.deepEqual(tail(one), [5]);
  assert.equal(one.state().messages.length, 5);
});

test('canContinue: from the last position before the tail up to the head, in this epoch only', () => {
  const one = log({ count: 8 });
  const can = (seq: number, epoch = one.epoch) => one.canContinue({ epoch, seq });
  assert.equal(can(0), true, 'an empty log continues from its beginning');
  assert.equal(can(1), false);
  for (let i = 1; i <= 8; i++) one.append(compose(status(`${i}`)), NOW);
  assert.equal(can(0), true);
  assert.equal(can(8), true);
  assert.equal(can(9), false, 'a position that was never given');
  assert.equal(can(8, 'epoch001'), false);
  assert.equal(can(0, 'epoch001'), false);
  one.append(compose(status('9')), NOW);
  const first = tail(one)[0] ?? 0;
  assert.ok(first > 1);
  for (let seq = 0; seq <= 9; seq++) assert.equal(can(seq), seq >= first - 1, `${seq}`);
});

test('latestStatus stays when it has fallen out of the tail', () => {
  const one = log({ count: 4 });
  one.append(compose(status('said')), NOW);
  for (let i = 0; i < 20; i++) one.append(compose({ type: 'progress', data: { value: i } }), NOW);
  assert.equal(one.frame(1), undefined);
  assert.equal(read(one.latestStatus).data, 'said');
  assert.equal(read(one.latestStatus).id, 'epoch000-1');
});

const seed = seedFromEnvironment();

function randomMessage(random: () => number, i: number): Outgoing {
  const some = (count: number) => Math.floor(random() * count);
  const step = `s${some(30)}`;
  const all: Outgoing[] = [
    status(`status ${i} ${'ü'.repeat(some(40))}`),
    { type: 'status', data: { message: `${i}` }, agent: `a${some(3)}`, level: 'warning' },
    { type: 'progress', data: { value: i, max: 1000, label: 'l' } },
    { type: 'event', data: { event: 'step_started', step, label: `Step ${i}`, parent: `s${some(30)}` } },
    { type: 'event', data: { event: random() < 0.5 ? 'step_finished' : 'step_failed', step, error: 'no' } },
    { type: 'question', data: { question: `${i}?`, questionId: `q${some(10)}` } },
    { type: 'answered', data: { questionId: `q${some(10)}`, outcome: 'answered', answer: i } },
    { type: 'result', data: { agent: `a${some(60)}`, data: { i, text: 'x'.repeat(some(3000)) } } },
    { type: 'own', data: [i, null, { deep: 'x'.repeat(some(500)) }], run: random() < 0.5 ? 'r1' : 'r2' },
  ];
  if (random() < 0.02) return { type: 'complete', data: { summary: `${i}` } };
  if (random() < 0.02) return { type: 'error', data: { message: `${i}`, fatal: random() < 0.5 } };
  return all[some(all.length)] as Outgoing;
}

for (const [name, bounds] of [
  ['count', { count: 20 }],
  ['bytes', { bytes: 5000 }],
  ['age', { age: 50 }],
  ['all of them', { count: 40, bytes: 20_000, age: 200 }],
] as const) {
  test(`folding by ${name} changes nothing: state() is the fold of everything ever said (SEED=${seed})`, () => {
    const random = seededRandom(seed);
    const one = log(bounds);
    const messages: Message[] = [];
    let now = NOW;
    for (let i = 0; i < 1500; i++) {
      now += Math.floor(random() * 10);
      const position = one.append(compose(randomMessage(random, i)), now);
      assert.equal(position, `epoch000-${i + 1}`);
      const message = read(one.frame(i + 1));
      assert.equal(message.id, position);
      messages.push(message);
      if (random() < 0.05) one.expire(now);
      if (random() < 0.02) assert.deepEqual(one.state(), applyAll(initialState, messages));
    }
    assert.ok(tail(one).length < 1500);
    assert.deepEqual(one.state(), applyAll(initialState, messages));
    assert.deepEqual(one.state(), applyAll(initialState, messages), 'asked again');
  });
}

// Behind a messenger

test('where all channels are watched, a publisher gets the error, until one of them is left', async (t) => {
  const server = await startServer({ store: { channels: 1 } });
  t.after(() => server.close());
  const first = new WireClient(`${server.url}/a`);
  await first.synced();
  await assert.rejects(server.messenger.sendToSession('b', status('x')), { code: 'limit' });
  server.messenger.runWithSession('b', () => server.messenger.addStatusMessage('x'));
  await first.close();
  await everyoneLeft(server.server);
  assert.equal((await server.messenger.sendToSession('b', status('x'))).buffered, true);
  assert.equal(server.log.with('error status-messenger: a message to session:b could not be stored').length, 2);
  assert.match(
    server.log.with('addStatusMessage')[0] ?? '',
    /^warn status-messenger: addStatusMessage: .*channels: got one more than 1/,
  );
});

test('a messenger sweeps by itself: an idle session is forgotten, and starts anew with its next viewer', async (t) => {
  const clock = new ManualClock();
  const server = await startServer({ clock: timeOf(clock), store: { idle: 60_000 } });
  t.after(() => closeWith(clock, server));
  let runs = 0;
  server.messenger.onSession(() => void runs++);
  const first = new WireClient(`${server.url}/s`);
  await first.synced();
  const before = await server.messenger.sendToSession('s', status('before'));
  await first.close();
  await everyoneLeft(server.server);
  assert.deepEqual(server.messenger.getStatusMessages('s'), ['before']);
  clock.advance(60_000);
  assert.deepEqual(server.messenger.getStatusMessages('s'), ['before']);
  clock.advance(10_001);
  assert.deepEqual(server.messenger.getStatusMessages('s'), []);

  const back = new WireClient(`${server.url}/s?after=${before.id}`);
  await back.synced();
  assert.ok(back.frames.some(({ type }) => type === 'snapshot'));
  assert.deepEqual(back.statuses, []);
  assert.equal(runs, 2);
  await back.close();
  await everyoneLeft(server.server);
});
