import {
  type AnswerSchema,
  assertFields,
  type BooleanField,
  type Choice,
  type ChoicesField,
  dataProblem,
  type Form,
  type FormField,
  invalid,
  isObject,
  type JsonValue,
  jsonSize,
  LIMITS,
  messageOf,
  type NumberField,
  optionOf,
  type QuestionData,
  readAnswer,
  StatusMessengerError,
  schemaProblem,
} from '../../protocol/index.js';
import { LONGEST_TIMER } from '../clock.js';

/** How a question is asked. */
export interface AskOptions {
  /** One of these is the answer; the person picks it. */
  readonly choices?: readonly Choice[];
  /** Several of the choices are the answer: any number, or as many as said. */
  readonly several?: boolean | { readonly min?: number; readonly max?: number };
  /** The answer is yes or no: `true` or `false`. */
  readonly confirm?: boolean;
  /** A form, or one field, in the flat schema of MCP's elicitation. */
  readonly schema?: AnswerSchema;
  /** Milliseconds that people have, by the server's clock. Default: no end. */
  readonly timeout?: number;
  /** What counts when nobody has answered within `timeout`. Without it nothing does: `ask` then rejects. */
  readonly default?: JsonValue;
  /**
   * What the question is known by in its run: asked again under the same key, after a restart for instance, it is the same question, and an answer that was
   * given to it stands. At most 100 characters. Default: a question of its own at every call, which ends with its process.
   */
  readonly key?: string;
  /** Takes the question back: it is closed as cancelled, and `ask` rejects with the signal's reason. */
  readonly signal?: AbortSignal;
}

/** The answer to a question with these options. */
export type AnswerTo<O extends AskOptions> = O extends { readonly several: true | object }
  ? string[]
  : O extends { readonly choices: readonly Choice[] }
    ? string
    : O extends { readonly confirm: true }
      ? boolean
      : O extends { readonly schema: infer S }
        ? ValueOf<S>
        : string;

type ValueOf<S> = S extends Form
  ? { readonly [K in keyof S['properties']]?: FieldValue<S['properties'][K]> }
  : S extends FormField
    ? FieldValue<S>
    : JsonValue;

type FieldValue<F> = F extends BooleanField
  ? boolean
  : F extends NumberField
    ? number
    : F extends ChoicesField
      ? string[]
      : string;

/** A question that can be asked. */
export interface Question {
  readonly key: string | undefined;
  readonly data: Omit<QuestionData, 'questionId' | 'expiresAt'>;
  readonly timeout: number | undefined;
  readonly fallback: JsonValue | undefined;
  readonly signal: AbortSignal | undefined;
}

/** Characters of a key: the id that is made of it is one that the state keeps. */
const KEY = 100;
/** Bytes of a question: with its answer it fits into the state. */
const QUESTION = LIMITS.state.questions.each - 4096;
const KNOWN = ['choices', 'several', 'confirm', 'schema', 'timeout', 'default', 'key', 'signal'];

/** Checks what is asked and how. Throws `invalid` or `too_large` for what cannot be asked. */
export function readQuestion(question: string, options: AskOptions = {}): Question {
  if (typeof question !== 'string' || question === '') {
    throw invalid('ask: question', question, 'a text', 'write what people read');
  }
  assertFields('ask: options', options, KNOWN, 'leave it out');
  const { choices, timeout, key, signal } = options;
  if (signal !== undefined && !(signal instanceof AbortSignal)) {
    throw invalid('ask: signal', signal, 'an AbortSignal', 'pass the signal of an AbortController');
  }
  if (timeout !== undefined && !(typeof timeout === 'number' && timeout > 0 && timeout <= LONGEST_TIMER)) {
    throw invalid('ask: timeout', timeout, `milliseconds up to ${LONGEST_TIMER}`, 'leave it out for no end');
  }
  if (key !== undefined && !(typeof key === 'string' && key.length > 0 && key.length <= KEY)) {
    throw invalid('ask: key', key, `a text of 1 to ${KEY} characters`, 'leave it out where nothing is to be taken up');
  }
  const schema = schemaOf(options);
  const asked = { ...(choices ? { choices } : {}), ...(schema ? { schema } : {}) };
  const fallback = readDefault(options, asked);
  const data = copyOf({
    question,
    ...asked,
    ...(fallback === undefined ? {} : { default: fallback }),
  });
  const problem = dataProblem('question', data);
  if (problem !== undefined) throw new StatusMessengerError('invalid', `ask: ${problem}`);
  const size = jsonSize(data);
  if (!(size <= QUESTION)) {
    const text = `ask: got a question of ${size} bytes, expected at most ${QUESTION}; ask for less at once`;
    throw new StatusMessengerError('too_large', text);
  }
  return { key, data, timeout, fallback, signal };
}

