import type { ChannelState, Message, QuestionView, StatusMessengerError, StatusView } from '../../protocol/index.js';
import type { Connection, SessionEvents } from '../session/index.js';

/** What `<status-messenger>` fires. None of them bubbles. */
export interface StatusMessengerEventMap {
  /** A message arrived: each once, in order, as it comes. */
  message: CustomEvent<Message>;
  /** The state has changed: at most once per frame. */
  statechange: CustomEvent<ChannelState>;
  /** What a thread or the user that is watched, too, adds up to has changed: by a message, or by what was kept while nobody was there. */
  channelstate: CustomEvent<SessionEvents['channelstate']>;
  /** The current status has changed: at most once per frame. */
  statuschange: CustomEvent<StatusView>;
  connectionchange: CustomEvent<Connection>;
  /** A question waits for an answer. Not before everything that was missed is here. */
  questionopen: CustomEvent<QuestionView>;
  /** The run has ended; `detail.phase` says how. Not before everything that was missed is here. */
  runend: CustomEvent<ChannelState>;
  /** Something was wrong with the address, a frame or the server; it is on the console, too. */
  problem: CustomEvent<StatusMessengerError>;
}
