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
  readonly count: number;
  /** The first entry that is shown, apart from the steps that it is in. */
  readonly first: Entry | undefined;
  readonly hasEarlier: boolean;
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
  /** Where it begins: at this entry where it can be shown, else so many rows before the end. */
  readonly from: Entry | undefined;
  readonly limit: number;
  /** The youngest entry that is drawn, and the youngest that the reader has seen, by their keys. */
  readonly until: number;
  readonly seen: number;
}

export const NOTHING_SHOWN: TimelineView = {
  rows: [],
  count: 0,
  first: undefined,
  hasEarlier: false,
  fresh: 0,
  isTicking: false,
  expanded: new Set(),
};

/** What to show. It goes backwards from the end, no further than needed: its work is that of the rows that it answers. Pure. */
export function timelineView(roots: readonly Entry[], cut: Cut): TimelineView {
  const { agents, until, seen } = cut;
  const isShown = (entry: Entry) => agents.length === 0 || concerns(entry, agents);
  const isVisible = (entry: Entry) => {
    const [, ...around] = wayUp(entry);
    return !entry.isGone && isShown(entry) && around.every((step) => isExpanded(step, cut));
  };
  const from = [...wayUp(cut.from)].find(isVisible);
  const expanded = new Set<Entry>();
  let count = 0;
  let fresh = 0;
  let isTicking = false;
  let first: Entry | undefined;
  let isFull = false;
  let hasEarlier = false;

  const rowsOf = (entries: readonly Entry[]): readonly Row[] => {
    const rows: Row[] = [];
    let at = entries.length;
    while (at > 0 && !isFull) {
      const entry = entries[--at];
      if (!entry || !isShown(entry)) continue;
      if (entry.key > seen) fresh++;
      if (entry.key > until) continue;
      const isOpened = entry.children.some(isShown) ? isExpanded(entry, cut) : undefined;
      if (isOpened) expanded.add(entry);
      rows.push({ entry, isExpanded: isOpened, rows: isOpened ? rowsOf(entry.children) : [] });
      isTicking ||= entry.what.kind === 'step' && isOpen(entry);
      count++;
      if (isFull) break;
      first = entry;
      isFull = from ? entry === from : count >= cut.limit;
    }
    hasEarlier ||= isFull && entries.some((entry, i) => i < at && isShown(entry));
    return rows.reverse();
  };

  const rows = rowsOf(roots);
  return { rows, count, first, hasEarlier, fresh, isTicking, expanded };
}

/** Finished steps fold up, unless the reader wants it otherwise, or something in them has failed. */
function isExpanded(entry: Entry, { choices, held }: Pick<Cut, 'choices' | 'held'>): boolean {
  const isDone = entry.what.kind === 'step' && entry.what.step.status === 'finished' && !entry.hasFailure;
  return choices.get(entry) ?? (!isDone || held.has(entry));
}

function concerns(entry: Entry, agents: readonly string[]): boolean {
  return agents.some((agent) => entry.agent === agent || entry.agents.has(agent));
}
