import { isObject } from './check.js';
import { describe } from './errors.js';
import { clipText, type JsonValue } from './json.js';
import type { Choice } from './messages.js';

/** A choice with a label, as JSON Schema writes it. */
export interface TitledConst {
  readonly const: string;
  readonly title: string;
}

interface Titled {
  readonly title?: string;
  readonly description?: string;
}

export interface TextField extends Titled {
  readonly type: 'string';
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly format?: 'email' | 'uri' | 'date' | 'date-time';
  readonly default?: string;
}

/** One of several texts. */
export interface ChoiceField extends Titled {
  readonly type: 'string';
  readonly enum?: readonly string[];
  /** Labels for `enum`, in its order. */
  readonly enumNames?: readonly string[];
  readonly oneOf?: readonly TitledConst[];
  readonly default?: string;
}

export interface NumberField extends Titled {
  readonly type: 'number' | 'integer';
  readonly minimum?: number;
  readonly maximum?: number;
  readonly default?: number;
}

export interface BooleanField extends Titled {
  readonly type: 'boolean';
  readonly default?: boolean;
}

/** Several of several texts. */
export interface ChoicesField extends Titled {
  readonly type: 'array';
  readonly items:
    | { readonly type: 'string'; readonly enum: readonly string[] }
    | { readonly anyOf: readonly TitledConst[] };
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly default?: readonly string[];
}

export type FormField = TextField | ChoiceField | NumberField | BooleanField | ChoicesField;

/** A form of one level. */
export interface Form extends Titled {
  readonly type: 'object';
  readonly properties: { readonly [name: string]: FormField };
  readonly required?: readonly string[];
}

/** What an answer may look like, in the flat schema of MCP's elicitation (revision 2025-11-25): a form, or one field alone. */
export type AnswerSchema = Form | FormField;

/** What is asked, as far as it says which answers there are. */
export interface Asked {
  readonly choices?: readonly Choice[];
  readonly schema?: unknown;
}

/** An answer as it is kept, or what is wrong with it: as a whole, and by field where it is a form. */
export type AnswerReading =
  | { readonly value: JsonValue }
  | { readonly problem: string; readonly fields?: { readonly [name: string]: string } };

/** How many fields a form may have, and choices a field: more than anyone fills in. */
const FIELDS = 50;
const CHOICES = 200;

/** What is wrong with a schema for answers; `undefined` when nothing is. */
export function schemaProblem(schema: unknown): string | undefined {
  if (!isObject(schema) || schema.type !== 'object') return fieldProblem(schema, 'schema');
  const { properties, required = [] } = schema;
  if (!isObject(properties)) return `schema.properties: got ${describe(properties)}, expected an object of fields`;
  const unknown = unknownKey(schema, FORM_KEYS);
  if (unknown !== undefined) return `schema.${unknown}: a form has no such rule`;
  const names = Object.keys(properties);
  if (names.length === 0 || names.length > FIELDS) {
    return `schema.properties: got ${names.length} fields, expected 1 to ${FIELDS}`;
  }
  if (names.includes('__proto__')) return 'schema.properties.__proto__: expected another name';
  const titled = textsOf(schema, 'schema');
  if (titled !== undefined) return titled;
  if (!Array.isArray(required) || !required.every((name) => names.includes(name))) {
    return `schema.required: got ${describe(required)}, expected names of its fields`;
  }
  for (const name of names) {
    const problem = fieldProblem(properties[name], `schema.properties.${name}`);
    if (problem !== undefined) return problem;
  }
  return undefined;
}

/**
 * Reads an answer by what was asked: by its schema, else by its choices, else as a text. A text stands for the number, the truth value or the choice whose
 * label it is, since there are pages that know nothing but texts. A schema that is none takes any answer.
 */
export function readAnswer({ choices, schema }: Asked, answer: unknown): AnswerReading {
  if (schema !== undefined && schemaProblem(schema) !== undefined) return { value: answer as JsonValue };
  const known = schema as AnswerSchema | undefined;
  if (known?.type === 'object') return readForm(known, answer);
  if (known) return readField(known, answer, choices);
  return choices ? readChoice(choices.map(optionOf), answer) : readField({ type: 'string' }, answer);
}

