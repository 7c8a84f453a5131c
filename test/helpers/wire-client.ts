import { once } from 'node:events';
import { WebSocket } from 'ws';
import { isObject } from '../../protocol/index.js';
import { SseWire } from './sse-wire.js';
import { way } from './way.js';

export interface Frame {
  readonly type: string;
  readonly data: unknown;
  readonly id?: string;
  readonly ts?: number;
  readonly channel?: string;
}

/** A page that knows nothing but the wire, a WebSocket or, the other way and at `http://`, server-sent events: it keeps every frame, and waits for those that a test names. */
export class WireClient {
  readonly frames: Frame[] = [];
  readonly raw: string[] = [];
  readonly #wire: WebSocket | SseWire;
  #closed: { code: number; reason: string } | undefined;
  #wake: () => void = () => {};

  constructor(url: string, options: { origin?: string; headers?: Record<string, string> } = {}) {
    const heard = (frame: string) => {
      this.raw.push(frame);
      this.frames.push(JSON.parse(frame));
      this.#wake();
    };
    const closed = (code: number, reason: string) => {
      this.#closed = { code, reason };
      this.#wake();
    };
    const address = way.transport === 'sse' ? url.replace(/^ws(.+?)\/ws\//, 'http$1/sse/') : url;
    if (address.startsWith('http')) {
      const { origin, headers = {} } = options;
      this.#wire = new SseWire(address, { ...headers, ...(origin === undefined ? {} : { origin }) }, { heard, closed });
      return;
    }
    const ws = new WebSocket(url, options);
    this.#wire = ws;
    ws.on('message', (data) => heard(String(data)));
    ws.on('close', (code, reason) => closed(code, String(reason)));
    ws.on('error', () => this.#wake());
  }

  get ws(): WebSocket {
    if (this.#wire instanceof WebSocket) return this.#wire;
    throw new TypeError('this page has no WebSocket');
  }

  get sse(): SseWire {
    if (this.#wire instanceof SseWire) return this.#wire;
    throw new TypeError('this page has a WebSocket');
  }

  get isClosed(): boolean {
    return this.#closed !== undefined;
  }

  /** Reads nothing until `resume`. */
  pause(): void {
    this.#wire.pause();
  }

  resume(): void {
    this.#wire.resume();
  }

  /** The first frame that fits, once it is there; fails when the connection ends before. */
  async frame(fits: (frame: Frame) => boolean): Promise<Frame> {
    while (true) {
      const found = this.frames.find(fits);
      if (found) return found;
      if (this.#closed)
        throw new Error(`closed with ${this.#closed.code} ${this.#closed.reason} before the frame came`);
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }

  type(type: string): Promise<Frame> {
    return this.frame((frame) => frame.type === type);
  }

  /** Once everything that there was has been replayed. */
  synced(): Promise<Frame> {
    return this.type('synced');
  }

  status(text: string): Promise<Frame> {
    return this.frame(
      ({ type, data }) => type === 'status' && (data === text || (isObject(data) && data.message === text)),
    );
  }

  ack(ref: string): Promise<Frame> {
    return this.frame(({ type, data }) => type === 'ack' && isObject(data) && data.ref === ref);
  }

  get statuses(): unknown[] {
    return this.frames.filter(({ type }) => type === 'status').map(({ data }) => data);
  }

  async closed(): Promise<{ code: number; reason: string }> {
    while (!this.#closed) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
    return this.#closed;
  }

  async send(frame: unknown): Promise<void> {
    const raw = typeof frame === 'string' || Buffer.isBuffer(frame) ? frame : JSON.stringify(frame);
    const wire = this.#wire;
    if (wire instanceof SseWire) {
      wire.send(raw);
      return;
    }
    if (wire.readyState === WebSocket.CONNECTING) await once(wire, 'open');
    wire.send(raw);
  }

  /** As a page leaves: with a word, where there is one. */
  async leave(): Promise<void> {
    if (this.#wire instanceof WebSocket) this.#wire.close();
    else this.#wire.terminate();
    await this.closed();
  }

  /** Without a word. */
  async close(): Promise<void> {
    this.#wire.terminate();
    await this.closed();
  }
}
