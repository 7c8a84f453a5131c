import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test as nodeTest, type TestContext } from 'node:test';
import { setTimeout as sleep, setImmediate as turn } from 'node:timers/promises';
import { ManualClock } from '../../../components/testing/index.js';
import {
  type Ack,
  type AnsweredData,
  applyAll,
  type ChannelState,
  initialState,
  isObject,
  type Message,
  type QuestionData,
  readAck,
  readMessage,
  readState,
} from '../../../protocol/index.js';
import { SqliteStore, type SqliteStoreOptions } from '../../../server-adapter/channels/sqlite/index.js';
import {
  type Authorize,
  type ChannelStore,
  MemoryStore,
  type MessengerOptions,
} from '../../../server-adapter/index.js';
import { startServer, type TestServer } from '../../helpers/server.js';
import { type Frame, WireClient } from '../../helpers/wire-client.js';
import { directory } from '../stores/support.js';
import { closeWith, timeOf } from '../support.js';

/** Milliseconds that something may take that should happen at once, on a machine that is busy. */
const PATIENCE = 10_000;

/** A test that fails where what it waits for never comes: most of what is tested here is waited for. */
export function test(name: string, run: (t: TestContext) => void | Promise<void>): void {
  nodeTest(name, { timeout: 2 * PATIENCE }, run);
}

/** Longer than any test moves a clock: nobody is asked for a sign of life. */
export const NEVER = 2 ** 30;

/** The stores that all of it has to hold over. */
export const STORES: { readonly [name: string]: (t: TestContext) => ChannelStore } = {
  memory: () => new MemoryStore(),
  sqlite: (t) => new SqliteStore({ file: join(directory(t), 'status.db'), synchronous: 'normal' }),
};

/** A server for one test, closed at its end. */
export async function serve(t: TestContext, options: MessengerOptions = {}): Promise<TestServer> {
  const server = await startServer(options);
  t.after(server.close);
  return server;
}

/** A server whose time stands until the test moves it. */
export async function serveAt(
  t: TestContext,
  options: MessengerOptions = {},
  clock = new ManualClock(),
): Promise<TestServer & { readonly clock: ManualClock }> {
  const server = await startServer({ clock: timeOf(clock), heartbeat: NEVER, ...options });
  t.after(() => closeWith(clock, server));
  return { ...server, clock };
}

/** A file that processes share, one after the other or at once: here they are messengers of one process, each with a time of its own. */
export function fileOf(t: TestContext, options: Partial<SqliteStoreOptions> = {}) {
  const file = join(directory(t), 'status.db');
  return {
    file,
    open: async (clock: ManualClock, more: MessengerOptions = {}) => {
      const time = timeOf(clock);
      const store = new SqliteStore({ file, clock: time, synchronous: 'normal', lockTimeout: 2000, ...options });
      const server = await startServer({ clock: time, heartbeat: NEVER, store, ...more });
      let closed = false;
      const close = async () => {
        if (closed) return;
        closed = true;
        await closeWith(clock, server);
      };
      t.after(close);
      return { ...server, close, clock };
    },
  };
}

/** The same, on the machine's clock. */
export function fileOnRealTime(t: TestContext, options: Partial<SqliteStoreOptions> = {}) {
  const file = join(directory(t), 'status.db');
  return {
    file,
    open: (more: MessengerOptions = {}) => {
      const store = new SqliteStore({ file, synchronous: 'normal', lockTimeout: 5000, ...options });
      return serve(t, { store, ...more });
    },
  };
}

/** Lets everyone in as whom the address says: `?user=` and `?thread=` are granted. */
export const asTheySay: Authorize = ({ threadIds, userId }) => ({
  threadIds,
  ...(userId === undefined ? {} : { userId }),
});

/** A page of a session that has seen what there is. */
export async function watch(t: TestContext, server: TestServer, session = 's', query = ''): Promise<WireClient> {
  const page = new WireClient(`${server.url}/${session}${query}`);
  t.after(() => page.close());
  await page.synced();
  return page;
}

type Asked = QuestionData & { readonly questionId: string };

/** The question by its text, once a page shows it: said to it, or in a snapshot. */
export async function asked(page: WireClient, text: string): Promise<Asked> {
  const found = (frame: Frame) => questionsIn(frame).find(({ question }) => question === text);
  const question = found(await page.frame((frame) => found(frame) !== undefined));
  assert.ok(question);
  return question;
}

function questionsIn({ type, data }: Frame): Asked[] {
  if (type === 'question') return [data as Asked];
  const state = type === 'snapshot' ? readState(data) : undefined;
  return (state?.questions ?? []).map(({ id, ...view }) => ({ ...view, questionId: id }));
}

/** How a question ended, once it has. */
export async function ended(page: WireClient, questionId: string): Promise<AnsweredData> {
  const frame = await page.frame((one) => isEndOf(one, questionId));
  return frame.data as AnsweredData;
}

