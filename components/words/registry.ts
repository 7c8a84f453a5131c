import { en } from './en.js';
import type { Words } from './words.js';

// Global on purpose: texts for every element of the page are what these are for. An element's own `words` come before them. The keys are language tags in
// small letters.
const tables = new Map<string, Words>([['en', en]]);
const replaced = new Map<string, Partial<Words>>();
const listeners = new Set<() => void>();

/** Adds the texts of a language; what `setWords` has replaced or will replace in it stays replaced. */
export function addLanguage(language: string, words: Words): void {
  tables.set(language.toLowerCase(), words);
  tell();
}

/**
 * Replaces texts of a language for all elements of the page, those that are there included. Where the language has no texts, what is not given is English.
 *
 * @param language A language tag such as `de` or `pt-BR`.
 */
export function setWords(language: string, words: Partial<Words>): void {
  const key = language.toLowerCase();
  replaced.set(key, { ...replaced.get(key), ...words });
  tell();
}

/** The texts of a language, of `de` also for `de-AT`; `undefined` where there are none. */
export function findWords(language: string): Words | undefined {
  const keys = keysOf(language);
  const table = keys.map((key) => tables.get(key)).find(Boolean);
  const own = keys.map((key) => replaced.get(key)).filter((words) => words !== undefined);
  return table || own.length > 0 ? Object.assign({}, table ?? en, ...own.reverse()) : undefined;
}

/** Calls `listener` whenever texts are added or replaced. Answers a function that stops it. */
export function onWordsChange(listener: () => void): () => void {
  listeners.add(listener);
  return () => void listeners.delete(listener);
}

/** `zh-hans-cn`, `zh-hans`, `zh`. */
function keysOf(language: string): readonly string[] {
  const parts = language.toLowerCase().split('-');
  return parts.map((_, i) => parts.slice(0, parts.length - i).join('-'));
}

function tell(): void {
  for (const listener of [...listeners]) listener();
}
