import {
  type ChannelName,
  type ChannelState,
  type Clock,
  hasEnded,
  isBuiltInMessage,
  messageOf,
  parseJson,
  readMessage,
} from '../../protocol/index.js';
import type { ChannelLog, ChannelStore } from '../channels/channel-store.js';
import { type Composed, compose } from '../compose.js';
import { type Log, stackOf } from '../logger.js';
import type { Leftovers } from './leftovers.js';
import { GoesOnElsewhere, goesOnElsewhere, stopReason } from './stops.js';

/** Work that is done for a channel, by one process at a time. */
export interface Job {
  readonly name: ChannelName;
  /** Does it. Answers whether it is done for good: then no process ever does it again. */
  run(start: Start): Promise<boolean>;
  /** Asks it to stop. */
  cancel(reason: Error): void;
  /** Whether it is still to be done by this process if another one should give it up. */
  isWanted(): boolean;
}

/** How a job begins. */
export interface Start {
  readonly log: ChannelLog;
  /** Another process had begun it, and is no more. */
  readonly isTakenOver: boolean;
  /** Somebody asked to stop it before it began here. */
  readonly isAskedToStop: boolean;
}

/** How a job stands in this process. */
type Stage =
  /** It is being asked for: `known` resolves once it is clear whether it runs here. */
  | { readonly is: 'starting'; readonly known: Promise<void> }
  /** Another process has it, or it could not be begun. */
  | { readonly is: 'waiting'; readonly job: Job }
  | Running
  /** It has come to its end, which is being stored. */
  | { readonly is: 'ending' };

/** A job that runs here. */
interface Running {
  readonly is: 'running';
  readonly job: Job;
  readonly log: ChannelLog;
  /** How far the log was looked through for requests to stop. */
  epoch: string;
  seq: number;
  isAskedToStop: boolean;
  /** Another process has taken it over. */
  isLost: boolean;
}

/** Milliseconds after which work that another process has is asked for again, and what could not be stored of its end is tried again. */
const RETRY = 1000;
/** The event by which whoever does the work of a channel hears that someone asked to stop it. */
export const CANCEL = 'cancel_requested';
/** Why a job is to stop when a page asks for it. */
export const BY_VIEWER = 'a viewer asked to stop';

/** The work of a process: begun once however many ask for it, taken over from processes that died, stopped from wherever someone asks. */
export class Work {
  readonly #store: ChannelStore;
  readonly #clock: Clock;
  readonly #leftovers: Leftovers;
  readonly #log: Log;
  readonly #stages = new Map<ChannelName, Stage>();
  #stopRetrying: (() => void) | undefined;
  #closed = false;

  constructor(settings: { readonly store: ChannelStore; readonly clock: Clock }, leftovers: Leftovers, log: Log) {
    this.#store = settings.store;
    this.#clock = settings.clock;
    this.#leftovers = leftovers;
    this.#log = log;
  }

  /**
   * Begins a job, unless this process already does it; if another one does, once that gives it up. Resolves once it has begun, or it is clear that it does
   * not now.
   */
  async start(job: Job): Promise<void> {
    const stage = this.#stages.get(job.name);
    if (this.#closed || (stage && stage.is !== 'waiting')) return;
    const known = new Promise<void>((begun) => void this.#start(job, begun).finally(begun));
    // It may be known at once.
    if (this.#stages.get(job.name) === stage) this.#stages.set(job.name, { is: 'starting', known });
    await known;
  }

  /** Asks a job to stop, in whatever process it runs. Answers whether there is one. */
  async cancel(name: ChannelName, by: string | undefined): Promise<boolean> {
    const before = this.#stages.get(name);
    if (before?.is === 'starting') await before.known;
    const stage = this.#stages.get(name);
    if (stage?.is === 'waiting') return this.#passOn(name, by);
    if (stage?.is !== 'running') return false;
    if (stage.isAskedToStop) return true;
    stage.isAskedToStop = true;
    stage.job.cancel(stopReason(BY_VIEWER));
    // Whoever takes it over shall know, too.
    await this.#passOn(name, by).catch((error: unknown) => {
      this.#log.warnOnce(
        `cancel ${messageOf(error)}`,
        `that ${name} was stopped could not be stored: ${messageOf(error)}`,
      );
    });
    return true;
  }

  /** There is something new in a channel: another process may have been asked to stop what runs here. */
  appended(name: ChannelName): void {
    const stage = this.#stages.get(name);
    if (stage?.is !== 'running' || !hearsOfStop(stage) || stage.isAskedToStop) return;
    stage.isAskedToStop = true;
    stage.job.cancel(stopReason(BY_VIEWER));
  }

  /** Another process has taken the work of a channel over. */
  lost(name: ChannelName): void {
    const stage = this.#stages.get(name);
    if (stage?.is !== 'running') return;
    stage.isLost = true;
    stage.job.cancel(new GoesOnElsewhere('another server has taken the work over'));
  }

  /** A channel starts over: what runs for it goes on in the new log, and is still this process's. */
  forgot(name: ChannelName): void {
    const stage = this.#stages.get(name);
    if (stage?.is === 'waiting') this.#stages.delete(name);
    if (stage?.is === 'running') void this.#reclaim(name);
  }

