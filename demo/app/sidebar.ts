import { html, nothing, type TemplateResult } from 'lit';
import { GROUPS, type Listed, STORIES } from '../stories/index.js';
import type { StoryGroup } from '../stories/story.js';
import { type Address, formatAddress, type Route } from './route.js';
import { search } from './search.js';

export interface SidebarView {
  readonly address: Address;
  readonly query: string;
  readonly isMenuOpen: boolean;
  /** The tags whose stories are listed, beside that of the story that is shown. */
  readonly openGroups: Set<string>;
  search(query: string): void;
  toggleMenu(): void;
  /** Something of the list was chosen. */
  chosen(): void;
}

/** The name of the page, the search, and the list of all that there is. */
export function sidebar(view: SidebarView): TemplateResult {
  const { address, query, isMenuOpen } = view;
  const found = search(STORIES, query);
  const isSearching = query.trim() !== '';
  return html`
    <header class="sidebar" ?data-open=${isMenuOpen}>
      <div class="brand">
        <a href=${formatAddress({ ...address, route: { page: 'start' }, values: {} })}>
          <span class="mark" aria-hidden="true"></span>status-messenger
        </a>
        <button type="button" class="menu" aria-expanded=${isMenuOpen} aria-controls="menu" @click=${view.toggleMenu}>
          ${isMenuOpen ? 'Close' : 'Menu'}
        </button>
      </div>
      <div id="menu" @keydown=${(event: KeyboardEvent) => event.key === 'Escape' && isMenuOpen && view.toggleMenu()}>
        <search>
          <label class="search">
            <span class="hidden">Search the stories</span>
            <input
              id="search"
              type="search"
              placeholder="Search"
              autocomplete="off"
              spellcheck="false"
              .value=${query}
              @input=${(event: Event) => view.search((event.currentTarget as HTMLInputElement).value)}
              @keydown=${(event: KeyboardEvent) => searchKey(event)}
            />
            <kbd aria-hidden="true">/</kbd>
          </label>
          <p class="hidden" role="status">${isSearching ? `${found.length} found` : ''}</p>
        </search>
        <nav aria-label="Stories" @click=${(event: Event) => event.target instanceof HTMLAnchorElement && view.chosen()}>
          ${
            isSearching
              ? nothing
              : html`
                  <ul class="top">
                    ${[
                      entry(address, { page: 'start' }, 'Overview'),
                      entry(address, { page: 'live', work: 'run' }, 'Live: a run'),
                      entry(address, { page: 'live', work: 'conversation' }, 'Live: a conversation'),
                    ]}
                  </ul>
                `
          }
          ${isSearching ? foundGroups(found, view) : GROUPS.map((group) => groupEntry(group, false, view))}
          ${found.length === 0 ? html`<p class="none">Nothing has “${query}” in it.</p>` : nothing}
        </nav>
      </div>
    </header>
  `;
}

/** Enter and the arrow down lead from the search to what was found. */
function searchKey(event: KeyboardEvent): void {
  if (event.key !== 'Enter' && event.key !== 'ArrowDown') return;
  event.preventDefault();
  const field = event.currentTarget as HTMLElement;
  const first = field.closest('#menu')?.querySelector<HTMLElement>('nav details[open] li a, nav .top a');
  first?.focus();
  if (event.key === 'Enter') first?.click();
}

/** What was found, the best first: Enter leads to that. */
function foundGroups(found: readonly Listed[], view: SidebarView): TemplateResult[] {
  const tags = [...new Set(found.map(({ tag }) => tag))];
  return tags.map((tag) => groupEntry({ tag, stories: found.filter((each) => each.tag === tag) }, true, view));
}

function groupEntry(
  { tag, stories }: Pick<StoryGroup, 'tag' | 'stories'>,
  isSearching: boolean,
  { address, openGroups }: SidebarView,
): TemplateResult {
  const { route } = address;
  const isCurrent = 'tag' in route && route.tag === tag;
  const toggled = (event: Event) => {
    if (isSearching) return;
    if ((event.currentTarget as HTMLDetailsElement).open) openGroups.add(tag);
    else openGroups.delete(tag);
  };
  return html`
    <details ?open=${isSearching || isCurrent || openGroups.has(tag)} @toggle=${toggled}>
      <summary>${tag}</summary>
      <ul>
        ${stories.map(({ id, title }) => entry(address, { page: 'story', tag, story: id }, title))}
        ${isSearching ? nothing : entry(address, { page: 'reference', tag }, 'Reference', 'reference')}
      </ul>
    </details>
  `;
}

function entry(address: Address, route: Route, text: string, kind = ''): TemplateResult {
  const here = address.route;
  const isHere =
    here.page === 'live' && route.page === 'live'
      ? here.work === route.work
      : JSON.stringify(here) === JSON.stringify(route);
  return html`<li class=${kind || nothing}>
    <a href=${formatAddress({ ...address, route, values: {} })} aria-current=${isHere ? 'page' : nothing}>${text}</a>
  </li>`;
}
