import type {
  Ack,
  AnsweredData,
  ChannelKind,
  ChannelName,
  ChannelState,
  JsonValue,
  Position,
} from '../../protocol/index.js';
import type { Composed } from '../compose.js';
import type { Stretch } from './frame-tail.js';

/** One channel: its snapshot and its tail, readable at once. */
export interface ChannelLog {
  readonly name: ChannelName;
  /** New whenever the log starts over; of a log that is being held, too. */
  readonly epoch: string;
  /** The number of the last message; 0 while there is none. */
  readonly seq: number;
  /** The frame of message `seq` as JSON; `undefined` when it is not in the tail (any more). */
  frame(seq: number): string | undefined;
  /** Frames from message `seq` on, as WebSockets carry them: one at least, and as many as lie in one piece. `undefined` as for `frame`. */
  stretch(seq: number): Stretch | undefined;
  /** Whether everything after `position` is in the tail. */
  canContinue(position: Position): boolean;
  /** What all messages up to the head add up to. */
  state(): ChannelState;
  /** Whether a question waits for its answer: told without folding statuses, which many logs are full of. */
  hasOpenQuestion(): boolean;
  /** The frame of the latest `status`, also when it is no longer in the tail. */
  readonly latestStatus: string | undefined;
  /** What was answered to the page's frame `ref`: at once, or when it is stored. `undefined` where nothing was. */
  recall(ref: string): Ack | Promise<Ack> | undefined;
  /** How a question ended, as a decision said last; also when it has left the state. At least the last thousand of a channel are known. */
  ended(questionId: string): AnsweredData | undefined;
  /** What the channel is about, as it was said last in a decision; `undefined` where nothing was. */
  readonly about: JsonValue | undefined;
}

/** What is to be stored in a channel: all of it, or nothing. */
export interface Decision {
  readonly append?: readonly Composed[];
  /** What was answered to a page's frame. */
  readonly remember?: Ack;
  /** How questions ended. */
  readonly ended?: readonly AnsweredData[];
  /** What the channel is about, in place of what was said of it before. */
  readonly about?: JsonValue;
}

/** Whether a process may do the work of a channel: it may have it from one that is no more, another one may have it, or it may have been done for good. */
export type Claim = 'granted' | 'inherited' | 'taken' | 'done';

/** Where channels are kept. */
export interface ChannelStore {
  /**
   * Adds a message to a channel; messages of one channel get their positions in the order of the calls. Resolves once it is stored, and before
   * any viewer sees it, with the position as it stands in the frame.
   */
  append(name: ChannelName, message: Composed): string | Promise<string>;
  /**
   * Keeps what was answered to a page's frame as long as the channel lives, at least for the last ten thousand of them. That it was accepted takes the place of anything
   * else, and stands. Resolves once it is stored, together with
   * everything that was appended before.
   */
  remember(name: ChannelName, ack: Ack): void | Promise<void>;
  /**
   * Stores what `decide` makes of the channel as it stands: behind all that was appended before, and nobody else, in no process, adds anything in between.
   * Resolves with the positions of the messages once all of it is stored; rejects with what `decide` throws. It may be called more than once.
   */
  transact(name: ChannelName, decide: (log: ChannelLog) => Decision): readonly string[] | Promise<readonly string[]>;
  /** The channel, which is kept until each `retain` was followed by its `release`. */
  retain(name: ChannelName): ChannelLog | Promise<ChannelLog>;
  /**
   * Lets go of a channel. It stays as long as any that is unused, so that those who come back go on where they were; where room is needed those go first that
   * nothing ever happened in, unless `keepEmpty`.
   */
  release(name: ChannelName, keepEmpty?: boolean): void;
  /** The channel if there is one, as far as it can be had at once. Makes none. Not for a `StoreUser` while it is told something. */
  peek(name: ChannelName): ChannelLog | undefined;
  /** Leaves nothing of a channel behind. Whoever holds it goes on with an empty log of another epoch. */
  forget(name: ChannelName): void | Promise<void>;
  /** The channels of a kind that something was said to be about: the newest first, `count` at most. */
  list(kind: ChannelKind, count: number): readonly ChannelName[];
  /** Asks for the work of a channel, which one process at a time has; whoever has it is granted it again. It ends with the process. */
  claim(name: ChannelName): Claim | Promise<Claim>;
  /** Gives the work of a channel back; with `done` it will never be granted again, as long as the channel lives. */
  unclaim(name: ChannelName, done?: boolean): void | Promise<void>;
  /** Channels of a kind whose work a process had that is no more: some of them. */
  lapsed(kind: ChannelKind): readonly ChannelName[];
  /** Tells the others that share the store that this process lives, from here on and as long as it does. Answers what it is known by. */
  join(): string;
  /** Whether a process that has joined is taken for alive, by what it is known by. */
  isAlive(process: string): boolean;
  /** Called once, first: who is told what happens. Throws `not_allowed` where somebody already is. */
  use(user: StoreUser): void;
  /** Does what time asks for: folds what is too old, forgets what nobody uses. */
  sweep(): void;
  /** Resolves once everything that was appended so far can be read, or has failed. */
  flush(): void | Promise<void>;
  /** `undefined` while it can store; else why not. */
  health(): string | undefined | Promise<string | undefined>;
  close(): void | Promise<void>;
}

/** Who is told what happens in a store. */
export interface StoreUser {
  /** There is something new to read in a channel's log: a message, or that it starts over. */
  appended(name: ChannelName): void;
  /** Messages are about to leave a channel's tail: the last moment to read them one by one. */
  dropping(name: ChannelName): void;
  /** A channel was forgotten: its log starts over. */
  forgot(name: ChannelName): void;
  /** Another process has taken the work of a channel: this one was taken for dead. */
  lost(name: ChannelName): void;
}
