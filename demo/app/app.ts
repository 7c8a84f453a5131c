import { html, LitElement, nothing, type PropertyValues } from 'lit';
import { state } from 'lit/decorators.js';
import type { Framework } from '../code/snippets.js';
import { LivePage } from '../live/live-page.js';
import { controlsOf } from '../manifest/controls.js';
import type { ElementInfo } from '../manifest/elements.js';
import { tokensOf } from '../manifest/tokens.js';
import { findStory, type Listed } from '../stories/index.js';
import { applyLook } from './look.js';
import { lookBar } from './look-bar.js';
import { referencePage } from './reference-page.js';
import { type Address, formatAddress, type Look, parseAddress } from './route.js';
import { sidebar } from './sidebar.js';
import { Stage } from './stage.js';
import { StartPage } from './start-page.js';
import { storyPage } from './story-page.js';

const NAME = 'status-messenger';

/** The whole page. The address says what it shows; everything else is there until the next reload. */
export class DemoApp extends LitElement {
  readonly elements: ReadonlyMap<string, ElementInfo>;
  @state() private address: Address = parseAddress(location.hash);
  @state() private query = '';
  @state() private isMenuOpen = false;
  @state() private framework: Framework = 'html';
  #stage: Stage | undefined;
  #staged = '';
  #live: LivePage | undefined;
  #start: StartPage | undefined;
  /** The title is another one where `<status-attention>` has something to say. */
  readonly #titleWatch = new MutationObserver(() => this.requestUpdate());
  readonly #openGroups = new Set<string>();

  constructor(elements: ReadonlyMap<string, ElementInfo>) {
    super();
    this.elements = elements;
  }

  /** In the page itself, so that its styles and its landmarks are the page's. */
  protected override createRenderRoot(): HTMLElement {
    return this;
  }

  override connectedCallback(): void {
    super.connectedCallback();
    addEventListener('hashchange', this.#addressChanged);
    addEventListener('keydown', this.#keyPressed);
    this.#titleWatch.observe(document.head, { subtree: true, childList: true, characterData: true });
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    removeEventListener('hashchange', this.#addressChanged);
    removeEventListener('keydown', this.#keyPressed);
    this.#titleWatch.disconnect();
    this.#leaveStage();
  }

  readonly #addressChanged = () => {
    this.address = parseAddress(location.hash);
  };

  /** `/` leads to the search, from wherever nothing is written. */
  readonly #keyPressed = (event: KeyboardEvent) => {
    const [target] = event.composedPath();
    const isWriting = target instanceof Element && target.matches('input, textarea, select, [contenteditable]');
    if (event.key !== '/' || isWriting || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    this.isMenuOpen = true;
    void this.updateComplete.then(() => this.querySelector<HTMLElement>('#search')?.focus());
  };

  get #story(): Listed | undefined {
    const { route } = this.address;
    return route.page === 'story' ? findStory(route.tag, route.story) : undefined;
  }

  protected override willUpdate(changed: PropertyValues): void {
    if (!changed.has('address')) return;
    applyLook(this.address.look);
    this.#setStage();
    const { route } = this.address;
    if (route.page === 'live') {
      this.#live ??= new LivePage(() => this.requestUpdate());
      const session = this.#live.show(route.work, route.session);
      if (route.session !== session) this.#go({ route: { ...route, session } });
    } else {
      this.#live?.leave();
      this.#live = undefined;
    }
    if (route.page === 'start') this.#start ??= new StartPage(this.elements);
    else {
      this.#start?.leave();
      this.#start = undefined;
    }
  }

  protected override updated(changed: PropertyValues): void {
    if (changed.has('address')) this.#arrived(changed.get('address') as Address | undefined);
  }

  /** Another page begins at its top, and says by the title what it is; the list shows where that is. */
  #arrived(before: Address | undefined): void {
    document.title = `${this.#title} · ${NAME}`;
    const { route } = this.address;
    if (before && JSON.stringify(pageOf(before)) === JSON.stringify(pageOf(this.address))) return;
    this.querySelector('nav [aria-current]')?.scrollIntoView({ block: 'nearest' });
    if (!before) return;
    scrollTo(0, 0);
    if (route.page === 'story' || route.page === 'reference') this.#openGroups.add(route.tag);
  }

  /** Where the list covers the page it goes away, and the focus is on what was chosen. */
  readonly #chosen = () => {
    if (!this.isMenuOpen) return;
    this.isMenuOpen = false;
    if (matchMedia('(max-width: 60rem)').matches) this.querySelector<HTMLElement>('h1')?.focus();
  };

