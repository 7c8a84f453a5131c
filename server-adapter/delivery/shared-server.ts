import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Server as SecureServer } from 'node:https';
import type { Duplex } from 'node:stream';
import { invalid } from '../../protocol/index.js';

export type HttpServer = Server | SecureServer;

interface Events {
  upgrade: [request: IncomingMessage, socket: Duplex, head: Buffer];
  request: [request: IncomingMessage, response: ServerResponse];
}

export interface SharedListener<Args extends readonly unknown[]> {
  /** Takes what is its own; `false` leaves it to others. */
  take(...args: Args): boolean;
  /** Answers what nobody took and nobody else could. */
  nobody(...args: Args): void;
}

/** An event of a server that several of this kit's listeners share. */
class SharedEvent<Args extends readonly unknown[]> {
  readonly #server: HttpServer;
  readonly #event: keyof Events;
  readonly #listeners = new Map<string, SharedListener<Args>>();
  /** Who stopped listening last: it still answers where otherwise nobody would. */
  #last: SharedListener<Args> | undefined;
  #isHeard = false;

  constructor(server: HttpServer, event: keyof Events) {
    this.#server = server;
    this.#event = event;
  }

  add(key: string, listener: SharedListener<Args>): () => void {
    if (this.#listeners.has(key)) {
      throw invalid('attach', key, 'a path that is not attached to this server yet', 'choose another path');
    }
    if (!this.#isHeard) this.#server.on(this.#event, this.#dispatch);
    this.#isHeard = true;
    this.#listeners.set(key, listener);
    return () => {
      this.#listeners.delete(key);
      this.#last = listener;
    };
  }

  readonly #dispatch = (...args: unknown[]): void => {
    // Node calls it with what the event's name says.
    const given = args as unknown as Args;
    const all = [...this.#listeners.values()];
    if (all.some((listener) => listener.take(...given))) return;
    if (this.#server.listenerCount(this.#event) === 1) (all[0] ?? this.#last)?.nobody(...given);
  };
}

type SharedEvents = { readonly [E in keyof Events]: SharedEvent<Events[E]> };

/** Weak, so that it keeps no server alive. */
const shared = new WeakMap<HttpServer, SharedEvents>();

/**
 * Listens to an event of a server that others may listen to as well, this kit's own included: each takes what is its own. What none of the kit's takes is
 * left to foreign listeners; where there is none, `nobody` answers, so that no one waits for ever. Answers a function that stops it.
 * Throws `invalid` where `key` already listens.
 */
export function listen<E extends keyof Events>(
  server: HttpServer,
  event: E,
  key: string,
  listener: SharedListener<Events[E]>,
): () => void {
  const events: SharedEvents = shared.get(server) ?? {
    upgrade: new SharedEvent(server, 'upgrade'),
    request: new SharedEvent(server, 'request'),
  };
  shared.set(server, events);
  return events[event].add(key, listener);
}
