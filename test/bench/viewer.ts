import type { PeerName } from './peers.js';
import { RawClient } from './raw-client.js';

/** Called with every status, where it lies. */
export type OnStatus = (data: Buffer, start: number, end: number) => void;

/** Where a viewer stands, in its server's terms. */
interface Position {
  /** Socket.IO's private id of the session that may be recovered. */
  pid?: string;
  last?: string;
}

/** Someone who watches a session of a server under test through a raw client, speaking just enough of its protocol. */
export class Viewer {
  readonly #peer: PeerName;
  readonly #port: number;
  readonly #session: number;
  readonly #onStatus: OnStatus;
  readonly #position: Position = {};
  #client: RawClient | undefined;
  #ready = () => {};
  #failed: (error: Error) => void = () => {};
  #closed = () => {};

  constructor(peer: PeerName, port: number, session: number, onStatus: OnStatus) {
    this.#peer = peer;
    this.#port = port;
    this.#session = session;
    this.#onStatus = onStatus;
  }

  /** Connects, from the position that was kept if one was. Resolves when the server serves it; rejects when it does not. */
  connect(): Promise<void> {
    return new Promise((ready, failed) => {
      this.#ready = ready;
      this.#failed = failed;
      this.#closed = () => failed(new Error('the server closed a connection instead of serving it'));
      this.#client = new RawClient(this.#port, this.#path, {
        opened: () => {
          // A hand-written server says nothing, and serves from the moment that it accepts.
          if (this.#peer === 'naive') ready();
        },
        frame: this.#peer === 'socket.io' ? this.#socketIoFrame : this.#plainFrame,
        closed: () => this.#closed(),
      });
    });
  }

  /** Keeps where it stands, by the status that was last received. */
  keepPosition(status: string): void {
    this.#position.last =
      this.#peer === 'ours' ? fieldOf(JSON.parse(status), 'id') : lastOf(JSON.parse(status.slice(2)));
  }

  /** Resolves when the connection is gone. */
  lost(): Promise<void> {
    return new Promise((resolve) => {
      this.#closed = resolve;
    });
  }

  close(): void {
    this.#closed = () => {};
    this.#client?.destroy();
  }

  get #path(): string {
    if (this.#peer === 'socket.io') return `/socket.io/?EIO=4&transport=websocket&session=s${this.#session}`;
    const { last } = this.#position;
    return `/ws/s${this.#session}${last === undefined ? '' : `?after=${last}`}`;
  }

  /** `{"type":"status",…`, and `{"type":"synced",…` once the server has said what there was. */
  readonly #plainFrame: OnStatus = (data, start, end) => {
    const second = data[start + 10];
    if (second === T) this.#onStatus(data, start, end);
    else if (second === Y) this.#ready();
  };

  /** Engine.IO opens (`0`), Socket.IO is asked to connect (`40`), and from then on events come as `42[…]`. A `2` asks for a sign of life. */
  readonly #socketIoFrame: OnStatus = (data, start, end) => {
    const [engine, packet] = [data[start], data[start + 1]];
    if (engine === FOUR && packet === TWO && end - start > 1) this.#onStatus(data, start, end);
    else if (engine === FOUR && packet === ZERO) {
      const pid = fieldOf(JSON.parse(data.toString('utf8', start + 2, end)), 'pid');
      if (this.#position.last !== undefined && pid !== this.#position.pid) {
        this.#failed(new Error('the server began anew instead of resuming'));
      }
      this.#position.pid = pid;
      this.#ready();
    } else if (engine === ZERO) {
      const { pid, last } = this.#position;
      this.#client?.send(last === undefined ? '40' : `40${JSON.stringify({ pid, offset: last })}`);
    } else if (engine === TWO) this.#client?.send('3');
  };
}

const [T = 0, Y = 0, ZERO = 0, TWO = 0, FOUR = 0] = Buffer.from('ty024');

function fieldOf(value: unknown, name: string): string {
  const field =
    typeof value === 'object' && value !== null ? Object.entries(value).find(([key]) => key === name)?.[1] : undefined;
  if (typeof field !== 'string')
    throw new Error(`got ${JSON.stringify(value)}, expected an object with a text "${name}"`);
  return field;
}

function lastOf(value: unknown): string {
  const last: unknown = Array.isArray(value) ? value.at(-1) : undefined;
  if (typeof last !== 'string') throw new Error(`got ${JSON.stringify(value)}, expected a list that ends with a text`);
  return last;
}

/** Connects all, fifty at a time: how fast a server takes a crowd is another question. */
export async function connectAll(viewers: readonly Viewer[]): Promise<void> {
  for (let i = 0; i < viewers.length; i += 50)
    await Promise.all(viewers.slice(i, i + 50).map((viewer) => viewer.connect()));
}
