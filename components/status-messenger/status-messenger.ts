import { html, isServer, LitElement, type PropertyValues } from 'lit';
import { property } from 'lit/decorators.js';
import {
  type Ack,
  type ChannelState,
  initialState,
  invalid,
  type Message,
  openQuestion,
  type Phase,
  type QuestionView,
  type ResultView,
} from '../../protocol/index.js';
import { AnnouncerController } from '../controllers/announcer.js';
import { nextFrame } from '../controllers/frame.js';
import { LocaleController } from '../controllers/locale.js';
import { answerPrerendered, PrerenderController, type Prerendered } from '../controllers/prerender.js';
import { SecondsController } from '../controllers/seconds.js';
import { SessionController } from '../controllers/session.js';
import { assertSession, type SessionSource } from '../controllers/session-source.js';
import { tellSourcesChanged } from '../controllers/source-finder.js';
import { speakerOf, speakOf } from '../controllers/speakers.js';
import { CustomStates } from '../controllers/states.js';
import { stillSession } from '../controllers/still-session.js';
import { nowOf } from '../known-time.js';
import { NOT_CONNECTED } from '../session/connection.js';
import type { Connection, Decode, SessionObserver } from '../session/index.js';
import { Listeners } from '../session/listeners.js';
import type { TypedListeners } from '../typed-listeners.js';
import type { Words } from '../words/index.js';
import { type Announcement, announce, NOTHING_HEARD } from './announcement.js';
import type { StatusMessengerEventMap } from './events.js';
import { KnownSnapshot } from './known-snapshot.js';
import { lineCounts, statusLine } from './line.js';
import { lineContent } from './line-content.js';
import { type News, NOTHING_TOLD, readNews } from './news.js';
import { styles } from './styles.js';

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
 * @cssproperty --status-font-size - The size of the text.
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
 * @fires {CustomEvent<Message>} message - A message arrived: each once, in order.
 * @fires {CustomEvent<ChannelState>} statechange - The state has changed; at most once per frame.
 * @fires {CustomEvent<SessionEvents['channelstate']>} channelstate - What a thread or the user that is watched, too, adds up to has changed.
 * @fires {CustomEvent<StatusView>} statuschange - The current status has changed; at most once per frame.
 * @fires {CustomEvent<Connection>} connectionchange - The connection has changed.
 * @fires {CustomEvent<QuestionView>} questionopen - A question waits for an answer.
 * @fires {CustomEvent<ChannelState>} runend - The run has ended.
 * @fires {CustomEvent<StatusMessengerError>} problem - Something was wrong with the address, a frame or the server.
 */
// biome-ignore lint/suspicious/noUnsafeDeclarationMerging: the interface below only types the listeners.
export class StatusMessengerElement extends LitElement implements SessionSource {
  static override styles = styles;

  static override get observedAttributes(): string[] {
    // biome-ignore lint/complexity/noThisInStatic: Lit reads the properties of the class that is asked.
    return [...super.observedAttributes, 'id'];
  }

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
  /** The state of the session as it was last known, such as what `messenger.snapshot(sessionId)` answered on the server, as it is or as JSON. It is shown until the server has been heard. */
  @property() snapshot: ChannelState | string | null = null;
  /**
   * A session that you hold, in place of one by `url`: a `SessionClient`, for instance. Its connection is yours. Throws `invalid` for what is none.
   *
   * @default null
   */
  @property({ attribute: false })
  get session(): SessionSource | null {
    return this.#given;
  }

  set session(session: SessionSource | null) {
    assertSession(this.localName, session);
    this.#given = session;
  }

  #given: SessionSource | null = null;

  /** Texts of its own, in place of those of its language. */
  @property({ attribute: false }) words: Partial<Words> | null = null;

