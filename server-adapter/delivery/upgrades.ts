import { type IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { type WebSocket, WebSocketServer } from 'ws';
import { LIMITS } from '../../protocol/index.js';
import type { Arrival } from '../access/arrival.js';
import { compilePath, splitUrl } from '../paths.js';
import { type HttpServer, listen } from './shared-server.js';

/**
 * In how many pieces a frame's message, and what the network brings of one, may come: each is kept by itself until the last is here, and takes far more
 * memory than its bytes. No page cuts its messages up, and networks bring the largest frame in some fifty pieces.
 */
const PIECES = { maxFragments: 256, maxBufferedChunks: 512 };
/** Pings are counted as frames are: as many as may come are answered. The types of `ws` do not know that bound yet. */
const BOUNDS = { ...PIECES, maxPendingAutoPongs: 0 };

export interface UpgradeHandler {
  /** `false` while no new connection is taken. */
  accepts(): boolean;
  /** `false` while there are no tasks. */
  hasTasks(): boolean;
  /** A page asks for a connection over `socket`. It knows that it has one, and can read why it has none, once `accept` was called. */
  arrived(arrival: Arrival, socket: Duplex, accept: Accept): void;
}

/** Completes the handshake, unless the page has left or its request was malformed. */
export type Accept = (then: (ws: WebSocket) => void) => void;

/**
 * Takes the WebSocket upgrades of a server whose path fits `pattern` (one segment of it is `:sessionId`), or `tasks` (with `:taskId`), and leaves all others to
 * whoever else listens. Answers a function that stops it. Throws `invalid` for a pattern that is none, or that is taken on this server.
 */
export function attachUpgrades(
  server: HttpServer,
  { pattern, tasks }: { readonly pattern: string; readonly tasks: string },
  handler: UpgradeHandler,
): () => void {
  const match = compilePath(pattern);
  const matchTask = compilePath(tasks, ':taskId');
  const sockets = new WebSocketServer({
    noServer: true,
    maxPayload: LIMITS.clientFrame,
    ...BOUNDS,
    perMessageDeflate: false,
  });
  return listen(server, 'upgrade', pattern, {
    take(request: IncomingMessage, socket: Duplex, head: Buffer) {
      const { url = '', headers } = request;
      const { path, query } = splitUrl(url);
      const taskId = handler.hasTasks() ? matchTask(path) : undefined;
      const sessionId = taskId === undefined ? match(path) : '';
      if (sessionId === undefined) return false;
      if (handler.accepts()) {
        // From here on nobody else listens to it, and it may be a while until `ws` does.
        socket.on('error', ignore);
        const { remoteAddress: address } = request.socket;
        const asked = taskId === undefined ? { sessionId } : { sessionId, taskId };
        const arrival = { ...asked, query: new URLSearchParams(query), headers, url, address };
        handler.arrived(arrival, socket, (then) => sockets.handleUpgrade(request, socket, head, then));
      } else {
        refuse(socket, '503 Service Unavailable');
      }
      return true;
    },
    nobody(request, socket) {
      const isPlain = request.method === 'GET' || request.method === 'HEAD';
      // Some clients offer HTTP/2 with every request (`h2c`). Nobody has to take that, and the request is still to be answered.
      if (isPlain && request.headers.upgrade?.toLowerCase() !== 'websocket') answerAnyway(server, request, socket);
      else refuse(socket, '404 Not Found');
    },
  });
}

/** Made here and not where it is used, where it would hold on to the request for as long as the connection lives. */
function ignore(): void {}

function answerAnyway(server: HttpServer, request: IncomingMessage, socket: Duplex): void {
  const response = new ServerResponse(request);
  response.shouldKeepAlive = false;
  socket.on('error', ignore);
  response.on('finish', () => socket.end());
  // Node's own sockets are what servers emit; the type allows for others that a test may hand in.
  response.assignSocket(socket as Socket);
  server.emit('request', request, response);
}

function refuse(socket: Duplex, status: string): void {
  socket.on('error', ignore);
  // It is read by nobody, so its end would never be seen.
  socket.once('finish', () => socket.destroy());
  socket.end(`HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
}
