import type { ReactiveController, ReactiveControllerHost } from 'lit';
import { PageHosts } from './page-hosts.js';

const pages = new PageHosts((document, hosts) => {
  const renderAll = () => {
    for (const host of hosts) host.requestUpdate();
  };
  document.addEventListener('visibilitychange', renderAll);
  return () => document.removeEventListener('visibilitychange', renderAll);
});

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
    this.#document = this.#host.ownerDocument;
    pages.enter(this.#document, this.#host);
  }

  hostDisconnected(): void {
    if (this.#document) pages.leave(this.#document, this.#host);
  }
}
