import { HOSTILE as MARKUP } from '../status-results/hostile.js';

/** Characters of the longest text: more than any element shows, or a state keeps, of one. */
const LONG = 20_000;

/** What a stranger may send in any text, by what it tries. */
export const CORPUS: Readonly<Record<string, string>> = {
  ...Object.fromEntries(MARKUP.map((text) => [`markup ${text}`, text])),
  'an image from elsewhere': '<img src="https://elsewhere.invalid/a.png" srcset="https://elsewhere.invalid/b.png 2x">',
  'an end of what it stands in': '</span></bdi></div></button></textarea></option></select></style></script></title>',
  'an end of an attribute, with an event': `" autofocus onfocus="window.broken = 1" x='`,
  'a comment, and markers of a template': '<!-- --><!--?lit$1$--><?lit?>`$' + '{window.broken = 1}',
  'a template with a shadow root': '<template shadowrootmode="open"><script>window.broken = 1</script></template>',
  'an address that is a script': 'javascript:window.broken=1//',
  'an address that is a page': 'data:text/html,<script>parent.broken=1</script>',
  'a style that loads':
    'red;background:url(https://elsewhere.invalid/c.png);}*{display:none}@import "//elsewhere.invalid"',
  entities: '&lt;script&gt;window.broken=1&lt;/script&gt;&#x22;&amp;',
  'directions that are not ended': 'a\u202Eb\u2067c\u200Fd\u2066e',
  'no character, and controls': '\u0000\u0001\u001B[31m\u0007\u009B\uFFFE\u2028',
  'halves of a character': '\uDC00 \uD800',
  'names that every object has': '__proto__',
  'a name of a method': 'constructor',
  'a very long one': 'long '.repeat(LONG / 5),
};
