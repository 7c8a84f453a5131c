import type { ReactiveController, ReactiveControllerHost } from 'lit';

/** Those who want to know, by their page. */
const hosts = new Map<Document, Set<ReactiveControllerHost>>();

/** Renders its host when the page is hidden or shown. All hosts of a page share one listener. */
export class VisibilityController implements ReactiveController {
  readonly #host: ReactiveControllerHost & Element;
  #document: Document | undefined;

  constructor(host: ReactiveControllerHost & Element) {
    this.#host = host;
    host.addController(this);
  }

  get isVisible(): boolean {
    return this.#host.ownerDocument.visibilityState !== 'hidden';
  }

  hostConnected(): void {
    const { ownerDocument } = this.#host;
    this.#document = ownerDocument;
    const here = hosts.get(ownerDocument) ?? new Set();
    if (here.size === 0) ownerDocument.addEventListener('visibilitychange', renderAll);
    hosts.set(ownerDocument, here.add(this.#host));
  }

  hostDisconnected(): void {
    const document = this.#document;
    const here = document && hosts.get(document);
    here?.delete(this.#host);
    if (!document || here?.size !== 0) return;
    hosts.delete(document);
    document.removeEventListener('visibilitychange', renderAll);
  }
}

function renderAll(this: Document): void {
  for (const host of hosts.get(this) ?? []) host.requestUpdate();
}
