import { html, nothing } from 'lit';
import { CompanionElement } from '../companion-element.js';
import { SecondsController } from '../controllers/seconds.js';
import { indicator } from '../styles/index.js';
import { styles } from './styles.js';
import { type ConnectionView, connectionView, counts } from './view.js';

/**
 * Shows how the page stands to the server: live, on the way, lost and when it is tried again, offline, refused and why, or over; how old what is shown is; and a button
 * to connect at once.
 *
 * @tag status-connection
 * @csspart base - Everything.
 * @csspart indicator - The sign of how the connection stands.
 * @csspart label - How the connection stands.
 * @csspart detail - When it is tried again, or what it waits for.
 * @csspart age - How old what is shown is; empty while it is fresh.
 * @csspart button - Connects at once; there where that makes a difference.
 * @cssproperty --status-success - The colour of a live connection.
 * @cssproperty --status-warning - The colour of a connection that is on its way.
 * @cssproperty --status-danger - The colour of a connection that was refused.
 * @cssproperty --status-muted - The colour of what is less important.
 * @cssproperty --status-border - The colour of the button's edge.
 * @cssproperty --status-radius - The corners of cards, which those of the button follow.
 * @cssproperty --status-gap - The space between the parts.
 * @cssproperty --status-font-size - The size of the text.
 * @cssproperty --status-indicator-size - The size of the indicator.
 * @cssproperty --status-focus - The colour of the focus ring.
 * @cssstate idle - There is no connection, on purpose.
 * @cssstate connecting - On the way to the server for the first time.
 * @cssstate live - Connected, and nothing is missing.
 * @cssstate reconnecting - The connection was lost and is on its way back.
 * @cssstate offline - The browser has no network.
 * @cssstate ended - The server said that nothing more will come.
 * @cssstate refused - The server will not have this page.
 * @cssstate stale - What is shown is only what was last known.
 */
export class StatusConnectionElement extends CompanionElement {
  static override styles = styles;

  #view: ConnectionView | undefined;

  constructor() {
    super();
    new SecondsController(this, () => counts(this.connection, this.state));
  }

  protected override willUpdate(): void {
    const { connection, state, companion } = this;
    this.#view = connectionView(connection, state, companion.now, this.locale);
    this.setStates([connection.status, ...(this.#view.isStale ? ['stale'] : [])]);
  }

  protected override render() {
    if (!this.#view) return nothing;
    const { sign, label, detail, age, action } = this.#view;
    return html`
      <div part="base" role="group" aria-label=${this.locale.words.connection} tabindex="-1">
        ${indicator(sign)}
        <span class="words">
          <span part="label">${label}</span>
          <span part="detail" id="detail">${detail}</span>
          <span part="age">${age}</span>
          ${
            action && this.companion.shown
              ? html`<button
                  part="button"
                  type="button"
                  aria-describedby="detail"
                  aria-disabled=${action.isUnderWay ? 'true' : nothing}
                  @click=${this.#connect}
                >
                  ${action.text}
                </button>`
              : nothing
          }
        </span>
      </div>
    `;
  }

  #connect(): void {
    if (!this.#view?.action?.isUnderWay) this.companion.source?.connect();
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'status-connection': StatusConnectionElement;
  }
}
