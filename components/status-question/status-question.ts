import { html, nothing } from 'lit';
import { property } from 'lit/decorators.js';
import { keyed } from 'lit/directives/keyed.js';
import { type Ack, messageOf, type QuestionView } from '../../protocol/index.js';
import { answererText } from '../answerer.js';
import { CompanionElement } from '../companion-element.js';
import { SecondsController } from '../controllers/seconds.js';
import { type SessionSource, sessionIdOf } from '../controllers/session-source.js';
import { questionKey } from '../identity.js';
import { indicator } from '../styles/index.js';
import type { TypedListeners } from '../typed-listeners.js';
import { isLocal, writtenIn } from './controls.js';
import { type Draft, Drafts } from './drafts.js';
import { entersSend, sends } from './enter.js';
import type { Reply, StatusQuestionEventMap } from './events.js';
import { begunText, type Field, fieldsOf } from './fields.js';
import { type FormHandlers, type FormLook, formTemplate } from './form.js';
import { NO_PROBLEMS, type Problems, readWritten, refusal } from './problems.js';
import { styles } from './styles.js';
import {
  type Attempt,
  acknowledged,
  attemptText,
  isOpen,
  othersOf,
  type QuestionFace,
  questionFace,
  shownQuestion,
} from './view.js';

/** Characters from which on a question may be longer than a screen. */
const LONG = 800;
/** Milliseconds for which the second of two clicks is taken to be meant for what was shown before. */
const DOUBLE = 1000;

const drafts = new Drafts(() => sessionStorage);

/**
 * Asks a person what the run waits for: a text, one or several of a choice, yes or no, or a form. Of several open questions the oldest is shown; after the last it stays to be
 * read how that one ended. It takes the focus from nobody, and what is begun outlives a reload of the page. What is sent is shown as accepted when the server says so.
 *
 * @tag status-question
 * @csspart base - Everything.
 * @csspart header - Who asks, and how much time there is.
 * @csspart indicator - The sign of how the question stands.
 * @csspart from - Who asks.
 * @csspart time - The time that is left to answer.
 * @csspart question - The text of the question.
 * @csspart form - The fields and the buttons.
 * @csspart fields - The fields.
 * @csspart field - A field, with all that belongs to it.
 * @csspart label - What a field is called.
 * @csspart hint - What is to be known of a field, or of the form.
 * @csspart option - Something that can be chosen.
 * @csspart default - The mark of the choice that counts when nobody answers.
 * @csspart problem - What is wrong with a field, or with the whole.
 * @csspart summary - All that is wrong with a form, each a button that leads to its field.
 * @csspart actions - The buttons.
 * @csspart send - The button that sends the answer; there are two where it is yes or no.
 * @csspart decline - The button that sends that there will be no answer.
 * @csspart note - What became of the answer, or how the question ended.
 * @csspart answer - The answer that was given, or that counts when nobody gives one.
 * @csspart begun - What was written for it when it ended, and not sent.
 * @csspart previous - How the question ended that was shown before.
 * @csspart more - How many more questions wait.
 * @csspart empty - That nothing is asked.
 * @cssproperty --status-accent - The colour of what is sent by, and of what is chosen.
 * @cssproperty --status-success - The colour of a question that is answered.
 * @cssproperty --status-warning - The colour of a question that waits, and of time that runs out.
 * @cssproperty --status-danger - The colour of what is wrong.
 * @cssproperty --status-muted - The colour of what is less important.
 * @cssproperty --status-surface - The ground of the card and its fields.
 * @cssproperty --status-border - The colour of the card's edge.
 * @cssproperty --status-radius - The corners of the card; those of buttons and fields follow.
 * @cssproperty --status-gap - The space between the parts.
 * @cssproperty --status-font-size - The size of the text.
 * @cssproperty --status-indicator-size - The size of the indicator.
 * @cssproperty --status-focus - The colour of the focus ring.
 * @cssstate empty - Nothing is asked.
 * @cssstate open - A question waits for its answer.
 * @cssstate urgent - It does not wait much longer.
 * @cssstate answered - The question is answered.
 * @cssstate declined - Somebody declined to answer.
 * @cssstate expired - Nobody answered in time.
 * @cssstate cancelled - No answer is needed any more.
 * @cssstate begun - The question has ended while somebody wrote, and what they wrote is shown.
 * @cssstate sending - An answer is on its way to the server.
 * @cssstate taken - The server has taken the answer that was given here.
 * @cssstate late - The question had ended before the answer that was given here.
 * @cssstate refused - The server has not taken the answer; it can be mended.
 * @cssstate unsent - The answer did not reach the server.
 * @fires {CustomEvent<Reply>} answer - An answer is to be sent. Cancelable: by default the session is asked to.
 * @fires {CustomEvent<Reply>} decline - It is to be sent that there will be no answer. Cancelable: by default the session is asked to.
 */
