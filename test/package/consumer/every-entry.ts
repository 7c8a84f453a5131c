// A program that has installed the package: it uses every entry, and prints what became of it.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { fileURLToPath } from 'node:url';
import { createElement } from 'react';
import { renderToStaticMarkup } from 'react-dom/server';
import { type SessionSource, StatusMessengerElement, type StatusMessengerEventMap } from 'status-messenger';
import { injectStatusMessenger } from 'status-messenger/angular';
import type {} from 'status-messenger/cdn';
import { type Connection, SessionClient } from 'status-messenger/client';
import * as defined from 'status-messenger/define';
import { StatusProgressElement } from 'status-messenger/elements/status-progress';
import { type Reply, StatusQuestionElement } from 'status-messenger/elements/status-question';
import { apply, type ChannelState, initialState, type Message } from 'status-messenger/protocol';
import { StatusProgress, useStatusMessenger } from 'status-messenger/react';
import { addStatusMessage, type Session, StatusMessenger } from 'status-messenger/server';
import { SqliteStore } from 'status-messenger/server/sqlite';
import { SessionTokens } from 'status-messenger/server/tokens';
import { statusMessenger } from 'status-messenger/svelte';
import { ManualClock, TestSession } from 'status-messenger/testing';
import { useStatusMessenger as watchInVue } from 'status-messenger/vue';
import { de } from 'status-messenger/words/de';
import { effectScope } from 'vue';
import { WebSocket } from 'ws';

// Elements: no DOM is here, and none was touched.
assert.equal(typeof globalThis.document, 'undefined');
assert.equal(defined.StatusMessengerElement, StatusMessengerElement);
assert.equal(defined.StatusProgressElement, StatusProgressElement);
const question = new StatusQuestionElement();
const element: SessionSource = new StatusMessengerElement();
assert.equal(element.state.phase, 'idle');
export const listen = (event: StatusMessengerEventMap['connectionchange'], reply: Reply): Connection | Reply =>
  event.detail ?? reply;
export const start: Window['startStatusUpdates'] | undefined = globalThis.window?.startStatusUpdates;
assert.match(readFileSync(fileURLToPath(import.meta.resolve('status-messenger/cdn')), 'utf8'), /customElements/);
assert.ok(de.live);

// What editors read.
for (const file of [
  'status-messenger/custom-elements.json',
  'status-messenger/vscode.html-data.json',
  'status-messenger/vscode.css-data.json',
  'status-messenger/web-types.json',
]) {
  assert.match(readFileSync(fileURLToPath(import.meta.resolve(file)), 'utf8'), /--status-accent|status-panel/);
}

// A session without a network.
const clock = new ManualClock();
const tested = new TestSession({ clock });
question.session = tested;
tested.question('Which colour?', { choices: ['red', 'blue'] });
const ack = tested.sendAnswer('red');
tested.acknowledge();
assert.deepEqual([(await ack).accepted, tested.calls], [true, [['sendAnswer', 'red']]]);

// The fold.
const said: Message = { type: 'status', data: 'Reading' };
const state: ChannelState = apply(initialState, said);
assert.equal(state.status?.text, 'Reading');

// A server, with a log on the disk and tokens, and a client that has one.
const tokens = new SessionTokens({ secret: 'a secret of thirty-two bytes or more' });
const store = new SqliteStore({ file: `status-${process.pid}.db` });
const messenger = new StatusMessenger({ store, authorize: tokens.authorize });
const server = createServer();
messenger.attach(server);
messenger.onSession(async (session: Session) => {
  addStatusMessage(`Hello from Node ${process.versions.node}`);
  await session.send({ type: 'complete', data: { summary: 'Delivered' } });
});
server.listen(0, '127.0.0.1');
await once(server, 'listening');
const address = server.address();
assert.ok(address !== null && typeof address === 'object');
const client = new SessionClient({
  url: `ws://127.0.0.1:${address.port}/ws`,
  sessionId: 'mine',
  getToken: () => tokens.mint({ sessionId: 'mine' }, { expiresIn: 60_000 }),
  WebSocket,
});
await new Promise<void>((resolve) => {
  client.on('state', ({ phase }) => phase === 'completed' && resolve());
  client.connect();
});
const { status, summary } = client.state;
client.close();
server.close();
await messenger.close();
assert.ok(existsSync(`status-${process.pid}.db`));

// A page of React's, made on a server.
const markup = renderToStaticMarkup(
  createElement(() => useStatusMessenger({ clientId: 'mine', url: '/ws' }).connection.status),
);
assert.match(renderToStaticMarkup(createElement(StatusProgress, { step: 'read' })), /<status-progress step="read"/);

// What the other frameworks show before there is a page.
const view = effectScope().run(() => watchInVue({ url: '/ws' }));
assert.equal(view?.connection.value.status, 'idle');
statusMessenger({ url: '/ws' }).subscribe(({ connection }) => assert.equal(connection.status, 'idle'))();
assert.throws(() => injectStatusMessenger(() => ({ url: '/ws' })), /injection context/);

console.log(JSON.stringify({ status: status?.text, summary, markup }));
