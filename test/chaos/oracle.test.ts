import assert from 'node:assert/strict';
import { test } from 'node:test';
import { applyAll, type ChannelState, initialState, type Message } from '../../protocol/index.js';
import { checkInputs } from './inputs.js';
import type { Entry } from './journal.js';
import { messageNumber } from './messages.js';
import { Oracle } from './oracle.js';
import type { Shown } from './viewer.js';

const RULES = { keepsCount: 10, keepsBytes: 100_000, ages: false };

/** Message `seq` of a log as it is stored: what the publisher said as number `seq - 1`. */
function stored(seq: number, epoch = 'epoch000'): Message {
  const { type, data, agent } = messageNumber(seq - 1);
  const message: Message = JSON.parse(JSON.stringify({ type, data, agent }));
  return { ...message, id: `${epoch}-${seq}`, ts: 1_700_000_000_000 + seq };
}

const log = Array.from({ length: 30 }, (_, i) => stored(i + 1));
const journal: Entry[] = log.map((message) => ({ frame: JSON.stringify(message) }));
const stateAt = (seq: number) => applyAll(initialState, log.slice(0, seq));

const message = (seq: number, shown: Message = stored(seq)): Shown => ({
  position: `epoch000-${seq}`,
  phase: stateAt(seq).phase,
  message: shown,
});
const snapshot = (seq: number, state: ChannelState = stateAt(seq)): Shown => ({
  position: `epoch000-${seq}`,
  phase: state.phase,
  snapshot: state,
});

/** What the oracle says of a page that was shown this, one after the other. */
function wrongsOf(shown: readonly Shown[], rules = RULES, state?: ChannelState): readonly string[] {
  const oracle = new Oracle([journal]);
  const position = shown.at(-1)?.position;
  const client = { position, state: state ?? stateAt(Number(position?.split('-')[1])) };
  oracle.check('p', { shown, wrongs: [], client }, rules);
  return oracle.wrongs;
}

test('a page that was shown everything, or what a snapshot stands for, is as it should be', () => {
  assert.deepEqual(wrongsOf([snapshot(0), ...log.map((_, i) => message(i + 1))]), []);
  assert.deepEqual(wrongsOf([snapshot(5), message(6), snapshot(20), message(21)]), []);
});

for (const [name, shown, expected] of [
  ['a message that is missing', [snapshot(0), message(1), message(3)], /got epoch000-3 behind epoch000-1/],
  ['a message twice', [snapshot(0), message(1), message(1)], /got epoch000-1 behind epoch000-1/],
  ['two messages in the wrong order', [snapshot(1), message(3), message(2)], /got epoch000-3 behind epoch000-1/],
  [
    'another message than the one that stands there',
    [snapshot(0), message(1, { ...stored(2), id: 'epoch000-1' })],
    /got .* at epoch000-1, where/,
  ],
  [
    'another time than the one that stands there',
    [snapshot(0), message(1, { ...stored(1), ts: 1 })],
    /got .* at epoch000-1, where/,
  ],
  ['a first message without a snapshot', [message(1)], /got epoch000-1 behind undefined/],
  ['a snapshot that is not the sum', [snapshot(5, stateAt(4))], /the snapshot at epoch000-5 is not/],
  ['a snapshot of what it could have been told', [snapshot(5), snapshot(14)], /missed only 9 messages/],
  ['a snapshot of what it knew', [snapshot(5), snapshot(4)], /it had epoch000-5 already/],
  [
    'a position of no log',
    [
      { ...snapshot(0), position: 'epoch111-7' },
      { ...message(8), position: 'epoch111-8' },
    ],
    /epoch111-8/,
  ],
  ['an end that was none', [{ ...snapshot(3), phase: 'completed' }], /was shown as completed at epoch000-3/],
] as const satisfies ReadonlyArray<readonly [string, readonly Shown[], RegExp]>) {
  test(`a page that was shown ${name} is found`, () => {
    assert.match(wrongsOf(shown).join('\n'), expected);
  });
}

test('a page whose state is not that of the log is found', () => {
  assert.match(wrongsOf([snapshot(5)], RULES, stateAt(4)).join('\n'), /its state at epoch000-5/);
});

test('a snapshot has its reason where the log may have dropped what was missed: by its number, its bytes, its age', () => {
  assert.deepEqual(wrongsOf([snapshot(5), snapshot(15)]), []);
  assert.deepEqual(wrongsOf([snapshot(5), snapshot(14)], { ...RULES, keepsBytes: 100 }), []);
  assert.deepEqual(wrongsOf([snapshot(5), snapshot(14)], { ...RULES, ages: true }), []);
});

test('logs with a hole, with two messages at one position, and without what was accepted are found', () => {
  const entry = (seq: number, ts = 0): Entry => ({ frame: JSON.stringify({ ...stored(seq), ts }) });
  assert.match(new Oracle([[entry(1), entry(3)]]).wrongs.join('\n'), /3 messages, and none at 2/);
  assert.match(new Oracle([[entry(1)], [entry(1, 7)]]).wrongs.join('\n'), /two messages stand at epoch000-1/);
  const oracle = new Oracle([[entry(1), entry(2)]]);
  oracle.checkSaid([{ said: 0, id: 'epoch000-1' }], messageNumber);
  assert.deepEqual(oracle.wrongs, []);
  oracle.checkSaid(
    [
      { said: 5, id: 'epoch000-2' },
      { said: 2, id: 'epoch000-3' },
    ],
    messageNumber,
  );
  assert.equal(oracle.wrongs.length, 2);
});

const carried: Entry = { carried: 'a' };
const said = (times: number): Message[] => Array(times).fill({ type: 'carried', data: { input: 'a' } });
const inMemory = false;
const durable = true;

for (const [name, journals, times, isDurable, expected] of [
  ['carried out once', [[carried]], 1, durable, undefined],
  ['never carried out', [[]], 0, inMemory, /never carried out/],
  ['carried out twice by one server', [[carried, carried]], 2, inMemory, /carried out 2 times/],
  ['carried out again by a server that knows nothing', [[carried], [carried]], 2, inMemory, undefined],
  ['carried out again by one that could know', [[carried], [carried]], 1, durable, /carried out 2 times/],
  ['said twice in a log that outlives its servers', [[carried], []], 2, durable, /in the log 2 times/],
  ['acknowledged, and not in the log', [[carried]], 0, durable, /in the log 0 times/],
] as const satisfies ReadonlyArray<
  readonly [string, readonly (readonly Entry[])[], number, boolean, RegExp | undefined]
>) {
  test(`an input that was ${name} is ${expected ? 'found' : 'as it should be'}`, () => {
    const wrongs = checkInputs([{ input: 'a', isAcknowledged: true }], journals, said(times), isDurable);
    if (expected) assert.match(wrongs.join('\n'), expected);
    else assert.deepEqual(wrongs, []);
  });
}