// biome-ignore lint/suspicious/noUnsafeDeclarationMerging: the interface below only types the listeners.
export class StatusQuestionElement extends CompanionElement {
  static override styles = styles;

  /** The question to show. Default: the oldest that is open. */
  @property({ attribute: 'question-id' }) questionId: string | null = null;

  #question: QuestionView | undefined;
  #face: QuestionFace | undefined;
  /** What the form was made for, and how many there were: it is another one for another question, and for the same in another session. */
  #key = '';
  #turns = 0;
  /** When it took the place of another one, on the clock of events. */
  #turnedAt = Number.NEGATIVE_INFINITY;
  /** The question that was shown before. */
  #previous: string | undefined;
  #fields: readonly Field[] = [];
  #draft: Draft | undefined;
  /** The form is as a server makes it, which knows neither what was begun here nor the time zone. */
  #isPrerendered = false;
  #problems = NO_PROBLEMS;
  readonly #attempts = new Map<string, Attempt>();
  /** The questions whose answers the application sends itself. */
  readonly #handedOver = new Set<string>();
  /** What was written for questions that have ended since, and not sent. */
  readonly #begun = new Map<string, string>();
  /** The questions among which drafts of ended ones were looked for. */
  #seen: readonly QuestionView[] | undefined;

  readonly #handlers: FormHandlers = {
    submit: (event) => this.#submit(event),
    change: (event) => this.#changed(event),
    press: keyPressed,
    hold: (event) => this.#hold(event),
    decline: () => this.#decline(),
    lead: (id) => this.#focusField(id),
  };

  constructor() {
    super();
    new SecondsController(this, () => this.#face?.isCounting === true);
  }

  protected override sessionChanged(): void {
    this.#attempts.clear();
    this.#begun.clear();
    this.#handedOver.clear();
    this.#question = undefined;
    this.#key = '';
    this.#previous = undefined;
    this.#seen = undefined;
  }

  protected override willUpdate(): void {
    const { state, connection, companion } = this;
    const question = shownQuestion(state, this.questionId);
    if (state.questions !== this.#seen && !this.isPrerendering) {
      this.#seen = state.questions;
      this.#keepBegun();
      drafts.drop(state.questions.filter((each) => !isOpen(each)).map((each) => this.#draftKey(each)));
    }
    const key = question ? questionKey(question) : '';
    if (key !== this.#key) this.#turnTo(question, key);
    else if (this.#isPrerendered && !this.isPrerendering) this.#takeOver(question);
    this.#question = question;
    const attempt = this.#attempts.get(key);
    // How much time is left is not known where nothing ticks.
    const now = this.isPrerendering ? undefined : companion.serverNow;
    this.#face = question && questionFace(question, attempt, connection, now, this.locale);
    const urgent = this.#face?.isUrgent ? ['urgent'] : [];
    const begun = question && !isOpen(question) && this.#begunFor(key) !== undefined ? ['begun'] : [];
    this.setStates(question ? [question.status, ...urgent, ...begun, ...(attempt ? [attempt.status] : [])] : ['empty']);
  }

  protected override render() {
    const { words, formats } = this.locale;
    const question = this.#question;
    const face = this.#face;
    if (!question || !face) {
      return html`<div part="base" tabindex="-1"><p part="empty">${words.noQuestion}</p></div>`;
    }
    const others = othersOf(this.state, question);
    const isLong = question.question.length > LONG;
    return html`
      <div part="base" role="group" aria-labelledby="from question" tabindex="-1" @click=${this.#guard}>
        ${this.#renderPrevious()}
        <p part="header">
          ${indicator(face.sign)}
          <span part="from" id="from">${face.from}</span>
          <span part="time">${face.time}</span>
        </p>
        <p part="question" id="question" class=${isLong ? 'long' : nothing} tabindex=${isLong ? 0 : nothing}><bdi>${question.question}</bdi></p>
        ${face.answer === '' ? nothing : html`<p part="answer">${face.answer}</p>`}
        ${
          isOpen(question)
            ? keyed(this.#turns, formTemplate(this.#fields, this.#lookOf(question, face), this.#handlers))
            : html`<p part="note">${face.note}</p>${this.#renderBegun(this.#key)}`
        }
        ${others > 0 ? html`<p part="more">${words.moreQuestions(others, formats.number(others))}</p>` : nothing}
      </div>
    `;
  }

  #renderPrevious() {
    const before = this.state.questions.find((question) => questionKey(question) === this.#previous);
    if (!before || isOpen(before)) return nothing;
    const face = questionFace(before, this.#attempts.get(questionKey(before)), this.connection, 0, this.locale);
    const end = [face.answer, face.note].filter(Boolean).join(' · ');
    return html`<p part="previous">${indicator(face.sign)}<span><bdi>${before.question}</bdi><br />${end}</span></p>${this.#renderBegun(questionKey(before))}`;
  }

  /** What was sent, or is on its way, is not lost. */
  #begunFor(key: string): string | undefined {
    const { status } = this.#attempts.get(key) ?? {};
    return status === 'sending' || status === 'taken' ? undefined : this.#begun.get(key);
  }

  #renderBegun(key: string) {
    const text = this.#begunFor(key);
    if (text === undefined) return nothing;
    return html`<p part="begun"><bdi>${this.locale.words.begunAnswer(text)}</bdi></p>`;
  }

  #lookOf(question: QuestionView, face: QuestionFace): FormLook {
    const { locale } = this;
    const isInert = this.isPrerendering;
    const enters = isInert || entersSend();
    return { question, face, locale, problems: this.#problems, draft: this.#draft, isInert, entersSend: enters };
  }

  #turnTo(question: QuestionView | undefined, key: string): void {
    this.#turns++;
    this.#turnedAt = this.#question ? performance.now() : Number.NEGATIVE_INFINITY;
    this.#previous = this.#key;
    this.#key = key;
    this.#problems = NO_PROBLEMS;
    this.#fields = question ? fieldsOf(question) : [];
    this.#isPrerendered = this.isPrerendering;
    this.#draft = question && !this.isPrerendering ? drafts.read(this.#draftKey(question)) : undefined;
  }

  /** Of a question that ends while somebody writes, what they wrote is not taken from them. */
  #keepBegun(): void {
    const question = this.#question;
    if (!question || !isOpen(question) || this.#handedOver.has(this.#key)) return;
    const now = this.state.questions.find((each) => questionKey(each) === this.#key);
    const isStillOpen = now !== undefined && isOpen(now);
    // Whoever is about to answer hears that somebody else has.
    if (now?.status === 'answered' && !this.#attempts.has(this.#key) && this.shadowRoot?.activeElement) {
      this.announce(answererText(now, this.locale.words) || this.locale.words.tooLate);
    }
    const text = isStillOpen ? '' : begunText(this.#fields, drafts.read(this.#draftKey(question)) ?? []);
    if (text !== '') this.#begun.set(this.#key, text);
  }

  /** Makes the form of a server that of the page: anew only where it is to hold something else. */
  #takeOver(question: QuestionView | undefined): void {
    this.#isPrerendered = false;
    this.#draft = question && drafts.read(this.#draftKey(question));
    if (this.#draft || this.#fields.some(isLocal)) this.#turns++;
  }

  #draftKey(question: QuestionView): string {
    return `${sessionIdOf(this.companion.source)} ${questionKey(question)}`;
  }

  /** The second of two clicks, which was meant for the question before this one, answers nothing. */
  readonly #guard = {
    capture: true,
    handleEvent: (event: MouseEvent): void => {
      if (event.detail < 2 || event.timeStamp - this.#turnedAt > DOUBLE) return;
      event.preventDefault();
      event.stopPropagation();
    },
  };

  #submit(event: SubmitEvent): void {
    event.preventDefault();
    const question = this.#question;
    const form = event.currentTarget;
    if (!question || !this.#face?.isReady || !(form instanceof HTMLFormElement)) return;
    const reading = readWritten(question, this.#fields, writtenIn(form, event.submitter), this.locale);
    this.#attempts.delete(this.#key);
    if ('problems' in reading) {
      this.#show(reading.problems);
      void this.#focusProblem();
      return;
    }
    this.#show(NO_PROBLEMS);
    const { answer } = reading;
    this.#ask('answer', { questionId: question.id, answer }, (source) => source.sendAnswer(answer, question.id));
  }

  #decline(): void {
    const { id } = this.#question ?? {};
    if (id === undefined || !this.#face?.isReady) return;
    this.#show(NO_PROBLEMS);
    this.#ask('decline', { questionId: id }, (source) => source.decline(id));
  }

  /** Asks the application, and unless that sees to it, the server. */
  #ask(type: 'answer' | 'decline', detail: Reply, send: (source: SessionSource) => Promise<Ack>): void {
    const { source } = this.companion;
    if (!source) return;
    if (this.dispatchEvent(new CustomEvent<Reply>(type, { detail, cancelable: true }))) void this.#send(source, send);
    else this.#handedOver.add(this.#key);
  }

  async #send(source: SessionSource, send: (source: SessionSource) => Promise<Ack>): Promise<void> {
    const key = this.#key;
    const fields = this.#fields;
    const sending: Attempt = { status: 'sending' };
    this.#attempts.set(key, sending);
    this.requestUpdate();
    const attempt = await ask(source, send).then(acknowledged, (error: unknown): Attempt => {
      // Why is for the page's author; a visitor has no use for it.
      console.error(messageOf(error));
      return { status: 'unsent' };
    });
    // By then it may be another session.
    if (this.#attempts.get(key) !== sending) return;
    this.#attempts.set(key, attempt);
    if (attempt.status === 'refused' && key === this.#key) this.#show(refusal(fields, attempt.reason, this.locale));
    this.requestUpdate();
    const question = this.state.questions.find((each) => questionKey(each) === key);
    this.announce(attemptText(attempt, question, this.locale.words));
  }

  #show(problems: Problems): void {
    this.#problems = problems;
    this.requestUpdate();
  }

  /** What is mended is not wrong any more until it is sent again. */
  #changed(event: Event): void {
    const form = event.currentTarget;
    const question = this.#question;
    if (!question || !(form instanceof HTMLFormElement)) return;
    const entries = [...new FormData(form)];
    drafts.keep(
      this.#draftKey(question),
      entries.map(([name, value]) => [name, String(value)]),
    );
    const name = event.target instanceof Element ? event.target.getAttribute('name') : undefined;
    const field = this.#fields.find(({ id }) => id === name);
    if (!this.#problems.has('') && !this.#problems.has(field?.name ?? '')) return;
    this.#show(new Map([...this.#problems].filter(([wrong]) => wrong !== '' && wrong !== field?.name)));
  }

  /** A form that is being sent stays as it is, and the focus with it: `disabled` would take that away. */
  #hold(event: Event): void {
    const isKept = event instanceof KeyboardEvent && (event.key === 'Tab' || event.ctrlKey || event.metaKey);
    if (this.#face?.isBusy && !isKept) event.preventDefault();
  }

  async #focusProblem(): Promise<void> {
    await this.updateComplete;
    const [wrong] = this.#fields.filter(({ name }) => this.#problems.has(name));
    if (wrong) this.#focusField(wrong.id);
  }

  #focusField(id: string): void {
    this.shadowRoot?.querySelector<HTMLElement>(`[name="${id}"]`)?.focus();
  }
}

function keyPressed(event: KeyboardEvent): void {
  const { target } = event;
  if (!(target instanceof HTMLTextAreaElement) || !sends(event)) return;
  event.preventDefault();
  target.form?.requestSubmit();
}

/** A source may throw where it has no address yet. */
async function ask(source: SessionSource, send: (source: SessionSource) => Promise<Ack>): Promise<Ack> {
  return send(source);
}

type Listeners = TypedListeners<StatusQuestionElement, StatusQuestionEventMap>;

export interface StatusQuestionElement {
  addEventListener: Listeners['addEventListener'];
  removeEventListener: Listeners['removeEventListener'];
}

declare global {
  interface HTMLElementTagNameMap {
    'status-question': StatusQuestionElement;
  }
}
