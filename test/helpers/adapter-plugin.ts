import { type IncomingMessage, Server, type ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import type { TestRunnerPlugin } from '@web/test-runner-core';
import { type WebSocket, WebSocketServer } from 'ws';
import { type Outgoing, StatusMessenger } from '../../server-adapter/index.js';

/** What a test in a browser may ask of the server behind it. */
export type AdapterCommand =
  /** Sends messages to a session, in one turn. Answers their ids. */
  | { readonly do: 'publish'; readonly sessionId: string; readonly messages: readonly Outgoing[] }
  /** Sends numbered statuses to a session, `perTurn` of them in each turn of the event loop. */
  | { readonly do: 'burst'; readonly sessionId: string; readonly count: number; readonly perTurn: number }
  /** Cuts every socket of a session without a word, and refuses new ones while `hold`. */
  | { readonly do: 'cut'; readonly sessionId: string; readonly hold?: boolean }
  /** Lets a session connect again. */
  | { readonly do: 'release'; readonly sessionId: string }
  /** How many sockets of a session are open, and how many ever were. */
  | { readonly do: 'sockets'; readonly sessionId: string }
  /** Sends frames as they are to the sockets at `/raw/ID`, a server that knows nothing of the protocol. */
  | { readonly do: 'rawSend'; readonly sessionId: string; readonly frames: readonly string[] }
  | { readonly do: 'rawClose'; readonly sessionId: string; readonly code: number; readonly reason: string }
  /** What the sockets at `/raw/ID` were asked for, and what they heard, oldest first. */
  | { readonly do: 'rawUrls' | 'rawHeard'; readonly sessionId: string };

/**
 * The real adapter on the test runner's own server; the same where WebSockets are blocked, at `/blocked`; and beside it a bare WebSocket server for what the
 * adapter never sends.
 */
export function adapterPlugin(): TestRunnerPlugin<AdapterCommand> {
  const messenger = new StatusMessenger();
  const raw = new WebSocketServer({ noServer: true });
  const held = new Set<string>();
  const sockets = new Map<string, { open: Set<Duplex>; ever: number }>();
  const rawSockets = new Map<string, WebSocket[]>();
  const rawUrls = new Map<string, string[]>();
  const rawHeard = new Map<string, string[]>();

  const track = (id: string, socket: Duplex) => {
    const known = sockets.get(id) ?? { open: new Set(), ever: 0 };
    sockets.set(id, known);
    known.open.add(socket);
    known.ever++;
    socket.once('close', () => known.open.delete(socket));
  };

  return {
    name: 'adapter',
    serverStart({ server }) {
      if (!(server instanceof Server)) throw new Error('the test runner has no HTTP server');
      server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
        const [, kind, id = ''] = (request.url ?? '').split(/[/?]/);
        if (kind === 'blocked') socket.end('HTTP/1.1 403 Forbidden\r\nConnection: close\r\nContent-Length: 0\r\n\r\n');
        if (kind === 'ws' && id !== '') {
          track(id, socket);
          if (held.has(id)) socket.destroy();
        }
        if (kind === 'raw') {
          rawUrls.set(id, [...(rawUrls.get(id) ?? []), request.url ?? '']);
          raw.handleUpgrade(request, socket, head, (ws) => {
            rawSockets.set(id, [...(rawSockets.get(id) ?? []), ws]);
            ws.on('message', (data) => rawHeard.set(id, [...(rawHeard.get(id) ?? []), String(data)]));
          });
        }
      });
      messenger.attach(server, { http: false });
      // The runner's own pages are answered by its own listener, which takes everything.
      const others = server.listeners('request');
      server.removeAllListeners('request');
      server.on('request', (request: IncomingMessage, response: ServerResponse) => {
        const [, kind, , id = ''] = (request.url ?? '').split(/[/?]/);
        if (kind !== 'blocked') {
          for (const other of others) other.call(server, request, response);
          return;
        }
        if (request.method === 'GET') track(id, request.socket);
        if (held.has(id)) request.socket.destroy();
        request.url = request.url?.slice('/blocked'.length) ?? '/';
        messenger.middleware(request, response, () => response.writeHead(404).end());
      });
    },
    async serverStop() {
      await messenger.close({ timeout: 500 });
    },
    async executeCommand({ command, payload }) {
      if (command !== 'adapter' || !payload) return undefined;
      const { sessionId } = payload;
      switch (payload.do) {
        case 'publish':
          return Promise.all(payload.messages.map((message) => messenger.sendToSession(sessionId, message)));
        case 'burst':
          for (let i = 0; i < payload.count; i++) {
            void messenger.sendToSession(sessionId, { type: 'status', data: `message ${i}` });
            if (i % payload.perTurn === payload.perTurn - 1) await new Promise((resolve) => setImmediate(resolve));
          }
          return true;
        case 'cut':
          if (payload.hold) held.add(sessionId);
          for (const socket of sockets.get(sessionId)?.open ?? []) socket.destroy();
          return true;
        case 'release':
          held.delete(sessionId);
          return true;
        case 'sockets': {
          const known = sockets.get(sessionId);
          return { open: known?.open.size ?? 0, ever: known?.ever ?? 0 };
        }
        case 'rawSend':
          for (const ws of rawSockets.get(sessionId) ?? []) for (const frame of payload.frames) ws.send(frame);
          return true;
        case 'rawClose':
          for (const ws of rawSockets.get(sessionId) ?? []) ws.close(payload.code, payload.reason);
          rawSockets.delete(sessionId);
          return true;
        case 'rawUrls':
          return rawUrls.get(sessionId) ?? [];
        case 'rawHeard':
          return rawHeard.get(sessionId) ?? [];
      }
    },
  };
}
