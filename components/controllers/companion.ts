import type { ReactiveController, ReactiveControllerHost } from 'lit';
import {
  type ChannelState,
  initialState,
  invalid,
  type Message,
  type StatusMessengerError,
} from '../../protocol/index.js';
import { type Now, nowOf } from '../known-time.js';
import { NOT_CONNECTED } from '../session/connection.js';
import type { Connection } from '../session/index.js';
import type { PrerenderController } from './prerender.js';
import type { SessionSource } from './session-source.js';
import { findSource, seek } from './source-finder.js';

/** Milliseconds after which a name that names nothing is a mistake, and not one of something that has yet to come. */
const SESSION_GRACE = 5000;

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
  #complaint: ReturnType<typeof setTimeout> | undefined;

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
    throw this.#noSession(`: ${call}`);
  }

  hostConnected(): void {
    this.#stopSeeking ??= seek(this.#host.ownerDocument, this);
    this.find();
  }

  hostDisconnected(): void {
    this.#stopSeeking?.();
    this.#stopSeeking = undefined;
    clearTimeout(this.#complaint);
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
    clearTimeout(this.#complaint);
    if (!source && htmlFor != null)
      this.#complaint = setTimeout(() => console.warn(this.#noSession('').message), SESSION_GRACE);
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

  #noSession(call: string): StatusMessengerError {
    const { localName, htmlFor } = this.#host;
    const fix = 'put it into a <status-messenger>, name one by for="id", or set session';
    return invalid(`${localName}${call}`, htmlFor ?? undefined, 'a session', fix);
  }
}
