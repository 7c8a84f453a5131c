import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http';
import { assertFields, CloseCode, invalid } from '../../protocol/index.js';
import { type Access, type Denial, isDenial } from '../access/authorize.js';
import type { Door } from '../access/door.js';
import { idsOf } from '../access/granted.js';
import { assertFunction } from '../arguments.js';
import { splitUrl } from '../paths.js';
import type { Sessions } from '../sessions.js';
import { denied } from './answers.js';
import { answerNode } from './node.js';
import { headersOf, isEmbedded } from './web-request.js';

/** How a request says whose work it begins. */
export interface RequestSessionOptions<R> {
  /** The id of the session that a request is for; nothing where it is for none. Default: the header `X-Session-Id`, else the query `session_id`. */
  readonly sessionId?: (request: R) => string | null | undefined;
}

/** Middleware in the form of Connect and Express. */
export type Middleware<R> = (request: R, response: ServerResponse, next: () => void) => void;

/** What is looked at of a request, of whichever kind it is. */
interface Asked {
  readonly method: string;
  readonly headers: IncomingHttpHeaders;
  /** The path with its query. */
  readonly url: string;
  readonly address?: string | undefined;
}

const FOREIGN: Denial = { code: CloseCode.forbidden, reason: 'pages of this origin may not ask' };

/** Lets the application's own requests work for a session: who may watch it may also begin work for it, by the same word. */
export class RequestSessions {
  readonly #door: Door;
  readonly #sessions: Sessions;

  constructor(door: Door, sessions: Sessions) {
    this.#door = door;
    this.#sessions = sessions;
  }

  /** Throws `invalid` for options that there are not. */
  middleware<R extends IncomingMessage>(options: RequestSessionOptions<R>): Middleware<R> {
    assertOptions('sessionMiddleware', options);
    const { sessionId = namedIn } = options;
    return (request, response, next) => {
      const asked = askedOf(request);
      const id = idIn(asked, sessionId(request));
      if (id === undefined) next();
      else void this.#serve(asked, id, request, response, next);
    };
  }

  /** Answers what `run` does, or why it is not run. Throws `invalid` for what is no request, no function, and for options that there are not. */
  async run<T>(
    request: Request,
    run: () => T | Promise<T>,
    options: RequestSessionOptions<Request>,
  ): Promise<T | Response> {
    if (!(request instanceof Request)) {
      throw invalid('runWithRequest', request, 'a Request', 'use sessionMiddleware for those of Node');
    }
    assertFunction('runWithRequest', run);
    assertOptions('runWithRequest', options);
    const { sessionId = ({ url, headers }) => named(url, headers.get(HEADER)) } = options;
    const { pathname, search } = new URL(request.url);
    const asked = { method: request.method, headers: headersOf(request), url: pathname + search };
    const id = idIn(asked, sessionId(request));
    if (id === undefined) return run();
    const decision = await this.#ask(asked, id);
    return isDenial(decision) ? denied(decision) : this.#sessions.workFor(sessionOf(decision), run);
  }

  async #serve(
    asked: Asked,
    id: string,
    request: IncomingMessage,
    response: ServerResponse,
    next: () => void,
  ): Promise<void> {
    const decision = await this.#ask(asked, id);
    if (isDenial(decision)) {
      await answerNode(request, response, { owns: () => true, answer: async () => denied(decision) });
      return;
    }
    await this.#sessions.workFor(sessionOf(decision), () => {
      const closed = new Promise<void>((resolve) => response.once('close', resolve));
      next();
      return response.closed ? undefined : closed;
    });
  }

  async #ask({ headers, url, address }: Asked, sessionId: string): Promise<Access | Denial> {
    if (isEmbedded(headers) && !this.#door.isWelcome({ ...headers, origin: 'null' })) return FOREIGN;
    return this.#door.check({ sessionId, query: queryOf(url), headers, url, address });
  }
}

const HEADER = 'x-session-id';

function assertOptions(call: string, options: RequestSessionOptions<never>): void {
  assertFields(call, options, ['sessionId'], 'leave the options out');
  const { sessionId } = options;
  if (sessionId !== undefined && typeof sessionId !== 'function') {
    throw invalid(`${call} sessionId`, sessionId, 'a function of the request', 'write for instance () => id');
  }
}

/** A browser that asks whether a page may ask begins no work, and neither does a link on a page of another origin, which is followed all the same. */
function idIn({ method, headers }: Asked, id: string | null | undefined): string | undefined {
  const isLink = isEmbedded(headers) && method === 'GET' && headers['sec-fetch-mode'] === 'navigate';
  return method === 'OPTIONS' || isLink ? undefined : (id ?? undefined);
}

function sessionOf(access: Access) {
  return { ...idsOf(access), sessionId: access.sessionId };
}

function askedOf(request: IncomingMessage & { readonly originalUrl?: string }): Asked {
  const { method = 'GET', headers, originalUrl, url = '/', socket } = request;
  // Where an application is put together of parts, each part sees the rest of the path alone.
  return { method, headers, url: originalUrl ?? url, address: socket.remoteAddress };
}

function namedIn(request: IncomingMessage): string | null {
  const header = request.headers[HEADER];
  return named(askedOf(request).url, typeof header === 'string' ? header : null);
}

function named(url: string, header: string | null): string | null {
  return header ?? queryOf(url).get('session_id');
}

function queryOf(url: string): URLSearchParams {
  return new URLSearchParams(splitUrl(url).query);
}
