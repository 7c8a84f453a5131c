import type { Refusal } from './session/index.js';
import type { Words } from './words/index.js';

/** What a visitor reads of a refusal. */
export function refusalText({ local, reason }: Refusal, words: Words): string {
  return words.refused(local ? '' : reason);
}
