import { html, nothing, type TemplateResult } from 'lit';
import type { Locale } from '../words/index.js';
import { beginning, branch, FIRST, isOpenAtFirst, MORE } from './view.js';

/** Where something stands in the data: the name of the result, and the keys down to it. */
type Path = readonly string[];

/** Data as a tree that is opened and closed, of which first only the beginning is shown. It remembers what somebody opened, closed, and asked for more of. */
export class DataTree {
  readonly #changed: () => Promise<unknown>;
  readonly #open = new Map<string, boolean>();
  /** How many times as much as at first is shown. */
  readonly #times = new Map<string, number>();

  /** @param changed Called when it is to be rendered again; resolves when that is done. */
  constructor(changed: () => Promise<unknown>) {
    this.#changed = changed;
  }

  /** Forgets everything: it is other data from now on. */
  clear(): void {
    this.#open.clear();
    this.#times.clear();
  }

  render(data: unknown, path: Path, locale: Locale): TemplateResult {
    const entries = branch(data, locale);
    if (!entries) return this.#leaf(data, path, locale);
    if (entries.length === 0) return html`<span class="muted">${locale.words.emptyList}</span>`;
    return html`<div part="tree">${this.#list(entries, path, locale)}</div>`;
  }

  #list(entries: ReadonlyArray<readonly [string, unknown]>, path: Path, locale: Locale): TemplateResult {
    const shown = FIRST.entries * this.#timesOf(path);
    return html`<ul role="list">
      ${entries.slice(0, shown).map(([key, value]) => this.#entry(key, value, [...path, key], locale))}
      ${shown < entries.length ? html`<li>${this.#more(path, locale)}</li>` : nothing}
    </ul>`;
  }

  #entry(key: string, value: unknown, path: Path, locale: Locale): TemplateResult {
    const { words, formats } = locale;
    const name = html`<bdi part="key">${key}</bdi>`;
    const entries = branch(value, locale);
    if (!entries) return html`<li class="leaf">${name} ${this.#leaf(value, path, locale)}</li>`;
    const count = entries.length;
    if (count === 0) return html`<li class="leaf">${name} <span class="muted">${words.emptyList}</span></li>`;
    const at = JSON.stringify(path);
    const isOpen = this.#open.get(at) ?? isOpenAtFirst(value, path.length);
    const toggle = (event: Event) => {
      // It is opened by rendering it open.
      event.preventDefault();
      this.#open.set(at, !isOpen);
      void this.#changed();
    };
    return html`<li>
      <details part="branch" ?open=${isOpen}>
        <summary @click=${toggle}>${name} <span class="muted small">${words.items(count, formats.number(count))}</span></summary>
        ${isOpen ? this.#list(entries, path, locale) : nothing}
      </details>
    </li>`;
  }

  #leaf(value: unknown, path: Path, locale: Locale): TemplateResult {
    // A number may be a year or an id: it is not written as an amount.
    if (typeof value !== 'string') return html`<bdi part="value" class="number">${String(value)}</bdi>`;
    if (value === '') return html`<span class="muted">${locale.words.emptyText}</span>`;
    const shown = beginning(value, FIRST.characters * this.#timesOf(path));
    const isWhole = shown === value;
    return html`
      <div part="value" class="text">${shown}${isWhole ? nothing : '…'}</div>
      ${isWhole ? nothing : html`<div class="more">${this.#more(path, locale)}</div>`}
    `;
  }

  #more(path: Path, { words }: Locale): TemplateResult {
    return html`<button part="more" type="button" @click=${(event: Event) => this.#showMore(path, event)}>
      ${words.more}
    </button>`;
  }

  async #showMore(path: Path, { currentTarget: button }: Event): Promise<void> {
    const before = button instanceof Element ? button.parentElement?.previousElementSibling : null;
    this.#times.set(JSON.stringify(path), this.#timesOf(path) * MORE);
    await this.#changed();
    // Whoever asked reads on from there: at the first of the new entries, or in the text.
    const next = before?.localName === 'li' ? before.nextElementSibling : before;
    if (!(next instanceof HTMLElement)) return;
    next.tabIndex = -1;
    next.focus();
  }

  #timesOf(path: Path): number {
    return this.#times.get(JSON.stringify(path)) ?? 1;
  }
}
