import assert from 'node:assert/strict';
import fc from 'fast-check';
import { writeFrame } from '../../components/session/client-frame.js';
import { FrameReader } from '../../components/session/frame-reader.js';
import {
  assertId,
  channelName,
  clipText,
  closeReason,
  dataProblem,
  describe,
  formatPosition,
  initialState,
  isBuiltInMessage,
  isChannelName,
  isId,
  isObject,
  isRunId,
  jsonSize,
  LIMITS,
  parseAfter,
  parseJson,
  parsePosition,
  readAck,
  readClientFrame,
  readConnected,
  readHeartbeat,
  readMessage,
  readState,
  retryAfter,
  retryReason,
  StatusMessengerError,
  splitChannel,
  stepTree,
  succession,
} from '../../protocol/index.js';
import { messages, stateShape } from './messages.js';
import { anyJson, anyText, anyValue, bytesOf, holds, nearly, overTheWire, shortText } from './support.js';

const DAY = 86_400_000;
/** Objects as JSON makes them. */
const PLAIN = { noNullPrototype: true };

const isText = (value: unknown) => typeof value === 'string';
const isNumber = (value: unknown) => Number.isFinite(value);

/** Asserts that an object has fields of these kinds alone; those after the first `needed` may be missing. */
function assertFields(value: object, fields: { readonly [name: string]: (field: unknown) => boolean }, needed: number) {
  const names = Object.keys(fields);
  for (const name of names.slice(0, needed)) assert.ok(Object.hasOwn(value, name), `${name} is missing`);
  for (const [name, field] of Object.entries(value)) {
    assert.ok(Object.hasOwn(fields, name) && fields[name]?.(field), `${name} is ${describe(field)}`);
  }
  assert.equal(Object.getPrototypeOf(value), Object.prototype);
}

// What a page says

const ref = fc.string({ minLength: 1, maxLength: LIMITS.refLength });
const clientFrame = fc.oneof(
  fc.record({ type: fc.constant('cancel'), ref }, { requiredKeys: ['type'], noNullPrototype: true }),
  fc.record(
    { type: fc.constant('input'), ref, data: shortText },
    { requiredKeys: ['type', 'data'], noNullPrototype: true },
  ),
  fc.record({ type: fc.constant('ping'), ref }, PLAIN),
  fc.record({ type: fc.constant('token'), ref, data: fc.record({ token: shortText }, PLAIN) }, PLAIN),
  fc.record(
    {
      type: fc.constant('answer'),
      ref,
      data: fc.oneof(
        fc.record({ questionId: shortText, answer: shortText }, PLAIN),
        fc.record({ questionId: shortText, decline: fc.constant(true) }, PLAIN),
      ),
    },
    { requiredKeys: ['type', 'data'], noNullPrototype: true },
  ),
);

const nearlyClientFrame = nearly({
  type: fc.constantFrom('answer', 'cancel', 'input', 'ping', 'token', undefined),
  ref,
  answer: anyText,
  data: nearly({ questionId: anyText, answer: anyText, decline: fc.boolean(), token: anyText }),
});

holds('every frame of a page is read as it was meant', 300, clientFrame, (frame) => {
  assert.deepEqual(readClientFrame(writeFrame(frame)), { frame });
});

holds(
  'whatever a page says is a frame of the contract, or refused with a reason',
  1000,
  fc.oneof(
    anyText,
    anyJson,
    nearlyClientFrame.map((frame) => JSON.stringify(frame)),
  ),
  (raw) => {
    const reading = readClientFrame(raw);
    if ('problem' in reading) {
      assertFields(reading, { problem: isText, ref: isRef }, 1);
      return;
    }
    const { frame } = reading;
    assert.ok(frame.ref === undefined || isRef(frame.ref));
    switch (frame.type) {
      case 'answer':
        assertFields(frame.data, { questionId: isText, answer: () => true, decline: (value) => value === true }, 0);
        assert.ok(frame.data.decline ? frame.data.answer === undefined : frame.data.answer !== undefined);
        break;
      case 'token':
        assert.ok(isRef(frame.ref));
        assertFields(frame.data, { token: isText }, 1);
        break;
      case 'ping':
        assert.ok(isRef(frame.ref));
        break;
      case 'input': {
        const value = parseJson(raw);
        const isInput = isObject(value) && value.type === 'input';
        assert.deepEqual(frame.data, isInput ? value.data : raw);
        break;
      }
      case 'cancel':
        break;
    }
  },
);

function isRef(value: unknown): boolean {
  return typeof value === 'string' && value.length > 0 && value.length <= LIMITS.refLength;
}

// What a server says

const ENVELOPE = {
  type: isText,
  data: (value: unknown) => value !== undefined,
  id: isText,
  ts: isNumber,
  channel: isChannelName,
  agent: isText,
  step: isText,
  run: isText,
  level: (value: unknown) => ['info', 'warning', 'error'].includes(String(value)),
};

