import { type Entry, TIMELINE } from './entry.js';
import type { Story } from './story.js';
import { type Cut, NOTHING_SHOWN, type TimelineView, timelineView } from './view.js';

/** Rows at most, without the steps that the first one is in. */
const LIMIT = TIMELINE.drawn - TIMELINE.depth;

type Looks = Pick<Cut, 'agents' | 'choices'>;

/**
 * What is drawn of a story, however long that is: its end while that is followed; else what the reader sees, and what stands around it. What they see stays in it, and
 * what is shown more at one end is shown less at the other.
 */
export class TimelineWindow {
  #view = NOTHING_SHOWN;
  /** Where it begins and ends; with the story where there is none, whatever comes. */
  #from: Entry | undefined;
  #to: Entry | undefined;
  /** What the reader sees. */
  #at: Entry | undefined;
  /** Rows that are still to be shown at either end, by one frame after the other. */
  #earlier = 0;
  #later = 0;
  /** Rows before the end, where more were asked for than are shown by themselves. */
  #limit = 0;
  /** The youngest entry that is drawn, and the youngest that the reader has seen, by their keys. */
  #until = 0;
  #seen = 0;
  /** The steps that were read in: they do not fold up, also where they are out of sight for a while. */
  #held = new Set<Entry>();

  get view(): TimelineView {
    return this.#view;
  }

  /** Rows before the beginning or behind the end still have room, without others that have to go. */
  get hasRoom(): boolean {
    return this.#view.entries.length + TIMELINE.page <= LIMIT;
  }

  /** Whether there is more to draw, by another frame. */
  isBehind({ lastKey }: Story): boolean {
    return this.#until < lastKey || this.#earlier > 0 || this.#later > 0;
  }

  startOver(): void {
    this.#limit = 0;
    this.#earlier = this.#later = 0;
  }

  showEarlier(): void {
    this.#earlier = TIMELINE.page;
  }

  showLater(): void {
    this.#later = TIMELINE.page;
  }

  /** Shows the beginning of the story. */
  showStart({ roots }: Story): void {
    this.#from = undefined;
    this.#at = this.#to = roots[0];
  }

  /** Shows what stands behind an entry, no more than a page of it: a step that is opened may have all of the story in it. */
  showAfter(entry: Entry): void {
    this.#at = this.#to = entry;
    this.#later = TIMELINE.page;
  }

  /** Shows the end, so many rows at least. */
  follow({ roots, lastKey }: Story, looks: Looks, held: ReadonlySet<Entry>, least: number): void {
    if (this.#earlier > 0) this.#limit = this.#view.entries.length + this.#earlier;
    this.#earlier = this.#later = 0;
    this.#to = this.#at = undefined;
    this.#seen = this.#until = lastKey;
    const limit = Math.min(LIMIT, Math.max(least, this.#limit));
    this.#show(timelineView(roots, { ...this.#cut(looks), held, from: undefined, limit }));
    this.#held = new Set(this.#view.expanded);
  }

  /** Shows what is around an entry that the reader sees, by its key; where that is not known, around the one before. */
  look({ roots, lastKey }: Story, looks: Looks, key: number | undefined): void {
    this.#limit = 0;
    this.#at = this.#view.entries.find((entry) => entry.key === key) ?? this.#at;
    // More than a page at once takes longer than a frame: of the rest, each frame draws another.
    this.#until = Math.min(lastKey, this.#until + TIMELINE.page);
    let view = timelineView(roots, this.#cut(looks));
    if (this.#later === 0 && view.hasLater && view.entries.length < TIMELINE.page) {
      // Where a step was folded up, or what was here is not kept any more, there is room.
      this.#later = TIMELINE.page - view.entries.length;
      view = timelineView(roots, this.#cut(looks));
    }
    this.#show(view);
    this.#earlier = view.hasEarlier ? Math.max(0, this.#earlier - TIMELINE.frame) : 0;
    this.#later = view.hasLater ? Math.max(0, this.#later - TIMELINE.frame) : 0;
    for (const step of view.expanded) this.#held.add(step);
  }

  #cut(looks: Looks): Cut {
    return {
      ...looks,
      held: this.#held,
      from: this.#from,
      to: this.#to,
      earlier: Math.min(TIMELINE.frame, this.#earlier),
      later: Math.min(TIMELINE.frame, this.#later),
      at: this.#at,
      limit: LIMIT,
      until: this.#until,
      seen: this.#seen,
    };
  }

  #show(view: TimelineView): void {
    this.#view = view;
    this.#from = view.hasEarlier ? view.first : undefined;
    this.#to = view.hasLater ? view.last : undefined;
  }
}
