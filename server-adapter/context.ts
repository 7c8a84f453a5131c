import { AsyncLocalStorage } from 'node:async_hooks';
import { assertId, type ChannelName, type Clock, channelName, invalid, isObject, isRunId } from '../protocol/index.js';
import type { Outgoing, SendResult, StatusExtra } from './compose.js';
import type { AnswerTo, AskOptions } from './conversation/ask-options.js';
import type { StatusUpdate } from './updates.js';

/** Whom work is done for. Every call of the kit made inside reports there by itself. */
export interface Ids {
  readonly sessionId?: string;
  readonly threadId?: string;
  readonly userId?: string;
  readonly runId?: string;
}

/** What `currentContext()` answers (seed: `ExecutionContext`). */
export interface Context extends Ids {
  /** The task that the work is, where it is one. */
  readonly taskId?: string;
  /** Who does the work: see `withAgent`. */
  readonly agent?: string;
  /** The innermost step that the work is in: see `step`. */
  readonly step?: string;
  /** Aborted when the work should stop. */
  readonly signal?: AbortSignal;
}

/** What can be said without naming a messenger: the one in context says it. */
export interface Speaker {
  readonly clock: Clock;
  /** Says something to the viewers of the run in context. `call` is what the user called, for the log. */
  speak(call: string, message: Outgoing): void;
  /** Writes a warning to the log, once under each key. */
  warnOnce(key: string, text: string): void;
  /** Asks the viewers of the run in context. */
  ask<const O extends AskOptions = Record<never, never>>(question: string, options?: O): Promise<AnswerTo<O>>;
  addStatusMessage(text: string, extra?: StatusExtra): void;
  getStatusMessages(sessionId?: string): string[];
  publishAgentEvent(data: unknown, type?: string): void;
  streamStatusUpdates(options?: { signal?: AbortSignal }): AsyncIterableIterator<StatusUpdate>;
  sendToSession(sessionId: string, message: Outgoing): Promise<SendResult>;
}

interface Store {
  readonly context: Context;
  readonly messenger: Speaker | undefined;
  /** Whether the context stands on the ground, not on one that a call began anew. */
  readonly isGrounded: boolean;
}

/** One per process by its nature: it follows every call chain, and each chain carries its own messenger. */
const storage = new AsyncLocalStorage<Store>();
const NOWHERE: Store = { context: {}, messenger: undefined, isGrounded: true };

/** The context outside of all others: there is one in workers, which is known only once they are attached. */
let ground: () => Context | undefined = () => undefined;

export function setGround(context: () => Context | undefined): void {
  ground = context;
}

/** Runs `run` in a context. Without a messenger the one of the surrounding context stays. */
export function runInContext<T>(context: Context, messenger: Speaker | undefined, run: () => T): T {
  return enter(context, messenger ?? storage.getStore()?.messenger, false, run);
}

function enter<T>(context: Context, messenger: Speaker | undefined, isGrounded: boolean, run: () => T): T {
  return storage.run({ context: Object.freeze({ ...context }), messenger, isGrounded }, run);
}

/**
 * The ids that work here is done for; `undefined` outside of any context. They follow `await`, timers and streams by themselves; an event
 * emitter's listener gets them with `AsyncResource.bind(listener)` of `node:async_hooks`.
 */
export function currentContext(): Context | undefined {
  const store = storage.getStore();
  if (store && !store.isGrounded) return store.context;
  const beneath = ground();
  return beneath && store ? Object.freeze({ ...beneath, ...store.context }) : (beneath ?? store?.context);
}

/** What calls have said of the context here, without the ground that it may stand on. */
export function contextSaid(): { readonly context: Context; readonly isGrounded: boolean } {
  return storage.getStore() ?? NOWHERE;
}

/** The channel whose viewers watch the work in context: those of the task, else of the session, the thread, the user (seed: message routing). */
export function channelInContext(): ChannelName | undefined {
  const { taskId, sessionId, threadId, userId } = currentContext() ?? {};
  if (taskId !== undefined) return channelName('task', taskId);
  if (sessionId !== undefined) return channelName('session', sessionId);
  if (threadId !== undefined) return channelName('thread', threadId);
  return userId === undefined ? undefined : channelName('user', userId);
}

/** Runs `run` in the context there is, with some of it changed. */
export function runWithin<T>(change: Partial<Context>, run: () => T): T {
  const { context, messenger, isGrounded } = storage.getStore() ?? NOWHERE;
  return enter({ ...context, ...change }, messenger, isGrounded, run);
}

/** The messenger whose context this is. */
export function messengerInContext(): Speaker | undefined {
  return storage.getStore()?.messenger;
}

const ID_NAMES = ['sessionId', 'threadId', 'userId', 'runId'];
/** What a context has beside ids: one may be handed over as it is. */
const REST = ['taskId', 'agent', 'step', 'signal'];

/** Ids from a caller: a session id alone, or an object. Throws `invalid` for anything else. */
export function readIds(ids: Ids | string): Ids {
  const given: unknown = typeof ids === 'string' ? { sessionId: ids } : ids;
  if (!isObject(given)) {
    throw invalid('ids', ids, 'a session id or { sessionId, threadId, userId, runId }', 'pass the id of the session');
  }
  const read: Record<string, string> = {};
  for (const key of ID_NAMES) {
    const id = given[key];
    if (id === undefined || id === null) continue;
    assertId(id, key);
    if (key === 'sessionId' && isRunId(id)) throw invalid(key, id, 'a session, not a run', 'pass the run as runId');
    read[key] = id;
  }
  const unknown = Object.keys(given).find((key) => !ID_NAMES.includes(key) && !REST.includes(key));
  if (unknown !== undefined && Object.keys(read).length === 0) {
    throw invalid('ids', ids, 'sessionId, threadId, userId or runId', 'check its spelling');
  }
  return read;
}
