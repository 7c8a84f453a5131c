import { WebSocket } from 'ws';
import {
  type PageListener,
  SessionClient,
  type SessionClientOptions,
  type StorageLike,
  type Transport,
} from '../../components/session/index.js';
import { seededRandom } from '../../components/testing/index.js';
import {
  type Ack,
  type ChannelState,
  type Message,
  type Phase,
  parsePosition,
  type QuestionView,
} from '../../protocol/index.js';
import { FastClock } from './clock.js';
import { SESSION } from './host.js';
import { questionNumber } from './messages.js';
import { ChaosProxy } from './proxy.js';

/** What a page was shown, step by step: a message, or a snapshot where there is none. */
export interface Shown {
  readonly position: string | undefined;
  readonly phase: Phase;
  readonly message?: Message;
  readonly snapshot?: ChannelState;
}

/** What a page sent: its answer once it has one, or why there will be none. */
export interface Sent {
  readonly input: string;
  readonly acks: Ack[];
  error?: unknown;
  /** The page was reloaded before it was answered: nobody waits for the answer any more. */
  orphaned?: true;
}

/** What a page answered to a question. */
export interface Answer extends Pick<Sent, 'acks' | 'error' | 'orphaned'> {
  readonly questionId: string;
  /** What it answered, which nobody else ever does; `undefined` where it declined to. */
  readonly value: string | undefined;
  /** It had no connection then. */
  readonly offline: boolean;
  error?: unknown;
  orphaned?: true;
}

/** What became of a page's connections. */
export interface Fate {
  /** Attempts and connections that ended, by their reason. */
  readonly losses: Map<string, number>;
  resumes: number;
  snapshots: number;
}

/** Where pages connect to. */
export interface Server {
  readonly port: number;
  /** The last position that is stored, where that is known at once. */
  readonly head: string | undefined;
}

/** Milliseconds after which a system gives up a connection on which nothing comes through: later than its page does, which misses the heartbeat. */
const GIVEN_UP = 700;

/** A page, from its loading on: a real client on a real network, and all that it was told. */
export class Page {
  readonly client: SessionClient;
  readonly shown: Shown[] = [];
  /** What should never be: ends of the connection, problems. */
  readonly wrongs: string[] = [];
  readonly #fate: Fate;
  #message: Message | undefined;
  #hadPosition = false;
  #sawSnapshot = false;
  #wasLive = false;
  /** What was stored when it connected last: it may not say that it is live before it has that. */
  #missed: string | undefined;

