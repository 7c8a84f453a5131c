import assert from 'node:assert/strict';
import { beforeEach, test } from 'node:test';
import type { SessionClientOptions } from '../../../components/session/index.js';
import { LIMITS, StatusMessengerError } from '../../../protocol/index.js';
import { HandSocket, statusAt } from '../../helpers/hand-socket.js';
import { seededRandom } from '../../helpers/random.js';
import { ack, complaints, HandStorage, reset, type Setup, sent, setUp } from './setup.js';

beforeEach(reset);

let pages = 0;

/** A page with a storage; another one with the same storage is the same page after a reload. */
function page(storage: HandStorage, options: Partial<SessionClientOptions> = {}): Setup {
  return setUp({ storage, random: seededRandom(++pages), ...options });
}

function open({ client }: Setup): HandSocket {
  client.connect();
  HandSocket.last.greet();
  return HandSocket.last;
}

const data = (socket: HandSocket) => sent(socket).map((frame) => frame.data);

/** What becomes of a promise that nobody else looks at. */
function outcome(promise: Promise<unknown>): Promise<unknown> {
  return promise.catch((error: unknown) => (error instanceof StatusMessengerError ? error.code : error));
}

test('what was not acknowledged is sent again after a reload, in its order and with its refs, and then no more', () => {
  const storage = new HandStorage();
  const before = page(storage);
  const first = open(before);
  void before.client.send(1);
  void before.client.send(2);
  first.end();
  void before.client.sendAnswer('because', 'q');
  void before.client.cancel();
  first.say(ack(sent(first)[0]?.ref ?? ''));

  const after = page(storage);
  void after.client.send('new');
  assert.equal(HandSocket.last, first);
  const second = open(after);
  assert.deepEqual(data(second), [1, 2, { questionId: 'q', answer: 'because' }, {}, 'new']);
  assert.deepEqual(
    sent(second)
      .slice(0, 2)
      .map(({ ref }) => ref),
    sent(first).map(({ ref }) => ref),
  );
  for (const { ref } of sent(second)) second.say(ack(ref));
  assert.equal(storage.items.size, 0);
  assert.deepEqual(data(open(page(storage))), []);
});

test('what was acknowledged is kept no longer, what follows it is', () => {
  const storage = new HandStorage();
  const before = page(storage);
  const first = open(before);
  for (const i of [1, 2, 3]) void before.client.send(i);
  first.say(ack(sent(first)[1]?.ref ?? ''));
  assert.deepEqual(data(open(page(storage))), [1, 3]);
});

test('a page that is put away keeps what waits', () => {
  const storage = new HandStorage();
  const before = page(storage);
  open(before);
  void before.client.cancel();
  before.page.listener?.hid();
  assert.equal(sent(open(page(storage)), 'cancel').length, 1);
  const disconnected = page(storage);
  open(disconnected);
  disconnected.client.disconnect();
  assert.equal(sent(open(page(storage)), 'cancel').length, 1);
});

test('each address and session, and each user, has its own; the token is no part of it', () => {
  const storage = new HandStorage();
  const mine = page(storage, { url: 'ws://server/ws?x=1&token=secret', token: 'secret', userId: 'u' });
  void mine.client.send('mine');
  assert.doesNotMatch(storage.text, /secret/);
  for (const other of [
    { url: 'ws://server/ws?x=2', userId: 'u' },
    { url: 'ws://other/ws?x=1', userId: 'u' },
    { url: 'ws://server/ws?x=1', userId: 'v' },
    { url: 'ws://server/ws?x=1' },
    { url: 'ws://server/ws?x=1', userId: 'u', sessionId: 't' },
  ]) {
    assert.deepEqual(data(open(page(storage, other))), []);
  }
  assert.deepEqual(data(open(page(storage, { url: 'ws://server/ws?x=1', token: 'another', userId: 'u' }))), ['mine']);
});

test('two clients of one page keep theirs side by side', () => {
  const storage = new HandStorage();
  const [one, two] = [page(storage), page(storage)];
  open(one);
  const socket = HandSocket.last;
  void one.client.send('one');
  void two.client.send('two');
  void one.client.send('three');
  socket.say(ack(sent(socket)[1]?.ref ?? ''));
  assert.deepEqual(data(open(page(storage))), ['one', 'two']);
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
    client.connect();
    const waiting = outcome(client.send('now'));
    end();
    assert.equal(await waiting, 'closed');
    assert.equal(storage.items.size, 0);
  });
}

test('nothing is kept once the client is closed', async () => {
  const storage = new HandStorage();
  const { client } = page(storage);
  const waiting = outcome(client.send('now'));
  client.close();
  assert.equal(await waiting, 'closed');
  assert.equal(storage.items.size, 0);
});

