import { type AnswerSchema, optionOf, type QuestionView, schemaProblem } from 'status-messenger/protocol';

const TEXT: AnswerSchema = { type: 'string' };

/** What the answer to a question looks like, whichever way it was asked. A schema that is none stands for any text. */
export function schemaOf({ choices, schema }: QuestionView): AnswerSchema {
  if (schema !== undefined && schemaProblem(schema) === undefined) return schema as AnswerSchema;
  if (!choices) return TEXT;
  const options = choices.map(optionOf).map(({ value, label = value }) => ({ const: value, title: label }));
  return { type: 'string', oneOf: options };
}
