import {
  assertFields,
  type ChannelName,
  type Clock,
  clipText,
  elapsed,
  invalid,
  isRunChannel,
  isRunId,
  messageOf,
  splitChannel,
} from '../../protocol/index.js';
import { Rate } from '../access/rate.js';
import type { ChannelStore } from '../channels/channel-store.js';
import { compose, type Outgoing, type SendOptions, type SendResult } from '../compose.js';
import type { Delivery } from '../delivery/delivery.js';
import type { Log } from '../logger.js';
import type { Settings } from '../options.js';
import { wireForm } from './wire-form.js';

/** Messages a second that nobody got, or that could not be stored, of which the log tells; ten times as many at once. */
const LOGGED = 1;

/** Brings messages to those they are for, and says truthfully what became of each. */
export class Publisher {
  readonly #store: ChannelStore;
  readonly #clock: Clock;
  readonly #statusData: 'text' | 'object';
  readonly #delivery: Delivery;
  readonly #log: Log;
  /** How many messages it has stored. */
  stored = 0;
  readonly #unseen: Rate;
  readonly #failures: Rate;

  constructor(
    { store, clock, statusData }: Pick<Settings, 'store' | 'clock' | 'statusData'>,
    delivery: Delivery,
    log: Log,
  ) {
    this.#store = store;
    this.#clock = clock;
    this.#statusData = statusData;
    this.#delivery = delivery;
    this.#log = log;
    this.#unseen = new Rate(LOGGED, elapsed(clock));
    this.#failures = new Rate(LOGGED, elapsed(clock));
  }

  /** Sends to a channel. Synchronous as far as the store is, so that the order of calls is kept. */
  send(channel: ChannelName, message: Outgoing, options?: SendOptions): SendResult | Promise<SendResult> {
    if (isRunChannel(channel)) {
      const { kind, id } = splitChannel(channel);
      return this.#noRecipient(id, kind);
    }
    if (options) assertFields('send', options, ['retry']);
    const composed = compose(wireForm(message, this.#statusData));
    if (options?.retry === false) {
      // Behind what was said before, also in this turn.
      void this.#store.flush();
      this.#delivery.flush(channel);
      const sent = this.#delivery.watching(channel).filter((connection) => connection.sendNow(composed, channel));
      return this.#told(channel, { delivered: sent.length, buffered: false });
    }
    try {
      const stored = this.#store.append(channel, composed);
      if (typeof stored === 'string') return this.#sent(channel, stored);
      return stored.then(
        (id) => this.#sent(channel, id),
        (error: unknown) => this.#unsent(channel, error),
      );
    } catch (error) {
      return this.#unsent(channel, error);
    }
  }

  /** Sends to one connection of this server: now or never. */
  sendToConnection(connectionId: string, message: Outgoing): SendResult {
    if (typeof connectionId !== 'string') {
      throw invalid(
        'sendToConnection',
        connectionId,
        'the id of a connection',
        'pass connectionId of the frame connected',
      );
    }
    if (isRunId(connectionId)) return this.#noRecipient(connectionId, 'connection');
    const composed = compose(wireForm(message, this.#statusData));
    const isSent = this.#delivery.connection(connectionId)?.sendNow(composed, undefined) === true;
    if (isSent) return { delivered: 1, buffered: false };
    const reason = 'no such connection is here, or it takes nothing now';
    if (this.#isLogged()) this.#log.warn(`a message to a connection: got "${clipText(connectionId, 80)}": ${reason}`);
    return { delivered: 0, buffered: false, reason };
  }

  #noRecipient(id: string, kind: string): SendResult {
    const reason = `"${id}" is a run, not a ${kind}: send to the thread, user or session that the run belongs to`;
    this.#log.debug(reason);
    return { delivered: 0, buffered: false, reason };
  }

  /** What repeats with every message is logged so often, and no more. */
  #isLogged(): boolean {
    return this.#unseen.take(LOGGED, elapsed(this.#clock));
  }

  #sent(channel: ChannelName, id: string): SendResult {
    this.stored++;
    return this.#told(channel, { id, delivered: this.#delivery.viewers(channel), buffered: true });
  }

  /** Sessions and tasks are spoken to whether or not somebody watches; that a person or a thread is not there may be a mistake (seed: message routing). */
  #told(channel: ChannelName, result: SendResult): SendResult {
    const isForSomeone = channel.startsWith('user:') || channel.startsWith('thread:');
    if (result.delivered === 0 && isForSomeone && this.#isLogged()) {
      const kept = result.buffered ? 'it is kept for those who come' : 'it is not kept';
      this.#log.warn(`a message to ${channel}: got nobody who is connected, expected someone; ${kept}`);
    }
    return result;
  }

  #unsent(channel: ChannelName, error: unknown): never {
    if (this.#failures.take(LOGGED, elapsed(this.#clock)))
      this.#log.error(`a message to ${channel} could not be stored: ${messageOf(error)}`);
    throw error;
  }
}
