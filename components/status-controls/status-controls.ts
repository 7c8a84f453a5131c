import { html, nothing, type PropertyValues } from 'lit';
import { property } from 'lit/decorators.js';
import { type Ack, messageOf } from '../../protocol/index.js';
import { CompanionElement } from '../companion-element.js';
import type { SessionSource } from '../controllers/session-source.js';
import { runKey } from '../identity.js';
import { styles } from './styles.js';
import {
  acknowledged,
  type Call,
  type ControlsView,
  controlsView,
  NOTHING_ASKED,
  noteText,
  openRequest,
  type Request,
} from './view.js';

/**
 * Stops a run, and starts it again where the application can. What is pressed is a request: it is shown as asked for, and as done only when the server says so.
 *
 * @tag status-controls
 * @csspart base - Everything.
 * @csspart stop - The button that asks the run to stop.
 * @csspart restart - The button that asks for another run.
 * @csspart confirm - The question whether the run is to be stopped, with its buttons.
 * @csspart question - The text of that question.
 * @csspart yes - The button that stops the run.
 * @csspart no - The button that lets it go on.
 * @csspart note - What became of what was asked for, or how the run ended.
 * @cssproperty --status-danger - The colour of stopping, and of what could not be done.
 * @cssproperty --status-muted - The colour of what is less important.
 * @cssproperty --status-border - The colour of the buttons' edges.
 * @cssproperty --status-radius - The corners of cards, which those of the buttons follow.
 * @cssproperty --status-gap - The space between the parts.
 * @cssproperty --status-font-size - The size of the text.
 * @cssproperty --status-focus - The colour of the focus ring.
 * @cssstate confirming - It asks whether the run is to be stopped.
 * @cssstate sending - A request is on its way to the server.
 * @cssstate taken - The server has taken the request; the run has not answered it yet.
 * @cssstate refused - The server has not taken the request.
 * @cssstate unsent - The request did not reach the server.
 * @fires {Event} cancel - The run is to be stopped. Cancelable: by default the session is asked to.
 * @fires {Event} restart - The run is to be started again. Cancelable: by default the server's application is sent the input `{ "restart": true }`.
 */
export class StatusControlsElement extends CompanionElement {
  static override styles = styles;

  /** Asks whether it is meant before it stops a run. */
  @property({ type: Boolean }) confirm = false;
  /** Offers to start a run that is over again. For applications that know what to do when they are asked to. */
  @property({ type: Boolean }) restartable = false;

  #request: Request = NOTHING_ASKED;
  #view: ControlsView | undefined;
  /** The view that is on the screen. */
  #shown: ControlsView | undefined;

  protected override sessionChanged(): void {
    this.#become(NOTHING_ASKED);
  }

  protected override willUpdate(): void {
    const { state, connection, restartable } = this;
    this.#request = openRequest(this.#request, state);
    this.#view = controlsView(state, connection, this.#request, restartable, this.locale.words);
    const { status } = this.#request;
    this.setStates(status === 'none' ? [] : [status]);
  }

  protected override render() {
    if (!this.#view) return nothing;
    const { note, isProblem, isConfirming } = this.#view;
    return html`
      <div part="base" role="group" aria-label=${this.locale.words.controls} tabindex="-1">
        ${isConfirming ? this.#renderConfirm() : this.#renderButtons(this.#view)}
        <span part="note" id="note" class=${isProblem ? 'problem' : ''}>${note}</span>
      </div>
    `;
  }

  protected override update(changed: PropertyValues): void {
    const was = this.#shown?.isConfirming ?? false;
    const is = this.#view?.isConfirming ?? false;
    const hadFocus = Boolean(this.shadowRoot?.activeElement);
    super.update(changed);
    this.#shown = this.#view;
    // Whoever pressed a button that gave way to others is on the harmless one of them.
    if (hadFocus && is !== was)
      this.shadowRoot?.querySelector<HTMLElement>(is ? '[part="no"]' : '[part="stop"]')?.focus();
  }

  #renderConfirm() {
    const { words } = this.locale;
    return html`
      <div part="confirm" role="group" aria-labelledby="question" @keydown=${this.#keyPressed}>
        <span part="question" id="question">${words.stopQuestion}</span>
        <button part="yes" type="button" class="danger primary" @click=${() => this.#ask('cancel')}>
          ${words.stopConfirm}
        </button>
        <button part="no" type="button" @click=${() => this.#become(NOTHING_ASKED)}>${words.keepRunning}</button>
      </div>
    `;
  }

  #renderButtons({ stop, restart }: ControlsView) {
    const { words } = this.locale;
    const isDisabled = (button: string) => (button === 'disabled' ? 'true' : nothing);
    return html`
      ${
        stop === 'absent'
          ? nothing
          : html`<button
              part="stop"
              type="button"
              class="danger"
              aria-describedby="note"
              aria-disabled=${isDisabled(stop)}
              @click=${this.#stop}
            >
              ${words.stop}
            </button>`
      }
      ${
        restart === 'absent'
          ? nothing
          : html`<button
              part="restart"
              type="button"
              aria-describedby="note"
              aria-disabled=${isDisabled(restart)}
              @click=${this.#restart}
            >
              ${words.restart}
            </button>`
      }
    `;
  }

  #stop(): void {
    if (this.#view?.stop !== 'ready') return;
    if (this.confirm) this.#become({ status: 'confirming', call: 'cancel', run: runKey(this.state) });
    else this.#ask('cancel');
  }

  #restart(): void {
    if (this.#view?.restart === 'ready') this.#ask('restart');
  }

  #keyPressed(event: KeyboardEvent): void {
    if (event.key !== 'Escape') return;
    event.stopPropagation();
    this.#become(NOTHING_ASKED);
  }

  /** Asks the application, and unless that sees to it, the server. */
  #ask(call: Call): void {
    const { source } = this.companion;
    this.#become(NOTHING_ASKED);
    if (!source || !this.dispatchEvent(new Event(call, { cancelable: true }))) return;
    void this.#send(call, source);
  }

  async #send(call: Call, source: SessionSource): Promise<void> {
    const sending = { status: 'sending', call, run: runKey(this.state) } as const;
    this.#become(sending);
    const next = await send(call, source).then(
      (ack) => acknowledged(sending, ack),
      (error: unknown): Request => {
        // Why is for the page's author; a visitor has no use for it.
        console.error(messageOf(error));
        return { ...sending, status: 'unsent' };
      },
    );
    // By then the state may have answered, or the session is another one.
    if (this.#request !== sending || openRequest(sending, this.state) !== sending) return;
    this.#become(next);
    this.announce(noteText(this.state, next, this.connection, this.locale.words));
  }

  #become(request: Request): void {
    this.#request = request;
    this.requestUpdate();
  }
}

/** A source may throw where it has no address yet. */
async function send(call: Call, source: SessionSource): Promise<Ack> {
  return call === 'cancel' ? source.cancel() : source.send({ restart: true });
}

declare global {
  interface HTMLElementTagNameMap {
    'status-controls': StatusControlsElement;
  }
}
