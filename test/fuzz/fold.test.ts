import assert from 'node:assert/strict';
import fc from 'fast-check';
import {
  apply,
  applyAll,
  type ChannelState,
  clipText,
  initialState,
  isBuiltInMessage,
  LIMITS,
  type Message,
  parseJson,
  readMessage,
  readState,
  StatusMessengerError,
} from '../../protocol/index.js';
import { MemoryLog, type TailBounds } from '../../server-adapter/channels/memory-log.js';
import { payloadOf } from '../../server-adapter/channels/websocket-frames.js';
import { type Composed, compose } from '../../server-adapter/compose.js';
import { messages, outgoing, stateShape, weights } from './messages.js';
import { bytesOf, freeze, holds, nearly, overTheWire, shortText } from './support.js';

const LISTS = ['steps', 'questions', 'results', 'messages'] as const;

/** What a page folds: what it read. Some of it often, so that lists fill up. */
const history = fc
  .array(fc.tuple(messages, fc.oneof({ weight: 9, arbitrary: fc.constant(1) }, { weight: 1, arbitrary: fc.nat(60) })), {
    maxLength: 40,
    size: 'max',
  })
  .map((parts) => parts.flatMap(([sent, times]) => Array.from({ length: times }, () => read(sent)).filter(isThere)));

function read(sent: unknown): Message | undefined {
  const message = readMessage(sent);
  // A number too large for JSON is `null` once it went through a snapshot, and -0 is 0.
  return message && readMessage(overTheWire(message));
}

function isThere<T>(value: T | undefined): value is T {
  return value !== undefined;
}

/** What holds of every state that messages add up to. */
function assertSound(state: ChannelState): void {
  assert.ok(bytesOf(state) <= LIMITS.snapshot, `the state has ${bytesOf(state)} bytes`);
  for (const name of LISTS) {
    const { count, bytes } = LIMITS.state[name];
    const weight = state[name].reduce((sum: number, item) => sum + bytesOf(item), 0);
    assert.equal(state.bytes[name], weight, `bytes.${name}`);
    assert.ok(
      state[name].length <= count && weight <= bytes,
      `${name} has ${state[name].length} items, ${weight} bytes`,
    );
  }
  assert.deepEqual(readState(overTheWire(state)), state, 'a snapshot of it is read as it is');
}

holds('the state stays within its bounds, and knows what it weighs', 60, history, (all) => {
  let state = initialState;
  for (const message of all) {
    const before = freeze(state);
    state = apply(before, freeze(message));
    const kept = state.messages.at(-1);
    assert.equal(kept?.type, clipText(message.type, kept?.truncated ? 512 : 256 * 1024), 'the last one is always kept');
    if (isBuiltInMessage(message) && message.type === 'result') {
      const agent = clipText(message.data.agent, 512);
      assert.ok(
        state.results.some((result) => result.agent === agent),
        'so is the last result',
      );
    }
  }
  assertSound(state);
  assert.deepEqual(applyAll(freeze(initialState), all), state, 'all at once is the same');
});

holds(
  'a snapshot and what came after it are as good as all of it',
  80,
  fc.tuple(history, fc.double({ min: 0, max: 1, noNaN: true })),
  ([all, share]) => {
    const half = Math.floor(all.length * share);
    const snapshot = readState(overTheWire(applyAll(initialState, all.slice(0, half))));
    assert.ok(snapshot);
    assert.deepEqual(applyAll(freeze(snapshot), all.slice(half)), applyAll(initialState, all));
  },
);

holds(
  'types of its own change nothing but the list of messages',
  100,
  fc.tuple(history, shortText, messages),
  (drawn) => {
    const [all, type, { data }] = drawn;
    const state = applyAll(initialState, all);
    const next = apply(state, { type: `my ${type}`, data: data as Message['data'] });
    assert.deepEqual(
      { ...next, messages: state.messages, bytes: { ...next.bytes, messages: state.bytes.messages } },
      state,
    );
    assert.equal(
      next.bytes.messages,
      next.messages.reduce((sum, message) => sum + bytesOf(message), 0),
    );
  },
);

/** States that a server may say: one that is nearly right, or a right one that lies of what it weighs and says its items twice. */
const hostileState = fc.oneof(
  nearly(stateShape),
  fc.tuple(history, fc.record(weights), fc.boolean()).map(([all, bytes, twice]) => {
    const state = applyAll(initialState, all);
    const lists = LISTS.map((name) => [name, twice ? [...state[name], ...state[name]] : state[name]]);
    return { ...state, ...Object.fromEntries(lists), bytes };
  }),
);

