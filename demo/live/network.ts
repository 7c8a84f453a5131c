import { answerSockets, type SocketLike, tapSockets } from '../sockets.js';

/** The page's network, to be switched off: as far as its WebSockets can tell, it is gone. Stories go on: theirs never leave the page. */
export class Network {
  readonly #open = new Set<WebSocket>();
  readonly #stop: readonly (() => void)[];
  isOffline = false;

  constructor() {
    this.#stop = [
      answerSockets((url) => (this.isOffline && url.hostname !== 'story.invalid' ? new DeadSocket() : undefined)),
      tapSockets((_, socket) => {
        this.#open.add(socket);
        socket.addEventListener('close', () => this.#open.delete(socket));
      }),
    ];
  }

  switch(isOffline: boolean): void {
    this.isOffline = isOffline;
    if (isOffline) Object.defineProperty(navigator, 'onLine', { value: false, configurable: true });
    else Reflect.deleteProperty(navigator, 'onLine');
    if (isOffline) for (const socket of this.#open) socket.close();
    dispatchEvent(new Event(isOffline ? 'offline' : 'online'));
  }

  leave(): void {
    if (this.isOffline) this.switch(false);
    for (const stop of this.#stop) stop();
  }
}

/** A socket that finds no network. */
class DeadSocket implements SocketLike {
  readyState = 0;
  binaryType = '';
  onopen: SocketLike['onopen'] = null;
  onmessage: SocketLike['onmessage'] = null;
  onerror: SocketLike['onerror'] = null;
  onclose: SocketLike['onclose'] = null;

  constructor() {
    queueMicrotask(() => {
      if (this.readyState === 3) return;
      this.readyState = 3;
      this.onclose?.({ code: 1006, reason: '' });
    });
  }

  send(): void {}

  close(): void {
    this.readyState = 3;
  }
}
