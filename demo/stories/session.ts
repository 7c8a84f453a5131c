import type { Connection, ConnectionStatus, SessionSource } from 'status-messenger';
import type { ClientFrame, Message } from 'status-messenger/protocol';
import { ManualClock, TestSession } from 'status-messenger/testing';
import { answerSockets } from '../sockets.js';
import type { Said } from './says.js';
import { StoryServer } from './story-socket.js';

/** What the server makes of a page's requests. `hold`: it does not answer; `lose`: the request cannot reach it any more. */
export type Reply = 'accept' | 'late' | 'refuse' | 'hold' | 'lose';

/** Milliseconds in which a story's server answers. */
const ANSWERS = 700;
const ADDRESS = 'wss://story.invalid/ws/';
let sessions = 0;

/** The servers of the stories that are shown. An element that has just left the page may still be on its way to one that is not. */
const servers = new Map<string, StoryServer>();
const nobody = new StoryServer(() => {});
nobody.door = 'silent';
answerSockets((url) => {
  if (!url.href.startsWith(ADDRESS)) return undefined;
  return (servers.get(url.pathname.split('/').at(-1) ?? '') ?? nobody).connect(url);
});

/** A session that a story moves by hand: what the server says, how the connection stands, and what becomes of what the page asks. */
export class StorySession {
  /** What the server makes of requests. */
  reply: Reply = 'accept';
  /** Hands the session to an element: `source` to companions, `url` to those that connect by themselves. */
  readonly source: SessionSource;
  readonly url: string;
  readonly #hand: TestSession;
  readonly #server: StoryServer;
  readonly #signal: AbortSignal;
  readonly #heard: (call: string, values: readonly unknown[]) => void;

  /** `heard` is told what the page asks of the session; all ends with `signal`. */
  constructor(signal: AbortSignal, heard: (call: string, values: readonly unknown[]) => void) {
    this.#signal = signal;
    this.#heard = heard;
    const sessionId = `story-${++sessions}`;
    const clock = new ManualClock(Date.now());
    const hand = new TalkingSession(sessionId, clock, (call, values) => this.#asked(call, values));
    this.#hand = hand;
    this.source = hand;
    this.url = `${ADDRESS}${sessionId}`;
    this.#server = new StoryServer((asked) => this.#askedBySocket(asked));
    servers.set(sessionId, this.#server);
    const tick = setInterval(() => clock.advance(Date.now() - clock.now()), 100);
    signal.addEventListener('abort', () => {
      clearInterval(tick);
      servers.delete(sessionId);
    });
  }

  /** The server says something, now. */
  say(...messages: readonly Said[]): void {
    this.ago(0, ...messages);
  }

  /** The server said something so many seconds ago. */
  ago(seconds: number, ...messages: readonly Said[]): void {
    const ts = Date.now() - seconds * 1000;
    const stamped: Message[] = messages.map((message) => ({ ts, ...message }));
    this.#hand.say(...stamped);
    this.#server.say(stamped);
  }

  /** The connection becomes another one. */
  become(status: ConnectionStatus): void {
    this.#hand.setConnection(connectionOf(status));
    this.#server.door = DOORS[status];
    if (status === 'refused') this.#server.end(4403, REFUSAL);
    else if (status === 'ended') this.#server.end(1000);
    else if (status !== 'live') this.#server.end();
  }

  /** Resolves after so many milliseconds, unless the story is left before. */
  wait(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, ms);
      this.#signal.addEventListener('abort', () => clearTimeout(timer));
    });
  }

  /** Calls `run` when the story is left. */
  leaving(run: () => void): void {
    this.#signal.addEventListener('abort', run);
  }

  async #asked(call: string, values: readonly unknown[]): Promise<void> {
    this.#heard(call, values);
    if (call === 'connect') return this.#reconnect();
    if (this.reply === 'hold') return;
    await this.wait(ANSWERS);
    if (this.reply === 'lose') this.#hand.abandon();
    else this.#hand.acknowledge(ACKS[this.reply]);
    if (this.reply === 'accept') this.#carryOut(call, values);
  }

  async #askedBySocket(frame: ClientFrame): Promise<void> {
    const { ref } = frame;
    if (frame.type === 'ping') return this.#server.tell({ type: 'ack', data: { ref, accepted: true } });
    const [call, ...values] = callIn(frame);
    this.#heard(call, values);
    if (this.reply === 'hold' || this.reply === 'lose') return;
    await this.wait(ANSWERS);
    this.#server.tell({ type: 'ack', data: { ref, ...ACKS[this.reply] } });
    if (this.reply === 'accept') this.#carryOut(call, values);
  }

  async #reconnect(): Promise<void> {
    this.become('connecting');
    await this.wait(ANSWERS);
    this.become('live');
  }

  /** What a server does that has accepted it. */
  #carryOut(call: string, values: readonly unknown[]): void {
    if (call === 'sendAnswer') {
      const [answer, questionId] = values;
      this.say(answeredBy(String(questionId), 'answered', answer));
    } else if (call === 'decline') this.say(answeredBy(String(values[0]), 'declined'));
    else if (call === 'cancel') this.say({ type: 'state', data: { status: 'CANCELLED' } });
    else if (call === 'send') this.say({ type: 'state', data: { status: 'RUNNING' } });
  }
}

/** A session that tells at once what is asked of it; its word comes later. */
class TalkingSession extends TestSession {
  readonly #asked: (call: string, values: readonly unknown[]) => void;

  constructor(sessionId: string, clock: ManualClock, asked: (call: string, values: readonly unknown[]) => void) {
    super({
      sessionId,
      clock,
      respond: ([call, ...values]) => {
        asked(call, values);
        return undefined;
      },
    });
    this.#asked = asked;
  }

  override connect(): void {
    super.connect();
    this.#asked('connect', []);
  }
}

const ACKS = {
  accept: { accepted: true },
  late: { accepted: false, reason: 'answered', by: 'Grace' },
  refuse: { accepted: false, reason: 'the server is too busy' },
} as const;

const REFUSAL = 'this session belongs to somebody else';
const REFUSED = [4403, REFUSAL] as const;
const DOORS = {
  idle: 'silent',
  connecting: 'silent',
  live: 'open',
  reconnecting: 'silent',
  offline: 'silent',
  ended: [1000, ''],
  refused: REFUSED,
} as const;

function connectionOf(status: ConnectionStatus): Connection {
  const now = Date.now();
  switch (status) {
    case 'live':
      return { status, since: now, transport: 'websocket' };
    case 'reconnecting':
      return { status, since: now - 4000, attempt: 3, retryAt: now + 12_000, reason: 'the connection was lost' };
    case 'offline':
      return { status, since: now - 65_000 };
    case 'refused':
      return { status, code: 4403, reason: REFUSAL };
    default:
      return { status };
  }
}

/** The call that a page made, from the frame that came of it. */
function callIn(frame: ClientFrame): readonly [call: string, ...values: unknown[]] {
  if (frame.type === 'input') return ['send', frame.data];
  if (frame.type !== 'answer') return [frame.type];
  const { questionId, answer, decline } = frame.data;
  return decline ? ['decline', questionId] : ['sendAnswer', answer, questionId];
}

function answeredBy(questionId: string, outcome: 'answered' | 'declined', answer?: unknown): Said {
  return { type: 'answered', data: JSON.parse(JSON.stringify({ questionId, outcome, answer, by: 'you' })) };
}
