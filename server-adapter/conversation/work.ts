import {
  type ChannelName,
  type Clock,
  isBuiltInMessage,
  messageOf,
  parseJson,
  readMessage,
} from '../../protocol/index.js';
import type { ChannelLog, ChannelStore } from '../channels/channel-store.js';
import { compose } from '../compose.js';
import { type Log, stackOf } from '../logger.js';
import type { Questions } from './questions.js';

/** Work that is done for a channel, by one process at a time. */
export interface Job {
  readonly name: ChannelName;
  /** Does it. Answers whether it is done for good: then no process ever does it again. */
  run(log: ChannelLog): Promise<boolean>;
  /** Asks it to stop. */
  cancel(reason: string): void;
  /** Another process has taken it over: it stops, and says nothing any more. */
  lost(): void;
  /** Whether it is still to be done by this process if another one should give it up. */
  isWanted(): boolean;
}

/** A job that runs here. */
interface Running {
  readonly job: Job;
  readonly log: ChannelLog;
  /** How far the log was looked through for requests to stop. */
  epoch: string;
  seq: number;
}

/** Milliseconds after which work that another process has is asked for again. */
const RETRY = 1000;
/** The event by which whoever does the work of a channel hears that someone asked to stop it. */
export const CANCEL = 'cancel_requested';

/** The work of a process: begun once however many ask for it, taken over from processes that died, stopped from wherever someone asks. */
export class Work {
  readonly #store: ChannelStore;
  readonly #clock: Clock;
  readonly #questions: Questions;
  readonly #log: Log;
  readonly #running = new Map<ChannelName, Running>();
  /** Jobs that another process has, or that could not be begun. */
  readonly #waiting = new Map<ChannelName, Job>();
  /** Jobs that are being asked for. */
  readonly #starting = new Set<ChannelName>();
  #stopRetrying: (() => void) | undefined;
  #closed = false;

  constructor(settings: { readonly store: ChannelStore; readonly clock: Clock }, questions: Questions, log: Log) {
    this.#store = settings.store;
    this.#clock = settings.clock;
    this.#questions = questions;
    this.#log = log;
  }

  /**
   * Begins a job, unless this process already does it; if another one does, once that gives it up. Resolves once it has begun, or it is clear that it does
   * not now.
   */
  async start(job: Job): Promise<void> {
    const { name } = job;
    if (this.#closed || this.#running.has(name) || this.#starting.has(name)) return;
    this.#starting.add(name);
    await new Promise<void>((begun) => void this.#start(job, begun).finally(begun));
  }

  isRunning(name: ChannelName): boolean {
    return this.#running.has(name);
  }

  /** Asks a job to stop, in whatever process it runs. Answers whether there is one. */
  async cancel(name: ChannelName, by: string | undefined): Promise<boolean> {
    const running = this.#running.get(name);
    if (running) {
      running.job.cancel('a viewer asked to stop');
      return true;
    }
    if (!this.#waiting.has(name)) return false;
    await this.passOn(name, by);
    return true;
  }

  /** Asks whatever process does the work of a channel to stop it. */
  async passOn(name: ChannelName, by: string | undefined): Promise<void> {
    const data = { event: CANCEL, ...(by === undefined ? {} : { by }) };
    await this.#store.append(name, compose({ type: 'event', data }));
  }

  /** There is something new in a channel. Only what other processes say is of interest: what is asked here is known. */
  appended(name: ChannelName): void {
    const running = this.#running.get(name);
    if (running && this.#isAskedToStop(running)) running.job.cancel('a viewer asked to stop');
  }

  lost(name: ChannelName): void {
    this.#running.get(name)?.job.lost();
  }

  forget(name: ChannelName): void {
    this.#waiting.delete(name);
  }

  /** Begins nothing more, and asks what runs to stop. */
  close(reason: string): void {
    this.#closed = true;
    this.#stopRetrying?.();
    this.#waiting.clear();
    for (const { job } of this.#running.values()) job.cancel(reason);
  }

  async #start(job: Job, begun: () => void): Promise<void> {
    const { name } = job;
    let log: ChannelLog;
    try {
      log = await this.#store.retain(name);
    } catch (error) {
      this.#starting.delete(name);
      this.#postpone(job, error);
      return;
    }
    try {
      const claim = await this.#store.claim(name);
      if (claim === 'taken') this.#postpone(job);
      if (claim !== 'granted' || this.#closed) return;
      await this.#questions.closeOrphans(name);
      this.#running.set(name, { job, log, epoch: log.epoch, seq: log.seq });
      this.#starting.delete(name);
      const done = job.run(log).catch((error: unknown) => {
        this.#log.error(`the work of ${name} ended in a way that it should not: ${stackOf(error)}`);
        return false;
      });
      begun();
      const isDone = await done;
      this.#running.delete(name);
      // What is not done when the process leaves lapses with it, so that another one finds it.
      if (isDone || !this.#closed) await this.#store.unclaim(name, isDone);
    } catch (error) {
      this.#postpone(job, error);
    } finally {
      this.#starting.delete(name);
      this.#store.release(name, true);
    }
  }

  #postpone(job: Job, error?: unknown): void {
    if (this.#closed) return;
    if (error !== undefined) {
      this.#log.warnOnce(`work ${messageOf(error)}`, `the work of ${job.name} could not be begun: ${messageOf(error)}`);
    }
    this.#waiting.set(job.name, job);
    if (!this.#stopRetrying) this.#retryLater();
  }

  #retryLater(): void {
    this.#stopRetrying = this.#clock.after(RETRY, () => {
      this.#stopRetrying = undefined;
      for (const [name, job] of this.#waiting) {
        this.#waiting.delete(name);
        if (job.isWanted()) void this.start(job);
      }
    });
  }

  #isAskedToStop(running: Running): boolean {
    const { log } = running;
    const from = running.epoch === log.epoch ? running.seq : 0;
    running.epoch = log.epoch;
    running.seq = log.seq;
    for (let seq = from + 1; seq <= log.seq; seq++) {
      const frame = log.frame(seq);
      // Most frames need not be read for it.
      const message = frame?.includes(CANCEL) ? readMessage(parseJson(frame)) : undefined;
      if (message && isBuiltInMessage(message) && message.type === 'event' && message.data.event === CANCEL)
        return true;
    }
    return false;
  }
}