/** What a field lets choose from; `undefined` where it is no choice. */
export function optionsOf(field: FormField): readonly Option[] | undefined {
  if (field.type === 'array') {
    return 'anyOf' in field.items ? field.items.anyOf.map(titled) : field.items.enum.map((value) => ({ value }));
  }
  if (field.type !== 'string') return undefined;
  if ('oneOf' in field && field.oneOf) return field.oneOf.map(titled);
  if (!('enum' in field) || !field.enum) return undefined;
  return field.enum.map((value, i) => withLabel(value, field.enumNames?.[i]));
}

/** Something that can be chosen, and what it is called where that is not its value. */
export interface Option {
  readonly value: string;
  readonly label?: string;
}

export function optionOf(choice: Choice): Option {
  return typeof choice === 'string' ? { value: choice } : choice;
}

function titled({ const: value, title }: TitledConst): Option {
  return { value, label: title };
}

function withLabel(value: string, label: string | undefined): Option {
  return label === undefined ? { value } : { value, label };
}

// Answers

function readForm({ properties, required = [] }: Form, answer: unknown): AnswerReading {
  if (!isObject(answer)) return { problem: `got ${describe(answer)}, expected an object with a value for each field` };
  const values = new Map<string, JsonValue>();
  const wrong = new Map<string, string>();
  for (const [name, field] of Object.entries(properties)) {
    const given = Object.hasOwn(answer, name) ? answer[name] : undefined;
    if (given === undefined || given === null) {
      if (required.includes(name)) wrong.set(name, 'expected a value');
      continue;
    }
    const reading = readField(field, given);
    if ('value' in reading) values.set(name, reading.value);
    else wrong.set(name, reading.problem);
  }
  for (const name of Object.keys(answer)) {
    if (!Object.hasOwn(properties, name)) wrong.set(clipText(name, 100), 'expected no such field');
  }
  const [first] = wrong;
  if (!first) return { value: Object.fromEntries(values) };
  return { problem: `${first[0]}: ${first[1]}`, fields: Object.fromEntries(wrong) };
}

function readField(field: FormField, answer: unknown, choices?: readonly Choice[]): AnswerReading {
  switch (field.type) {
    case 'boolean': {
      const value = typeof answer === 'string' ? TRUTH.get(answer.trim().toLowerCase()) : answer;
      return typeof value === 'boolean' ? { value } : expected(answer, 'true or false');
    }
    case 'integer':
    case 'number':
      return readNumber(field, answer);
    case 'array':
      return readChoices(field, choices?.map(optionOf) ?? optionsOf(field) ?? [], answer);
    case 'string': {
      const options = optionsOf(field);
      return options ? readChoice(options, answer) : readText(field, answer);
    }
  }
}

const TRUTH: ReadonlyMap<string, boolean> = new Map([
  ['true', true],
  ['yes', true],
  ['false', false],
  ['no', false],
]);

function readNumber({ type, minimum, maximum }: NumberField, answer: unknown): AnswerReading {
  const value = typeof answer === 'string' && answer.trim() !== '' ? Number(answer) : answer;
  const what = type === 'integer' ? 'a whole number' : 'a number';
  if (typeof value !== 'number' || !Number.isFinite(value)) return expected(answer, what);
  if (type === 'integer' && !Number.isSafeInteger(value)) return expected(answer, what);
  if (minimum !== undefined && value < minimum) return expected(answer, `at least ${minimum}`);
  if (maximum !== undefined && value > maximum) return expected(answer, `at most ${maximum}`);
  return { value };
}

function readText(field: TextField | ChoiceField, answer: unknown): AnswerReading {
  if (typeof answer !== 'string') return expected(answer, 'a text');
  const { minLength = 0, maxLength, format } = field as TextField;
  // Characters as people count them, not halves of them.
  const length = [...answer].length;
  if (length < minLength) return { problem: `got ${length} characters, expected at least ${minLength}` };
  if (maxLength !== undefined && length > maxLength) {
    return { problem: `got ${length} characters, expected at most ${maxLength}` };
  }
  const rule = format && FORMATS[format];
  return rule && !rule.fits(answer) ? expected(answer, rule.what) : { value: answer };
}

