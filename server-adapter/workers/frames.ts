import { isObject, parseJson } from '../../protocol/index.js';
import type { Outgoing, StatusExtra } from '../compose.js';
import type { Context } from '../context.js';
import type { AskOptions } from '../conversation/ask-options.js';
import { readFailure, type WireFailure } from './failures.js';

// What a worker and the side that attached it say to each other: JSON texts, in order.

/** A context without its signal, which stays on its side. */
export type SaidContext = Omit<Context, 'signal'>;

/** A call that was made in a worker. */
export type Call =
  | { readonly kind: 'speak'; readonly call: string; readonly message: Outgoing }
  | { readonly kind: 'status'; readonly text: string; readonly extra: StatusExtra }
  | { readonly kind: 'publish'; readonly data: unknown; readonly type: string | undefined }
  | { readonly kind: 'ask'; readonly id: number; readonly question: string; readonly options: AskOptions }
  | { readonly kind: 'takeBack'; readonly id: number }
  | { readonly kind: 'send'; readonly id: number; readonly sessionId: string; readonly message: Outgoing };

export type WorkerFrame =
  /** Who is there? So far `n` calls were made. */
  | { readonly kind: 'hello'; readonly n: number }
  /** What was called before the `n`th call is gone. */
  | { readonly kind: 'from'; readonly n: number }
  | {
      readonly kind: 'call';
      /** The attachment that it was made under; 0 before the first. */
      readonly attachment: number;
      /** 1, 2, 3 … as long as the worker lives. */
      readonly n: number;
      readonly context: SaidContext;
      /** Whether the context stands on the one that the worker was attached with. */
      readonly isGrounded: boolean;
      readonly call: Call;
    };

/** What a worker is attached with. */
export interface Terms {
  /** 1, 2, 3 … as often as the worker is attached. */
  readonly attachment: number;
  readonly context: SaidContext | undefined;
  /** Why its signal was aborted, where it was. */
  readonly aborted: string | undefined;
}

export type OwnerFrame =
  /** Here is someone who listens. */
  | ({ readonly kind: 'here' } & Terms)
  /** The answer to a hello, and up to which call all were heard. */
  | ({ readonly kind: 'attached'; readonly hello: number; readonly heard: number } & Terms)
  | { readonly kind: 'abort'; readonly reason: string }
  | { readonly kind: 'answer'; readonly id: number; readonly value: unknown }
  | { readonly kind: 'refused'; readonly id: number; readonly failure: WireFailure }
  | { readonly kind: 'detached' };

/** A frame of a worker; `undefined` where it is none. */
export function readWorkerFrame(text: string): WorkerFrame | undefined {
  const frame = parseJson(text);
  if (!isObject(frame) || !isCount(frame.n)) return undefined;
  const { kind, n } = frame;
  if (kind === 'hello' || kind === 'from') return { kind, n };
  const { attachment, isGrounded } = frame;
  const call = readCall(frame.call);
  if (kind !== 'call' || !call || !isCount(attachment) || typeof isGrounded !== 'boolean') return undefined;
  return { kind, attachment, n, context: readContext(frame.context), isGrounded, call };
}

/** A frame of the side that attached this worker; `undefined` where it is none. */
export function readOwnerFrame(text: string): OwnerFrame | undefined {
  const frame = parseJson(text);
  if (!isObject(frame)) return undefined;
  const { kind, id, attachment, hello, heard } = frame;
  switch (kind) {
    case 'detached':
      return { kind };
    case 'abort':
      return { kind, reason: textIn(frame.reason) ?? '' };
    case 'here':
    case 'attached': {
      const context = frame.context === undefined ? undefined : readContext(frame.context);
      if (!isCount(attachment)) return undefined;
      const terms = { attachment, context, aborted: textIn(frame.aborted) };
      if (kind === 'here') return { kind, ...terms };
      return isCount(hello) && isCount(heard) ? { kind, hello, heard, ...terms } : undefined;
    }
    case 'answer':
      return isCount(id) ? { kind, id, value: frame.value } : undefined;
    case 'refused':
      return isCount(id) ? { kind, id, failure: readFailure(frame.failure) } : undefined;
    default:
      return undefined;
  }
}

function readCall(value: unknown): Call | undefined {
  if (!isObject(value)) return undefined;
  const { kind, id, question, sessionId } = value;
  // `compose` and `ask` check what people get to see, as they do where it is said at home.
  const message = value.message as Outgoing;
  if (kind === 'speak') return { kind, call: textIn(value.call) ?? 'a worker', message };
  if (kind === 'status') {
    const text = textIn(value.text);
    return text === undefined ? undefined : { kind, text, extra: value.extra as StatusExtra };
  }
  if (kind === 'publish') return { kind, data: value.data, type: textIn(value.type) };
  if (!isCount(id)) return undefined;
  if (kind === 'takeBack') return { kind, id };
  if (kind === 'ask' && typeof question === 'string') {
    return { kind, id, question, options: value.options as AskOptions };
  }
  return kind === 'send' && typeof sessionId === 'string' ? { kind, id, sessionId, message } : undefined;
}

const NAMES = ['sessionId', 'threadId', 'userId', 'runId', 'taskId', 'agent', 'step'] as const;

/** What of it is a text. */
function readContext(value: unknown): SaidContext {
  if (!isObject(value)) return {};
  const texts = NAMES.map((name) => [name, textIn(value[name])]).filter(([, text]) => text !== undefined);
  return Object.fromEntries(texts);
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && Number(value) >= 0;
}

function textIn(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}
