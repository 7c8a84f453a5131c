import { html, LitElement, type PropertyValues } from 'lit';
import { property } from 'lit/decorators.js';
import {
  type Ack,
  type ChannelState,
  hasEnded,
  initialState,
  invalid,
  type Message,
  openQuestion,
  type QuestionView,
  type ResultView,
  type StatusView,
} from '../../protocol/index.js';
import { AnnouncerController } from '../controllers/announcer.js';
import { nextFrame } from '../controllers/frame.js';
import { SecondsController } from '../controllers/seconds.js';
import { setStates } from '../controllers/states.js';
import { type Connection, type Decode, SessionClient } from '../session/index.js';
import type { StatusMessengerEventMap } from './events.js';
import { announcement, type Line, statusLine } from './line.js';
import { styles } from './styles.js';

/** Milliseconds for which an element that left the page keeps its connection: one that is only moved is back by then. */
const MOVE_GRACE = 250;
/** Milliseconds after which a missing `url` is a mistake, and not a framework that has yet to set it. */
const URL_GRACE = 1000;

const TARGET = ['url', 'sessionId', 'threadId', 'userId', 'decode'] as const;
const NOT_CONNECTED: Connection = { status: 'idle' };
const NOTHING_TOLD = { state: initialState, status: null, question: undefined, ended: false };

/**
 * Shows what work on a server is doing, live, and holds the connection to it.
 *
 * @tag status-messenger
 * @slot - Elements that show more of the session; they stand below the line.
 * @csspart base - The line.
 * @csspart indicator - The sign of how the run stands.
 * @csspart message - The current status, the open question, or how the run ended.
 * @csspart time - How long the run has taken, by the server's clock.
 * @csspart connection - How the page stands to the server; empty while all is well.
 * @cssproperty --status-accent - The colour of work going on.
 * @cssproperty --status-success - The colour of work that is done.
 * @cssproperty --status-warning - The colour of work that waits for a person.
 * @cssproperty --status-danger - The colour of work that failed.
 * @cssproperty --status-muted - The colour of what is less important, or only last known.
 * @cssproperty --status-gap - The space between the parts.
 * @cssproperty --status-indicator-size - The size of the indicator.
 * @cssstate idle - Nothing has begun.
 * @cssstate running - Work is going on.
 * @cssstate waiting - Work waits for a person's answer.
 * @cssstate completed - The run ended well.
 * @cssstate failed - The run ended with an error.
 * @cssstate cancelled - The run was stopped.
 * @cssstate connecting - On the way to the server for the first time.
 * @cssstate live - Connected, and nothing is missing.
 * @cssstate reconnecting - The connection was lost and is on its way back.
 * @cssstate offline - The browser has no network.
 * @cssstate ended - The server said that nothing more will come.
 * @cssstate refused - The server will not have this page.
 * @cssstate stale - What is shown is only what was last known.
 * @fires message - A message arrived: each once, in order.
 * @fires statechange - The state has changed; at most once per frame.
 * @fires statuschange - The current status has changed; at most once per frame.
 * @fires connectionchange - The connection has changed.
 * @fires questionopen - A question waits for an answer.
 * @fires runend - The run has ended.
 * @fires problem - Something was wrong with the address, a frame or the server.
 */
// biome-ignore lint/suspicious/noUnsafeDeclarationMerging: the interface below only types the listeners.
export class StatusMessengerElement extends LitElement {
  static override styles = styles;

  /** Where the server is: a path, `http(s)://` or `ws(s)://`, with or without the placeholder `{session-id}`. */
  @property() url: string | null = null;
  /** The session to watch. */
  @property({ attribute: 'session-id' }) sessionId: string | null = null;
  /** A thread to watch, too, if the server allows it. */
  @property({ attribute: 'thread-id' }) threadId: string | null = null;
  /** A user whose messages to watch, too, if the server allows it. */
  @property({ attribute: 'user-id' }) userId: string | null = null;
  /** A credential, sent in the query. A new one counts from the next attempt on. */
  @property() token: string | null = null;
  /** Holds no connection. What was received stays, marked as last known. */
  @property({ type: Boolean }) paused = false;
  /** Asked for a credential at every attempt; takes the place of `token`. */
  @property({ attribute: false }) getToken: (() => string | undefined | Promise<string | undefined>) | null = null;
  /** Makes messages of a server's frames that are not this protocol's. */
  @property({ attribute: false }) decode: Decode | null = null;