  get #title(): string {
    const { route } = this.address;
    if (route.page === 'story') return this.#story ? `${this.#story.title}, ${route.tag}` : 'Not found';
    if (route.page === 'reference') return `Reference, ${route.tag}`;
    if (route.page === 'live') return route.work === 'run' ? 'A run, live' : 'A conversation, live';
    return 'Live status for any web page';
  }

  #setStage(): void {
    const story = this.#story;
    const key = story ? `${story.tag}/${story.id}` : '';
    if (key !== this.#staged) this.#leaveStage();
    this.#staged = key;
    const info = story && this.elements.get(story.tag);
    if (!story || !info) return;
    this.#stage ??= new Stage(story, info, () => this.requestUpdate());
    this.#stage.apply(controlsOf(info), tokensOf(info), this.address.values);
  }

  #leaveStage(): void {
    this.#stage?.leave();
    this.#stage = undefined;
  }

  /** Writes into the address what is another now. What is set has no step of its own in the history. */
  #go(change: Partial<Address>): void {
    this.address = { ...this.address, ...change };
    history.replaceState(null, '', formatAddress(this.address));
  }

  readonly #setLook = (change: Partial<Look>) => this.#go({ look: { ...this.address.look, ...change } });

  readonly #setValue = (name: string, value: string | undefined) => {
    const { [name]: _, ...others } = this.address.values;
    this.#go({ values: value === undefined ? others : { ...others, [name]: value } });
  };

  readonly #replay = () => {
    this.#leaveStage();
    this.#setStage();
    this.requestUpdate();
  };

  protected override render() {
    const { address, query, isMenuOpen } = this;
    return html`
      <a class="skip" href="#main" @click=${this.#skip}>Skip to the content</a>
      ${sidebar({
        address,
        query,
        isMenuOpen,
        openGroups: this.#openGroups,
        search: (text) => {
          this.query = text;
        },
        toggleMenu: this.#toggleMenu,
        chosen: this.#chosen,
      })}
      <div class="page">
        ${lookBar(address, this.#setLook)}
        <main id="main" tabindex="-1">${this.#page()}</main>
      </div>
    `;
  }

  /** Closed by Escape, the menu leaves the focus on what opened it. */
  readonly #toggleMenu = () => {
    this.isMenuOpen = !this.isMenuOpen;
    if (!this.isMenuOpen) this.querySelector<HTMLElement>('.menu')?.focus();
  };

  readonly #skip = (event: Event) => {
    event.preventDefault();
    this.querySelector<HTMLElement>('main')?.focus();
  };

  #page() {
    const { address } = this;
    const { route } = address;
    if (route.page === 'live') return this.#live?.render(address.look) ?? nothing;
    if (route.page === 'start') return this.#start?.render(address) ?? nothing;
    const info = this.elements.get(route.tag);
    if (route.page === 'reference' && info) return referencePage(info, address);
    const story = this.#story;
    const stage = this.#stage;
    if (!story || !info || !stage) {
      return html`<h1 tabindex="-1">There is no such story</h1><p class="lead">Choose another one from the list.</p>`;
    }
    return storyPage({
      story,
      info,
      stage,
      address,
      framework: this.framework,
      setValue: this.#setValue,
      reset: () => this.#go({ values: {} }),
      replay: this.#replay,
      choose: (framework) => {
        this.framework = framework;
      },
    });
  }
}

/** What of an address is another page: not its look, nor what is set in it, nor its session. */
function pageOf({ route }: Address): readonly string[] {
  return Object.values('session' in route ? { page: route.page, work: route.work } : route);
}

customElements.define('demo-app', DemoApp);
