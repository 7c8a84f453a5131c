import { type Ack, type ChannelState, invalid } from '../../protocol/index.js';
import type { Connection, SessionObserver } from '../session/index.js';

/** What the elements need of a session. `<status-messenger>` and `SessionClient` are such sources, and so is an object made by hand. */
export interface SessionSource {
  /** Tells the drafts of one session from those of another. */
  readonly sessionId?: string | null;
  /** The session that it only hands on, where it holds none itself. */
  readonly session?: SessionSource | null;
  readonly state: ChannelState;
  readonly connection: Connection;
  /** The server's time, milliseconds since 1970, as far as it is known. */
  readonly serverNow: number;
  /** Its state was handed in, and the server has not been heard yet. */
  readonly isSnapshot?: boolean;
  /** Tells `observer` of everything from now on. Answers a function that stops it. */
  observe(observer: SessionObserver): () => void;
  /** Each resolves with the server's word, and rejects when that cannot come any more. */
  sendAnswer(answer: unknown, questionId?: string): Promise<Ack>;
  decline(questionId?: string): Promise<Ack>;
  cancel(): Promise<Ack>;
  send(data: unknown): Promise<Ack>;
  /** Connects, at once where the next attempt is being waited for. */
  connect(): void;
  /** Tells those who listen what became of something that they did. Where it is missing, a `<status-messenger>` that shows the session does it. */
  announce?(text: string): void;
}

/** An element that hands the session that it shows on to those in it, and to those that name it. */
export interface SessionHolder {
  readonly sessionSource: SessionSource | undefined;
}

/** The session that an element holds or hands on, where it is one of these two. */
export function sourceOf(value: object): SessionSource | undefined {
  return isSessionSource(value) ? value : isSessionHolder(value) ? value.sessionSource : undefined;
}

/** The one object that is a session, whichever elements hand it on. */
export function originOf(source: SessionSource): SessionSource {
  return source.session ? originOf(source.session) : source;
}

/** The id of a session; empty where it has none. */
export function sessionIdOf(source: SessionSource | undefined): string {
  return (source && originOf(source))?.sessionId ?? '';
}

export function isSessionHolder(value: object): value is SessionHolder {
  return 'sessionSource' in value;
}

/** Throws `invalid` for what is neither a session nor nothing: frameworks take a property away by setting it to nothing at all. */
export function assertSession(where: string, value: unknown): asserts value is SessionSource | null | undefined {
  if (value == null || (typeof value === 'object' && isSessionSource(value))) return;
  throw invalid(
    `${where}: session`,
    value,
    'a session',
    'hand in a SessionClient, a TestSession, or a <status-messenger>',
  );
}

/** Whether an element is a source, and has become one already: before it is upgraded it is not. */
export function isSessionSource(value: object): value is SessionSource {
  return 'observe' in value && typeof value.observe === 'function' && 'serverNow' in value;
}
