import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Transport, Transports } from '../../../components/session/transports.js';

const MINUTE = 60_000;

/** What the attempts take that end as they are told, one a second: `-` before they open, `+` after. */
function ways(transports: Transports, ends: string, from = 0): Transport[] {
  return [...ends].map((end, i) => {
    const now = from + i * 1000;
    const transport = transports.next(now);
    if (end === '+') transports.opened(transport);
    else transports.failed(transport, now);
    return transport;
  });
}

const short = (list: readonly Transport[]) => list.map((transport) => (transport === 'sse' ? 's' : 'w')).join('');

for (const [ends, expected, name] of [
  ['+++', 'www', 'where WebSockets open, nothing else is tried'],
  ['-+--------', 'wwwwwwwwww', 'one that has opened shows that they do: the server is away'],
  ['--+', 'wws', 'two that never opened are enough'],
  ['--------', 'wwswswsw', 'while nothing opens, one is tried after the other'],
  ['--++++', 'wwssss', 'what works goes on'],
  ['--+-+--', 'wwsswww', 'a WebSocket that opens at last ends it'],
  ['--+---+', 'wwsswsw', 'what worked and does not any more gives way to the other, in turn'],
] as const) {
  test(`transports: ${name}`, () => {
    assert.equal(short(ways(new Transports('auto'), ends)), expected);
  });
}

test('transports: while another way works, a WebSocket is tried again every five minutes', () => {
  const transports = new Transports('auto');
  assert.equal(short(ways(transports, '--++')), 'wwss');
  assert.equal(short(ways(transports, '+', 5 * MINUTE)), 's');
  assert.equal(short(ways(transports, '-++', 5 * MINUTE + 1000)), 'wss');
  assert.equal(short(ways(transports, '+++', 10 * MINUTE + 1000)), 'www');
});

for (const which of ['websocket', 'sse'] as const) {
  test(`transports: ${which} alone, where that is asked for`, () => {
    const transports = new Transports(which);
    assert.deepEqual(new Set(ways(transports, '---++--', 0)), new Set([which]));
    assert.equal(transports.areBlocked, false);
  });
}
