import {
  isSessionHolder,
  isSessionSource,
  type SessionHolder,
  type SessionSource,
  sourceOf,
} from './session-source.js';

/** Fired on the document by every source that came, left or changed its id, so that several copies of this kit on a page know of each other's. */
const SOURCES_CHANGED = 'statussourceschange';

interface Seeker {
  find(): void;
}

/** Those who look for a source, by their document. */
const seekers = new WeakMap<Document, Set<Seeker>>();

/** Tells everybody on a page that its sources are not the same any more. */
export function tellSourcesChanged(document: Document): void {
  document.dispatchEvent(new Event(SOURCES_CHANGED));
}

/** Lets `seeker` look again whenever the page's sources have changed. Answers a function that stops it. One listener serves the whole document. */
export function seek(document: Document, seeker: Seeker): () => void {
  let here = seekers.get(document);
  if (!here) {
    const all = new Set<Seeker>();
    here = all;
    seekers.set(document, all);
    let isDue = false;
    // Many may come in one go, and one that is moved leaves and comes back: they are looked for once, when all is in its place.
    document.addEventListener(SOURCES_CHANGED, () => {
      if (isDue) return;
      isDue = true;
      queueMicrotask(() => {
        isDue = false;
        for (const each of [...all]) each.find();
      });
    });
  }
  here.add(seeker);
  const set = here;
  return () => void set.delete(seeker);
}

/** The source that an element names by its id, in its own tree or in the document; without an id the closest one around it. */
export function findSource(element: Element, id: string | null): SessionSource | undefined {
  const found = id ? byId(element, id) : closest(element, isSource);
  return found ? sourceOf(found) : undefined;
}

function byId(element: Element, id: string): Element | null {
  const root = element.getRootNode();
  const own = root instanceof Document || root instanceof ShadowRoot ? root.getElementById(id) : null;
  return own ?? element.ownerDocument.getElementById(id);
}

/** The closest element around one that is such. Up the tree as it is drawn: through slots and out of shadow roots. */
export function closest<T extends Element>(element: Element, is: (each: Element) => each is T): T | undefined {
  for (let at = parentOf(element); at; at = parentOf(at)) if (is(at)) return at;
  return undefined;
}

function isSource(element: Element): element is Element & (SessionSource | SessionHolder) {
  return isSessionSource(element) || isSessionHolder(element);
}

function parentOf(element: Element): Element | null {
  const { assignedSlot, parentNode } = element;
  if (assignedSlot) return assignedSlot;
  return parentNode instanceof ShadowRoot ? parentNode.host : element.parentElement;
}
