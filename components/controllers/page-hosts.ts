import type { ReactiveControllerHost } from 'lit';

type Hosts = ReadonlySet<ReactiveControllerHost>;

/** The hosts of each page, which share what it is listened to for: that begins with the first of them, and ends with the last. */
export class PageHosts {
  readonly #pages = new Map<Document, { readonly hosts: Set<ReactiveControllerHost>; readonly stop: () => void }>();
  readonly #listen: (document: Document, hosts: Hosts) => () => void;

  /** @param listen Answers a function that ends it. */
  constructor(listen: (document: Document, hosts: Hosts) => () => void) {
    this.#listen = listen;
  }

  enter(document: Document, host: ReactiveControllerHost): void {
    const page = this.#pages.get(document);
    if (page) {
      page.hosts.add(host);
      return;
    }
    const hosts = new Set([host]);
    this.#pages.set(document, { hosts, stop: this.#listen(document, hosts) });
  }

  leave(document: Document, host: ReactiveControllerHost): void {
    const page = this.#pages.get(document);
    if (!page?.hosts.delete(host) || page.hosts.size > 0) return;
    this.#pages.delete(document);
    page.stop();
  }
}
