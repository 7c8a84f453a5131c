import { type ChannelState, hasEnded, jsonSize, type Phase, type ResultView } from '../../protocol/index.js';
import type { Locale, Words } from '../words/index.js';

/** What there is to show of a run's results. */
export interface ResultsView {
  /** How the run ended, where that is not simply its summary. */
  readonly end: { readonly phase: Phase; readonly text: string; readonly detail: string } | undefined;
  /** Empty where there is none. */
  readonly summary: string;
  readonly results: readonly ResultView[];
  readonly isEmpty: boolean;
}

/** What to show. Pure. */
export function resultsView({ phase, error, summary, results }: ChannelState, words: Words): ResultsView {
  const text = summary ?? '';
  const hasContent = text !== '' || results.length > 0;
  const needsEnd = phase === 'completed' ? !hasContent : hasEnded(phase);
  const detail = phase === 'failed' ? (error?.message ?? '') : '';
  const end = needsEnd ? { phase, text: words[phase], detail } : undefined;
  return { end, summary: text, results, isEmpty: !hasContent && !end };
}

/** What is handed to the clipboard: a text as it is, anything else as JSON. Pure. */
export function copyText(data: unknown): string {
  return typeof data === 'string' ? data : JSON.stringify(data, undefined, 2);
}

/** Entries of a list or an object, and characters of a text, that are shown before somebody asks for more. */
export const FIRST = { entries: 20, characters: 1000 } as const;
/** How many times as much is shown each time that more is asked for. */
export const MORE = 5;
/** A branch whose JSON is at most this long, in bytes, is open from the start, down to this level: small things are read at a glance. */
const OPEN = { bytes: 240, depth: 4 };

export function isOpenAtFirst(value: unknown, depth: number): boolean {
  return depth <= OPEN.depth && jsonSize(value) <= OPEN.bytes;
}

/** A branch of the tree with what it consists of; `undefined` for a leaf. Items of a list are counted from one, as people count. Pure. */
export function branch(value: unknown, { formats }: Locale): ReadonlyArray<readonly [string, unknown]> | undefined {
  if (Array.isArray(value)) return value.map((item: unknown, i) => [formats.number(i + 1), item]);
  return typeof value === 'object' && value !== null ? Object.entries(value) : undefined;
}

/** The beginning of a text, never with half a character at its end. Pure. */
export function beginning(text: string, length: number): string {
  if (text.length <= length) return text;
  const isSplit = /[\ud800-\udbff]/.test(text.charAt(length - 1));
  return text.slice(0, isSplit ? length - 1 : length);
}
