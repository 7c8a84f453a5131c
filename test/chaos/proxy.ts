import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

/** How a connection is cut: after what was written, or with what is on the way thrown away. */
export type Cut = 'fin' | 'rst';

/** From the page to the server, from the server to the page. */
export type Way = 'up' | 'down';

/** What the network does to the bytes of a connection, beside losing them. */
export type Shape =
  /** Every piece is late by so many milliseconds. */
  | { readonly kind: 'delay'; readonly ms: number }
  /** No more than so many bytes a millisecond. */
  | { readonly kind: 'throttle'; readonly bytes: number }
  /** Pieces of 1 to so many bytes, each in a packet of its own; so many packets, then the rest as it is. */
  | { readonly kind: 'split'; readonly bytes: number; readonly packets: number }
  /** Kept until there are so many bytes, or until nothing more has come for a moment. */
  | { readonly kind: 'coalesce'; readonly bytes: number };

/** What becomes of those who connect. `ignore`: they are accepted, and nothing ever happens. */
export type Welcome = 'serve' | 'refuse' | 'ignore';

/** A connection as others see it. */
export interface Carried {
  /** It is gone, for both sides. */
  readonly isOver: boolean;
}

/** Milliseconds after which bytes that wait for more are sent as they are. */
const LINGER = 3;

/** A network of one page's own, between it and the server, with the faults of real ones. */
export class ChaosProxy {
  readonly #server = createServer({ allowHalfOpen: true, noDelay: true }, (page) => this.#accept(page));
  readonly #target: () => number;
  readonly #random: () => number;
  readonly #ignored = new Set<Socket>();
  readonly #pairs = new Set<Pair>();
  #closed: Promise<void> | undefined;
  welcome: Welcome = 'serve';
  /** What is done to all connections, those to come as well. */
  shape: Shape | undefined;
  /** Milliseconds after which the systems at both ends give up a connection that has gone silent; `undefined`: longer than anybody waits for it. */
  givenUpAfter: number | undefined;
  /** How many were not served since the start. */
  unserved = 0;
  /** How many pieces were shaped. */
  shaped = 0;

  private constructor(target: () => number, random: () => number) {
    this.#target = target;
    this.#random = random;
  }

