import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

interface Pair {
  readonly client: Socket;
  readonly server: Socket;
}

/** How a connection ends. */
export type CutKind =
  /** Both sides hear of it at once; what was on the way is lost. */
  | 'abrupt'
  /** The client hears of it. To the server the connection lives on, and swallows what it is given: a page whose network has changed. */
  | 'half-open';

/** A network between clients and a server. */
export class Network {
  readonly #server = createServer((client) => this.#join(client));
  readonly #target: number;
  readonly #pairs = new Set<Pair>();
  readonly #halfOpen = new Set<Socket>();

  private constructor(target: number) {
    this.#target = target;
  }

  static async start(target: number): Promise<Network> {
    const network = new Network(target);
    network.#server.listen({ port: 0, host: '127.0.0.1', backlog: 4096 });
    await once(network.#server, 'listening');
    return network;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  /** Cuts every connection, without a word of WebSocket's to either side. Answers how many there were. */
  cut(kind: CutKind): number {
    const count = this.#pairs.size;
    for (const pair of this.#pairs) {
      this.#pairs.delete(pair);
      pair.client.destroy();
      if (kind === 'abrupt') pair.server.destroy();
      else this.#halfOpen.add(pair.server);
    }
    return count;
  }

  close(): void {
    this.cut('abrupt');
    for (const socket of this.#halfOpen) socket.destroy();
    this.#server.close();
  }

  #join(client: Socket): void {
    const server = connect(this.#target, '127.0.0.1');
    const pair = { client, server };
    this.#pairs.add(pair);
    for (const socket of [client, server]) socket.setNoDelay(true).on('error', () => {});
    client.on('data', (piece) => server.write(piece));
    // What comes for a client that is gone is swallowed here.
    server.on('data', (piece) => client.destroyed || client.write(piece));
    client.on('close', () => {
      if (this.#pairs.delete(pair)) server.destroy();
    });
    server.on('close', () => {
      this.#pairs.delete(pair);
      this.#halfOpen.delete(server);
      client.destroy();
    });
  }
}
