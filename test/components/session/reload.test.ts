import assert from 'node:assert/strict';
import { beforeEach, test } from 'node:test';
import type { SessionClientOptions } from '../../../components/session/index.js';
import { seededRandom } from '../../../components/testing/index.js';
import { LIMITS, StatusMessengerError } from '../../../protocol/index.js';
import { HandSocket, statusAt } from '../../helpers/hand-socket.js';
import { ack, complaints, HandStorage, reset, type Setup, sent, settled, setUp } from './setup.js';

beforeEach(reset);

let pages = 0;

/** A page with a storage; another one with the same storage is the same page after a reload. */
function page(storage: HandStorage, options: Partial<SessionClientOptions> = {}): Setup {
  return setUp({ storage, random: seededRandom(++pages), ...options });
}

/** What is kept is written when the turn is over. */
const written = settled;

async function open({ client }: Setup): Promise<HandSocket> {
  await written();
  client.connect();
  HandSocket.last.greet();
  return HandSocket.last;
}

const data = (socket: HandSocket) => sent(socket).map((frame) => frame.data);

/** The key under which the frames of `page()` are kept. */
async function keyOf(storage: HandStorage): Promise<string> {
  void page(storage).client.send('so that there is a key');
  await written();
  const [key = ''] = storage.items.keys();
  return key;
}

/** What becomes of a promise that nobody else looks at. */
function outcome(promise: Promise<unknown>): Promise<unknown> {
  return promise.catch((error: unknown) => (error instanceof StatusMessengerError ? error.code : error));
}

test('what was not acknowledged is sent again after a reload, in its order and with its refs, and then no more', async () => {
  const storage = new HandStorage();
  const before = page(storage);
  const first = await open(before);
  void before.client.send(1);
  void before.client.send(2);
  first.end();
  void before.client.sendAnswer('because', 'q');
  void before.client.cancel();
  first.say(ack(sent(first)[0]?.ref ?? ''));

  const after = page(storage);
  void after.client.send('new');
  assert.equal(HandSocket.last, first);
  const second = await open(after);
  assert.deepEqual(data(second), [1, 2, { questionId: 'q', answer: 'because' }, {}, 'new']);
  assert.deepEqual(
    sent(second)
      .slice(0, 2)
      .map(({ ref }) => ref),
    sent(first).map(({ ref }) => ref),
  );
  for (const { ref } of sent(second)) second.say(ack(ref));
  await written();
  assert.equal(storage.items.size, 0);
  assert.deepEqual(data(await open(page(storage))), []);
});

test('what was acknowledged is kept no longer, what follows it is', async () => {
  const storage = new HandStorage();
  const before = page(storage);
  const first = await open(before);
  for (const i of [1, 2, 3]) void before.client.send(i);
  first.say(ack(sent(first)[1]?.ref ?? ''));
  assert.deepEqual(data(await open(page(storage))), [1, 3]);
});

test('a page that is put away keeps what waits', async () => {
  const storage = new HandStorage();
  const before = page(storage);
  await open(before);
  void before.client.cancel();
  before.page.listener?.hid();
  assert.equal(sent(await open(page(storage)), 'cancel').length, 1);
  const disconnected = page(storage);
  await open(disconnected);
  disconnected.client.disconnect();
  assert.equal(sent(await open(page(storage)), 'cancel').length, 1);
});

test('each address and session, and each user, has its own; the token is no part of it', async () => {
  const storage = new HandStorage();
  const mine = page(storage, { url: 'ws://server/ws?x=1&token=secret', token: 'secret', userId: 'u' });
  void mine.client.send('mine');
  await written();
  assert.match(storage.text, /"mine"/);
  assert.doesNotMatch(storage.text, /secret/);
  for (const other of [
    { url: 'ws://server/ws?x=2', userId: 'u' },
    { url: 'ws://other/ws?x=1', userId: 'u' },
    { url: 'ws://server/ws?x=1', userId: 'v' },
    { url: 'ws://server/ws?x=1' },
    { url: 'ws://server/ws?x=1', userId: 'u', sessionId: 't' },
  ]) {
    assert.deepEqual(data(await open(page(storage, other))), []);
  }
  assert.deepEqual(data(await open(page(storage, { url: 'ws://server/ws?x=1', token: 'another', userId: 'u' }))), [
    'mine',
  ]);
});

