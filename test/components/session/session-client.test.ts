import assert from 'node:assert/strict';
import { beforeEach, test } from 'node:test';
import { HandSocket, statusAt } from '../../helpers/hand-socket.js';
import { complaints, reset, type Setup, settled, setUp, statuses } from './setup.js';

beforeEach(reset);

test('it is live when everything that was missed is here, and not before', () => {
  const { client, connections } = setUp();
  client.connect();
  HandSocket.last.open();
  assert.equal(client.connection.status, 'connecting');
  HandSocket.last.greet({ replay: [statusAt(1)] });
  assert.deepEqual(statuses(connections), ['connecting', 'live']);
  assert.equal(client.state.status?.text, 'status 1');
  assert.equal(client.position, 'epoch000-1');
});

test('what the state says most of is at hand by the names that the element has for it', () => {
  const { client } = setUp();
  assert.deepEqual(
    [client.messages, client.currentStatus, client.currentQuestion, client.results, client.summary],
    [[], '', null, [], null],
  );
  const at = (seq: number, message: object) => ({ ...message, id: `epoch000-${seq}`, ts: seq });
  client.connect();
  HandSocket.last.open();
  HandSocket.last.greet({
    replay: [
      at(1, { type: 'status', data: 'Reading' }),
      at(2, { type: 'question', data: { questionId: 'q', question: 'Which?' } }),
      at(3, { type: 'result', data: { agent: 'Reader', data: 'All' } }),
    ],
  });
  assert.equal(client.messages.length, 3);
  assert.equal(client.currentStatus, 'Reading');
  assert.equal(client.currentQuestion?.question, 'Which?');
  assert.equal(client.results[0]?.data, 'All');
  HandSocket.last.say(at(4, { type: 'complete', data: { summary: 'Done' } }));
  assert.deepEqual([client.currentQuestion, client.summary], [null, 'Done']);
});

test('a loss is made up for by resuming behind the last message', () => {
  const { client, clock, messages, connections } = setUp();
  client.connect();
  HandSocket.last.greet({ replay: [statusAt(1), statusAt(2)] });
  HandSocket.last.end(1006);
  assert.equal(client.connection.status, 'reconnecting');
  assert.equal(client.state.status?.text, 'status 2', 'what was last known stays');
  clock.advance(250);
  assert.equal(HandSocket.all.length, 2);
  assert.equal(HandSocket.last.query.get('after'), 'epoch000-2');
  HandSocket.last.greet({ recovered: true, replay: [statusAt(3)] });
  assert.deepEqual(messages, ['status 1', 'status 2', 'status 3']);
  assert.deepEqual(statuses(connections), ['connecting', 'live', 'reconnecting', 'reconnecting', 'live']);
});

test('a message that was seen is dropped, one that is missing is fetched', () => {
  const { client, clock, messages } = setUp();
  client.connect();
  HandSocket.last.greet({ replay: [statusAt(1), statusAt(2)] });
  HandSocket.last.say(statusAt(2, 'again'), statusAt(1, 'again'));
  assert.deepEqual(messages, ['status 1', 'status 2']);
  HandSocket.last.say(statusAt(4));
  assert.deepEqual(messages, ['status 1', 'status 2']);
  assert.equal(client.connection.status, 'reconnecting');
  clock.advance(250);
  assert.equal(HandSocket.last.query.get('after'), 'epoch000-2');
});

test('a message of another epoch without a snapshot is not applied', () => {
  const { client, messages } = setUp();
  client.connect();
  HandSocket.last.greet({ replay: [statusAt(1)] });
  HandSocket.last.say(statusAt(2, 'of another log', 'epoch111'));
  assert.deepEqual(messages, ['status 1']);
  assert.equal(client.connection.status, 'reconnecting');
});

test('a snapshot takes the place of everything, and the repeated status behind it is not told again', () => {
  const { client, clock, messages } = setUp();
  client.connect();
  HandSocket.last.greet({ replay: [statusAt(1)] });
  const other = setUp();
  other.client.connect();
  HandSocket.last.greet({ replay: [1, 2, 3].map((seq) => statusAt(seq, `new ${seq}`, 'epoch222')) });
  const snapshot = { type: 'snapshot', id: 'epoch222-3', data: other.client.state };

  HandSocket.all[0]?.end();
  clock.advance(250);
  HandSocket.last.greet({ replay: [snapshot, statusAt(3, 'new 3', 'epoch222'), statusAt(4, 'new 4', 'epoch222')] });
  assert.deepEqual(messages, ['status 1', 'new 4']);
  assert.equal(client.position, 'epoch222-4');
  assert.equal(client.state.messages.length, 4);
});

