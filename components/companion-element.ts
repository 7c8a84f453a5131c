import { LitElement, type PropertyValues } from 'lit';
import { property } from 'lit/decorators.js';
import type { ChannelState, Message } from '../protocol/index.js';
import { CompanionController } from './controllers/companion.js';
import { nextFrame } from './controllers/frame.js';
import { LocaleController } from './controllers/locale.js';
import type { SessionSource } from './controllers/session-source.js';
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
  /** The session to show, in place of that of an element. */
  @property({ attribute: false }) session: SessionSource | null = null;
  /** Texts of its own, in place of those of its language. */
  @property({ attribute: false }) words: Partial<Words> | null = null;

  protected readonly companion = new CompanionController(this, {
    message: (message) => this.messageArrived(message),
    reset: () => this.sessionChanged(),
  });
  readonly #locale = new LocaleController(this);
  readonly #states = new CustomStates(this.attachInternals());
  #next: Iterable<string> | undefined;

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
    this.companion.source?.announce?.(text);
  }

  /** Puts the element into exactly these custom states, once it is rendered. */
  protected setStates(names: Iterable<string>): void {
    this.#next = names;
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
    super.scheduleUpdate();
  }
}
