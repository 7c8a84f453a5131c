import type { ChannelState, ErrorView, Message } from '../../../protocol/index.js';
import { refusalText } from '../../refusal-text.js';
import type { Connection, SessionClientLike } from '../../session/index.js';
import { NOTHING_TOLD, readNews } from '../../status-messenger/news.js';
import { en as words } from '../../words/en.js';
import { tellOfMessage } from './callbacks.js';
import type { StatusMessengerCallbacks } from './options.js';

/** Tells callbacks what happens in a session, each thing once, also when it stops and starts again. */
export class Teller {
  readonly #client: SessionClientLike;
  readonly #callbacks: () => StatusMessengerCallbacks;
  #told = NOTHING_TOLD;
  #toldError: ErrorView | null = null;

  /** `callbacks` answers those to call, asked anew each time. */
  constructor(client: SessionClientLike, callbacks: () => StatusMessengerCallbacks) {
    this.#client = client;
    this.#callbacks = callbacks;
  }

  /** Answers a function that stops it. */
  start(): () => void {
    const client = this.#client;
    let isOn = true;
    // Each by itself: one that throws is reported, and keeps nothing from the others.
    const stops = [
      client.on('message', (message) => this.#callbacks().onMessage?.(message)),
      client.on('message', (message) => this.#tellMessage(message)),
      client.on('channelstate', ({ channel, state }) => this.#callbacks().onChannelState?.(channel, state)),
      client.on('state', () => this.#tellNews()),
      client.on('connection', () => this.#tellNews()),
      client.on('connection', (connection) => this.#tellRefusal(connection)),
      client.on('problem', (problem) => this.#callbacks().onProblem?.(problem)),
    ];
    // The client may have been live before.
    queueMicrotask(() => isOn && this.#tellNews());
    return () => {
      isOn = false;
      for (const stop of stops) stop();
    };
  }

  #tellMessage(message: Message): void {
    if (message.type === 'error' && message.channel === undefined) this.#tellError(this.#client.state.error);
    else tellOfMessage(this.#callbacks(), message);
  }

  #tellNews(): void {
    const { told, news } = readNews(this.#told, this.#client.state, this.#client.connection);
    this.#told = told;
    for (const { type, detail } of news) {
      if (type === 'questionopen') this.#callbacks().onQuestion?.(detail.question, detail);
      if (type === 'runend') this.#tellEnd(detail);
    }
  }

  #tellEnd({ phase, summary, error }: ChannelState): void {
    if (phase === 'completed') this.#callbacks().onComplete?.(summary ?? '');
    if (phase === 'failed') this.#tellError(error);
  }

  /** By its message as it comes, or by the end that it brought about, if that was missed. */
  #tellError(error: ErrorView | null): void {
    if (error === this.#toldError) return;
    this.#toldError = error;
    if (error) this.#callbacks().onError?.(error.message);
  }

  #tellRefusal(connection: Connection): void {
    if (connection.status !== 'refused') return;
    this.#callbacks().onError?.(refusalText(connection, words));
  }
}
