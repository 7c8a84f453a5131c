import {
  type Ack,
  type AnsweredData,
  applyAll,
  assertFields,
  type ChannelState,
  dataProblem,
  type Envelope,
  type ErrorData,
  initialState,
  invalid,
  type MessageType,
  type MessageTypes,
  openQuestion,
  type ProgressData,
  type QuestionData,
  type QuestionView,
  readMessage,
  StatusMessengerError,
} from '../../protocol/index.js';
import type { SessionSource } from '../controllers/session-source.js';
import { Emitter } from '../session/emitter.js';
import type {
  Connection,
  ConnectionStatus,
  SessionClientLike,
  SessionEvents,
  SessionObserver,
} from '../session/index.js';
import { Listeners } from '../session/listeners.js';
import { ManualClock } from './manual-clock.js';

/** What a message may carry beside its type and data. */
export type MessageExtra = Partial<Envelope>;

/** A message as a server says it; `ts` is the session's time where it names none. */
export interface TestMessage extends MessageExtra {
  readonly type: string;
  readonly data?: unknown;
}

/** What a page asked of the session: the call's name, and what it was called with. */
export type SessionCall =
  | readonly [call: 'sendAnswer', answer: unknown, questionId?: string]
  | readonly [call: 'decline', questionId?: string]
  | readonly [call: 'cancel']
  | readonly [call: 'send', data: unknown]
  | readonly [call: 'connect']
  | readonly [call: 'disconnect' | 'close'];

export interface TestSessionOptions {
  /** Default `test-session`. */
  readonly sessionId?: string;
  /** The server's time. Default: a clock of its own. */
  readonly clock?: ManualClock;
  /** The server's word to a call, at once; what it leaves undefined waits for `acknowledge()`. Default: everything waits. */
  readonly respond?: (call: SessionCall) => Partial<Ack> | undefined;
}

/**
 * A session without a network, for the property `session` of an element, and for the option `client` of a framework's hook or store: it says what it is told to say, as the server, and records what it is asked. It is
 * live from the beginning, and its time stands until `advance()`.
 */
export class TestSession implements SessionSource, SessionClientLike {
  readonly sessionId: string;
  readonly clock: ManualClock;
  /** What was asked of it, oldest first. */
  readonly calls: SessionCall[] = [];
  /** What elements had to say to those who listen, oldest first. */
  readonly announced: string[] = [];

  readonly #respond: (call: SessionCall) => Partial<Ack> | undefined;
  readonly #observers = new Listeners<SessionObserver>();
  /** The calls that wait for the server's word, oldest first. */
  readonly #waiting: Array<{ resolve(ack: Ack): void; reject(error: Error): void }> = [];
  readonly #emitter = new Emitter<SessionEvents>();
  #state: ChannelState = initialState;
  #connection: Connection = connectionBy('live');
  #ids = 0;

  /** Throws `invalid` for options that there are not. */
  constructor(options: TestSessionOptions = {}) {
    assertFields('new TestSession', options, ['sessionId', 'clock', 'respond']);
    const { sessionId = 'test-session', clock = new ManualClock(), respond } = options;
    this.sessionId = sessionId;
    this.clock = clock;
    this.#respond = respond ?? (() => undefined);
  }

  /** What the messages so far add up to. */
  get state(): ChannelState {
    return this.#state;
  }

  get connection(): Connection {
    return this.#connection;
  }

  get messages(): ChannelState['messages'] {
    return this.state.messages;
  }

  get currentStatus(): string {
    return this.state.status?.text ?? '';
  }

  get currentQuestion(): QuestionView | null {
    return openQuestion(this.state) ?? null;
  }

  get results(): ChannelState['results'] {
    return this.state.results;
  }

  get summary(): string | null {
    return this.state.summary;
  }

  /** The id of the last message that had one. */
  get position(): string | undefined {
    return this.state.messages.filter(({ id }) => id !== undefined).at(-1)?.id;
  }

  /** It watches no other channel. */
  channelState(): undefined {}

