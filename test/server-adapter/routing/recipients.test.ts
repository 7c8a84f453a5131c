import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ManualClock } from '../../../components/testing/index.js';
import { isObject } from '../../../protocol/index.js';
import { MemoryStore } from '../../../server-adapter/index.js';
import { startServer } from '../../helpers/server.js';
import type { WireClient } from '../../helpers/wire-client.js';
import { serve } from '../access/support.js';
import { STORES } from '../conversation/tasks-support.js';
import { closeWith, timeOf } from '../support.js';
import { caughtUp, heardIn, own, page, trusting } from './support.js';

for (const [name, open] of STORES) {
  test(`${name}: a thread's message reaches all its users, a user's every device, and nobody else`, async (t) => {
    const server = await serve(t, { store: open(t), authorize: trusting });
    const { messenger } = server;
    const [phone, laptop, bob, eve] = await Promise.all([
      page(t, server, 'phone?user=ann&thread=t'),
      page(t, server, 'laptop?user=ann'),
      page(t, server, 'desk?user=bob&thread=t&thread=other'),
      page(t, server, 'evil?user=eve&thread=another'),
    ]);
    const toThread = await messenger.sendToThread('t', own('to the thread'));
    const toUser = await messenger.sendToUser('ann', own('to ann'));
    const toSession = await messenger.sendToSession('desk', own('to the desk'));
    assert.deepEqual([toThread.delivered, toUser.delivered, toSession.delivered], [2, 2, 1]);
    for (const sent of [toThread, toUser, toSession]) assert.equal(sent.buffered, true);
    await Promise.all([
      caughtUp(server, phone, 'phone'),
      caughtUp(server, laptop, 'laptop'),
      caughtUp(server, bob, 'desk'),
      caughtUp(server, eve, 'evil'),
    ]);
    for (const [client, thread, user, session] of [
      [phone, ['to the thread'], ['to ann'], []],
      [laptop, [], ['to ann'], []],
      [bob, ['to the thread'], [], ['to the desk']],
      [eve, [], [], []],
    ] as const) {
      assert.deepEqual(heardIn(client, 'thread:t'), thread);
      assert.deepEqual(heardIn(client, 'user:ann'), user);
      assert.deepEqual(heardIn(client, undefined), session);
    }
    assert.equal(phone.frames.find(({ data }) => data === 'to the thread')?.id, toThread.id);
  });

  test(`${name}: the first that is ever sent to somebody is a message also where they were away`, async (t) => {
    const server = await serve(t, { store: open(t), authorize: trusting });
    const first = await page(t, server, 'phone?user=ann&thread=t');
    const { data } = await first.type('synced');
    assert.ok(isObject(data) && isObject(data.channels));
    const after = Object.entries(data.channels).map(([channel, position]) => `after=${channel}@${position}`);
    await first.leave();
    while ((await server.messenger.sendToUser('ann', { type: 'probe' }, { retry: false })).delivered > 0);
    await server.messenger.sendToUser('ann', own('for ann'));
    await server.messenger.sendToThread('t', own('for all'));
    await server.messenger.sendToSession('phone', own('for the phone'));
    const back = await page(t, server, `phone?user=ann&thread=t&${after.join('&')}`);
    assert.deepEqual(
      [undefined, 'user:ann', 'thread:t'].map((channel) => heardIn(back, channel)),
      [['for the phone'], ['for ann'], ['for all']],
    );
    assert.equal(
      back.frames.some(({ type }) => type === 'snapshot'),
      false,
    );
  });

  test(`${name}: what is sent to those who are away is stored, and delivered in order when they return`, async (t) => {
    const server = await serve(t, { store: open(t), authorize: trusting });
    const { messenger } = server;
    const first = await page(t, server, 'phone?user=ann&thread=t');
    const { id } = await messenger.sendToUser('ann', own(0));
    const inThread = (await messenger.sendToThread('t', own('a'))).id;
    await caughtUp(server, first, 'phone');
    await first.leave();
    while ((await messenger.sendToUser('ann', { type: 'probe' }, { retry: false })).delivered > 0);
    for (let i = 1; i <= 5; i++) {
      const sent = await messenger.sendToUser('ann', own(i));
      assert.equal(sent.delivered, 0);
      assert.equal(sent.buffered, true);
      assert.ok(sent.id);
    }
    await messenger.sendToThread('t', own('b'));
    const returned = await page(t, server, `phone?user=ann&thread=t&after=user:ann@${id}&after=thread:t@${inThread}`);
    assert.deepEqual(heardIn(returned, 'user:ann'), [1, 2, 3, 4, 5]);
    assert.deepEqual(heardIn(returned, 'thread:t'), ['b']);
    const late = await page(t, server, 'tablet?user=ann');
    const snapshot = await late.frame(({ type, channel }) => type === 'snapshot' && channel === 'user:ann');
    const { messages } = snapshot.data as { messages: Array<{ data: unknown }> };
    assert.deepEqual(
      messages.map(({ data }) => data),
      [0, 1, 2, 3, 4, 5],
      'a device that was never there has them, too',
    );
  });

  test(`${name}: now or never: with \`retry: false\` only those who are there get it, and nothing is kept`, async (t) => {
    const server = await serve(t, { store: open(t), authorize: trusting });
    const { messenger } = server;
    const nobody = await messenger.sendToUser('ann', own('nobody'), { retry: false });
    assert.deepEqual(nobody, { delivered: 0, buffered: false });
    const pages = [await page(t, server, 'a?user=ann'), await page(t, server, 'b?user=ann')];
    await page(t, server, 'c?user=bob');
    const before = await messenger.sendToUser('ann', own('kept'));
    const sent = await messenger.sendToUser('ann', own('now'), { retry: false });
    assert.deepEqual(sent, { delivered: 2, buffered: false });
    const after = await messenger.sendToUser('ann', own('kept, too'));
    const seq = ({ id = '' }: { id?: string }) => Number(id.split('-')[1]);
    assert.equal(seq(after), seq(before) + 1, 'it takes no position');
    for (const client of pages) {
      await client.frame(({ data }) => data === 'kept, too');
      assert.deepEqual(heardIn(client, 'user:ann').sort(), ['kept', 'kept, too', 'now']);
      const now = client.frames.find(({ data }) => data === 'now');
      assert.equal(now?.id, undefined);
      assert.equal(typeof now?.ts, 'number');
    }
    const late = await page(t, server, `d?user=ann&after=user:ann@${before.id}`);
    assert.deepEqual(heardIn(late, 'user:ann'), ['kept, too']);
    assert.equal(late.raw.join().includes('"now"'), false);
    const inSession = await messenger.sendToSession('a', own('in the session'), { retry: false });
    assert.deepEqual(inSession, { delivered: 1, buffered: false });
    await pages[0]?.frame(({ data, channel }) => data === 'in the session' && channel === undefined);
    await assert.rejects(messenger.sendToUser('ann', { type: '' }, { retry: false }), { code: 'invalid' });
  });
}