holds('a hostile snapshot is refused, or harms nobody', 80, fc.tuple(hostileState, history), ([said, all]) => {
  const snapshot = readState(overTheWire(said));
  if (!snapshot) return;
  const state = applyAll(freeze(snapshot), all);
  for (const name of LISTS) {
    // Lists may come longer than they should be, but they do not grow.
    assert.ok(state[name].length <= Math.max(LIMITS.state[name].count, snapshot[name].length));
  }
  assert.deepEqual(applyAll(snapshot, all), state);
});

// The log of a server, against all that was ever said to it

type Act =
  | { readonly say: Composed; readonly times: number; readonly ms: number }
  | { readonly fold: true }
  | { readonly keep: true }
  | { readonly expire: number }
  | { readonly startOver: true };

const composed = outgoing.map(composedOf).filter(isThere);
const plain = shortText.map((text) => compose({ type: 'status', data: text }));
const own = shortText.map((data) => compose({ type: 'own', data }));
const times = fc.oneof({ weight: 6, arbitrary: fc.constant(1) }, fc.nat(30), { weight: 2, arbitrary: fc.nat(300) });
const act: fc.Arbitrary<Act> = fc.oneof(
  {
    weight: 12,
    arbitrary: fc.record({ say: fc.oneof(composed, plain, own), times, ms: fc.oneof(fc.constant(0), fc.nat(50)) }),
  },
  { weight: 2, arbitrary: fc.constant({ fold: true } as const) },
  { weight: 2, arbitrary: fc.constant({ keep: true } as const) },
  { weight: 2, arbitrary: fc.nat(200).map((expire) => ({ expire })) },
  { weight: 1, arbitrary: fc.constant({ startOver: true } as const) },
);

function composedOf(message: Parameters<typeof compose>[0]): Composed | undefined {
  try {
    return compose(message);
  } catch (error) {
    assert.ok(error instanceof StatusMessengerError, String(error));
    return undefined;
  }
}

/** Also around the count from which a log may forget messages that its state would list. */
const count = fc.oneof(
  fc.integer({ min: 1, max: 10 }),
  fc.integer({ min: 1, max: 600 }),
  fc.integer({ min: 226, max: 232 }),
);
const bounds: fc.Arbitrary<TailBounds> = fc.record({
  count,
  bytes: fc.oneof(fc.integer({ min: 1, max: 2000 }), fc.integer({ min: 1, max: 200_000 }), fc.constant(1e9)),
  age: fc.oneof(fc.integer({ min: 1, max: 400 }), fc.constant(1e9)),
});

/** All that was ever said to a log, and where its tail began when it was last looked at. */
class Model {
  epoch = 'epoch000';
  frames: string[] = [];
  first = 1;
  latestStatus: string | undefined;
  readonly kept: Array<{ readonly bytes: Buffer; readonly texts: readonly string[] }> = [];

  say({ head, type }: Composed, ts: number): string {
    const id = `${this.epoch}-${this.frames.length + 1}`;
    const frame = `${head},"id":"${id}","ts":${ts}}`;
    this.frames.push(frame);
    if (type === 'status') this.latestStatus = frame;
    return id;
  }

  startOver(epoch: string): void {
    Object.assign(this, { epoch, frames: [], first: 1, latestStatus: undefined });
  }

  get state(): ChannelState {
    return applyAll(initialState, this.frames.map((frame) => readMessage(parseJson(frame))).filter(isThere));
  }
}

