import type { IncomingMessage, ServerResponse } from 'node:http';
import { ReadableStream } from 'node:stream/web';
import type { Handler } from './handler.js';

/** Answers a request of Node's `http` by a handler of web-standard requests. */
export async function answerNode(request: IncomingMessage, response: ServerResponse, handler: Handler): Promise<void> {
  try {
    const { status, headers, body } = await handler.answer(toRequest(request), request.socket.remoteAddress);
    response.writeHead(status, Object.fromEntries(headers));
    if (request.method !== 'HEAD') for await (const chunk of body ?? []) response.write(chunk);
    response.end();
  } catch {
    // The handler answers every error itself; what is left is a request that is none, such as a broken Host.
    if (!response.headersSent) response.writeHead(400, { 'content-type': 'application/json' });
    response.end('{"error":{"code":"invalid","message":"status-messenger: the request is malformed"}}');
  }
  // What nobody read of a body would keep the connection from its next request.
  request.resume();
}

/** The path of a request, without its query. */
export function pathOf(request: IncomingMessage): string {
  return (request.url ?? '/').split('?', 1)[0] ?? '/';
}

function toRequest(request: IncomingMessage): Request {
  const headers = new Headers();
  for (const [name, value] of Object.entries(request.headers)) {
    for (const item of Array.isArray(value) ? value : [value ?? '']) headers.append(name, item);
  }
  const url = new URL(request.url ?? '/', `http://${request.headers.host ?? 'localhost'}`);
  const { method = 'GET' } = request;
  if (method === 'GET' || method === 'HEAD') return new Request(url, { method, headers });
  const init = { method, headers, body: bodyOf(request), duplex: 'half' };
  return new Request(url, init as RequestInit);
}

/** The body as it comes, read only as far as it is asked for; or what a body parser before this one has made of it. */
function bodyOf(request: IncomingMessage & { body?: unknown }): ReadableStream | string {
  if (request.readableEnded && request.body !== undefined) {
    return typeof request.body === 'string' ? request.body : JSON.stringify(request.body);
  }
  return ReadableStream.from(request.iterator({ destroyOnReturn: false }));
}