test('what is said in one turn comes in the order in which it was said, kept or not', async (t) => {
  // A store that answers at once: what is not stored yet cannot be shown.
  const server = await serve(t, { store: new MemoryStore() });
  const client = await page(t, server, 'a');
  const all = Array.from({ length: 20 }, (_, i) => i);
  await Promise.all(all.map((i) => server.messenger.sendToSession('a', own(i), { retry: i % 2 === 0 })));
  await caughtUp(server, client, 'a');
  assert.deepEqual(heardIn(client, undefined), all);
});

test('one connection is reached by the id that its page was told, as long as it is there', async (t) => {
  const server = await serve(t, { authorize: trusting });
  const [one, other] = [await page(t, server, 's?user=ann'), await page(t, server, 's?user=ann')];
  const { connectionId } = (await one.type('connected')).data as { connectionId: string };
  const sent = await server.messenger.sendToConnection(connectionId, own('for one'));
  assert.deepEqual(sent, { delivered: 1, buffered: false });
  await one.frame(({ data }) => data === 'for one');
  await caughtUp(server, other, 's');
  assert.deepEqual(heardIn(other, undefined), []);
  await one.leave();
  const gone = async () => (await server.messenger.sendToConnection(connectionId, own('late'))).delivered === 0;
  while (!(await gone()));
  for (const id of [connectionId, 'unknown', '', '__proto__']) {
    const { reason, ...result } = await server.messenger.sendToConnection(id, own('late'));
    assert.deepEqual(result, { delivered: 0, buffered: false });
    assert.match(reason ?? '', /no such connection/);
  }
  assert.equal(server.log.with('warn status-messenger: a message to a connection: got "unknown": no such').length, 1);
  const run = await server.messenger.sendToConnection('run_1', own('late'));
  const reason = '"run_1" is a run, not a connection: send to the thread, user or session that the run belongs to';
  assert.deepEqual(run, { delivered: 0, buffered: false, reason });
  assert.equal(server.log.with(`debug status-messenger: ${reason}`).length, 1);
  await assert.rejects(server.messenger.sendToConnection(connectionId, { type: '' }), { code: 'invalid' });
});

