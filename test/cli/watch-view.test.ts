import assert from 'node:assert/strict';
import { test } from 'node:test';
import { paintFor, plain } from '../../cli/output/paint.js';
import { socketAddress } from '../../cli/watch/address.js';
import { footer } from '../../cli/watch/footer.js';
import { lineOf } from '../../cli/watch/lines.js';
import { ShownLog } from '../../cli/watch/log.js';
import { Screen } from '../../cli/watch/screen.js';
import type { Connection } from '../../components/session/index.js';
import { applyAll, type ChannelState, initialState, type Message } from '../../protocol/index.js';

const at = (seq: number, type: string, data: Message['data'], extra: Partial<Message> = {}): Message => ({
  type,
  data,
  id: `epochepoch-${seq}`,
  ts: seq * 1000,
  ...extra,
});

for (const [link, address] of [
  ['http://127.0.0.1:8000/watch/s', 'http://127.0.0.1:8000/ws/s'],
  ['https://h.example/live/watch/s?token=t', 'https://h.example/live/ws/s?token=t'],
  ['ws://h/ws/tasks/t', 'ws://h/ws/tasks/t'],
] as const) {
  test(`${link} is watched at ${address}`, () => assert.equal(socketAddress(link), address));
}

for (const link of ['', 's', 'http://h', 'file:///ws/s']) {
  test(`${link || 'nothing'} cannot be watched`, () => {
    assert.throws(() => socketAddress(link), /expected the address of a session; write for instance http:/);
  });
}

const LINES: readonly (readonly [message: Message, line: string | undefined])[] = [
  [at(1, 'status', 'text'), '  text'],
  [at(1, 'status', { message: 'text' }, { agent: 'Risk' }), '  Risk: text'],
  [at(1, 'progress', { value: 1, max: 2 }), undefined],
  [at(1, 'progress', { message: 'Weighing' }), '  Weighing'],
  [at(1, 'event', { event: 'step_started', step: 'a', label: 'Reading' }), '▸ Reading'],
  [at(1, 'event', { event: 'tool_stopped', step: 'a', label: 'Reading' }), '■ Reading'],
  [at(1, 'event', { event: 'step_failed', step: 'a', label: 'Reading', error: 'gone' }), '✗ Reading: gone'],
  [at(1, 'event', { event: 'own', label: 'Something' }), '  Something'],
  [
    at(1, 'question', { question: 'Which?', questionId: 'q', choices: ['red', { value: 'b', label: 'Blue' }] }),
    '? Which? (red, Blue)',
  ],
  [at(1, 'answered', { questionId: 'q', outcome: 'answered', answer: 'red', by: 'ada' }), '? q red, by ada'],
  [at(1, 'answered', { questionId: 'q', outcome: 'expired' }), '? q expired'],
  [at(1, 'result', { agent: 'Risk', data: { level: 'low' } }), '• Risk: {"level":"low"}'],
  [at(1, 'complete', { summary: 'All is well.' }), '✓ All is well.'],
  [at(1, 'error', { message: 'Broken.' }), '✗ Broken.'],
  [at(1, 'own', { anything: 1 }), undefined],
  [at(1, 'status', { wrong: 1 }), undefined],
  [at(1, 'status', '\u001b[2Ja\nb', { agent: '\u001b[31mmallory' }), '  mallory: a b'],
  [at(1, 'status', 'x'.repeat(10_000)), `  ${'x'.repeat(2000)}…`],
];

for (const [message, line] of LINES) {
  test(`a line for ${message.type} ${JSON.stringify(message.data).slice(0, 60)}`, () => {
    assert.equal(lineOf(message, initialState, plain), line);
  });
}

test('the end of a step has its label and how long it took', () => {
  const messages = [
    at(1, 'event', { event: 'step_started', step: 'a', label: 'Reading' }),
    at(3, 'event', { event: 'step_finished', step: 'a' }),
  ];
  assert.equal(lineOf(messages[1] as Message, applyAll(initialState, messages), plain), '✓ Reading (2 s)');
});

