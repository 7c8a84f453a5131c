import type { AnsweredData } from '../protocol/index.js';
import type { Words } from './words/index.js';

/** Who answered, as far as people may be named: the id of a connection tells nobody anything. Empty where nobody did. Pure. */
export function answererText({ by, anonymous }: Pick<AnsweredData, 'by' | 'anonymous'>, words: Words): string {
  if (by === undefined) return '';
  return anonymous ? words.answeredByViewer : words.answeredBy(by);
}
