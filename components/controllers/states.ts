import { isServer } from 'lit';

/** Where HTML from a server says which states an element is in, until it is in them: its style sheets read both. */
const SERVED = 'data-states';

/** The custom states (`:state(…)`) of an element, where the browser knows them. */
export class CustomStates {
  readonly #host: Element;
  /** Held on to, with what is in it: WebKit forgets the names of a set that nobody holds, and then keeps the element in them. */
  readonly #states: Set<string> | undefined;
  #names: ReadonlySet<string> = new Set();

  constructor(host: Element, internals: ElementInternals) {
    this.#host = host;
    this.#states = (internals as { states?: Set<string> }).states;
  }

  /** Puts the element into exactly these states. */
  set(names: Iterable<string>): void {
    const next = new Set(names);
    if (isServer) {
      this.#host.setAttribute(SERVED, [...next].join(' '));
      return;
    }
    for (const name of this.#names) if (!next.has(name)) this.#states?.delete(name);
    for (const name of next) if (!this.#names.has(name)) this.#states?.add(name);
    this.#names = next;
    this.#host.removeAttribute(SERVED);
  }
}
