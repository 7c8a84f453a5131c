import assert from 'node:assert/strict';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { initialState, isObject } from '../../protocol/index.js';
import { SqliteStore } from '../../server-adapter/channels/sqlite/index.js';
import { type ChannelStore, MemoryStore, StatusMessenger } from '../../server-adapter/index.js';
import { startServer } from '../helpers/server.js';
import { WireClient } from '../helpers/wire-client.js';
import { directory } from './stores/support.js';
import { kitError } from './support.js';

const STORES: { readonly [name: string]: (t: TestContext) => ChannelStore } = {
  memory: () => new MemoryStore(),
  SQLite: (t) => new SqliteStore({ file: join(directory(t), 'status.db') }),
};

for (const [name, open] of Object.entries(STORES)) {
  test(`snapshot, ${name}: the state that a page which connects is sent, with what was said just before`, async (t) => {
    const { messenger, url, close } = await startServer({ store: open(t) });
    t.after(close);
    await messenger.sendToSession('s', { type: 'progress', data: { value: 1, max: 3 } });
    messenger.runWithSession('s', () => messenger.addStatusMessage('Reading…'));
    const state = await messenger.snapshot('s');
    assert.equal(state.status?.text, 'Reading…');
    const page = new WireClient(`${url}/s`);
    t.after(() => page.close());
    assert.deepEqual((await page.type('snapshot')).data, JSON.parse(JSON.stringify(state)));
  });

  test(`snapshot, ${name}: of a session that is not known the first state, and it is not made by asking`, async (t) => {
    const store = open(t);
    const { messenger, close } = await startServer({ store });
    t.after(close);
    assert.deepEqual(await messenger.snapshot('unknown'), initialState);
    assert.equal(store.peek('session:unknown'), undefined);
    await messenger.sendToSession('s', { type: 'status', data: 'x' });
    await messenger.forget('session:s');
    assert.deepEqual(await messenger.snapshot('s'), initialState);
  });
}

test('snapshot: of what another process has stored, and before', async (t) => {
  const file = join(directory(t), 'status.db');
  const [one, other] = [0, 1].map(() => new StatusMessenger({ logger: false, store: new SqliteStore({ file }) }));
  t.after(() => Promise.all([one?.close(), other?.close()]));
  for (const text of ['first', 'second']) {
    await one?.sendToSession('s', { type: 'status', data: text });
    assert.equal((await other?.snapshot('s'))?.status?.text, text);
  }
});

test('snapshot: an id that is none, and a messenger that is closed', async () => {
  const messenger = new StatusMessenger({ logger: false });
  await assert.rejects(messenger.snapshot('a b'), (error) => isObject(error) && error.code === 'invalid');
  await messenger.close();
  await assert.rejects(
    messenger.snapshot('s'),
    kitError('closed', 'snapshot: got a call after close(), expected an open messenger; make a new one'),
  );
});