holds('a message has the fields of the contract and no others', 1000, fc.oneof(anyValue, messages), (value) => {
  const message = readMessage(value);
  if (!isObject(value) || !isText(value.type)) {
    assert.equal(message, undefined);
    return;
  }
  assert.ok(message);
  assertFields(message, ENVELOPE, 2);
  assert.equal(message.data, value.data ?? null, 'the data is handed on as it is');
  for (const [name, field] of Object.entries(message)) assert.equal(field, value[name] ?? null);
  assert.deepEqual(readMessage(message), message);
  assert.equal(isBuiltInMessage(message), BUILT_IN.has(message.type) && !dataProblem(message.type, message.data));
});

const BUILT_IN = new Set('status progress event state question answered result complete error'.split(' '));

holds('what is wrong with data can always be said', 500, fc.tuple(anyText, anyValue), ([type, data]) => {
  for (const name of [type, ...BUILT_IN]) {
    const problem = dataProblem(name, data);
    assert.ok(problem === undefined || problem.startsWith('data'), problem);
    if (!BUILT_IN.has(name)) assert.equal(problem, undefined);
  }
});

const channels = fc
  .array(fc.tuple(anyText, nearly({ position: fc.constant('abcd1234-5'), recovered: fc.boolean() })), { maxLength: 4 })
  .map((entries) => Object.fromEntries(entries));
const connected = nearly({
  message: anyText,
  protocol: fc.constant(1),
  sessionId: anyText,
  channels,
  heartbeat: fc.integer(),
  serverTime: fc.integer(),
  spread: fc.integer(),
  expiresAt: fc.integer(),
});

holds('a greeting is one of this protocol, or none', 1000, fc.oneof(anyValue, connected), (value) => {
  const greeting = readConnected(value);
  if (!greeting) return;
  assert.equal(greeting.protocol, 1);
  assert.ok(isText(greeting.sessionId) && isNumber(greeting.heartbeat) && isNumber(greeting.serverTime));
  assert.ok(greeting.spread === undefined || isNumber(greeting.spread));
  assert.ok(greeting.expiresAt === undefined || isNumber(greeting.expiresAt));
  for (const { position, recovered } of Object.values(greeting.channels)) {
    assert.ok(isText(position) && typeof recovered === 'boolean');
  }
});

const ack = nearly({
  ref: anyText,
  accepted: fc.boolean(),
  reason: anyText,
  by: anyText,
  expiresAt: fc.integer(),
});

holds('an acknowledgement says nothing in the wrong type', 500, fc.oneof(anyValue, ack), (value) => {
  const read = readAck(value);
  const isAck = isObject(value) && isText(value.ref) && typeof value.accepted === 'boolean';
  assert.equal(read !== undefined, isAck);
  const fields = { ref: isText, accepted: () => true, reason: isText, by: isText, expiresAt: isNumber };
  if (read) assertFields(read, fields, 2);
});

holds(
  'a heartbeat says numbers',
  500,
  fc.oneof(anyValue, nearly({ serverTime: fc.integer(), spread: fc.integer() })),
  (value) => {
    assertFields(readHeartbeat(value), { serverTime: isNumber, spread: isNumber }, 0);
  },
);

holds('a snapshot is within its bounds, or none', 500, fc.oneof(anyValue, nearly(stateShape)), (value) => {
  const state = readState(value);
  if (!state) return;
  assert.ok(bytesOf(state) <= LIMITS.snapshot);
  assert.deepEqual(
    Object.keys(initialState).filter((name) => !Object.hasOwn(state, name)),
    [],
  );
  // Each step is in the tree once, wherever it says that it belongs.
  let count = 0;
  const open = [...stepTree(state.steps)];
  for (let node = open.pop(); node; node = open.pop()) {
    count++;
    open.push(...node.children);
  }
  assert.equal(count, new Set(state.steps.map(({ id }) => id)).size);
});

// Positions

const epoch = fc.string({
  unit: fc.constantFrom(...'abcdefghijklmnopqrstuvwxyz0123456789'),
  minLength: 8,
  maxLength: 64,
});
const position = fc.record({ epoch, seq: fc.oneof(fc.nat(20), fc.maxSafeNat()) }, PLAIN);
const nearlyPosition = fc
  .tuple(position.map(formatPosition), fc.nat(90), anyText)
  .map(([text, at, more]) => `${text.slice(0, at)}${more}${text.slice(at)}`);

holds('a position is read as it was written', 300, position, (written) => {
  assert.deepEqual(parsePosition(formatPosition(written)), written);
});

