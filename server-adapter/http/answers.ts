import { CloseCode, closeReason, retryAfter } from '../../protocol/index.js';
import type { Denial } from '../access/authorize.js';

/** An error with the status that it is answered by. */
export class HttpError extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
  ) {
    super(message);
  }
}

export function json(status: number, body: unknown, headers: Record<string, string> = {}): Response {
  return Response.json(body, {
    status,
    headers: { 'cache-control': 'no-store', 'x-content-type-options': 'nosniff', ...headers },
  });
}

export function error(status: number, code: string, message: string, headers: Record<string, string> = {}): Response {
  return json(status, { error: { code, message } }, headers);
}

/** The answer to a request that nobody answers. */
export function nothingHere(): Response {
  return error(404, 'not_found', 'status-messenger: there is nothing at this address');
}

/** The answer to a request that is not let in. */
export function denied(denial: Denial): Response {
  const { status, name, message, headers } = inHttp(denial);
  return error(status, name, message, headers);
}

/** As `denied`, to those who want to know what a WebSocket would have been closed with: `error` says it in `close` and `reason`, too. */
export function refused(denial: Denial): Response {
  const { status, name, message, headers } = inHttp(denial);
  const { code: close, reason } = denial;
  return json(status, { error: { code: name, message, close, reason: closeReason(reason) } }, headers);
}

const DENIALS: { readonly [code: number]: readonly [status: number, name: string] } = {
  [CloseCode.malformed]: [400, 'invalid'],
  [CloseCode.unauthorized]: [401, 'unauthorized'],
  [CloseCode.forbidden]: [403, 'not_allowed'],
  [CloseCode.notFound]: [404, 'not_found'],
  [CloseCode.frameTooLarge]: [413, 'too_large'],
  [CloseCode.tooFast]: [429, 'limit'],
};

function inHttp({ code, reason }: Denial) {
  const [status, name] = DENIALS[code] ?? [503, 'unavailable'];
  const why = WAITS[code];
  const wait = why && retryAfter(reason);
  if (typeof wait !== 'number') return { status, name, message: `status-messenger: ${reason}`, headers: {} };
  const headers = { 'retry-after': String(Math.ceil(wait / 1000)) };
  return { status, name, message: `status-messenger: ${why}; come back later`, headers };
}

/** Why those have to wait who are told how long. */
const WAITS: { readonly [code: number]: string } = {
  [CloseCode.tooBusy]: 'too many ask at once',
  [CloseCode.tooFast]: 'got frames too fast',
  [CloseCode.restarting]: 'the server is leaving',
};

/** Bytes of a body, up to `limit`; `undefined` where there are more. Throws where it has no end. */
export async function readBody(request: Request, limit: number): Promise<Buffer | undefined> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  try {
    for await (const chunk of request.body ?? []) {
      size += chunk.length;
      chunks.push(chunk);
      if (size > limit) return undefined;
    }
  } catch {
    // Whoever leaves in the middle is no trouble of the server's, and hears no answer.
    throw new HttpError(400, 'invalid', 'status-messenger: the body has no end');
  }
  return Buffer.concat(chunks);
}