/** As it stands now: what whoever asks does with it afterwards changes nothing. */
function copyOf(data: Question['data']): Question['data'] {
  try {
    return JSON.parse(JSON.stringify(data));
  } catch (error) {
    const text = `ask: got a question that JSON cannot carry (${messageOf(error).split('\n')[0]}), expected plain data; leave out cycles and BigInt`;
    throw new StatusMessengerError('invalid', text);
  }
}

function schemaOf({ choices, several = false, confirm = false, schema }: AskOptions): AnswerSchema | undefined {
  if (typeof confirm !== 'boolean') {
    throw invalid('ask: confirm', confirm, 'true or false', 'use choices for other answers than yes and no');
  }
  const ways = [choices !== undefined, confirm, schema !== undefined].filter(Boolean).length;
  if (ways > 1) {
    throw new StatusMessengerError('invalid', 'ask: got two of choices, confirm and schema, expected one; choose one');
  }
  if (several !== false && choices === undefined) {
    throw new StatusMessengerError('invalid', 'ask: got several without choices, expected both; add the choices');
  }
  if (confirm) return { type: 'boolean' };
  if (schema !== undefined) {
    const problem = schemaProblem(schema);
    if (problem !== undefined) throw new StatusMessengerError('invalid', `ask: ${problem}`);
    return schema;
  }
  if (choices === undefined) return undefined;
  const chosen = readChoices(choices);
  if (several === false) return undefined;
  const { min, max } = readSeveral(several);
  const list: AnswerSchema = {
    type: 'array',
    items: { type: 'string', enum: chosen },
    ...(min === undefined ? {} : { minItems: min }),
    ...(max === undefined ? {} : { maxItems: max }),
  };
  const problem = schemaProblem(list);
  if (problem !== undefined) throw new StatusMessengerError('invalid', `ask: several: ${problem}`);
  return list;
}

function readSeveral(several: true | object): { readonly min?: number; readonly max?: number } {
  if (several === true) return {};
  if (isObject(several) && Object.keys(several).every((key) => key === 'min' || key === 'max')) return several;
  throw invalid('ask: several', several, 'true or { min, max }', 'say how many of the choices may be the answer');
}

function readChoices(choices: readonly Choice[]): string[] {
  const problem = dataProblem('question', { question: '', choices });
  if (problem !== undefined) throw new StatusMessengerError('invalid', `ask: ${problem}`);
  const values = choices.map((choice) => optionOf(choice).value);
  if (values.length === 0 || new Set(values).size < values.length) {
    throw invalid('ask: choices', values, 'one at least, and each once', 'leave choices out for any text');
  }
  return values;
}

function readDefault(
  { default: fallback }: AskOptions,
  asked: { readonly choices?: readonly Choice[]; readonly schema?: AnswerSchema },
): JsonValue | undefined {
  if (fallback === undefined) return undefined;
  const reading = readAnswer(asked, fallback);
  if ('value' in reading) return reading.value;
  throw new StatusMessengerError('invalid', `ask: default: ${reading.problem}; choose one that could be an answer`);
}