holds(
  'what is read as a position would be written the same',
  500,
  fc.oneof(anyValue, anyText, nearlyPosition),
  (text) => {
    const read = parsePosition(text);
    if (read) assert.equal(formatPosition(read), text);
  },
);

holds(
  'only what is next in line is next',
  500,
  fc.tuple(fc.option(position, { nil: undefined }), position),
  ([last, next]) => {
    assert.equal(succession(undefined, next), 'next');
    assert.equal(succession(next, next), 'seen');
    if (next.seq < Number.MAX_SAFE_INTEGER) {
      assert.equal(succession(next, { ...next, seq: next.seq + 1 }), 'next');
      assert.equal(succession({ ...next, seq: next.seq + 1 }, next), 'seen');
    }
    if (last && last.epoch !== next.epoch) assert.equal(succession(last, next), 'gap');
    if (last && next.seq > last.seq + 1) assert.equal(succession(last, next), 'gap');
  },
);

const channel = fc
  .tuple(fc.constantFrom('session', 'thread', 'user', 'task'), fc.stringMatching(/^[A-Za-z0-9._~:-]{1,128}$/))
  .map(([kind, id]) => `${kind}:${id}`);
const after = fc.oneof(
  { weight: 3, arbitrary: fc.tuple(channel, position).map(([name, at]) => `${name}@${formatPosition(at)}`) },
  { weight: 1, arbitrary: position.map(formatPosition) },
  anyText,
  fc.tuple(anyText, nearlyPosition).map(([name, at]) => `${name}@${at}`),
);

holds('positions to go on from are of channels, and few', 500, fc.array(after, { maxLength: 20 }), (values) => {
  const positions = parseAfter(values, 'session:own');
  const counted = values.slice(0, 128);
  assert.ok(positions.size <= 128);
  for (const [name, at] of positions) {
    assert.ok(isChannelName(name));
    const said = [`${name}@${formatPosition(at)}`, ...(name === 'session:own' ? [formatPosition(at)] : [])];
    assert.ok(said.some((text) => counted.includes(text)));
  }
  const understood = counted.filter((text) => parsePosition(text) || CHANNEL_AT.test(text));
  if (understood.length > 0 && understood.every((text) => parsePosition(text.split('@').at(-1)))) {
    assert.ok(positions.size > 0);
  }
});

const CHANNEL_AT = /^(session|thread|user|task):[A-Za-z0-9._~:-]{1,128}@/;

// Ids

const id = fc.oneof(
  anyText,
  fc.stringMatching(/^[A-Za-z0-9._~:-]{1,128}$/),
  fc.tuple(fc.stringMatching(/^[A-Za-z0-9._~:-]{0,128}$/), anyText).map((parts) => parts.join('')),
);

holds('an id is one everywhere, or nowhere', 500, fc.oneof(anyValue, id), (value) => {
  const characters = isText(value) ? [...String(value)] : [];
  const isOne = characters.length >= 1 && characters.length <= 128 && characters.every((one) => ALLOWED.includes(one));
  assert.equal(isId(value), isOne);
  assert.equal(isChannelName(`task:${isText(value) ? value : ' '}`), isOne);
  if (isId(value)) {
    assert.deepEqual(splitChannel(channelName('user', value)), { kind: 'user', id: value });
    assert.equal(isRunId(value), value.startsWith('run_'));
    return;
  }
  assert.throws(
    () => assertId(value, 'session-id'),
    (error) => error instanceof StatusMessengerError && error.code === 'invalid' && error.message.length < 600,
  );
});

const ALLOWED = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._~:-';

// Ends

holds('a wait that is written is read, a day at most', 300, fc.double(), (ms) => {
  assert.equal(retryAfter(retryReason(ms)), ms > 0 ? Math.min(Math.round(ms), DAY) : 0);
});

holds(
  'whatever a reason says, nobody waits longer than a day',
  500,
  fc.tuple(
    anyText,
    fc.oneof(
      anyText,
      fc.bigInt({ min: 0n, max: 10n ** 100n }).map((ms) => `retry=${ms}`),
    ),
    anyText,
  ),
  (parts) => {
    const ms = retryAfter(parts.join(' '));
    assert.ok(ms === undefined || (ms >= 0 && ms <= DAY && Number.isInteger(ms)));
    if (/^retry=\d+$/.test(parts[1])) assert.notEqual(ms, undefined);
  },
);

holds('a close reason is the beginning of its text, within 123 bytes', 300, anyText, (text) => {
  const reason = closeReason(text);
  assert.ok(text.startsWith(reason) && Buffer.byteLength(reason) <= 123);
  const [next] = text.slice(reason.length);
  if (next !== undefined) assert.ok(Buffer.byteLength(reason) > 123 - 4);
});

// JSON

