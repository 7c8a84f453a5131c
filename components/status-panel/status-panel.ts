import { html, isServer, nothing, type PropertyValues, type TemplateResult } from 'lit';
import { property } from 'lit/decorators.js';
import { type ChannelState, hasEnded, openQuestion } from '../../protocol/index.js';
import { CompanionElement } from '../companion-element.js';
import { answerPrerendered, type Prerendered } from '../controllers/prerender.js';
import { PressController } from '../controllers/press.js';
import { SecondsController } from '../controllers/seconds.js';
import { type SessionHolder, type SessionSource, sourceOf } from '../controllers/session-source.js';
import { SnapshotReader } from '../controllers/snapshot.js';
import { tellSourcesChanged } from '../controllers/source-finder.js';
import { stillSession } from '../controllers/still-session.js';
import type { Decode } from '../session/index.js';
import { lineCounts, statusLine } from '../status-messenger/line.js';
import { lineContent } from '../status-messenger/line-content.js';
import { Linger } from './linger.js';
import { type Section, sectionElement } from './sections.js';
import { styles } from './styles.js';

/**
 * All of a session in one tag: how it stands and how to stop it, what it asks, how far it is, what happened, and what came out. With `url` it holds the session itself, by a `<status-messenger>` in it;
 * without, it shows that of the closest one around, or of the one that `for` names. What has nothing to show takes no room.
 *
 * @tag status-panel
 * @slot - More elements; they stand at the end, and find the session.
 * @slot status - In place of the line that says how the run stands.
 * @slot connection - In place of the `<status-connection>`.
 * @slot question - In place of the `<status-question>`.
 * @slot progress - In place of the `<status-progress>`.
 * @slot timeline - In place of the `<status-timeline>`.
 * @slot results - In place of the `<status-results>`.
 * @slot controls - In place of the `<status-controls>`.
 * @csspart base - Everything.
 * @csspart header - The status line, the connection, and the buttons that stop the run or start it again.
 * @csspart line - The status line. It is the messenger's own where that stands around the panel.
 * @csspart indicator - The sign of how the run stands.
 * @csspart line-message - The current status, that the run waits, or how it ended.
 * @csspart line-time - How long the run has taken.
 * @csspart messenger - The `<status-messenger>` that holds the session, where the panel has a `url`, or is handed a session: it speaks to those who listen.
 * @csspart connection - The `<status-connection>`. Of it and of the five below, each part is there with the name before its own: `connection-label`, `timeline-entry`.
 * @csspart question - The `<status-question>`.
 * @csspart progress - The `<status-progress>`.
 * @csspart timeline - The `<status-timeline>`.
 * @csspart results - The `<status-results>`.
 * @csspart controls - The `<status-controls>`.
 * @csspart body - Progress and timeline, and the results, which stand beside them where there is room.
 * @csspart details - What opens and closes timeline and results; there where the panel is compact.
 * @csspart summary - What is pressed for that.
 * @cssproperty --status-accent - The colour of work going on, and of what can be pressed.
 * @cssproperty --status-success - The colour of what is done.
 * @cssproperty --status-warning - The colour of what needs a person.
 * @cssproperty --status-danger - The colour of what failed.
 * @cssproperty --status-muted - The colour of what is less important.
 * @cssproperty --status-surface - The ground of cards and fields.
 * @cssproperty --status-border - The colour of the panel's edge, and of all others.
 * @cssproperty --status-radius - The corners of the panel; all others follow.
 * @cssproperty --status-gap - The space between the parts.
 * @cssproperty --status-font-size - The size of the text.
 * @cssproperty --status-indicator-size - The size of the indicators.
 * @cssproperty --status-focus - The colour of the focus ring.
 * @cssstate idle - Nothing has begun.
 * @cssstate running - Work is going on.
 * @cssstate waiting - Work waits for a person's answer.
 * @cssstate completed - The run ended well.
 * @cssstate failed - The run ended with an error.
 * @cssstate cancelled - The run was stopped.
 */
export class StatusPanelElement extends CompanionElement implements SessionHolder {
  static override styles = styles;