/** `keeps` goes on reading what the tail has now, as connections do that take their time. */
function assertAgrees(log: MemoryLog, model: Model, keeps = false): void {
  const { length } = model.frames;
  assert.equal(log.seq, length);
  assert.equal(log.epoch, model.epoch);
  assert.equal(log.latestStatus, model.latestStatus);
  // The tail is one piece up to the head: what left it does not come back.
  let first = model.first;
  while (first <= length && log.frame(first) === undefined) first++;
  model.first = first;
  assert.ok(length === 0 || first <= length, 'the last message always stays');
  for (let seq = first; seq <= length; seq++) assert.equal(log.frame(seq), model.frames[seq - 1]);
  for (const seq of [-1, 0, first - 1, length + 1, 0.5, Number.NaN]) {
    assert.equal(log.frame(seq), undefined, `frame ${seq}`);
    assert.equal(log.stretch(seq), undefined, `stretch ${seq}`);
  }
  for (let seq = first; seq <= length; ) {
    const stretch = log.stretch(seq);
    assert.ok(stretch && stretch.count > 0);
    const texts = model.frames.slice(seq - 1, seq - 1 + stretch.count);
    assert.deepEqual(textsIn(stretch.bytes), texts);
    if (keeps) {
      stretch.keep();
      model.kept.push({ bytes: stretch.bytes, texts });
    }
    seq += stretch.count;
  }
  for (const seq of [0, first - 2, first - 1, first, length - 1, length, length + 1, Number.MAX_SAFE_INTEGER]) {
    const isContinuable = seq >= first - 1 && seq <= length;
    assert.equal(log.canContinue({ epoch: log.epoch, seq }), isContinuable, `continue from ${seq}`);
    assert.equal(log.canContinue({ epoch: 'another00', seq }), false);
  }
}

function textsIn(bytes: Buffer): string[] {
  const texts: string[] = [];
  for (let at = 0; at < bytes.length; ) {
    assert.equal(bytes[at], 0x81, 'a whole text frame');
    const short = bytes.readUInt8(at + 1);
    const head = short < 126 ? 2 : short === 126 ? 4 : 10;
    const length = short < 126 ? short : short === 126 ? bytes.readUInt16BE(at + 2) : bytes.readUInt32BE(at + 6);
    const frame = bytes.subarray(at, at + head + length);
    texts.push(payloadOf(frame).toString());
    at += frame.length;
  }
  return texts;
}

/** Has a log and its model do the same, and compares them all along. */
function compare(tail: TailBounds, acts: readonly Act[]): void {
  const model = new Model();
  let now = 1_700_000_000_000;
  const log = new MemoryLog('session:s', model.epoch, tail, now);
  let epochs = 0;
  for (const one of acts) {
    if ('say' in one) {
      for (let i = 0; i < one.times; i++) {
        now += one.ms;
        assert.equal(log.append(one.say, now), model.say(one.say, now));
      }
    } else if ('fold' in one) {
      assert.deepEqual(log.state(), model.state);
    } else if ('expire' in one) {
      now += one.expire;
      log.expire(now);
    } else if ('startOver' in one) {
      const epoch = `epoch${String(++epochs).padStart(3, '0')}`;
      log.startOver(epoch);
      model.startOver(epoch);
    }
    assertAgrees(log, model, 'keep' in one);
  }
  assert.deepEqual(log.state(), model.state);
  assertAgrees(log, model);
  assertSound(log.state());
  for (const { bytes, texts } of model.kept) assert.deepEqual(textsIn(bytes), texts, 'what is kept is not written to');
}

const anyActs = fc.array(act, { maxLength: 30, size: 'max' });

holds(
  'a log is the fold of all that was said, whatever its tail keeps',
  60,
  fc.tuple(bounds, anyActs),
  ([tail, acts]) => {
    compare(tail, acts);
  },
);

/** Much is said in a row: then a log folds less than was said. */
const longBounds = fc.record({
  count: fc.integer({ min: 226, max: 260 }),
  bytes: fc.constant(1e9),
  age: fc.constant(1e9),
});
const longActs = fc.array(
  fc.record({ say: fc.oneof(plain, own), times: fc.integer({ min: 1, max: 300 }), ms: fc.constant(1) }),
  { minLength: 2, maxLength: 6, size: 'max' },
);

holds('a log forgets nothing that its state shows', 80, fc.tuple(longBounds, longActs), ([tail, acts]) => {
  compare(tail, acts);
});

holds(
  'a tail keeps within its bounds',
  60,
  fc.tuple(bounds, fc.array(composed, { minLength: 1, maxLength: 60 })),
  ([tail, all]) => {
    const log = new MemoryLog('session:s', 'epoch000', tail, 0);
    for (const message of all) {
      log.append(message, 0);
      const kept = Array.from({ length: log.seq }, (_, i) => log.frame(i + 1)).filter(isThere);
      const bytes = kept.reduce((sum, frame) => sum + Buffer.byteLength(frame), 0);
      assert.ok(
        kept.length === 1 || (kept.length <= tail.count && bytes <= tail.bytes),
        `${kept.length} frames, ${bytes} bytes`,
      );
    }
  },
);