test('two clients of one page keep theirs side by side', async () => {
  const storage = new HandStorage();
  const [one, two] = [page(storage), page(storage)];
  await open(one);
  const socket = HandSocket.last;
  void one.client.send('one');
  void two.client.send('two');
  void one.client.send('three');
  socket.say(ack(sent(socket)[1]?.ref ?? ''));
  assert.deepEqual(data(await open(page(storage))), ['one', 'two']);
});

for (const [name, end] of [
  ['ends the run', () => HandSocket.last.end(1000)],
  ['refuses the page', () => HandSocket.last.end(4403)],
] as const) {
  test(`nothing is kept once the server ${name}`, async () => {
    const storage = new HandStorage();
    const old = page(storage);
    void old.client.send('from before');
    const { client } = page(storage);
    await written();
    client.connect();
    const waiting = outcome(client.send('now'));
    await written();
    assert.match(storage.text, /"from before".*"now"/);
    end();
    assert.equal(await waiting, 'closed');
    assert.equal(storage.items.size, 0);
  });
}

test('nothing is kept once the client is closed', async () => {
  const storage = new HandStorage();
  const { client } = page(storage);
  const waiting = outcome(client.send('now'));
  await written();
  assert.equal(storage.items.size, 1);
  client.close();
  assert.equal(await waiting, 'closed');
  assert.equal(storage.items.size, 0);
});

test('a client that is closed gives up what it was asked to send, and nothing of anyone else', async () => {
  const storage = new HandStorage();
  void page(storage).client.send('from before');
  const [living, other] = [page(storage), page(storage)];
  const socket = await open(living);
  void living.client.send('of the other');
  const idle = page(storage);
  await open(other);
  const mine = outcome(other.client.send('mine'));
  await written();
  other.client.close();
  idle.client.close();
  assert.equal(await mine, 'closed');
  socket.end();
  assert.deepEqual(data(await open(page(storage))), ['from before', 'of the other']);
});

test('what was given up is not sent by a client of the same address that was made before', async () => {
  const storage = new HandStorage();
  const former = page(storage);
  await open(former);
  const told = outcome(former.client.send('send it again'));
  await written();
  const next = page(storage);
  former.client.close();
  next.client.connect();
  HandSocket.last.greet();
  assert.equal(await told, 'closed');
  assert.deepEqual(HandSocket.last.sent, []);
});

test('what another client has had acknowledged does not come back into the storage', async () => {
  const storage = new HandStorage();
  const one = page(storage);
  const socket = await open(one);
  void one.client.send('one');
  const two = page(storage);
  await open(two);
  socket.say(ack(sent(socket)[0]?.ref ?? ''));
  await written();
  void two.client.send('two');
  assert.deepEqual(data(await open(page(storage))), ['two']);
});

test('what was kept is sent for a day, and then no more', async () => {
  const storage = new HandStorage();
  const before = page(storage);
  void before.client.cancel();
  await written();
  const later = page(storage);
  later.clock.advance(24 * 3_600_000);
  assert.equal((await open(later)).sent.length, 1);
  const tooLate = page(storage);
  tooLate.clock.advance(24 * 3_600_000 + 1);
  assert.deepEqual((await open(tooLate)).sent, []);
  // A clock that was set back by more than that tells nothing of its age.
  const early = page(storage);
  early.clock.setBy(-24 * 3_600_000 - 1);
  assert.deepEqual((await open(early)).sent, []);
});

test('a server that speaks without a greeting leaves nothing from before in the storage: it could never be sent', async () => {
  const storage = new HandStorage();
  void page(storage).client.send('from before');
  await written();
  const { client } = page(storage);
  client.connect();
  HandSocket.last.open();
  HandSocket.last.say({ type: 'status', data: 'a word' });
  await written();
  assert.deepEqual(HandSocket.last.sent, []);
  assert.equal(storage.items.size, 0);
});

