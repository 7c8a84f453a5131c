import type { ReactiveController, ReactiveControllerHost } from 'lit';

/** Milliseconds between two announcements: a listener must be able to follow. */
const PAUSE = 1000;

/**
 * The text of a live region: what was said last, changed at most once a second however often it is told. The host renders `text` in an element that
 * is always there.
 */
export class AnnouncerController implements ReactiveController {
  text = '';
  readonly #host: ReactiveControllerHost;
  #next = '';
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
    if (this.text === this.#next) return;
    this.text = this.#next;
    this.#host.requestUpdate();
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      this.#speak();
    }, PAUSE);
  }
}
