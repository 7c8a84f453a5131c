import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import type { SessionClient } from '../../../components/session/index.js';
import { seededRandom } from '../../../components/testing/index.js';
import { live, testClient } from '../../helpers/client.js';
import { TcpProxy } from '../../helpers/proxy.js';
import { seedFromEnvironment } from '../../helpers/random.js';
import { startServer } from '../../helpers/server.js';
import { HandStorage } from './setup.js';

interface World {
  readonly proxy: TcpProxy;
  /** What was handed to the application, in its order. */
  readonly inputs: unknown[];
  /** A page with a storage. It goes as a reload lets it go: with its socket, and without a word. */
  page(storage: HandStorage): SessionClient;
}

async function startWorld(t: TestContext): Promise<World> {
  const server = await startServer();
  const proxy = await TcpProxy.start(server.port);
  const inputs: unknown[] = [];
  const pages: SessionClient[] = [];
  server.messenger.onInput((input) => inputs.push(input));
  t.after(async () => {
    for (const page of pages) page.disconnect();
    await proxy.close();
    await server.close();
  });
  return {
    proxy,
    inputs,
    page(storage) {
      const page = testClient({
        url: `ws://127.0.0.1:${proxy.port}/ws`,
        sessionId: 's',
        storage,
        reconnectDelay: (_, random) => random() * 20,
      });
      pages.push(page);
      page.connect();
      return page;
    },
  };
}

/** The page goes, when its last turn is over. */
async function leave(page: SessionClient): Promise<void> {
  await Promise.resolve();
  page.disconnect();
}

async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await sleep(2);
}

/** Whatever becomes of it: whoever waited for the answer is gone with the page. */
function abandon(answer: Promise<unknown>): void {
  answer.catch(() => {});
}

test('what was said while offline, and then the page was reloaded, reaches the server once and in its order', async (t) => {
  const { proxy, inputs, page } = await startWorld(t);
  const storage = new HandStorage();
  const before = page(storage);
  await live(before);
  proxy.refuses = true;
  proxy.cut();
  await until(() => before.connection.status !== 'live');
  abandon(before.send('first'));
  abandon(before.sendAnswer('yes', 'the question'));
  abandon(before.send('second'));
  await leave(before);

  proxy.refuses = false;
  const after = page(storage);
  assert.equal((await after.send('third')).accepted, true);
  assert.deepEqual(inputs, ['first', 'second', 'third']);
  assert.equal(storage.items.size, 0, 'the answer was acknowledged, too');
  await live(page(storage));
  assert.deepEqual(inputs, ['first', 'second', 'third']);
});

test('what the server carried out, and could not say so before the page was reloaded, is carried out once', async (t) => {
  const { proxy, inputs, page } = await startWorld(t);
  const storage = new HandStorage();
  const before = page(storage);
  await live(before);
  proxy.cutAfter(1);
  abandon(before.send('once'));
  await until(() => inputs.length === 1);
  proxy.refuses = true;
  await until(() => before.connection.status !== 'live');
  before.disconnect();
  assert.equal(storage.items.size, 1);

  proxy.refuses = false;
  assert.equal((await page(storage).send('next')).accepted, true);
  assert.deepEqual(inputs, ['once', 'next']);
});

test('a tab that was duplicated says the same, and the server hears it once', async (t) => {
  const { proxy, inputs, page } = await startWorld(t);
  const storage = new HandStorage();
  proxy.refuses = true;
  const before = page(storage);
  for (const i of [1, 2, 3]) abandon(before.send(i));
  await leave(before);
  const copy = new HandStorage();
  for (const [key, value] of storage.items) copy.items.set(key, value);
  proxy.refuses = false;
  await Promise.all([page(storage).send('one'), page(copy).send('other')]);
  assert.deepEqual(
    inputs.filter((input) => typeof input === 'number'),
    [1, 2, 3],
  );
  assert.equal(inputs.length, 5);
});

const seed = seedFromEnvironment();

test(`60 reloads at random moments of 300 inputs, the network cut as often: each arrives once, in order (SEED=${seed})`, async (t) => {
  const { proxy, inputs, page } = await startWorld(t);
  const random = seededRandom(seed);
  const storage = new HandStorage();
  let said = 0;
  for (let reload = 0; reload < 60; reload++) {
    const current = page(storage);
    if (random() < 0.7) await live(current);
    if (random() < 0.5) proxy.cutAfter(1 + Math.floor(random() * 200));
    for (let i = 0; i < 5; i++) {
      abandon(current.send(said++));
      if (random() < 0.5) await sleep(random() * 3);
      if (random() < 0.1) proxy.cut();
    }
    // No more may wait than is kept: now and then the network holds until everything has arrived and is acknowledged. What was just said is kept a moment later.
    if (reload % 10 === 9) await until(() => inputs.length >= said && storage.items.size === 0);
    await leave(current);
  }
  assert.deepEqual(
    inputs,
    Array.from({ length: said }, (_, i) => i),
  );
});
