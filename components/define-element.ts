/** Registers an element: once, though a page may load this twice, and not on a server, which has no registry. */
export function defineElement(tag: string, element: CustomElementConstructor): void {
  if (globalThis.customElements && !customElements.get(tag)) customElements.define(tag, element);
}
