import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  assertId,
  type ChannelName,
  channelName,
  ID_RULE,
  isChannelName,
  isId,
  isRunId,
  parseAfter,
  splitChannel,
} from '../../protocol/addresses.js';
import { StatusMessengerError } from '../../protocol/errors.js';

const IDS = ['a', '0', 'A-Z_a.z~0:9', 'run_1', ':', '..', 'x'.repeat(128)];
const NO_IDS = ['', ' ', 'a b', 'a/b', 'a@b', 'a\n', '\na', 'ä', 'a%20', 'a?b', 'a#b', 'a\0', 'x'.repeat(129)];

test('an id is 1–128 of the characters that the contract names', () => {
  for (const id of IDS) assert.equal(isId(id), true, id);
  for (const id of NO_IDS) assert.equal(isId(id), false, JSON.stringify(id));
  for (const value of [undefined, null, 5, ['a'], { id: 'a' }]) assert.equal(isId(value), false);
});

test('every character that is allowed is, and no other below 256', () => {
  const allowed = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._~:-';
  for (let code = 0; code < 256; code++) {
    const character = String.fromCharCode(code);
    assert.equal(isId(character), allowed.includes(character), `U+${code.toString(16)}`);
  }
});

test('assertId says what was got, what is expected and what to do', () => {
  assertId('fine', 'session id');
  const rule = `expected ${ID_RULE}; replace other characters, for instance by "_"`;
  for (const [value, got] of [
    ['a b', 'string "a b"'],
    ['', 'an empty string'],
    [undefined, 'nothing'],
    [7, 'number 7'],
  ] as const) {
    assert.throws(() => assertId(value, 'session id'), {
      name: 'StatusMessengerError',
      code: 'invalid',
      message: `status-messenger: session id: got ${got}, ${rule}`,
    });
  }
  assert.equal(ID_RULE, '1–128 characters of A-Z a-z 0-9 . _ ~ : -');
});

test('a channel is named KIND:ID, and taken apart at the first colon', () => {
  for (const kind of ['session', 'thread', 'user', 'task'] as const) {
    for (const id of IDS) {
      const name = channelName(kind, id);
      assert.equal(name, `${kind}:${id}`);
      assert.equal(isChannelName(name), true);
      assert.deepEqual(splitChannel(name), { kind, id });
    }
  }
});

test('a channel is not named after what is no id', () => {
  for (const id of NO_IDS) {
    assert.throws(() => channelName('thread', id), StatusMessengerError);
    assert.equal(isChannelName(`thread:${id}`), false, JSON.stringify(id));
  }
  assert.throws(
    () => channelName('user', ''),
    /^StatusMessengerError: status-messenger: user id: got an empty string,/,
  );
});

test('other names are no channels', () => {
  for (const value of ['', 'session', 'session:', ':a', 'Session:a', 'room:a', ' session:a', 'x:session:a', 5, null]) {
    assert.equal(isChannelName(value), false, JSON.stringify(value));
  }
});

test('ids that begin with run_ are runs', () => {
  for (const [id, expected] of [
    ['run_', true],
    ['run_7', true],
    ['run', false],
    ['run-7', false],
    ['Run_7', false],
    ['a_run_7', false],
  ] as const) {
    assert.equal(isRunId(id), expected, id);
  }
});

test('after: a position of the own channel or of a named one', () => {
  const own: ChannelName = 'session:own';
  const read = (...values: string[]) => Object.fromEntries(parseAfter(values, own));
  const position = (seq: number) => ({ epoch: 'abcd1234', seq });
  const cases: readonly [string[], Record<string, { epoch: string; seq: number }>][] = [
    [[], {}],
    [['abcd1234-5'], { 'session:own': position(5) }],
    [['thread:t@abcd1234-6'], { 'thread:t': position(6) }],
    [
      ['abcd1234-5', 'thread:t@abcd1234-6', 'user:a:b@abcd1234-7'],
      { 'session:own': position(5), 'thread:t': position(6), 'user:a:b': position(7) },
    ],
    [['abcd1234-5', 'abcd1234-6'], { 'session:own': position(6) }],
    [['nonsense', '', '@', '@abcd1234-5', 'room:a@abcd1234-5', 'thread:@abcd1234-5', 'thread:t@', 'thread:t'], {}],
    [['thread:t@thread:u@abcd1234-5'], {}],
    [['nonsense', 'abcd1234-5'], { 'session:own': position(5) }],
  ];
  for (const [values, expected] of cases) assert.deepEqual(read(...values), expected, JSON.stringify(values));
});

test('after: the first 128 values count', () => {
  const values = Array.from({ length: 200 }, (_, i) => `thread:t${i}@abcd1234-${i}`);
  const positions = parseAfter(values, 'session:own');
  assert.deepEqual(
    [...positions.keys()],
    values.slice(0, 128).map((value) => value.split('@')[0]),
  );
});