/** All that was said of how a question ended. */
export function endsOf(page: WireClient, questionId: string): AnsweredData[] {
  return page.frames.filter((one) => isEndOf(one, questionId)).map(({ data }) => data as AnsweredData);
}

function isEndOf({ type, data }: Frame, questionId: string): boolean {
  return type === 'answered' && isObject(data) && data.questionId === questionId;
}

let refs = 0;

/** Sends a frame with a `ref` and answers what was acknowledged. */
export async function say(page: WireClient, type: string, data: unknown, ref = `ref-${refs++}`): Promise<Ack> {
  await page.send({ type, ref, data });
  return ackOf(page, ref);
}

export async function ackOf(page: WireClient, ref: string): Promise<Ack> {
  const ack = readAck((await page.ack(ref)).data);
  assert.ok(ack);
  return ack;
}

export function answer(page: WireClient, questionId: string, value: unknown, ref?: string): Promise<Ack> {
  return say(page, 'answer', { questionId, answer: value }, ref);
}

/** An acknowledgement without its `ref`. */
export function verdict({ ref: _, ...rest }: Ack): Omit<Ack, 'ref'> {
  return rest;
}

/** Once all that a page has said was heard, and all that was said until then has come. */
export async function heard(page: WireClient): Promise<void> {
  const ref = `heard-${refs++}`;
  await page.send({ type: 'ping', ref });
  await page.ack(ref);
}

/**
 * What a page shows of a channel: the snapshot, and what came after it. Without a name: of its own. `before` is what one that resumed had seen, if it did not
 * get a snapshot.
 */
export function stateOf(page: WireClient, channel?: string, before: ChannelState = initialState): ChannelState {
  return fold(
    page.frames.filter((frame) => frame.channel === channel),
    before,
  );
}

/** What the frames of one channel add up to. */
export function fold(frames: readonly Frame[], before: ChannelState = initialState): ChannelState {
  const snapshot = frames.filter(({ type }) => type === 'snapshot').at(-1);
  const start = snapshot ? readState(snapshot.data) : before;
  assert.ok(start);
  // Behind a snapshot the latest status is repeated, which stands in it.
  const behind = snapshot ? frames.slice(frames.indexOf(snapshot) + 1) : frames;
  return applyAll(start, messagesIn(behind.filter(({ id }) => seqOf(id) > seqOf(snapshot?.id))));
}

/** The stored messages among frames. */
export function messagesIn(frames: readonly Frame[]): Message[] {
  const stored = frames.filter(({ id, type }) => id !== undefined && type !== 'snapshot');
  return stored.map((frame) => readMessage(frame)).filter((message) => message !== undefined);
}

function seqOf(id: string | undefined): number {
  return id === undefined ? -1 : Number(id.split('-')[1]);
}

/** Once a page shows a state that fits. */
export async function shows(
  page: WireClient,
  fits: (state: ChannelState) => boolean,
  channel?: string,
): Promise<ChannelState> {
  await page.frame(() => fits(stateOf(page, channel)));
  return stateOf(page, channel);
}

/** Something that a test lets happen when it wants. */
export function gate<T = void>(): { readonly opened: Promise<T>; open(value: T): void; fail(error: unknown): void } {
  let open: (value: T) => void = () => {};
  let fail: (error: unknown) => void = () => {};
  const opened = new Promise<T>((resolve, reject) => {
    open = resolve;
    fail = reject;
  });
  return { opened, open, fail };
}

/** Lets time pass as it does: a little at a time, so that what was begun can go on in between. */
export async function pass(ms: number, ...clocks: readonly ManualClock[]): Promise<void> {
  for (let passed = 0; passed < ms; passed += 50) {
    for (const clock of clocks) clock.advance(Math.min(50, ms - passed));
    await turn();
  }
  await turn();
}

/** Lets time pass until something holds: not for ever, as a test that has failed would never end. */
export async function passUntil(holds: () => boolean, ...clocks: readonly ManualClock[]): Promise<void> {
  const until = performance.now() + PATIENCE;
  while (!holds()) {
    assert.ok(performance.now() < until, 'it does not come to hold, however much time passes');
    await pass(50, ...clocks);
  }
}

/** Resolves once something holds that no event tells of. */
export async function soon(holds: () => boolean): Promise<void> {
  const until = performance.now() + PATIENCE;
  while (!holds()) {
    assert.ok(performance.now() < until, 'it does not come to hold');
    await sleep(2, undefined, { ref: false });
  }
}

/** Once the log of a server says something. */
export async function logged(server: TestServer, text: string): Promise<'logged'> {
  await soon(() => server.log.with(text).length > 0);
  return 'logged';
}

/** What became of a promise, kept so that nothing is unhandled. */
export function outcome<T>(promise: Promise<T>): Promise<{ readonly value: T } | { readonly error: unknown }> {
  return promise.then(
    (value) => ({ value }),
    (error: unknown) => ({ error }),
  );
}
