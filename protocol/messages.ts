import { type ChannelName, isChannelName } from './addresses.js';
import {
  anything,
  boolean,
  type Check,
  checked,
  either,
  is,
  isObject,
  list,
  number,
  object,
  oneOf,
  problemText,
  soundFields,
  text,
} from './check.js';
import type { JsonValue } from './json.js';

export type Level = 'info' | 'warning' | 'error';

/** What any stored message may carry beside its type and data. */
export interface Envelope {
  /** Its position in its channel's log. Missing only from servers that keep no log. */
  readonly id?: string;
  /** Server time, milliseconds since 1970. */
  readonly ts?: number;
  /** The log that it belongs to, where that is not the connection's own. */
  readonly channel?: ChannelName;
  /** Who said it. */
  readonly agent?: string;
  /** The step that it belongs to. */
  readonly step?: string;
  /** The run that it belongs to. */
  readonly run?: string;
  readonly level?: Level;
}

/** A line of text (seed: status-messenger), or the same in an object (seed: agent conversation). */
export type StatusData = string | { readonly message: string };

export interface ProgressData {
  readonly message?: string;
  readonly value?: number;
  /** Without it the progress is indeterminate. */
  readonly max?: number;
  readonly label?: string;
  readonly unit?: string;
  /** The step that the progress is of; the whole run where there is none. */
  readonly step?: string;
}

/** What an agent did. The events that the kit knows are `step_started`, `step_finished`, `step_failed`, `step_stopped`, and the same of `tool_`. */
export interface EventData {
  readonly event: string;
  readonly step?: string;
  readonly parent?: string;
  readonly label?: string;
  readonly error?: string;
}

export type TaskStatus = 'PENDING' | 'RUNNING' | 'WAITING' | 'COMPLETED' | 'FAILED' | 'CANCELLED';

export interface TaskData {
  readonly taskId?: string;
  readonly status: TaskStatus;
  readonly progress?: unknown;
  readonly currentAgent?: string;
}

/** A choice as its value alone, or with a label to show for it. */
export type Choice = string | { readonly value: string; readonly label?: string };

export interface QuestionData {
  readonly question: string;
  /** Missing only in the seed's form, where there is one question at a time. */
  readonly questionId?: string;
  readonly choices?: readonly Choice[];
  /** A form, in MCP's flat elicitation schema. */
  readonly schema?: unknown;
  /** Server time, milliseconds since 1970. */
  readonly expiresAt?: number;
  readonly default?: unknown;
}

export type Outcome = 'answered' | 'declined' | 'expired' | 'cancelled';

/** How a question ended, for every viewer. */
export interface AnsweredData {
  readonly questionId: string;
  readonly outcome: Outcome;
  readonly answer?: unknown;
  readonly by?: string;
  /** `by` is a connection: nobody said who the page is. */
  readonly anonymous?: boolean;
}

export interface ResultData {
  readonly agent: string;
  readonly data: unknown;
}

export interface CompleteData {
  readonly summary: string;
}

export interface ErrorData {
  readonly message: string;
  readonly code?: string;
  /** The run ended with it. */
  readonly fatal?: boolean;
}

/** The data of every type of message that carries content. Add your own types by declaration merging. */
export interface MessageTypes {
  status: StatusData;
  progress: ProgressData;
  event: EventData;
  state: TaskData;
  question: QuestionData;
  answered: AnsweredData;
  result: ResultData;
  complete: CompleteData;
  error: ErrorData;
}

export type MessageType = keyof MessageTypes;

/** A message of a type that is known, with the data of that type. */
export type KnownMessage = {
  [T in MessageType]: Envelope & { readonly type: T; readonly data: MessageTypes[T] };
}[MessageType];

/** A message of any type; what the kit does not know is handed on as it is. */
export interface Message extends Envelope {
  readonly type: string;
  readonly data: JsonValue;
}

export const level = oneOf('info', 'warning', 'error');
export const OUTCOMES = ['answered', 'declined', 'expired', 'cancelled'] as const satisfies readonly Outcome[];
const outcome = oneOf(...OUTCOMES);
export const choice: Check<Choice> = either(
  text,
  object<{ value: string; label?: string }>({ value: text }, { label: text }),
);