  constructor(options: SessionClientOptions, server: Server, fate: Fate) {
    this.#fate = fate;
    this.client = new SessionClient({ ...options, sessionId: SESSION, WebSocket });
    this.client.on('message', (message) => {
      this.#message = message;
    });
    this.client.on('state', (state) => this.#show(state));
    this.client.on('connection', (connection) => {
      const { status } = connection;
      const isOnItsWay = status === 'connecting' || (status === 'reconnecting' && connection.retryAt === undefined);
      // One that was taken for live too early is on its way still.
      if (isOnItsWay && !this.#wasLive) this.#missed = server.head;
      this.#wasLive = status === 'live';
      if (status === 'live') this.#live();
      else if (status === 'ended' || status === 'refused')
        this.wrongs.push(`the connection is ${JSON.stringify(connection)}`);
      else if (status === 'reconnecting' && connection.retryAt !== undefined) {
        const { losses } = this.#fate;
        const reason = connection.reason.replace(/\d+$/, '…');
        losses.set(reason, (losses.get(reason) ?? 0) + 1);
      }
    });
    this.client.on('problem', ({ message }) => this.wrongs.push(message));
  }

  /** Its listeners throw from here on. Answers a function that tells how often they did. */
  throwAlways(): () => number {
    let thrown = 0;
    const fail = () => {
      thrown++;
      throw new Error(THROWN);
    };
    for (const event of ['message', 'state', 'connection'] as const) this.client.on(event, fail);
    return () => thrown;
  }

  #show(state: ChannelState): void {
    const { position } = this.client;
    const message = this.#message;
    this.#message = undefined;
    if (message === undefined) this.#sawSnapshot = true;
    this.shown.push({ position, phase: state.phase, ...(message ? { message } : { snapshot: state }) });
  }

  #live(): void {
    const [at, missed] = [parsePosition(this.client.position), parsePosition(this.#missed)];
    if (at && missed && at.epoch === missed.epoch && at.seq < missed.seq) {
      this.wrongs.push(`was live at ${this.client.position}, and ${this.#missed} was stored before it connected`);
    }
    if (this.#hadPosition && this.#sawSnapshot) this.#fate.snapshots++;
    else if (this.#hadPosition) this.#fate.resumes++;
    this.#hadPosition = this.client.position !== undefined;
    this.#sawSnapshot = false;
  }
}

/** What listeners throw that are made to. */
export const THROWN = 'a listener that throws';

/** Somebody with a page, a network and a clock of their own. */
export class Viewer {
  readonly proxy: ChaosProxy;
  readonly clock = new FastClock();
  readonly pages: Page[] = [];
  readonly sent: Sent[] = [];
  readonly answers: Answer[] = [];
  readonly fate: Fate = { losses: new Map(), resumes: 0, snapshots: 0 };
  readonly name: string;
  readonly #server: Server;
  readonly #transport: Transport;
  readonly #random: () => number;
  readonly #storage = new TabStorage();
  readonly #life = new PageLife();

  private constructor(name: string, server: Server, proxy: ChaosProxy, transport: Transport, random: () => number) {
    this.name = name;
    this.#server = server;
    this.proxy = proxy;
    this.#transport = transport;
    this.#random = random;
    this.load();
  }

  static async open(name: string, server: Server, transport: Transport, seed: number): Promise<Viewer> {
    const random = seededRandom(seed);
    const proxy = await ChaosProxy.start(() => server.port, random);
    // Nobody pings a stream: that it is dead its server hears from the system alone.
    if (transport === 'sse') proxy.givenUpAfter = GIVEN_UP;
    return new Viewer(name, server, proxy, transport, random);
  }

  get page(): Page {
    const page = this.pages.at(-1);
    if (!page) throw new Error('a viewer without a page');
    return page;
  }

  #letGo = (): void => {};

  /** How many attempts and connections have ended. */
  get losses(): number {
    return [...this.fate.losses.values()].reduce((sum, count) => sum + count, 0);
  }

  /** Whether something that it sent waits for the server's word; over a reload, what it sent before. */
  get waits(): boolean {
    const said = [...this.sent, ...this.answers];
    return !this.#storage.isEmpty || said.some(({ acks, error, orphaned }) => !acks.length && !error && !orphaned);
  }

  /** Opens the page, for the first time or anew. */
  load(): void {
    this.pages.at(-1)?.client.disconnect();
    // A page that is gone writes nothing any more.
    this.#letGo();
    const storage = this.#storage;
    let isHere = true;
    this.#letGo = () => {
      isHere = false;
    };
    const ofThisLoad: StorageLike = {
      getItem: (key) => storage.getItem(key),
      setItem: (key, value) => isHere && storage.setItem(key, value),
      removeItem: (key) => isHere && storage.removeItem(key),
    };
    for (const sent of [...this.sent, ...this.answers]) if (sent.acks.length === 0) sent.orphaned = true;
    const url = `ws://127.0.0.1:${this.proxy.port}/ws`;
    const { watch: watchPage } = this.#life;
    const options: SessionClientOptions = {
      url,
      // A network that is down blocks WebSockets no more than anything else.
      transport: this.#transport,
      clock: this.clock,
      random: this.#random,
      storage: ofThisLoad,
      watchPage,
    };
    const page = new Page(options, this.#server, this.fate);
    this.pages.push(page);
    page.client.connect();
  }

  hide(): void {
    this.#life.listener?.hid();
  }

  wake(): void {
    this.#life.listener?.woke();
  }

  /** Sends an input, if the page knows by now that its server acknowledges what it gets. */
  send(): void {
    if (this.page.client.position === undefined) return;
    const sent: Sent = { input: `${this.name}-${this.sent.length}`, acks: [] };
    this.sent.push(sent);
    settle(sent, this.page.client.send({ input: sent.input }));
  }

  /** The server's questions that it knows, by what it was shown last: those that are open, or else those that are over. */
  get questions(): readonly QuestionView[] {
    const known = this.page.client.state.questions.filter(({ question }) => questionNumber(question) !== undefined);
    const open = known.filter(({ status }) => status === 'open');
    return open.length > 0 ? open : known;
  }

  get isLive(): boolean {
    return this.page.client.connection.status === 'live';
  }

  /** Whether it was shown question `number`. */
  knows(number: number): boolean {
    return this.page.client.state.questions.some(({ question }) => questionNumber(question) === number);
  }

  /** Answers one of the questions that it knows, if there are any. `which`: a place among them, in [0, 1). */
  answer(which: number, declines: boolean): void {
    const question = this.questions[Math.floor(which * this.questions.length)];
    if (question) this.#answerTo(question, declines);
  }

  /** Answers the open ones among them that it has not answered yet. */
  answerOpen(): void {
    for (const question of this.questions) {
      const isAnswered = this.answers.some(({ questionId }) => questionId === question.id);
      if (question.status === 'open' && !isAnswered) this.#answerTo(question, false);
    }
  }

  #answerTo({ id: questionId }: QuestionView, declines: boolean): void {
    const { client } = this.page;
    const value = declines ? undefined : `${this.name}-${this.answers.length}`;
    const answer: Answer = { questionId, value, offline: !this.isLive, acks: [] };
    this.answers.push(answer);
    settle(answer, declines ? client.decline(questionId) : client.sendAnswer(value, questionId));
  }

  async close(): Promise<void> {
    this.page.client.close();
    await this.proxy.close();
  }

  /** How it stands, for whoever waits for it in vain. */
  describe(): string {
    const { client } = this.page;
    const answered = this.waits ? 'not all that it sent is answered' : 'all that it sent is answered';
    return `page ${this.name} (${this.#transport}) is at ${client.position} (${JSON.stringify(client.connection)}), ${answered}`;
  }
}

/** Keeps what becomes of something that was sent. */
function settle(sent: { readonly acks: Ack[]; error?: unknown }, ack: Promise<Ack>): void {
  ack.then(
    (told) => sent.acks.push(told),
    (error: unknown) => {
      sent.error = error;
    },
  );
}

/** A page's life, at the world's word. */
class PageLife {
  listener: PageListener | undefined;

  readonly watch = (listener: PageListener): (() => void) => {
    this.listener = listener;
    return () => {
      if (this.listener === listener) this.listener = undefined;
    };
  };
}

/** What a tab keeps over its reloads. */
class TabStorage implements StorageLike {
  readonly #items = new Map<string, string>();
  get isEmpty(): boolean {
    return this.#items.size === 0;
  }
  getItem = (key: string): string | null => this.#items.get(key) ?? null;
  setItem = (key: string, value: string): void => void this.#items.set(key, value);
  removeItem = (key: string): void => void this.#items.delete(key);
}
