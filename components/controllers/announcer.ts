import type { ReactiveController, ReactiveControllerHost } from 'lit';

/** Milliseconds between two announcements: a listener must be able to follow. */
const PAUSE = 1000;

/** Something to say. */
export interface Sentence<Kind extends string> {
  readonly kind: Kind;
  readonly text: string;
}

/**
 * The texts of two live regions, of which at most one changes, at most once a second however often it is told, and which are gone again after that second: what
 * was spoken stands in the page already. The host renders `polite` and `assertive` in elements that are always there.
 */
export class AnnouncerController<Kind extends string> implements ReactiveController {
  polite = '';
  assertive = '';
  readonly #host: ReactiveControllerHost;
  readonly #urgent: Kind;
  /** What has not been spoken yet: the latest of each kind, in the order in which the kinds came up. */
  readonly #waiting = new Map<Kind, string>();
  #timer: ReturnType<typeof setTimeout> | undefined;

  /** @param urgent The kind that interrupts whatever is being read. */
  constructor(host: ReactiveControllerHost, urgent: Kind) {
    this.#host = host;
    this.#urgent = urgent;
    host.addController(this);
  }

  /** Says these sentences, now or when their turn comes; one of the same kind that still waits is left out. */
  say(sentences: ReadonlyArray<Sentence<Kind>>): void {
    for (const { kind, text } of sentences) {
      this.#waiting.delete(kind);
      this.#waiting.set(kind, text);
    }
    if (this.#waiting.size > 0 && this.#timer === undefined) this.#speak();
  }

  /** Forgets what waits: it is of no interest any more. */
  clear(): void {
    this.#waiting.clear();
  }

  hostDisconnected(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#waiting.clear();
    this.polite = this.assertive = '';
  }

  #speak(): void {
    const [polite, assertive] = this.#next();
    const isSilent = polite === this.polite && assertive === this.assertive;
    if (isSilent && this.#waiting.size === 0) return;
    this.polite = polite;
    this.assertive = assertive;
    this.#host.requestUpdate();
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      this.#speak();
    }, PAUSE);
  }

  #next(): [polite: string, assertive: string] {
    const urgent = this.#waiting.get(this.#urgent);
    const text = urgent ?? merge([...this.#waiting.values()]);
    // Said again, a sentence has to be gone in between: a region speaks only when it changes.
    if (text !== '' && text === (urgent === undefined ? this.polite : this.assertive)) return ['', ''];
    if (urgent === undefined) this.#waiting.clear();
    else this.#waiting.delete(this.#urgent);
    return urgent === undefined ? [text, ''] : ['', text];
  }
}

/** Several sentences as one text, each with its end. */
function merge(texts: readonly string[]): string {
  if (texts.length < 2) return texts[0] ?? '';
  return texts.map((text) => (/[.!?…。！？؟]$/.test(text) ? text : `${text}.`)).join(' ');
}