const FORMATS: { readonly [format: string]: { readonly what: string; fits(text: string): boolean } } = {
  email: { what: 'an email address', fits: (text) => /^[^\s@]+@[^\s@]+$/.test(text) },
  uri: { what: 'an address like https://example.org', fits: (text) => /^[a-z][a-z\d+.-]*:[^\s]+$/i.test(text) },
  date: { what: 'a date like 2026-01-31', fits: (text) => /^\d{4}-\d\d-\d\d$/.test(text) && isDay(text) },
  'date-time': {
    what: 'a time like 2026-01-31T12:00:00Z',
    fits: (text) =>
      /^\d{4}-\d\d-\d\dT([01]\d|2[0-3]):\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/i.test(text) &&
      isDay(text.slice(0, 10)) &&
      !Number.isNaN(Date.parse(text)),
  },
};

/** Whether the calendar has that day: a 31st of February becomes another one. */
function isDay(text: string): boolean {
  const time = Date.parse(text);
  return !Number.isNaN(time) && new Date(time).toISOString().startsWith(text);
}

function readChoice(options: readonly Option[], answer: unknown): AnswerReading {
  const option = options.find(({ value }) => value === answer) ?? options.find(({ label }) => label === answer);
  if (option && typeof answer === 'string') return { value: option.value };
  return expected(answer, `one of ${named(options)}`);
}

function readChoices(
  { minItems = 0, maxItems }: ChoicesField,
  options: readonly Option[],
  answer: unknown,
): AnswerReading {
  const given = typeof answer === 'string' ? [answer] : answer;
  if (!Array.isArray(given)) return expected(answer, 'a list');
  const values = new Set<string>();
  for (const item of given) {
    const reading = readChoice(options, item);
    if ('problem' in reading) return reading;
    values.add(String(reading.value));
  }
  if (values.size < minItems) return { problem: `got ${values.size}, expected at least ${minItems}` };
  if (maxItems !== undefined && values.size > maxItems) {
    return { problem: `got ${values.size}, expected at most ${maxItems}` };
  }
  return { value: [...values] };
}

function named(options: readonly Option[]): string {
  const names = options.slice(0, 10).map(({ value }) => value);
  return options.length > names.length ? `${names.join(', ')} …` : names.join(', ');
}

function expected(answer: unknown, what: string): AnswerReading {
  return { problem: `got ${describe(answer)}, expected ${what}` };
}

// Schemas

const ANNOTATIONS = ['type', 'title', 'description', 'default'];
const FORM_KEYS = ['$schema', 'type', 'title', 'description', 'properties', 'required', 'additionalProperties'];
const FIELD_KEYS: { readonly [type: string]: readonly string[] } = {
  string: [...ANNOTATIONS, 'minLength', 'maxLength', 'format', 'enum', 'enumNames', 'oneOf'],
  number: [...ANNOTATIONS, 'minimum', 'maximum'],
  integer: [...ANNOTATIONS, 'minimum', 'maximum'],
  boolean: ANNOTATIONS,
  array: [...ANNOTATIONS, 'items', 'minItems', 'maxItems', 'uniqueItems'],
};

function fieldProblem(field: unknown, where: string): string | undefined {
  const isKnown = isObject(field) && typeof field.type === 'string' && Object.hasOwn(FIELD_KEYS, field.type);
  const keys = isKnown ? FIELD_KEYS[String(field.type)] : undefined;
  if (!isObject(field) || !keys) {
    const got = isObject(field) ? `type ${describe(field.type)}` : describe(field);
    return `${where}: got ${got}, expected a string, number, integer, boolean, array or, on top, an object`;
  }
  const unknown = unknownKey(field, keys);
  if (unknown !== undefined) return `${where}.${unknown}: a ${String(field.type)} has no such rule`;
  const titled = textsOf(field, where);
  if (titled !== undefined) return titled;
  for (const key of ['minLength', 'maxLength', 'minItems', 'maxItems']) {
    const bound = field[key];
    if (bound !== undefined && !(Number.isSafeInteger(bound) && Number(bound) >= 0)) {
      return `${where}.${key}: got ${describe(bound)}, expected a whole number`;
    }
  }
  for (const key of ['minimum', 'maximum']) {
    if (field[key] !== undefined && !Number.isFinite(field[key])) {
      return `${where}.${key}: got ${describe(field[key])}, expected a number`;
    }
  }
  return optionsProblem(field, where) ?? rangeProblem(field, where) ?? defaultProblem(field, where);
}