test('a position moves before its listeners run: one that throws is reported, and delivers nothing twice', () => {
  const reported: unknown[] = [];
  const had = globalThis.reportError;
  globalThis.reportError = (error) => reported.push(error);
  try {
    const { client, messages, clock } = setUp();
    const failure = new Error('a listener of the page failed');
    client.on('message', () => {
      throw failure;
    });
    const positions: unknown[] = [];
    client.on('message', () => positions.push(client.position));
    client.connect();
    HandSocket.last.greet({ replay: [statusAt(1)] });
    assert.deepEqual(reported, [failure]);
    assert.deepEqual(positions, ['epoch000-1'], 'the other listeners are told');
    HandSocket.last.end();
    clock.advance(250);
    assert.equal(HandSocket.last.query.get('after'), 'epoch000-1');
    HandSocket.last.greet({ recovered: true, replay: [statusAt(2)] });
    assert.deepEqual(messages, ['status 1', 'status 2']);
  } finally {
    globalThis.reportError = had;
  }
});

test('the wait grows while attempts fail, and starts over after 5 s of steady connection only', () => {
  const { client, clock, connections } = setUp();
  const wait = () => {
    const last = connections.at(-1);
    assert.equal(last?.status, 'reconnecting');
    return (last.retryAt ?? 0) - clock.now();
  };
  client.connect();
  for (const expected of [250, 500, 1000, 2000, 4000, 8000, 10_000, 10_000]) {
    HandSocket.last.end();
    assert.equal(wait(), expected);
    clock.advance(expected);
  }
  HandSocket.last.greet();
  clock.advance(4999);
  HandSocket.last.end();
  assert.equal(wait(), 10_000, 'it was not steady yet');
  clock.advance(10_000);
  HandSocket.last.greet();
  clock.advance(5000);
  HandSocket.last.end();
  assert.equal(wait(), 250);
});

for (const [name, hurry] of [
  ['a page that wakes', ({ page }: Setup) => page.listener?.woke()],
  ['connect()', ({ client }: Setup) => client.connect()],
  [
    'disconnect() and connect()',
    ({ client }: Setup) => {
      client.disconnect();
      client.connect();
    },
  ],
] as const) {
  test(`retry=MS is the least that is waited, also for ${name}`, () => {
    const setup = setUp();
    const { client, clock } = setup;
    client.connect();
    HandSocket.last.greet();
    HandSocket.last.end(1013, 'retry=3000');
    clock.advance(1000);
    hurry(setup);
    clock.advance(1999);
    assert.equal(client.connection.status, 'reconnecting');
    assert.equal(HandSocket.all.length, 1);
    clock.advance(1);
    assert.equal(HandSocket.all.length, 2);
    // It is asked for that time, and not for ever.
    HandSocket.last.end();
    client.connect();
    clock.advance(0);
    assert.equal(HandSocket.all.length, 3);
  });
}

test('a page that wakes goes at once, spread over 250 ms', () => {
  const { client, clock, page } = setUp();
  client.connect();
  for (let i = 0; i < 6; i++) {
    HandSocket.last.end();
    clock.advance(8000);
  }
  HandSocket.last.end();
  page.listener?.woke();
  clock.advance(125);
  assert.equal(HandSocket.all.length, 8);
});

test('a page that is put away lets go of its socket, and resumes when it is shown again', () => {
  const { client, clock, page } = setUp();
  client.connect();
  HandSocket.last.greet({ replay: [statusAt(1)] });
  page.listener?.hid();
  assert.equal(HandSocket.last.readyState, 3);
  page.listener?.woke();
  clock.advance(125);
  assert.equal(HandSocket.all.length, 2);
  assert.equal(HandSocket.last.query.get('after'), 'epoch000-1');
});

