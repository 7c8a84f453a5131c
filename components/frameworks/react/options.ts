import type {
  ChannelName,
  ChannelState,
  Message,
  MessageTypes,
  ProgressData,
  QuestionView,
  StatusMessengerError,
} from '../../../protocol/index.js';
import type { SessionClientLike } from '../../session/index.js';
import type { SessionView } from '../session-view.js';
import type { SessionCalls } from '../shown-session.js';

/** What `useStatusMessenger` is told: whose session to show, by its id or by a client that holds it. */
export type UseStatusMessengerOptions = SessionOptions &
  StatusMessengerCallbacks &
  ({ readonly clientId: string } | { readonly client: SessionClientLike });

interface SessionOptions {
  /** The session to show. Another id is another session: its connection is made anew, and nothing of the former is shown. */
  readonly clientId?: string | undefined;
  /** Connects when the component is there. Default `true`. Changed later, it connects or disconnects. */
  readonly autoConnect?: boolean | undefined;
  /** Where the server is: a path, `http(s)://` or `ws(s)://`, with or without the placeholder `{session-id}`. Default `/ws`. */
  readonly url?: string | undefined;
  /** A thread and a user to watch, too, if the server allows it: `onMessage` and the callbacks for types of your own are told of them. */
  readonly threadId?: string | undefined;
  readonly userId?: string | undefined;
  /** A credential, sent in the query. A new one counts from the next attempt on. */
  readonly token?: string | undefined;
  /** Asked for a credential at every attempt, and before the one in use ends; takes the place of `token`. */
  readonly getToken?: (() => string | undefined | Promise<string | undefined>) | undefined;
  /**
   * A client of your own, in the place of the session that the options above describe: for several components that share a connection, or for options that a
   * `SessionClient` alone has. It is connected where it is idle, and left to you when the component goes.
   */
  readonly client?: SessionClientLike | undefined;
}

/**
 * What to call when something happens. Always those of the last render; other ones change nothing about the connection. What was said before the
 * component came is in what the hook returns.
 */
export interface StatusMessengerCallbacks extends OwnCallbacks {
  /** Every message, once and in order. */
  readonly onMessage?: ((message: Message) => void) | undefined;
  /**
   * What a thread or the user that is watched, too, adds up to, by what was said or was kept while nobody was there: the messages of that are not told one by one.
   */
  readonly onChannelState?: ((channel: ChannelName, state: ChannelState) => void) | undefined;
  /** The text of every status. */
  readonly onStatus?: ((status: string) => void) | undefined;
  /** Every progress: its message, else its label, else `''`; and all that was said of it. */
  readonly onProgress?: ((progress: string, data: ProgressData) => void) | undefined;
  /**
   * The question that `sendAnswer` now answers. Not before the page has caught up, so never one that was answered meanwhile; a question that was open
   * before is told of then, too.
   */
  readonly onQuestion?: ((question: string, view: QuestionView) => void) | undefined;
  /** Every agent's result. */
  readonly onResult?: Handler<[agent: string, data: unknown]> | undefined;
  /** The run ended well; also where it had when the page caught up. `''` where there is no summary. */
  readonly onComplete?: ((summary: string) => void) | undefined;
  /**
   * An error that the server told of, also one that the run had ended with when the page caught up; a connection that was refused for good; something sent
   * that will never be answered. A lost connection is none: it comes back, and `connection` says how it stands.
   */
  readonly onError?: ((error: string) => void) | undefined;
  /** Something was wrong with the address, a frame or the server. For you, not for visitors; it is on the console, too. */
  readonly onProblem?: ((problem: StatusMessengerError) => void) | undefined;
}

/** The callbacks for types of messages that have none above: `onCustomType` for `custom_type`. */
type OwnCallbacks = {
  readonly [T in Exclude<keyof MessageTypes, Told> as `on${Pascal<T>}`]?:
    | Handler<[data: MessageTypes[T], message: Message]>
    | undefined;
} & {
  readonly [callback: `on${string}`]: Handler<[data: unknown, message: unknown]> | undefined;
};

type Told = 'status' | 'progress' | 'question' | 'result' | 'complete' | 'error';

type Pascal<T extends string> = T extends `${infer Head}_${infer Rest}`
  ? `${Capitalize<Head>}${Pascal<Rest>}`
  : Capitalize<T>;

/** Written as a method, whose arguments are compared both ways: a callback may say what data it expects. */
type Handler<Args extends readonly unknown[]> = { call(...args: Args): void }['call'];

/** What `useStatusMessenger` returns. The functions stay the same as long as the session does. */
export interface StatusMessengerView extends SessionView, SessionCalls {
  /** The client that holds the session. */
  readonly client: SessionClientLike;
  /** Connects, also without `autoConnect`; at once where the next attempt is being waited for. */
  readonly connect: SessionCalls['connect'];
  /**
   * Answers a question; without an id the oldest open one. Resolves with the server's word; rejects when that cannot come any more. With an `onError`, that
   * is told of it, and the promise may be left alone.
   */
  readonly sendAnswer: SessionCalls['sendAnswer'];
}
