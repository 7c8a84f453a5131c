import type { ChannelName, ChannelState, Message, StatusMessengerError } from '../../protocol/index.js';
import type { Connection } from './connection.js';

/** What a client tells its listeners. */
export interface SessionEvents {
  /** A message was applied: each once, in order. */
  message: Message;
  /** The state has changed, by a message or a snapshot. */
  state: ChannelState;
  /** The state of another channel has changed, by a message or a snapshot. */
  channelstate: { readonly channel: ChannelName; readonly state: ChannelState };
  connection: Connection;
  /** Something was wrong and was left out or given up. It is written to the console, too, each kind once. */
  problem: StatusMessengerError;
}