test('a server that has gone quiet is left: heartbeat and 10 s', () => {
  const { client, clock, connections } = setUp();
  client.connect();
  HandSocket.last.greet({ heartbeat: 25_000 });
  clock.advance(34_000);
  HandSocket.last.say({ type: 'heartbeat', data: { serverTime: clock.now() } });
  clock.advance(34_999);
  assert.deepEqual(statuses(connections), ['connecting', 'live']);
  clock.advance(1);
  const last = connections.at(-1);
  assert.equal(last?.status === 'reconnecting' && last.reason, 'the server has gone quiet');
});

test('a server that promises a heartbeat in a month is listened to for a day', () => {
  const waits: number[] = [];
  const clock = {
    now: () => 0,
    after(ms: number) {
      waits.push(ms);
      return () => {};
    },
  };
  const { client } = setUp({ clock });
  client.connect();
  HandSocket.last.greet({ heartbeat: 2 ** 31 - 1 });
  assert.equal(Math.max(...waits), 24 * 3_600_000);
});

test('what an earlier socket still has to say is not heard', () => {
  const { client, clock, messages } = setUp();
  client.connect();
  const first = HandSocket.last;
  first.greet({ replay: [statusAt(1)] });
  first.end();
  clock.advance(250);
  first.say(statusAt(2, 'late'));
  first.end(4403, 'late');
  assert.deepEqual(messages, ['status 1']);
  assert.equal(client.connection.status, 'reconnecting');
});

for (const [code, reason] of [
  [1009, 'a frame was too large'],
  [4400, 'malformed'],
  [4403, 'not yours'],
  [4404, 'no such session'],
] as const) {
  test(`closed with ${code} it stays closed, and says why`, () => {
    const { client, clock, page, problems } = setUp();
    client.connect();
    HandSocket.last.greet();
    HandSocket.last.end(code, reason);
    assert.deepEqual(client.connection, { status: 'refused', code, reason });
    page.listener?.woke();
    clock.advance(100_000);
    assert.equal(HandSocket.all.length, 1);
    assert.equal(clock.waiting, 0);
    assert.deepEqual(problems, [
      `status-messenger: the connection was refused with ${code}: ${reason}; it is not tried again`,
    ]);
  });
}

test('closed with 1000 it stays closed, and what was received stays', () => {
  const { client, clock } = setUp();
  client.connect();
  HandSocket.last.greet({ replay: [{ type: 'complete', data: { summary: 'Done' }, id: 'epoch000-1', ts: 5 }] });
  HandSocket.last.end(1000);
  assert.deepEqual(client.connection, { status: 'ended' });
  assert.equal(client.state.phase, 'completed');
  clock.advance(100_000);
  assert.equal(HandSocket.all.length, 1);
});

test('closed on purpose it is not revived, neither by a timer nor by the page', () => {
  const { client, clock, page } = setUp();
  client.connect();
  HandSocket.last.greet();
  const wake = page.listener;
  client.disconnect();
  wake?.woke();
  clock.advance(100_000);
  assert.equal(HandSocket.all.length, 1);
  assert.equal(page.listener, undefined);
  assert.deepEqual(client.connection, { status: 'idle' });
  client.connect();
  assert.equal(HandSocket.all.length, 2);
});

test('connect() goes at once where the next attempt was being waited for, and changes nothing where one is on its way', () => {
  const { client, clock } = setUp();
  client.connect();
  client.connect();
  assert.equal(HandSocket.all.length, 1);
  HandSocket.last.end();
  client.connect();
  clock.advance(0);
  assert.equal(HandSocket.all.length, 2);
});

test('a token is asked for at every attempt, and once more when the server does not take it', async () => {
  const tokens = ['one', 'two', 'three', 'four'];
  const { client, clock } = setUp({ getToken: async () => tokens.shift() });
  client.connect();
  await settled();
  assert.equal(HandSocket.last.query.get('token'), 'one');
  HandSocket.last.greet();
  HandSocket.last.end();
  clock.advance(250);
  await settled();
  assert.equal(HandSocket.last.query.get('token'), 'two');
  HandSocket.last.end(4401);
  clock.advance(500);
  await settled();
  assert.equal(HandSocket.last.query.get('token'), 'three');
  HandSocket.last.end(4401, 'expired');
  clock.advance(100_000);
  await settled();
  assert.equal(HandSocket.all.length, 3, 'and only once');
  assert.deepEqual(client.connection, { status: 'refused', code: 4401, reason: 'expired' });
});

