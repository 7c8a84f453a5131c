import {
  type Ack,
  type ChannelName,
  type ChannelState,
  describe,
  elapsed,
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
import { writeFrame } from './client-frame.js';
import { type Connection, isOver, type Over } from './connection.js';
import { Emitter } from './emitter.js';
import type { SessionEvents } from './events.js';
import { FrameReader, readFrame } from './frame-reader.js';
import { KeptFrames } from './kept-frames.js';
import { Link } from './link.js';
import type { SessionObserver } from './observer.js';
import { assertOptions, type SessionClientOptions } from './options.js';
import { Outbox } from './outbox.js';
import { Problems } from './problems.js';
import { keptName, sessionUrl } from './session-address.js';
import { pageStorage } from './storage.js';
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
  readonly #outbox: Outbox;
  readonly #tokenRefresh: TokenRefresh;
  readonly #terms: Terms;
  readonly #own = new ChannelView();
  readonly #others = new Map<ChannelName, ChannelView>();
  /** What the acknowledgement of the last ping refers to. */
  #pingRef: string | undefined;
  #isClosed = false;
  /** What the server's time is ahead of `elapsed()`, which nobody sets; `undefined` until the server told it. */
  #serverOffset: number | undefined;
  #refs = 0;

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
          this.#pingRef = this.#tell({ type: 'ping' });
        },
        heard: (data, aside) => this.#heard(data, aside),
        dropped: () => this.#dropped(),
        connection: (connection) => this.#connectionChanged(connection),
      },
      this.#problems,
    );
    const { tokens, clock, random } = this.#link;
    this.#terms = new Terms(clock, random, {
      ungreeted: () => {
        this.#sayUngreeted();
        this.#link.live();
      },
      silentForLong: () => this.#link.renewIfSilent(),
    });
    this.#tokenRefresh = new TokenRefresh({
      tokens,
      clock,
      random,
      serverNow: () => this.serverNow,
      show: (token) => this.#tell({ type: 'token', data: { token } }),
      failed: (cause) => this.#link.tokenFailed(cause, 'before the token ends'),
    });
    const now = () => clock.now();
    const kept = new KeptFrames(
      () => options.storage ?? pageStorage(),
      () => keptName(options),
      now,
    );
    this.#outbox = new Outbox(kept, now);
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
    const { clock } = this.#link;
    return this.#serverOffset === undefined ? clock.now() : elapsed(clock) + this.#serverOffset;
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
    if (this.#isClosed) {
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
    this.#isClosed = true;
    this.disconnect();
    const text = 'send: the client was closed, or turned to another address, before the server answered; send it again';
    this.#outbox.close(new StatusMessengerError('closed', text));
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
    if (questionId === undefined && this.#terms.knowsProtocol && !this.#isClosed) {
      return { ref: '', accepted: false, reason: 'no question is open' };
    }
    const question = this.state.questions.find(({ id }) => id === questionId);
    const ack = await this.#post(questionId ? { type: 'answer', data: { questionId, ...reply } } : reply);
    if (question && ack.accepted && this.#terms.current === 'plain') this.#endQuestion(question, reply);
    return ack;
  }

  /** Asks the run to stop. Resolves with the server's word. */
  async cancel(): Promise<Ack> {
    return this.#post({ type: 'cancel', data: {} });
  }

  /** Sends something of the application's own. Resolves with the server's word. */
  async send(data: unknown): Promise<Ack> {
    return this.#post({ type: 'input', data });
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

  #post(body: object): Promise<Ack> | Ack {
    const { connection } = this;
    if (this.#isClosed) throw new StatusMessengerError('closed', 'send: the client was closed; make another one');
    if (isOver(connection)) throw closed(connection);
    if (this.#terms.current === 'plain') {
      this.#link.send(writeFrame(body));
      return { ref: '', accepted: true };
    }
    const ref = this.#newRef();
    const frame = writeFrame({ ...body, ref });
    const acknowledged = this.#outbox.add(ref, frame);
    if (this.#terms.current === 'greeted') this.#link.send(frame);
    else if (this.#terms.current === 'silent') this.#sayUngreeted();
    return acknowledged;
  }

  /** Says something that concerns this connection alone. Answers the `ref` that is acknowledged. */
  #tell(body: object): string {
    const ref = this.#newRef();
    this.#link.send(writeFrame({ ...body, ref }));
    return ref;
  }

  #newRef(): string {
    const { clock, random } = this.#link;
    return `${clock.now().toString(36)}-${random().toString(36).slice(2)}-${++this.#refs}`;
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

  #dropped(): void {
    this.#terms.dropped();
    this.#tokenRefresh.stop();
    this.#pingRef = undefined;
    this.#reader.reset();
  }

  #connectionChanged(connection: Connection): void {
    if (isOver(connection)) this.#outbox.fail(closed(connection));
    this.#emitter.emit('connection', connection);
  }

  /**
   * Says what waits to a server that has not greeted. It may know no refs, and would carry out again what it is sent again: in silence all is said once, on
   * whatever connection, and again only when there is a word to show that this connection is not dead as the other may have been.
   */
  #sayUngreeted(): void {
    const { generation } = this.#link;
    const isSilent = this.#terms.current === 'silent';
    for (const waiting of this.#outbox.frames) {
      const { ref, frame, sender, saidOn } = waiting;
      const isSaid = isSilent ? saidOn !== undefined : saidOn === generation;
      // From before a reload: only a server that knows its ref carries it out once.
      if (sender && !isSaid) {
        waiting.saidOn = generation;
        this.#link.send(frame);
      }
      // Of one that has not said a word, nobody knows whether it is there.
      if (!isSilent) this.#outbox.settle({ ref, accepted: true });
    }
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
        if (serverTime !== undefined) this.#learnServerTime(serverTime);
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
    this.#serverOffset = undefined;
    this.#learnServerTime(connected.serverTime);
    this.#link.spreadOver(connected.spread ?? 0);
    this.#link.expectSigns(Math.max(0, connected.heartbeat) + HEARTBEAT_GRACE);
    this.#tokenRefresh.schedule(connected.expiresAt);
    for (const { frame } of this.#outbox.frames) this.#link.send(frame);
    // Where its silence was taken for all that it has to say, what was missed is yet to come.
    if (isFirst) this.#link.behind();
  }

  /** Every time of the server's was true a little before it is read here: the latest of them, as seen from now, is the nearest. */
  #learnServerTime(time: number): void {
    const offset = time - elapsed(this.#link.clock);
    this.#serverOffset = Math.max(this.#serverOffset ?? offset, offset);
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
    if (this.#terms.current === 'greeted' && own.ts !== undefined) this.#learnServerTime(own.ts);
    this.#emitter.emit('message', channel === undefined ? own : message);
    this.#tellState(channel, view.state);
  }
}

function closed(end: Over): StatusMessengerError {
  const what = end.status === 'ended' ? 'the session has ended' : `the connection was refused with ${end.code}`;
  return new StatusMessengerError('closed', `send: ${what}, so the server will not answer; connect() tries again`);
}
