import type { Duplex } from 'node:stream';
import type { WebSocket } from 'ws';
import { CloseCode, LIMITS, readClientFrame } from '../protocol/index.js';
import type { Access, AccessRequest } from './access/authorize.js';
import { Connection } from './delivery/connection.js';
import { WebSocketTransport } from './delivery/websocket-transport.js';
import type { Log } from './logger.js';
import type { Settings } from './options.js';
import type { Viewer, Viewers } from './viewers.js';

/** A page that was let in over a WebSocket. */
export interface AcceptedSocket {
  readonly ws: WebSocket;
  /** The stream beneath the socket, where the adapter accepted it itself. */
  readonly socket?: Duplex;
  readonly access: Access;
  /** Positions to resume from: `[channel@]position`. */
  readonly after: readonly string[];
  /** What it asked for, where it may ask for more of the same. */
  readonly request?: AccessRequest | undefined;
}

/** Viewers over WebSockets: what their sockets do is told to `Viewers`. */
export class WebSocketViewers {
  readonly #settings: Settings;
  readonly #viewers: Viewers;
  readonly #log: Log;

  constructor(settings: Settings, viewers: Viewers, log: Log) {
    this.#settings = settings;
    this.#viewers = viewers;
    this.#log = log;
  }

  serve({ ws, socket, access, after, request }: AcceptedSocket): void {
    // Somebody may have awaited something meanwhile, and the page may have left: such a socket would never say so again.
    if (ws.readyState !== ws.OPEN) return;
    const viewer = { connection: new Connection(access, new WebSocketTransport(ws, socket), this.#settings), request };
    this.#listen(ws, viewer);
    const begun = this.#viewers.serve(viewer, after);
    if (!begun) return;
    // Nothing that the page says is heard before it was greeted.
    ws.pause();
    void begun.finally(() => ws.resume());
  }

  #listen(ws: WebSocket, viewer: Viewer): void {
    const { connection } = viewer;
    const isInTime = () => {
      connection.heard();
      return this.#viewers.isInTime(connection);
    };
    ws.on('error', this.#failed);
    ws.on('pong', isInTime);
    ws.on('ping', isInTime);
    ws.on('message', (data, isBinary) => {
      if (!isInTime() || connection.closed) return;
      const raw = data.toString();
      if (isBinary) connection.close(CloseCode.malformed, 'got a binary frame, expected text');
      else if (Buffer.byteLength(raw) > LIMITS.clientFrame) {
        connection.close(CloseCode.frameTooLarge, `got a frame over ${LIMITS.clientFrame} bytes`);
      } else void this.#viewers.receive(viewer, readClientFrame(raw));
    });
    ws.on('close', () => this.#viewers.left(connection));
  }

  readonly #failed = (error: Error): void => this.#log.debug(`a connection failed: ${error.message}`);
}