test('a token that expires while live is renewed, every time; what is shown is last known meanwhile', async () => {
  let tokens = 0;
  const { client, clock } = setUp({ getToken: () => `token-${++tokens}` });
  client.connect();
  await settled();
  for (let expiries = 1; expiries <= 3; expiries++) {
    HandSocket.last.greet();
    clock.advance(3_600_000 / 1000);
    HandSocket.last.end(4401, 'expired');
    const { connection } = client;
    assert.deepEqual([connection.status, 'reason' in connection && connection.reason], ['reconnecting', 'expired']);
    clock.advance(20_000);
    await settled();
    assert.equal(HandSocket.last.query.get('token'), `token-${expiries + 1}`);
  }
});

test('a server that ends every connection with 4401 before it has said a word is shown two tokens, however long it takes', async () => {
  let tokens = 0;
  const { client, clock } = setUp({ getToken: () => `token-${++tokens}` });
  client.connect();
  for (let i = 0; i < 5 && client.connection.status !== 'refused'; i++) {
    await settled();
    HandSocket.last.open();
    clock.advance(1500);
    HandSocket.last.end(4401, 'who are you');
    clock.advance(20_000);
  }
  assert.deepEqual(client.connection, { status: 'refused', code: 4401, reason: 'who are you' });
  assert.equal(tokens, 2);
});

test('a server that greets nobody may end each token after its hour', async () => {
  let tokens = 0;
  const { client, clock } = setUp({ getToken: () => `token-${++tokens}` });
  client.connect();
  for (let i = 1; i <= 4; i++) {
    await settled();
    assert.equal(HandSocket.last.query.get('token'), `token-${i}`);
    HandSocket.last.open();
    HandSocket.last.say({ type: 'status', data: 'hello' });
    clock.advance(3_600_000);
    HandSocket.last.end(4401, 'expired');
    clock.advance(20_000);
  }
  assert.equal(client.connection.status, 'reconnecting');
});

test('a token that was rejected is never shown again', async () => {
  const { client, clock } = setUp({ getToken: () => 'stale' });
  client.connect();
  await settled();
  HandSocket.last.end(4401);
  clock.advance(250);
  await settled();
  assert.equal(HandSocket.all.length, 1);
  const reason = 'the server does not take this token';
  assert.deepEqual(client.connection, { status: 'refused', code: 4401, reason, local: true });
});

test('what the server said of a token stays known where there is no other one', async () => {
  const { client, clock } = setUp({ getToken: () => 'stale' });
  client.connect();
  await settled();
  HandSocket.last.end(4401, 'the token is for another audience');
  clock.advance(250);
  await settled();
  assert.deepEqual(client.connection, { status: 'refused', code: 4401, reason: 'the token is for another audience' });
});

test('getToken that fails is asked again after the backoff', async () => {
  let calls = 0;
  const { client, clock, problems } = setUp({
    getToken() {
      if (++calls === 1) throw new Error('no network');
      return 'fine';
    },
  });
  client.connect();
  await settled();
  assert.equal(client.connection.status, 'reconnecting');
  assert.deepEqual(problems, [
    'status-messenger: getToken: it failed (no network); it is asked again at the next attempt',
  ]);
  clock.advance(250);
  await settled();
  assert.equal(HandSocket.last.query.get('token'), 'fine');
});

test('thread and user are asked for, followed by their own positions, and kept apart', () => {
  const { client, clock, messages } = setUp({ threadId: 't', userId: 'u' });
  client.connect();
  assert.equal(HandSocket.last.query.get('thread'), 't');
  assert.equal(HandSocket.last.query.get('user'), 'u');
  HandSocket.last.greet({
    replay: [statusAt(1), { ...statusAt(1, 'in the thread', 'thread00'), channel: 'thread:t' }],
  });
  HandSocket.last.end();
  clock.advance(250);
  assert.deepEqual(HandSocket.last.query.getAll('after'), ['epoch000-1', 'thread:t@thread00-1']);
  assert.equal(client.state.status?.text, 'status 1');
  assert.equal(client.channelState('thread:t')?.status?.text, 'in the thread');
  assert.deepEqual(messages, ['status 1', 'in the thread']);
});

