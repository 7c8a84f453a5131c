import { createServer, type Server } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { Server as SocketIoServer } from 'socket.io';
import { StatusMessenger } from 'status-messenger/server';
import { type WebSocket, WebSocketServer } from 'ws';

/** A way to bring a status to everyone who watches a session, as a server under test does it. */
export interface Peer {
  readonly port: number;
  /** Hands a status to everyone who watches a session. */
  send(sessionId: string, text: string): void;
  /** Ends every connection without a word, as a network does. */
  cut(): void;
}

export type PeerName = 'naive' | 'socket.io' | 'ours';

export const startPeer: { readonly [name in PeerName]: () => Promise<Peer> } = {
  /**
   * What people write by hand: a set of sockets per session, and `send(JSON.stringify(…))` to each. Whoever makes the text once for all wins about a tenth
   * where a thousand watch one session.
   */
  async naive() {
    const server = createServer();
    const sockets = new WebSocketServer({ server, perMessageDeflate: false });
    const sessions = new Map<string, Set<WebSocket>>();
    sockets.on('connection', (ws, request) => {
      const id = new URL(request.url ?? '/', 'http://localhost').pathname.slice('/ws/'.length);
      const session = sessions.get(id) ?? new Set();
      sessions.set(id, session.add(ws));
      ws.on('error', () => {});
      ws.on('close', () => session.delete(ws));
    });
    return {
      ...(await listen(server)),
      send(sessionId, data) {
        for (const ws of sessions.get(sessionId) ?? [])
          ws.send(JSON.stringify({ type: 'status', data, ts: Date.now() }));
      },
    };
  },

  /** Rooms, WebSockets from the start, and connection state recovery for the two minutes that are its default. */
  async 'socket.io'() {
    const server = createServer();
    const io = new SocketIoServer(server, {
      transports: ['websocket'],
      connectionStateRecovery: { maxDisconnectionDuration: 120_000, skipMiddlewares: true },
    });
    io.on('connection', (socket) => {
      const { session } = socket.handshake.query;
      if (!socket.recovered) void socket.join(String(session));
    });
    return {
      ...(await listen(server)),
      send(sessionId, data) {
        io.to(sessionId).emit('status', { type: 'status', data, ts: Date.now() });
      },
    };
  },

  /** The adapter with everything on that it has on by itself: log, positions, resume, heartbeats. */
  async ours() {
    const server = createServer();
    const messenger = new StatusMessenger();
    messenger.attach(server);
    return {
      ...(await listen(server)),
      send(sessionId, data) {
        void messenger.sendToSession(sessionId, { type: 'status', data });
      },
    };
  },
};

async function listen(server: Server): Promise<Pick<Peer, 'port' | 'cut'>> {
  const sockets = new Set<Socket>();
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
  });
  // As long a queue as the crowds of the bench need: what the system drops there would be measured as the peer's.
  await new Promise<void>((resolve) => server.listen({ port: 0, host: '127.0.0.1', backlog: 4096 }, resolve));
  return {
    port: (server.address() as AddressInfo).port,
    cut() {
      for (const socket of sockets) socket.destroy();
    },
  };
}
