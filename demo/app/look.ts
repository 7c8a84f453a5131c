import type { Look } from './route.js';

/** German, Spanish and the others are loaded when they are chosen. */
const WORDS = {
  en: () => Promise.resolve(),
  de: () => import('../../components/words/languages/de.js'),
  es: () => import('../../components/words/languages/es.js'),
  fr: () => import('../../components/words/languages/fr.js'),
  ja: () => import('../../components/words/languages/ja.js'),
  ar: () => import('../../components/words/languages/ar.js'),
  zh: () => import('../../components/words/languages/zh.js'),
};

/** Whether the page is dark, by choice or by the reader's system. */
export function isDark({ scheme }: Look): boolean {
  return scheme === 'auto' ? matchMedia('(prefers-color-scheme: dark)').matches : scheme === 'dark';
}

/** Colours are the whole page's; language and direction are those of what is shown in it. */
export function applyLook({ scheme, lang }: Look): void {
  document.documentElement.style.colorScheme = scheme === 'auto' ? '' : scheme;
  void WORDS[lang]();
}