test('what changes another channel is told of as its state: a message, and a snapshot', () => {
  const { client } = setUp({ threadId: 't' });
  const told: unknown[] = [];
  client.on('channelstate', ({ channel, state }) => told.push([channel, state.status?.text]));
  client.on('state', ({ status }) => told.push(status?.text));
  client.connect();
  const channel = 'thread:t';
  const message = { ...statusAt(1, 'in the thread', 'thread00'), channel };
  HandSocket.last.greet({ replay: [message, statusAt(1)] });
  const seen = client.channelState(channel);
  const data = { ...seen, status: { ...seen?.status, text: 'caught up' } };
  HandSocket.last.say({ type: 'snapshot', id: 'thread00-9', channel, data }, message);
  assert.deepEqual(told, [[channel, 'in the thread'], 'status 1', [channel, 'caught up']]);
  assert.equal(client.channelState(channel)?.status?.text, 'caught up');
});

test('a channel that is none is a word of the server’s own: the message is of the session', () => {
  const { client } = setUp();
  const told: unknown[] = [];
  client.on('state', ({ status }) => told.push(status?.text));
  client.on('channelstate', (of) => told.push(of));
  client.connect();
  HandSocket.last.greet();
  HandSocket.last.say({ ...statusAt(1), channel: 'nonsense' });
  assert.deepEqual(told, ['status 1']);
});

test('a server that sends only statuses is live with its first word, or a second after it opened', () => {
  const first = setUp();
  first.client.connect();
  HandSocket.last.open();
  HandSocket.last.say({ type: 'status', data: 'hello' });
  assert.equal(first.client.connection.status, 'live');
  assert.deepEqual(first.client.state.status, { text: 'hello', ts: first.clock.now() });
  const second = setUp();
  second.client.connect();
  HandSocket.last.open();
  second.clock.advance(999);
  assert.deepEqual(statuses(second.connections), ['connecting']);
  second.clock.advance(1);
  assert.deepEqual(statuses(second.connections), ['connecting', 'live']);
  HandSocket.last.end();
  second.clock.advance(250);
  assert.equal(HandSocket.last.query.get('after'), null);
});

test('a greeting that comes late takes live back until everything is here', () => {
  const { client, clock, connections } = setUp();
  client.connect();
  HandSocket.last.open();
  clock.advance(1000);
  HandSocket.last.greet({ replay: [statusAt(1)] });
  assert.deepEqual(statuses(connections), ['connecting', 'live', 'connecting', 'live']);

  const second = setUp();
  second.client.connect();
  HandSocket.last.end();
  second.clock.advance(250);
  HandSocket.last.open();
  second.clock.advance(1000);
  HandSocket.last.greet();
  const after = statuses(second.connections).slice(-3);
  assert.deepEqual(after, ['live', 'reconnecting', 'live']);
});

test('frames that cannot be read are left out, each kind is named once on the console, and the rest goes on', () => {
  const { client, messages, problems } = setUp();
  client.connect();
  HandSocket.last.greet();
  HandSocket.last.say('nonsense', 'nonsense', [1], { no: 'type' }, new ArrayBuffer(3), statusAt(1));
  assert.deepEqual(messages, ['status 1']);
  assert.deepEqual(problems, [
    'status-messenger: a frame: got text that is no JSON, expected a JSON object; it is left out',
    'status-messenger: a frame: got text that is no JSON, expected a JSON object; it is left out',
    'status-messenger: a frame: got a list of 1, expected { type, data }; it is left out',
    'status-messenger: a frame: got an object with no, expected { type, data }; it is left out',
    'status-messenger: a frame: got binary data, expected text; set decode to read it',
  ]);
  assert.equal(complaints().length, 3);
});

test('a snapshot that is none is left out', () => {
  const { client, problems } = setUp();
  client.connect();
  HandSocket.last.greet({ replay: [{ type: 'snapshot', id: 'epoch000-5', data: { phase: 'flying' } }] });
  assert.equal(client.position, undefined);
  assert.deepEqual(problems, [
    'status-messenger: a snapshot: got an object with phase, expected the state of a channel; it is left out',
  ]);
});

