import type { IncomingMessage, ServerResponse } from 'node:http';
import { ReadableStream } from 'node:stream/web';
import { splitUrl } from '../paths.js';
import type { Handler } from './handler.js';

/** Answers a request of Node's `http` by a handler of web-standard requests. `url` is its path with its query, where that is not its own any more. */
export async function answerNode(
  request: IncomingMessage,
  response: ServerResponse,
  handler: Handler,
  url = request.url ?? '/',
): Promise<void> {
  const left = new AbortController();
  response.once('close', () => left.abort());
  try {
    const answer = await handler.answer(toRequest(request, url, left.signal), request.socket.remoteAddress);
    response.setHeaders(answer.headers).writeHead(answer.status);
    if (request.method === 'HEAD') await answer.body?.cancel();
    else if (answer.body) await writeAll(answer.body, response);
    response.end();
  } catch {
    // What is cut off ends without the end that it would have to have.
    if (response.headersSent) response.destroy();
    // The handler answers every error itself; what is left is a request that is none, such as a broken Host.
    else {
      response.writeHead(400, { 'content-type': 'application/json' });
      response.end('{"error":{"code":"invalid","message":"status-messenger: the request is malformed"}}');
    }
  }
  // What nobody read of a body would keep the connection from its next request.
  request.resume();
}

/** Writes a body as it comes, at once, and asks for more only when there is room for it. Who leaves cancels it. */
async function writeAll(body: NonNullable<Response['body']>, response: ServerResponse): Promise<void> {
  const reader = body.getReader();
  let wake = () => {};
  const left = () => {
    void reader.cancel().catch(() => {});
    wake();
  };
  response.once('close', left);
  response.on('drain', () => wake());
  // A body that is cut off ends at once, also where its reader takes nothing.
  reader.closed.catch(() => response.destroy());
  if (response.destroyed) left();
  for (let next = await reader.read(); !next.done; next = await reader.read()) {
    // Whether the callback of `write` is ever called is up to whoever has wrapped it, as compressing middleware does.
    if (response.write(next.value) || response.destroyed) continue;
    await new Promise<void>((resolve) => {
      wake = resolve;
    });
  }
}

/**
 * The path and query by which a handler owns a request; `undefined` where it does not. Where an application is put together of parts, each part sees the rest of the
 * path alone, and the whole beside it: either may be meant.
 */
export function ownedUrl(
  { url = '/', originalUrl = url }: IncomingMessage & { readonly originalUrl?: string },
  handler: Handler,
): string | undefined {
  return [url, originalUrl].find((each) => handler.owns(splitUrl(each).path));
}

function toRequest(request: IncomingMessage, path: string, signal: AbortSignal): Request {
  const headers = new Headers();
  for (const [name, value] of Object.entries(request.headers)) {
    for (const item of Array.isArray(value) ? value : [value ?? '']) headers.append(name, item);
  }
  const url = new URL(path, `http://${request.headers.host ?? 'localhost'}`);
  const { method = 'GET' } = request;
  if (method === 'GET' || method === 'HEAD') return new Request(url, { method, headers, signal });
  const init = { method, headers, body: bodyOf(request), duplex: 'half', signal };
  return new Request(url, init as RequestInit);
}

/** The body as it comes, read only as far as it is asked for; or what a body parser before this one has made of it. */
function bodyOf(request: IncomingMessage & { body?: unknown }): ReadableStream | Uint8Array | string {
  const { body } = request;
  if (request.readableEnded && body !== undefined) {
    return typeof body === 'string' || body instanceof Uint8Array ? body : JSON.stringify(body);
  }
  return ReadableStream.from(request.iterator({ destroyOnReturn: false }));
}
