import {
  type Ack,
  type ChannelName,
  type ChannelState,
  describe,
  formatPosition,
  type Message,
  openQuestion,
  parsePosition,
  type QuestionView,
  readAck,
  readConnected,
  readHeartbeat,
  readMessage,
  readState,
  StatusMessengerError,
} from '../../protocol/index.js';
import { ChannelView } from './channel-view.js';
import type { Connection } from './connection.js';
import { Emitter } from './emitter.js';
import type { SessionEvents } from './events.js';
import { FrameReader, readFrame } from './frame-reader.js';
import { KeptFrames } from './kept-frames.js';
import { Link } from './link.js';
import type { SessionObserver } from './observer.js';
import { assertOptions, type SessionClientOptions } from './options.js';
import { Outbox } from './outbox.js';
import { Problems } from './problems.js';
import { ServerClock } from './server-clock.js';
import { sessionUrl } from './session-address.js';
import { Terms } from './terms.js';
import { TokenRefresh } from './token-refresh.js';

/** Milliseconds that a heartbeat may be late. */
const HEARTBEAT_GRACE = 10_000;

/** A session as a page sees it, without a screen: it stays connected, resumes after every loss, and folds what it hears. */
export class SessionClient {
  readonly #options: SessionClientOptions;
  readonly #link: Link;
  readonly #emitter = new Emitter<SessionEvents>();
  readonly #problems = new Problems(this.#emitter);
  readonly #reader = new FrameReader();
  readonly #terms: Terms;
  readonly #outbox: Outbox;
  readonly #serverClock: ServerClock;
  readonly #tokenRefresh: TokenRefresh;
  readonly #own = new ChannelView();
  readonly #others = new Map<ChannelName, ChannelView>();
  /** What the acknowledgement of the last ping refers to. */
  #pingRef: string | undefined;