test('decode makes messages of whatever a server sends', () => {
  const { client, messages, problems } = setUp({
    decode(data) {
      if (data === 'bad') throw new Error('not mine');
      if (data === 'none') return undefined;
      return String(data)
        .split(',')
        .map((text) => ({ type: 'status', data: text }));
    },
  });
  client.connect();
  HandSocket.last.open();
  HandSocket.last.say('a,b', 'none', 'bad', 'c');
  assert.deepEqual(messages, ['a', 'b', 'c']);
  assert.deepEqual(problems, ['status-messenger: decode: it failed (not mine); the frame is left out']);
});

test('an address that cannot be is refused with its reason, and not tried', () => {
  const { client, problems } = setUp({ sessionId: 'a b' });
  client.connect();
  assert.equal(client.connection.status === 'refused' && client.connection.local, true);
  assert.equal(HandSocket.all.length, 0);
  assert.match(problems[0] ?? '', /^status-messenger: session-id: got string "a b", expected 1–128 characters/);
});

test('a listener may end the connection in the middle of a replay', () => {
  const { client, messages } = setUp();
  client.on('message', () => client.disconnect());
  client.connect();
  HandSocket.last.greet({ replay: [statusAt(1)] });
  HandSocket.last.say(statusAt(2));
  assert.deepEqual(messages, ['status 1']);
  assert.deepEqual(client.connection, { status: 'idle' });
});

test('a frame with a ref is sent again on every connection until it is acknowledged', async () => {
  const { client, clock } = setUp();
  const answered = client.cancel();
  client.connect();
  HandSocket.last.greet();
  const [first] = HandSocket.last.sent;
  assert.deepEqual({ ...JSON.parse(first ?? ''), ref: 'r' }, { type: 'cancel', ref: 'r', data: {} });
  HandSocket.last.end();
  clock.advance(250);
  HandSocket.last.greet();
  assert.deepEqual(HandSocket.last.sent, [first]);
  const { ref } = JSON.parse(first ?? '');
  HandSocket.last.say({ type: 'ack', data: { ref, accepted: false, reason: 'nothing is running' } });
  assert.deepEqual(await answered, { ref, accepted: false, reason: 'nothing is running' });
  HandSocket.last.end();
  clock.advance(500);
  HandSocket.last.greet();
  assert.deepEqual(HandSocket.last.sent, []);
});

test("an answer without a question's id is in the seed's form, and unacknowledged where nobody greets", async () => {
  const { client } = setUp();
  client.connect();
  HandSocket.last.open();
  HandSocket.last.say({ type: 'question', data: { question: 'Why?' } });
  assert.deepEqual(await client.sendAnswer('because'), { ref: '', accepted: true });
  assert.deepEqual(HandSocket.last.sent, ['{"answer":"because"}']);
});

for (const [name, questionId, sent] of [
  ['of the oldest', undefined, { answer: 'because' }],
  ['by its id', 'q', { type: 'answer', data: { questionId: 'q', answer: 'because' } }],
] as const) {
  test(`an answer to a server that greets nobody ends the question, as no one else tells of it: ${name}`, async () => {
    const { client, messages } = setUp();
    const phases: string[] = [];
    client.connect();
    HandSocket.last.open();
    HandSocket.last.say({ type: 'question', data: { question: 'Why?', ...(questionId ? { questionId } : {}) } });
    client.on('state', ({ phase }) => phases.push(phase));
    await client.sendAnswer('because', questionId);
    assert.deepEqual(JSON.parse(HandSocket.last.sent[0] ?? ''), sent);
    const [question] = client.state.questions;
    assert.deepEqual([question?.status, question?.answer], ['answered', 'because']);
    assert.deepEqual(phases, ['running']);
    assert.equal(messages.length, 1, 'nobody has said it');
  });
}

test('an answer that waited for such a server ends the question that it was given to, and not the next', async () => {
  const { client, clock } = setUp();
  const question = (text: string) => ({ type: 'question', data: { question: text } });
  client.connect();
  HandSocket.last.open();
  HandSocket.last.say(question('Why?'));
  for (const [next, expected] of [
    [question('How?'), 'open'],
    [{ type: 'status', data: 'thank you' }, 'answered'],
  ] as const) {
    HandSocket.last.end();
    const answered = client.sendAnswer('because');
    clock.advance(20_000);
    HandSocket.last.open();
    HandSocket.last.say(next);
    assert.equal((await answered).accepted, true);
    assert.deepEqual(
      client.state.questions.map(({ question, status }) => [question, status]),
      [['How?', expected]],
    );
  }
});

