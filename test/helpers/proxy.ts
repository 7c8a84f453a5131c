import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

/** A TCP proxy in front of a server, which cuts at a test's word. */
export class TcpProxy {
  readonly #pairs = new Set<[Socket, Socket]>();
  readonly #server = createServer((client) => this.#accept(client));
  readonly #target: number;
  #bytesLeft = Number.POSITIVE_INFINITY;
  /** New connections are cut at once. */
  refuses = false;

  private constructor(target: number) {
    this.#target = target;
  }

  static async start(target: number): Promise<TcpProxy> {
    const proxy = new TcpProxy(target);
    proxy.#server.listen(0, '127.0.0.1');
    await once(proxy.#server, 'listening');
    return proxy;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  get connections(): number {
    return this.#pairs.size;
  }

  /** Cuts every connection, without a word to either side. */
  cut(): void {
    for (const [client, server] of this.#pairs) {
      client.destroy();
      server.destroy();
    }
  }

  /** Cuts every connection once the server has sent so many more bytes: in the middle of a frame, as likely as not. */
  cutAfter(bytes: number): void {
    this.#bytesLeft = bytes;
  }

  async close(): Promise<void> {
    this.cut();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #accept(client: Socket): void {
    if (this.refuses) {
      client.destroy();
      return;
    }
    const server = connect(this.#target, '127.0.0.1');
    const pair: [Socket, Socket] = [client, server];
    this.#pairs.add(pair);
    const end = () => {
      this.#pairs.delete(pair);
      client.destroy();
      server.destroy();
    };
    for (const socket of pair) socket.on('error', end).on('close', end);
    client.pipe(server);
    server.on('data', (piece) => {
      client.write(piece.subarray(0, this.#bytesLeft));
      this.#bytesLeft -= piece.length;
      if (this.#bytesLeft <= 0) {
        this.#bytesLeft = Number.POSITIVE_INFINITY;
        client.destroySoon();
        server.destroy();
        this.#pairs.delete(pair);
        // What is said over several connections must not get through by another one.
        this.cut();
      }
    });
  }
}
