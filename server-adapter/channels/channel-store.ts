import type { ChannelName, ChannelState, Position } from '../../protocol/index.js';
import type { Composed } from '../compose.js';

/** A message in a log. */
export interface Entry {
  readonly seq: number;
  /** Server time, milliseconds since 1970. */
  readonly ts: number;
  /** The frame that viewers of the channel itself get. */
  readonly frame: Buffer;
}

/** One channel: its snapshot and its tail, readable at once. */
export interface ChannelLog {
  readonly name: ChannelName;
  /** New whenever the log starts over. */
  readonly epoch: string;
  /** The number of the last message; 0 while there is none. */
  readonly seq: number;
  /** The message at `seq`; `undefined` when it is not in the tail (any more). */
  entry(seq: number): Entry | undefined;
  /** Whether everything after `position` is in the tail. */
  canContinue(position: Position): boolean;
  /** What all messages up to the head add up to. */
  state(): ChannelState;
  /** The latest `status`, also when it is no longer in the tail. */
  readonly latestStatus: Entry | undefined;
}

/** Where channels are kept. */
export interface ChannelStore {
  /**
   * Adds a message to a channel; messages of one channel get their positions in the order of the calls. Resolves once it is stored, and before
   * any viewer sees it.
   */
  append(name: ChannelName, message: Composed): Position | Promise<Position>;
  /** The channel, which is kept until each `retain` was followed by its `release`. */
  retain(name: ChannelName): ChannelLog | Promise<ChannelLog>;
  /** Lets go of a channel. One that nothing was ever said in is forgotten with its last holder, unless `keepEmpty`. */
  release(name: ChannelName, keepEmpty?: boolean): void;
  /** The text of the channel's latest status as far as this process knows it. */
  latestStatusText(name: ChannelName): string | undefined;
  /** Called whenever a message has become readable in a channel's log. */
  onAppend(listener: (name: ChannelName) => void): void;
  /** Called when messages are about to leave a channel's tail: the last moment to read them one by one. */
  onDrop(listener: (name: ChannelName) => void): void;
  /** Called when a channel was forgotten: its log would start over. */
  onForget(listener: (name: ChannelName) => void): void;
  /** Does what time asks for: folds what is too old, forgets what nobody uses. */
  sweep(): void;
  /** `undefined` while it can store; else why not. */
  health(): string | undefined | Promise<string | undefined>;
  close(): void | Promise<void>;
}