test('a server that does not greet is sent nothing from before: it could not know what it has carried out', async () => {
  const storage = new HandStorage();
  void page(storage).client.send('from before');
  const { client, clock } = page(storage);
  void client.send('now');
  await written();
  client.connect();
  HandSocket.last.open();
  clock.advance(1000);
  assert.deepEqual(data(HandSocket.last), ['now']);
  // It only took its time. Nobody has said that "now" arrived, and by its ref it is carried out once.
  HandSocket.last.greet();
  assert.deepEqual(data(HandSocket.last), ['now', 'from before', 'now']);
});

for (const [name, text] of [
  ['no JSON', '[{"type":'],
  ['no list', '{"at":1700000000000,"frame":{"type":"cancel","ref":"r"}}'],
  ['a number', '5'],
  ['a deep list', '['.repeat(100_000)],
  ['far too much', `[${'{"at":1700000000000,"frame":{"type":"cancel","ref":"r","data":{}}},'.repeat(20_000)}{}]`],
] as const) {
  test(`what stands in the storage is left out if it is ${name}`, async () => {
    const storage = new HandStorage();
    const key = await keyOf(storage);
    storage.items.set(key, text);
    const after = page(storage);
    assert.deepEqual((await open(after)).sent, []);
    void after.client.send('fine');
    assert.deepEqual(data(HandSocket.last), ['fine']);
    assert.deepEqual(data(await open(page(storage))), ['fine']);
    assert.deepEqual([...after.problems, ...complaints()], []);
  });
}

const FINE = { type: 'input', ref: 'without its time', data: 1 };

test('so is each of its entries that is no frame of a page', async () => {
  const storage = new HandStorage();
  const key = await keyOf(storage);
  let deep: unknown = 1;
  for (let i = 0; i < 200; i++) deep = [deep];
  const entries = [
    null,
    5,
    'text',
    [],
    {},
    { type: 'input', data: 'no ref' },
    { type: 'input', ref: '', data: 1 },
    { type: 'input', ref: 7, data: 1 },
    { type: 'input', ref: 'r'.repeat(LIMITS.refLength + 1), data: 1 },
    { type: 'input', ref: 'large', data: 'é'.repeat(LIMITS.clientFrame / 2) },
    { type: 'input', ref: 'deep', data: deep },
    { type: 'ping', ref: 'ping' },
    { type: 'token', ref: 'token', data: { token: 'stolen' } },
    { type: 5, ref: 'number', data: 1 },
    { ref: 'nothing' },
    { ref: 'seed', answer: 'yes' },
    { type: 'input', ref: 'fine', data: 1 },
    { type: 'input', ref: 'fine', data: 1 },
  ];
  const at = 1_700_000_000_000;
  const broken = [
    null,
    'text',
    {},
    { at },
    { at: 'then', frame: FINE },
    { at: null, frame: FINE },
    { frame: FINE },
    FINE,
  ];
  storage.items.set(key, JSON.stringify([...broken, ...entries.map((frame) => ({ at, frame }))]));
  const after = page(storage);
  assert.deepEqual(
    sent(await open(after)).map(({ ref }) => ref),
    ['seed', 'fine'],
  );
  assert.deepEqual(after.problems, []);
});

test('no more is taken from a storage than is ever kept there', async () => {
  const storage = new HandStorage();
  const key = await keyOf(storage);
  const at = 1_700_000_000_000;
  const entries = Array.from({ length: 1200 }, (_, i) => ({ at, frame: { type: 'input', ref: `r${i}`, data: i } }));
  storage.items.set(key, JSON.stringify(entries));
  assert.equal((await open(page(storage))).sent.length, 1000);
});

for (const [name, storage] of [
  ['cannot be written', Object.assign(new HandStorage(), { fails: true })],
  ['throws when it is looked at', undefined],
] as const) {
  test(`a storage that ${name} is done without, and nobody is bothered`, async () => {
    const options: Partial<SessionClientOptions> = {};
    Object.defineProperty(options, 'storage', {
      get() {
        if (storage) return storage;
        throw new Error('SecurityError');
      },
      enumerable: false,
    });
    const { client, problems } = setUp(storage ? { storage } : options);
    const answered = client.send('hello');
    client.connect();
    HandSocket.last.greet();
    HandSocket.last.say(ack(sent(HandSocket.last)[0]?.ref ?? ''));
    assert.equal((await answered).accepted, true);
    assert.deepEqual([...problems, ...complaints()], []);
  });
}