  /** Throws `invalid` for options that there are not, and for a `getToken` that is no function. */
  constructor(options: SessionClientOptions) {
    assertOptions(options);
    this.#options = options;
    this.#link = new Link(
      options,
      {
        address: (token) => this.#address(token),
        opened: () => this.#terms.opened(),
        probe: () => {
          this.#pingRef = this.#outbox.tell({ type: 'ping' });
        },
        heard: (data, aside) => this.#heard(data, aside),
        dropped: () => {
          this.#terms.dropped();
          this.#tokenRefresh.stop();
          this.#pingRef = undefined;
          this.#reader.reset();
        },
        connection: (connection) => {
          this.#outbox.connection(connection);
          this.#emitter.emit('connection', connection);
        },
      },
      this.#problems,
    );
    this.#terms = new Terms(this.#link, () => {
      this.#outbox.ungreeted();
      this.#link.live();
    });
    this.#outbox = new Outbox(this.#link, this.#terms, new KeptFrames(options, this.#link.clock));
    this.#serverClock = new ServerClock(this.#link.clock);
    this.#tokenRefresh = new TokenRefresh(this.#link, this.#outbox, this.#serverClock);
  }

  /** The session that it was made for. */
  get sessionId(): string | null {
    return this.#options.sessionId ?? null;
  }

  get connection(): Connection {
    return this.#link.connection;
  }

  /** What the session's messages add up to. */
  get state(): ChannelState {
    return this.#own.state;
  }

  /** The last messages, oldest first, as far as the state keeps them. */
  get messages(): ChannelState['messages'] {
    return this.state.messages;
  }

  /** The text of the current status; empty before the first. */
  get currentStatus(): string {
    return this.state.status?.text ?? '';
  }

  /** The oldest question that waits for its answer. */
  get currentQuestion(): QuestionView | null {
    return openQuestion(this.state) ?? null;
  }

  /** The latest result of each agent. */
  get results(): ChannelState['results'] {
    return this.state.results;
  }

  /** The summary of a run that ended well. */
  get summary(): string | null {
    return this.state.summary;
  }

  /** The state of another channel that is watched, such as `thread:ID`. */
  channelState(name: ChannelName): ChannelState | undefined {
    return this.#others.get(name)?.state;
  }

  /** The position of the last message, `EPOCH-SEQ`; `undefined` before the first. */
  get position(): string | undefined {
    return this.#own.position && formatPosition(this.#own.position);
  }

  /** The server's time, milliseconds since 1970, as far as it is known. */
  get serverNow(): number {
    return this.#serverClock.now;
  }

  /** Calls `listener` at every event of a type. Answers a function that stops it. */
  on<K extends keyof SessionEvents>(type: K, listener: (value: SessionEvents[K]) => void): () => void {
    return this.#emitter.on(type, listener);
  }

  /** Tells `observer` of every change and message. Answers a function that stops it. */
  observe(observer: SessionObserver): () => void {
    const change = () => observer.change();
    const stops = [
      this.on('message', (message) => observer.message?.(message)),
      this.on('state', change),
      this.on('connection', change),
    ];
    return () => {
      for (const stop of stops) stop();
    };
  }

  /**
   * Connects, and stays connected until `disconnect()` or an end that the server declares. Where it waits for another attempt it goes at once, though not before
   * the server has asked to be tried. A client that was closed stays so, and says that as a problem.
   */
  connect(): void {
    if (this.#outbox.isClosed) {
      this.#problems.report(
        'closed',
        new StatusMessengerError('closed', 'connect: the client was closed; make another one'),
      );
      return;
    }
    this.#outbox.load();
    this.#link.connect();
  }

  /** Ends the connection on purpose: nothing but `connect()` revives it. What was received stays. */
  disconnect(): void {
    this.#link.disconnect();
  }

  /** Disconnects for good, and rejects with `closed` what waits for the server's word, and what is said later. */
  close(): void {
    this.#outbox.close();
    this.disconnect();
  }

  /** Answers a question; without an id the oldest open one. Resolves with the server's word. */
  async sendAnswer(answer: unknown, questionId = openQuestion(this.state)?.id): Promise<Ack> {
    return this.#reply({ answer }, questionId);
  }

  /** Declines to answer a question; without an id the oldest open one. Resolves with the server's word. */
  async decline(questionId = openQuestion(this.state)?.id): Promise<Ack> {
    // In the seed's form questions have no name, and no word for this.
    if (questionId === '') return { ref: '', accepted: false, reason: 'this server takes nothing but answers' };
    return this.#reply({ decline: true }, questionId);
  }

  async #reply(reply: { readonly answer: unknown } | { readonly decline: true }, questionId?: string): Promise<Ack> {
    // A server of this protocol tells of every question; of what another one waits for, nothing is known.
    if (questionId === undefined && this.#terms.knowsProtocol && !this.#outbox.isClosed) {
      return { ref: '', accepted: false, reason: 'no question is open' };
    }
    const question = this.state.questions.find(({ id }) => id === questionId);
    const ack = await this.#outbox.post(questionId ? { type: 'answer', data: { questionId, ...reply } } : reply);
    if (question && ack.accepted && this.#terms.current === 'plain') this.#endQuestion(question, reply);
    return ack;
  }

  /** Asks the run to stop. Resolves with the server's word. */
  async cancel(): Promise<Ack> {
    return this.#outbox.post({ type: 'cancel', data: {} });
  }

  /** Sends something of the application's own. Resolves with the server's word. */
  async send(data: unknown): Promise<Ack> {
    return this.#outbox.post({ type: 'input', data });
  }

  /** Who acknowledges nothing does not tell of the end of a question either. Meanwhile the same one may have been asked again. */
  #endQuestion(question: QuestionView, reply: { readonly answer?: unknown; readonly decline?: true }): void {
    if (!this.state.questions.includes(question)) return;
    const { answer, decline } = reply;
    const how = decline ? { outcome: 'declined' } : { answer, outcome: 'answered' };
    const data = { questionId: question.id, ...how };
    const answered = readMessage({ type: 'answered', data, ts: this.#link.clock.now() });
    if (!answered) return;
    this.#own.take(answered);
    this.#emitter.emit('state', this.state);
  }

  #view(channel: ChannelName | undefined): ChannelView {
    if (channel === undefined) return this.#own;
    const view = this.#others.get(channel) ?? new ChannelView();
    this.#others.set(channel, view);
    return view;
  }

  #address(token: string | undefined): string {
    const query: Array<[string, string]> = [];
    if (token !== undefined) query.push(['token', token]);
    if (this.position !== undefined) query.push(['after', this.position]);
    for (const [channel, { position }] of this.#others) {
      if (position) query.push(['after', `${channel}@${formatPosition(position)}`]);
    }
    return sessionUrl(this.#options, query);
  }

  #heard(data: unknown, aside: boolean): void {
    const { generation } = this.#link;
    for (const value of readFrame(data, this.#reader, this.#options, this.#problems)) {
      // A listener may have ended the connection, or the message before may have shown a gap.
      if (generation !== this.#link.generation) return;
      const message = readMessage(value);
      if (message) this.#receive(message, aside);
      else this.#problems.invalid('shape', `a frame: got ${describe(value)}, expected { type, data }; it is left out`);
    }
  }

  #receive(message: Message, aside: boolean): void {
    switch (message.type) {
      case 'connected':
        this.#greet(message.data);
        break;
      case 'snapshot':
        this.#takeSnapshot(message);
        break;
      case 'synced':
        if (this.#terms.current === 'greeted') this.#link.tokens.admitted();
        this.#link.live();
        break;
      case 'heartbeat': {
        if (this.#terms.current !== 'greeted') break;
        const { serverTime, spread = 0 } = readHeartbeat(message.data);
        if (serverTime !== undefined) this.#serverClock.learn(serverTime);
        this.#link.spreadOver(spread);
        break;
      }
      case 'ack': {
        const ack = readAck(message.data);
        if (!ack) break;
        // What comes by another way says nothing of the one that was asked after.
        if (ack.ref === this.#pingRef && !aside) this.#link.answered();
        this.#tokenRefresh.settle(ack);
        this.#outbox.settle(ack);
        break;
      }
      default:
        this.#take(message);
    }
  }

  #greet(data: unknown): void {
    const connected = readConnected(data);
    if (!connected) return;
    const isFirst = this.#terms.greeted();
    this.#serverClock.start(connected.serverTime);
    this.#link.spreadOver(connected.spread ?? 0);
    this.#link.expectSigns(Math.max(0, connected.heartbeat) + HEARTBEAT_GRACE);
    this.#tokenRefresh.schedule(connected.expiresAt);
    this.#outbox.greeted();
    // Where its silence was taken for all that it has to say, what was missed is yet to come.
    if (isFirst) this.#link.behind();
  }

  #takeSnapshot({ data, id, channel }: Message): void {
    const state = readState(data);
    if (!state) {
      this.#problems.invalid(
        'snapshot',
        `a snapshot: got ${describe(data)}, expected the state of a channel; it is left out`,
      );
      return;
    }
    this.#view(channel).replace(state, parsePosition(id));
    this.#tellState(channel, state);
  }

  #tellState(channel: ChannelName | undefined, state: ChannelState): void {
    if (channel === undefined) this.#emitter.emit('state', state);
    else this.#emitter.emit('channelstate', { channel, state });
  }

  #take(message: Message): void {
    const { channel, ...rest } = message;
    // A server that keeps no log tells no time; the page's own is the best there is.
    const own = rest.id === undefined && rest.ts === undefined ? { ...rest, ts: this.#link.clock.now() } : rest;
    const view = this.#view(channel);
    const verdict = view.take(own);
    if (verdict === 'seen') return;
    if (verdict === 'gap') {
      this.#link.lost('messages are missing');
      return;
    }
    this.#terms.spoke();
    if (this.#terms.current === 'greeted' && own.ts !== undefined) this.#serverClock.learn(own.ts);
    this.#emitter.emit('message', channel === undefined ? own : message);
    this.#tellState(channel, view.state);
  }
}

/** What can be read of a client, and asked of it. `SessionClient` is such a one, and so is `TestSession` of `status-messenger/testing`. */
export type SessionClientLike = Pick<SessionClient, keyof SessionClient>;
