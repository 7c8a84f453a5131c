import { BUSY, watchBusy } from '../busy.js';
import { ALL, inTime, type Scenario } from '../scenario.js';
import { BenchServer } from '../server.js';
import { connectAll, Viewer } from '../viewer.js';

/** Who watches what, and how much is said at once. */
export interface Crowd {
  readonly sessions: number;
  /** Viewers of each session. */
  readonly viewers: number;
  /** Messages to each session in one turn of the event loop. */
  readonly perTurn: number;
}

/** How long is published: a number of turns, or milliseconds. */
type Stretch = { readonly turns: number } | { readonly ms: number };

/** What was delivered. */
interface Delivered {
  readonly perSecond: number;
  /** For each second that the server's process has worked: the same on a machine that is busy with other things. */
  readonly perCpuSecond: number;
  /** As `BUSY` names them. */
  readonly busy: readonly number[];
}

/**
 * Turns that a server may be ahead of what has arrived. Without a bound one that only fills buffers would look fast, and grow. This one is so wide that a
 * server seldom waits for the news of what has arrived, and so narrow that no viewer falls behind what a log keeps.
 */
const AHEAD = 16;
/** Turns between the news of what has arrived: each costs the server a message from the bench. */
const NEWS = 4;

/**
 * Messages to each session before anything is measured: what is compiled while it runs is compiled then, and logs that keep a number of messages are full, so
 * that they drop as much as they take. One that grows costs some 5 % more. Socket.IO keeps by time, and goes on growing.
 */
const BEFORE = 1250;

/** Viewers of a server, who count what they get. */
export class Audience {
  readonly #server: BenchServer;
  readonly #crowd: Crowd;
  readonly #viewers: readonly Viewer[];
  #received = 0;
  #nextNews = Number.POSITIVE_INFINITY;
  #wanted = Number.POSITIVE_INFINITY;
  #done = () => {};

  constructor(server: BenchServer, crowd: Crowd) {
    this.#server = server;
    this.#crowd = crowd;
    const count = () => this.#count();
    this.#viewers = Array.from(
      { length: crowd.sessions * crowd.viewers },
      (_, i) => new Viewer(server.peer, server.port, i % crowd.sessions, count),
    );
  }

  async connect(): Promise<void> {
    await connectAll(this.#viewers);
  }

  /** Lets the server publish, and waits until every message is with every viewer: what is only on the way does not count. */
  async receive(stretch: Stretch): Promise<Delivered> {
    const { sessions, perTurn } = this.#crowd;
    this.#received = 0;
    this.#wanted = Number.POSITIVE_INFINITY;
    this.#nextNews = NEWS * this.#perTurn;
    const all = new Promise<void>((resolve) => {
      this.#done = resolve;
    });
    const busy = await watchBusy(this.#server);
    const order = {
      do: 'publish',
      sessions,
      perTurn,
      turns: Number.MAX_SAFE_INTEGER,
      ahead: AHEAD,
      ...stretch,
    } as const;
    const missing = () => `got ${this.#received} messages of ${this.#wanted}`;
    const { turns, cpu } = await inTime(this.#server.order(order), missing);
    this.#wanted = turns * this.#perTurn;
    if (this.#received < this.#wanted) await inTime(all, missing);
    // When it has published the last turn, what it has buffered is still to be written.
    const { cpu: rest } = await this.#server.order({ do: 'cpu' });
    const { ms, server, bench, others } = busy(cpu + rest);
    return {
      perSecond: (this.#wanted / ms) * 1000,
      perCpuSecond: (this.#wanted / (cpu + rest)) * 1000,
      busy: [server, bench, others],
    };
  }

  close(): void {
    for (const viewer of this.#viewers) viewer.close();
  }

  /** Deliveries that one turn makes. */
  get #perTurn(): number {
    const { sessions, viewers, perTurn } = this.#crowd;
    return sessions * viewers * perTurn;
  }

  #count(): void {
    this.#received++;
    if (this.#received === this.#nextNews) {
      this.#nextNews += NEWS * this.#perTurn;
      this.#server.tell({ turns: this.#received / this.#perTurn });
    }
    if (this.#received === this.#wanted) this.#done();
  }
}

function throughput(name: string, crowd: Crowd): Scenario {
  return {
    name,
    peers: ALL,
    metrics: [
      { name: 'delivered', unit: '/s', better: 'more' },
      { name: 'delivered per server CPU', unit: '/s', better: 'more' },
      ...BUSY,
    ],
    async measure(peer) {
      const server = await BenchServer.start(peer);
      const audience = new Audience(server, crowd);
      try {
        await audience.connect();
        await audience.receive({ turns: BEFORE / crowd.perTurn });
        const { perSecond, perCpuSecond, busy } = await audience.receive({ ms: 3000 });
        return [perSecond, perCpuSecond, ...busy];
      } finally {
        audience.close();
        await server.stop();
      }
    },
  };
}

/** Many runs at once with one viewer each: what a message costs by itself, and what is won where several go out together. */
const MANY = { sessions: 200, viewers: 1 };
/** One run that a crowd watches: what is won where the same goes to many. */
const CROWD = { sessions: 1, viewers: 1000 };

export const throughputs: readonly Scenario[] = [
  throughput('200 sessions, one message each per turn', { ...MANY, perTurn: 1 }),
  throughput('200 sessions, ten each per turn', { ...MANY, perTurn: 10 }),
  throughput('1,000 viewers of one session, one message per turn', { ...CROWD, perTurn: 1 }),
  throughput('1,000 viewers of one session, ten per turn', { ...CROWD, perTurn: 10 }),
];