  /** `compact` shows the connection only where it is not live, and timeline and results when they are asked for. */
  @property() variant: 'full' | 'compact' = 'full';
  /** Where the server is, as of `<status-messenger>`, and so are those below. With it the panel holds the session itself. */
  @property() url: string | null = null;
  /** The session to watch. */
  @property({ attribute: 'session-id' }) sessionId: string | null = null;
  /** A thread to watch, too, if the server allows it. */
  @property({ attribute: 'thread-id' }) threadId: string | null = null;
  /** A user whose messages to watch, too, if the server allows it. */
  @property({ attribute: 'user-id' }) userId: string | null = null;
  /** A credential, sent in the query. */
  @property() token: string | null = null;
  /** Holds no connection. */
  @property({ type: Boolean }) paused = false;
  /** Asked for a credential at every attempt; takes the place of `token`. */
  @property({ attribute: false }) getToken: (() => string | undefined | Promise<string | undefined>) | null = null;
  /** Makes messages of a server's frames that are not this protocol's. */
  @property({ attribute: false }) decode: Decode | null = null;
  /** The state of the session as it was last known, as it is or as JSON, shown until the server has been heard. It belongs to a `url`. */
  @property() snapshot: ChannelState | string | null = null;

  /** Asks whether it is meant before it stops a run, as `<status-controls>` does. */
  @property({ type: Boolean }) confirm = false;
  /** Offers to start a run that is over again, as `<status-controls>` does. */
  @property({ type: Boolean }) restartable = false;

  readonly #snapshot = new SnapshotReader();
  #linger = new Linger();
  readonly #press = new PressController(this);

  constructor() {
    super();
    new SecondsController(
      this,
      () => this.#linger.isLingering || (this.#hasLine && lineCounts(this.state, this.connection)),
    );
    answerPrerendered(this);
  }

  /**
   * What is in it on a server shows this, and so it does at first in a page that has it from one.
   *
   * @internal
   */
  get prerendered(): Prerendered {
    return this.prerenderedInside;
  }

  protected override get prerenderedSession(): SessionSource | null | undefined {
    if (this.url == null) return super.prerenderedSession;
    return stillSession(this.#snapshot.read(this.snapshot), !this.paused);
  }

  /** The session that is shown, to be read and to be called. With `url` it is the `<status-messenger>` in the panel, which fires its events. */
  get sessionSource(): SessionSource | undefined {
    return this.companion.source;
  }

  /**
   * The `<status-messenger>` in the panel, once it is there.
   *
   * @internal
   */
  get ownSession(): SessionSource | undefined {
    const messenger = this.url != null ? this.shadowRoot?.querySelector('status-messenger') : null;
    return messenger ? sourceOf(messenger) : undefined;
  }

  override connectedCallback(): void {
    // On a server, where it may be called, too, there is no page to be connected to.
    if (isServer) return;
    super.connectedCallback();
    tellSourcesChanged(this.ownerDocument);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    tellSourcesChanged(this.ownerDocument);
  }

  /** Those in the panel have another one now, too. */
  protected override sessionChanged(): void {
    this.#linger = new Linger();
    tellSourcesChanged(this.ownerDocument);
  }

  protected override willUpdate(): void {
    const { phase } = this.state;
    const isOver = openQuestion(this.state) === undefined;
    const isIn = this.state.questions.length > 0 && this.#isIn('question');
    this.#linger.update(isOver, isIn, this.#press.isPressed, this.companion.serverNow);
    // What was asked is over with the run.
    if (hasEnded(phase) && !this.#press.isPressed) this.#linger.end();
    this.setStates([phase]);
  }

  protected override render(): TemplateResult {
    const { words } = this.locale;
    const isCompact = this.variant === 'compact';
    const progress = this.#section('progress');
    // One template for both variants: with another one, the timeline would begin anew. A full panel is open for good, and its summary is hidden.
    return html`
      <div part="base" class=${this.#looks.join(' ')} role="group" aria-label=${words.panel} tabindex="-1">
        ${this.#hasMessenger ? this.#renderMessenger() : nothing}
        <div part="header">
          ${this.#slot('status', this.#hasLine ? this.#renderLine(isCompact) : nothing)} ${this.#section('connection')}
          ${this.#section('controls')}
        </div>
        ${this.#section('question')}
        ${isCompact ? progress : nothing}
        <details part=${isCompact ? 'details' : nothing} ?open=${!isCompact}>
            <summary part=${isCompact ? 'summary' : nothing}>${words.details}</summary>
            <div part="body" class=${this.#hasResults ? 'two' : nothing}>
              <div class="way">${isCompact ? nothing : progress} ${this.#section('timeline')}</div>
              ${this.#section('results')}
            </div>
        </details>
        <slot></slot>
      </div>
    `;
  }

  protected override updated(changed: PropertyValues): void {
    const { phase } = this.state;
    const isQuestionGone = openQuestion(this.state) === undefined && !this.#linger.isLingering && !this.#hasBegun;
    const areControlsGone = phase === 'idle' || (hasEnded(phase) && !this.restartable);
    const isLeft = (isQuestionGone && this.#isIn('question')) || (areControlsGone && this.#isIn('controls'));
    // Whoever is in what goes goes on from here, and not from the top of the page.
    if (isLeft) this.shadowRoot?.querySelector<HTMLElement>('[part="base"]')?.focus();
    // Behind this update: what is found makes another.
    if (changed.has('url')) queueMicrotask(() => this.companion.find());
  }

  /** It holds the session, or speaks for the one that is handed in. */
  get #hasMessenger(): boolean {
    return this.url != null || this.session != null;
  }

  get #looks(): string[] {
    const looks = {
      compact: this.variant === 'compact',
      restartable: this.restartable,
      lingering: this.#linger.isLingering,
    };
    return Object.entries(looks).flatMap(([look, is]) => (is ? look : []));
  }

  /** A messenger around the panel shows its line itself. */
  get #hasLine(): boolean {
    return [this.url, this.session, this.htmlFor].some((each) => each != null);
  }

