import type { ChannelName, ChannelState, Position } from '../../protocol/index.js';
import type { Composed } from '../compose.js';
import type { Stretch } from './frame-tail.js';

/** One channel: its snapshot and its tail, readable at once. */
export interface ChannelLog {
  readonly name: ChannelName;
  /** New whenever the log starts over. */
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
  /** The frame of the latest `status`, also when it is no longer in the tail. */
  readonly latestStatus: string | undefined;
}

/** Where channels are kept. */
export interface ChannelStore {
  /**
   * Adds a message to a channel; messages of one channel get their positions in the order of the calls. Resolves once it is stored, and before
   * any viewer sees it, with the position as it stands in the frame.
   */
  append(name: ChannelName, message: Composed): string | Promise<string>;
  /** The channel, which is kept until each `retain` was followed by its `release`. */
  retain(name: ChannelName): ChannelLog | Promise<ChannelLog>;
  /** Lets go of a channel. One that nothing was ever said in is forgotten with its last holder, unless `keepEmpty`. */
  release(name: ChannelName, keepEmpty?: boolean): void;
  /** The channel as this process has it at hand; `undefined` where it has not. Makes none. */
  peek(name: ChannelName): ChannelLog | undefined;
  /** Called once, first: who is told what happens. Throws `not_allowed` where somebody already is. */
  use(user: StoreUser): void;
  /** Does what time asks for: folds what is too old, forgets what nobody uses. */
  sweep(): void;
  /** `undefined` while it can store; else why not. */
  health(): string | undefined | Promise<string | undefined>;
  close(): void | Promise<void>;
}

/** Who is told what happens in a store. */
export interface StoreUser {
  /** A message has become readable in a channel's log. */
  appended(name: ChannelName): void;
  /** Messages are about to leave a channel's tail: the last moment to read them one by one. */
  dropping(name: ChannelName): void;
  /** A channel was forgotten: its log would start over. */
  forgot(name: ChannelName): void;
}
