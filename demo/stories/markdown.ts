import DOMPurify from 'dompurify';
import { marked } from 'marked';

const ALLOWED_TAGS =
  'a blockquote br code del em h1 h2 h3 h4 h5 h6 hr li ol p pre strong table tbody td th thead tr ul';

/** Markdown as nodes, of which none runs, loads or looks like something else. */
export function renderMarkdown(text: string): Node {
  const html = marked.parse(text, { async: false });
  return DOMPurify.sanitize(html, {
    ALLOWED_TAGS: ALLOWED_TAGS.split(' '),
    ALLOWED_ATTR: ['href'],
    RETURN_DOM_FRAGMENT: true,
  });
}
