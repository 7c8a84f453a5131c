import { boolean, type Check, is, isObject, number, object, soundFields, text } from './check.js';
import { LIMITS } from './limits.js';

/** The first frame of every connection. */
export interface Connected {
  readonly message: string;
  readonly protocol: 1;
  readonly sessionId: string;
  /** What this connection is known by: where nobody says who a page is, it tells answers of one page from those of another. */
  readonly connectionId?: string;
  readonly channels: { readonly [name: string]: { readonly position: string; readonly recovered: boolean } };
  /** Milliseconds after which a quiet server says that it is there. */
  readonly heartbeat: number;
  readonly serverTime: number;
  /** Milliseconds over which the pages should spread when all of them have to come back: more than the usual where they are many. */
  readonly spread?: number;
  /** When the credential that this connection was let in by ends, in server time. */
  readonly expiresAt?: number;
}

/** The answer to a page's frame that had a `ref`. */
export interface Ack {
  readonly ref: string;
  readonly accepted: boolean;
  readonly reason?: string;
  readonly by?: string;
  /** When a credential that was accepted ends, in server time. */
  readonly expiresAt?: number;
  /** Why a credential was not accepted, as the close code that a connection would get for it. */
  readonly code?: number;
}

/** What a page says. */
export type ClientFrame =
  | { readonly type: 'answer'; readonly ref?: string; readonly data: AnswerData }
  | { readonly type: 'cancel'; readonly ref?: string }
  | { readonly type: 'input'; readonly ref?: string; readonly data: unknown }
  /** Asks for a sign of life: its `ack`. */
  | { readonly type: 'ping'; readonly ref: string }
  /** A fresh credential for the connection as it stands. */
  | { readonly type: 'token'; readonly ref: string; readonly data: { readonly token: string } };

export interface AnswerData {
  /** None in the seed's form, which answers the oldest open question. */
  readonly questionId?: string;
  readonly answer?: unknown;
  readonly decline?: boolean;
}

/** A page's frame, or why it is none. `ref` is there whenever it could be read, so that the frame can be refused by an `ack`. */
export type ClientFrameReading = { readonly frame: ClientFrame } | { readonly problem: string; readonly ref?: string };

/** Reads a page's frame. Anything that is not one of the frames of the wire contract is the application's own: `input`, raw. */
export function readClientFrame(raw: string): ClientFrameReading {
  const value = parseJson(raw);
  if (!isObject(value)) return { frame: { type: 'input', data: raw } };
  const { type, data } = value;
  // An application may have a ping or a token of its own: the kit's always have a `ref`.
  if (type === 'ping' && isRef(value.ref)) return { frame: { type, ref: value.ref } };
  if (type === 'token' && isRef(value.ref) && isObject(data)) {
    const { token } = data;
    if (typeof token !== 'string') return { problem: 'data.token: expected a text', ref: value.ref };
    return { frame: { type, ref: value.ref, data: { token } } };
  }
  const isOwn = type !== 'answer' && type !== 'cancel' && type !== 'input';
  const isSeeds = type === undefined && 'answer' in value;
  if (value.ref !== undefined && !isRef(value.ref) && (!isOwn || isSeeds)) {
    return { problem: `ref: expected a text of 1–${LIMITS.refLength} characters` };
  }
  const ref = isRef(value.ref) ? { ref: value.ref } : {};
  if (isSeeds) return { frame: { type: 'answer', ...ref, data: { answer: value.answer } } };
  if (isOwn) return { frame: { type: 'input', ...ref, data: raw } };
  if (type === 'cancel') return { frame: { type, ...ref } };
  if (type === 'input') return { frame: { type, ...ref, data } };
  if (!isObject(data)) return { problem: 'data: expected an object with questionId and answer', ...ref };
  const { questionId, answer, decline } = data;
  if (typeof questionId !== 'string') return { problem: 'data.questionId: expected a text', ...ref };
  if (decline === true) return { frame: { type, ...ref, data: { questionId, decline } } };
  if (answer === undefined) return { problem: 'data.answer: expected an answer, or decline: true', ...ref };
  return { frame: { type, ...ref, data: { questionId, answer } } };
}

function isRef(value: unknown): value is string {
  return typeof value === 'string' && value.length > 0 && value.length <= LIMITS.refLength;
}

/** What a text says in JSON; `undefined` when it is no JSON. */
export function parseJson(raw: string): unknown {
  try {
    return JSON.parse(raw);
  } catch {
    return undefined;
  }
}

type Said = Omit<Connected, 'message' | 'protocol' | 'channels'>;

const connected: Check<Said> = object<Said>(
  { sessionId: text, heartbeat: number, serverTime: number },
  { spread: number, expiresAt: number, connectionId: text },
);

const channel = object<Connected['channels'][string]>({ position: text, recovered: boolean }, {});

/** What a `connected` frame of this protocol says; `undefined` for one of another server, which promises nothing. */
export function readConnected(data: unknown): Connected | undefined {
  if (!isObject(data) || data.protocol !== 1 || !is<unknown>(connected, data) || !isObject(data.channels))
    return undefined;
  if (!Object.values(data.channels).every((value) => is(channel, value))) return undefined;
  return data as unknown as Connected;
}

/** What a `heartbeat` frame says that a page can use. */
export function readHeartbeat(data: unknown): { readonly serverTime?: number; readonly spread?: number } {
  return isObject(data) ? soundFields(data, { serverTime: number, spread: number }) : {};
}

/** The answer in an `ack` frame; `undefined` where it is none. What it says beside that in the wrong type is left out. */
export function readAck(data: unknown): Ack | undefined {
  if (!isObject(data)) return undefined;
  const { ref, accepted } = data;
  if (!is(text, ref) || !is(boolean, accepted)) return undefined;
  return { ref, accepted, ...soundFields(data, { reason: text, by: text, expiresAt: number, code: number }) };
}