  /** `target` is asked for the server's port at every connection. */
  static async start(target: () => number, random: () => number): Promise<ChaosProxy> {
    const proxy = new ChaosProxy(target, random);
    proxy.#server.listen(0, '127.0.0.1');
    await once(proxy.#server, 'listening');
    return proxy;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  /** Connections that carry something, as far as this side knows. */
  get connections(): number {
    return this.#pairs.size;
  }

  /** Cuts every connection for both sides. Answers which. */
  cut(how: Cut): readonly Carried[] {
    for (const pair of this.#pairs) pair.cut(how);
    return [...this.#pairs];
  }

  /** Cuts once the server has sent so many more bytes: in the middle of a frame, as likely as not. */
  cutAfter(bytes: number, how: Cut, struck: () => void): void {
    for (const pair of this.#pairs) {
      pair.down.cutAfter(bytes, () => {
        pair.cut(how);
        struck();
      });
    }
  }

  /**
   * Nothing comes through any more that way, and nobody is told, also not of an end. Answers which connections it befell: those that were silent before have
   * been given up, or are about to be.
   */
  silence(...ways: Way[]): readonly Carried[] {
    const befallen = [...this.#pairs].filter(({ up, down }) => !up.isSilent && !down.isSilent);
    for (const pair of befallen) for (const way of ways) pair[way].isSilent = true;
    if (this.givenUpAfter !== undefined) {
      setTimeout(() => {
        for (const pair of befallen) pair.cut('rst');
      }, this.givenUpAfter).unref();
    }
    return befallen;
  }

  /** The page takes nothing; what it was sent waits in the network, and then at the server. */
  stall(): number {
    for (const pair of this.#pairs) pair.down.hold();
    return this.#pairs.size;
  }

  /** The page takes what waited for it. */
  release(): void {
    for (const pair of this.#pairs) pair.down.release();
  }

  close(): Promise<void> {
    this.#closed ??= this.#close();
    return this.#closed;
  }

  async #close(): Promise<void> {
    const closed = once(this.#server, 'close');
    this.#server.close();
    for (const socket of this.#ignored) socket.destroy();
    for (const pair of this.#pairs) pair.cut('rst');
    await sleep(1);
    while (this.#pairs.size > 0) {
      for (const pair of this.#pairs) pair.destroy();
      await sleep(1);
    }
    await closed;
  }

  #accept(page: Socket): void {
    page.on('error', () => {});
    if (this.welcome !== 'serve') {
      this.unserved++;
      if (this.welcome === 'refuse') page.resetAndDestroy();
      else {
        this.#ignored.add(page);
        page.once('close', () => this.#ignored.delete(page));
        // Read, or the end of it would never be heard.
        page.resume().once('end', () => page.destroy());
      }
      return;
    }
    const server = connect({ port: this.#target(), host: '127.0.0.1', noDelay: true, allowHalfOpen: true });
    const pair = new Pair(page, server, { random: this.#random, shape: () => this.#shapeNow() });
    this.#pairs.add(pair);
    void pair.ended.then(() => {
      pair.isOver = true;
      this.#pairs.delete(pair);
    });
  }

  #shapeNow(): Shape | undefined {
    if (this.shape) this.shaped++;
    return this.shape;
  }
}

interface Weather {
  readonly random: () => number;
  readonly shape: () => Shape | undefined;
}

/** A connection of a page, and the one to the server that carries it on. */
class Pair implements Carried {
  isOver = false;
  readonly up: Flow;
  readonly down: Flow;
  /** Once both connections are gone and nothing waits for them. */
  readonly ended: Promise<unknown>;
  readonly #sockets: readonly Socket[];

  constructor(page: Socket, server: Socket, weather: Weather) {
    this.#sockets = [page, server];
    this.up = new Flow(page, server, weather);
    this.down = new Flow(server, page, weather);
    // Nothing more can come from either side: a network that is silent does not keep what both have left.
    void Promise.all([this.up.ended, this.down.ended]).then(() => this.cut('fin'));
    const closed = this.#sockets.map((socket) => new Promise((resolve) => socket.once('close', resolve)));
    this.ended = Promise.all([this.up.ended, this.down.ended, ...closed]);
    for (const socket of this.#sockets) {
      socket.on('error', () => {});
      // An end without a word is passed on as such, unless the network has gone silent.
      socket.on('close', () => this.#tellsOther(socket) && this.cut('rst'));
    }
  }

  cut(how: Cut): void {
    for (const flow of [this.up, this.down]) flow.stop();
    for (const socket of this.#sockets) {
      if (how === 'rst') socket.resetAndDestroy();
      else socket.destroySoon();
    }
  }

  /** Ends it at once, also where one of its ends takes nothing of what it was sent. */
  destroy(): void {
    for (const flow of [this.up, this.down]) flow.stop();
    for (const socket of this.#sockets) socket.destroy();
  }

  #tellsOther(gone: Socket): boolean {
    const [page] = this.#sockets;
    return !(gone === page ? this.up : this.down).isSilent || this.#sockets.every(({ destroyed }) => destroyed);
  }
}

/** One way of a connection. */
class Flow {
  isSilent = false;
  readonly ended: Promise<void>;
  readonly #from: Socket;
  readonly #to: Socket;
  readonly #weather: Weather;
  #held: Promise<void> | undefined;
  #letGo: () => void = () => {};
  #stopped = false;
  #cut: { bytes: number; run: () => void } | undefined;

  constructor(from: Socket, to: Socket, weather: Weather) {
    this.#from = from;
    this.#to = to;
    this.#weather = weather;
    this.ended = this.#run();
  }

  hold(): void {
    this.#held ??= new Promise((resolve) => {
      this.#letGo = resolve;
    });
  }

  release(): void {
    this.#held = undefined;
    this.#letGo();
  }

  stop(): void {
    this.#stopped = true;
    this.release();
  }

  cutAfter(bytes: number, run: () => void): void {
    this.#cut = { bytes, run };
  }

  async #run(): Promise<void> {
    try {
      for await (const piece of pieces(this.#from)) {
        await this.#held;
        if (this.#stopped) break;
        if (!this.isSilent) await this.#carry(piece);
      }
    } catch {
      // The other side is told by the pair.
    }
    if (!this.isSilent) this.#to.end();
  }

  async #carry(piece: Buffer): Promise<void> {
    const shape = this.#weather.shape();
    switch (shape?.kind) {
      case undefined:
        return this.#write(piece);
      case 'delay':
        await sleep(shape.ms);
        return this.#write(piece);
      case 'throttle':
        for (let at = 0; at < piece.length; at += shape.bytes) {
          await this.#write(piece.subarray(at, at + shape.bytes));
          await sleep(1);
        }
        return;
      case 'split': {
        let at = 0;
        for (let i = 0; i < shape.packets && at < piece.length; i++) {
          const size = 1 + Math.floor(this.#weather.random() * shape.bytes);
          await this.#write(piece.subarray(at, at + size));
          // A turn between two, or they would be read as one.
          await new Promise(setImmediate);
          at += size;
        }
        return this.#write(piece.subarray(at));
      }
      case 'coalesce': {
        const more: Buffer[] = [piece];
        const length = () => more.reduce((sum, { length }) => sum + length, 0);
        while (length() < shape.bytes) {
          await sleep(LINGER);
          const next: Buffer | null = this.#from.read();
          if (next === null) break;
          more.push(next);
        }
        return this.#write(Buffer.concat(more));
      }
    }
  }

  async #write(piece: Buffer): Promise<void> {
    if (this.isSilent || this.#stopped || this.#to.destroyed || piece.length === 0) return;
    const { bytes, run } = this.#cut ?? { bytes: Number.POSITIVE_INFINITY };
    if (this.#cut) this.#cut.bytes -= piece.length;
    if (!this.#to.write(piece.subarray(0, bytes))) await drained(this.#to);
    if (bytes <= piece.length) run?.();
  }
}

/** What a socket reads, piece by piece, as it is asked for: what nobody asks for waits in the network. */
async function* pieces(socket: Socket): AsyncGenerator<Buffer> {
  while (true) {
    const piece: Buffer | null = socket.read();
    if (piece !== null) yield piece;
    else if (socket.readableEnded || socket.destroyed) return;
    else await either(socket, 'readable', 'end', 'close');
  }
}

/** Once a socket can take more, or will never take anything again. */
function drained(socket: Socket): Promise<void> {
  return socket.destroyed ? Promise.resolve() : either(socket, 'drain', 'close');
}

function either(socket: Socket, ...events: string[]): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      for (const event of events) socket.off(event, done);
      resolve();
    };
    for (const event of events) socket.on(event, done);
  });
}
