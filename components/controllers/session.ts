import type { ReactiveController, ReactiveControllerHost } from 'lit';
import { invalid } from '../../protocol/index.js';
import { NOT_CONNECTED } from '../session/connection.js';
import { type Connection, type Decode, SessionClient, type SessionEvents } from '../session/index.js';
import type { SessionSource } from './session-source.js';

/** Milliseconds for which an element that left the page keeps its connection: one that is only moved is back by then. */
const MOVE_GRACE = 250;
/** Milliseconds after which a missing `url` is a mistake, and not a framework that has yet to set it. */
const URL_GRACE = 1000;

/** An element that says which session it wants. */
export interface SessionHost extends ReactiveControllerHost {
  readonly url: string | null;
  readonly sessionId: string | null;
  readonly threadId: string | null;
  readonly userId: string | null;
  readonly decode: Decode | null;
  readonly token: string | null;
  readonly getToken: (() => string | undefined | Promise<string | undefined>) | null;
  readonly paused: boolean;
  /** A session that somebody else holds, in place of one of its own. */
  readonly session: SessionSource | null;
  readonly isConnected: boolean;
  readonly hasUpdated: boolean;
  /** None where an element is made on a server. */
  readonly ownerDocument?: Document;
}

/** Whom to tell. */
export type SessionListeners = { readonly [K in keyof SessionEvents]: (value: SessionEvents[K]) => void } & {
  /** It is another session from now on, or none: than another one, or than none. */
  replaced(hadSession: boolean): void;
};

/**
 * The session that an element wants: always the one that its properties name now, rendered or not. It is connected while that is wanted and the
 * element is in the page; `update()` sees to it.
 */
export class SessionController implements ReactiveController {
  readonly #host: SessionHost;
  readonly #listeners: SessionListeners;
  #client: SessionClient | undefined;
  /** The connection that was told of last, and what stops a session from telling that was handed in. */
  #connection: Connection = NOT_CONNECTED;
  #stopObserving: (() => void) | undefined;
  /** What the client was made for, and `paused` as it was last looked at. */
  #target: readonly unknown[] = [];
  #paused = false;
  /** Whether a connection is wanted: said last by `paused`, by `connect()` and `disconnect()`, or by another address. */
  #wanted = false;
  #leaving: ReturnType<typeof setTimeout> | undefined;
  #complaint: ReturnType<typeof setTimeout> | undefined;

  constructor(host: SessionHost, listeners: SessionListeners) {
    this.#host = host;
    this.#listeners = listeners;
    host.addController(this);
  }

  /** The session that is wanted now: the one that was handed in, or else that of the present address. */
  get source(): SessionSource | undefined {
    const { client } = this;
    return this.#host.session ?? client;
  }

  /** The client of the present address; `undefined` without a url. It tells nothing any more once the address is another. */
  get client(): SessionClient | undefined {
    const { url, sessionId, threadId, userId, decode, paused, session } = this.#host;
    const target = session ? [session] : [null, url, sessionId, threadId, userId, decode];
    const isElsewhere = target.some((value, i) => value !== this.#target[i]);
    if (isElsewhere || paused !== this.#paused) this.#wanted = !paused;
    this.#paused = paused;
    if (isElsewhere) {
      const former = this.#client;
      const hadSession = former !== undefined || this.#stopObserving !== undefined;
      this.#target = target;
      this.#client = undefined;
      // First, as the next may be of the same address, written another way: what the former gave up it must not take over.
      former?.close();
      this.#stopObserving?.();
      this.#stopObserving = undefined;
      this.#client = url && !session ? this.#makeClient(url) : undefined;
      this.#listeners.replaced(hadSession);
    }
    return this.#client;
  }

  /** Connects, also while the host is paused; at once where the next attempt is being waited for, and never outside the page. */
  connect(): void {
    const { source } = this;
    this.#wanted = true;
    if (this.#isHere) source?.connect();
  }

  disconnect(): void {
    this.client?.disconnect();
    this.#wanted = false;
  }

  /** Connects or disconnects, where that is not as it is wanted. */
  update(): void {
    const { client } = this;
    const { session } = this.#host;
    if (!client && !session) this.#tellConnection(NOT_CONNECTED);
    if (client || session) {
      clearTimeout(this.#complaint);
      this.#complaint = undefined;
    }
    if (session) {
      this.#watch(session);
    } else if (client) {
      const isConnected = client.connection.status !== 'idle';
      const shouldBe = this.#wanted && this.#isHere;
      if (shouldBe && !isConnected) client.connect();
      if (!shouldBe && isConnected) client.disconnect();
    } else if (this.#host.isConnected) {
      this.#complaint ??= setTimeout(() => this.#complain(), URL_GRACE);
    }
  }

  /** Updates when everything that is being set has been set, long before the next frame. */
  updateSoon(): void {
    queueMicrotask(() => this.update());
  }

  hostConnected(): void {
    clearTimeout(this.#leaving);
    this.#leaving = undefined;
    if (!this.#host.hasUpdated) return;
    if (this.#host.session) this.update();
    else this.updateSoon();
  }

  hostDisconnected(): void {
    // A connection is worth waiting for; a session that somebody else holds is there again at once.
    if (this.#host.session) {
      this.update();
      return;
    }
    this.#leaving = setTimeout(() => {
      this.#leaving = undefined;
      this.update();
    }, MOVE_GRACE);
  }

  get #isHere(): boolean {
    return this.#host.isConnected || this.#leaving !== undefined;
  }

  #makeClient(url: string): SessionClient {
    const { sessionId, threadId, userId, decode, ownerDocument } = this.#host;
    const client = new SessionClient({
      url,
      // A framework takes a property away by setting it to nothing at all.
      ...(sessionId == null ? {} : { sessionId }),
      ...(threadId == null ? {} : { threadId }),
      ...(userId == null ? {} : { userId }),
      ...(decode ? { decode } : {}),
      ...(ownerDocument ? { base: ownerDocument.baseURI } : {}),
      getToken: () => (this.#host.getToken ? this.#host.getToken() : (this.#host.token ?? undefined)),
    });
    const isCurrent = () => this.client === client;
    const { message, state, channelstate, problem } = this.#listeners;
    client.on('message', (value) => isCurrent() && message(value));
    client.on('state', (value) => isCurrent() && state(value));
    client.on('channelstate', (value) => isCurrent() && channelstate(value));
    client.on('connection', (value) => isCurrent() && this.#tellConnection(value));
    client.on('problem', (value) => isCurrent() && problem(value));
    return client;
  }

  /** Listens to a session that was handed in, for as long as the element is in the page. */
  #watch(session: SessionSource): void {
    if (!this.#isHere) {
      this.#stopObserving?.();
      this.#stopObserving = undefined;
      return;
    }
    if (this.#stopObserving) return;
    this.#stopObserving = session.observe({
      message: (message) => this.#listeners.message(message),
      change: () => {
        this.#listeners.state(session.state);
        this.#tellConnection(session.connection);
      },
      reset: () => this.#listeners.replaced(true),
    });
    // It may have changed while nobody listened.
    this.#tellConnection(session.connection);
  }

  #tellConnection(connection: Connection): void {
    const isStillNone = connection.status === 'idle' && this.#connection.status === 'idle';
    if (connection === this.#connection || isStillNone) return;
    this.#connection = connection;
    this.#listeners.connection(connection);
  }

  #complain(): void {
    if (!this.#host.isConnected || this.source) return;
    const error = invalid('url', this.#host.url ?? undefined, 'where the server is', 'write for instance url="/ws"');
    console.error(error.message);
    this.#listeners.problem(error);
  }
}