  /**
   * Stores how a job ends, as `decide` makes it of the channel as it stands then, and tries again until that is done. Answers `false` where it is not this
   * process's to say: by `signal` the job has heard that it goes on elsewhere.
   */
  async conclude(
    name: ChannelName,
    signal: AbortSignal,
    decide: (state: ChannelState) => readonly Composed[],
  ): Promise<boolean> {
    const store = () => this.#store.transact(name, (log) => ({ append: decide(log.state()) }));
    return this.#insist(`how the work of ${name} ended could not be stored`, store, () => goesOnElsewhere(signal));
  }

  /** Begins nothing more, and asks what runs to stop. */
  close(reason: GoesOnElsewhere): void {
    this.#closed = true;
    this.#stopRetrying?.();
    for (const [name, stage] of this.#stages) {
      if (stage.is === 'waiting') this.#stages.delete(name);
      if (stage.is === 'running') stage.job.cancel(reason);
    }
  }

  async #start(job: Job, begun: () => void): Promise<void> {
    const { name } = job;
    let log: ChannelLog;
    try {
      log = await this.#store.retain(name);
    } catch (error) {
      this.#postpone(job, error);
      return;
    }
    try {
      const { seq } = log;
      const claim = await this.#store.claim(name);
      if (claim === 'taken') this.#postpone(job);
      else if (claim === 'done') this.#stages.delete(name);
      else if (!this.#closed) await this.#run(job, log, claim === 'inherited' ? undefined : seq, begun);
    } catch (error) {
      this.#postpone(job, error);
    } finally {
      this.#store.release(name, true);
    }
  }

  /** Runs a job that this process has. `from`: up to which message nothing is meant for it; `undefined` where another process had begun it. */
  async #run(job: Job, log: ChannelLog, from: number | undefined, begun: () => void): Promise<void> {
    const { name } = job;
    const isTakenOver = from === undefined;
    if (isTakenOver) await this.#leftovers.takenOver(name);
    const isAskedToStop = isStopIn(log, from ?? 0);
    const { epoch, seq } = log;
    const running: Running = { is: 'running', job, log, epoch, seq, isAskedToStop, isLost: false };
    this.#stages.set(name, running);
    const done = job.run({ log, isTakenOver, isAskedToStop }).catch((error: unknown) => {
      this.#log.error(`the work of ${name} ended in a way that it should not: ${stackOf(error)}`);
      return false;
    });
    begun();
    const isDone = await done;
    if (running.isLost) {
      this.#postpone(job);
      return;
    }
    this.#stages.set(name, { is: 'ending' });
    // What is not done when the process leaves lapses with it, so that another one finds it.
    if (isDone || !this.#closed) {
      const giveBack = () => this.#store.unclaim(name, isDone);
      await this.#insist(`that the work of ${name} is over could not be stored`, giveBack, () => this.#closed);
    }
    this.#stages.delete(name);
  }

  /** Does something, however often it fails before. Answers `false` where it became moot first. */
  async #insist(failure: string, run: () => unknown, isMoot: () => boolean): Promise<boolean> {
    for (let isFirst = true; isFirst || !isMoot(); isFirst = false) {
      try {
        await run();
        return true;
      } catch (error) {
        this.#log.error(`${failure}: ${messageOf(error)}`);
      }
      await new Promise<void>((resolve) => this.#clock.after(RETRY, resolve));
    }
    return false;
  }

  async #reclaim(name: ChannelName): Promise<void> {
    try {
      const claim = await this.#store.claim(name);
      if (claim === 'taken' || claim === 'done') this.lost(name);
    } catch (error) {
      this.#log.warnOnce(`work ${messageOf(error)}`, `the work of ${name} could not be kept: ${messageOf(error)}`);
    }
  }

  #postpone(job: Job, error?: unknown): void {
    if (this.#closed) return;
    if (error !== undefined) {
      this.#log.warnOnce(`work ${messageOf(error)}`, `the work of ${job.name} could not be begun: ${messageOf(error)}`);
    }
    this.#stages.set(job.name, { is: 'waiting', job });
    if (!this.#stopRetrying) this.#retryLater();
  }

  #retryLater(): void {
    this.#stopRetrying = this.#clock.after(RETRY, () => {
      this.#stopRetrying = undefined;
      for (const [name, stage] of [...this.#stages]) {
        if (stage.is !== 'waiting') continue;
        if (stage.job.isWanted()) void this.start(stage.job);
        else this.#stages.delete(name);
      }
    });
  }

  /** Asks whatever process does the work of a channel to stop it. Answers whether there is anything to stop: a run that has ended is not brought back to life. */
  async #passOn(name: ChannelName, by: string | undefined): Promise<boolean> {
    const event = compose({ type: 'event', data: { event: CANCEL, ...(by === undefined ? {} : { by }) } });
    const ids = await this.#store.transact(name, (log) => (hasEnded(log.state().phase) ? {} : { append: [event] }));
    return ids.length > 0;
  }
}

/** Whether somebody asked to stop in what is new in a log. */
function hearsOfStop(running: Running): boolean {
  const { log, epoch, seq } = running;
  running.epoch = log.epoch;
  running.seq = log.seq;
  return isStopIn(log, epoch === log.epoch ? seq : 0);
}

/** Whether somebody asked to stop in the messages of a log behind `from`, as far as they are kept. */
function isStopIn(log: ChannelLog, from: number): boolean {
  for (let seq = log.seq; seq > from; seq--) {
    const frame = log.frame(seq);
    if (frame === undefined) return false;
    // Most frames need not be read for it.
    const message = frame.includes(CANCEL) ? readMessage(parseJson(frame)) : undefined;
    if (message && isBuiltInMessage(message) && message.type === 'event' && message.data.event === CANCEL) return true;
  }
  return false;
}
