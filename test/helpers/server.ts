import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type AttachOptions, type Logger, type MessengerOptions, StatusMessenger } from '../../server-adapter/index.js';

/** A messenger on a server of its own, for one test. */
export interface TestServer {
  readonly messenger: StatusMessenger;
  readonly server: Server;
  readonly port: number;
  /** `ws://127.0.0.1:PORT/ws`, for a session id to follow. */
  readonly url: string;
  /** `http://127.0.0.1:PORT`. */
  readonly http: string;
  readonly log: MemoryLogger;
  close(): Promise<void>;
}

export async function startServer(
  options: MessengerOptions = {},
  { port = 0, ...attach }: AttachOptions & { port?: number } = {},
): Promise<TestServer> {
  const log = new MemoryLogger();
  const server = createServer();
  const messenger = new StatusMessenger({ logger: log, ...options });
  messenger.attach(server, attach);
  await listen(server, port);
  const address = server.address() as AddressInfo;
  return {
    messenger,
    server,
    log,
    port: address.port,
    url: `ws://127.0.0.1:${address.port}/ws`,
    http: `http://127.0.0.1:${address.port}`,
    async close() {
      await messenger.close({ timeout: 200 });
      server.closeAllConnections();
      if (server.listening) await new Promise((resolve) => server.close(resolve));
    },
  };
}

export async function listen(server: Server, port = 0): Promise<number> {
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}

/** Keeps what is logged, as `LEVEL text`. */
export class MemoryLogger implements Logger {
  readonly lines: string[] = [];
  debug = (text: string) => void this.lines.push(`debug ${text}`);
  info = (text: string) => void this.lines.push(`info ${text}`);
  warn = (text: string) => void this.lines.push(`warn ${text}`);
  error = (text: string) => void this.lines.push(`error ${text}`);

  /** The lines that contain a text. */
  with(text: string): string[] {
    return this.lines.filter((line) => line.includes(text));
  }
}
