import { createHash, timingSafeEqual } from 'node:crypto';
import {
  type ChannelName,
  channelName,
  invalid,
  isChannelName,
  isId,
  isObject,
  LIMITS,
  parseJson,
  StatusMessengerError,
} from '../../protocol/index.js';
import { compose, type Outgoing, type SendResult } from '../compose.js';
import { type Log, stackOf } from '../logger.js';

/** Bytes of a request body: a list of several messages of the largest size. */
const BODY = 4 * LIMITS.message;

/** What the handler asks of its messenger. */
export interface HandlerDependencies {
  readonly base: string;
  readonly apiKey: string | undefined;
  readonly log: Log;
  health(): Promise<string | undefined>;
  statuses(sessionId: string): Promise<string[]>;
  send(channel: ChannelName, message: Outgoing): Promise<SendResult>;
}

/** An error with the status that it is answered by. */
class HttpError extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
  ) {
    super(message);
  }
}

type Route = (request: Request, url: URL) => Promise<Response>;

/** Answers requests to the addresses that it owns. */
export interface Handler {
  owns(path: string): boolean;
  /** Answers every request, errors included, and throws nothing. */
  answer(request: Request): Promise<Response>;
}

/** The plain HTTP addresses of the wire contract. */
export function createHandler(deps: HandlerDependencies): Handler {
  const routes: { readonly [path: string]: { readonly [method: string]: Route } } = {
    '/healthz': {
      async GET() {
        const reason = await deps.health();
        return reason === undefined ? json(200, { status: 'ok' }) : error(503, 'unavailable', reason);
      },
    },
    '/status': {
      async GET(_, url) {
        const id = url.searchParams.get('session_id');
        if (!isId(id))
          throw new HttpError(
            400,
            'invalid',
            invalid('session_id', id, 'the id of a session', 'add ?session_id=ID').message,
          );
        return json(200, await deps.statuses(id));
      },
    },
    '/api/messages': {
      async POST(request) {
        if (deps.apiKey === undefined) return nothingHere();
        if (!isAuthorized(request, deps.apiKey)) {
          throw new HttpError(
            401,
            'unauthorized',
            'status-messenger: expected the header "Authorization: Bearer KEY" with the server\'s key',
          );
        }
        const body = parseJson(await readBody(request));
        const publications = (Array.isArray(body) ? body : [body]).map(readPublication);
        const results = [];
        for (const { channel, message } of publications) results.push(await deps.send(channel, message));
        return json(201, Array.isArray(body) ? results : results[0]);
      },
    },
  };

  const methodsOf = (path: string) => {
    const known = path.startsWith(deps.base) ? path.slice(deps.base.length) : '';
    return Object.hasOwn(routes, known) ? routes[known] : undefined;
  };
  return {
    owns: (path) => methodsOf(path) !== undefined,
    async answer(request) {
      const url = new URL(request.url);
      try {
        const methods = methodsOf(url.pathname);
        if (!methods) return nothingHere();
        const route = methods[request.method === 'HEAD' ? 'GET' : request.method];
        if (!route) {
          throw new HttpError(
            405,
            'method_not_allowed',
            `status-messenger: expected ${Object.keys(methods).join(', ')}`,
          );
        }
        return await route(request, url);
      } catch (thrown) {
        if (thrown instanceof HttpError) return error(thrown.status, thrown.code, thrown.message);
        if (thrown instanceof StatusMessengerError) return error(STATUS[thrown.code], thrown.code, thrown.message);
        deps.log.error(`${request.method} ${url.pathname} failed: ${stackOf(thrown)}`);
        return error(500, 'internal', 'status-messenger: the request failed on the server; its log says why');
      }
    },
  };
}

/** The answer to a request that nobody answers. */
function nothingHere(): Response {
  return error(404, 'not_found', 'status-messenger: there is nothing at this address');
}

const STATUS: { readonly [code in StatusMessengerError['code']]: number } = {
  invalid: 400,
  too_large: 413,
  not_allowed: 403,
  limit: 429,
  closed: 503,
};

/** One message of `POST /api/messages`, checked before any of its list is sent. */
function readPublication(value: unknown): { channel: ChannelName; message: Outgoing } {
  if (!isObject(value)) {
    throw invalid('body', value, 'a JSON object, or a list of them', 'send { "session_id": …, "type": …, "data": … }');
  }
  const { session_id, thread_id, user_id, channel, type, data, agent, step, run, level } = value;
  // `compose` checks every field, whatever it is.
  const message = { type, data, agent, step, run, level } as Outgoing;
  compose(message);
  if (isId(session_id)) return { channel: channelName('session', session_id), message };
  if (isId(thread_id)) return { channel: channelName('thread', thread_id), message };
  if (isId(user_id)) return { channel: channelName('user', user_id), message };
  if (isChannelName(channel)) return { channel, message };
  throw invalid(
    'recipient',
    session_id ?? thread_id ?? user_id ?? channel,
    'a valid id',
    'name session_id, thread_id, user_id or channel',
  );
}

function isAuthorized(request: Request, key: string): boolean {
  const given = /^Bearer (.+)$/i.exec(request.headers.get('authorization') ?? '')?.[1] ?? '';
  return timingSafeEqual(digest(given), digest(key));
}

/** Equal lengths, so that comparing takes the same time whatever was given. */
function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}

async function readBody(request: Request): Promise<string> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of request.body ?? []) {
    size += chunk.length;
    if (size > BODY)
      throw new HttpError(
        413,
        'too_large',
        `status-messenger: got a body over ${BODY} bytes; send fewer messages at once`,
      );
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString();
}

function error(status: number, code: string, message: string): Response {
  return json(status, { error: { code, message } });
}

function json(status: number, body: unknown): Response {
  return Response.json(body, { status, headers: { 'cache-control': 'no-store' } });
}