  readonly #announcer = new AnnouncerController(this);
  readonly #internals = this.attachInternals();
  #client: SessionClient | undefined;
  #stopListening: Array<() => void> = [];
  #leaving: ReturnType<typeof setTimeout> | undefined;
  #complaint: ReturnType<typeof setTimeout> | undefined;
  #wasLive = false;
  #line: Line = statusLine(initialState, NOT_CONNECTED, { page: 0, server: 0 });
  /** What the last events spoke of. */
  #told: { state: ChannelState; status: StatusView | null; question: QuestionView | undefined; ended: boolean } =
    NOTHING_TOLD;

  constructor() {
    super();
    new SecondsController(this, () => this.#counts);
  }

  /** How the page stands to its server. */
  get connection(): Connection {
    return this.#client?.connection ?? NOT_CONNECTED;
  }

  /** What the session's messages add up to. */
  get state(): ChannelState {
    return this.#client?.state ?? initialState;
  }

  /** The last messages, oldest first. */
  get messages(): readonly Message[] {
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
  get results(): readonly ResultView[] {
    return this.state.results;
  }

  /** The summary of a run that ended well. */
  get summary(): string | null {
    return this.state.summary;
  }

  /** Connects, also while `paused`; at once where the next attempt is being waited for. */
  connect(): void {
    this.#prepare();
    this.#client?.connect();
  }

  /** Ends the connection; nothing but `connect()` or another address revives it. */
  disconnect(): void {
    this.#client?.disconnect();
  }

  /** Answers a question; without an id the oldest open one. Resolves with the server's word. */
  sendAnswer(answer: unknown, questionId?: string): Promise<Ack> {
    return this.#session('sendAnswer').sendAnswer(answer, questionId);
  }

  /** Asks the run to stop. Resolves with the server's word. */
  cancel(): Promise<Ack> {
    return this.#session('cancel').cancel();
  }

  /** Sends something of the application's own to the server. Resolves with the server's word. */
  send(data: unknown): Promise<Ack> {
    return this.#session('send').send(data);
  }

  override connectedCallback(): void {
    super.connectedCallback();
    const moved = this.#leaving !== undefined;
    clearTimeout(this.#leaving);
    this.#leaving = undefined;
    if (this.hasUpdated && !moved && !this.paused) this.#client?.connect();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#leaving = setTimeout(() => {
      this.#leaving = undefined;
      this.#client?.disconnect();
    }, MOVE_GRACE);
  }

  /** A move by `moveBefore()` changes nothing. */
  connectedMoveCallback(): void {}

  protected override async scheduleUpdate(): Promise<void> {
    if (this.hasUpdated) await nextFrame();
    super.scheduleUpdate();
  }

  protected override willUpdate(changed: PropertyValues<this>): void {
    const retargeted = TARGET.some((name) => changed.has(name) && this[name] !== (changed.get(name) ?? null));
    if (retargeted || !this.hasUpdated) {
      this.#release();
      this.#prepare();
    }
    if (this.paused) {
      if (changed.has('paused')) this.#client?.disconnect();
    } else if (retargeted || changed.has('paused')) {
      this.#client?.connect();
    }
    const now = Date.now();
    const { state, connection } = this;
    this.#line = statusLine(state, connection, { page: now, server: this.#client?.serverNow ?? now }, this.#language);
    setStates(this.#internals, this.#line.states);
    this.#announcer.say(announcement(this.#line, connection));
  }

  protected override render() {
    const { state } = this;
    const line = this.#line;
    const stale = line.states.has('stale') ? 'stale' : '';
    return html`
      <div part="base">
        <span part="indicator" class="${state.phase} ${stale}" aria-hidden="true"></span>
        <span part="message">${line.message}</span>
        <span part="time">${line.time}</span>
        <span part="connection">${line.connection}</span>
      </div>
      <div role="status">${this.#announcer.text}</div>
      <slot></slot>
    `;
  }

  protected override updated(): void {
    this.#tell(this.state);
  }

  get #language(): string | undefined {
    const lang = this.closest('[lang]')?.getAttribute('lang');
    return lang && Intl.RelativeTimeFormat.supportedLocalesOf(lang).length > 0 ? lang : undefined;
  }

  /** Whether something on the line changes with time alone. */
  get #counts(): boolean {
    const { phase } = this.state;
    const { status } = this.connection;
    return status === 'live'
      ? phase === 'running' || phase === 'waiting'
      : status === 'reconnecting' || status === 'offline';
  }

