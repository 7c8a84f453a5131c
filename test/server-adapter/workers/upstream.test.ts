import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { ManualClock } from '../../../components/testing/index.js';
import { StatusMessenger } from '../../../server-adapter/index.js';
import { Log } from '../../../server-adapter/logger.js';
import { Attachment } from '../../../server-adapter/workers/attachment.js';
import type { Port, PortEvents } from '../../../server-adapter/workers/port.js';
import { Upstream } from '../../../server-adapter/workers/upstream.js';
import { WorkerSpeaker } from '../../../server-adapter/workers/worker-speaker.js';
import { MemoryLogger } from '../../helpers/server.js';
import { kitError, until } from '../support.js';

/** A worker and the side that attaches it, in one thread: what they say to each other is carried by hand. */
class Pair {
  readonly clock = new ManualClock();
  readonly complaints = new MemoryLogger();
  readonly log = new MemoryLogger();
  readonly messenger = new StatusMessenger({ logger: this.log });
  readonly #up: string[] = [];
  readonly #down: string[] = [];
  #events: PortEvents | undefined;
  isHeld = false;
  readonly upstream = new Upstream((events) => this.#open(events), { clock: this.clock, logger: this.complaints });
  readonly speaker = new WorkerSpeaker(this.upstream, new StatusMessenger({ logger: false }));
  attachment: Attachment | undefined;
  readonly #updates = this.messenger.streamStatusUpdates();
  readonly #heard: string[] = [];

  constructor(t: TestContext) {
    t.after(() => this.messenger.close({ timeout: 0 }));
    void this.#read();
  }

  attach(sessionId = 's', number = 1): void {
    const log = new Log(this.log);
    const attachment = new Attachment({ speaker: this.messenger, log, context: { sessionId }, number, over: () => {} });
    attachment.begin({ post: (text) => this.#down.push(text), close: () => {} });
    this.attachment = attachment;
  }

  nobodyHears(): void {
    this.#up.length = 0;
  }

  carry(): void {
    while (this.#up.length + this.#down.length > 0) {
      for (const text of this.#up.splice(0)) this.attachment?.heard(text);
      for (const text of this.#down.splice(0)) this.#events?.heard(text);
    }
  }

  say(from: number, to: number): void {
    for (let i = from; i <= to; i++) this.speaker.addStatusMessage(`${i}`);
  }

  /** The statuses that the messenger was told to say. */
  async heard(): Promise<readonly string[]> {
    await turn();
    return this.#heard;
  }

  /** Once so many answers are here. */
  async answered(count: number): Promise<void> {
    await until(() => this.#down.length >= count);
    this.carry();
  }

  async #read(): Promise<void> {
    for await (const [, text] of this.#updates) this.#heard.push(text);
  }

  #open(events: PortEvents): Port {
    this.#events = events;
    return {
      isClogged: false,
      post: (text) => this.#up.push(text),
      poll: () => {},
      hold: () => {
        this.isHeld = true;
      },
      release: () => {
        this.isHeld = false;
      },
      leave: () => {},
    };
  }
}

test('calls arrive once and in order, whenever the worker is attached', async (t) => {
  for (const at of [0, 1, 5, 10]) {
    const pair = new Pair(t);
    pair.say(1, at);
    pair.nobodyHears();
    pair.attach();
    pair.say(at + 1, 12);
    pair.carry();
    pair.say(13, 15);
    pair.carry();
    assert.deepEqual(await pair.heard(), range(1, 15), `attached after ${at}`);
  }
});

test('so many calls are kept for who attaches the worker late, and the log says how many are gone', async (t) => {
  const pair = new Pair(t);
  pair.say(1, 10_007);
  pair.nobodyHears();
  pair.attach();
  pair.carry();
  assert.deepEqual(await pair.heard(), range(8, 10_007));
  assert.deepEqual(pair.log.lines, [
    'warn status-messenger: attachWorker: got a worker that had made 7 calls more than are kept, expected a new one; attach it in the turn that makes it',
  ]);
});

test('so many characters are kept, too', async (t) => {
  const pair = new Pair(t);
  const long = 'x'.repeat(1024 * 1024);
  for (let i = 0; i < 20; i++) pair.speaker.speak('result', { type: 'result', data: { agent: 'A', data: long } });
  pair.say(1, 1);
  pair.nobodyHears();
  pair.attach();
  pair.carry();
  assert.deepEqual(await pair.heard(), range(1, 1));
  assert.match(String(pair.log.lines[0]), /had made 5 calls more than are kept/);
});

test('who was not attached in time is told once, and asks nobody', async (t) => {
  const pair = new Pair(t);
  const expected =
    'expected one that is; call messenger.attachWorker(worker) where the worker is made, or make a messenger in it';
  const early = assert.rejects(
    pair.speaker.ask('Anybody?'),
    kitError('invalid', `ask: got "Anybody?" in a worker that is not attached, ${expected}`),
  );
  assert.equal(pair.isHeld, true);
  pair.clock.advance(5000);
  assert.deepEqual(pair.complaints.lines, []);
  pair.clock.advance(100);
  await early;
  assert.equal(pair.isHeld, false);
  assert.deepEqual(pair.complaints.lines, [
    `warn status-messenger: ask: got a call in a worker that is not attached, ${expected}`,
  ]);
  await assert.rejects(pair.speaker.ask('And now?'), {
    code: 'invalid',
    message: /"And now\?" in a worker that is not/,
  });
  pair.say(1, 3);
  assert.equal(pair.complaints.lines.length, 1);
  // It may be late.
  pair.nobodyHears();
  pair.attach();
  pair.carry();
  assert.deepEqual(await pair.heard(), range(1, 3));
});

test('what is called while the worker is detached is for nobody', async (t) => {
  const pair = new Pair(t);
  pair.attach('s');
  pair.say(1, 2);
  pair.carry();
  const open = pair.speaker.ask('Which?');
  pair.carry();
  await pair.heard();
  const before = pair.attachment;
  before?.detach();
  // Not yet known to the worker: on its way when nobody hears it any more.
  pair.say(3, 4);
  pair.attach('t', 2);
  pair.carry();
  await assert.rejects(open, { name: 'StatusMessengerError', outcome: 'cancelled' });
  pair.say(5, 6);
  pair.carry();
  assert.deepEqual(await pair.heard(), ['1', '2', '5', '6']);
  assert.deepEqual(pair.messenger.getStatusMessages('t'), ['6']);
  pair.attachment?.detach();
  pair.carry();
  pair.say(7, 8);
  pair.carry();
  assert.match(
    pair.complaints.lines.join(),
    /^warn status-messenger: addStatusMessage: got a call in a worker that was detached/,
  );
  assert.deepEqual(await pair.heard(), ['1', '2', '5', '6']);
});

test('what a messenger answers to a message comes back, and so does why it was refused', async (t) => {
  const pair = new Pair(t);
  pair.attach();
  const sent = pair.speaker.sendToSession('other', { type: 'status', data: 'hello' });
  const refused = pair.speaker.sendToSession('other', { type: 'status', data: 5 });
  pair.carry();
  await pair.answered(2);
  const { id, ...rest } = await sent;
  assert.match(String(id), /-1$/);
  assert.deepEqual(rest, { delivered: 0, buffered: true });
  await assert.rejects(refused, {
    name: 'StatusMessengerError',
    code: 'invalid',
    message: /^status-messenger: status message: /,
  });
});

function range(from: number, to: number): string[] {
  return Array.from({ length: to - from + 1 }, (_, i) => `${from + i}`);
}
