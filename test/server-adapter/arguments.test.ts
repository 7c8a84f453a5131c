import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { createServer as createHttp2Server } from 'node:http2';
import { test } from 'node:test';
import express from 'express';
import {
  addStatusMessage,
  complete,
  progress,
  result,
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
      () => messenger.attach(createServer(), odd({ paths: '/live' })),
      'attach: got "paths", expected path, http; check its spelling',
    ],
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
  assert.throws(() => messenger.attach(createHttp2Server()), {
    message:
      /^status-messenger: attach: got .+, expected a server of node:http or node:https; a WebSocket comes by HTTP\/1\.1/,
  });
  await assert.rejects(
    messenger.fetch(odd('http://localhost/healthz')),
    kitError(
      'invalid',
      'fetch: got string "http://localhost/healthz", expected a Request; pass for instance new Request("http://localhost/healthz")',
    ),
  );
  await assert.rejects(
    messenger.sendToConnection(odd(1), { type: 'status', data: 'x' }),
    kitError(
      'invalid',
      'sendToConnection: got number 1, expected the id of a connection; pass connectionId of the frame connected',
    ),
  );
  await assert.rejects(
    messenger.sendToSession('s', { type: 'status', data: 'x' }, odd({ retri: false })),
    kitError('invalid', 'send: got "retri", expected retry; check its spelling'),
  );
  await assert.rejects(step('x', odd(undefined)), kitError('invalid', `step: got nothing, expected ${run}`));
});

test('what is said in a way that it cannot be meant is a warning, and is said as well as it can be', async (t) => {
  const said = async (run: () => void) => {
    const lines: string[] = [];
    const warn = (text: string) => void lines.push(text.replace('status-messenger: ', ''));
    const messenger = new StatusMessenger({ logger: { debug() {}, info() {}, warn, error: warn } });
    t.after(() => messenger.close());
    messenger.runWithSession('s', run);
    const { messages } = await messenger.snapshot('s');
    return [...lines, ...messages.map(({ type }) => type)];
  };
  const unreadable = () => {
    throw new Error('not to be looked at');
  };
  const hostile = new Proxy({}, { ownKeys: unreadable, get: unreadable, getOwnPropertyDescriptor: unreadable });
  assert.deepEqual(await said(() => complete(odd({ a: 1 }))), [
    'complete: got an object with a, expected a text; pass a string',
    'complete',
  ]);
  assert.deepEqual(await said(() => progress(odd({ vale: 3 }))), [
    'progress: got "vale", expected value, max, message, label, unit, step; check its spelling',
    'progress',
  ]);
  const texts = () => {
    for (let i = 0; i < 3; i++) progress(`Page ${i}`, odd('10'));
  };
  assert.deepEqual(await said(texts), [
    'progress: got a text with a max, expected a number; pass one',
    ...['progress', 'progress', 'progress'],
  ]);
  assert.deepEqual(await said(() => result('A', () => 1)), [
    'result: got a function, expected what JSON can carry; pass what it answers',
    'result',
  ]);
  assert.deepEqual(await said(() => addStatusMessage('x', odd('Agent'))), [
    'addStatusMessage: extra: got string "Agent", expected an object with agent, step, run, level; pass for instance { agent: "Reader" }',
    'status',
  ]);
  assert.deepEqual(await said(() => addStatusMessage('x', odd({ agnt: 1 }))), [
    'addStatusMessage: extra: got "agnt", expected agent, step, run, level; check its spelling',
    'status',
  ]);
  assert.deepEqual((await said(() => addStatusMessage('x', odd(hostile)))).at(-1), 'status');
  for (const nothing of [undefined, null, hostile]) {
    const [warning, ...rest] = await said(() => progress(odd(nothing)));
    assert.match(warning ?? '', /^progress: progress message: data: got null, expected an object/);
    assert.deepEqual(rest, []);
  }
  assert.deepEqual(await said(() => complete('Done')), ['complete']);
});

test('what is left out by null is left out', async (t) => {
  const messenger = new StatusMessenger({ logger: false });
  t.after(() => messenger.close());
  messenger.attach(createServer());
  assert.equal((await messenger.sendToSession('s', { type: 'status', data: 'x' }, odd(null))).buffered, true);
  assert.deepEqual([...track([1, 2], 'x', odd(null))], [1, 2]);
  await messenger.streamStatusUpdates(odd(null)).return?.();
});