holds(
  'the size of JSON is that of its text in UTF-8',
  1000,
  fc.oneof(
    anyValue,
    anyText,
    anyJson.map((text) => parseJson(text)),
  ),
  (value) => {
    const size = jsonSize(value);
    if (size !== Number.POSITIVE_INFINITY) assert.equal(size, bytesOf(value));
    else assert.ok(depthOf(value) > LIMITS.depth);
  },
);

function depthOf(root: unknown): number {
  let depth = 0;
  for (let level: unknown[] = [root]; level.length > 0; depth++) {
    level = level.flatMap((value) => (typeof value === 'object' && value !== null ? [value] : []));
    if (level.length === 0) break;
    level = level.flatMap((value) => Object.values(value as object));
  }
  return depth;
}

holds(
  'a clipped text fits, and is cut no shorter than needed',
  500,
  fc.tuple(anyText, fc.integer({ min: 5, max: 9000 })),
  ([text, limit]) => {
    const clipped = clipText(text, limit);
    assert.ok(bytesOf(clipped) <= limit);
    if (bytesOf(text) <= limit) {
      assert.equal(clipped, text);
      return;
    }
    assert.ok(clipped.endsWith('…') && text.startsWith(clipped.slice(0, -1)));
    // One character more, a pair at most twelve bytes in JSON, would not have fitted.
    assert.ok(bytesOf(clipped) > limit - 12);
    if (!LONE.test(text)) assert.doesNotMatch(clipped, LONE);
  },
);

const LONE = /\p{Surrogate}/u;

holds('anything can be described in a few words', 500, fc.oneof(anyValue, fc.anything()), (value) => {
  assert.ok(describe(value).length < 600);
});

// Frames

/** An object as servers send them: of a type, and with no other such object in it. */
const sent = fc
  .record({ type: anyText, data: fc.oneof(anyText, fc.array(anyText), fc.dictionary(anyText, anyText, PLAIN)) }, PLAIN)
  .filter(({ data }) => !isObject(data) || !Object.hasOwn(data, 'type'));

const stream = fc.record(
  {
    objects: fc.array(sent, { maxLength: 12 }),
    gaps: fc.array(fc.constantFrom('', '\n', ' \r\n\t'), { minLength: 12, maxLength: 12 }),
    cuts: fc.array(fc.nat(400), { maxLength: 30 }),
  },
  PLAIN,
);

function pieces(text: string, lengths: readonly number[]): string[] {
  const all: string[] = [];
  let at = 0;
  for (const length of lengths) {
    all.push(text.slice(at, at + length));
    at += length;
  }
  return [...all, text.slice(at)];
}

holds('objects are all read in order, however they are cut and joined', 300, stream, ({ objects, gaps, cuts }) => {
  const text = objects.map((object, i) => `${gaps[i]}${JSON.stringify(object)}`).join('');
  const reader = new FrameReader();
  const readings = pieces(text, cuts).map((frame) => reader.read(frame));
  assert.deepEqual(
    readings.flatMap(({ values }) => values),
    objects,
  );
  assert.deepEqual(
    readings.flatMap(({ problem }) => problem ?? []),
    [],
  );
});

const garbage = fc.oneof(
  anyText,
  anyJson.map((text) => text.slice(0, 5000)),
  fc.tuple(anyJson, fc.nat(60)).map(([text, at]) => text.slice(0, at)),
  fc
    .array(fc.constantFrom('{', '}', '"', '\\', '{"', '"}', '{}', ':', ',', 'x', '[', ']'), { maxLength: 60 })
    .map((parts) => parts.join('')),
);

holds(
  'garbage never blocks what comes after it',
  1000,
  fc.tuple(fc.array(garbage, { maxLength: 6 }), sent),
  ([frames, object]) => {
    const reader = new FrameReader();
    for (const frame of frames) reader.read(frame);
    const text = JSON.stringify(object);
    assert.deepEqual(reader.read(text).values.at(-1), overTheWire(object));
    assert.deepEqual(reader.read(text), { values: [overTheWire(object)] }, 'and nothing of it is left');
  },
);

holds(
  'what never ends is forgotten, in pieces of any size, and does not cost its length squared',
  5,
  fc.tuple(
    fc.constantFrom('{', '{"a":"', '{"a":{', '{"a":"\\', '{"{'),
    fc.constantFrom('x', '{', '\\', '"', '{"', '[{', '}{{'),
  ),
  ([beginning, piece]) => {
    const reader = new FrameReader();
    reader.read(beginning);
    let problem: string | undefined;
    // Were each piece looked at together with all before it, this would take an hour.
    for (let i = 0; i < LIMITS.partialFrame + 1 && problem === undefined; i++) ({ problem } = reader.read(piece));
    assert.ok(problem);
    reader.read('{"type":"a","data":1}');
    assert.deepEqual(reader.read('{"type":"a","data":2}'), { values: [{ type: 'a', data: 2 }] });
  },
);