  /** The server's time, milliseconds since 1970: that of `clock`. */
  get serverNow(): number {
    return this.clock.now();
  }

  /** How many watch it: 0 once all that showed it have let go. */
  get observerCount(): number {
    return this.#observers.size;
  }

  /** Tells `observer` of everything from now on. Answers a function that stops it. */
  observe(observer: SessionObserver): () => void {
    return this.#observers.add(observer);
  }

  /** Calls `listener` at every event of a type, as a `SessionClient` does. Answers a function that stops it. */
  on<K extends keyof SessionEvents>(type: K, listener: (value: SessionEvents[K]) => void): () => void {
    return this.#emitter.on(type, listener);
  }

  /** Moves the session's clock by `ms` milliseconds, and lets what shows it look again. */
  advance(ms: number): void {
    this.clock.advance(ms);
    this.#observers.tell((observer) => observer.change());
  }

  /** Changes how the page stands to the server, by a status or in full. */
  setConnection(connection: ConnectionStatus | Connection): void {
    const next = typeof connection === 'string' ? connectionBy(connection) : connection;
    if (!STATUSES.includes(next?.status)) {
      throw invalid('TestSession.setConnection', connection, `one of ${STATUSES.join(', ')}`, 'name how it stands');
    }
    this.#connection = next;
    this.#observers.tell((observer) => observer.change());
    this.#emitter.emit('connection', this.#connection);
  }

  /** Takes the place of all that was said, as a snapshot does for a page that comes late: no message of it is told. */
  snapshot(state: ChannelState): void {
    this.#state = state;
    this.#observers.tell((observer) => observer.change());
    this.#emitter.emit('state', state);
  }

