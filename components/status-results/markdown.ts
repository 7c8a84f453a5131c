import { html } from 'lit';
import { guard } from 'lit/directives/guard.js';
import { invalid, messageOf } from '../../protocol/index.js';

/** Makes nodes of a text that is written in Markdown, without anything that the page does not trust. */
export type MarkdownRenderer = (text: string) => Node;

const FIX = 'return nodes, as DOMPurify does with RETURN_DOM_FRAGMENT';

/** A text as the renderer shows it, made anew only when one of the two is another. Where it fails the text is shown as it is. */
export function markdown(text: string, render: MarkdownRenderer): unknown {
  return guard([text, render], () => nodes(text, render) ?? html`<div part="value" class="text">${text}</div>`);
}

function nodes(text: string, render: MarkdownRenderer): HTMLElement | undefined {
  try {
    const node: unknown = render(text);
    // A string of HTML in particular: whether anybody has cleaned it cannot be seen.
    if (!(node instanceof Node)) throw invalid('status-results: renderMarkdown', node, 'a Node', FIX);
    const box = document.createElement('div');
    box.part.add('markdown');
    box.dir = 'auto';
    box.append(node);
    return box;
  } catch (error) {
    console.error(messageOf(error));
    return undefined;
  }
}
