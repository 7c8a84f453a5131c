import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ServerClock } from '../../../components/session/server-clock.js';
import { SettableClock } from './setup.js';

test("server clock: the page's own time, until the server has told its own", () => {
  const clock = new SettableClock();
  const server = new ServerClock(clock);
  assert.equal(server.now, clock.now());
  server.learn(5000);
  clock.advance(10);
  assert.equal(server.now, 5010);
});

test('server clock: of all that the server told, the latest as seen from now is taken', () => {
  const clock = new SettableClock();
  const server = new ServerClock(clock);
  server.start(5000);
  clock.advance(100);
  server.learn(5050);
  assert.equal(server.now, 5100);
  server.learn(5180);
  assert.equal(server.now, 5180);
});

test('server clock: another server may be behind the one before', () => {
  const clock = new SettableClock();
  const server = new ServerClock(clock);
  server.start(5000);
  server.start(3000);
  assert.equal(server.now, 3000);
});

test("server clock: it goes on as before when someone sets the page's", () => {
  const clock = new SettableClock();
  const server = new ServerClock(clock);
  server.start(5000);
  clock.setBy(3_600_000);
  clock.advance(10);
  assert.equal(server.now, 5010);
});