  /** Says messages of any type as they are, also those that no server of this kit would send. What is no JSON is lost, as on the wire. */
  say(...messages: readonly TestMessage[]): void {
    const read = messages.map((message) => {
      const known = readMessage(JSON.parse(JSON.stringify({ ts: this.serverNow, ...message })));
      if (!known) throw invalid('TestSession.say', message, '{ type, data }', 'give the message a type');
      return known;
    });
    this.#state = applyAll(this.#state, read);
    for (const message of read) {
      this.#observers.tell((observer) => {
        observer.message?.(message);
        observer.change();
      });
      this.#emitter.emit('message', message);
      this.#emitter.emit('state', this.#state);
    }
  }

  status(text: string, extra?: MessageExtra): void {
    this.#say('status', text, extra);
  }

  /** How far the run is, or with `{ step }` that step: `progress(3, 12)`, `progress('Reading…')`, or all that a `progress` message may say. */
  progress(progress: number | string | ProgressData, max?: number, extra?: MessageExtra): void {
    this.#say('progress', { ...progressData(progress), ...(max === undefined ? {} : { max }) }, extra);
  }

  /** Begins a step, within another where `parent` names one. Answers its id, by default a new one. */
  stepStarted(
    label: string,
    { step = this.#newId('step'), parent, ...extra }: MessageExtra & { readonly parent?: string } = {},
  ): string {
    this.#say('event', { event: 'step_started', step, label, ...(parent === undefined ? {} : { parent }) }, extra);
    return step;
  }

  stepFinished(step: string, extra?: MessageExtra): void {
    this.#say('event', { event: 'step_finished', step }, extra);
  }

  stepFailed(step: string, error: string, extra?: MessageExtra): void {
    this.#say('event', { event: 'step_failed', step, error }, extra);
  }

  /** Asks. `more` is what the question has beside its text: `choices`, `schema`, `expiresAt`, `default`. Answers its id, by default a new one. */
  question(
    question: string,
    { questionId = this.#newId('question'), ...more }: Partial<QuestionData> = {},
    extra?: MessageExtra,
  ): string {
    this.#say('question', { ...more, question, questionId }, extra);
    return questionId;
  }

  /** Ends a question for every viewer. `end`: its `answer` and `by` whom, or another `outcome`. Default id: the oldest open one's. */
  answered(end: Partial<AnsweredData> = {}): void {
    const { questionId = openQuestion(this.state)?.id, outcome = 'answered', ...rest } = end;
    if (questionId === undefined) {
      throw invalid('TestSession.answered', undefined, 'an open question', 'say question() first');
    }
    this.#say('answered', { questionId, outcome, ...rest });
  }

  result(agent: string, data: unknown, extra?: MessageExtra): void {
    this.#say('result', { agent, data }, extra);
  }

  /** Ends the run well. */
  complete(summary: string, extra?: MessageExtra): void {
    this.#say('complete', { summary }, extra);
  }

  /** Tells of an error; with `fatal` the run ends with it. */
  error(message: string, more: Partial<ErrorData> = {}, extra?: MessageExtra): void {
    this.#say('error', { ...more, message }, extra);
  }

  /** Ends the run as stopped. */
  cancelled(extra?: MessageExtra): void {
    this.#say('state', { status: 'CANCELLED' }, extra);
  }

  /** Gives the server's word to the oldest call that waits: accepted, or what `ack` says. Throws `invalid` where none waits. */
  acknowledge(ack: Partial<Ack> = {}): void {
    this.#oldest('acknowledge').resolve({ ref: '', accepted: true, ...ack });
  }

  /** The oldest call that waits gets no word any more, and rejects. Throws `invalid` where none waits. */
  abandon(error: Error = new StatusMessengerError('closed', 'send: the session has ended')): void {
    this.#oldest('abandon').reject(error);
  }

  async sendAnswer(...values: [answer: unknown, questionId?: string]): Promise<Ack> {
    return this.#record(['sendAnswer', ...values]);
  }

  async decline(...values: [questionId?: string]): Promise<Ack> {
    return this.#record(['decline', ...values]);
  }

  async cancel(): Promise<Ack> {
    return this.#record(['cancel']);
  }

  async send(data: unknown): Promise<Ack> {
    return this.#record(['send', data]);
  }

  /** Recorded, and nothing else: how the page stands to the server is for `setConnection()` to say. */
  connect(): void {
    this.calls.push(['connect']);
  }

  disconnect(): void {
    this.calls.push(['disconnect']);
  }

  close(): void {
    this.calls.push(['close']);
  }

  announce(text: string): void {
    this.announced.push(text);
  }

  #say<T extends MessageType>(type: T, data: MessageTypes[T], extra: MessageExtra = {}): void {
    const problem = dataProblem(type, data);
    if (problem) throw invalid(`TestSession.${type}`, data, `what its type says (${problem})`, 'or use say()');
    this.say({ ...extra, type, data });
  }

  #record(call: SessionCall): Ack | Promise<Ack> {
    this.calls.push(call);
    const ack = this.#respond(call);
    if (ack) return { ref: '', accepted: true, ...ack };
    return new Promise((resolve, reject) => this.#waiting.push({ resolve, reject }));
  }

  #oldest(what: string) {
    const oldest = this.#waiting.shift();
    if (oldest) return oldest;
    throw invalid(`TestSession.${what}`, undefined, 'a call that waits', 'look at calls for what was asked');
  }

  #newId(kind: string): string {
    return `${kind}-${++this.#ids}`;
  }
}

const STATUSES: readonly unknown[] = [
  'idle',
  'connecting',
  'live',
  'reconnecting',
  'offline',
  'ended',
  'refused',
] satisfies ConnectionStatus[];

/** How a page may stand to its server, where only the status is said. Times are the page's own. */
function connectionBy(status: ConnectionStatus): Connection {
  const since = Date.now();
  switch (status) {
    case 'live':
      return { status, since, transport: 'websocket' };
    case 'reconnecting':
      return { status, since, attempt: 1, reason: 'the connection was lost' };
    case 'offline':
      return { status, since };
    case 'refused':
      return { status, code: 4403, reason: 'forbidden' };
    default:
      return { status };
  }
}

function progressData(progress: number | string | ProgressData): ProgressData {
  if (typeof progress === 'number') return { value: progress };
  return typeof progress === 'string' ? { message: progress } : progress;
}
