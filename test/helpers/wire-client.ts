import { once } from 'node:events';
import { WebSocket } from 'ws';
import { isObject } from '../../protocol/index.js';

export interface Frame {
  readonly type: string;
  readonly data: unknown;
  readonly id?: string;
  readonly ts?: number;
  readonly channel?: string;
}

/** A page that knows nothing but the wire: it keeps every frame, and waits for those that a test names. */
export class WireClient {
  readonly frames: Frame[] = [];
  readonly raw: string[] = [];
  readonly ws: WebSocket;
  #closed: { code: number; reason: string } | undefined;
  #wake: () => void = () => {};

  constructor(url: string, options: { origin?: string; headers?: Record<string, string> } = {}) {
    this.ws = new WebSocket(url, options);
    this.ws.on('message', (data) => {
      this.raw.push(String(data));
      this.frames.push(JSON.parse(String(data)));
      this.#wake();
    });
    this.ws.on('close', (code, reason) => {
      this.#closed = { code, reason: String(reason) };
      this.#wake();
    });
    this.ws.on('error', () => this.#wake());
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
    if (this.ws.readyState === WebSocket.CONNECTING) await once(this.ws, 'open');
    this.ws.send(typeof frame === 'string' || Buffer.isBuffer(frame) ? frame : JSON.stringify(frame));
  }

  async close(): Promise<void> {
    this.ws.terminate();
    await this.closed();
  }
}
