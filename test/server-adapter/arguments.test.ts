import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { test } from 'node:test';
import express from 'express';
import {
  runWithSession,
  StatusMessenger,
  step,
  streamStatusUpdates,
  track,
  withAgent,
} from '../../server-adapter/index.js';
import { kitError } from './support.js';

/** What a caller without types may hand over. */
const odd = <T>(value: unknown): T => value as T;

test('what cannot be an argument is named, with what to pass', async (t) => {
  const messenger = new StatusMessenger({ logger: false });
  t.after(() => messenger.close());
  const server = 'a server of node:http or node:https; with Express, pass what app.listen() returns';
  const run = 'a function; hand in what is to be done';
  const items = 'a list or something else to walk through; pass the items';
  const cases: ReadonlyArray<readonly [() => unknown, string]> = [
    [() => messenger.attach(odd(undefined)), `attach: got nothing, expected ${server}`],
    [() => messenger.attach(odd({})), `attach: got an object with no fields, expected ${server}`],
    [() => messenger.attach(odd(express())), `attach: got a function, expected ${server}`],
    [
      () => messenger.handleConnection(odd(undefined), { sessionId: 's' }),
      'handleConnection: got nothing, expected a WebSocket of the package ws; pass the socket that was accepted',
    ],
    [() => messenger.runWithSession('s', odd(undefined)), `runWithSession: got nothing, expected ${run}`],
    [() => runWithSession('s', odd(5)), `runWithSession: got number 5, expected ${run}`],
    [
      () => runWithSession(odd({ sesionId: 's' }), () => {}),
      'ids: got an object with sesionId, expected sessionId, threadId, userId or runId; check its spelling',
    ],
    [() => withAgent('a', odd(null)), `withAgent: got null, expected ${run}`],
    [() => track(odd<number[]>(undefined), 'x'), `track: got nothing, expected ${items}`],
    [() => track(odd<number[]>(7), 'x'), `track: got number 7, expected ${items}`],
    [
      () => streamStatusUpdates({ signal: odd(5) }),
      'streamStatusUpdates: signal: got number 5, expected an AbortSignal; leave it out to read for ever',
    ],
  ];
  for (const [call, text] of cases) assert.throws(call, kitError('invalid', text));
  await assert.rejects(step('x', odd(undefined)), kitError('invalid', `step: got nothing, expected ${run}`));
});

test('what is left out by null is left out', async (t) => {
  const messenger = new StatusMessenger({ logger: false });
  t.after(() => messenger.close());
  messenger.attach(createServer());
  assert.equal((await messenger.sendToSession('s', { type: 'status', data: 'x' }, odd(null))).buffered, true);
  assert.deepEqual([...track([1, 2], 'x', odd(null))], [1, 2]);
  await messenger.streamStatusUpdates(odd(null)).return?.();
});
