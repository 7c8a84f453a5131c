import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  addStatusMessage,
  getStatusMessages,
  runWithSession,
  StatusMessenger,
  setupStatusMessenger,
  streamStatusUpdates,
} from '../../server-adapter/index.js';
import { MemoryLogger } from '../helpers/server.js';
import { kitError } from './support.js';

// Which messenger the calls mean is a matter of the whole process: these tests build on each other, and each closes what it made.

const quiet = { logger: false } as const;

/** The open messenger among these that gets what is said without a context. */
function hears(...messengers: StatusMessenger[]): StatusMessenger | undefined {
  const text = `probe ${Math.random()}`;
  runWithSession('probe', () => addStatusMessage(text));
  return messengers.find((messenger) => messenger.getStatusMessages('probe')[0] === text);
}

test('the only open messenger is meant, until it is closed', async () => {
  const only = new StatusMessenger(quiet);
  assert.equal(hears(only), only);
  runWithSession('s', () => addStatusMessage('to the only one'));
  assert.deepEqual(getStatusMessages('s'), ['to the only one']);
  await only.close();
  const next = new StatusMessenger(quiet);
  assert.equal(hears(only, next), next);
  await next.close();
});

test('setupStatusMessenger() makes the one that is meant, whatever others there are', async () => {
  const before = new StatusMessenger(quiet);
  const log = new MemoryLogger();
  const standard = setupStatusMessenger({ logger: log });
  const after = new StatusMessenger(quiet);
  assert.ok(standard instanceof StatusMessenger);
  assert.equal(hears(before, standard, after), standard);
  const updates = streamStatusUpdates();
  addStatusMessage('outside');
  assert.deepEqual(getStatusMessages(), ['outside']);
  assert.deepEqual(standard.getStatusMessages(), ['outside']);
  assert.deepEqual((await updates.next()).value?.[0], 'probe');
  assert.deepEqual((await updates.next()).value, [null, 'outside']);
  assert.equal(log.with('"outside" outside of any session').length, 1);

  assert.throws(
    () => setupStatusMessenger(),
    kitError(
      'not_allowed',
      'setupStatusMessenger: got a second call, expected one per process; use new StatusMessenger(options) for another messenger',
    ),
  );
  assert.equal(hears(before, standard, after), standard, 'the refused call changed nothing');
  await Promise.all([before.close(), after.close(), standard.close()]);
});

test('wrong options set up nothing', async () => {
  assert.throws(() => setupStatusMessenger({ heartbeat: -1 }), { code: 'invalid' });
  const standard = setupStatusMessenger(quiet);
  assert.equal(hears(standard), standard);
  await standard.close();
});

test('after the one set up was closed the only other is meant, and another can be set up', async () => {
  const first = setupStatusMessenger(quiet);
  const other = new StatusMessenger(quiet);
  await first.close();
  assert.equal(hears(first, other), other);
  const second = setupStatusMessenger(quiet);
  assert.equal(hears(first, other, second), second);
  await Promise.all([second.close(), other.close()]);
});

test('a context means its messenger, also where another was set up', async () => {
  const standard = setupStatusMessenger(quiet);
  const own = new StatusMessenger(quiet);
  own.runWithSession('s', () => {
    addStatusMessage('in context');
    assert.deepEqual(getStatusMessages(), ['in context']);
    // The ids change, the messenger stays.
    runWithSession('t', () => addStatusMessage('in the inner context'));
  });
  assert.deepEqual(own.getStatusMessages('s'), ['in context']);
  assert.deepEqual(own.getStatusMessages('t'), ['in the inner context']);
  assert.deepEqual(standard.getStatusMessages('s'), []);
  assert.deepEqual(getStatusMessages('t'), []);
  await Promise.all([standard.close(), own.close()]);
});

test('the messenger is looked for at the call: one set up inside a context without one is meant there', async () => {
  const standard = await runWithSession('s', async () => {
    const made = setupStatusMessenger(quiet);
    addStatusMessage('after');
    return made;
  });
  assert.deepEqual(standard.getStatusMessages('s'), ['after']);
  await standard.close();
});

// From here on there is a messenger that nobody made, which no call can close.

test('with none at all, the first call makes one, which keeps what is said and warns on the console', async (t) => {
  const warn = t.mock.method(console, 'warn', () => {});
  const updates = streamStatusUpdates();
  addStatusMessage('nobody set up anything');
  assert.deepEqual(await updates.next(), { value: [null, 'nobody set up anything'], done: false });
  assert.deepEqual(getStatusMessages(), ['nobody set up anything']);
  runWithSession('s', () => addStatusMessage('in a session'));
  assert.deepEqual(getStatusMessages('s'), ['in a session']);
  assert.equal(warn.mock.callCount(), 1);
  assert.match(
    String(warn.mock.calls[0]?.arguments[0]),
    /^status-messenger: addStatusMessage: got "nobody .* outside of any session/,
  );
});

test('the one that nobody made steps back for the only one that was, and stands in where there are several', async () => {
  const only = new StatusMessenger(quiet);
  assert.equal(hears(only), only);
  const second = new StatusMessenger(quiet);
  assert.equal(hears(only, second), undefined, 'neither is meant more than the other');
  assert.deepEqual(getStatusMessages('s'), [], 'what was said before stays with the one that it was said to');
  await second.close();
  assert.equal(hears(only), only);
  await only.close();
});

test('the one that nobody made does not keep another from being set up', async () => {
  const standard = setupStatusMessenger(quiet);
  assert.equal(hears(standard), standard);
  assert.deepEqual(getStatusMessages('s'), []);
  assert.throws(() => setupStatusMessenger(), { code: 'not_allowed' });
  await standard.close();
});

test('a reader that came before anything was set up goes on with what is set up', async () => {
  const updates = streamStatusUpdates();
  addStatusMessage('before');
  const messenger = setupStatusMessenger(quiet);
  runWithSession('s', () => addStatusMessage('after'));
  assert.deepEqual((await updates.next()).value, [null, 'before']);
  assert.deepEqual((await updates.next()).value, ['s', 'after']);
  await messenger.close();
  assert.equal((await updates.next()).done, true);
});
