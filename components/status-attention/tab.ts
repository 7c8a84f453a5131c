import { nextFrame } from '../controllers/frame.js';
import { KINDS, type Kind } from './watch.js';

/** They look like the indicators. */
const SIGNS: Readonly<Record<Kind, string>> = { question: '◆', failed: '✕', completed: '✓' };

/** What an element wants the tab to say. */
export interface Mark {
  readonly kind: Kind;
  /** For which session; the badge counts each once. */
  readonly session: object;
  readonly text: string;
}

/** Of each page: those on it share its one title and badge. */
const tabs = new WeakMap<Document, Tab>();

/** Lets the tab of a page say what `owner` wants it to, with regard to all others on that page; nothing without a mark. */
export function markTab(document: Document, owner: object, mark: Mark | undefined): void {
  let tab = tabs.get(document);
  if (!tab) {
    if (!mark) return;
    tab = new Tab(document);
    tabs.set(document, tab);
  }
  tab.mark(owner, mark);
}

/** The title that a page has by itself. */
export function ownTitle(document: Document): string {
  return tabs.get(document)?.ownTitle ?? document.title;
}

/**
 * The title and the badge of a page. Of the title it knows only what it put before it, and takes only that away again: whatever the page makes of its title meanwhile is kept.
 */
class Tab {
  readonly #document: Document;
  readonly #marks = new Map<object, Mark>();
  readonly #observer = new MutationObserver(() => void nextFrame().then(() => this.#write(this.#prefix)));
  #prefix = '';
  #badge = 0;

  constructor(document: Document) {
    this.#document = document;
  }

  get ownTitle(): string {
    const { title } = this.#document;
    return title === this.#prefix.trim() ? '' : title.replace(this.#prefix, '');
  }

  mark(owner: object, mark: Mark | undefined): void {
    if (mark) this.#marks.set(owner, mark);
    else this.#marks.delete(owner);
    const marks = [...this.#marks.values()];
    const kind = KINDS.find((each) => marks.some((other) => other.kind === each));
    const text = marks.find((each) => each.kind === kind)?.text;
    // A title has single spaces only: with others it would not be found again.
    this.#write(kind ? `${`${SIGNS[kind]} ${text}`.replace(/\s+/g, ' ').trim()} · ` : '');
    this.#setBadge(new Set(marks.map(({ session }) => session)).size);
  }

  #write(prefix: string): void {
    const title = prefix + this.ownTitle;
    if (this.#prefix === '' && prefix !== '') {
      this.#observer.observe(this.#document.head, { subtree: true, childList: true, characterData: true });
    }
    if (prefix === '') this.#observer.disconnect();
    this.#prefix = prefix;
    if (title.trim() !== this.#document.title) this.#document.title = title;
  }

  /** A page that is not installed may have no badge, or be refused one. */
  #setBadge(count: number): void {
    if (count === this.#badge) return;
    this.#badge = count;
    const { navigator } = this.#document.defaultView ?? {};
    const done = count > 0 ? navigator?.setAppBadge?.(count) : navigator?.clearAppBadge?.();
    done?.catch(() => {});
  }
}
