import { mkdtemp, rm } from 'node:fs/promises';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { Clock } from 'status-messenger/protocol';
import { fail, type Session, StatusMessenger } from 'status-messenger/server';
import { SqliteStore } from 'status-messenger/server/sqlite';
import { planApp } from './agents/conversation.js';
import { Indexed, indexFiles } from './indexing.js';

/** Visitors whose work runs at the same time. Agents mostly wait for an answer. */
const MOST_INDEXINGS = 20;
const MOST_CONVERSATIONS = 200;
/** Of so many indexings it is known how far they are. */
const MOST_KNOWN = 100;
/** Milliseconds for which a server that restarts is gone. */
const GONE = 1500;
const root = fileURLToPath(new URL('..', import.meta.url));

/** How quickly the work is done. */
export interface Pace {
  /** The clock that the agents think by. Default: the machine's. */
  readonly pauses?: Clock;
  /** Milliseconds for each file that is indexed. */
  readonly each?: number;
}

/** The adapter with the work that the demo shows. It keeps what was said in a file, so that it goes on after a restart. */
export class Adapter {
  readonly #server: Server;
  readonly #folder: string;
  readonly #pace: Pace;
  readonly #indexed = new Map<string, Indexed>();
  #messenger: StatusMessenger | undefined;
  #restarting: Promise<void> | undefined;

  private constructor(server: Server, folder: string, pace: Pace) {
    this.#server = server;
    this.#folder = folder;
    this.#pace = pace;
    this.#start();
  }

  static async start(server: Server, pace: Pace): Promise<Adapter> {
    return new Adapter(server, await mkdtemp(join(tmpdir(), 'status-messenger-demo-')), pace);
  }

  /** Answers the adapter's own addresses. */
  answer(request: IncomingMessage, response: ServerResponse, next: () => void): void {
    if (this.#messenger) this.#messenger.middleware(request, response, next);
    else next();
  }

  /** Whether nobody takes WebSockets now. */
  get isGone(): boolean {
    return this.#messenger === undefined;
  }

  /** Closes the adapter as a process that ends does, and starts another one after a while. */
  restart(): Promise<void> {
    this.#restarting ??= this.#restart().finally(() => {
      this.#restarting = undefined;
    });
    return this.#restarting;
  }

  async close(): Promise<void> {
    await this.#restarting;
    await this.#messenger?.close({ timeout: 2000 });
    await rm(this.#folder, { recursive: true });
  }

  async #restart(): Promise<void> {
    const former = this.#messenger;
    this.#messenger = undefined;
    await former?.close({ timeout: 1000 });
    await sleep(GONE);
    this.#start();
  }

  #start(): void {
    const messenger = new StatusMessenger({
      store: new SqliteStore({ file: join(this.#folder, 'log.db') }),
      // A page is taken at its word for who it is, so that the others see who answered. Yours looks at a cookie, or a token.
      authorize: ({ userId }) => (userId === undefined ? true : { userId }),
    });
    const index = atMost(MOST_INDEXINGS, async (session) => {
      await indexFiles(root, session, this.#indexedOf(session.id), this.#pace.each);
      this.#indexed.delete(session.id);
    });
    const converse = atMost(MOST_CONVERSATIONS, () => planApp(this.#pace.pauses ?? messenger.clock));
    messenger.onSession((session) => {
      if (session.id.startsWith('demo-')) return index(session);
      if (session.id.startsWith('agents-')) return converse(session);
      // Every other session carries just what is published to it.
      return undefined;
    });
    messenger.attach(this.#server, { http: false });
    this.#messenger = messenger;
  }

  #indexedOf(sessionId: string): Indexed {
    const indexed = this.#indexed.get(sessionId) ?? new Indexed();
    this.#indexed.set(sessionId, indexed);
    const [oldest = ''] = this.#indexed.keys();
    if (this.#indexed.size > MOST_KNOWN) this.#indexed.delete(oldest);
    return indexed;
  }
}

/** Runs `run` for so many sessions at the same time; whoever comes after is told so. */
function atMost(most: number, run: (session: Session) => Promise<void>): (session: Session) => Promise<void> {
  let runs = 0;
  return async (session) => {
    if (runs >= most) {
      fail('Too many visitors at once. Try again in a minute.');
      return;
    }
    runs++;
    try {
      await run(session);
    } finally {
      runs--;
    }
  };
}
