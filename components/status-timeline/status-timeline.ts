import { html, nothing, type PropertyValues } from 'lit';
import { property } from 'lit/decorators.js';
import type { Message } from '../../protocol/index.js';
import { CompanionElement } from '../companion-element.js';
import { SecondsController } from '../controllers/seconds.js';
import { knownUntil } from '../known-time.js';
import { type Entry, TIMELINE } from './entry.js';
import { FollowController } from './follow.js';
import { TimelineLog } from './log.js';
import { type Look, renderRows } from './rows.js';
import { styles } from './styles.js';
import type { TimelineView } from './view.js';
import { TimelineWindow } from './window.js';

/** How many looks the lanes have; more agents share them. */
const LANES = 6;

/**
 * All that happened, in time: steps as a tree with how long they take, and in them what was said, asked, answered and found. Finished steps fold up, failed ones stay open, and
 * whoever opens or closes one keeps it so. It follows the end until the reader scrolls up. Home goes to the beginning, End to the latest. It keeps
 * the last 10,000 entries, and draws those around the ones that are read, 500 at most. Its height is at most 28rem: set `max-block-size` for another.
 *
 * @tag status-timeline
 * @csspart base - Everything.
 * @csspart agents - The buttons that choose whose entries are shown; there where there are two agents or more.
 * @csspart agent - One of these buttons.
 * @csspart scroller - What scrolls.
 * @csspart earlier - The button that shows earlier entries.
 * @csspart empty - What stands where nothing has happened yet.
 * @csspart list - The entries, and those within a step.
 * @csspart entry - An entry, whatever it is. Beside it stands its kind, one of the ten that follow: `::part(entry question)`.
 * @csspart step - An entry that is a step, with how long it takes.
 * @csspart tool - An entry that is a tool's work, a step of its own kind.
 * @csspart status - An entry that was said.
 * @csspart progress - An entry that says how far the run is.
 * @csspart question - An entry that was asked.
 * @csspart answer - An entry that says how a question ended.
 * @csspart result - An entry that is an agent's result.
 * @csspart error - An entry that says what went wrong, without an end of the run.
 * @csspart end - An entry that says how the run ended.
 * @csspart gap - What stands in the place of entries that are not kept any more.
 * @csspart toggle - The button that opens and closes a step.
 * @csspart indicator - The sign of how a step, a question or a run stands.
 * @csspart text - What an entry says.
 * @csspart name - Who says it, where that is somebody else than before.
 * @csspart steps - How many steps are in a step that is closed.
 * @csspart detail - More on it: how far a step is, why it failed, a result.
 * @csspart preview - The beginning of a result: such a `detail`.
 * @csspart time - When it happened, or how long a step has taken.
 * @csspart latest - The button that goes back to the end.
 * @cssproperty --status-accent - The colour of steps that go on, and of what is chosen. The colours of the lanes are made of it.
 * @cssproperty --status-success - The colour of what is done.
 * @cssproperty --status-warning - The colour of what needs a person, and of warnings.
 * @cssproperty --status-danger - The colour of what failed.
 * @cssproperty --status-muted - The colour of what is less important.
 * @cssproperty --status-surface - The ground of results.
 * @cssproperty --status-border - The colour of lines.
 * @cssproperty --status-radius - The corners of cards, which those of the buttons follow.
 * @cssproperty --status-gap - The space between the parts.
 * @cssproperty --status-font-size - The size of the text.
 * @cssproperty --status-indicator-size - The size of the indicators.
 * @cssproperty --status-focus - The colour of the focus ring.
 * @cssstate empty - There is nothing to show.
 * @cssstate filtered - Not the entries of all agents are shown.
 * @cssstate following - The end is shown, and stays so.
 * @cssstate stale - What is shown is only what was last known.
 * @fires {Event} agentschange - The reader chose whose entries are shown: `agents` is another.
 */
export class StatusTimelineElement extends CompanionElement {
  static override styles = styles;

  /** Whose entries are shown, with the steps that they are in; those of all where it is empty. The reader changes it by the buttons. */
  @property({ attribute: false }) agents: readonly string[] = [];

