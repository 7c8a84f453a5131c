import { createHash, timingSafeEqual } from 'node:crypto';
import {
  type ChannelName,
  ID_RULE,
  invalid,
  isChannelName,
  isId,
  isObject,
  LIMITS,
  parseJson,
  StatusMessengerError,
} from '../../protocol/index.js';
import { isDenial } from '../access/authorize.js';
import type { Door } from '../access/door.js';
import type { AllowedOrigins } from '../access/origin.js';
import { compose, type Outgoing, type SendResult } from '../compose.js';
import { type Log, stackOf } from '../logger.js';
import { denied, error, HttpError, json, nothingHere, readBody } from './answers.js';
import { corsHeaders, preflight } from './cors.js';
import { type Figures, prometheusText } from './metrics.js';
import { arrivalOf } from './web-request.js';

/** Bytes of a request body: a list of several messages of the largest size. */
const BODY = 4 * LIMITS.message;

/** What the handler asks of its messenger. */
export interface HandlerDependencies {
  readonly base: string;
  readonly apiKey: string | undefined;
  readonly allowedOrigins: AllowedOrigins;
  readonly log: Log;
  health(): Promise<string | undefined>;
  statuses(sessionId: string): string[];
  /** What `GET /metrics` tells; `undefined` where it is off. */
  readonly figures: (() => Figures) | undefined;
  readonly door: Door;
  /** Addresses that are not fixed: what there is at a path behind the base. */
  resourceAt(path: string): Resource | undefined;
  send(channel: ChannelName, message: Outgoing): Promise<SendResult>;
}

/** `address` is the network address at the other end, where it is known. */
export type Route = (request: Request, url: URL, address: string | undefined) => Promise<Response>;

/** What is at an address. */
export interface Resource {
  readonly methods: { readonly [method: string]: Route };
  /** What pages of other origins that may not ask are told. `welcome`: they may. Default: an error that no such page can read. */
  readonly strangers?: 'welcome' | (() => Response);
}

/** Answers requests to the addresses that it owns. */
export interface Handler {
  owns(path: string): boolean;
  /** Answers every request, errors included, and throws nothing. */
  answer(request: Request, address?: string): Promise<Response>;
}

/** What tells nothing of any session. */
const FOR_OPERATORS: ReadonlySet<string> = new Set(['/healthz', '/metrics']);

function metrics(figures: Figures): Response {
  return new Response(prometheusText(figures), {
    headers: { 'content-type': 'text/plain; version=0.0.4; charset=utf-8', 'cache-control': 'no-store' },
  });
}

