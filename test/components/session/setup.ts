import { mock } from 'node:test';
import {
  type Connection,
  SessionClient,
  type SessionClientOptions,
  type StorageLike,
} from '../../../components/session/index.js';
import { ManualClock } from '../../../components/testing/index.js';
import { HandPage, HandSocket } from '../../helpers/hand-socket.js';

/** A client on sockets, a clock and a page in a test's hands. */
export interface Setup {
  readonly client: SessionClient;
  readonly clock: SettableClock;
  readonly page: HandPage;
  /** Everything that listeners were told, in order. */
  readonly messages: unknown[];
  readonly connections: Connection[];
  readonly problems: string[];
}

let errors: unknown[] = [];

/** Before every test: no sockets, and a console that keeps what is written to it. */
export function reset(): void {
  HandSocket.all = [];
  errors = [];
  mock.restoreAll();
  mock.method(console, 'error', (text: unknown) => errors.push(text));
}

/** What was written to the console as an error. */
export function complaints(): readonly unknown[] {
  return errors;
}

export function setUp(options: Partial<SessionClientOptions> = {}): Setup {
  const clock = new SettableClock();
  const page = new HandPage();
  const client = new SessionClient({
    url: 'ws://server/ws',
    sessionId: 's',
    clock,
    random: () => 0.5,
    WebSocket: HandSocket,
    transport: 'websocket',
    watchPage: page.watch,
    ...options,
  });
  const messages: unknown[] = [];
  const connections: Connection[] = [];
  const problems: string[] = [];
  client.on('message', ({ data }) => messages.push(data));
  client.on('connection', (connection) => connections.push(connection));
  client.on('problem', ({ message }) => problems.push(message));
  return { client, clock, page, messages, connections, problems };
}

/** Lets promises that have settled run what waits for them. */
export const settled = () => new Promise((resolve) => setImmediate(resolve));

export const statuses = (connections: readonly Connection[]) => connections.map(({ status }) => status);

/** The frames that a socket was given to send, of one type where it is named. */
export function sent(socket: HandSocket, type?: string): Array<{ type?: string; ref: string; data: unknown }> {
  const frames = socket.sent.map((frame) => JSON.parse(frame));
  return type === undefined ? frames : frames.filter((frame) => frame.type === type);
}

/** The server's answer to a frame. */
export const ack = (ref: string, more: object = {}) => ({ type: 'ack', data: { ref, accepted: true, ...more } });

/** A clock that stands until a test moves it, that may be set like one on a wall, and whose timers stand while the machine sleeps. */
export class SettableClock extends ManualClock {
  /** The longest that a timer was set for. */
  longest = 0;
  #set = 0;
  #slept = 0;

  override now(): number {
    return super.now() + this.#set + this.#slept;
  }

  override after(ms: number, run: () => void): () => void {
    this.longest = Math.max(this.longest, ms);
    return super.after(ms, run);
  }

  elapsed(): number {
    return super.now() + this.#slept - 1_600_000_000_000;
  }

  /** Someone sets the clock; or the machine sleeps, on a platform where `elapsed` stands meanwhile. */
  setBy(ms: number): void {
    this.#set += ms;
  }

  /** The machine sleeps: the time goes on, and no timer does. */
  sleep(ms: number): void {
    this.#slept += ms;
  }
}

/** A browser's storage, which may be full, or blocked. */
export class HandStorage implements StorageLike {
  readonly items = new Map<string, string>();
  fails = false;

  getItem(key: string): string | null {
    if (this.fails) throw new Error('the storage is blocked');
    return this.items.get(key) ?? null;
  }

  setItem(key: string, value: string): void {
    if (this.fails) throw new Error('the storage is full');
    this.items.set(key, value);
  }

  removeItem(key: string): void {
    if (this.fails) throw new Error('the storage is blocked');
    this.items.delete(key);
  }

  /** All that is kept, as one text. */
  get text(): string {
    return [...this.items].flat().join('\n');
  }
}
