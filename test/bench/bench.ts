import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { PeerName } from './peers.js';
import { RawClient } from './raw-client.js';
import type { Order, Report } from './server-process.js';

/** A server in a process of its own, with clients here. */
export class Bench {
  readonly #server: ChildProcess;
  readonly #peer: PeerName;
  readonly #port: number;
  readonly #clients: RawClient[] = [];
  #received = 0;
  #wanted = Number.POSITIVE_INFINITY;
  #done: () => void = () => {};

  private constructor(server: ChildProcess, peer: PeerName, port: number) {
    this.#server = server;
    this.#peer = peer;
    this.#port = port;
  }

  static async start(peer: PeerName): Promise<Bench> {
    const server = fork(fileURLToPath(new URL('server-process.ts', import.meta.url)), [peer], {
      execArgv: [...process.execArgv, '--expose-gc'],
    });
    const [{ port }] = (await once(server, 'message')) as [{ port: number }];
    return new Bench(server, peer, port);
  }

  /** Connects `viewers` clients to each of `sessions` sessions, a few at a time, and waits until the server has them all. */
  async connect(sessions: number, viewers: number): Promise<void> {
    for (let i = 0; i < sessions * viewers; i += 50) {
      const some = Array.from({ length: Math.min(50, sessions * viewers - i) }, (_, k) =>
        this.#client((i + k) % sessions),
      );
      await Promise.all(some);
    }
  }

  /** Lets the server publish, and waits until every message is here. Answers how long that took in milliseconds, and what it cost the server. */
  async publish(
    sessions: number,
    viewers: number,
    perTurn: number,
    turns: number,
  ): Promise<{ ms: number; cpu: number; messages: number }> {
    const messages = sessions * viewers * perTurn * turns;
    this.#received = 0;
    this.#wanted = messages;
    await this.order({ do: 'measure' });
    const began = performance.now();
    const all = new Promise<void>((resolve) => {
      this.#done = resolve;
    });
    const report = await this.order({ do: 'publish', sessions, perTurn, turns });
    await all;
    const ms = performance.now() - began;
    const { cpu } = await this.order({ do: 'measure' });
    return { ms, cpu: report.cpu + cpu, messages };
  }

  async order(order: Order): Promise<Report> {
    this.#server.send(order);
    const [report] = (await once(this.#server, 'message')) as [Report];
    return report;
  }

  async stop(): Promise<void> {
    for (const { socket } of this.#clients) socket.destroy();
    this.#server.kill('SIGKILL');
    await once(this.#server, 'exit');
  }

  #client(session: number): Promise<void> {
    return new Promise((ready) => {
      const isSocketIo = this.#peer === 'socket.io';
      const path = isSocketIo ? `/socket.io/?EIO=4&transport=websocket&session=s${session}` : `/ws/s${session}`;
      const client = new RawClient(this.#port, path, () => this.#peer === 'naive' && ready());
      client.onFrame = isSocketIo
        ? (frame) => {
            // Engine.IO opens, Socket.IO is asked to connect, and from then on events come as `42[…]`.
            const kind = frame.toString('latin1', 0, 2);
            if (kind === '42') this.#count();
            else if (kind === '40') ready();
            else if (kind[0] === '0') client.send('40');
            else if (kind === '2') client.send('3');
          }
        : (frame) => {
            const type = frame.toString('latin1', 9, 15);
            if (type === 'status') this.#count();
            else if (type === 'synced') ready();
          };
      this.#clients.push(client);
    });
  }

  #count(): void {
    if (++this.#received === this.#wanted) this.#done();
  }
}
