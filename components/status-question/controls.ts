import { html, nothing, type TemplateResult } from 'lit';
import { type FormField, type Option, optionsOf, type TextField } from '../../protocol/index.js';
import type { Locale } from '../words/index.js';
import type { Draft } from './drafts.js';
import type { Field, Written } from './fields.js';

/** How a field is shown. */
export interface FieldLook {
  /** What it holds until somebody writes. */
  readonly initial: readonly string[];
  readonly problem: string | undefined;
  /** The values that count when nobody answers. */
  readonly fallback: readonly unknown[];
  readonly locale: Locale;
  /** Enter in a text of several lines sends it. */
  readonly entersSend: boolean;
}

/** More choices than this are a list to open, and so are those that may be taken back: of radio buttons one stays chosen. */
const IN_SIGHT = 7;
/** What stands for a number or a date that the browser could not read, and so does not hand out. */
const UNREADABLE = '?';

const INPUTS: { readonly [format: string]: string } = {
  email: 'email',
  uri: 'url',
  date: 'date',
  'date-time': 'datetime-local',
};

/** What a field holds at first: of a draft, else by its schema. Pure. */
export function initialOf({ id, schema }: Field, draft: Draft | undefined): readonly string[] {
  if (draft) return draft.filter(([name]) => name === id).map(([, value]) => value);
  const values = [schema.default ?? []].flat().map(String);
  return formatOf(schema) === 'date-time' ? values.map(localTime) : values;
}

/** A field with its label, what is to be known of it, and what is wrong with it. */
export function fieldTemplate(field: Field, look: FieldLook): TemplateResult {
  const { id, name, schema, label, isRequired, options } = field;
  const { problem, locale } = look;
  const isAlone = name === '';
  const isBoolean = schema.type === 'boolean';
  const hint = hintOf(schema, locale);
  const describedBy = [hint && `${id}-hint`, problem && (isAlone ? 'problem' : `${id}-problem`)];
  const control: Control = {
    field,
    look,
    describedBy: describedBy.filter(Boolean).join(' ') || nothing,
    labelledBy: isAlone ? 'question' : nothing,
  };
  const title = html`<bdi>${label}</bdi> ${isRequired ? nothing : html`<span class="muted">${locale.words.optional}</span>`}`;
  const known = hint === '' ? nothing : html`<p part="hint" id="${id}-hint"><bdi>${hint}</bdi></p>`;
  const wrong = isAlone ? nothing : html`<p part="problem" class="problem" id="${id}-problem">${problem}</p>`;
  if (options && isListed(field, options)) {
    const legend = isAlone ? nothing : html`<legend part="label">${title}</legend>`;
    return group(control, options, html`${legend}${known}`, wrong);
  }
  return html`<div part="field">
    ${isAlone || isBoolean ? nothing : html`<label part="label" for=${id}>${title}</label>`} ${known}
    ${isBoolean ? choice(control, { value: 'true', label }, 'checkbox') : input(control)} ${wrong}
  </div>`;
}

interface Control {
  readonly field: Field;
  readonly look: FieldLook;
  readonly describedBy: string | typeof nothing;
  readonly labelledBy: string | typeof nothing;
}

function isListed({ schema, isRequired }: Field, { length }: readonly Option[]): boolean {
  return schema.type === 'array' || (isRequired && length <= IN_SIGHT);
}

function group(control: Control, options: readonly Option[], head: unknown, foot: unknown): TemplateResult {
  const { field, look, describedBy, labelledBy } = control;
  const isList = field.schema.type === 'array';
  return html`<fieldset
    part="field"
    role=${isList ? nothing : 'radiogroup'}
    aria-labelledby=${labelledBy}
    aria-describedby=${describedBy}
    aria-invalid=${isList ? nothing : look.problem !== undefined}
    aria-required=${isList ? nothing : 'true'}
  >
    ${head}
    <div class="options">${options.map((option) => choice(control, option, isList ? 'checkbox' : 'radio'))}</div>
    ${foot}
  </fieldset>`;
}

function choice(
  { field, look, describedBy }: Control,
  { value, label = value }: Option,
  type: 'checkbox' | 'radio',
): TemplateResult {
  return html`<label part="option">
    <input
      type=${type}
      name=${field.id}
      value=${value}
      ?checked=${look.initial.includes(value)}
      aria-describedby=${field.schema.type === 'boolean' ? describedBy : nothing}
      aria-invalid=${type === 'checkbox' && look.problem !== undefined ? 'true' : nothing}
    />
    <span><bdi>${label}</bdi></span>
    ${look.fallback.includes(value) ? html`<span part="default">${look.locale.words.byDefault}</span>` : nothing}
  </label>`;
}