/** What is wrong with what people read of a form or a field. */
function textsOf(schema: { readonly [key: string]: unknown }, where: string): string | undefined {
  const wrong = ['title', 'description'].find((key) => schema[key] !== undefined && typeof schema[key] !== 'string');
  return wrong === undefined ? undefined : `${where}.${wrong}: expected a text`;
}

/** A field that no answer fits is none. By now its bounds are numbers. */
function rangeProblem(field: { readonly [key: string]: unknown }, where: string): string | undefined {
  for (const [low, high] of RANGES) {
    const [least, most] = [field[low], field[high]];
    if (typeof least === 'number' && typeof most === 'number' && least > most) {
      return `${where}.${high}: got ${most}, expected at least ${low} (${least})`;
    }
  }
  if (field.type !== 'array' || typeof field.minItems !== 'number') return undefined;
  const { size } = new Set((optionsOf(field as unknown as FormField) ?? []).map(({ value }) => value));
  return field.minItems > size ? `${where}.minItems: got ${field.minItems}, expected at most ${size}` : undefined;
}

const RANGES = [
  ['minLength', 'maxLength'],
  ['minimum', 'maximum'],
  ['minItems', 'maxItems'],
] as const;

function optionsProblem(field: { readonly [key: string]: unknown }, where: string): string | undefined {
  if (field.type === 'array') {
    const { items } = field;
    if (!isObject(items)) return `${where}.items: got ${describe(items)}, expected { enum } or { anyOf }`;
    return 'anyOf' in items
      ? titlesProblem(items.anyOf, `${where}.items.anyOf`)
      : textsProblem(items.enum, `${where}.items.enum`);
  }
  const { oneOf, enum: values, enumNames, format } = field;
  if (format !== undefined && !(typeof format === 'string' && Object.hasOwn(FORMATS, format))) {
    return `${where}.format: got ${describe(format)}, expected one of ${Object.keys(FORMATS).join(', ')}`;
  }
  if (oneOf !== undefined) return titlesProblem(oneOf, `${where}.oneOf`);
  if (values === undefined) return enumNames === undefined ? undefined : `${where}.enumNames: expected an enum, too`;
  const problem = textsProblem(values, `${where}.enum`);
  if (problem !== undefined || enumNames === undefined) return problem;
  return textsProblem(enumNames, `${where}.enumNames`);
}

function textsProblem(values: unknown, where: string): string | undefined {
  const sound =
    Array.isArray(values) &&
    values.length > 0 &&
    values.length <= CHOICES &&
    values.every((value) => typeof value === 'string');
  return sound ? undefined : `${where}: got ${describe(values)}, expected a list of 1 to ${CHOICES} texts`;
}

function titlesProblem(values: unknown, where: string): string | undefined {
  const sound =
    Array.isArray(values) &&
    values.length > 0 &&
    values.length <= CHOICES &&
    values.every((value) => isObject(value) && typeof value.const === 'string' && typeof value.title === 'string');
  return sound ? undefined : `${where}: got ${describe(values)}, expected a list of 1 to ${CHOICES} { const, title }`;
}

/** A default must be an answer itself. By now the field is one. */
function defaultProblem(field: { readonly [key: string]: unknown }, where: string): string | undefined {
  if (field.default === undefined) return undefined;
  const reading = readField(field as unknown as FormField, field.default);
  return 'problem' in reading ? `${where}.default: ${reading.problem}` : undefined;
}

function unknownKey(value: object, known: readonly string[]): string | undefined {
  return Object.keys(value).find((key) => !known.includes(key));
}
