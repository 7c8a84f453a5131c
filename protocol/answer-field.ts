import { describe } from './errors.js';
import {
  type AnswerReading,
  type ChoicesField,
  type FormField,
  type NumberField,
  type Option,
  optionOf,
  optionsOf,
  type TextField,
} from './form.js';
import type { Choice } from './messages.js';

/** Reads an answer to one field. The question's `choices` say more than a field of several does: they have labels. */
export function readField(field: FormField, answer: unknown, choices?: readonly Choice[]): AnswerReading {
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

function readText({ minLength = 0, maxLength, format }: TextField, answer: unknown): AnswerReading {
  if (typeof answer !== 'string') return expected(answer, 'a text');
  // Characters as people count them, not halves of them.
  const length = [...answer].length;
  if (length < minLength) return { problem: `got ${length} characters, expected at least ${minLength}` };
  if (maxLength !== undefined && length > maxLength) {
    return { problem: `got ${length} characters, expected at most ${maxLength}` };
  }
  const rule = format && FORMATS[format];
  return rule && !rule.fits(answer) ? expected(answer, rule.what) : { value: answer };
}

export const FORMATS: { readonly [format: string]: { readonly what: string; fits(text: string): boolean } } = {
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

/** Reads one of several, by its value or else by its label. */
export function readChoice(options: readonly Option[], answer: unknown): AnswerReading {
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
