import { stripVTControlCharacters } from 'node:util';

/** What could move the cursor, write to the title or the clipboard, ring, or turn a text around: C0, C1, and Unicode's direction and line marks. */
const CONTROLS =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for.
  /[\u0000-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufff9-\ufffb]+/g;

/** A stranger's text as one line that a terminal shows and obeys in nothing. */
export function plainText(text: string): string {
  return stripVTControlCharacters(text).replace(CONTROLS, ' ').trim();
}
