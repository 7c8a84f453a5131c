import type { JsonValue } from './json.js';
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