test('an answer to a server of this protocol leaves the question open until the server tells of its end', async () => {
  const { client } = setUp();
  client.connect();
  HandSocket.last.greet({
    replay: [{ ...statusAt(1), type: 'question', data: { question: 'Why?', questionId: 'q' } }],
  });
  const answered = client.sendAnswer('because');
  const { ref } = JSON.parse(HandSocket.last.sent[0] ?? '');
  HandSocket.last.say({ type: 'ack', data: { ref, accepted: true } });
  await answered;
  assert.equal(client.state.questions[0]?.status, 'open');
});

test("an answer in the seed's form is acknowledged by a server of this protocol", async () => {
  const { client } = setUp();
  client.connect();
  HandSocket.last.greet({ replay: [{ ...statusAt(1), type: 'question', data: { question: 'Why?' } }] });
  const answered = client.sendAnswer('because');
  const { ref, ...frame } = JSON.parse(HandSocket.last.sent[0] ?? '');
  assert.deepEqual(frame, { answer: 'because' });
  HandSocket.last.say({ type: 'ack', data: { ref, accepted: true } });
  assert.deepEqual(await answered, { ref, accepted: true });
});

test('an answer to no question is not sent where the server would have told of one', async () => {
  const { client } = setUp();
  client.connect();
  HandSocket.last.greet();
  assert.deepEqual(await client.sendAnswer('because'), { ref: '', accepted: false, reason: 'no question is open' });
  assert.deepEqual(HandSocket.last.sent, []);
});

test('a question is declined by its id, the oldest open one without; one without a name cannot be', async () => {
  const { client } = setUp();
  client.connect();
  const question = (id: string) => ({ type: 'question', data: { question: 'Why?', questionId: id } });
  HandSocket.last.greet({
    replay: [
      { ...statusAt(1), ...question('a') },
      { ...statusAt(2), ...question('b') },
    ],
  });
  void client.decline();
  void client.decline('b');
  const frames = HandSocket.last.sent.map((frame) => JSON.parse(frame).data);
  assert.deepEqual(frames, [
    { questionId: 'a', decline: true },
    { questionId: 'b', decline: true },
  ]);
  assert.deepEqual(await client.decline(''), {
    ref: '',
    accepted: false,
    reason: 'this server takes nothing but answers',
  });
});

test('a question that a server without acknowledgements was told to have been declined is declined', async () => {
  const { client } = setUp();
  client.connect();
  HandSocket.last.open();
  HandSocket.last.say({ type: 'question', data: { question: 'Why?', questionId: 'a' } });
  await client.decline();
  assert.equal(client.state.questions[0]?.status, 'declined');
});

test('an observer is told of every change and message until it stops', () => {
  const { client } = setUp();
  const told: unknown[] = [];
  const stop = client.observe({
    change: () => told.push(`${client.connection.status} ${client.state.messages.length}`),
    message: ({ data }) => told.push(data),
  });
  const stopAnother = client.observe({ change: () => {} });
  client.connect();
  HandSocket.last.greet({ replay: [statusAt(1)] });
  stop();
  stopAnother();
  HandSocket.last.say(statusAt(2));
  assert.deepEqual(told, ['connecting 0', 'status 1', 'connecting 1', 'live 1']);
});

test('what was said before it was clear whether the server greets waits for that', async () => {
  const greeted = setUp();
  greeted.client.connect();
  HandSocket.last.open();
  greeted.client.cancel();
  assert.deepEqual(HandSocket.last.sent, []);
  HandSocket.last.greet();
  assert.equal(HandSocket.last.sent.length, 1);

  const ungreeted = setUp();
  const early = ungreeted.client.send('early');
  ungreeted.client.connect();
  HandSocket.last.open();
  ungreeted.clock.advance(1000);
  assert.equal(JSON.parse(HandSocket.last.sent[0] ?? '').data, 'early');
  HandSocket.last.say({ type: 'status', data: 'the first word' });
  assert.equal((await early).accepted, true);
  assert.equal(HandSocket.last.sent.length, 1);
});

