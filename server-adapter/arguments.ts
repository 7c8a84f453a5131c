import type { Http2SecureServer, Http2Server } from 'node:http2';
import { invalid, isObject } from '../protocol/index.js';
import type { HttpServer } from './delivery/shared-server.js';

/** Throws `invalid` for what is no function. */
export function assertFunction(call: string, run: unknown): asserts run is (...args: never) => unknown {
  if (typeof run !== 'function') throw invalid(call, run, 'a function', 'hand in what is to be done');
}

/** What may be a server to attach to: frameworks say of theirs that it may speak HTTP/2, too. */
export type AttachableServer = HttpServer | Http2Server | Http2SecureServer;

/** Throws `invalid` for what is no server, such as an application that has yet to listen. */
export function assertServer(server: unknown): asserts server is HttpServer {
  if (isObject(server) && server.constructor?.name === 'Http2Server') {
    throw invalid(
      'attach',
      server,
      'a server of node:http or node:https',
      'a WebSocket comes by HTTP/1.1; with TLS, http2 takes it with allowHTTP1',
    );
  }
  if (isObject(server) && typeof server.on === 'function' && typeof server.address === 'function') return;
  throw invalid(
    'attach',
    server,
    'a server of node:http or node:https',
    'with Express, pass what app.listen() returns',
  );
}
