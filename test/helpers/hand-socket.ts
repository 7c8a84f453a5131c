import type { PageListener, SocketLike } from '../../components/session/index.js';

/** A socket in a test's hands: what a client opens, the test answers, at the moment that it chooses. */
export class HandSocket implements SocketLike {
  static all: HandSocket[] = [];

  readonly sent: string[] = [];
  readyState = 0;
  binaryType = '';
  onopen: (() => void) | null = null;
  onmessage: ((event: { data: unknown }) => void) | null = null;
  onclose: ((event: { code: number; reason: string }) => void) | null = null;
  onerror: (() => void) | null = null;

  constructor(readonly url: string) {
    new URL(url);
    HandSocket.all.push(this);
  }

  /** The newest socket. */
  static get last(): HandSocket {
    const last = HandSocket.all.at(-1);
    if (!last) throw new Error('no socket was opened');
    return last;
  }

  get query(): URLSearchParams {
    return new URL(this.url).searchParams;
  }

  open(): void {
    this.readyState = 1;
    this.onopen?.();
  }

  /** What the server says: objects as JSON, anything else as it is. */
  say(...frames: unknown[]): void {
    for (const frame of frames) {
      const isPlain = typeof frame === 'object' && frame !== null && !(frame instanceof ArrayBuffer);
      this.onmessage?.({ data: isPlain ? JSON.stringify(frame) : frame });
    }
  }

  /** A connection of this protocol at its beginning: greeted, with what was missed, and synced. */
  greet({
    recovered = false,
    serverTime = 1_700_000_000_000,
    heartbeat = 25_000,
    replay = [] as unknown[],
  } = {}): void {
    this.open();
    const channels = { 'session:s': { position: 'epoch000-0', recovered } };
    this.say({
      type: 'connected',
      data: { message: 'hi', protocol: 1, sessionId: 's', channels, heartbeat, serverTime },
    });
    this.say(...replay, { type: 'synced', data: { channels: {} } });
  }

  /** The server, or the network, ends it. */
  end(code = 1006, reason = ''): void {
    this.readyState = 3;
    this.onclose?.({ code, reason });
  }

  close(): void {
    this.readyState = 3;
  }

  send(text: string): void {
    this.sent.push(text);
  }
}

/** A page that wakes and hides at a test's word. */
export class HandPage {
  listener: PageListener | undefined;

  readonly watch = (listener: PageListener): (() => void) => {
    this.listener = listener;
    return () => {
      this.listener = undefined;
    };
  };
}

/** A stored status at `epoch000-SEQ`. */
export function statusAt(
  seq: number,
  text = `status ${seq}`,
  epoch = 'epoch000',
): { type: string; data: string; id: string; ts: number } {
  return { type: 'status', data: text, id: `${epoch}-${seq}`, ts: 1_700_000_000_000 + seq };
}
