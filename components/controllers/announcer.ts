import type { ReactiveController, ReactiveControllerHost } from 'lit';

/** Milliseconds between two announcements: a listener must be able to follow. */
const PAUSE = 1000;

/**
 * The text of a live region, changed at most once a second however often it is told, and gone again after that second: what was spoken stands in
 * the page already. The host renders `text` in an element that is always there.
 */
export class AnnouncerController implements ReactiveController {
  text = '';
  readonly #host: ReactiveControllerHost;
  #next = '';
  #said = '';
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(host: ReactiveControllerHost) {
    this.#host = host;
    host.addController(this);
  }

  /** Says `text`, now or when its turn comes; what is said before that replaces it. */
  say(text: string): void {
    this.#next = text;
    if (this.#timer === undefined) this.#speak();
  }

  hostDisconnected(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  #speak(): void {
    const text = this.#next === this.#said ? '' : this.#next;
    this.#said = this.#next;
    if (this.text === text) return;
    this.text = text;
    this.#host.requestUpdate();
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      this.#speak();
    }, PAUSE);
  }
}
