import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setImmediate as turn } from 'node:timers/promises';
import { promisify } from 'node:util';
import { seededRandom } from '../../components/testing/index.js';
import { isObject, type Outcome } from '../../protocol/index.js';
import { type ChannelStore, MemoryStore, StatusMessenger, UnansweredError } from '../../server-adapter/index.js';
import { FastClock, PACE } from './clock.js';
import { type Journal, WitnessedStore } from './journal.js';
import { largeMessage, messageNumber, questionText } from './messages.js';

/** The session that everybody watches. */
export const SESSION = 'chaos';

/** The server's own limits, in its milliseconds. */
export const LIMITS = { heartbeat: 5000, pongTimeout: 5000, stallTimeout: 10_000, tailBytes: 1024 * 1024 };

/** A month: nothing is forgotten because somebody set the clock. */
const LONG = 2 ** 31 - 2;

/** Milliseconds in which the sockets of a closed server are gone. */
const CLOSING = 5000;

export interface HostOptions {
  readonly seed: number;
  /** How many messages the log keeps one by one. */
  readonly tail: number;
  /** The file of a log that outlives the process; without one it is in memory. */
  readonly file?: string | undefined;
  /** What the clock on the wall is ahead of the others. */
  readonly setBy?: number;
}

/** What is published: messages from `from` on. */
export interface Publication {
  readonly from: number;
  readonly count: number;
  /** All in one turn of the event loop; else some in each. */
  readonly burst: boolean;
  /** Large ones, of so many bytes. */
  readonly bytes?: number;
}

/** A question that the server asks. */
export interface Asking {
  readonly number: number;
  /** It has a key: another server takes it up. */
  readonly keyed: boolean;
  /** Milliseconds of the server's that pages have for it. */
  readonly timeout?: number;
}

/** What whoever asked was told. `interrupted`: nothing, as its server was closed. */
export interface Told {
  readonly outcome: Outcome | 'interrupted';
  readonly answer?: unknown;
}

/** A server as the world sees it, wherever it runs. */
export interface Host {
  readonly port: number;
  /** Resolves once everything is accepted. */
  publish(publication: Publication): Promise<void>;
  /** Resolves once whoever asks is told something. */
  ask(question: Asking): Promise<Told>;
  setClock(by: number): Promise<void>;
  /** How many watch, as far as the server knows; it says something to find out. */
  viewers(): Promise<number>;
  /** Open sockets, those among them that nobody has said anything on. */
  connections(): Promise<number>;
  /** Takes no new connections from here on; those that it has stay. */
  stopListening(): Promise<void>;
  /** Ends it as it should be ended. Answers how many timers and sockets it left behind. */
  close(): Promise<number>;
}

/** A server in this process. */
export async function startHost(options: HostOptions, journal: Journal): Promise<Host> {
  const { seed, setBy = 0 } = options;
  const clock = new FastClock();
  clock.setBy(setBy);
  const random = seededRandom(seed);
  const store = new WitnessedStore(await openStore(options, clock), journal);
  const server = createServer();
  const messenger = new StatusMessenger({
    store,
    clock,
    random,
    logger: false,
    heartbeat: LIMITS.heartbeat,
    pongTimeout: LIMITS.pongTimeout,
    stallTimeout: LIMITS.stallTimeout,
  });
  messenger.attach(server);
  messenger.onInput((input) => {
    const id = isObject(input) && typeof input.input === 'string' ? input.input : 'none';
    store.carried(id);
    // What an input does is said in the same turn, as it would be stored with it.
    messenger.sendToSession(SESSION, { type: 'carried', data: { input: id } }).catch(() => {
      // It could not be stored, and the input is found to have said nothing.
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;

  const say = async (i: number, bytes: number | undefined) => {
    const message = bytes === undefined ? messageNumber(i) : largeMessage(i, bytes);
    const { id = '' } = await messenger.sendToSession(SESSION, message);
    journal({ said: i, id });
  };
  let isClosing = false;
  const ask = async ({ number, keyed, timeout }: Asking): Promise<Told> => {
    const options = { ...(keyed ? { key: `${number}` } : {}), ...(timeout === undefined ? {} : { timeout }) };
    try {
      return { outcome: 'answered', answer: await messenger.ask(questionText(number), options) };
    } catch (error) {
      if (isClosing) return { outcome: 'interrupted' };
      if (error instanceof UnansweredError) return { outcome: error.outcome };
      throw error;
    }
  };
  return {
    port,
    async publish({ from, count, burst, bytes }) {
      const accepted: Promise<void>[] = [];
      for (let i = from; i < from + count; i++) {
        accepted.push(say(i, bytes));
        if (!burst && random() < 0.3) await turn();
      }
      await Promise.all(accepted);
    },
    async ask(question) {
      journal({ asks: question.number });
      const told = await messenger.runWithSession(SESSION, () => ask(question));
      const { outcome } = told;
      if (outcome !== 'interrupted') journal({ told: question.number, ...told, outcome });
      return told;
    },
    async setClock(by) {
      clock.setBy(by);
    },
    async viewers() {
      return (await messenger.sendToSession(SESSION, { type: 'who-is-there' })).delivered;
    },
    connections: promisify(server.getConnections.bind(server)),
    async stopListening() {
      server.close();
    },
    async close() {
      isClosing = true;
      if (server.listening) server.close();
      await messenger.close();
      server.closeAllConnections();
      const count = promisify(server.getConnections.bind(server));
      for (const end = performance.now() + CLOSING; (await count()) > 0 && performance.now() < end; ) await turn();
      return (await count()) + clock.waiting;
    },
  };
}

async function openStore({ tail, file }: HostOptions, clock: FastClock): Promise<ChannelStore> {
  const bounds = { tail: { count: tail, bytes: LIMITS.tailBytes }, idle: LONG };
  if (file === undefined) return new MemoryStore({ ...bounds, clock });
  const { SqliteStore } = await import('../../server-adapter/channels/sqlite/index.js');
  // In the machine's time it is what it is by default: another process's messages are as late as they are.
  return new SqliteStore({ ...bounds, file, clock, poll: 25 * PACE });
}