  #log = new TimelineLog();
  readonly #window = new TimelineWindow();
  #choices = new WeakMap<Entry, boolean>();
  /** Whom the reader chose last. */
  #chosen: readonly string[] | undefined;
  readonly #follow = new FollowController(this, {
    hasLater: () => this.#view.hasLater,
    reachedStart: () => this.#showEarlier(),
    reachedEnd: () => this.#showLater(),
  });
  /** What is drawn is a server's, which shows the end by other means. */
  #isServed = false;
  /** The day, by which times tell theirs. */
  #today = new Date();
  /** Up to when it is known what goes on, in the server's time. */
  #now = 0;

  constructor() {
    super();
    new SecondsController(this, () => this.#view.isTicking && this.connection.status === 'live');
  }

  protected override messageArrived(message: Message): void {
    this.#log.arrive(message, this.state);
  }

  protected override sessionChanged(): void {
    this.#log = new TimelineLog();
    this.#choices = new WeakMap();
    this.#follow.isFollowing = true;
    this.#window.startOver();
    // Whom the reader chose were the agents of the session before. Those that the page chose are meant.
    if (this.agents === this.#chosen) this.#choose([]);
  }

  protected override willUpdate(changed: PropertyValues<this>): void {
    // Frameworks take away a property by setting it to nothing.
    this.agents ??= [];
    const { state, connection, companion } = this;
    this.#log.catchUp(state);
    this.#today = new Date(companion.serverNow);
    this.#now = knownUntil(state, connection, companion.now) ?? companion.serverNow;
    if (changed.has('agents') && this.hasUpdated) {
      this.#follow.isFollowing = true;
      this.#window.startOver();
    }
    const looks = { agents: this.agents, choices: this.#choices };
    const { story } = this.#log;
    if (this.#follow.goesToEnd) this.#window.follow(story, looks, this.#focused(), this.#inSight);
    else this.#window.look(story, looks, this.#follow.markPlace());
    this.setStates(this.#states());
  }

  protected override render() {
    const { words, formats } = this.locale;
    const { rows, hasEarlier, fresh } = this.#view;
    return html`
      <div part="base" tabindex="-1">
        ${this.#renderAgents()}
        <div part="scroller" class=${this.isPrerendering ? 'served' : nothing} role="group" aria-label=${words.timeline} tabindex="0" @keydown=${this.#pressed}>
          <div class="content">
            ${
              hasEarlier
                ? html`<button part="earlier" type="button" @click=${this.#showEarlier}>${words.earlier}</button>`
                : nothing
            }
            ${rows.length > 0 ? renderRows(rows, this.#look) : html`<p part="empty">${this.#emptyText()}</p>`}
          </div>
        </div>
        ${
          this.#follow.isFollowing
            ? nothing
            : html`<button part="latest" type="button" class="primary" @click=${this.#toLatest}>
                <span class="chevron"></span>${fresh > 0 ? words.newEntries(fresh, formats.number(fresh)) : words.toLatest}
              </button>`
        }
      </div>
    `;
  }

  protected override update(changed: PropertyValues<this>): void {
    const wasInside = this.#scroller?.matches(':focus-within');
    super.update(changed);
    // Where the row that had the focus is not drawn any more, keys go on to scroll.
    if (wasInside && !this.#scroller?.matches(':focus-within')) this.#scroller?.focus({ preventScroll: true });
  }

  protected override updated(): void {
    if (this.#follow.isFollowing && this.#isServed) this.#follow.isFollowing = true;
    this.#isServed = this.isPrerendering;
    if (this.#window.isBehind(this.#log.story)) this.requestUpdate();
  }

  get #scroller(): HTMLElement | null | undefined {
    return this.shadowRoot?.querySelector<HTMLElement>('[part="scroller"]');
  }

  get #view(): TimelineView {
    return this.#window.view;
  }

  /** Two screens of rows. */
  get #inSight(): number {
    return Math.min(TIMELINE.page, Math.max(TIMELINE.end, Math.ceil(this.#follow.height / TIMELINE.row) * 2));
  }

  get #isStale(): boolean {
    const { status } = this.connection;
    return status !== 'live' && status !== 'ended' && this.#view.entries.length > 0;
  }

  #states(): string[] {
    const states = {
      empty: this.#view.entries.length === 0,
      filtered: this.agents.length > 0,
      following: this.#follow.isFollowing,
      stale: this.#isStale,
    };
    return Object.entries(states).flatMap(([name, is]) => (is ? name : []));
  }

  #emptyText(): string {
    const { words, formats } = this.locale;
    return this.agents.length > 0 ? words.nothingOf(formats.list(this.agents)) : words.timelineEmpty;
  }

  #renderAgents() {
    const names = new Set([...this.#log.story.agents, ...this.agents]);
    if (names.size < 2 && this.agents.length === 0) return nothing;
    const { words } = this.locale;
    const chip = (text: string, isPressed: boolean, lane: string, press: () => void) => html`
      <button part="agent" type="button" class=${lane} aria-pressed=${isPressed} @click=${press}>${text}</button>
    `;
    return html`
      <div part="agents" role="group" aria-label=${words.agents}>
        ${chip(words.allAgents, this.agents.length === 0, '', () => this.#choose([]))}
        ${[...names].map((name) => {
          const others = this.agents.filter((other) => other !== name);
          const isChosen = others.length < this.agents.length;
          return chip(name, isChosen, this.#lane(name), () => this.#choose(isChosen ? others : [...others, name]));
        })}
      </div>
    `;
  }

  get #look(): Look {
    return {
      locale: this.locale,
      isServed: this.isPrerendering,
      isStale: this.#isStale,
      now: this.#now,
      today: this.#today,
      lane: (agent) => this.#lane(agent),
      toggle: (entry) => this.#toggle(entry),
    };
  }

  /** The look of an agent's lane, where there are several. */
  #lane(agent: string | undefined): string {
    const { agents } = this.#log.story;
    const index = agent === undefined || agents.size < 2 ? -1 : [...agents].indexOf(agent);
    return index < 0 ? '' : `lane lane${index % LANES}`;
  }

  #choose(agents: readonly string[]): void {
    this.agents = agents;
    this.#chosen = agents.length > 0 ? agents : undefined;
    this.dispatchEvent(new Event('agentschange'));
  }

  #toggle(entry: Entry): void {
    const isExpanded = this.#view.expanded.has(entry);
    this.#choices.set(entry, !isExpanded);
    // What is opened is to be read, and not to be pushed away by what comes.
    if (!isExpanded) {
      this.#window.showAfter(entry);
      this.#follow.isFollowing = false;
    }
    this.requestUpdate();
  }

  #showEarlier(): void {
    if (!this.#view.hasEarlier) return;
    if (!this.#window.hasRoom) this.#follow.isFollowing = false;
    this.#window.showEarlier();
    this.requestUpdate();
  }

  #showLater(): void {
    this.#window.showLater();
    this.requestUpdate();
  }

  /** Beyond what is drawn, where a browser does not go by itself. */
  #pressed(event: KeyboardEvent): void {
    const { key, altKey, ctrlKey, metaKey, shiftKey } = event;
    if (altKey || ctrlKey || metaKey || shiftKey) return;
    if (key === 'Home' && this.#view.hasEarlier) this.#toStart();
    else if (key === 'End' && !this.#follow.isFollowing) this.#toLatest();
    else return;
    event.preventDefault();
  }

  #toStart(): void {
    this.#window.showStart(this.#log.story);
    this.#follow.toStart();
    this.#scroller?.focus();
  }

  #toLatest(): void {
    this.#follow.isFollowing = true;
    this.#scroller?.focus();
  }

  /** The steps in which the focus is: what is in them is not taken away from whoever is there. */
  #focused(): ReadonlySet<Entry> {
    const keys = new Set<number>();
    let item = this.shadowRoot?.activeElement?.closest('li');
    while (item) {
      item = item.parentElement?.closest('li');
      if (item) keys.add(Number(item.dataset.key));
    }
    return new Set([...this.#view.expanded].filter(({ key }) => keys.has(key)));
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'status-timeline': StatusTimelineElement;
  }
}
