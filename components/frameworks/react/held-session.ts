import { type Ack, type ChannelState, invalid, messageOf } from '../../../protocol/index.js';
import { type Connection, SessionClient, type SessionClientLike } from '../../session/index.js';
import { onStatePerFrame } from '../shown-session.js';
import type { UseStatusMessengerOptions } from './options.js';
import { Teller } from './teller.js';

/** What of the options makes another session where it changes. */
export type Target = readonly unknown[];

export function targetOf({ client, url, clientId, threadId, userId }: UseStatusMessengerOptions): Target {
  return client ? [client] : [url, clientId, threadId, userId];
}

/**
 * A session as a component holds it: connected while that is wanted and the component is there. Renders are tried and thrown away, so that until
 * `enter()` it does nothing.
 */
export class HeldSession {
  readonly target: Target;
  readonly client: SessionClientLike;
  readonly #options: () => UseStatusMessengerOptions;
  readonly #teller: Teller;
  /** The client was handed in: whoever made it ends it. */
  readonly #isBorrowed: boolean;
  #former: HeldSession | undefined;
  #autoConnect: boolean;
  /** Whether a connection is wanted: said last by `autoConnect`, or by `connect()` and `disconnect()`. */
  #wanted: boolean;
  #isHere = false;

  /**
   * `options` are those that the session is made for, `latest` answers those of the last render, and `former` is what the component held before.
   * Throws `invalid` without a client and a `clientId`.
   */
  constructor(options: UseStatusMessengerOptions, latest: () => UseStatusMessengerOptions, former?: HeldSession) {
    const { client, autoConnect = true } = options;
    this.target = targetOf(options);
    this.client = client ?? makeClient(options, latest);
    this.#isBorrowed = client !== undefined;
    this.#options = latest;
    this.#teller = new Teller(this.client, latest);
    this.#former = former;
    this.#autoConnect = this.#wanted = autoConnect;
  }

  /** The component is there. Answers a function to call when it goes; it may come again. */
  enter(): () => void {
    const { client } = this;
    const stopTelling = this.#teller.start();
    this.#isHere = true;
    this.#former?.close();
    this.#former = undefined;
    if (this.#wanted && client.connection.status === 'idle') client.connect();
    return () => {
      this.#isHere = false;
      stopTelling();
      if (!this.#isBorrowed) client.disconnect();
    };
  }

  /** The component holds another session. */
  close(): void {
    this.#former?.close();
    if (!this.#isBorrowed) this.client.close();
  }

  /** Connects or disconnects where `autoConnect` is another than before. */
  follow(autoConnect: boolean): void {
    if (autoConnect === this.#autoConnect) return;
    this.#autoConnect = autoConnect;
    if (autoConnect) this.connect();
    else this.disconnect();
  }

  readonly connect = (): void => {
    this.#wanted = true;
    // A call that comes when the component is gone must not leave a connection behind.
    if (this.#isHere) this.client.connect();
  };

  readonly disconnect = (): void => {
    this.#wanted = false;
    this.client.disconnect();
  };

  readonly sendAnswer = (answer: unknown, questionId?: string): Promise<Ack> =>
    this.#tellFailure(this.client.sendAnswer(answer, questionId));
  readonly decline = (questionId?: string): Promise<Ack> => this.#tellFailure(this.client.decline(questionId));
  readonly cancel = (): Promise<Ack> => this.#tellFailure(this.client.cancel());
  readonly send = (data: unknown): Promise<Ack> => this.#tellFailure(this.client.send(data));

  readonly readState = (): ChannelState => this.client.state;
  readonly readConnection = (): Connection => this.client.connection;

  readonly onConnection = (changed: () => void): (() => void) => this.client.on('connection', changed);

  readonly onState = (changed: () => void): (() => void) => onStatePerFrame(this.client, changed);

  /** With an `onError` nobody has to look at the promise; without one a failure that nobody looks at stays an unhandled rejection. */
  #tellFailure(answered: Promise<Ack>): Promise<Ack> {
    if (this.#options().onError) {
      answered.catch((error: unknown) => this.#options().onError?.(messageOf(error)));
    }
    return answered;
  }
}

function makeClient(options: UseStatusMessengerOptions, latest: () => UseStatusMessengerOptions): SessionClient {
  const { clientId, url = '/ws', threadId, userId } = options;
  if (typeof clientId !== 'string') {
    throw invalid('useStatusMessenger: clientId', clientId, 'the id of a session', 'pass clientId, or a client');
  }
  return new SessionClient({
    url,
    sessionId: clientId,
    ...(threadId === undefined ? {} : { threadId }),
    ...(userId === undefined ? {} : { userId }),
    getToken() {
      const { getToken, token } = latest();
      return getToken ? getToken() : token;
    },
  });
}