function input({ field, look, describedBy, labelledBy }: Control): TemplateResult {
  const { id, schema, isRequired, options } = field;
  const isInvalid = look.problem !== undefined;
  const [value = ''] = look.initial;
  if (options) {
    return html`<select
      id=${id}
      name=${id}
      ?required=${isRequired}
      aria-labelledby=${labelledBy}
      aria-describedby=${describedBy}
      aria-invalid=${isInvalid}
    >
      <option value="">${look.locale.words.chooseOne}</option>
      ${options.map((option) => {
        const label = option.label ?? option.value;
        const mark = look.fallback.includes(option.value) ? ` (${look.locale.words.byDefault})` : '';
        return html`<option value=${option.value} ?selected=${option.value === value}>${label}${mark}</option>`;
      })}
    </select>`;
  }
  const format = formatOf(schema);
  if (schema.type === 'string' && format === undefined && !isLine(schema)) {
    return html`<textarea
      id=${id}
      name=${id}
      rows=${field.name === '' ? 2 : 1}
      enterkeyhint=${look.entersSend ? 'send' : 'enter'}
      ?required=${isRequired}
      placeholder=${field.name === '' ? look.locale.words.answer : nothing}
      aria-labelledby=${labelledBy}
      aria-describedby=${describedBy}
      aria-invalid=${isInvalid}
      .defaultValue=${value}
    ></textarea>`;
  }
  const { minimum, maximum } = 'minimum' in schema || 'maximum' in schema ? schema : {};
  return html`<input
    id=${id}
    name=${id}
    type=${typeOf(schema)}
    min=${minimum ?? nothing}
    max=${maximum ?? nothing}
    step=${schema.type === 'integer' ? '1' : schema.type === 'number' ? 'any' : nothing}
    ?required=${isRequired}
    aria-labelledby=${labelledBy}
    aria-describedby=${describedBy}
    aria-invalid=${isInvalid}
    value=${value}
  />`;
}

/** Characters that fit into a line: a text that may have no more is written in one. */
const LINE = 120;

function isLine(schema: FormField): boolean {
  if (schema.type !== 'string') return false;
  const { maxLength = Number.POSITIVE_INFINITY }: TextField = schema;
  return maxLength <= LINE;
}

function typeOf(schema: FormField): string {
  const format = formatOf(schema);
  return format ? (INPUTS[format] ?? 'text') : schema.type === 'string' ? 'text' : 'number';
}

/** What is to be known of a field before it is filled in. */
function hintOf(schema: FormField, locale: Locale): string {
  const known = [schema.description ?? '', ...limitsOf(schema, locale)].filter(Boolean).join(' · ');
  // That it takes one is said by its not being optional.
  return known || (schema.type === 'array' && !schema.minItems ? locale.words.chooseSeveral : '');
}

/** A text is rarely longer than this: whoever writes does not need to be told. */
const LONG_TEXT = 1000;

function limitsOf(schema: FormField, { words, formats }: Locale): readonly string[] {
  const told = (limit: number | undefined, word: (limit: string) => string) =>
    limit === undefined ? '' : word(formats.number(limit));
  switch (schema.type) {
    case 'array': {
      const { minItems = 0, maxItems } = schema;
      if (minItems === maxItems) return [told(minItems, words.exactItems)];
      return [told(minItems > 1 ? minItems : undefined, words.minItems), told(maxItems, words.maxItems)];
    }
    case 'number':
    case 'integer':
      return [told(schema.minimum, words.atLeast), told(schema.maximum, words.atMost)];
    case 'string': {
      if (optionsOf(schema) || formatOf(schema) !== undefined) return [];
      const { minLength = 0, maxLength = LONG_TEXT }: TextField = schema;
      return [
        told(minLength > 1 ? minLength : undefined, words.minLength),
        told(maxLength < LONG_TEXT ? maxLength : undefined, words.maxLength),
      ];
    }
    default:
      return [];
  }
}

function formatOf(schema: FormField): string | undefined {
  return 'format' in schema ? schema.format : undefined;
}

/** What a person has written into a form. `button` is the one that it was sent by. */
export function writtenIn(form: HTMLFormElement, button?: HTMLElement | null): (field: Field) => Written {
  const data = new FormData(form, button);
  return ({ id, name, schema, isRequired }) => {
    if (schema.type === 'boolean') return name === '' ? data.get(id) === 'true' : data.has(id);
    const values = data.getAll(id).map(String);
    if (schema.type === 'array') return isRequired || values.length > 0 ? values : undefined;
    const control = form.elements.namedItem(id);
    if (control instanceof HTMLInputElement && control.validity.badInput) return UNREADABLE;
    const value = values[0] || undefined;
    if (value === undefined || formatOf(schema) !== 'date-time') return value;
    // Some browsers take years that no date of theirs can have.
    return Number.isNaN(Date.parse(value)) ? UNREADABLE : new Date(value).toISOString();
  };
}

/** Whether what a field holds depends on the time zone. */
export function isLocal({ schema }: Field): boolean {
  return formatOf(schema) === 'date-time' && schema.default !== undefined;
}

/** A moment as a field for the time here and now has it. */
function localTime(iso: string): string {
  const time = new Date(iso);
  return new Date(time.getTime() - time.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
}
