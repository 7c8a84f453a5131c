import { type Clock, elapsed, invalid, StatusMessengerError } from '../../protocol/index.js';
import { LateSocket } from './late-socket.js';
import type { LinkOptions } from './options.js';
import { isOnline } from './page-lifecycle.js';
import type { Problems } from './problems.js';
import type { SocketLike } from './socket.js';
import { type Transport, Transports } from './transports.js';
import { streamUrl } from './url.js';

/** Makes sockets to a server, by whatever gets through, and says once that WebSockets do not. */
export class Dialer {
  readonly #options: LinkOptions;
  readonly #clock: Clock;
  readonly #problems: Problems;
  readonly #transports: Transports;
  #transport: Transport = 'websocket';
  #toldOfBlock = false;

  constructor(options: LinkOptions, clock: Clock, problems: Problems) {
    this.#options = options;
    this.#clock = clock;
    this.#problems = problems;
    this.#transports = new Transports(options.transport ?? 'auto');
  }

  /** What the last socket is. */
  get transport(): Transport {
    return this.#transport;
  }

  /** A socket on its way to the server. `url` is that of a WebSocket. Throws `invalid` where there can be none. */
  dial(url: string): SocketLike {
    const { WebSocket: Socket = globalThis.WebSocket, transport } = this.#options;
    const stream = streamUrl(url);
    // Node 20 has none of its own.
    const hasSocket = Socket !== undefined || transport === 'websocket';
    this.#transport = hasSocket ? this.#transports.next(elapsed(this.#clock)) : 'sse';
    if (this.#transport === 'sse' && stream !== undefined) {
      // Hardly a page needs it, so none loads it before.
      return new LateSocket(async () => {
        const { SseSocket } = await import('./sse-socket.js');
        return () => new SseSocket(stream, this.#clock);
      });
    }
    if (transport === 'sse' || Socket === undefined) {
      throw invalid('url', url, 'a path like …/ws/ID, or else a WebSocket', 'hand in that of the package "ws"');
    }
    if (this.#transport === 'sse') {
      this.#tellOfBlock(
        'expected a path like …/ws/ID, to go on over server-sent events; see whether the server is there',
      );
    }
    this.#transport = 'websocket';
    return new Socket(url);
  }

  /** The socket has come so far that both sides may speak. */
  opened(): void {
    this.#transports.opened(this.#transport);
  }

  /** The socket has ended before that. Without a network, that says nothing of the way that it took. */
  failed(): void {
    if (isOnline()) this.#transports.failed(this.#transport, elapsed(this.#clock));
  }

  /** All that was missed has come over the socket. */
  live(): void {
    if (this.#transport === 'sse' && this.#transports.areBlocked) {
      this.#tellOfBlock('expected one that does; going on over server-sent events');
    }
  }

  /** Says once that WebSockets do not get through, and what comes of it. */
  #tellOfBlock(consequence: string): void {
    if (this.#toldOfBlock) return;
    this.#toldOfBlock = true;
    const text = `transport: got WebSockets that never opened, ${consequence}`;
    this.#problems.report('transport', new StatusMessengerError('unavailable', text));
  }
}
