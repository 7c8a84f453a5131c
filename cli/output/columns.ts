const graphemes = new Intl.Segmenter();

/** Columns that a character takes at most: what is not ASCII may be wide, and then takes two. */
function columnsOf(grapheme: string): number {
  return grapheme < '\u0080' ? 1 : 2;
}

/** A text cut to so many columns of a terminal, `…` included where it was cut; rather a little less than too much. */
export function clipColumns(text: string, columns: number): string {
  // No terminal is so wide that more could be shown.
  const characters = [...graphemes.segment(text.slice(0, 2 * columns + 100))].map(({ segment }) => segment);
  const isWhole = text.length <= 2 * columns + 100;
  if (isWhole && sum(characters) <= columns) return text;
  let used = 2;
  let end = 0;
  for (const character of characters) {
    used += columnsOf(character);
    if (used > columns) break;
    end++;
  }
  return columns < 2 ? '' : `${characters.slice(0, end).join('')}…`;
}

function sum(characters: readonly string[]): number {
  return characters.reduce((columns, character) => columns + columnsOf(character), 0);
}
