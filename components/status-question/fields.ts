import {
  type AnswerSchema,
  type FormField,
  isObject,
  type Option,
  optionOf,
  optionsOf,
  type QuestionView,
  schemaProblem,
} from '../../protocol/index.js';
import type { Locale } from '../words/index.js';
import type { Draft } from './drafts.js';

/** A field of a question. */
export interface Field {
  /** What it is called in the page: a name may be anything. */
  readonly id: string;
  /** Empty where the field is the whole answer. */
  readonly name: string;
  readonly schema: FormField;
  /** Empty where the question says it. */
  readonly label: string;
  readonly isRequired: boolean;
  /** What there is to choose from; `undefined` where it is no choice. */
  readonly options: readonly Option[] | undefined;
}

/** What is written into a field: a text, or what was chosen; `undefined` where there is nothing. */
export type Written = string | boolean | readonly string[] | undefined;

const TEXT: FormField = { type: 'string' };

/** The fields of a question, whichever way it was asked. A schema that is none stands for any text. Pure. */
export function fieldsOf(question: QuestionView): readonly Field[] {
  const { choices } = question;
  const options = choices?.map(optionOf);
  const schema = schemaOf(question);
  if (schema?.type === 'object') {
    const { properties, required = [] } = schema;
    return Object.entries(properties).map(([name, field], i) => ({
      id: `field-${i}`,
      name,
      schema: field,
      label: field.title ?? name,
      isRequired: required.includes(name),
      options: optionsOf(field),
    }));
  }
  // As the server reads it: the choices name what a list may hold, and are all there is where there is no schema.
  const own = schema && schema.type !== 'array' ? optionsOf(schema) : (options ?? (schema && optionsOf(schema)));
  return [{ id: 'field-0', name: '', schema: schema ?? TEXT, label: '', isRequired: true, options: own }];
}

/** What is to be known of a form as a whole. Pure. */
export function descriptionOf(question: QuestionView): string {
  const schema = schemaOf(question);
  return (schema?.type === 'object' && schema.description) || '';
}

/** Whether the answer is yes or no, and nothing else. */
export function isConfirm(fields: readonly Field[]): boolean {
  return fields[0]?.name === '' && fields[0].schema.type === 'boolean';
}

/** Whether the answer is chosen, and nothing else. */
export function isChoice(fields: readonly Field[]): boolean {
  return fields[0]?.name === '' && fields[0].options !== undefined;
}

/** What a person has written, as the answer that it is meant to be. Pure. */
export function answerOf(fields: readonly Field[], written: (field: Field) => Written): unknown {
  const [first] = fields;
  if (first?.name === '') return written(first);
  return Object.fromEntries(fields.map((field) => [field.name, written(field)]));
}

/** An answer in the words of its question: labels for what was chosen, titles for fields, a line for each. Pure. */
export function answerText(question: QuestionView, answer: unknown, locale: Locale): string {
  const fields = fieldsOf(question);
  const [first] = fields;
  if (!first || first.name === '' || !isObject(answer)) return valueText(answer, first?.options, locale);
  const given = fields.filter(({ name }) => Object.hasOwn(answer, name));
  return given.map(({ name, label, options }) => `${label}: ${valueText(answer[name], options, locale)}`).join('\n');
}

/** What was written into the fields of a question that has ended since: its texts and numbers, a line for each. Pure. */
export function begunText(fields: readonly Field[], draft: Draft): string {
  const written = new Map(draft);
  const lines = fields.map(({ id, label, schema, options }) => {
    const text = options || schema.type === 'boolean' ? '' : (written.get(id) ?? '').trim();
    return text === '' || label === '' ? text : `${label}: ${text}`;
  });
  return lines.filter(Boolean).join('\n');
}

function valueText(value: unknown, options: readonly Option[] | undefined, { words, formats }: Locale): string {
  if (typeof value === 'boolean') return value ? words.yes : words.no;
  if (typeof value === 'number') return formats.number(value);
  if (Array.isArray(value)) {
    return formats.list(value.map((item) => valueText(item, options, { words, formats }))) || words.emptyList;
  }
  if (typeof value !== 'string') return JSON.stringify(value);
  return options?.find((option) => option.value === value)?.label ?? value;
}

function schemaOf({ schema }: QuestionView): AnswerSchema | undefined {
  return isAnswerSchema(schema) ? schema : undefined;
}

function isAnswerSchema(schema: unknown): schema is AnswerSchema {
  return schema !== undefined && schemaProblem(schema) === undefined;
}
