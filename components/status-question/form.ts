import { html, nothing, type TemplateResult } from 'lit';
import type { QuestionView } from '../../protocol/index.js';
import type { Locale } from '../words/index.js';
import { fieldTemplate, initialOf } from './controls.js';
import type { Draft } from './drafts.js';
import { descriptionOf, type Field, isConfirm } from './fields.js';
import type { Problems } from './problems.js';
import type { QuestionFace } from './view.js';

/** How a form is shown. */
export interface FormLook {
  readonly question: QuestionView;
  readonly face: QuestionFace;
  readonly problems: Problems;
  /** What was begun before the page was loaded. */
  readonly draft: Draft | undefined;
  /** Nobody listens to it yet: a browser would send it somewhere else. */
  readonly isInert: boolean;
  /** Enter in a text of several lines sends it. */
  readonly entersSend: boolean;
  readonly locale: Locale;
}

export interface FormHandlers {
  submit(event: SubmitEvent): void;
  change(event: Event): void;
  press(event: KeyboardEvent): void;
  /** Keeps a form as it is while it is being sent. */
  hold(event: Event): void;
  decline(): void;
  /** Leads to the field of this id. */
  lead(id: string): void;
}

/** The form for an open question. */
export function formTemplate(fields: readonly Field[], look: FormLook, on: FormHandlers): TemplateResult {
  const { question, problems } = look;
  const whole = problems.get('');
  const description = descriptionOf(question);
  return html`<form part="form" novalidate ?inert=${look.isInert} @submit=${on.submit} @input=${on.change} @keydown=${on.press}>
    ${summary(fields, problems, on)} ${description === '' ? nothing : html`<p part="hint"><bdi>${description}</bdi></p>`}
    ${isConfirm(fields) ? nothing : body(fields, look, on)}
    ${whole === undefined ? nothing : html`<p part="problem" class="problem" id="problem">${whole}</p>`}
    ${actions(fields, look, on)}
  </form>`;
}

function body(
  fields: readonly Field[],
  { question, face, problems, draft, entersSend, locale }: FormLook,
  on: FormHandlers,
) {
  return html`<div
    part="fields"
    role="group"
    aria-labelledby="question"
    aria-disabled=${face.isBusy ? 'true' : nothing}
    @keydown=${on.hold}
    @beforeinput=${on.hold}
    @mousedown=${on.hold}
    @click=${on.hold}
  >
    ${fields.map((field) => {
      const isAlone = field.name === '';
      return fieldTemplate(field, {
        initial: initialOf(field, draft),
        problem: problems.get(field.name),
        fallback: isAlone ? [question.default].flat() : [],
        entersSend,
        locale,
      });
    })}
  </div>`;
}

function actions(
  fields: readonly Field[],
  { question, face, problems, locale: { words } }: FormLook,
  on: FormHandlers,
) {
  const isDisabled = face.isReady ? nothing : 'true';
  const describedBy = problems.has('') ? 'problem' : face.isReady ? nothing : 'note';
  const send = (text: string, name: string | typeof nothing, value: string, isPrimary = true) => html`<button
    part="send"
    class=${isPrimary ? 'primary' : ''}
    name=${name}
    value=${value}
    aria-describedby=${describedBy}
    aria-disabled=${isDisabled}
  >
    ${text}
  </button>`;
  const id = fields[0]?.id ?? nothing;
  return html`<div part="actions">
    ${isConfirm(fields) ? [send(words.yes, id, 'true'), send(words.no, id, 'false', false)] : send(words.send, nothing, '')}
    ${
      // In the seed's form there is no word for it.
      question.id === ''
        ? nothing
        : html`<button part="decline" type="button" aria-disabled=${isDisabled} @click=${on.decline}>
            ${words.decline}
          </button>`
    }
    <span part="note" id="note">${face.note}</span>
  </div>`;
}

/** Leads to all that is wrong. Of one thing alone its field says it. */
function summary(fields: readonly Field[], problems: Problems, on: FormHandlers) {
  const wrong = fields.filter(({ name }) => name !== '' && problems.has(name));
  if (wrong.length < 2) return nothing;
  return html`<ul part="summary">
    ${wrong.map(
      ({ id, name, label }) =>
        html`<li><button type="button" @click=${() => on.lead(id)}><span><bdi>${label}</bdi>: ${problems.get(name)}</span></button></li>`,
    )}
  </ul>`;
}