test('a run is no recipient: it is refused with the reason, at debug, and nothing is kept', async (t) => {
  const store = new MemoryStore();
  const { messenger, log } = await serve(t, { store });
  for (const [kind, send] of [
    ['thread', () => messenger.sendToThread('run_1', own('x'))],
    ['user', () => messenger.sendToUser('run_1', own('x'))],
    ['user', () => messenger.sendToUser('run_1', own('x'), { retry: false })],
    ['session', () => messenger.sendToSession('run_1', own('x'))],
    ['user', () => messenger.send('user:run_1', own('x'))],
  ] as const) {
    log.lines.length = 0;
    const { reason, ...result } = await send();
    assert.deepEqual(result, { delivered: 0, buffered: false });
    assert.match(reason ?? '', new RegExp(`"run_1" is a run, not a ${kind}: send to the thread`));
    assert.deepEqual(log.lines, [`debug status-messenger: ${reason}`]);
    assert.equal(store.peek(`${kind}:run_1`), undefined);
  }
  log.lines.length = 0;
  assert.equal((await messenger.sendToUser('runner', own('x'))).buffered, true, 'only the prefix makes a run');
});

test('that nobody is there is a warning, for people and threads, and so often only', async (t) => {
  const clock = new ManualClock();
  const server = await startServer({ clock: timeOf(clock), authorize: trusting, heartbeat: 3_600_000 });
  t.after(() => closeWith(clock, server));
  const { messenger, log } = server;
  await messenger.sendToUser('ann', own('x'));
  await messenger.sendToThread('t', own('x'));
  await messenger.sendToUser('ann', own('x'), { retry: false });
  await messenger.sendToSession('s', own('x'));
  assert.deepEqual(log.lines, [
    'warn status-messenger: a message to user:ann: got nobody who is connected, expected someone; it is kept for those who come',
    'warn status-messenger: a message to thread:t: got nobody who is connected, expected someone; it is kept for those who come',
    'warn status-messenger: a message to user:ann: got nobody who is connected, expected someone; it is not kept',
  ]);
  for (let i = 0; i < 10_000; i++) void messenger.sendToUser(`user${i}`, own('x'));
  assert.ok(log.lines.length <= 10, `${log.lines.length} lines`);
  clock.advance(5000);
  for (let i = 0; i < 100; i++) await messenger.sendToUser('ann', own('x'));
  assert.ok(log.lines.length <= 16, 'one a second');
  assert.ok(log.lines.length >= 13, 'and it goes on');
});

test('a message that could not be stored is an error in the log, whatever was warned of before; the caller is told', async (t) => {
  const store = new MemoryStore();
  const { messenger, log } = await serve(t, { store });
  for (let i = 0; i < 100; i++) await messenger.sendToUser('ann', own('x'));
  store.append = () => {
    throw new Error('the disk is full');
  };
  await assert.rejects(messenger.sendToUser('ann', own('x')), /the disk is full/);
  assert.deepEqual(log.with('the disk is full'), [
    'error status-messenger: a message to user:ann could not be stored: the disk is full',
  ]);
  for (let i = 0; i < 1000; i++) await assert.rejects(messenger.sendToUser('ann', own('x')));
  assert.ok(log.with('the disk is full').length <= 11);
});

test('loggers of the shape of console and pino are written to as they expect', async (t) => {
  class Pino {
    readonly lines: string[] = [];
    #write(level: string, text: string): void {
      this.lines.push(`${level} ${text}`);
    }
    debug(text: string) {
      this.#write('debug', text);
    }
    info(text: string) {
      this.#write('info', text);
    }
    warn(text: string) {
      this.#write('warn', text);
    }
    error(text: string) {
      this.#write('error', text);
    }
  }
  const logger = new Pino();
  const { messenger } = await serve(t, { logger });
  await messenger.sendToUser('run_1', own('x'));
  await messenger.sendToUser('ann', own('x'));
  assert.deepEqual(
    logger.lines.map((line) => line.split(' ')[0]),
    ['debug', 'warn'],
  );
});

test('the result of a send tells the truth as people come and go', async (t) => {
  const server = await serve(t, { authorize: trusting });
  const clients: WireClient[] = [];
  const delivered = async (options?: { retry: boolean }) =>
    (await server.messenger.sendToThread('t', own('x'), options)).delivered;
  for (let i = 0; i < 20; i++) {
    assert.deepEqual([await delivered(), await delivered({ retry: false })], [i, i]);
    clients.push(await page(t, server, `s${i}?thread=t`));
  }
  for (const [i, client] of clients.entries()) {
    await client.leave();
    while ((await delivered()) !== 19 - i);
    assert.equal(await delivered({ retry: false }), 19 - i);
  }
});
