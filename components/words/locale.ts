import { en } from './en.js';
import { Formats } from './formats.js';
import { findWords } from './registry.js';
import type { Words } from './words.js';

/** A language as elements speak it: its texts, and how it writes numbers and times. */
export interface Locale {
  readonly words: Words;
  readonly formats: Formats;
}

/**
 * The locale for a language. Texts and numbers never mix two languages: without a table for `language` both are English, unless `own` texts are handed in,
 * which are then taken to be in that language.
 */
export function localeFor(language?: string, own?: Partial<Words> | null): Locale {
  const known = language === undefined ? undefined : findWords(language);
  const words = known ?? en;
  return {
    words: own ? { ...words, ...own } : words,
    formats: Formats.of(language !== undefined && (known || own) ? language : 'en'),
  };
}

/** The language of the closest `lang` around an element, also outside the shadow roots that it stands in. */
export function languageOf(element: Element): string | undefined {
  for (let at: Element | null = element; at; ) {
    const named: Element | null = at.closest('[lang]');
    if (named) return named.getAttribute('lang') || undefined;
    const root: Node = at.getRootNode();
    at = root instanceof ShadowRoot ? root.host : null;
  }
  return undefined;
}
