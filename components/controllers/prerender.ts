import { isServer, type ReactiveController, type ReactiveControllerHost } from 'lit';
import type { SessionSource } from './session-source.js';
import { closest } from './source-finder.js';

/** An element that a server renders, or has rendered. */
export type PrerenderHost = ReactiveControllerHost & Element;

/** What a server shows of a session, and in which language: all that it can know, and a page that goes on from there. */
export interface Prerendered {
  readonly session: SessionSource | undefined;
  readonly language: string | undefined;
}

/** An element that those in it render as a server does. */
interface PrerenderHolder {
  readonly prerendered: Prerendered;
}

/** Elements of which a page may find those in them first. */
const HOLDERS = 'status-messenger, status-panel';
/** Fired by an element on a server, where there is no tree to go up. Its `detail` takes the answer. */
const WANTED = 'statusprerenderwanted';

/**
 * Whether an element renders what a server renders: on one, and the first time in a page that has it from one. There it knows no clock, no time zone, no storage and no
 * language but the one that it is told, so that both render the same; what the page knows better follows in the next frame.
 */
export class PrerenderController implements ReactiveController {
  readonly #host: PrerenderHost;
  readonly #ownSession: () => SessionSource | null | undefined;
  #isActive: boolean;
  #prerendered: Prerendered | undefined;

  /** @param ownSession The session that the host names itself, as a server shows it; `null` for none at all, where it is not to show that of those around it either. */
  constructor(host: PrerenderHost, ownSession: () => SessionSource | null | undefined) {
    this.#host = host;
    this.#ownSession = ownSession;
    // A page has the shadow root of an element before the element only from its server. Where Lit cannot take it over, it is made anew.
    const { shadowRoot } = host;
    this.#isActive = isServer || (shadowRoot !== null && 'litElementHydrateSupport' in globalThis);
    if (!this.#isActive) shadowRoot?.replaceChildren();
    host.addController(this);
  }

  get isActive(): boolean {
    return this.#isActive;
  }

  get prerendered(): Prerendered {
    this.#prerendered ??= this.#find();
    return this.#prerendered;
  }

  /** Resolves once the elements around the host are there that a server has rendered, too. */
  async whenReady(): Promise<void> {
    for (let at = unready(this.#host); at; at = unready(this.#host)) await customElements.whenDefined(at.localName);
  }

  hostUpdated(): void {
    if (!this.#isActive) return;
    const { shadowRoot } = this.#host;
    if (shadowRoot) fillEmptyParts(shadowRoot);
    queueMicrotask(() => {
      this.#isActive = false;
      this.#host.requestUpdate();
    });
  }

  #find(): Prerendered {
    const around = this.#around();
    const own = this.#ownSession();
    return {
      session: own === undefined ? around?.session : (own ?? undefined),
      language: this.#host.getAttribute('lang') ?? around?.language,
    };
  }

  #around(): Prerendered | undefined {
    if (!isServer) return closest(this.#host, isHolder)?.prerendered;
    let found: Prerendered | undefined;
    const detail = (prerendered: Prerendered) => {
      found = prerendered;
    };
    this.#host.dispatchEvent(new CustomEvent(WANTED, { bubbles: true, composed: true, detail }));
    return found;
  }
}

/** On a server: lets an element answer those in it. */
export function answerPrerendered(holder: Element & PrerenderHolder): void {
  if (!isServer) return;
  // The way up from what is in it leads through this.
  holder.attachShadow({ mode: 'open' });
  holder.addEventListener(WANTED, (event) => {
    // What it asks itself is for those around it.
    if (event.composedPath()[0] === holder || !(event instanceof CustomEvent)) return;
    event.stopPropagation();
    event.detail(holder.prerendered);
  });
}

/** Puts a text node where a server has rendered an empty text: Lit writes the next one into it, and without it into the comment that ends the place. */
function fillEmptyParts(root: ShadowRoot): void {
  const comments = document.createTreeWalker(root, NodeFilter.SHOW_COMMENT);
  for (let at = comments.nextNode(); at; at = comments.nextNode()) {
    const { nextSibling } = at;
    if (at instanceof Comment && at.data === 'lit-part' && nextSibling instanceof Comment) at.after('');
  }
}

function isHolder(element: Element): element is Element & PrerenderHolder {
  return 'prerendered' in element;
}

function unready(element: Element): Element | undefined {
  return closest(
    element,
    (each): each is Element => each.shadowRoot !== null && each.matches(HOLDERS) && !each.matches(':defined'),
  );
}
