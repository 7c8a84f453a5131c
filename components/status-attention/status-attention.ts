import { html, nothing } from 'lit';
import { property } from 'lit/decorators.js';
import { CompanionElement } from '../companion-element.js';
import { originOf, sessionIdOf } from '../controllers/session-source.js';
import { VisibilityController } from '../controllers/visibility.js';
import { styles } from './styles.js';
import { markTab, ownTitle } from './tab.js';
import { type Call, NOTHING_WATCHED, watch } from './watch.js';

/**
 * Calls a person who looks at another tab: the title of this one, and the badge of an installed page, say that a question waits, until it does not any more, and that the run is done or has
 * failed, until somebody looks. With `notify` the system tells it, too, once it may; a button asks whether it may. It says nothing of what was over before the page came.
 *
 * @tag status-attention
 * @csspart base - Everything.
 * @csspart button - Asks whether the system may notify; there with `notify` while nobody has said.
 * @cssproperty --status-border - The colour of the button's edge.
 * @cssproperty --status-radius - The corners of cards, which those of the button follow.
 * @cssproperty --status-font-size - The size of the text.
 * @cssproperty --status-focus - The colour of the focus ring.
 * @cssstate asking - The button is there; without it the element takes no room.
 * @cssstate question - The tab says that a question waits.
 * @cssstate completed - The tab says that the run is done.
 * @cssstate failed - The tab says that the run failed.
 */
export class StatusAttentionElement extends CompanionElement {
  static override styles = styles;

  /** Lets the system notify, too, while the page is hidden: where a person has allowed it by the button, or by `requestPermission()`. */
  @property({ type: Boolean }) notify = false;

  #watched = NOTHING_WATCHED;
  #notification: Notification | undefined;
  readonly #page = new VisibilityController(this);

  /** Asks whether the system may notify. Browsers let it be asked only while a person presses something. */
  async requestPermission(): Promise<NotificationPermission> {
    const permission = 'Notification' in globalThis ? await Notification.requestPermission() : 'denied';
    this.requestUpdate();
    return permission;
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#show(undefined);
  }

  protected override sessionChanged(): void {
    this.#watched = NOTHING_WATCHED;
  }

  protected override willUpdate(): void {
    if (this.isPrerendering) {
      this.setStates([]);
      return;
    }
    const { state, connection } = this;
    const { watched, isNews } = watch(this.#watched, state, connection, this.#page.isVisible);
    this.#watched = watched;
    const { call } = watched;
    // One that has left may still have an update to come.
    if (this.isConnected) {
      this.#show(call);
      if (call && isNews) this.#notify(call);
    }
    this.setStates([...(call ? [call.kind] : []), ...(this.#isAsking ? ['asking'] : [])]);
  }

  protected override render() {
    return html`
      <div part="base" tabindex="-1">
        ${
          this.#isAsking
            ? html`<button part="button" type="button" @click=${this.requestPermission}>${this.locale.words.notify}</button>`
            : nothing
        }
      </div>
    `;
  }

  get #isAsking(): boolean {
    return !this.isPrerendering && this.notify && 'Notification' in globalThis && Notification.permission === 'default';
  }

  #show(call: Call | undefined): void {
    const { source } = this.companion;
    const session = source ? originOf(source) : this;
    markTab(this.ownerDocument, this, call && { kind: call.kind, session, text: this.#wordOf(call) });
    if (call) return;
    this.#notification?.close();
    this.#notification = undefined;
  }

  #wordOf({ kind }: Call): string {
    const { words } = this.locale;
    return kind === 'question' ? words.needsYou : words[kind];
  }

  #notify(call: Call): void {
    if (!this.notify || !('Notification' in globalThis) || Notification.permission !== 'granted') return;
    const title = [this.#wordOf(call), ownTitle(this.ownerDocument)].filter(Boolean).join(' · ');
    try {
      // One of a session takes the place of the one before it, and so does that of another tab.
      const notification = new Notification(title, {
        body: call.text,
        tag: `status-messenger ${sessionIdOf(this.companion.source)}`,
      });
      notification.onclick = () => window.focus();
      this.#notification?.close();
      this.#notification = notification;
    } catch {
      // Browsers on phones let only service workers do this.
    }
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'status-attention': StatusAttentionElement;
  }
}
