import { html, nothing, type TemplateResult } from 'lit';
import { type AnswerSchema, type FormField, optionsOf, type QuestionView } from 'status-messenger/protocol';
import { schemaOf } from './schema.js';

/** A form for an open question. What it reads are texts and lists of them; the server reads them by the question, and says where they do not fit. */
export function questionForm(
  question: QuestionView,
  answer: (question: QuestionView, value: unknown) => void,
): TemplateResult {
  const schema = schemaOf(question);
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    if (event.currentTarget instanceof HTMLFormElement) answer(question, read(event.currentTarget, event, schema));
  };
  return html`<form @submit=${submit}>
    <fieldset>
      <legend>${question.question}</legend>
      ${fieldsOf(schema)}
    </fieldset>
    <div class="buttons">
      ${
        schema.type === 'boolean'
          ? html`<button name=${ALONE} value="true">Yes</button><button name=${ALONE} value="false">No</button>`
          : html`<button>Answer</button>`
      }
    </div>
    <p class="by">${expiry(question)}</p>
  </form>`;
}

/** The name of a field that is the whole answer. */
const ALONE = 'answer';

function fieldsOf(schema: AnswerSchema): readonly TemplateResult[] | TemplateResult | typeof nothing {
  if (schema.type === 'boolean') return nothing;
  if (schema.type !== 'object') return control(ALONE, schema, true, 'Your answer');
  const { properties, required = [] } = schema;
  return Object.entries(properties).map(([name, field]) => {
    return control(name, field, required.includes(name), field.title ?? name);
  });
}

function control(name: string, field: FormField, isRequired: boolean, label: string): TemplateResult {
  const options = optionsOf(field);
  if (options) {
    const isList = field.type === 'array';
    const chosen = [field.default ?? []].flat();
    const boxes = options.map(({ value, label = value }) => {
      return html`<label>
        <input
          type=${isList ? 'checkbox' : 'radio'}
          name=${name}
          value=${value}
          ?checked=${chosen.includes(value)}
          ?required=${isRequired && !isList}
        />
        ${label}
      </label>`;
    });
    return html`<div class="options" role="group" aria-label=${label}>
      ${name === ALONE ? nothing : html`<span class="label">${label}</span>`} ${boxes}
    </div>`;
  }
  switch (field.type) {
    case 'boolean':
      return html`<label><input type="checkbox" name=${name} value="true" ?checked=${field.default === true} /> ${label}</label>`;
    case 'integer':
    case 'number':
      return html`<label class="line">
        <span class="label">${label}</span>
        <input
          type="number"
          name=${name}
          value=${field.default ?? nothing}
          min=${field.minimum ?? nothing}
          max=${field.maximum ?? nothing}
          step=${field.type === 'integer' ? 1 : 'any'}
          ?required=${isRequired}
        />
      </label>`;
    default: {
      const { minLength, maxLength } = 'maxLength' in field || 'minLength' in field ? field : {};
      return html`<label class="line">
        <span class="label">${label}</span>
        <input
          name=${name}
          value=${field.default ?? nothing}
          minlength=${minLength ?? nothing}
          maxlength=${maxLength ?? nothing}
          ?required=${isRequired}
          autocomplete="off"
        />
      </label>`;
    }
  }
}

function read(form: HTMLFormElement, { submitter }: SubmitEvent, schema: AnswerSchema): unknown {
  const data = new FormData(form, submitter);
  if (schema.type !== 'object') return schema.type === 'array' ? data.getAll(ALONE) : data.get(ALONE);
  const entries = Object.entries(schema.properties).map(([name, { type }]) => {
    if (type === 'array') return [name, data.getAll(name)];
    return [name, type === 'boolean' ? data.has(name) : data.get(name) || undefined];
  });
  return Object.fromEntries(entries);
}

function expiry({ expiresAt }: QuestionView): string | typeof nothing {
  if (expiresAt === undefined) return nothing;
  return `Open until ${new Date(expiresAt).toLocaleTimeString([], { timeStyle: 'short' })}`;
}
