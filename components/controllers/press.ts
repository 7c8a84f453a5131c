import type { ReactiveController, ReactiveControllerHost } from 'lit';
import { PageHosts } from './page-hosts.js';

/** The pages on which something is pressed. */
const pressed = new WeakSet<Document>();
/** A menu of the browser's takes what comes behind it. */
const ENDS = ['pointerup', 'pointercancel', 'contextmenu'] as const;

const pages = new PageHosts((document) => {
  const press = ({ button }: PointerEvent) => button === 0 && pressed.add(document);
  const release = () => pressed.delete(document);
  document.addEventListener('pointerdown', press, true);
  for (const end of ENDS) document.addEventListener(end, release, true);
  return () => {
    release();
    document.removeEventListener('pointerdown', press, true);
    for (const end of ENDS) document.removeEventListener(end, release, true);
  };
});

/** Whether something is pressed on the page: what is under the pointer is not to move away. All hosts of a page share its listeners. */
export class PressController implements ReactiveController {
  readonly #host: ReactiveControllerHost & Element;
  #document: Document | undefined;

  constructor(host: ReactiveControllerHost & Element) {
    this.#host = host;
    host.addController(this);
  }

  get isPressed(): boolean {
    return this.#document !== undefined && pressed.has(this.#document);
  }

  hostConnected(): void {
    this.#document = this.#host.ownerDocument;
    pages.enter(this.#document, this.#host);
  }

  hostDisconnected(): void {
    if (this.#document) pages.leave(this.#document, this.#host);
  }
}
