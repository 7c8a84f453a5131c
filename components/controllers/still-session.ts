import { type Ack, type ChannelState, initialState, StatusMessengerError } from '../../protocol/index.js';
import { NOT_CONNECTED } from '../session/connection.js';
import type { Connection } from '../session/index.js';
import type { SessionSource } from './session-source.js';

const CONNECTING: Connection = { status: 'connecting' };

/**
 * A session that stands still: what was last known of one, for the property `session` of an element that is rendered on a server. Its time is that of its last message,
 * and whatever is asked of it rejects with `closed`.
 *
 * @param state Default: a session in which nothing was said.
 * @param willConnect Shows it as on its way to the server. Default `false`: as not connected.
 */
export function stillSession(state: ChannelState = initialState, willConnect = false): SessionSource {
  const refuse = async (): Promise<Ack> => {
    throw new StatusMessengerError(
      'closed',
      'send: this session stands still, so nobody will answer; connect to it first',
    );
  };
  return {
    state,
    connection: willConnect ? CONNECTING : NOT_CONNECTED,
    isSnapshot: true,
    serverNow: state.messages.at(-1)?.ts ?? 0,
    observe: () => () => {},
    sendAnswer: refuse,
    decline: refuse,
    cancel: refuse,
    send: refuse,
    connect: () => {},
  };
}
