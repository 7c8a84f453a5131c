import { isServer, LitElement, type PropertyValues } from 'lit';
import { property } from 'lit/decorators.js';
import type { ChannelState, Message } from '../protocol/index.js';
import { CompanionController } from './controllers/companion.js';
import { nextFrame } from './controllers/frame.js';
import { LocaleController } from './controllers/locale.js';
import { PrerenderController, type Prerendered } from './controllers/prerender.js';
import { assertSession, type SessionSource } from './controllers/session-source.js';
import { speakerOf } from './controllers/speakers.js';
import { CustomStates } from './controllers/states.js';
import type { Connection } from './session/index.js';
import type { Locale, Words } from './words/index.js';

/**
 * An element that shows a part of a session: that of the closest `<status-messenger>` around it, or of the one that `for` names. It renders at most once per frame.
 * A subclass reads `state`, `connection` and `locale` in `willUpdate()`, makes a view of them by a pure function, and renders that, all of it within one
 * `part="base"` with `tabindex="-1"`.
 */
export abstract class CompanionElement extends LitElement {
  /** The id of the `<status-messenger>` to show, in the same tree or in the document. Default: the closest one around. */
  @property({ attribute: 'for' }) htmlFor: string | null = null;
  /**
   * The session to show, in place of that of an element. Throws `invalid` for what is none.
   *
   * @default null
   */
  @property({ attribute: false })
  get session(): SessionSource | null {
    return this.#session;
  }

  set session(session: SessionSource | null) {
    assertSession(this.localName, session);
    this.#session = session;
  }

  #session: SessionSource | null = null;
  /** Texts of its own, in place of those of its language. */
  @property({ attribute: false }) words: Partial<Words> | null = null;

  readonly #prerender = new PrerenderController(this, () => this.prerenderedSession);
  protected readonly companion = new CompanionController(this, this.#prerender, {
    message: (message) => this.messageArrived(message),
    reset: () => this.sessionChanged(),
  });
  readonly #locale = new LocaleController(this, this.#prerender);
  readonly #states = new CustomStates(this, this.attachInternals());
  #next: Iterable<string> | undefined;

  /** It renders what a server renders, which has no clock, no time zone, no storage and no children to look at: on one, and at first in a page that has it from one. */
  protected get isPrerendering(): boolean {
    return this.#prerender.isActive;
  }

  /** The session that it names itself, as a server shows it; `null` where it is not to show that of those around it. */
  protected get prerenderedSession(): SessionSource | null | undefined {
    return this.session ?? (this.htmlFor == null ? undefined : null);
  }

  /** What those in it show on a server, and at first in a page that has them from one. */
  protected get prerenderedInside(): Prerendered {
    return this.#prerender.prerendered;
  }

  protected get state(): ChannelState {
    return this.companion.state;
  }

  protected get connection(): Connection {
    return this.companion.connection;
  }

  protected get locale(): Locale {
    return this.#locale.locale;
  }

  /** A message arrived: each once, in order. For elements that keep more than the state does. */
  protected messageArrived(_: Message): void {}

  /** It is another session from now on: what was kept of the one before is not of this one. */
  protected sessionChanged(): void {}

  /** Tells those who listen what became of something that they did. What happens in the session is told without this. */
  protected announce(text: string): void {
    const { source } = this.companion;
    if (source?.announce) source.announce(text);
    else if (source) speakerOf(source)?.announce(text);
  }

  /** Puts the element into exactly these custom states, once it is rendered. */
  protected setStates(names: Iterable<string>): void {
    this.#next = names;
    // A server takes no update to its end.
    if (isServer) this.#states.set(names);
  }

  override connectedCallback(): void {
    // On a server, where it may be called, too, there is no page to be connected to.
    if (isServer) return;
    super.connectedCallback();
  }

  override requestUpdate(...args: Parameters<LitElement['requestUpdate']>): void {
    super.requestUpdate(...args);
    // The constructor sets properties before there is a controller.
    if (args[0] === 'session' || args[0] === 'htmlFor') this.companion?.find();
  }

  protected override update(changed: PropertyValues): void {
    const focused = this.shadowRoot?.activeElement;
    super.update(changed);
    // What had the focus is gone; whoever was there goes on from here, and not from the top of the page.
    if (focused && !focused.isConnected) this.shadowRoot?.querySelector<HTMLElement>('[part~="base"]')?.focus();
    // Behind that: a page may hide an element by its states, unless the focus is within.
    if (this.#next) this.#states.set(this.#next);
    this.#next = undefined;
  }

  protected override async scheduleUpdate(): Promise<void> {
    if (this.hasUpdated) await nextFrame();
    else if (this.isPrerendering) {
      await this.#prerender.whenReady();
      // Found later, it would be another session.
      this.companion.find();
    }
    super.scheduleUpdate();
  }
}
