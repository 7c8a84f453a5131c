import { readFile } from 'node:fs/promises';
import { createServer, type IncomingMessage } from 'node:http';
import { extname, join, normalize } from 'node:path';
import type { Duplex } from 'node:stream';
import { StatusMessenger } from '../../server-adapter/index.js';
import { listen, MemoryLogger } from '../helpers/server.js';

const TYPES: { readonly [extension: string]: string } = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
};

/** A built app behind the real adapter, whose connections a test can cut. */
export class AppServer {
  readonly messenger = new StatusMessenger({ logger: new MemoryLogger() });
  readonly #sockets = new Map<string, Set<Duplex>>();
  /** The credentials that the pages of each session have shown. */
  readonly #tokens = new Map<string, Set<string>>();
  readonly #server;
  #isHeld = false;
  #port = 0;

  private constructor(folder: string) {
    this.#server = createServer(async (request, response) => {
      const { pathname } = new URL(request.url ?? '/', 'http://localhost');
      const path = join(folder, normalize(pathname === '/' ? '/index.html' : pathname));
      const body = await readFile(path).catch(() => undefined);
      response.writeHead(body ? 200 : 204, { 'content-type': TYPES[extname(path)] ?? 'application/octet-stream' });
      response.end(body);
    });
    this.#server.on('upgrade', (request: IncomingMessage, socket: Duplex) => this.#watch(request, socket));
    this.messenger.attach(this.#server);
  }

  static async start(folder: string): Promise<AppServer> {
    const server = new AppServer(folder);
    server.#port = await listen(server.#server);
    return server;
  }

  get url(): string {
    return `http://127.0.0.1:${this.#port}/`;
  }

  /** How many connections of a session are open. */
  connections(sessionId: string): number {
    return this.#sockets.get(sessionId)?.size ?? 0;
  }

  tokens(sessionId: string): readonly string[] {
    return [...(this.#tokens.get(sessionId) ?? [])];
  }

  async say(sessionId: string, ...texts: readonly string[]): Promise<void> {
    for (const data of texts) await this.messenger.sendToSession(sessionId, { type: 'status', data });
  }

  /** Cuts every connection without a word, and every new one until `release()`. */
  hold(): void {
    this.#isHeld = true;
    for (const sockets of this.#sockets.values()) for (const socket of sockets) socket.destroy();
  }

  release(): void {
    this.#isHeld = false;
  }

  async close(): Promise<void> {
    await this.messenger.close({ timeout: 200 });
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #watch(request: IncomingMessage, socket: Duplex): void {
    if (this.#isHeld) {
      socket.destroy();
      return;
    }
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://localhost');
    const sessionId = pathname.slice('/ws/'.length);
    const sockets = this.#sockets.get(sessionId) ?? new Set();
    this.#sockets.set(sessionId, sockets.add(socket));
    socket.once('close', () => sockets.delete(socket));
    const token = searchParams.get('token');
    if (token) this.#tokens.set(sessionId, (this.#tokens.get(sessionId) ?? new Set()).add(token));
  }
}
