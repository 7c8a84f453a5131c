import type { ReactiveController, ReactiveControllerHost } from 'lit';
import { type ChannelState, initialState, invalid, type Message } from '../../protocol/index.js';
import { type Now, nowOf } from '../known-time.js';
import { NOT_CONNECTED } from '../session/connection.js';
import type { Connection } from '../session/index.js';
import type { PrerenderController } from './prerender.js';
import type { SessionSource } from './session-source.js';
import { findSource, seek } from './source-finder.js';

/** An element that shows something of a session that it does not hold itself. */
export interface CompanionHost extends ReactiveControllerHost, Element {
  /** The session, where it is handed in. */
  readonly session: SessionSource | null;
  /** The id of the element that holds the session. */
  readonly htmlFor: string | null;
  /** A session that it holds itself after all; it comes before all others. */
  readonly ownSession?: SessionSource | undefined;
}

/** What the host does beside rendering. */
export interface CompanionListener {
  /** A message arrived: each once, in order, as it comes. */
  message?(message: Message): void;
  /** It is another session from now on, or none. */
  reset?(): void;
}

/**
 * The session that an element shows: the one handed in, the one of the element that `for` names, or that of the closest `<status-messenger>` around it, whichever of
 * the two comes first and wherever they move. Renders its host when the session changes.
 */
export class CompanionController implements ReactiveController {
  readonly #host: CompanionHost;
  readonly #prerender: PrerenderController;
  readonly #listener: CompanionListener;
  #source: SessionSource | undefined;
  #stopObserving: () => void = () => {};
  #isObserving = false;
  #stopSeeking: (() => void) | undefined;

  constructor(host: CompanionHost, prerender: PrerenderController, listener: CompanionListener = {}) {
    this.#host = host;
    this.#prerender = prerender;
    this.#listener = listener;
    host.addController(this);
  }

  /** The session itself; `undefined` while there is none. */
  get source(): SessionSource | undefined {
    return this.#source;
  }

  /** The session as it is shown: at first as a server shows it, where one has rendered the page. */
  get shown(): SessionSource | undefined {
    return this.#prerender.isActive ? this.#prerender.prerendered.session : this.#source;
  }

  get state(): ChannelState {
    return this.shown?.state ?? initialState;
  }

  get connection(): Connection {
    return this.shown?.connection ?? NOT_CONNECTED;
  }

  get serverNow(): number {
    return this.shown?.serverNow ?? Date.now();
  }

  /** The times by which the session is shown. */
  get now(): Now {
    return nowOf({ serverNow: this.serverNow, isSnapshot: this.shown?.isSnapshot === true });
  }

  /** The session, for a call that makes no sense without one. */
  require(call: string): SessionSource {
    if (this.#source) return this.#source;
    const fix = 'put it into a <status-messenger>, name one by for="id", or set session';
    throw invalid(`${this.#host.localName}: ${call}`, this.#host.htmlFor ?? undefined, 'a session', fix);
  }

  hostConnected(): void {
    this.#stopSeeking ??= seek(this.#host.ownerDocument, this);
    this.find();
  }

  hostDisconnected(): void {
    this.#stopSeeking?.();
    this.#stopSeeking = undefined;
    // Which session that was is remembered: an element that is only moved has not lost it.
    this.#stopObserving();
    this.#isObserving = false;
  }

  /** Looks for the session again: to be called when `session` or `htmlFor` has changed. */
  find(): void {
    if (!this.#stopSeeking) return;
    const { ownSession, session, htmlFor } = this.#host;
    const source = ownSession ?? session ?? findSource(this.#host, htmlFor);
    const isAnother = source !== this.#source;
    if (!isAnother && this.#isObserving) return;
    this.#stopObserving();
    this.#source = source;
    this.#isObserving = source !== undefined;
    this.#stopObserving =
      source?.observe({
        change: () => this.#host.requestUpdate(),
        message: (message) => this.#listener.message?.(message),
        reset: () => this.#listener.reset?.(),
      }) ?? (() => {});
    if (isAnother) this.#listener.reset?.();
    this.#host.requestUpdate();
  }
}
