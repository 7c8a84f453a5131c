export { Formats } from './formats.js';
export { type Locale, languageOf, localeFor } from './locale.js';
export { plural } from './plural.js';
export { setWords } from './registry.js';
export type { Words } from './words.js';
