import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { clipText, invalid, messageOf, StatusMessengerError } from '../protocol/index.js';
import { type AllowedOrigins, assertOrigin } from './access/origin.js';
import { type CloseOptions, StatusMessenger } from './messenger.js';
import type { MessengerOptions } from './options.js';

/** The environment of the stand-alone server. */
export interface StandAloneEnvironment {
  /** Default 127.0.0.1: only this machine. */
  readonly HOST?: string;
  /** Default 8000. */
  readonly PORT?: string;
  /** Origins whose pages may connect, separated by commas; `*` for any. Default: none but the server's own. */
  readonly CORS_ORIGINS?: string;
  /** `memory:` (default) or `sqlite:FILE`. */
  readonly STATUS_MESSENGER_STORE?: string;
  /** The key of `POST /api/messages`, which is off without it. */
  readonly STATUS_MESSENGER_API_KEY?: string;
  /** `true` switches `GET /metrics` on. */
  readonly STATUS_MESSENGER_METRICS?: string;
}

/** A server that does nothing but bring messages, published over HTTP, to pages. */
export interface StandAlone {
  readonly messenger: StatusMessenger;
  /** Where it listens: `http://HOST:PORT`. */
  readonly url: string;
  /** Takes nothing new, finishes what was accepted, and tells every page when to come back, or with `final` that nothing more will come. Resolves within `timeout` milliseconds. */
  stop(timeout: number, options?: Pick<CloseOptions, 'final'>): Promise<void>;
}

export interface StandAloneOptions {
  /** Milliseconds in which a client must have sent the head of a request, and all of it. Default: ten seconds, and thirty. */
  readonly times?: typeof TIMES;
  /** Answers requests to addresses that are none of the kit's; answers whether it did. Default: there is nothing at them. */
  readonly others?: (request: IncomingMessage, response: ServerResponse) => boolean;
}

/** Milliseconds in which a client must have sent the head of a request, and all of it: nobody keeps a socket by sending slowly. */
const TIMES = { headersTimeout: 10_000, requestTimeout: 30_000, connectionsCheckingInterval: 5000 };

/** Starts the stand-alone server. Throws `invalid` for an environment that cannot be, and what the system says of an address that cannot be had. */
export async function startStandAlone(
  environment: StandAloneEnvironment,
  { times = TIMES, others = () => false }: StandAloneOptions = {},
): Promise<StandAlone> {
  const { STATUS_MESSENGER_API_KEY: apiKey = '' } = environment;
  // Set to nothing, as compose files do, it would mean every address that there is.
  const host = environment.HOST || '127.0.0.1';
  const port = readPort(environment.PORT || undefined);
  const messenger = new StatusMessenger({
    apiKey,
    metrics: readSwitch('STATUS_MESSENGER_METRICS', environment.STATUS_MESSENGER_METRICS),
    allowedOrigins: readOrigins(environment.CORS_ORIGINS),
    store: await openStore(environment.STATUS_MESSENGER_STORE || undefined),
  });
  const requests = new Requests();
  let isStopping = false;
  const server = createServer(times, (request, response) => {
    if (isStopping) {
      leaving(response);
      return;
    }
    requests.add(response);
    messenger.middleware(request, response, () => others(request, response) || nothingHere(response));
  });
  messenger.attach(server, { http: false });
  try {
    await listening(server, port, host);
  } catch (error) {
    await messenger.close({ timeout: 0 });
    throw error;
  }
  const { address, family, port: bound } = server.address() as AddressInfo;
  return {
    messenger,
    url: `http://${family === 'IPv6' ? `[${address}]` : address}:${bound}`,
    async stop(timeout, options = {}) {
      const deadline = performance.now() + timeout;
      // Connections that are kept alive would bring ever more.
      isStopping = true;
      const closed = new Promise((resolve) => server.close(resolve));
      await within(requests.finished(), timeout / 2);
      await messenger.close({ ...options, timeout: Math.max(0, deadline - performance.now()) });
      server.closeAllConnections();
      await within(closed, Math.max(0, deadline - performance.now()));
    },
  };
}

function readPort(text = '8000'): number {
  const port = Number(text);
  if (/^\d+$/.test(text) && port <= 65_535) return port;
  throw invalid('PORT', text, 'a number from 0 to 65535', 'write for instance 8000');
}

function readSwitch(name: string, text = ''): boolean {
  if (text === '' || text === 'false') return false;
  if (text === 'true') return true;
  throw invalid(name, text, 'true or false', 'leave it out for false');
}

function readOrigins(text = ''): AllowedOrigins {
  const origins = text.split(/[\s,;]+/).filter((origin) => origin !== '');
  if (origins.includes('*')) return '*';
  for (const origin of origins) assertOrigin('CORS_ORIGINS', origin, '* or origins with commas between, each');
  return origins;
}

async function openStore(address = 'memory:'): Promise<NonNullable<MessengerOptions['store']>> {
  if (address === 'memory:') return {};
  const file = /^sqlite:(.+)$/s.exec(address)?.[1];
  if (file === undefined) {
    // It may carry a password.
    const scheme = clipText(address.split(':', 1)[0] ?? '', 40);
    throw new StatusMessengerError(
      'invalid',
      `STATUS_MESSENGER_STORE: got one of "${scheme}", expected memory: or sqlite:FILE; leave it out for memory:`,
    );
  }
  const { SqliteStore } = await import('./channels/sqlite/index.js');
  return new SqliteStore({ file });
}

function listening(server: Server, port: number, host: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (error) => {
      const text = `HOST and PORT: got ${host}:${port}, expected a free address of this machine (${messageOf(error)}); name another`;
      reject(new StatusMessengerError('unavailable', text, { cause: error }));
    });
    server.listen(port, host, () => {
      server.removeAllListeners('error');
      resolve();
    });
  });
}

/** The requests that are being answered. */
class Requests {
  readonly #running = new Set<ServerResponse>();
  #closed = () => {};

  add(response: ServerResponse): void {
    this.#running.add(response);
    response.once('close', () => {
      this.#running.delete(response);
      this.#closed();
    });
  }

  /** Resolves once there are none but event streams: those have no end of their own. */
  async finished(): Promise<void> {
    while (![...this.#running].every(isStream)) {
      await new Promise<void>((resolve) => {
        this.#closed = resolve;
      });
    }
  }
}

function isStream(response: ServerResponse): boolean {
  return String(response.getHeader('content-type')).startsWith('text/event-stream');
}

function nothingHere(response: ServerResponse): void {
  refuse(response, 404, 'not_found', 'there is nothing at this address');
}

/** The answer to a request that came when the server had begun to leave. */
function leaving(response: ServerResponse): void {
  response.setHeader('connection', 'close');
  refuse(response, 503, 'closed', 'the server is closing; ask another one, or again later');
}

function refuse(response: ServerResponse, status: number, code: string, text: string): void {
  response.writeHead(status, { 'content-type': 'application/json', 'cache-control': 'no-store' });
  response.end(JSON.stringify({ error: { code, message: `status-messenger: ${text}` } }));
}

/** Resolves with `promise`, or after so many milliseconds. */
async function within(promise: Promise<unknown>, ms: number): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise((resolve) => {
    timer = setTimeout(resolve, ms);
  });
  await Promise.race([promise, late]);
  clearTimeout(timer);
}
