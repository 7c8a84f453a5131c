import { html, nothing } from 'lit';
import { property } from 'lit/decorators.js';
import { CompanionElement } from '../companion-element.js';
import { SecondsController } from '../controllers/seconds.js';
import { isStale, knownUntil } from '../known-time.js';
import { indicator } from '../styles/index.js';
import { follow, type Pace } from './pace.js';
import { styles } from './styles.js';
import { history, tracked } from './tracked.js';
import { type BarView, barView } from './view.js';

/**
 * Shows how far a run is, or a step of it: a bar where the server says how much there is, and one that only shows that something goes on where it does not. Beside it stand how much is
 * done, how quickly that goes, how long it has taken, by the server's clock, and about how long it will; the last only where there is enough to go by.
 *
 * @tag status-progress
 * @csspart base - Everything.
 * @csspart label - What the progress is of.
 * @csspart status - How it stands, where it does not simply go on.
 * @csspart indicator - The sign of how it stands.
 * @csspart percent - How much is done, in percent.
 * @csspart track - The bar as a whole.
 * @csspart fill - The part of the bar that is done.
 * @csspart message - What the server says of it, or why it failed.
 * @csspart details - What is known of it in numbers.
 * @csspart amount - How much is done, in its unit.
 * @csspart rate - How quickly that goes.
 * @csspart elapsed - How long it has taken.
 * @csspart remaining - About how long it will take.
 * @cssproperty --status-accent - The colour of what goes on.
 * @cssproperty --status-success - The colour of what is done.
 * @cssproperty --status-warning - The colour of what waits for a person.
 * @cssproperty --status-danger - The colour of what failed.
 * @cssproperty --status-muted - The colour of what is less important, and of what was stopped.
 * @cssproperty --status-border - The colour of the bar's ground.
 * @cssproperty --status-gap - The space between the parts.
 * @cssproperty --status-font-size - The size of the text.
 * @cssproperty --status-indicator-size - The size of the indicator.
 * @cssstate idle - It has not begun.
 * @cssstate running - It goes on.
 * @cssstate waiting - The run waits for a person.
 * @cssstate completed - It is done.
 * @cssstate failed - It failed.
 * @cssstate cancelled - It was stopped.
 * @cssstate indeterminate - It goes on, and nobody knows how much there is.
 * @cssstate untold - It is over, and nobody ever said how far it was.
 * @cssstate stale - What is shown is only what was last known.
 */
export class StatusProgressElement extends CompanionElement {
  static override styles = styles;

  /** The step to show: its id, or its label, of which the latest is taken. Default: the whole run. */
  @property() step: string | null = null;

  #view: BarView | undefined;
  #pace: Pace = [];
  /** What the pace is of: where something else is counted, it begins anew. */
  #paceOf = '';
  #isStale = false;

  constructor() {
    super();
    new SecondsController(this, () => this.connection.status === 'live' && this.#goesOn);
  }

  get #goesOn(): boolean {
    const phase = this.#view?.phase;
    return phase === 'running' || phase === 'waiting';
  }

  protected override sessionChanged(): void {
    this.#paceOf = '';
  }

  protected override willUpdate(): void {
    const { state, connection, companion } = this;
    const what = tracked(state, this.step);
    const { step, startedAt, progress } = what;
    if (progress.value !== undefined) {
      const paceOf = JSON.stringify([step, startedAt, progress.label, progress.unit]);
      const isSame = ({ label, unit }: typeof progress) => label === progress.label && unit === progress.unit;
      this.#pace =
        paceOf === this.#paceOf
          ? follow(this.#pace, progress)
          : history(state, what)
              .filter(isSame)
              .reduce(follow, [] as Pace);
      this.#paceOf = paceOf;
    }
    this.#isStale = isStale(state, connection);
    const until = knownUntil(state, connection, companion.now);
    this.#view = barView(what, this.#pace, until, this.#isStale, this.locale);
    this.setStates([
      this.#view.phase,
      ...(this.#goesOn && this.#view.done === undefined ? ['indeterminate'] : []),
      ...(this.#view.isUntold ? ['untold'] : []),
      ...(this.#isStale ? ['stale'] : []),
    ]);
  }

  protected override render() {
    if (!this.#view) return nothing;
    const { label, phase, share, done, status, percent, valueText, message, amount, rate, elapsed, remaining } =
      this.#view;
    const isMoving = phase === 'running' && done === undefined && !this.#isStale;
    return html`
      <div part="base" class="${phase}${this.#isStale ? ' stale' : ''}">
        <div class="head">
          <span part="label" id="label"><bdi>${label}</bdi></span>
          <span class="end">
            <span part="status">${status === '' ? nothing : html`${indicator(phase, this.#isStale)} ${status}`}</span>
            <span part="percent" class="number">${percent}</span>
          </span>
        </div>
        <div
          part="track"
          role="progressbar"
          aria-labelledby="label"
          aria-valuemin="0"
          aria-valuemax="100"
          aria-valuenow=${done ?? nothing}
          aria-valuetext=${valueText || nothing}
        >
          <div
            part="fill"
            class=${isMoving ? 'moving' : nothing}
            style=${this.isPrerendering ? `--_share: ${share ?? 0}` : nothing}
          ></div>
        </div>
        <div part="message">${message === '' ? nothing : html`<bdi>${message}</bdi>`}</div>
        <div part="details" class="number">
          <span part="amount">${amount}</span>
          <span part="rate">${rate}</span>
          <span part="elapsed">${elapsed}</span>
          <span part="remaining">${remaining}</span>
        </div>
      </div>
    `;
  }

  protected override updated(): void {
    const fill = this.shadowRoot?.querySelector<HTMLElement>('[part="fill"]');
    fill?.style.setProperty('--_share', String(this.#view?.share ?? 0));
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'status-progress': StatusProgressElement;
  }
}
