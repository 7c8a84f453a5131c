import { fork } from 'node:child_process';
import { once } from 'node:events';
import { cpus } from 'node:os';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { describeScenario, drawScenario, KINDS, type Kind } from './scenario.js';
import type { Job, Result } from './worker.js';
import type { Effect, Talked } from './world.js';

/**
 * `npm run chaos`: runs of faults, each drawn from a seed and checked by itself. `npm run chaos -- --runs 50 --only kill` makes that the main fault of
 * each; `npm run chaos -- --seed 12345 --runs 1` runs one again.
 */
async function main(): Promise<void> {
  const { runs, seed, only, workers } = readArguments();
  console.log(`${runs} runs from seed ${seed}, ${workers} at a time${only ? `, mainly of ${only}` : ''}`);
  const tally = new Tally(runs);
  let next = 0;
  const work = async () => {
    const worker = new Worker();
    while (next < runs) {
      const job: Job = { seed: seed + next++, ...(only ? { only } : {}) };
      tally.enter(await worker.run(job), job);
    }
    worker.end();
  };
  await Promise.all(Array.from({ length: Math.min(workers, runs) }, work));
  tally.print();
  process.exit(tally.failed === 0 ? 0 : 1);
}

/** Milliseconds after which a run is taken to hang: its own limits are shorter. */
const FOREVER = 180_000;

/** Runs one job after the other in a process of its own, so that what is left behind is found. */
class Worker {
  #process = this.#start();

  async run(job: Job): Promise<Result> {
    const ended = new AbortController();
    const { signal } = ended;
    const result = once(this.#process, 'message', { signal }).then(([message]): Result => message);
    const crash = once(this.#process, 'exit', { signal }).then(([code, by]): Result => {
      this.#process = this.#start();
      const wrongs = [`the process ended with ${code ?? by}`];
      return { seed: job.seed, wrongs, effects: [], losses: [], talk: NO_TALK };
    });
    this.#process.send(job);
    const { pid } = this.#process;
    const late = setTimeout(() => pid && process.kill(pid, 'SIGKILL'), FOREVER);
    try {
      return await Promise.race([result, crash]);
    } finally {
      clearTimeout(late);
      // Whichever did not come is not waited for.
      for (const promise of [result, crash]) promise.catch(() => {});
      ended.abort();
    }
  }

  end(): void {
    this.#process.disconnect();
  }

  #start(): ReturnType<typeof fork> {
    return fork(fileURLToPath(new URL('worker.ts', import.meta.url)));
  }
}

const NO_TALK: Talked = { asked: 0, answers: 0, offline: 0, accepted: 0, acceptedOffline: 0 };

function keysOf<T extends object>(object: T): Array<keyof T> {
  return Object.keys(object) as Array<keyof T>;
}

/** What all runs add up to. */
class Tally {
  failed = 0;
  #done = 0;
  readonly #runs: number;
  readonly #effects = new Map<Kind, Effect & { runs: number }>(
    KINDS.map((kind) => [kind, { runs: 0, struck: 0, resumes: 0, snapshots: 0 }]),
  );
  readonly #losses = new Map<string, number>();
  readonly #talk = { ...NO_TALK };
  readonly #began = performance.now();

  constructor(runs: number) {
    this.#runs = runs;
  }

  enter({ seed, wrongs, effects, losses, talk }: Result, { only }: Job): void {
    this.#done++;
    for (const [kind, { struck, resumes, snapshots }] of effects) {
      const sum = this.#effects.get(kind);
      if (!sum) continue;
      sum.runs++;
      sum.struck += struck;
      sum.resumes += resumes;
      sum.snapshots += snapshots;
    }
    for (const key of keysOf(talk)) this.#talk[key] += talk[key];
    for (const [reason, count] of losses) this.#losses.set(reason, (this.#losses.get(reason) ?? 0) + count);
    if (wrongs.length > 0) {
      this.failed++;
      const list = wrongs.slice(0, 10).map((wrong) => `  - ${wrong.slice(0, 2000)}`);
      const again = `npm run chaos -- --seed ${seed} --runs 1${only ? ` --only ${only}` : ''}`;
      this.#clear();
      console.log(`FAILED ${describeScenario(drawScenario(seed, only))}\n${list.join('\n')}\n  again: ${again}\n`);
    }
    if (process.stdout.isTTY) process.stdout.write(`\r${this.#progress}`);
    else if (this.#done % 50 === 0) console.log(this.#progress);
  }

  print(): void {
    this.#clear();
    const row = (name: string, ...cells: unknown[]) =>
      name.padEnd(16) + cells.map((cell) => String(cell).padStart(11)).join('');
    console.log(row('fault', 'runs', 'struck', 'resumes', 'snapshots'));
    for (const [kind, { runs, struck, resumes, snapshots }] of this.#effects) {
      console.log(row(kind, runs, struck, resumes, snapshots));
    }
    const { asked, answers, offline, accepted, acceptedOffline } = this.#talk;
    console.log(
      `\n${asked} questions, ${answers} answers, ${accepted} of them accepted; ${offline} given offline, ${acceptedOffline} of them accepted`,
    );
    console.log('\nwhy connections ended');
    for (const [reason, count] of [...this.#losses].sort(([, a], [, b]) => b - a)) {
      console.log(`${String(count).padStart(7)} ${reason}`);
    }
    const idle = [...this.#effects].flatMap(([kind, { runs, struck }]) => (runs > 0 && struck === 0 ? [kind] : []));
    if (idle.length > 0) console.log(`\nnever struck: ${idle.join(', ')}`);
    console.log(`\n${this.#progress}`);
  }

  get #progress(): string {
    const seconds = Math.round((performance.now() - this.#began) / 1000);
    return `${this.#done} of ${this.#runs} runs, ${this.failed} failed, ${seconds} s`;
  }

  #clear(): void {
    if (process.stdout.isTTY) process.stdout.write('\r\x1b[K');
  }
}

function readArguments(): { runs: number; seed: number; only: Kind | undefined; workers: number } {
  const text = { type: 'string' } as const;
  const { values } = parseArgs({ options: { runs: text, seed: text, only: text, workers: text } });
  const whole = (name: 'runs' | 'seed' | 'workers', fallback: number) => {
    const value = values[name] === undefined ? fallback : Number(values[name]);
    if (Number.isSafeInteger(value) && value >= 0) return value;
    throw new Error(`--${name}: got "${values[name]}", expected a whole number`);
  };
  const { only } = values;
  if (only !== undefined && !isKind(only))
    throw new Error(`--only: got "${only}", expected one of ${KINDS.join(', ')}`);
  return {
    runs: whole('runs', 1000),
    seed: whole('seed', Math.floor(Math.random() * 2 ** 31)),
    only,
    // Most of a run is waiting.
    workers: Math.max(1, whole('workers', 2 * cpus().length)),
  };
}

function isKind(text: string): text is Kind {
  return KINDS.some((kind) => kind === text);
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exit(1);
});
