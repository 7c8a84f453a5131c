import {
  apply,
  type ChannelState,
  initialState,
  type Message,
  type Position,
  parsePosition,
  type Succession,
  succession,
} from '../../protocol/index.js';

/** What a page knows of one channel: how far it has come, and what that adds up to. */
export class ChannelView {
  state: ChannelState = initialState;
  position: Position | undefined;

  /**
   * Takes a message if it is the next in line. A message without a position is from a server that keeps no log: it is always next.
   */
  take(message: Message): Succession {
    const position = parsePosition(message.id);
    if (position) {
      const verdict = succession(this.position, position);
      if (verdict !== 'next') return verdict;
      this.position = position;
    }
    this.state = apply(this.state, message);
    return 'next';
  }

  /** Takes the server's word for everything up to a position. */
  replace(state: ChannelState, position: Position | undefined): void {
    this.state = state;
    this.position = position;
  }
}
