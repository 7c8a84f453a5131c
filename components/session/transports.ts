/** How a connection is carried: by a WebSocket, or by server-sent events and POST requests where WebSockets do not get through. */
export type Transport = 'websocket' | 'sse';

/** How many WebSockets have to end before they opened, when none ever did, until another way is tried. */
const ENOUGH = 2;
/** Milliseconds after which a WebSocket is tried again where another way works: what blocked it may have been a server that was down. */
const AGAIN = 300_000;

/** Which way the next attempt takes. What once opened as a WebSocket does so again. */
export class Transports {
  readonly #only: Transport | undefined;
  #last: Transport = 'websocket';
  #lastOpened = false;
  /** How many WebSockets have not opened; endlessly few once one has. */
  #unopened = 0;
  #unopenedAt = 0;

  /** `auto` chooses. */
  constructor(which: Transport | 'auto') {
    this.#only = which === 'auto' ? undefined : which;
  }

  /** Whether WebSockets seem to be blocked. */
  get areBlocked(): boolean {
    return this.#only === undefined && this.#unopened >= ENOUGH;
  }

  /** The way of the next attempt. `now` in milliseconds of a clock that nobody sets. */
  next(now: number): Transport {
    if (this.#only || !this.areBlocked) return this.#only ?? 'websocket';
    const works = this.#last === 'sse' && this.#lastOpened && now - this.#unopenedAt < AGAIN;
    return works || this.#last === 'websocket' ? 'sse' : 'websocket';
  }

  /** An attempt has come so far that both sides may speak. */
  opened(transport: Transport): void {
    this.#last = transport;
    this.#lastOpened = true;
    if (transport === 'websocket') this.#unopened = Number.NEGATIVE_INFINITY;
  }

  /** An attempt has ended before that. */
  failed(transport: Transport, now: number): void {
    this.#last = transport;
    this.#lastOpened = false;
    if (transport === 'sse') return;
    this.#unopened++;
    this.#unopenedAt = now;
  }
}
