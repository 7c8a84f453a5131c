import type { Connection, SessionObserver, SessionSource } from '../../components/index.js';
import { type Ack, applyAll, type ChannelState, initialState, type Message } from '../../protocol/index.js';

export const LIVE: Connection = { status: 'live', since: 0, transport: 'websocket' };

/** A session in a test's hands. It is live; messages get the time that `serverNow` says. */
export class HandSession implements SessionSource {
  state: ChannelState = initialState;
  connection: Connection = LIVE;
  serverNow = 1_700_000_000_000;
  /** What was asked of it, oldest first. */
  readonly calls: Array<readonly [call: string, ...values: unknown[]]> = [];
  /** The server's word to the next call; the calls wait while there is none. */
  readonly #waiting: Array<{ resolve(ack: Ack): void; reject(error: Error): void }> = [];
  readonly observers = new Set<SessionObserver>();

  observe(observer: SessionObserver): () => void {
    const box = observer;
    this.observers.add(box);
    return () => void this.observers.delete(box);
  }

  /** The server says something. */
  say(...messages: Array<Pick<Message, 'type' | 'data'> & Partial<Message>>): void {
    const stamped = messages.map((message) => ({ ts: this.serverNow, ...message }));
    this.state = applyAll(this.state, stamped);
    for (const observer of this.observers) {
      for (const message of stamped) observer.message?.(message);
      observer.change();
    }
  }

  become(connection: Connection): void {
    this.connection = connection;
    for (const observer of this.observers) observer.change();
  }

  /** The server answers the oldest call that waits. */
  acknowledge(ack: Partial<Ack> = {}): void {
    this.#waiting.shift()?.resolve({ ref: '', accepted: true, ...ack });
  }

  /** The oldest call that waits gets no answer any more. */
  fail(error: Error): void {
    this.#waiting.shift()?.reject(error);
  }

  sendAnswer(...values: unknown[]): Promise<Ack> {
    return this.#call('sendAnswer', ...values);
  }

  decline(...values: unknown[]): Promise<Ack> {
    return this.#call('decline', ...values);
  }

  cancel(): Promise<Ack> {
    return this.#call('cancel');
  }

  send(data: unknown): Promise<Ack> {
    return this.#call('send', data);
  }

  connect(): void {
    this.calls.push(['connect']);
  }

  #call(...call: [string, ...unknown[]]): Promise<Ack> {
    this.calls.push(call);
    return new Promise((resolve, reject) => this.#waiting.push({ resolve, reject }));
  }
}
