import type { SocketLike } from 'status-messenger';
import { type ClientFrame, type Message, readClientFrame } from 'status-messenger/protocol';

export type { SocketLike };

/** What happens to a page that connects: it is let in, waits, or is sent away with that code and reason. */
type Door = 'open' | 'silent' | readonly [code: number, reason: string];

const MOST_WAITING = 20;
const EPOCH = 'storystory';

/** A server for one session, within the page: it greets, resumes and acknowledges as the wire contract says, over sockets that never leave the page. */
export class StoryServer {
  readonly #log: Message[] = [];
  readonly #sockets = new Set<StorySocket>();
  readonly #asked: (asked: ClientFrame) => void;
  #door: Door = 'open';
  /** Those who came while the door was silent. */
  #waiting: Array<() => void> = [];

  constructor(asked: (asked: ClientFrame) => void) {
    this.#asked = asked;
  }

  /** From now on pages that connect find the door like this, and so do those that wait there. */
  set door(door: Door) {
    this.#door = door;
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const arrive of waiting) arrive();
  }

  /** A socket on its way here. */
  connect(url: URL): SocketLike {
    const socket = new StorySocket((text) => this.#heard(text));
    setTimeout(() => this.#arrived(socket, url.searchParams.get('after')));
    return socket;
  }

  say(messages: readonly Message[]): void {
    for (const message of messages) {
      const stored = { ...message, id: `${EPOCH}-${this.#log.length + 1}` };
      this.#log.push(stored);
      this.tell(stored);
    }
  }

  /** Something of the connection, which is not stored. */
  tell(frame: object): void {
    for (const socket of this.#sockets) socket.hear(frame);
  }

  /** Ends all connections: without a word by 1006. */
  end(code = 1006, reason = ''): void {
    for (const socket of this.#sockets) socket.end(code, reason);
    this.#sockets.clear();
  }

  #arrived(socket: StorySocket, after: string | null): void {
    if (this.#door === 'silent') {
      this.#waiting.push(() => this.#arrived(socket, after));
      if (this.#waiting.length > MOST_WAITING) this.#waiting.shift();
      return;
    }
    if (this.#door !== 'open') {
      socket.open();
      socket.end(...this.#door);
      return;
    }
    this.#sockets.add(socket);
    socket.open();
    const seen = Number(after?.split('-')[1] ?? 0);
    const channels = { 'session:story': { position: `${EPOCH}-${this.#log.length}`, recovered: after !== null } };
    const greeting = { message: 'hi', protocol: 1, sessionId: 'story', channels, heartbeat: 3_600_000 };
    socket.hear({ type: 'connected', data: { ...greeting, serverTime: Date.now() } });
    for (const message of this.#log.slice(seen)) socket.hear(message);
    socket.hear({ type: 'synced', data: { channels: {} } });
  }

  #heard(text: string): void {
    const reading = readClientFrame(text);
    if ('frame' in reading) this.#asked(reading.frame);
  }
}

class StorySocket implements SocketLike {
  readonly #said: (text: string) => void;
  readyState = 0;
  binaryType = '';
  onopen: SocketLike['onopen'] = null;
  onmessage: SocketLike['onmessage'] = null;
  onerror: SocketLike['onerror'] = null;
  onclose: SocketLike['onclose'] = null;

  constructor(said: (text: string) => void) {
    this.#said = said;
  }

  open(): void {
    if (this.readyState > 0) return;
    this.readyState = 1;
    this.onopen?.({});
  }

  hear(frame: object): void {
    if (this.readyState === 1) this.onmessage?.({ data: JSON.stringify(frame) });
  }

  end(code: number, reason: string): void {
    if (this.readyState === 3) return;
    this.readyState = 3;
    this.onclose?.({ code, reason });
  }

  send(text: string): void {
    if (this.readyState === 1) this.#said(text);
  }

  close(): void {
    this.readyState = 3;
  }
}
