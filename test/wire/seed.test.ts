import assert from 'node:assert/strict';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { test } from 'node:test';
import { type WebSocket as ServerSocket, WebSocket, WebSocketServer } from 'ws';
import { runWithSession } from '../../server-adapter/index.js';
import { eventOf, live, stateOf, testClient } from '../helpers/client.js';
import { startServer } from '../helpers/server.js';

/**
 * The page's side as the seed document `status-messenger-llms.md` describes it: its own connection, a buffer for JSON in pieces, the current
 * status as text, everything of another type ignored.
 */
class SeedPage {
  text = '';
  readonly ignored: string[] = [];
  readonly #ws: WebSocket;
  #buffer = '';

  constructor(url: string) {
    this.#ws = new WebSocket(url);
    this.#ws.on('message', (chunk) => {
      this.#buffer += String(chunk);
      let packet: { type?: unknown; data?: unknown };
      try {
        packet = JSON.parse(this.#buffer);
      } catch {
        return;
      }
      this.#buffer = '';
      if (packet.type === 'status' && packet.data !== undefined) this.text = String(packet.data);
      else this.ignored.push(String(packet.type));
    });
  }

  async until(text: string): Promise<void> {
    while (this.text !== text) await once(this.#ws, 'message');
  }

  close(): void {
    this.#ws.terminate();
  }
}

/** The server's side as the seed documents describe it: the socket of a session, and frames sent to it as they are. */
async function startSeedServer() {
  const server = new WebSocketServer({ port: 0, host: '127.0.0.1' });
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    url: `ws://127.0.0.1:${port}/ws/{session-id}`,
    async socket(): Promise<{ ws: ServerSocket; path: string }> {
      const [ws, request] = await once(server, 'connection');
      return { ws, path: request.url };
    },
    close() {
      for (const ws of server.clients) ws.terminate();
      server.close();
    },
  };
}

test("the seed's page on our server shows the current status, also when it comes late", async (t) => {
  const { messenger, url, close } = await startServer();
  const page = new SeedPage(`${url}/session_abc123xyz`);
  t.after(async () => {
    page.close();
    late.close();
    await close();
  });
  runWithSession('nobody-else', () => messenger.addStatusMessage('not for this page'));
  messenger.runWithSession('session_abc123xyz', () => {
    messenger.addStatusMessage('Status message broadcaster starting.');
    messenger.addStatusMessage('Minimal connection successful!');
  });
  await page.until('Minimal connection successful!');
  const late = new SeedPage(`${url}/session_abc123xyz`);
  await late.until('Minimal connection successful!');
  assert.deepEqual(late.ignored.slice(0, 2), ['connected', 'snapshot']);
});

test("a page of the agent conversation's seed gets its statuses as objects", async (t) => {
  const { messenger, url, close } = await startServer({ statusData: 'object' });
  const ws = new WebSocket(`${url}/user-123`);
  t.after(async () => {
    ws.terminate();
    await close();
  });
  let currentStatus = '';
  let wake = () => {};
  ws.on('message', (raw) => {
    const message = JSON.parse(String(raw));
    if (message.type === 'status') currentStatus = message.data.message;
    wake();
  });
  messenger.runWithSession('user-123', () => messenger.addStatusMessage('Starting Clarifier conversation...'));
  while (currentStatus !== 'Starting Clarifier conversation...') {
    await new Promise<void>((resolve) => {
      wake = resolve;
    });
  }
  const element = testClient({ url, sessionId: 'user-123' });
  t.after(() => element.disconnect());
  element.connect();
  await live(element);
  assert.equal(element.state.status?.text, 'Starting Clarifier conversation...');
});

test("our client on the seed's server: statuses without position or greeting, in pieces and in heaps", async (t) => {
  const server = await startSeedServer();
  const connected = server.socket();
  const client = testClient({ url: server.url, sessionId: 'minimal_session_001', reconnectDelay: () => 1 });
  t.after(() => {
    client.disconnect();
    server.close();
  });
  const texts: unknown[] = [];
  client.on('message', ({ data }) => texts.push(data));
  client.on('problem', () => {});
  t.mock.method(console, 'error', () => {});
  client.connect();
  const { ws, path } = await connected;
  assert.equal(path, '/ws/minimal_session_001');

  const status = (data: string) => JSON.stringify({ type: 'status', data });
  ws.send(status('one'));
  ws.send(status('two').slice(0, 11));
  ws.send(status('two').slice(11));
  ws.send(status('three') + status('four'));
  ws.send('{"type":"status","data":"never ends');
  ws.send(status('five'));
  ws.send(JSON.stringify({ type: 'status', data: { message: 'six' } }));
  await stateOf(client, (state) => state.status?.text === 'six');
  assert.deepEqual(texts, ['one', 'two', 'three', 'four', 'five', { message: 'six' }]);
  assert.equal(client.connection.status, 'live');

  const again = server.socket();
  const lost = eventOf(client, 'connection', ({ status }) => status === 'reconnecting');
  ws.terminate();
  await lost;
  assert.equal(client.state.status?.text, 'six', 'what was last known stays');
  const { ws: second } = await again;
  second.send(status('seven'));
  await stateOf(client, (state) => state.status?.text === 'seven');
});

test("every message of the agent conversation's seed is understood", async (t) => {
  const server = await startSeedServer();
  const connected = server.socket();
  const client = testClient({ url: server.url, sessionId: 'user-123' });
  t.after(() => {
    client.disconnect();
    server.close();
  });
  client.connect();
  const { ws } = await connected;
  for (const message of [
    { type: 'status', data: { message: 'Starting Clarifier conversation...' } },
    { type: 'progress', data: { message: 'Clarifier (Round 1): I need to understand your requirements...' } },
    { type: 'question', data: { question: 'What is the main purpose of your app?' } },
    { type: 'result', data: { agent: 'clarifier', data: { done: false, resp: [] } } },
    { type: 'error', data: { message: 'Error description' } },
    { type: 'custom_type', data: { custom_data: 'value', timestamp: 5 } },
  ]) {
    ws.send(JSON.stringify(message));
  }
  let state = await stateOf(client, ({ messages }) => messages.length === 6);
  assert.equal(state.phase, 'waiting');
  assert.equal(state.status?.text, 'Starting Clarifier conversation...');
  assert.equal(state.progress?.message, 'Clarifier (Round 1): I need to understand your requirements...');
  assert.equal(state.questions[0]?.question, 'What is the main purpose of your app?');
  assert.deepEqual(state.results[0]?.data, { done: false, resp: [] });
  assert.equal(state.error?.message, 'Error description');

  await client.sendAnswer("User's response to the question");
  const [answer] = await once(ws, 'message');
  assert.deepEqual(JSON.parse(String(answer)), { answer: "User's response to the question" });

  ws.send(JSON.stringify({ type: 'complete', data: { summary: 'Project requirements gathered successfully...' } }));
  state = await stateOf(client, ({ phase }) => phase === 'completed');
  assert.equal(state.summary, 'Project requirements gathered successfully...');
});