const live: Connection = { status: 'live', since: 0, transport: 'websocket' };
const lost: Connection = {
  status: 'reconnecting',
  since: 10_000,
  attempt: 1,
  retryAt: 14_200,
  reason: 'the server\u001b[2J',
};
const now = { here: 12_000, server: 12_000 };
const style = { columns: 120, paint: plain };
const running: ChannelState = applyAll(initialState, [
  at(1, 'event', { event: 'step_started', step: 'a', label: 'Reading\u0007' }),
  at(2, 'progress', { value: 3, max: 10, unit: 'pages' }),
]);

test('a footer while it is live', () => {
  assert.deepEqual(footer(running, live, now, style), ['running · 11 s · 30 % (3 of 10 pages) · Reading']);
  assert.deepEqual(footer(initialState, live, now, style), ['nothing yet']);
});

test('a footer while the connection is lost: the clock stands, and what is shown is marked', () => {
  assert.deepEqual(footer(running, lost, now, style), [
    'running · 9 s · 30 % (3 of 10 pages) · Reading',
    'no connection for 2 s (the server); what stands above is what was last known; trying again in 3 s',
  ]);
});

test('a question that is open is in the footer', () => {
  const state = applyAll(running, [at(3, 'question', { question: 'Go on?', questionId: 'q' })]);
  assert.match(footer(state, live, now, style)[0] ?? '', /^waiting for an answer · .+ · Go on\?$/);
});

test('no line of a footer is wider than the terminal', () => {
  const state = applyAll(running, [at(3, 'question', { question: '日本語'.repeat(50), questionId: 'q' })]);
  for (const columns of [1, 5, 20, 40]) {
    for (const line of footer(state, lost, now, { columns, paint: plain })) {
      // Every character that is not ASCII counts two columns.
      const wide = [...line].reduce((sum, character) => sum + (character < '\u0080' ? 1 : 2), 0);
      assert.ok(wide <= columns, `${wide} in ${columns}: ${line}`);
    }
  }
});

test('each message is shown once; what a state does not keep is a gap', () => {
  const log = new ShownLog();
  const first = at(1, 'status', 'a');
  assert.ok(log.take(first));
  assert.ok(!log.take(first));
  const messages = [3, 4].map((seq) => at(seq, 'status', `${seq}`));
  assert.deepEqual(log.takeAll({ ...initialState, messages }), { fresh: messages, isCut: true });
  assert.deepEqual(log.takeAll({ ...initialState, messages }), { fresh: [], isCut: false });
  assert.ok(log.take(at(1, 'status', 'of another log', { id: 'anotherone-1' })));
  assert.ok(log.take({ type: 'status', data: 'of a server without a log' }));
});

/** A screen on which everything that is written can be read. */
function screenOf(output: { isTTY?: boolean; columns?: number }, environment = {}) {
  const written: string[] = [];
  const stream = { ...output, write: (text: string) => written.push(text) };
  return { screen: new Screen(stream, environment), written, stream };
}

test('where the output is no terminal, or a dumb one, there are lines alone', () => {
  for (const { screen, written } of [screenOf({}), screenOf({ isTTY: true }, { TERM: 'dumb' })]) {
    screen.write(['a', 'b'], ['footer']);
    screen.write([], ['footer']);
    assert.deepEqual(written, ['a\nb\n']);
  }
});

test('a footer is written over, also when the terminal has become narrower', () => {
  const { screen, written, stream } = screenOf({ isTTY: true, columns: 40 });
  screen.write(['a'], ['x'.repeat(30), 'y']);
  screen.write([], ['x'.repeat(30), 'y']);
  stream.columns = 20;
  assert.equal(screen.columns, 19);
  screen.write(['b'], ['z']);
  assert.deepEqual(written, [`a\n${'x'.repeat(30)}\ny`, '\r\u001b[2A\u001b[Jb\nz']);
});

test('colours are for terminals, and not where NO_COLOR is set', () => {
  assert.equal(paintFor({ isTTY: true }, {})('red', 'x'), '\u001b[31mx\u001b[39m');
  assert.equal(paintFor({ isTTY: true }, { NO_COLOR: '1' })('red', 'x'), 'x');
  assert.equal(paintFor({ isTTY: true }, { NO_COLOR: '' })('red', 'x'), '\u001b[31mx\u001b[39m');
  assert.equal(paintFor({}, {})('red', 'x'), 'x');
});
