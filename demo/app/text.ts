import { html, type TemplateResult } from 'lit';

/** Text in which what stands between backticks is code. */
export function inlineCode(text: string): readonly (TemplateResult | string)[] {
  return text.split(/`([^`]+)`/).map((part, i) => (i % 2 === 1 ? html`<code>${part}</code>` : part));
}
