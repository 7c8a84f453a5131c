import { WebSocket } from 'ws';
import { SessionClient } from '../../components/session/index.js';
import { parsePosition, succession } from '../../protocol/index.js';

/** What a test asks of the crowd. Each order is answered once it is carried out. */
export type Order =
  | { readonly do: 'come'; readonly url: string; readonly pages: number; readonly sessions: number }
  /** Waits until every page is live and stands at the head of its session. */
  | { readonly do: 'reach'; readonly heads: readonly string[] };

/** What the crowd has seen since it came. */
export interface Answer {
  readonly live: number;
  /** Pages that stand where their session's log ends. */
  readonly there: number;
  /** Pages that lost their connection, and times that any did. */
  readonly lost: number;
  readonly losses: number;
  /** Snapshots, beside the first of each page. */
  readonly snapshots: number;
  readonly messages: number;
  /** Upgrades that a server answered with something else. */
  readonly refused: readonly string[];
  /** Messages out of line, ends, problems. */
  readonly wrongs: readonly string[];
}

/** How many connect at once. */
const LOT = 100;

const refused: string[] = [];

/** Keeps what a server answered that would not upgrade. */
class Watched extends WebSocket {
  constructor(url: string) {
    super(url);
    this.on('error', ({ message }) => {
      if (message.startsWith('Unexpected server response')) refused.push(message);
    });
  }
}

class Page {
  readonly client: SessionClient;
  readonly session: number;
  readonly wrongs: string[] = [];
  losses = 0;
  snapshots = -1;
  messages = 0;
  #last: string | undefined;

  constructor(url: string, session: number) {
    this.session = session;
    this.client = new SessionClient({ url, sessionId: `s${session}`, WebSocket: Watched });
    this.client.on('message', ({ id }) => {
      const position = parsePosition(id);
      if (!position || succession(parsePosition(this.#last), position) !== 'next') {
        this.wrongs.push(`${id} behind ${this.#last}`);
      }
      this.messages++;
      this.#last = id;
    });
    this.client.on('state', () => {
      if (this.client.position !== this.#last) this.snapshots++;
      this.#last = this.client.position;
    });
    this.client.on('connection', (connection) => {
      if (connection.status === 'reconnecting' && connection.retryAt !== undefined) this.losses++;
      if (connection.status === 'ended' || connection.status === 'refused') this.wrongs.push(connection.status);
    });
    this.client.on('problem', ({ message }) => this.wrongs.push(message));
  }
}

const pages: Page[] = [];

async function come({ url, pages: count, sessions }: Order & { do: 'come' }): Promise<void> {
  for (let i = 0; i < count; i += LOT) {
    const lot = Array.from({ length: Math.min(LOT, count - i) }, (_, j) => new Page(url, (i + j) % sessions));
    pages.push(...lot);
    for (const { client } of lot) client.connect();
    await until(() => lot.every(({ client }) => client.connection.status === 'live'));
  }
}

async function carryOut(order: Order): Promise<void> {
  if (order.do === 'come') return come(order);
  await until(() => pages.every((page) => isLive(page) && page.client.position === order.heads[page.session]));
}

function report(heads: readonly string[] = []): Answer {
  const sum = (key: 'losses' | 'snapshots' | 'messages') => pages.reduce((total, page) => total + page[key], 0);
  return {
    live: pages.filter(isLive).length,
    there: pages.filter((page) => page.client.position === heads[page.session]).length,
    lost: pages.filter(({ losses }) => losses > 0).length,
    losses: sum('losses'),
    snapshots: sum('snapshots'),
    messages: sum('messages'),
    refused,
    wrongs: pages.flatMap(({ wrongs }) => wrongs).slice(0, 10),
  };
}

function isLive({ client }: Page): boolean {
  return client.connection.status === 'live';
}

/** Resolves once something holds, or can no longer be waited for: the report then says what does not. */
async function until(holds: () => boolean): Promise<void> {
  const end = performance.now() + 30_000;
  while (!holds() && performance.now() < end) await new Promise((resolve) => setTimeout(resolve, 10));
}

process.on('message', (order: Order) => {
  void carryOut(order).then(() => process.send?.(report(order.do === 'reach' ? order.heads : [])));
});
process.on('disconnect', () => process.exit());
process.send?.(report());
