import type { ReactiveController, ReactiveControllerHost } from 'lit';

/** What is known of a page, and for how many. */
interface Watched {
  readonly hosts: Set<ReactiveControllerHost>;
  isPressed: boolean;
}

const pages = new Map<Document, Watched>();
const BEGIN = 'pointerdown';
/** A menu of the browser's takes what comes behind it. */
const ENDS = ['pointerup', 'pointercancel', 'contextmenu'] as const;

/** Whether something is pressed on the page: what is under the pointer is not to move away. All hosts of a page share its listeners. */
export class PressController implements ReactiveController {
  readonly #host: ReactiveControllerHost & Element;
  #document: Document | undefined;

  constructor(host: ReactiveControllerHost & Element) {
    this.#host = host;
    host.addController(this);
  }

  get isPressed(): boolean {
    return this.#document !== undefined && pages.get(this.#document)?.isPressed === true;
  }

  hostConnected(): void {
    const { ownerDocument } = this.#host;
    this.#document = ownerDocument;
    const watched = pages.get(ownerDocument) ?? { hosts: new Set(), isPressed: false };
    if (watched.hosts.size === 0) {
      ownerDocument.addEventListener(BEGIN, pressed, true);
      for (const end of ENDS) ownerDocument.addEventListener(end, released, true);
    }
    watched.hosts.add(this.#host);
    pages.set(ownerDocument, watched);
  }

  hostDisconnected(): void {
    const document = this.#document;
    const hosts = document && pages.get(document)?.hosts;
    hosts?.delete(this.#host);
    if (!document || hosts?.size !== 0) return;
    pages.delete(document);
    document.removeEventListener(BEGIN, pressed, true);
    for (const end of ENDS) document.removeEventListener(end, released, true);
  }
}

function pressed(this: Document, { button }: PointerEvent): void {
  if (button === 0) become(this, true);
}

function released(this: Document): void {
  become(this, false);
}

function become(document: Document, isPressed: boolean): void {
  const watched = pages.get(document);
  if (watched) watched.isPressed = isPressed;
}