test('a server that does not greet is sent nothing from before: it could not know what it has carried out', () => {
  const storage = new HandStorage();
  void page(storage).client.send('from before');
  const { client, clock } = page(storage);
  void client.send('now');
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
  ['no list', '{"type":"cancel","ref":"r"}'],
  ['a number', '5'],
  ['a deep list', '['.repeat(100_000)],
  ['far too much', `[${'{"type":"cancel","ref":"r","data":{}},'.repeat(10_000)}{}]`],
] as const) {
  test(`what stands in the storage is left out if it is ${name}`, () => {
    const storage = new HandStorage();
    void page(storage).client.send('so that there is a key');
    const [key = ''] = storage.items.keys();
    storage.items.set(key, text);
    const after = page(storage);
    assert.deepEqual(open(after).sent, []);
    void after.client.send('fine');
    assert.deepEqual(data(HandSocket.last), ['fine']);
    assert.deepEqual(data(open(page(storage))), ['fine']);
    assert.deepEqual([...after.problems, ...complaints()], []);
  });
}

test('so is each of its entries that is no frame of a page', () => {
  const storage = new HandStorage();
  void page(storage).client.send('so that there is a key');
  const [key = ''] = storage.items.keys();
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
  storage.items.set(key, JSON.stringify(entries));
  const after = page(storage);
  assert.deepEqual(
    sent(open(after)).map(({ ref }) => ref),
    ['seed', 'fine'],
  );
  assert.deepEqual(after.problems, []);
});

test('no more is taken from a storage than is ever kept there', () => {
  const storage = new HandStorage();
  void page(storage).client.send('so that there is a key');
  const [key = ''] = storage.items.keys();
  const entries = Array.from({ length: 200 }, (_, i) => ({ type: 'input', ref: `r${i}`, data: i }));
  storage.items.set(key, JSON.stringify(entries));
  assert.equal(open(page(storage)).sent.length, 100);
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

test('a storage that fills up keeps what it has, and takes more when there is room', () => {
  const storage = new HandStorage();
  const before = page(storage);
  const first = open(before);
  void before.client.send(1);
  storage.fails = true;
  void before.client.send(2);
  assert.equal(sent(first).length, 2);
  assert.deepEqual(data(open(page(Object.assign(new HandStorage(), { items: storage.items })))), [1]);
  storage.fails = false;
  void before.client.send(3);
  assert.deepEqual(data(open(page(storage))), [1, 2, 3]);
});

test('a hundred frames are kept, the oldest, and the next as soon as there is room', () => {
  const storage = new HandStorage();
  const before = page(storage);
  const first = open(before);
  for (let i = 0; i < 150; i++) void before.client.send(i);
  assert.equal(sent(first).length, 150, 'all of them are sent');
  assert.equal(JSON.parse([...storage.items.values()][0] ?? '').length, 100);
  const kept = () => data(open(page(Object.assign(new HandStorage(), { items: new Map(storage.items) }))));
  assert.deepEqual(
    kept(),
    Array.from({ length: 100 }, (_, i) => i),
  );
  for (const { ref } of sent(first).slice(0, 10)) first.say(ack(ref));
  assert.deepEqual(
    kept(),
    Array.from({ length: 100 }, (_, i) => i + 10),
  );
});

test('half a mebibyte is kept, as a browser counts it', () => {
  const storage = new HandStorage();
  const before = page(storage);
  const first = open(before);
  for (let i = 0; i < 10; i++) void before.client.send(`${i}${'x'.repeat(60_000)}`);
  assert.ok(storage.text.length * 2 <= 512 * 1024);
  const after = data(open(page(storage)));
  assert.deepEqual(
    after.map((text) => String(text)[0]),
    ['0', '1', '2', '3'],
  );
  assert.equal(sent(first).length, 10);
});

test('an address that cannot be keeps nothing, and is named when it is connected to', () => {
  const storage = new HandStorage();
  const { client, problems } = page(storage, { sessionId: 'a b' });
  void outcome(client.send('hello'));
  assert.equal(storage.items.size, 0);
  client.connect();
  assert.equal(problems.length, 1);
});

test('an acknowledgement of nothing changes nothing', () => {
  const storage = new HandStorage();
  const { client, problems } = page(storage);
  client.connect();
  HandSocket.last.greet({ replay: [statusAt(1)] });
  HandSocket.last.say(ack('never sent'), { type: 'ack', data: 5 });
  assert.equal(client.connection.status, 'live');
  assert.deepEqual(problems, []);
});
