import type { ReactiveController, ReactiveControllerHost } from 'lit';
import { Place } from './place.js';

/** Pixels from the end that still count as there: what a browser rounds, and half a line. */
const SLACK = 12;
/** Pixels from the beginning, and from the end, at which more is wanted. */
const NEAR = 240;

/** What is there of what is followed, and what becomes of the rest. */
export interface Ends {
  /** The end of what is there is not the end that is followed. */
  hasLater(): boolean;
  /** The reader is about to have read all that is there, upwards or downwards. */
  reachedStart(): void;
  reachedEnd(): void;
}

// All timelines share one observer.
let observer: ResizeObserver | undefined;
const listeners = new WeakMap<Element, () => void>();

/**
 * Keeps a scroller at its end, until the reader scrolls up, and again when they are back there; meanwhile it keeps the rows that they see where they are. Renders its
 * host when that changes.
 */
export class FollowController implements ReactiveController {
  #isFollowing = true;
  #scroller: HTMLElement | undefined;
  /** Where it was when it was last looked at, and how high what is in it. */
  #top = 0;
  #height = 0;
  #visible = 0;
  /** The reader holds something in it: a text that is being chosen is not to be moved away. */
  #isHeld = false;
  /** It is hidden, or out of the page, and a browser may forget meanwhile where it was. */
  #isAway = false;
  /** They go to the beginning, away from what they see. */
  #goesToStart = false;
  readonly #place = new Place();
  /** Where the scroller was when the place was marked. */
  #marked = 0;
  readonly #host: ReactiveControllerHost & { readonly renderRoot: HTMLElement | DocumentFragment };
  readonly #ends: Ends;

  constructor(host: ReactiveControllerHost & { readonly renderRoot: HTMLElement | DocumentFragment }, ends: Ends) {
    this.#host = host;
    this.#ends = ends;
    host.addController(this);
  }

  /** Pixels that can be seen at once, as far as that is known. */
  get height(): number {
    return this.#visible;
  }

  get isFollowing(): boolean {
    return this.#isFollowing;
  }

  /** It follows, and nothing is held in it that is not to be moved away. */
  get goesToEnd(): boolean {
    return this.#isFollowing && !this.#isHeld;
  }

  set isFollowing(is: boolean) {
    if (is) this.#toEnd();
    if (is === this.#isFollowing) return;
    this.#isFollowing = is;
    this.#host.requestUpdate();
  }

  /** Shows the beginning, with what is rendered next, and stays there. */
  toStart(): void {
    this.#isFollowing = false;
    this.#goesToStart = true;
    this.#host.requestUpdate();
  }

  /** What is seen now stays where it is in what is rendered next. Answers the key of the first row of that. */
  markPlace(): number | undefined {
    if (!this.#scroller || this.#goesToStart) return;
    this.#place.mark(this.#scroller);
    this.#marked = this.#scroller.scrollTop;
    return this.#place.key;
  }

  hostConnected(): void {
    if (this.#scroller) this.#watch(this.#scroller);
  }

  hostUpdated(): void {
    // At once: what is drawn may take its height away and give it back before a browser tells that it has scrolled, which then looks like a reader's wish.
    if (this.#scroller && this.goesToEnd) this.#toEnd();
    else if (this.#scroller) this.#keepPlace(this.#scroller);
    this.#goesToStart = false;
    if (this.#scroller) return;
    const scroller = this.#host.renderRoot.querySelector<HTMLElement>('[part="scroller"]');
    if (!scroller) return;
    this.#scroller = scroller;
    scroller.addEventListener('scroll', () => this.#scrolled(scroller), { passive: true });
    scroller.addEventListener('pointerdown', ({ button }) => button === 0 && this.#hold(scroller));
    this.#watch(scroller);
  }

  hostDisconnected(): void {
    for (const element of this.#watched) observer?.unobserve(element);
    this.#isAway = true;
  }

  get #watched(): readonly Element[] {
    return this.#scroller ? [this.#scroller, ...this.#scroller.children] : [];
  }

  #watch(scroller: HTMLElement): void {
    observer ??= new ResizeObserver((entries) => {
      for (const { target } of entries) listeners.get(target)?.();
    });
    for (const element of this.#watched) {
      listeners.set(element, () => this.#resized(scroller));
      observer.observe(element);
    }
  }

  #resized(scroller: HTMLElement): void {
    const { clientHeight } = scroller;
    const wasAway = this.#isAway;
    this.#isAway = clientHeight === 0;
    if (this.#isAway) return;
    this.#visible = clientHeight;
    if (this.#isFollowing) this.#toEnd();
    else if (wasAway) scroller.scrollTop = this.#top;
    else this.#lookForEnd(scroller);
  }

  #scrolled(scroller: HTMLElement): void {
    if (this.#isAway || scroller.clientHeight === 0) return;
    const { scrollTop, scrollHeight } = scroller;
    const isUp = scrollTop < this.#top;
    // Where the height is another one the browser may have moved it, and not the reader.
    const isByReader = scrollHeight === this.#height;
    this.#top = scrollTop;
    this.#height = scrollHeight;
    scroller.classList.toggle('scrolled', scrollTop > 0);
    // Up comes first: who scrolls slowly is near the end for some time.
    if (isUp && isByReader) this.isFollowing = false;
    else if (this.#isFollowing && !isByReader && toGo(scroller) > SLACK) this.#toEnd();
    else this.#lookForEnd(scroller);
    if (isUp && !this.#isFollowing && scrollTop < NEAR) this.#ends.reachedStart();
  }

  /** Where there is more behind what is there, its end is only where more is wanted. */
  #lookForEnd(scroller: HTMLElement): void {
    const rest = toGo(scroller);
    if (!this.#ends.hasLater()) {
      if (rest <= SLACK) this.isFollowing = true;
    } else if (!this.#isFollowing && rest < NEAR) this.#ends.reachedEnd();
  }

  #keepPlace(scroller: HTMLElement): void {
    if (this.#goesToStart) {
      this.#top = scroller.scrollTop = 0;
      return;
    }
    this.#place.restore(scroller);
    // That was not the reader. What they have scrolled themselves is still to be told.
    this.#top += scroller.scrollTop - this.#marked;
  }

  /** What was chosen by then stays where it is. */
  #hold(scroller: HTMLElement): void {
    const { ownerDocument } = scroller;
    const letGo = new AbortController();
    const released = () => {
      letGo.abort();
      this.#isHeld = false;
      const hasChosen = this.#isFollowing && selectedText(scroller) !== '';
      if (hasChosen) this.isFollowing = false;
      else this.#host.requestUpdate();
    };
    this.#isHeld = true;
    for (const end of ['pointerup', 'pointercancel']) {
      ownerDocument.addEventListener(end, released, { capture: true, signal: letGo.signal });
    }
  }

  #toEnd(): void {
    const scroller = this.#scroller;
    if (!scroller || this.#isHeld) return;
    scroller.scrollTop = scroller.scrollHeight;
    this.#top = scroller.scrollTop;
    this.#height = scroller.scrollHeight;
  }
}

/** Pixels from the end. */
function toGo({ scrollHeight, scrollTop, clientHeight }: HTMLElement): number {
  return scrollHeight - scrollTop - clientHeight;
}

/** The text that is chosen in an element, by whichever way a browser tells that. */
function selectedText(element: HTMLElement): string {
  const root: { getSelection?(): Selection | null } & Node = element.getRootNode() as ShadowRoot;
  const selection = root.getSelection?.() ?? element.ownerDocument.getSelection();
  return String(selection ?? '');
}
