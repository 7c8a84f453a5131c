import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { Asking, Host, HostOptions, Publication, Told } from './host.js';
import type { Order, Ready, Reply } from './host-process.js';

const PROCESS = fileURLToPath(new URL('host-process.ts', import.meta.url));

/** A server in a process of its own, which may be killed. */
export class ChildHost implements Host {
  readonly #process: ChildProcess;
  readonly #waiting = new Map<number, { resolve(reply: Reply): void; reject(error: Error): void }>();
  readonly port: number;
  #orders = 0;

  private constructor(child: ChildProcess, port: number) {
    this.#process = child;
    this.port = port;
    child.on('message', (reply: Reply) => {
      const { number, error } = reply;
      const order = this.#waiting.get(number);
      this.#waiting.delete(number);
      if (error === undefined) order?.resolve(reply);
      else order?.reject(new Error(error));
    });
    child.once('exit', () => {
      for (const { reject } of this.#waiting.values()) reject(new ProcessGone());
      this.#waiting.clear();
    });
  }

  static async start(options: HostOptions, journal: string): Promise<ChildHost> {
    const child = fork(PROCESS, [JSON.stringify(options), journal], { execArgv: ['--import', 'tsx'] });
    const ready = await new Promise<Ready>((resolve, reject) => {
      child.once('message', (message) => resolve(message as Ready));
      child.once('exit', (code) => reject(new Error(`the server's process ended with ${code} before it was ready`)));
    });
    child.removeAllListeners('exit');
    return new ChildHost(child, ready.port);
  }

  async publish(what: Publication): Promise<void> {
    await this.#order({ do: 'publish', what });
  }

  async ask(what: Asking): Promise<Told> {
    const { told = { outcome: 'interrupted' } } = await this.#order({ do: 'ask', what });
    return told;
  }

  async setClock(by: number): Promise<void> {
    await this.#order({ do: 'set-clock', by });
  }

  connections(): Promise<number> {
    return this.#count({ do: 'count', what: 'connections' });
  }

  viewers(): Promise<number> {
    return this.#count({ do: 'count', what: 'viewers' });
  }

  async stopListening(): Promise<void> {
    await this.#order({ do: 'stop-listening' });
  }

  async close(): Promise<number> {
    const left = await this.#count({ do: 'close' });
    await this.kill();
    return left;
  }

  /** Ends the process in the middle of whatever it does. */
  async kill(): Promise<void> {
    if (this.#process.exitCode !== null || this.#process.signalCode !== null) return;
    const exited = once(this.#process, 'exit');
    this.#process.kill('SIGKILL');
    await exited;
  }

  async #count(order: Order['order']): Promise<number> {
    const { value = 0 } = await this.#order(order);
    return value;
  }

  #order(order: Order['order']): Promise<Reply> {
    const number = ++this.#orders;
    return new Promise((resolve, reject) => {
      this.#waiting.set(number, { resolve, reject });
      this.#process.send({ number, order } satisfies Order, (error) => {
        if (error && this.#waiting.delete(number)) reject(new ProcessGone());
      });
    });
  }
}

/** The process was ended before it could say that it had done what it was asked. */
export class ProcessGone extends Error {
  override name = 'ProcessGone';
}
