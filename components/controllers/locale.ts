import type { ReactiveController, ReactiveControllerHost } from 'lit';
import { type Locale, languageOf, localeFor, type Words } from '../words/index.js';
import { onWordsChange } from '../words/registry.js';
import type { PrerenderController } from './prerender.js';
import { isSessionHolder } from './session-source.js';

/** An element that speaks. */
export interface LocaleHost extends ReactiveControllerHost, Element {
  /** Texts of its own, in place of those of its language. */
  readonly words: Partial<Words> | null;
}

const hosts = new Set<LocaleController>();
const observers = new WeakMap<Node, MutationObserver>();
let stopListening: (() => void) | undefined;

/** The language that its host stands in, with its texts. Renders the host when either becomes another. All hosts in a root share one observer. */
export class LocaleController implements ReactiveController {
  readonly #host: LocaleHost;
  readonly #prerender: PrerenderController;
  #locale: Locale | undefined;
  #language: string | undefined;
  #own: Partial<Words> | null = null;

  constructor(host: LocaleHost, prerender: PrerenderController) {
    this.#host = host;
    this.#prerender = prerender;
    host.addController(this);
  }

  get locale(): Locale {
    const { words } = this.#host;
    if (this.#prerender.isActive) return localeFor(this.#prerender.prerendered.language, words);
    if (!this.#locale || words !== this.#own) {
      this.#own = words;
      this.#locale = localeFor(this.#language, words);
    }
    return this.#locale;
  }

  hostConnected(): void {
    hosts.add(this);
    watch(this.#host);
    this.renew();
  }

  hostDisconnected(): void {
    hosts.delete(this);
    if (hosts.size > 0) return;
    stopListening?.();
    stopListening = undefined;
  }

  /** Looks again which language it is, and for its texts. */
  renew(): void {
    this.#language = languageOf(this.#host);
    this.#locale = undefined;
    this.#host.requestUpdate();
  }
}

function renewAll(): void {
  for (const each of [...hosts]) each.renew();
}

/** Watches the page, and each shadow root that an element stands in. */
function watch(element: Element): void {
  stopListening ??= onWordsChange(renewAll);
  const root = element.getRootNode();
  // Within the kit's own elements no language is said.
  const isOwn = root instanceof ShadowRoot && isSessionHolder(root.host);
  if (!isOwn && !observers.has(root)) {
    const observer = new MutationObserver(renewAll);
    observer.observe(root, { subtree: true, attributeFilter: ['lang'] });
    observers.set(root, observer);
  }
  if (root instanceof ShadowRoot) watch(root.host);
}