export const taskData: Check<TaskData> = object<TaskData>(
  { status: oneOf('PENDING', 'RUNNING', 'WAITING', 'COMPLETED', 'FAILED', 'CANCELLED') },
  { taskId: text, progress: anything, currentAgent: text },
);

const DATA: { readonly [T in keyof BuiltInTypes]: Check<BuiltInTypes[T]> } = {
  status: either(text, object<{ message: string }>({ message: text }, {})),
  progress: object<ProgressData>(
    {},
    { message: text, value: number, max: number, label: text, unit: text, step: text },
  ),
  event: object<EventData>({ event: text }, { step: text, parent: text, label: text, error: text }),
  state: taskData,
  question: object<QuestionData>(
    { question: text },
    { questionId: text, choices: list(choice), schema: anything, expiresAt: number, default: anything },
  ),
  answered: object<AnsweredData>({ questionId: text, outcome }, { answer: anything, by: text, anonymous: boolean }),
  result: object<ResultData>({ agent: text, data: anything }, {}),
  complete: object<CompleteData>({ summary: text }, {}),
  error: object<ErrorData>({ message: text }, { code: text, fatal: boolean }),
};

type BuiltInTypes = Pick<
  MessageTypes,
  'status' | 'progress' | 'event' | 'state' | 'question' | 'answered' | 'result' | 'complete' | 'error'
>;

/** A message of a type that the kit itself gives a meaning to. */
export type BuiltInMessage = Extract<KnownMessage, { readonly type: keyof BuiltInTypes }>;

function isBuiltIn(type: string): type is keyof BuiltInTypes {
  return Object.hasOwn(DATA, type);
}

/** What is wrong with the data of a message of this type; `undefined` when nothing is. Types of one's own may carry anything. */
export function dataProblem(type: string, data: unknown): string | undefined {
  return isBuiltIn(type) ? problemText(DATA[type], data, 'data') : undefined;
}

/** Narrows to the messages that the kit gives a meaning to, whose data is as it should be. */
export function isBuiltInMessage(message: Message): message is Message & BuiltInMessage {
  return isBuiltIn(message.type) && is<unknown>(DATA[message.type], message.data);
}

/** Narrows to what an `answered` message says. */
export function isAnswered(data: unknown): data is AnsweredData {
  return is(DATA.answered, data);
}

type Said = Pick<Envelope, 'agent' | 'step' | 'run' | 'level'>;

const SAID = { agent: text, step: text, run: text, level };

const said: Check<Said> = object<Said>({}, SAID);

/** What is wrong with what a publisher says beside type and data; `undefined` when nothing is. */
export function envelopeProblem(value: unknown): string | undefined {
  return problemText(said, value, 'message');
}

const channel: Check<ChannelName> = checked('the name of a channel', isChannelName);

const ENVELOPE = { id: text, ts: number, channel, ...SAID };

/** A message whose envelope has the fields of `M`, too. */
export function messageCheck<M extends Message>(
  more: { readonly [K in Exclude<keyof M, keyof Message>]-?: Check<Exclude<M[K], undefined>> },
): Check<M> {
  return object<Message>({ type: text, data: anything as Check<JsonValue> }, { ...ENVELOPE, ...more }) as Check<M>;
}

const message = messageCheck<Message>({});

/**
 * A message as it came from the wire, or `undefined` where it is none. Envelope fields of the wrong type, and those that the contract does not know,
 * are left out.
 */
export function readMessage(value: unknown): Message | undefined {
  if (!isObject(value) || typeof value.type !== 'string') return undefined;
  const { type, data = null, ...others } = value;
  const isKnown = Object.keys(others).every((key) => Object.hasOwn(ENVELOPE, key));
  if (isKnown && value.data !== undefined && is(message, value)) return value;
  return { type, data: data as JsonValue, ...soundFields<Omit<Message, 'type' | 'data'>>(value, ENVELOPE) };
}

/** The text of a status, in either of its forms. */
export function statusText(data: StatusData): string {
  return typeof data === 'string' ? data : data.message;
}
