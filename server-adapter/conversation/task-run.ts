import {
  type ChannelName,
  type ChannelState,
  type Clock,
  channelName,
  elapsed,
  endOfTask,
  hasEnded,
  messageOf,
  type TaskStatus,
} from '../../protocol/index.js';
import type { ChannelStore } from '../channels/channel-store.js';
import { type Composed, compose, type Outgoing } from '../compose.js';
import type { Log } from '../logger.js';
import { goesOnElsewhere, stopReason } from './stops.js';
import { INTERRUPTED, LATE, STATUS_OF, standingOf, stateOf } from './task-messages.js';
import type { Start, Work } from './work.js';

export interface TaskOptions {
  /** What becomes of a task whose server ended while it ran: it has failed (the default), or is run again from its beginning. */
  readonly interrupted?: 'fail' | 'restart';
  /** Milliseconds that a task may work, not counting those in which it waits for an answer. Default: no limit. */
  readonly timeout?: number;
}

/** What a task needs that is run. */
export interface TaskRunSettings {
  readonly store: ChannelStore;
  readonly clock: Clock;
  readonly work: Work;
}

/** Milliseconds between the `state` messages of a task that goes on, at least. */
const PACE = 500;

/** A task that this process carries out. */
export class TaskRun {
  readonly #id: string;
  /** The run that it is. */
  readonly #run: string;
  readonly #name: ChannelName;
  readonly #options: TaskOptions;
  readonly #store: ChannelStore;
  readonly #clock: Clock;
  readonly #work: Work;
  readonly #log: Log;
  readonly #abort = new AbortController();
  #status: TaskStatus = 'RUNNING';
  /** What was said of it last, and when. */
  #said = JSON.stringify(['RUNNING', {}]);
  #saidAt = 0;
  #stopSaying: (() => void) | undefined;
  /** Milliseconds of work that are left, as of `#resumedAt`. */
  #left: number | undefined;
  #resumedAt = 0;
  #stopLimit: (() => void) | undefined;
  #isLate = false;
  #isOver = false;

  constructor(id: string, run: string, options: TaskOptions, { store, clock, work }: TaskRunSettings, log: Log) {
    this.#id = id;
    this.#run = run;
    this.#name = channelName('task', id);
    this.#options = options;
    this.#store = store;
    this.#clock = clock;
    this.#work = work;
    this.#log = log;
    this.#left = options.timeout;
  }

  get signal(): AbortSignal {
    return this.#abort.signal;
  }

  /** Whether it was said how it ended. */
  get isOver(): boolean {
    return this.#isOver;
  }

  /** Says that it runs; `false` where it is over before it began. */
  async begin({ isAskedToStop }: Start): Promise<boolean> {
    let runs = false;
    await this.#store.transact(this.#name, (log) => {
      const state = log.state();
      const end = this.#endBefore(state, isAskedToStop);
      runs = end === undefined;
      return { append: end ?? [stateOf(this.#id, 'RUNNING', {}, this.#run)] };
    });
    if (runs) {
      this.#saidAt = elapsed(this.#clock);
      this.#resume();
    }
    return runs;
  }

  /** Something was said in its channel: where that changes how it stands, a `state` message follows, at once or soon. */
  changed(state: ChannelState): void {
    if (this.#isOver) return;
    // It has said that it has ended: nothing is left to be in time for.
    if (hasEnded(state.phase)) this.#stopLimit?.();
    const waits = state.questions.some(({ status }) => status === 'open');
    const status = waits ? 'WAITING' : 'RUNNING';
    const data = standingOf(state);
    const said = JSON.stringify([status, data]);
    if (said === this.#said) return;
    if (status !== this.#status) {
      this.#status = status;
      if (waits) this.#pause();
      else this.#resume();
    } else if (elapsed(this.#clock) < this.#saidAt + PACE) {
      this.#stopSaying ??= this.#clock.after(this.#saidAt + PACE - elapsed(this.#clock), () => {
        this.#stopSaying = undefined;
        const log = this.#store.peek(this.#name);
        if (log) this.changed(log.state());
      });
      return;
    }
    this.#said = said;
    this.#saidAt = elapsed(this.#clock);
    void this.#append(stateOf(this.#id, status, data, this.#run));
  }

  cancel(reason: Error): void {
    this.#abort.abort(reason);
  }

  /** The server leaves while it runs. */
  async interrupt(): Promise<void> {
    if (this.#options.interrupted === 'restart') return;
    this.#stop();
    try {
      await this.#store.transact(this.#name, (log) => {
        const state = log.state();
        return { append: endOfTask(state.task?.status) ? [] : this.#interrupted(state) };
      });
    } catch (error) {
      this.#log.error(`how task ${this.#id} ended could not be stored: ${messageOf(error)}`);
    }
  }

  /** It came to its end, saying `last`. Answers whether it is over for good. */
  async end(last: readonly Outgoing[]): Promise<boolean> {
    // The server leaves, and said so.
    if (this.#isOver) return false;
    this.#stop();
    if (goesOnElsewhere(this.signal)) return false;
    const composed = last.map((message) => compose({ ...message, run: this.#run }));
    const hasFailed = last.some(({ type }) => type === 'error');
    return this.#work.conclude(this.#name, this.signal, (state) => {
      const as = (status: TaskStatus) => stateOf(this.#id, status, standingOf(state));
      if (endOfTask(state.task?.status)) return [];
      // It may have said by itself how it ended: that stands, however long it goes on.
      if (hasEnded(state.phase)) return [as(STATUS_OF[state.phase])];
      if (this.#isLate) return [compose({ ...LATE, run: this.#run }), as('FAILED')];
      if (this.signal.aborted) return [as('CANCELLED')];
      return [...composed, as(hasFailed ? 'FAILED' : 'COMPLETED')];
    });
  }

  /** What is to be said of a task that is not to be run, as it stands; `undefined` where it is. */
  #endBefore(state: ChannelState, isAskedToStop: boolean): Composed[] | undefined {
    const status = state.task?.status;
    if (endOfTask(status)) return [];
    if (status !== 'RUNNING' && status !== 'WAITING') return undefined;
    // The process that ran it is gone.
    const said = hasEnded(state.phase) ? STATUS_OF[state.phase] : isAskedToStop ? 'CANCELLED' : undefined;
    if (said) return [stateOf(this.#id, said, standingOf(state))];
    return this.#options.interrupted === 'restart' ? undefined : this.#interrupted(state);
  }

  #stop(): void {
    this.#isOver = true;
    this.#stopSaying?.();
    this.#stopLimit?.();
  }

  #interrupted(state: ChannelState): Composed[] {
    return [compose({ ...INTERRUPTED, run: this.#run }), stateOf(this.#id, 'FAILED', standingOf(state))];
  }

  /** Its own clock goes on. */
  #resume(): void {
    if (this.#left === undefined) return;
    this.#resumedAt = elapsed(this.#clock);
    this.#stopLimit = this.#clock.after(this.#left, () => {
      this.#isLate = true;
      this.cancel(stopReason('its time is over'));
    });
  }

  /** While people think, its own clock stands still. */
  #pause(): void {
    if (this.#left === undefined) return;
    this.#stopLimit?.();
    this.#left = Math.max(1, this.#left - (elapsed(this.#clock) - this.#resumedAt));
  }

  async #append(message: Composed): Promise<void> {
    try {
      await this.#store.append(this.#name, message);
    } catch (error) {
      const text = `how task ${this.#id} stands could not be stored: ${messageOf(error)}`;
      this.#log.warnOnce(`task ${messageOf(error)}`, text);
    }
  }
}
