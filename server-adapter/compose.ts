import {
  dataProblem,
  describe,
  type Envelope,
  envelopeProblem,
  invalid,
  isObject,
  jsonSize,
  LIMITS,
  messageOf,
  StatusMessengerError,
} from '../protocol/index.js';

/** A message as a publisher says it. */
export interface Outgoing extends Pick<Envelope, 'agent' | 'step' | 'run' | 'level'> {
  /** One of the wire contract's content types, or one of your own. */
  readonly type: string;
  /** Anything that JSON can carry. */
  readonly data?: unknown;
}

/** How a message is sent. */
export interface SendOptions {
  /** `false`: only those who are there now get it, and it is not kept. Default: it is kept for those who come later. */
  readonly retry?: boolean;
}

/** What became of a message. */
export interface SendResult {
  /** Its position in the channel's log; missing where it was not stored. */
  readonly id?: string;
  /** How many connections of this server watch the channel. */
  readonly delivered: number;
  /** Whether it is kept for those who come later. */
  readonly buffered: boolean;
  /** Why it went nowhere. */
  readonly reason?: string;
}

/** What a status may say beside its text. */
export type StatusExtra = Pick<Outgoing, 'agent' | 'step' | 'run' | 'level'>;

/** A message that was checked and serialised, and has no position yet. */
export interface Composed {
  readonly type: string;
  /** The JSON of the message without its closing brace: the log adds `id` and `ts`. */
  readonly head: string;
  /** A status that says nothing beside its text: of several in a row, only the last one counts for the state. */
  readonly isPlainStatus: boolean;
}

const EXTRAS = ['agent', 'step', 'run', 'level'] as const;
/** What most messages begin with. */
const STATUS_START = '{"type":"status","data":';
const CONNECTION_TYPES = new Set(['connected', 'snapshot', 'synced', 'heartbeat', 'ack']);

/**
 * Checks a message and serialises it at once, so that what its publisher changes afterwards changes nothing.
 * @throws StatusMessengerError `invalid` when it has no type or the wrong data for its type, or cannot be written as JSON;
 *   `too_large` when it is over `LIMITS.message` bytes.
 */
export function compose(outgoing: Outgoing): Composed {
  if (!isObject(outgoing)) throw invalid('message', outgoing, '{ type, data }', 'send({ type: "status", data: "…" })');
  const { type, data = null } = outgoing;
  if (typeof type !== 'string' || type === '' || type.length > 128) {
    throw invalid('message type', type, 'a text of 1–128 characters', 'send({ type: "status", data: "…" })');
  }
  if (CONNECTION_TYPES.has(type)) {
    throw invalid('message type', type, 'a type that is not of the connection itself', 'choose another name');
  }
  const isPlain = isPlainStatus(outgoing);
  const isAlone = isPlain || isBare(outgoing);
  const problem = dataProblem(type, data) ?? (isAlone ? undefined : envelopeProblem(outgoing));
  if (problem) throw new StatusMessengerError('invalid', `${type} message: ${problem}; send it in that form`);
  const start = type === 'status' ? STATUS_START : `{"type":${JSON.stringify(type)},"data":`;
  const head = start + stringify(type, data) + (isAlone ? '' : stringifyExtras(outgoing));
  // A character takes three bytes at most, so most messages need no count.
  const bytes = head.length * 3 < LIMITS.message ? 0 : Buffer.byteLength(head) + 1;
  if (bytes > LIMITS.message) {
    throw new StatusMessengerError(
      'too_large',
      `${type} message: got ${bytes} bytes of JSON, expected at most ${LIMITS.message}; send a link to what is larger`,
    );
  }
  if (typeof data === 'object' && jsonSize(data) === Number.POSITIVE_INFINITY) {
    const text = `${type} message: got data nested over ${LIMITS.depth} levels deep; flatten it`;
    throw new StatusMessengerError('invalid', text);
  }
  return { type, head, isPlainStatus: isPlain };
}

/** Whether a message is a status that says nothing beside its text. */
export function isPlainStatus(message: Outgoing): boolean {
  return message.type === 'status' && typeof message.data === 'string' && isBare(message);
}

/** Whether nothing stands beside a message's type and data. */
function isBare({ agent, step, run, level }: Outgoing): boolean {
  return agent === undefined && step === undefined && run === undefined && level === undefined;
}

/** The fields beside type and data, as they stand in the JSON. */
function stringifyExtras(outgoing: Outgoing): string {
  let extras = '';
  for (const key of EXTRAS) {
    if (outgoing[key] !== undefined) extras += `,"${key}":${JSON.stringify(outgoing[key])}`;
  }
  return extras;
}

function stringify(type: string, data: unknown): string {
  try {
    const text: string | undefined = JSON.stringify(data);
    if (text === undefined) throw new TypeError(describe(data));
    return text;
  } catch (error) {
    throw new StatusMessengerError(
      'invalid',
      `${type} message: got data that JSON cannot carry (${messageOf(error).split('\n')[0]}), expected plain data; leave out cycles, BigInt and functions`,
      { cause: error },
    );
  }
}