  readonly #observers = new Listeners<SessionObserver>();
  readonly #session = new SessionController(this, {
    message: (detail) => {
      this.#observers.tell((observer) => observer.message?.(detail));
      this.#fire({ type: 'message', detail });
    },
    state: () => this.#changed(),
    channelstate: (detail) => this.#fire({ type: 'channelstate', detail }),
    connection: (detail) => {
      this.#snapshot.heard(detail);
      this.#changed();
      this.#fire({ type: 'connectionchange', detail });
    },
    problem: (detail) => this.#fire({ type: 'problem', detail }),
    replaced: (hadSession) => {
      this.#snapshot.replaced(this.snapshot, hadSession);
      this.#shown = undefined;
      this.#observers.tell((observer) => observer.reset?.());
      this.#observers.tell((observer) => observer.change());
    },
  });
  readonly #announcer = new AnnouncerController<Announcement['kind']>(this, 'question');
  readonly #prerender = new PrerenderController(this, () => this.#stillSession());
  readonly #locale = new LocaleController(this, this.#prerender);
  readonly #states = new CustomStates(this, this.attachInternals());
  readonly #snapshot = new KnownSnapshot();
  /** The session of which is told, what its last events spoke of, and what was said of it. */
  #shown: SessionSource | undefined;
  #stopSpeaking: () => void = () => {};
  #told = NOTHING_TOLD;
  #heard = NOTHING_HEARD;
  #phase: Phase = 'idle';
  #line = statusLine(initialState, NOT_CONNECTED, { page: 0, server: 0 });

  constructor() {
    super();
    new SecondsController(this, () => !this.#prerender.isActive && lineCounts(this.state, this.connection));
    answerPrerendered(this);
  }

  /**
   * What a server shows of it, and so does what is in it on a server, and at first in a page that has it from one.
   *
   * @internal
   */
  get prerendered(): Prerendered {
    return this.#prerender.prerendered;
  }

  /** How the page stands to its server. */
  get connection(): Connection {
    return this.#session.source?.connection ?? NOT_CONNECTED;
  }

  /** What the session's messages add up to. */
  get state(): ChannelState {
    const { source } = this.#session;
    return this.#known ?? source?.state ?? initialState;
  }

  /** The server's time, milliseconds since 1970, as far as it is known. */
  get serverNow(): number {
    return this.#session.source?.serverNow ?? Date.now();
  }

  /** What is shown is `snapshot`, since the server has not been heard yet. */
  get isSnapshot(): boolean {
    const { source } = this.#session;
    return this.#known !== undefined || source?.isSnapshot === true;
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

  /** Connects, also while `paused`; at once where the next attempt is being waited for. Outside the page it waits to be inserted. */
  connect(): void {
    this.#session.connect();
  }

  /** Ends the connection; nothing but `connect()`, an end of `paused` or another address revives it. */
  disconnect(): void {
    this.#session.disconnect();
  }

  /**
   * Answers a question; without an id the oldest open one. Resolves with the server's word; rejects when that cannot come any more, because the
   * connection has ended for good or the address is another.
   */
  sendAnswer(answer: unknown, questionId = this.currentQuestion?.id): Promise<Ack> {
    return this.#sourceFor('sendAnswer').sendAnswer(answer, questionId);
  }

  /** Declines to answer a question; without an id the oldest open one. Resolves and rejects like `sendAnswer()`. */
  decline(questionId = this.currentQuestion?.id): Promise<Ack> {
    return this.#sourceFor('decline').decline(questionId);
  }

  /** Asks the run to stop. Resolves and rejects like `sendAnswer()`. */
  cancel(): Promise<Ack> {
    return this.#sourceFor('cancel').cancel();
  }

  /** Sends something of the application's own to the server. Resolves and rejects like `sendAnswer()`. */
  send(data: unknown): Promise<Ack> {
    return this.#sourceFor('send').send(data);
  }

  /** Tells `observer` of every change and message, at once and not once per frame. Answers a function that stops it. */
  observe(observer: SessionObserver): () => void {
    return this.#observers.add(observer);
  }

  /** Tells those who listen what became of something that they did; it takes its turn among what happens. */
  announce(text: string): void {
    this.#announcer.say([{ kind: 'reply', text }]);
  }

  override connectedCallback(): void {
    // On a server, where it may be called, too, there is no page to be connected to.
    if (isServer) return;
    super.connectedCallback();
    this.#speak(this.#shown);
    tellSourcesChanged(this.ownerDocument);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#stopSpeaking();
    tellSourcesChanged(this.ownerDocument);
  }

  /**
   * A move by `moveBefore()` changes nothing but what is around it.
   *
   * @internal
   */
  connectedMoveCallback(): void {
    this.#locale.renew();
    tellSourcesChanged(this.ownerDocument);
  }

  override attributeChangedCallback(name: string, old: string | null, value: string | null): void {
    super.attributeChangedCallback(name, old, value);
    if (name === 'id' && this.isConnected) tellSourcesChanged(this.ownerDocument);
  }

  override requestUpdate(...args: Parameters<LitElement['requestUpdate']>): void {
    super.requestUpdate(...args);
    // A property was set. The frame in which that is rendered may be far away; the connection is not to wait for it.
    if (args[0] !== undefined && this.hasUpdated) this.#session.updateSoon();
  }

  protected override async scheduleUpdate(): Promise<void> {
    if (this.hasUpdated) await nextFrame();
    super.scheduleUpdate();
  }

  protected override willUpdate(changed: PropertyValues<this>): void {
    if (this.#prerender.isActive) {
      this.#showPrerendered();
      return;
    }
    this.#session.update();
    if (changed.has('snapshot')) this.#observers.tell((observer) => observer.change());
    const { source } = this.#session;
    if (source !== this.#shown) {
      this.#shown = source;
      this.#told = { ...NOTHING_TOLD, state: this.#told.state };
      this.#heard = NOTHING_HEARD;
      this.#announcer.clear();
      this.#speak(source);
    }
    this.#snapshot.rendered(this.snapshot);
    const { state, connection } = this;
    const { locale } = this.#locale;
    this.#phase = state.phase;
    this.#line = statusLine(state, connection, nowOf(this), locale);
    this.#states.set(this.#line.states);
    const { heard, news } = announce(this.#heard, state, connection, locale, this.serverNow);
    this.#heard = heard;
    // Of several that show one session, one speaks.
    if (source && speakerOf(this) === this) this.#announcer.say(news);
  }

  protected override render() {
    return html`
      <div part="base" class="line">
        ${lineContent(this.#line, this.#phase)}
        <span part="connection">${this.#line.connection}</span>
      </div>
      <div class="hidden" role="status">${this.#announcer.polite}</div>
      <div class="hidden" role="alert">${this.#announcer.assertive}</div>
      <slot></slot>
    `;
  }

  protected override updated(): void {
    if (this.#prerender.isActive) this.#session.updateSoon();
    else this.#tell();
  }

  /** The snapshot, while it is what is known. */
  get #known(): ChannelState | undefined {
    return this.session ? undefined : this.#snapshot.readCurrent(this.snapshot);
  }

  /** What a server knows of the session. */
  #stillSession(): SessionSource {
    return this.session ?? stillSession(this.#snapshot.read(this.snapshot), this.url !== null && !this.paused);
  }

  #showPrerendered(): void {
    const still = this.#stillSession();
    this.#phase = still.state.phase;
    this.#line = statusLine(still.state, still.connection, nowOf(still), this.#locale.locale);
    this.#states.set(this.#line.states);
  }

  #speak(source: SessionSource | undefined): void {
    this.#stopSpeaking();
    // By itself, where it holds the session: whoever is handed this element shows the same one.
    if (source && this.isConnected) this.#stopSpeaking = speakOf(this, this);
  }

  #sourceFor(call: string): SessionSource {
    const { source } = this.#session;
    if (!source) throw invalid(call, this.url, 'an element with a url', 'set url and session-id first');
    return source;
  }

  #changed(): void {
    this.requestUpdate();
    this.#observers.tell((observer) => observer.change());
  }

  /** Fires what has happened since the last time. */
  #tell(): void {
    const { told, news } = readNews(this.#told, this.state, this.connection);
    this.#told = told;
    // A listener may turn to another session: of this one nothing more is told.
    for (const event of news) if (this.#session.source === this.#shown) this.#fire(event);
  }

  #fire({ type, detail }: News): void {
    this.dispatchEvent(new CustomEvent<News['detail']>(type, { detail }));
  }
}

type ElementListeners = TypedListeners<StatusMessengerElement, StatusMessengerEventMap>;

export interface StatusMessengerElement {
  addEventListener: ElementListeners['addEventListener'];
  removeEventListener: ElementListeners['removeEventListener'];
}

declare global {
  interface HTMLElementTagNameMap {
    'status-messenger': StatusMessengerElement;
  }
}
