import { messageOf } from '../../protocol/index.js';
import { ABNORMAL, CLOSED, type SocketLike } from './socket.js';

/** Stands for a socket whose code is not loaded yet. Where that fails, it ends as a connection does that does not come about. */
export class LateSocket implements SocketLike {
  binaryType = '';
  onopen: SocketLike['onopen'] = null;
  onmessage: SocketLike['onmessage'] = null;
  onerror: SocketLike['onerror'] = null;
  onclose: SocketLike['onclose'] = null;
  #socket: SocketLike | undefined;
  #isClosed = false;

  /** `load` answers what makes the socket. */
  constructor(load: () => Promise<() => SocketLike>) {
    void this.#load(load);
  }

  get readyState(): number {
    return this.#socket?.readyState ?? (this.#isClosed ? CLOSED : 0);
  }

  /** Before `onopen` nothing can be sent, as on any socket. */
  send(text: string): void {
    this.#socket?.send(text);
  }

  close(): void {
    this.#isClosed = true;
    this.#socket?.close();
  }

  async #load(load: () => Promise<() => SocketLike>): Promise<void> {
    try {
      const make = await load();
      if (this.#isClosed) return;
      const { onopen, onmessage, onerror, onclose } = this;
      this.#socket = Object.assign(make(), { onopen, onmessage, onerror, onclose });
    } catch (error) {
      if (!this.#isClosed) this.onclose?.({ code: ABNORMAL, reason: messageOf(error) });
    }
  }
}
