import type { IncomingHttpHeaders } from 'node:http';
import {
  assertFields,
  assertId,
  type ChannelName,
  CloseCode,
  channelName,
  describe,
  invalid,
  isObject,
  isRunId,
  StatusMessengerError,
} from '../../protocol/index.js';

/** What a page asks for. Apart from `address` all of it is a stranger's word. */
export interface AccessRequest {
  /** The session named in the address: a valid id. Empty where it is a task that is asked for. */
  readonly sessionId: string;
  /** The task named in the address (`/ws/tasks/ID`, `/api/tasks/ID`): a valid id. Empty for the list of tasks, and for a new one. */
  readonly taskId?: string;
  /** Threads and a user whose channels are asked for, too (query `thread`, of which the first hundred count, and `user`): valid ids. */
  readonly threadIds: readonly string[];
  readonly userId?: string;
  /** The credential of the query (`token`) or of the header `Authorization: Bearer`. */
  readonly token?: string;
  /** Names in lower case; cookies are in `cookie`. */
  readonly headers: IncomingHttpHeaders;
  /** The path with its query. */
  readonly url: string;
  /** The network address that the request came from; see `trustedProxies`. */
  readonly address?: string;
}

/** What a page may have. */
export interface Grant {
  /** Default: the session that was asked for. */
  readonly sessionId?: string;
  /** Threads whose messages it gets. Default: none, whatever was asked for. */
  readonly threadIds?: readonly string[];
  /** Who it is: it gets what is sent to this user. Default: nobody. */
  readonly userId?: string;
  /** When that ends, milliseconds since 1970: the connection is then closed with 4401, unless a fresh token came before. Default: never. */
  readonly expiresAt?: number;
}

/** Why a page may not connect. */
export interface Refusal {
  /** A reason that the page may read. */
  readonly refuse: string;
  /** 4401 (not known: it may come back with a fresh token), 4403 (not allowed) or 4404 (no such session). Default 4403. */
  readonly code?: 4401 | 4403 | 4404;
}

/**
 * Decides what a page may have: `true` grants the session that it asks for and nothing else, `false` refuses with 4403. What it throws is logged and closes
 * the connection with 1011, so that the page comes back; so does an answer with anything in it that is not known here.
 */
export type Authorize = (request: AccessRequest) => boolean | Grant | Refusal | Promise<boolean | Grant | Refusal>;

/** Whom a connection is for, and until when. */
export interface Access {
  /** Empty where it is a task that is watched. */
  readonly sessionId: string;
  readonly taskId?: string;
  readonly threadIds: readonly string[];
  readonly userId?: string;
  readonly expiresAt?: number;
}

export interface Denial {
  readonly code: number;
  readonly reason: string;
}

/** What `authorize` says, checked. Throws what it throws, and `invalid` for an answer that is none. */
export async function decide(authorize: Authorize, request: AccessRequest): Promise<Access | Denial> {
  const answer: unknown = await authorize(request);
  if (answer === false) return { code: CloseCode.forbidden, reason: 'not allowed' };
  return readAnswer(answer === true ? {} : answer, request);
}

/** The channel that a page sees as its own. */
export function ownChannel({ sessionId, taskId }: Access): ChannelName {
  return taskId === undefined ? channelName('session', sessionId) : channelName('task', taskId);
}

export function isDenial(decision: Access | Denial): decision is Denial {
  return 'code' in decision;
}

const NONE: readonly string[] = [];

/** Access to the session, or the task, that is asked for, and to nothing else. */
export function accessTo({ sessionId, taskId }: Pick<AccessRequest, 'sessionId' | 'taskId'>): Access {
  return taskId === undefined ? { sessionId, threadIds: NONE } : { sessionId, taskId, threadIds: NONE };
}

/** How many threads a page may watch at once: each costs every connection a cursor. */
export const THREADS = 100;

/** Who may watch a session may not watch any task for that. */
const OTHER: Denial = { code: CloseCode.forbidden, reason: 'this grants a session, not a task' };

const CODES: ReadonlySet<unknown> = new Set([CloseCode.unauthorized, CloseCode.forbidden, CloseCode.notFound]);
const GRANT = ['sessionId', 'threadIds', 'userId', 'expiresAt'];
const REFUSAL = ['refuse', 'code'];

function readAnswer(answer: unknown, asked: AccessRequest): Access | Denial {
  if (!isPlain(answer)) {
    // A text may be a credential: what it says is not for the log.
    const got = typeof answer === 'string' ? 'a string' : describe(answer);
    const text = `authorize: got ${got}, expected true, false, a plain grant or { refuse }; answer for instance { userId }`;
    throw new StatusMessengerError('invalid', text);
  }
  return 'refuse' in answer ? readRefusal(answer) : readGrant(answer, asked);
}

function readRefusal(answer: Fields): Denial {
  assertFields('authorize: a field', answer, REFUSAL);
  const { refuse, code = CloseCode.forbidden } = answer;
  if (typeof refuse !== 'string') throw invalid('authorize: refuse', refuse, 'a reason', 'say why in a text');
  if (typeof code !== 'number' || !CODES.has(code)) {
    throw invalid('authorize: code', code, '4401, 4403 or 4404', 'leave it out for 4403');
  }
  return { code, reason: refuse };
}

function readGrant(answer: Fields, asked: AccessRequest): Access | Denial {
  // A misspelt refusal must not be read as a grant of everything by default.
  assertFields('authorize: a field', answer, GRANT);
  // One that was looked for and not found is no leave to have the one that was asked for.
  const sessionId = 'sessionId' in answer ? answer.sessionId : asked.sessionId;
  const { taskId } = asked;
  const { threadIds = [], userId, expiresAt = Number.POSITIVE_INFINITY } = answer;
  if (taskId !== undefined && sessionId !== '') return OTHER;
  if (taskId === undefined) assertId(sessionId, 'authorize: sessionId');
  if (typeof sessionId === 'string' && isRunId(sessionId))
    throw invalid('authorize: sessionId', sessionId, 'a session, not a run', 'name the session');
  if (!Array.isArray(threadIds)) {
    throw invalid('authorize: threadIds', threadIds, 'a list of ids', 'answer for instance { threadIds: ["t1"] }');
  }
  if (threadIds.length > THREADS) {
    throw invalid('authorize: threadIds', threadIds, `at most ${THREADS}`, 'grant those that the page shows');
  }
  for (const id of threadIds) assertId(id, 'authorize: threadIds');
  if (userId !== undefined) assertId(userId, 'authorize: userId');
  if (typeof expiresAt !== 'number' || Number.isNaN(expiresAt)) {
    throw invalid('authorize: expiresAt', expiresAt, 'milliseconds since 1970', 'leave it out for no end');
  }
  return {
    sessionId: typeof sessionId === 'string' ? sessionId : '',
    ...(taskId === undefined ? {} : { taskId }),
    threadIds: [...new Set<string>(threadIds)],
    ...(userId === undefined ? {} : { userId }),
    ...(expiresAt === Number.POSITIVE_INFINITY ? {} : { expiresAt }),
  };
}

type Fields = { readonly [key: string]: unknown };

/** No error, no response, no record of a database: those are objects, too, and grant nothing. */
function isPlain(value: unknown): value is Fields {
  if (!isObject(value)) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}