test('a storage that fills up keeps what it has, and takes more when there is room', async () => {
  const storage = new HandStorage();
  const before = page(storage);
  const first = await open(before);
  void before.client.send(1);
  await written();
  storage.fails = true;
  void before.client.send(2);
  assert.equal(sent(first).length, 2);
  assert.deepEqual(data(await open(page(Object.assign(new HandStorage(), { items: storage.items })))), [1]);
  storage.fails = false;
  void before.client.send(3);
  assert.deepEqual(data(await open(page(storage))), [1, 2, 3]);
});

test('one frame that there is no room for keeps no other from being kept', async () => {
  class SmallStorage extends HandStorage {
    override setItem(key: string, value: string): void {
      if (value.length > 5000) throw new Error('QuotaExceededError');
      super.setItem(key, value);
    }
  }
  const storage = new SmallStorage();
  const before = page(storage);
  void before.client.send('x'.repeat(6000));
  void before.client.send('small');
  assert.deepEqual(data(await open(page(storage))), ['small']);
});

test('what happens in a turn is written once', async () => {
  class CountingStorage extends HandStorage {
    writes = 0;
    override setItem(key: string, value: string): void {
      this.writes++;
      super.setItem(key, value);
    }
  }
  const storage = new CountingStorage();
  const before = page(storage);
  const first = await open(before);
  for (let i = 0; i < 50; i++) void before.client.send(i);
  await written();
  assert.equal(storage.writes, 1);
  for (const { ref } of sent(first).slice(0, 49)) first.say(ack(ref));
  await written();
  assert.equal(storage.writes, 2);
  assert.deepEqual(data(await open(page(storage))), [49]);
});

test('a thousand frames wait and are kept, no further one is taken, and the next as soon as there is room', async () => {
  const storage = new HandStorage();
  const before = page(storage);
  const first = await open(before);
  const numbers = Array.from({ length: 1000 }, (_, i) => i);
  for (const i of numbers) void before.client.send(i);
  await written();
  const kept = async () => data(await open(page(Object.assign(new HandStorage(), { items: new Map(storage.items) }))));
  assert.deepEqual(await kept(), numbers);
  await assert.rejects(before.client.send('more'), {
    code: 'limit',
    message:
      /^status-messenger: send: got 1000 frames of \d+ characters that wait for the server, expected at most 1000 of \d+;/,
  });
  assert.equal(sent(first).length, 1000);
  for (const { ref } of sent(first).slice(0, 10)) first.say(ack(ref));
  await written();
  void before.client.send('more');
  await written();
  assert.deepEqual(await kept(), [...numbers.slice(10), 'more']);
});

test('as many characters wait as are kept, so that none of them is lost', async () => {
  const storage = new HandStorage();
  const before = page(storage);
  await open(before);
  const outcomes = Array.from({ length: 20 }, (_, i) => outcome(before.client.send(`${i}${'x'.repeat(60_000)}`)));
  await written();
  assert.ok(storage.text.length * 2 <= 2 * 1024 * 1024, 'as a browser counts them');
  const after = data(await open(page(storage)));
  assert.equal(after.length, 16);
  for (const refused of outcomes.slice(16)) assert.equal(await refused, 'limit');
});

test('an address that cannot be keeps nothing, and is named when it is connected to', async () => {
  const storage = new HandStorage();
  const { client, problems } = page(storage, { sessionId: 'a b' });
  void outcome(client.send('hello'));
  await written();
  assert.equal(storage.items.size, 0);
  client.connect();
  assert.equal(problems.length, 1);
});

test('an acknowledgement of nothing changes nothing', async () => {
  const storage = new HandStorage();
  const { client, problems } = page(storage);
  client.connect();
  HandSocket.last.greet({ replay: [statusAt(1)] });
  HandSocket.last.say(ack('never sent'), { type: 'ack', data: 5 });
  assert.equal(client.connection.status, 'live');
  assert.deepEqual(problems, []);
});
