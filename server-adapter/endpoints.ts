import type { IncomingMessage, ServerResponse } from 'node:http';
import type { WebSocket } from 'ws';
import { assertFields, assertId, CloseCode, ID_RULE, invalid, isObject, messageOf } from '../protocol/index.js';
import type { Access } from './access/authorize.js';
import type { Door } from './access/door.js';
import { refuse } from './access/refuse.js';
import { type AttachableServer, assertServer } from './arguments.js';
import { readIds } from './context.js';
import type { Tasks } from './conversation/tasks.js';
import { type HttpServer, listen } from './delivery/shared-server.js';
import { attachUpgrades } from './delivery/upgrades.js';
import type { AttachOptions, ConnectionIds } from './endpoint-options.js';
import type { Handler } from './http/handler.js';
import { answerNode, ownedUrl } from './http/node.js';
import type { Log } from './logger.js';
import type { Settings } from './options.js';
import type { Viewers } from './viewers.js';
import { WebSocketViewers } from './websocket-viewers.js';

export interface EndpointsDependencies {
  readonly settings: Settings;
  readonly door: Door;
  readonly viewers: Viewers;
  readonly tasks: Tasks;
  readonly handler: Handler;
  isClosed(): boolean;
  readonly log: Log;
}

/** The ways in: servers that the messenger is attached to, sockets that the application accepted, and plain HTTP requests. */
export class Endpoints {
  readonly #deps: EndpointsDependencies;
  readonly #sockets: WebSocketViewers;
  readonly #detach: Array<() => void> = [];

  constructor(deps: EndpointsDependencies) {
    this.#deps = deps;
    this.#sockets = new WebSocketViewers(deps.settings, deps.viewers, deps.log);
  }

  /** Takes a server's upgrades, and the plain requests that nobody else answers. Throws `invalid` for what is no server, and for a path that is none. */
  attach(server: AttachableServer, options: AttachOptions = {}): void {
    assertServer(server);
    assertFields('attach', options, ['path', 'http']);
    const { path = '/ws/:sessionId', http = true } = options;
    const { base } = this.#deps.settings;
    const where = typeof path === 'string' ? `${base}${path}` : path;
    this.#detach.push(this.#takeUpgrades(server, where));
    if (http !== false) this.#detach.push(this.#takeRequests(server, where));
  }

  /** Serves a socket that the application accepted. Throws `invalid` for what is no socket; ids that are none end the connection with 4400. */
  handleConnection(ws: WebSocket, ids: ConnectionIds): void {
    if (!isObject(ws) || typeof ws.on !== 'function') {
      throw invalid('handleConnection', ws, 'a WebSocket of the package ws', 'pass the socket that was accepted');
    }
    if (!isObject(ids)) throw invalid('ids', ids, '{ sessionId }', 'say whose connection it is');
    const after = typeof ids.after === 'string' ? [ids.after] : (ids.after ?? []);
    if (!Array.isArray(after) || !after.every((value) => typeof value === 'string')) {
      throw invalid('after', ids.after, 'a position, or a list of them', 'pass the query values of "after"');
    }
    try {
      this.#sockets.serve({ ws, access: accessOf(ids), after });
    } catch (error) {
      // The ids may be a stranger's: they end that stranger's connection, not the application.
      this.#deps.log.warnOnce('handed-ids', `handleConnection: ${messageOf(error)}`);
      refuse(ws, { code: CloseCode.malformed, reason: `ids: expected ${ID_RULE}, and no run` });
    }
  }

  /** Rejects with `invalid` for what is no request. */
  async fetch(request: Request): Promise<Response> {
    if (typeof request !== 'object' || typeof request?.url !== 'string' || typeof request.headers?.get !== 'function') {
      throw invalid('fetch', request, 'a Request', 'pass for instance new Request("http://localhost/healthz")');
    }
    return this.#deps.handler.answer(request);
  }

  middleware(request: IncomingMessage, response: ServerResponse, next: () => void): void {
    const url = ownedUrl(request, this.#deps.handler);
    if (url === undefined) next();
    else void answerNode(request, response, this.#deps.handler, url);
  }

  /** Leaves all servers alone again. */
  detach(): void {
    for (const detach of this.#detach) detach();
  }

  #takeUpgrades(server: HttpServer, pattern: string): () => void {
    const { settings, door, tasks, isClosed } = this.#deps;
    const paths = { pattern, tasks: `${settings.base}/ws/tasks/:taskId` };
    return attachUpgrades(server, paths, {
      accepts: () => !isClosed(),
      hasTasks: () => tasks.isDefined,
      arrived: (upgrade, socket, accept) =>
        door.arrived(upgrade, socket, accept, (ws, access, request) => {
          const after = upgrade.query.getAll('after');
          this.#sockets.serve({ ws, socket, access, after, request });
        }),
    });
  }

  #takeRequests(server: HttpServer, where: string): () => void {
    const answer = (request: IncomingMessage, response: ServerResponse) => {
      void answerNode(request, response, this.#deps.handler);
    };
    return listen(server, 'request', where, {
      // An application that answers requests itself is left alone.
      take: (request, response) => {
        if (server.listenerCount('request') > 1 || ownedUrl(request, this.#deps.handler) === undefined) return false;
        answer(request, response);
        return true;
      },
      nobody: answer,
    });
  }
}

/** What the holder of these ids may have. Throws `invalid` for ids that are none. */
function accessOf(ids: ConnectionIds): Access {
  assertId(ids.sessionId, 'sessionId');
  const { threadId, userId } = readIds(ids);
  return {
    sessionId: ids.sessionId,
    threadIds: threadId === undefined ? [] : [threadId],
    ...(userId === undefined ? {} : { userId }),
  };
}
