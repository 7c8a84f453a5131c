import { FORMATS, readField } from './answer-field.js';
import { isObject } from './check.js';
import { describe } from './errors.js';
import { type FormField, optionsOf } from './form.js';

/** How many fields a form may have, and choices a field: more than anyone fills in. */
const FIELDS = 50;
const CHOICES = 200;

const ANNOTATIONS = ['type', 'title', 'description', 'default'];
const FORM_KEYS = ['$schema', 'type', 'title', 'description', 'properties', 'required', 'additionalProperties'];
const FIELD_KEYS: { readonly [type: string]: readonly string[] } = {
  string: [...ANNOTATIONS, 'minLength', 'maxLength', 'format', 'enum', 'enumNames', 'oneOf'],
  number: [...ANNOTATIONS, 'minimum', 'maximum'],
  integer: [...ANNOTATIONS, 'minimum', 'maximum'],
  boolean: ANNOTATIONS,
  array: [...ANNOTATIONS, 'items', 'minItems', 'maxItems', 'uniqueItems'],
};

/** A form or a field, sound or not. */
type Rules = { readonly [key: string]: unknown };

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

function fieldProblem(field: unknown, where: string): string | undefined {
  if (!isField(field)) return shapeProblem(field, where);
  return rangeProblem(field, where) ?? defaultProblem(field, where);
}

function isField(field: unknown): field is Rules & FormField {
  return shapeProblem(field, 'field') === undefined;
}

/** Why something is no field at all. What is one may still have rules that exclude each other, or a default that they exclude. */
function shapeProblem(field: unknown, where: string): string | undefined {
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
  return optionsProblem(field, where);
}

/** What is wrong with what people read of a form or a field. */
function textsOf(schema: Rules, where: string): string | undefined {
  const wrong = ['title', 'description'].find((key) => schema[key] !== undefined && typeof schema[key] !== 'string');
  return wrong === undefined ? undefined : `${where}.${wrong}: expected a text`;
}

/** A field that no answer fits is none. */
function rangeProblem(field: Rules & FormField, where: string): string | undefined {
  for (const [low, high] of RANGES) {
    const [least, most] = [field[low], field[high]];
    if (typeof least === 'number' && typeof most === 'number' && least > most) {
      return `${where}.${high}: got ${most}, expected at least ${low} (${least})`;
    }
  }
  if (field.type === 'integer') {
    const { minimum = Number.NEGATIVE_INFINITY, maximum = Number.POSITIVE_INFINITY } = field;
    if (Math.ceil(minimum) > maximum)
      return `${where}.maximum: got ${maximum}, expected a whole number between it and minimum (${minimum})`;
  }
  if (field.type !== 'array' || typeof field.minItems !== 'number') return undefined;
  const { size } = new Set((optionsOf(field) ?? []).map(({ value }) => value));
  return field.minItems > size ? `${where}.minItems: got ${field.minItems}, expected at most ${size}` : undefined;
}

const RANGES = [
  ['minLength', 'maxLength'],
  ['minimum', 'maximum'],
  ['minItems', 'maxItems'],
] as const;

function optionsProblem(field: Rules, where: string): string | undefined {
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

/** A default must be an answer itself. */
function defaultProblem(field: FormField, where: string): string | undefined {
  if (field.default === undefined) return undefined;
  const reading = readField(field, field.default);
  return 'problem' in reading ? `${where}.default: ${reading.problem}` : undefined;
}

function unknownKey(value: object, known: readonly string[]): string | undefined {
  return Object.keys(value).find((key) => !known.includes(key));
}
