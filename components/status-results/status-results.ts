import { html, nothing, type TemplateResult } from 'lit';
import { property } from 'lit/decorators.js';
import { CompanionElement } from '../companion-element.js';
import { indicator } from '../styles/index.js';
import { type MarkdownRenderer, markdown } from './markdown.js';
import { styles } from './styles.js';
import { DataTree } from './tree.js';
import { copyText, type ResultsView, resultsView } from './view.js';

/**
 * Shows what came out of a run: its summary, and the result of every agent, each with a button that copies it; of a run that failed or was stopped, that and why. Lists and objects are
 * a tree that opens and closes, texts are texts, and Markdown only with a renderer that the page hands in.
 *
 * @tag status-results
 * @csspart base - Everything.
 * @csspart end - How the run ended, where that is not simply its summary.
 * @csspart indicator - The sign of how the run ended.
 * @csspart error - Why the run failed.
 * @csspart empty - That there are no results yet.
 * @csspart summary - The summary with its heading.
 * @csspart result - The result of an agent with its heading.
 * @csspart heading - What it is: the name of the agent, or that it is the summary.
 * @csspart copy - The button that copies it, and then says whether it did.
 * @csspart content - What came out.
 * @csspart truncated - That a result was too long to be kept whole.
 * @csspart markdown - A text as `renderMarkdown` shows it.
 * @csspart tree - A list or an object.
 * @csspart branch - A list or an object in another.
 * @csspart key - The name of an entry, or its number.
 * @csspart value - A text, a number, or what else is no list or object.
 * @csspart more - The button that shows more of what is long.
 * @cssproperty --status-success - The colour of a run that is done.
 * @cssproperty --status-danger - The colour of a run that failed, and why.
 * @cssproperty --status-muted - The colour of what is less important.
 * @cssproperty --status-surface - The ground of the cards.
 * @cssproperty --status-border - The colour of the cards' and buttons' edges.
 * @cssproperty --status-accent - The colour of links in Markdown.
 * @cssproperty --status-radius - The corners of the cards.
 * @cssproperty --status-gap - The space between the parts.
 * @cssproperty --status-font-size - The size of the text.
 * @cssproperty --status-indicator-size - The size of the indicator.
 * @cssproperty --status-focus - The colour of the focus ring.
 * @cssstate empty - There is nothing to show yet.
 * @cssstate idle - Nothing has begun.
 * @cssstate running - Work is going on.
 * @cssstate waiting - Work waits for a person's answer.
 * @cssstate completed - The run is done.
 * @cssstate failed - The run failed.
 * @cssstate cancelled - The run was stopped.
 */
export class StatusResultsElement extends CompanionElement {
  static override styles = styles;

  /**
   * Makes nodes of the summary and of results that are texts: `(text) => Node`. It is to leave out what the page does not trust; a string of HTML is not taken. Without it they are shown as they
   * are. Best one function for all renderings: another one renders everything anew.
   */
  @property({ attribute: false }) renderMarkdown: MarkdownRenderer | null = null;

  #view: ResultsView | undefined;
  readonly #tree = new DataTree(() => {
    this.requestUpdate();
    return this.updateComplete;
  });
  /** What was copied last, and what is said of that: as long as it is the same, and the focus is where it was asked for. */
  #copied: { readonly key: string; readonly data: unknown; readonly note: string } | undefined;

  protected override sessionChanged(): void {
    this.#tree.clear();
    this.#copied = undefined;
  }

  protected override willUpdate(): void {
    const { phase } = this.state;
    this.#view = resultsView(this.state, this.locale.words);
    this.setStates([this.#view.isEmpty ? 'empty' : '', phase].filter((name) => name !== ''));
  }

  protected override render() {
    if (!this.#view) return nothing;
    const { end, summary, results, isEmpty } = this.#view;
    const { words } = this.locale;
    return html`
      <div part="base" role="group" aria-label=${words.results} tabindex="-1">
        ${
          end
            ? html`<div part="end">
                ${indicator(end.phase)}
                <span><strong>${end.text}</strong> <span part="error"><bdi>${end.detail}</bdi></span></span>
              </div>`
            : nothing
        }
        ${isEmpty ? html`<div part="empty" class="muted">${words.noResults}</div>` : nothing}
        ${summary === '' ? nothing : this.#renderCard('summary', words.summary, summary)}
        ${results.map((result) => this.#renderCard('result', result.agent, result.data, result.truncated))}
      </div>
    `;
  }

  #renderCard(part: 'summary' | 'result', name: string, data: unknown, isTruncated = false): TemplateResult {
    const { words } = this.locale;
    const key = `${part} ${name}`;
    // Of what was too long to be kept, a text has its beginning, and anything else nothing.
    const isGone = isTruncated && data === null;
    const isCopied = this.#copied?.key === key && this.#copied.data === data;
    const copy = isCopied ? this.#copied?.note : words.copy;
    return html`
      <div part=${part} class="card" role="group" aria-label=${part === 'result' ? words.resultOf(name) : name}>
        <div class="head">
          <span part="heading"><bdi>${name}</bdi></span>
          ${
            isGone
              ? nothing
              : html`<button
                  part="copy"
                  type="button"
                  aria-label="${copy}: ${name}"
                  @click=${() => this.#copy(key, data)}
                  @blur=${this.#forgetCopied}
                >
                  ${copy}
                </button>`
          }
        </div>
        ${isGone ? nothing : html`<div part="content">${this.#renderData(key, data)}</div>`}
        ${isTruncated ? html`<div part="truncated" class="muted small">${words.truncated}</div>` : nothing}
      </div>
    `;
  }

  #renderData(key: string, data: unknown): unknown {
    const { renderMarkdown } = this;
    if (renderMarkdown && typeof data === 'string' && data !== '') return markdown(data, renderMarkdown);
    return this.#tree.render(data, [key], this.locale);
  }

  async #copy(key: string, data: unknown): Promise<void> {
    const { words } = this.locale;
    const note = (await toClipboard(copyText(data))) ? words.copied : words.notCopied;
    this.#copied = { key, data, note };
    this.requestUpdate();
    this.announce(note);
  }

  #forgetCopied(): void {
    this.#copied = undefined;
    this.requestUpdate();
  }
}

/** Where the page has no clipboard, or may not use it, nothing is copied. */
async function toClipboard(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return false;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'status-results': StatusResultsElement;
  }
}
