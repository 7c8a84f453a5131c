/** A piece of a style sheet, shorter, with the same meaning wherever it is cut: at its ends a space stays one. */
export function minifyCss(css: string): string {
  const shorten = (text: string) =>
    text
      .replace(/\s+/g, ' ')
      .replace(/ ?([{};,]) ?/g, '$1')
      // In a selector, a space before a colon or a combinator means something; behind it none does.
      .replace(/([:>]) /g, '$1')
      .replace(/ >/g, '>')
      .replace(/;\}/g, '}')
      .replace(/(?<![\w.])0\.(?=\d)/g, '.');
  const parts = css
    .replace(/\/\*.*?\*\//gs, '')
    .replace(/=(["'])([a-z][\w-]*)\1\]/gi, '=$2]')
    // Texts stay as they are.
    .split(/("[^"]*"|'[^']*')/);
  return parts.map((part, i) => (i % 2 ? part : shorten(part))).join('');
}

/** A piece of a style sheet, minified in as many lines, the last one as it was: what comes behind it stays where it is, for the source map. */
export function minifyInPlace(css: string): string {
  const lines = css.split('\n');
  const last = lines.pop();
  return lines.length === 0 ? css : `${minifyCss(lines.join('\n'))}${'\n'.repeat(lines.length)}${last}`;
}

/** A piece of markup: where there was white space there still is some, as between two words. */
export function minifyHtml(html: string): string {
  return html.replace(/<!--.*?-->/gs, '').replace(/\s*\n\s*/g, ' ');
}
