import { once } from 'node:events';
import { connect, type Server, type Socket } from 'node:net';
import { setTimeout as sleep, setImmediate as turn } from 'node:timers/promises';
import { promisify } from 'node:util';
import { type WebSocket, WebSocketServer } from 'ws';
import type { ManualClock } from '../../components/testing/index.js';
import type { Clock, ErrorCode } from '../../protocol/index.js';
import type { ConnectionIds, MessengerOptions } from '../../server-adapter/index.js';
import { startServer, type TestServer } from '../helpers/server.js';

/** Resolves once something holds that no event tells of. */
export async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await sleep(2);
}

/** A clock that stands as an option of a messenger. */
export function timeOf(clock: ManualClock): Clock {
  return { now: () => clock.now(), after: (ms, run) => clock.after(ms, run) };
}

/** Closes a server whose clock stands: what it waits for while it closes comes by this. */
export async function closeWith(clock: ManualClock, server: TestServer): Promise<void> {
  let closed = false;
  const closing = server.close().then(() => {
    closed = true;
  });
  while (!closed) {
    clock.advance(10);
    await sleep(1);
  }
  await closing;
}

/** Once no socket of a server is open any more, and those who watch them know it. */
export async function everyoneLeft(server: Server): Promise<void> {
  const count = promisify(server.getConnections.bind(server));
  while ((await count()) > 0) await sleep(2);
  await turn();
}

/** What `assert.throws` and `assert.rejects` compare an error of the kit with. */
export function kitError(code: ErrorCode, text: string): { name: string; code: ErrorCode; message: string } {
  return { name: 'StatusMessengerError', code, message: `status-messenger: ${text}` };
}

/** A server that accepts its sockets itself, at any path, and hands them to `handleConnection`. */
export async function startHandingServer(
  ids: ConnectionIds,
  options: MessengerOptions = {},
): Promise<TestServer & { readonly accepted: WebSocket[]; readonly own: string }> {
  const server = await startServer(options);
  const accepted: WebSocket[] = [];
  const sockets = new WebSocketServer({ noServer: true, perMessageDeflate: false });
  server.server.on('upgrade', (request, socket, head) => {
    if (request.url !== '/own') return;
    sockets.handleUpgrade(request, socket, head, (ws) => {
      server.messenger.handleConnection(ws, ids);
      accepted.push(ws);
    });
  });
  return { ...server, accepted, own: `ws://127.0.0.1:${server.port}/own` };
}

/** Sends a request as it is and answers all that comes until the server ends the connection. */
export async function exchange(port: number, request: string): Promise<string> {
  const socket = connect(port, '127.0.0.1');
  let answer = '';
  socket.on('data', (piece) => {
    answer += piece;
  });
  // What came before a reset counts.
  socket.on('error', () => {});
  socket.write(request);
  await new Promise((resolve) => socket.once('close', resolve));
  return answer;
}

/** The head of a request for a WebSocket. */
export function upgradeRequest(path: string): string {
  return [
    `GET ${path} HTTP/1.1`,
    'Host: localhost',
    'Connection: Upgrade',
    'Upgrade: websocket',
    'Sec-WebSocket-Version: 13',
    'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
    '\r\n',
  ].join('\r\n');
}

/** A peer that does the handshake and from then on only listens: it answers neither pings nor closes. */
export class SilentPeer {
  readonly opcodes: number[] = [];
  readonly socket: Socket;
  #bytes = Buffer.alloc(0);
  #open = false;
  #ended = false;
  #wake: () => void = () => {};

  private constructor(port: number, path: string) {
    this.socket = connect(port, '127.0.0.1');
    this.socket.on('error', () => {});
    this.socket.on('data', (piece) => {
      this.#bytes = Buffer.concat([this.#bytes, piece]);
      this.#read();
      this.#wake();
    });
    this.socket.on('close', () => {
      this.#ended = true;
      this.#wake();
    });
    this.socket.write(upgradeRequest(path));
  }

  static async open(port: number, path: string): Promise<SilentPeer> {
    const peer = new SilentPeer(port, path);
    await peer.#until(() => peer.#open);
    return peer;
  }

  get ended(): boolean {
    return this.#ended;
  }

  /** Once a frame of this kind has come. */
  got(opcode: number): Promise<void> {
    return this.#until(() => this.opcodes.includes(opcode));
  }

  /** Once the server has ended the connection. */
  end(): Promise<void> {
    return this.#until(() => this.#ended);
  }

  async destroy(): Promise<void> {
    if (this.#ended) return;
    this.socket.destroy();
    await once(this.socket, 'close');
  }

  async #until(holds: () => boolean): Promise<void> {
    while (!holds()) {
      if (this.#ended) throw new Error('the connection ended before');
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }

  #read(): void {
    if (!this.#open) {
      const end = this.#bytes.indexOf('\r\n\r\n');
      if (end < 0) return;
      this.#open = true;
      this.#bytes = this.#bytes.subarray(end + 4);
    }
    while (this.#bytes.length >= 2) {
      const short = this.#bytes.readUInt8(1) & 0x7f;
      const head = short < 126 ? 2 : short === 126 ? 4 : 10;
      if (this.#bytes.length < head) return;
      const length = short < 126 ? short : short === 126 ? this.#bytes.readUInt16BE(2) : this.#bytes.readUInt32BE(6);
      if (this.#bytes.length < head + length) return;
      this.opcodes.push(this.#bytes.readUInt8(0) & 0x0f);
      this.#bytes = this.#bytes.subarray(head + length);
    }
  }
}

/** The kinds of frames of RFC 6455 that a silent peer is sent. */
export const OPCODE = { text: 1, close: 8, ping: 9 } as const;
