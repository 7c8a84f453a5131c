import { type ChildProcess, fork, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { PeerName } from './peers.js';
import type { Arrived, Order, Report } from './server-process.js';

const HERE = fileURLToPath(new URL('.', import.meta.url));
const COMPILED = fileURLToPath(new URL('../../dist/.cache/bench/server-process.js', import.meta.url));

/** Compiles what runs in the server's process: a loader of TypeScript in there would be measured, too. */
export function compileServer(): void {
  const { status, error } = spawnSync('tsc', ['-p', HERE], { stdio: 'inherit' });
  if (status !== 0) throw error ?? new Error(`"tsc -p ${HERE}" failed`);
}

/** A server under test, in a process of its own. */
export class BenchServer {
  readonly #process: ChildProcess;
  readonly peer: PeerName;
  readonly port: number;

  private constructor(server: ChildProcess, peer: PeerName, port: number) {
    this.#process = server;
    this.peer = peer;
    this.port = port;
  }

  static async start(peer: PeerName): Promise<BenchServer> {
    const server = fork(COMPILED, [peer], { execArgv: ['--expose-gc'] });
    const { port } = await messageOf<{ port: number }>(server);
    return new BenchServer(server, peer, port);
  }

  /** Gives an order, and resolves when it is carried out. One at a time. */
  order(order: Order): Promise<Report> {
    const report = messageOf<Report>(this.#process);
    this.#process.send(order);
    return report;
  }

  tell(arrived: Arrived): void {
    this.#process.send(arrived);
  }

  async stop(): Promise<void> {
    if (this.#process.exitCode !== null || !this.#process.kill('SIGKILL')) return;
    await once(this.#process, 'exit');
  }
}

/** The next message of a process; rejects when it exits instead. */
function messageOf<T>(server: ChildProcess): Promise<T> {
  return new Promise((resolve, reject) => {
    const exited = (code: number | null) => reject(new Error(`the server under test ended with ${code}`));
    server.once('exit', exited);
    server.once('message', (message) => {
      server.off('exit', exited);
      resolve(message as T);
    });
  });
}