  #session(call: string): SessionClient {
    if (!this.#client) throw invalid(call, this.url, 'an element with a url', 'set url and session-id first');
    return this.#client;
  }

  /** Makes the client for the present address, if there is one. */
  #prepare(): void {
    if (this.#client) return;
    const { url, sessionId, threadId, userId } = this;
    clearTimeout(this.#complaint);
    if (!url) {
      this.#complaint = setTimeout(() => {
        if (this.isConnected && !this.url) {
          const error = invalid('url', this.url ?? undefined, 'where the server is', 'write for instance url="/ws"');
          console.error(error.message);
          this.#fire('problem', error);
        }
      }, URL_GRACE);
      return;
    }
    const client = new SessionClient({
      url,
      ...(sessionId === null ? {} : { sessionId }),
      ...(threadId === null ? {} : { threadId }),
      ...(userId === null ? {} : { userId }),
      getToken: () => (this.getToken ? this.getToken() : (this.token ?? undefined)),
      ...(this.decode ? { decode: this.decode } : {}),
      base: this.ownerDocument.baseURI,
    });
    this.#client = client;
    this.#stopListening = [
      client.on('message', (message) => this.#fire('message', message)),
      client.on('state', () => this.requestUpdate()),
      client.on('connection', (connection) => {
        this.requestUpdate();
        this.#fire('connectionchange', connection);
      }),
      client.on('problem', (error) => this.#fire('problem', error)),
    ];
  }

  #release(): void {
    for (const stop of this.#stopListening) stop();
    this.#client?.disconnect();
    this.#client = undefined;
    this.#told = NOTHING_TOLD;
  }

  /** Fires what has happened to the state since the last time. */
  #tell(state: ChannelState): void {
    const told = this.#told;
    if (state === told.state) {
      if (this.connection.status !== 'live' || this.#wasLive) return;
    }
    this.#wasLive = this.connection.status === 'live';
    const isCertain = this.#wasLive || this.connection.status === 'ended';
    const question = isCertain ? openQuestion(state) : told.question;
    const ended = isCertain ? hasEnded(state.phase) : told.ended;
    this.#told = { state, status: state.status, question, ended };
    if (state !== told.state) this.#fire('statechange', state);
    if (state.status && state.status !== told.status) this.#fire('statuschange', state.status);
    if (question && question.id !== told.question?.id) this.#fire('questionopen', question);
    if (ended && !told.ended) this.#fire('runend', state);
  }

  #fire<K extends keyof StatusMessengerEventMap>(type: K, detail: StatusMessengerEventMap[K]['detail']): void {
    this.dispatchEvent(new CustomEvent(type, { detail }));
  }
}

export interface StatusMessengerElement {
  addEventListener<K extends keyof StatusMessengerEventMap>(
    type: K,
    listener: (this: StatusMessengerElement, event: StatusMessengerEventMap[K]) => unknown,
    options?: boolean | AddEventListenerOptions,
  ): void;
  addEventListener(
    type: string,
    listener: EventListenerOrEventListenerObject | null,
    options?: boolean | AddEventListenerOptions,
  ): void;
  removeEventListener<K extends keyof StatusMessengerEventMap>(
    type: K,
    listener: (this: StatusMessengerElement, event: StatusMessengerEventMap[K]) => unknown,
    options?: boolean | EventListenerOptions,
  ): void;
  removeEventListener(
    type: string,
    listener: EventListenerOrEventListenerObject | null,
    options?: boolean | EventListenerOptions,
  ): void;
}

declare global {
  interface HTMLElementTagNameMap {
    'status-messenger': StatusMessengerElement;
  }
}
