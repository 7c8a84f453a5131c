import assert from 'node:assert/strict';
import { type ChildProcess, execFileSync, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import type * as crowd from './crowd.js';
import type * as server from './crowd-server.js';

const SESSIONS = 40;
/** Files that a process has open beside its sockets. */
const OWN_FILES = 200;
const WANTED = 2000;
/** Where the system allows fewer open files, as many pages as it does: the test's name tells. */
const PAGES = Math.min(WANTED, fileLimit() - OWN_FILES);
const LESS = PAGES < WANTED ? `, ${WANTED} of which "ulimit -n" does not allow` : '';

test(`a restart of the server under ${PAGES} pages${LESS}: it says goodbye, all come back, no upgrade is refused, and nothing is lost`, async (t) => {
  const scene = await Scene.open(t);
  const next = await scene.startServer();
  await scene.server.order({ do: 'publish', sessions: SESSIONS, count: 15 });
  await scene.server.order({ do: 'stop-listening' });
  await next.order({ do: 'listen', port: scene.port });
  await scene.server.order({ do: 'close' });
  await scene.checkAfter(next);
});

test(`a server under ${PAGES} pages${LESS} that is killed: all come back to the next one, no upgrade is refused, and nothing is lost`, async (t) => {
  const scene = await Scene.open(t);
  await scene.server.order({ do: 'publish', sessions: SESSIONS, count: 15 });
  await scene.server.kill();
  const next = await scene.startServer();
  await next.order({ do: 'listen', port: scene.port });
  await scene.checkAfter(next);
});

/** A crowd before a server, with some of what there is to be told already told. */
class Scene {
  readonly server: Orders<server.Order, server.Answer>;
  readonly port: number;
  readonly #crowd: Orders<crowd.Order, crowd.Answer>;
  readonly #start: () => Promise<Orders<server.Order, server.Answer>>;

  private constructor(
    first: Orders<server.Order, server.Answer>,
    port: number,
    pages: Orders<crowd.Order, crowd.Answer>,
    start: () => Promise<Orders<server.Order, server.Answer>>,
  ) {
    this.server = first;
    this.port = port;
    this.#crowd = pages;
    this.#start = start;
  }

  static async open(t: TestContext): Promise<Scene> {
    const folder = mkdtempSync(join(tmpdir(), 'status-messenger-restart-'));
    const processes: Array<{ kill(): Promise<void> }> = [];
    t.after(async () => {
      for (const one of processes) await one.kill();
      rmSync(folder, { recursive: true, force: true });
    });
    const startServer = async () => {
      const one = await Orders.start<server.Order, server.Answer>('crowd-server.ts', join(folder, 'status.db'));
      processes.push(one);
      return one;
    };
    const [first, pages] = await Promise.all([startServer(), Orders.start<crowd.Order, crowd.Answer>('crowd.ts')]);
    processes.push(pages);
    const { port = 0 } = await first.order({ do: 'listen', port: 0 });
    const { heads = [] } = await first.order({ do: 'publish', sessions: SESSIONS, count: 5 });
    await pages.order({ do: 'come', url: `ws://127.0.0.1:${port}/ws`, pages: PAGES, sessions: SESSIONS });
    const { there, losses } = await pages.order({ do: 'reach', heads });
    assert.deepEqual({ there, losses }, { there: PAGES, losses: 0 });
    return new Scene(first, port, pages, startServer);
  }

  startServer(): Promise<Orders<server.Order, server.Answer>> {
    return this.#start();
  }

  /** All are there again, and were told each message: what the first server accepted before its end, and what the next one says. */
  async checkAfter(next: Orders<server.Order, server.Answer>): Promise<void> {
    const { heads = [] } = await next.order({ do: 'publish', sessions: SESSIONS, count: 5 });
    assert.ok(
      heads.every((head) => head.endsWith('-25')),
      `the logs end at ${heads.join(' ')}`,
    );
    const { losses, ...seen } = await this.#crowd.order({ do: 'reach', heads });
    assert.deepEqual(seen, {
      live: PAGES,
      there: PAGES,
      lost: PAGES,
      snapshots: 0,
      messages: PAGES * 20,
      refused: [],
      wrongs: [],
    });
    assert.ok(losses >= PAGES);
  }
}

/** A process that carries out one order at a time. */
class Orders<Order extends object, Answer> {
  readonly #process: ChildProcess;

  private constructor(child: ChildProcess) {
    this.#process = child;
  }

  static async start<Order extends object, Answer>(file: string, ...args: string[]): Promise<Orders<Order, Answer>> {
    const orders = new Orders<Order, Answer>(
      fork(fileURLToPath(new URL(file, import.meta.url)), args, { execArgv: ['--import', 'tsx'] }),
    );
    await orders.#answer();
    return orders;
  }

  order(order: Order): Promise<Answer> {
    const answer = this.#answer();
    this.#process.send(order);
    return answer;
  }

  async kill(): Promise<void> {
    if (this.#process.exitCode !== null || this.#process.signalCode !== null) return;
    const exited = once(this.#process, 'exit');
    this.#process.kill('SIGKILL');
    await exited;
  }

  #answer(): Promise<Answer> {
    return new Promise((resolve, reject) => {
      const exited = (code: number | null) => reject(new Error(`the process ended with ${code}`));
      this.#process.once('exit', exited);
      this.#process.once('message', (answer) => {
        this.#process.off('exit', exited);
        resolve(answer as Answer);
      });
    });
  }
}

/** How many files a process may have open. Node raises it to the hard limit by itself. */
function fileLimit(): number {
  const limit = execFileSync('/bin/sh', ['-c', 'ulimit -Hn'], { encoding: 'utf8' }).trim();
  return limit === 'unlimited' ? Number.POSITIVE_INFINITY : Number(limit);
}
