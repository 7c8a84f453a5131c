import { type Entry, isOpen, wayUp } from './entry.js';

/** An entry that is shown, with what is shown of what is in it. */
export interface Row {
  readonly entry: Entry;
  /** Whether its inside is shown; `undefined` where there is nothing inside. */
  readonly isExpanded: boolean | undefined;
  readonly rows: readonly Row[];
}

export interface TimelineView {
  readonly rows: readonly Row[];
  /** Those of all rows, in the order in which they stand. */
  readonly entries: readonly Entry[];
  /** The first entry that is shown, apart from the steps that it is in, and the last. */
  readonly first: Entry | undefined;
  readonly last: Entry | undefined;
  readonly hasEarlier: boolean;
  readonly hasLater: boolean;
  /** How many are younger than the reader has seen. */
  readonly fresh: number;
  /** Something that is shown goes on. */
  readonly isTicking: boolean;
  /** The steps whose inside is shown. */
  readonly expanded: ReadonlySet<Entry>;
}

/** What part of the story to show. */
export interface Cut {
  /** Whose entries, with the steps that they are in; all where it is empty. */
  readonly agents: readonly string[];
  /** What the reader wants expanded, or not. */
  readonly choices: { get(entry: Entry): boolean | undefined };
  /** Steps that stay expanded, as somebody reads in them. */
  readonly held: ReadonlySet<Entry>;
  /** Where it begins and ends: the story's own beginning and end where there is none. What stands behind `to` is not shown, neither what is in it. */
  readonly from: Entry | undefined;
  readonly to: Entry | undefined;
  /** So many rows are shown before `from`, and behind `to`. */
  readonly earlier: number;
  readonly later: number;
  /** Of more rows than that, those around `at` are shown; where there is none, the last ones. The steps that the first one is in come on top. */
  readonly limit: number;
  readonly at: Entry | undefined;
  /** The youngest entry that is drawn, and the youngest that the reader has seen, by their keys. */
  readonly until: number;
  readonly seen: number;
}

export const NOTHING_SHOWN: TimelineView = {
  rows: [],
  entries: [],
  first: undefined,
  last: undefined,
  hasEarlier: false,
  hasLater: false,
  fresh: 0,
  isTicking: false,
  expanded: new Set(),
};

/** What to show. Where that is the end, its work is that of the rows that it answers; else it has a look at all entries. Pure. */
export function timelineView(roots: readonly Entry[], cut: Cut): TimelineView {
  const { from, to, at, limit, until, seen } = cut;
  const entries: Entry[] = [];
  let fresh = 0;
  for (const entry of backwards(roots, cut)) {
    if (entry.key > seen) fresh++;
    if (entry.key > until) continue;
    entries.push(entry);
    // One more tells that there is more.
    if (!to && !at && entries.length > limit && !isWithin(entries[limit - 1], entry)) break;
  }
  entries.reverse();

  const begin = Math.max(0, placeOf(from, entries, 0) - cut.earlier);
  const end = Math.min(entries.length - 1, placeOf(to, entries, entries.length - 1) + cut.later);
  const middle = placeOf(at, entries, end);
  const start = Math.max(begin, Math.min(middle - Math.floor(limit / 2), end - limit + 1));
  const stop = Math.min(end, start + limit - 1);
  const [first, last] = [entries[start], entries[stop]];
  const around = [...wayUp(first?.parent)].reverse();
  const drawn = [...around, ...entries.slice(start, stop + 1)];
  return {
    ...tree(drawn, cut),
    entries: drawn,
    first,
    last,
    hasEarlier: entries.slice(0, start).some((entry) => !around.includes(entry)),
    hasLater: stop < entries.length - 1,
    fresh,
    isTicking: drawn.some((entry) => entry.what.kind === 'step' && isOpen(entry)),
  };
}

/** All that can be shown, from the end to the beginning: what is in a step comes before it. */
function* backwards(entries: readonly Entry[], cut: Cut): Generator<Entry> {
  for (let at = entries.length; at > 0; ) {
    const entry = entries[--at];
    if (!entry || !isShown(entry, cut)) continue;
    if (insideOf(entry, cut)) yield* backwards(entry.children, cut);
    yield entry;
  }
}

/** Entries as rows in the rows of the steps that they are in. */
function tree(entries: readonly Entry[], cut: Cut): Pick<TimelineView, 'rows' | 'expanded'> {
  const rows: Row[] = [];
  const lists = new Map<Entry | undefined, Row[]>([[undefined, rows]]);
  const expanded = new Set<Entry>();
  for (const entry of entries) {
    const inside: Row[] = [];
    const isExpanded = insideOf(entry, cut);
    if (isExpanded) expanded.add(entry);
    lists.get(entry.parent)?.push({ entry, isExpanded, rows: inside });
    lists.set(entry, inside);
  }
  return { rows, expanded };
}

/** Where an entry stands; where it does not any more, the step that was folded up over it, or what comes next in its place. */
function placeOf(entry: Entry | undefined, entries: readonly Entry[], otherwise: number): number {
  for (const each of wayUp(entry)) {
    const place = entries.indexOf(each);
    if (place >= 0) return place;
    if (!each.isGone && each.parent) continue;
    const next = entries.findIndex(({ parent, key }) => parent === each.parent && key > each.key);
    if (next >= 0) return next;
  }
  return otherwise;
}

/** Whether an entry is that step, or in it. */
function isWithin(entry: Entry | undefined, step: Entry): boolean {
  return [...wayUp(entry)].includes(step);
}

function isShown(entry: Entry, { agents }: Pick<Cut, 'agents'>): boolean {
  return agents.length === 0 || agents.some((agent) => entry.agent === agent || entry.agents.has(agent));
}

/** Whether what is in an entry is shown; `undefined` where there is nothing. */
function insideOf(entry: Entry, cut: Cut): boolean | undefined {
  return entry.children.some((child) => isShown(child, cut)) ? isUnfolded(entry, cut) : undefined;
}

/** Finished steps fold up, unless the reader wants it otherwise, or something in them has failed. */
function isUnfolded(entry: Entry, { choices, held }: Pick<Cut, 'choices' | 'held'>): boolean {
  const isDone = entry.what.kind === 'step' && entry.what.step.status === 'finished' && !entry.hasFailure;
  return choices.get(entry) ?? (!isDone || held.has(entry));
}