test('nothing is taken for accepted by a server that has not said a word, and it is sent again on the next connection', async () => {
  const { client, clock } = setUp();
  client.connect();
  HandSocket.last.open();
  let accepted: unknown;
  client.send('before').then((ack) => {
    accepted = ack;
  });
  clock.advance(1000);
  client.send('after').catch(() => {});
  assert.equal(client.connection.status, 'live');
  assert.deepEqual(
    HandSocket.last.sent.map((text) => JSON.parse(text).data),
    ['before', 'after'],
  );
  await new Promise(setImmediate);
  assert.equal(accepted, undefined);
  HandSocket.last.end(1006);
  clock.advance(20_000);
  HandSocket.last.greet();
  assert.deepEqual(
    HandSocket.last.sent.map((text) => JSON.parse(text).data),
    ['before', 'after'],
  );
});

for (const [code, name] of [
  [1000, 'has ended'],
  [4403, 'was refused with 4403'],
] as const) {
  test(`what waits for an answer is rejected when the server closes with ${code}, and so is what comes after`, async () => {
    const { client } = setUp();
    client.connect();
    HandSocket.last.greet();
    const before = client.cancel();
    HandSocket.last.end(code);
    const wanted = {
      code: 'closed',
      message: new RegExp(`^status-messenger: send: the \\w+ ${name}, .*connect\\(\\)`),
    };
    await assert.rejects(before, wanted);
    await assert.rejects(client.send('after'), wanted);
    client.connect();
    HandSocket.last.greet();
    assert.deepEqual(HandSocket.last.sent, []);
  });
}

test('what waits for an answer outlives a disconnect(), and is rejected by close()', async () => {
  const { client } = setUp();
  client.connect();
  HandSocket.last.greet();
  const answered = client.cancel();
  client.disconnect();
  client.connect();
  HandSocket.last.greet();
  assert.equal(HandSocket.last.sent.length, 1);
  client.close();
  await assert.rejects(answered, { code: 'closed', message: /^status-messenger: send: the client was closed/ });
  assert.deepEqual(client.connection, { status: 'idle' });
});

test('a client that was closed stays closed: nothing waits, nothing connects, and it says so', async () => {
  const { client, clock, problems } = setUp();
  client.connect();
  HandSocket.last.greet();
  client.close();
  const wanted = { code: 'closed', message: 'status-messenger: send: the client was closed; make another one' };
  for (const call of [client.send(1), client.cancel(), client.sendAnswer('yes'), client.sendAnswer('yes', 'q')]) {
    await assert.rejects(call, wanted);
  }
  client.connect();
  client.close();
  assert.equal(HandSocket.all.length, 1);
  assert.equal(clock.waiting, 0);
  assert.deepEqual(problems, ['status-messenger: connect: the client was closed; make another one']);
});

test('a frame that no server takes is refused before it waits', async () => {
  const { client } = setUp();
  client.connect();
  HandSocket.last.greet();
  const message =
    /^status-messenger: send: got a frame of 800\d\d bytes, expected at most 65536; upload it over HTTP and send its address$/;
  // Two bytes each: characters are not what is counted.
  await assert.rejects(client.send('é'.repeat(40_000)), { code: 'too_large', message });
  const circle: unknown[] = [];
  circle.push(circle);
  for (const data of [12n, circle]) {
    await assert.rejects(client.send(data), {
      code: 'invalid',
      message:
        /^status-messenger: send: got data that JSON cannot carry \(.*\); send texts, numbers, lists and plain objects$/,
    });
  }
  await assert.rejects(client.sendAnswer('x'.repeat(70_000), 'q'), { code: 'too_large' });
  assert.deepEqual(HandSocket.last.sent, []);
  client.send('x'.repeat(65_000));
  assert.equal(HandSocket.last.sent.length, 1);
});

test("the server's time is the latest that it told, and goes on with the page's", () => {
  const { client, clock } = setUp();
  client.connect();
  HandSocket.last.greet({ serverTime: clock.now() + 5000 });
  assert.equal(client.serverNow, clock.now() + 5000);
  HandSocket.last.say({ ...statusAt(1), ts: clock.now() + 5200 });
  clock.advance(100);
  assert.equal(client.serverNow, clock.now() + 5200);
});

test('nothing is left behind by a client that was disconnected', () => {
  const { client, clock } = setUp();
  client.connect();
  HandSocket.last.greet();
  client.disconnect();
  assert.equal(clock.waiting, 0);
  client.connect();
  HandSocket.last.open();
  client.disconnect();
  assert.equal(clock.waiting, 0);
});
