import { type QuestionView, readAnswer } from '../../protocol/index.js';
import type { Locale } from '../words/index.js';
import { answerOf, type Field, type Written } from './fields.js';

/** What is wrong, by the name of the field; under `''` what is wrong with the whole. */
export type Problems = ReadonlyMap<string, string>;

export const NO_PROBLEMS: Problems = new Map();

/** The answer as the server will read it, or what is wrong with it: the verdict is the server's own code, the words are the reader's. Pure. */
export function readWritten(
  question: QuestionView,
  fields: readonly Field[],
  written: (field: Field) => Written,
  locale: Locale,
): { readonly answer: unknown } | { readonly problems: Problems } {
  const reading = readAnswer(question, answerOf(fields, written));
  // A question that takes anything takes nothing as well; here that is no answer.
  const isNothing = fields[0]?.name === '' && written(fields[0]) === undefined;
  if ('value' in reading && !isNothing) return { answer: reading.value };
  const named = 'fields' in reading ? reading.fields : undefined;
  const wrong = fields.filter(({ name }) => !named || Object.hasOwn(named, name));
  return { problems: new Map(wrong.map((field) => [field.name, problemText(field, written(field), locale)])) };
}

/** Why the server did not take an answer, at the field that it names or at the whole. Pure. */
export function refusal(fields: readonly Field[], reason: string, { words }: Locale): Problems {
  const field = fields.find(({ name }) => name !== '' && reason.startsWith(`${name}: `));
  if (!field) return new Map([['', words.notAccepted(reason)]]);
  return new Map([[field.name, words.notAccepted(reason.slice(field.name.length + 2))]]);
}

/** What is wrong with something that does not fit its field. */
function problemText({ schema, options }: Field, value: Written, { words, formats }: Locale): string {
  if (value === undefined) return options ? words.chooseOne : words.required;
  switch (schema.type) {
    case 'array': {
      const { minItems = 0, maxItems } = schema;
      const count = Array.isArray(value) ? value.length : 0;
      if (minItems === maxItems) return words.exactItems(formats.number(minItems));
      if (count < minItems) return words.minItems(formats.number(minItems));
      return maxItems === undefined ? words.invalid : words.maxItems(formats.number(maxItems));
    }
    case 'integer':
    case 'number': {
      const { minimum, maximum } = schema;
      const number = Number(value);
      if (Number.isNaN(number)) return words.notANumber;
      if (schema.type === 'integer' && !Number.isSafeInteger(number)) return words.notAnInteger;
      if (minimum !== undefined && number < minimum) return words.atLeast(formats.number(minimum));
      return maximum === undefined ? words.notANumber : words.atMost(formats.number(maximum));
    }
    case 'string': {
      if (
        options ||
        typeof value !== 'string' ||
        !('minLength' in schema || 'maxLength' in schema || 'format' in schema)
      ) {
        return words.invalid;
      }
      const { minLength = 0, maxLength = Number.POSITIVE_INFINITY, format } = schema;
      const { length } = [...value];
      if (length < minLength) return words.minLength(formats.number(minLength));
      if (length > maxLength) return words.maxLength(formats.number(maxLength));
      return format === 'email' ? words.notAnEmail : format === 'uri' ? words.notAnAddress : words.notADate;
    }
    case 'boolean':
      return words.required;
  }
}