/** The plain HTTP addresses of the wire contract. */
export function createHandler(deps: HandlerDependencies): Handler {
  const { figures } = deps;
  const routes: { readonly [path: string]: Resource['methods'] } = {
    '/healthz': {
      async GET() {
        const reason = await deps.health();
        return reason === undefined ? json(200, { status: 'ok' }) : error(503, 'unavailable', reason);
      },
    },
    '/status': {
      async GET(request, url, address) {
        const id = url.searchParams.get('session_id');
        if (!isId(id)) throw invalid('session_id', id, ID_RULE, 'add ?session_id=ID');
        const decision = await deps.door.ask(deps.door.request(arrivalOf({ sessionId: id }, request, url, address)));
        if (isDenial(decision)) return denied(decision);
        return json(200, deps.statuses(decision.sessionId));
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
        const text = await readText(request);
        const body = parseJson(text);
        if (body === undefined) throw invalid('body', text, 'JSON', 'send { "session_id": …, "type": …, "data": … }');
        const publications = (Array.isArray(body) ? body : [body]).map(readPublication);
        // All in one turn, so that they are stored together; the order of the calls is the order of the messages.
        const sent = await Promise.allSettled(publications.map(({ channel, message }) => deps.send(channel, message)));
        const results = sent.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));
        const failed = sent.find((one) => one.status === 'rejected');
        if (failed) {
          deps.log.error(`POST /api/messages failed: ${stackOf(failed.reason)}`);
          const isRefused = failed.reason instanceof StatusMessengerError && failed.reason.code === 'limit';
          const why = isRefused ? 'there is no room for the others now' : 'the store failed';
          const text = `status-messenger: ${results.length} of ${publications.length} messages were stored; ${why}`;
          throw isRefused ? new HttpError(429, 'limit', text) : new HttpError(503, 'unavailable', text);
        }
        return json(201, Array.isArray(body) ? results : results[0]);
      },
    },
    // An application may have metrics of its own at this address.
    ...(figures && {
      '/metrics': {
        async GET() {
          return metrics(figures());
        },
      },
    }),
  };

  const resourceAt = (path: string): Resource | undefined => {
    const known = path.startsWith(deps.base) ? path.slice(deps.base.length) : '';
    const methods = Object.hasOwn(routes, known) ? routes[known] : undefined;
    if (!methods) return deps.resourceAt(known);
    return FOR_OPERATORS.has(known) ? { methods, strangers: 'welcome' } : { methods };
  };
  return {
    owns: (path) => resourceAt(path) !== undefined,
    async answer(request, address) {
      const url = new URL(request.url);
      const resource = resourceAt(url.pathname);
      if (!resource) return nothingHere();
      const { methods, strangers } = resource;
      if (strangers === 'welcome') return answerBy(methods, request, url, address);
      const { headers } = request;
      const origin = headers.get('origin');
      const host = headers.get('host') ?? url.host;
      const isWelcome = deps.door.isWelcome({ host, ...(origin === null ? {} : { origin }) });
      if (!isWelcome && !strangers)
        return error(403, 'not_allowed', 'status-messenger: pages of this origin may not ask');
      const cors = corsHeaders(origin, deps.allowedOrigins, strangers !== undefined);
      if (isWelcome && request.method === 'OPTIONS' && origin !== null) return preflight(Object.keys(methods), cors);
      const response = isWelcome || !strangers ? await answerBy(methods, request, url, address) : strangers();
      // A page of another origin that may ask is to read errors, too.
      for (const [name, value] of Object.entries(cors)) response.headers.set(name, value);
      return response;
    },
  };

  async function answerBy(
    methods: Resource['methods'],
    request: Request,
    url: URL,
    address: string | undefined,
  ): Promise<Response> {
    const method = request.method === 'HEAD' ? 'GET' : request.method;
    const route = Object.hasOwn(methods, method) ? methods[method] : undefined;
    if (!route) {
      const allowed = Object.keys(methods).join(', ');
      return error(405, 'method_not_allowed', `status-messenger: expected ${allowed}`, { allow: allowed });
    }
    try {
      return await route(request, url, address);
    } catch (thrown) {
      if (thrown instanceof HttpError) return error(thrown.status, thrown.code, thrown.message);
      if (thrown instanceof StatusMessengerError) return error(STATUS[thrown.code], thrown.code, thrown.message);
      deps.log.error(`${request.method} ${url.pathname} failed: ${stackOf(thrown)}`);
      return error(500, 'internal', 'status-messenger: the request failed on the server; its log says why');
    }
  }
}

const STATUS: { readonly [code in StatusMessengerError['code']]: number } = {
  invalid: 400,
  too_large: 413,
  not_allowed: 403,
  limit: 429,
  closed: 503,
  unavailable: 503,
  unanswered: 409,
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
  const recipients = Object.entries({ session: session_id, thread: thread_id, user: user_id, channel });
  const [given, another] = recipients.filter(([, id]) => id !== undefined);
  if (!given || another) {
    throw invalid('recipient', value, 'one of session_id, thread_id, user_id and channel', 'name just one');
  }
  const [kind, id] = given;
  const name = kind === 'channel' || typeof id !== 'string' ? id : `${kind}:${id}`;
  if (!isChannelName(name)) {
    const rule = kind === 'channel' ? `session:ID, thread:ID, user:ID or task:ID, where an id is ${ID_RULE}` : ID_RULE;
    throw invalid('recipient', id, rule, 'name a valid id');
  }
  return { channel: name, message };
}

function isAuthorized(request: Request, key: string): boolean {
  const given = /^Bearer (.+)$/i.exec(request.headers.get('authorization') ?? '')?.[1] ?? '';
  return timingSafeEqual(digest(given), digest(key));
}

/** Equal lengths, so that comparing takes the same time whatever was given. */
function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}

async function readText(request: Request): Promise<string> {
  const body = await readBody(request, BODY);
  if (body) return body.toString();
  throw new HttpError(413, 'too_large', `status-messenger: got a body over ${BODY} bytes; send fewer messages at once`);
}