  get #hasResults(): boolean {
    const { results, summary } = this.state;
    return results.length > 0 || Boolean(summary) || this.#isFilled('results');
  }

  /** Whether the focus is in the kit's element of a section. */
  #isIn(section: Section): boolean {
    return this.shadowRoot?.activeElement?.localName === `status-${section}`;
  }

  /** What somebody was writing is still there for them to take. */
  get #hasBegun(): boolean {
    return this.shadowRoot?.querySelector('status-question')?.matches(':state(begun)') === true;
  }

  #section(section: Section): TemplateResult {
    return this.#slot(section, sectionElement(section, this));
  }

  /** What the page has put in the place of an element is there alone: the other would still do its work. */
  #slot(name: string, content: unknown): TemplateResult {
    return html`<slot name=${name} @slotchange=${this.#slotted}>${this.#isFilled(name) ? nothing : content}</slot>`;
  }

  #isFilled(name: string): boolean {
    return !this.isPrerendering && [...this.children].some(({ slot }) => slot === name);
  }

  #slotted(): void {
    this.requestUpdate();
  }

  /** It holds the session, and speaks to those who listen; what it shows, the panel shows by itself. */
  #renderMessenger(): TemplateResult {
    return html`
      <status-messenger
        part="messenger"
        .session=${this.url == null ? this.session : null}
        .url=${this.url}
        .sessionId=${this.sessionId}
        .threadId=${this.threadId}
        .userId=${this.userId}
        .token=${this.token}
        .paused=${this.paused}
        .getToken=${this.getToken}
        .decode=${this.decode}
        .snapshot=${this.#snapshot.read(this.snapshot) ?? null}
        .words=${this.words}
      ></status-messenger>
    `;
  }

  #renderLine(isCompact: boolean) {
    const { state, connection, companion, locale } = this;
    const { phase } = state;
    const line = statusLine(state, connection, companion.now, locale);
    // Before there is something to say, the connection says it all.
    if (line.message === '') return nothing;
    // What is asked stands below, and so does the summary, unless it is folded up.
    const isBelow = phase === 'waiting' || (phase === 'completed' && !isCompact);
    const shown = isBelow ? { ...line, message: locale.words[phase], sign: '' } : line;
    return html`<div part="line" class="line">${lineContent(shown, phase, 'line-')}</div>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'status-panel': StatusPanelElement;
  }
}
