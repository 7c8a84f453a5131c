import { type FormField, optionsOf, type QuestionView } from 'status-messenger/protocol';
import { schemaOf } from './schema.js';

/** An answer in the words of its question: labels for what was chosen, titles for fields. */
export function answerText(question: QuestionView): string {
  const { answer } = question;
  const schema = schemaOf(question);
  if (schema.type !== 'object') return fieldText(schema, answer);
  const given = new Map(Object.entries(typeof answer === 'object' && answer !== null ? answer : {}));
  return Object.entries(schema.properties)
    .filter(([name]) => given.has(name))
    .map(([name, field]) => `${field.title ?? name}: ${fieldText(field, given.get(name))}`)
    .join('. ');
}

/** Anything in a line of text. */
export function plainText(value: unknown): string {
  if (typeof value === 'boolean') return value ? 'Yes' : 'No';
  if (Array.isArray(value)) return value.map(plainText).join(', ');
  return typeof value === 'object' && value !== null ? JSON.stringify(value) : String(value ?? '');
}

function fieldText(field: FormField, value: unknown): string {
  if (Array.isArray(value)) return value.map((item) => fieldText(field, item)).join(', ');
  const chosen = optionsOf(field)?.find((option) => option.value === value);
  return chosen?.label ?? plainText(value);
}
