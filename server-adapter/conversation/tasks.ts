import { randomUUID } from 'node:crypto';
import {
  type ChannelName,
  type ChannelState,
  type Clock,
  channelName,
  clipText,
  elapsed,
  invalid,
  isBuiltInMessage,
  isId,
  type JsonValue,
  LIMITS,
  messageOf,
  StatusMessengerError,
  splitChannel,
  type TaskStatus,
} from '../../protocol/index.js';
import type { ChannelLog, ChannelStore } from '../channels/channel-store.js';
import { type Composed, compose, type Outgoing } from '../compose.js';
import { type Ids, readIds, runInContext, type Speaker } from '../context.js';
import { type Log, stackOf } from '../logger.js';
import type { Verdict } from '../page-requests.js';
import { failed } from './ends.js';
import {
  isTerminal,
  readTaskInput,
  readTaskRecord,
  type TaskInfo,
  type TaskInput,
  type TaskRecord,
  taskInfo,
} from './task-info.js';
import { CANCEL, type Job, type Work } from './work.js';

/** A task as the function that carries it out gets it. */
export interface Task extends TaskInput {
  readonly id: string;
  /** Aborted when a viewer asks the task to stop, when its time is over, or when the server leaves. */
  readonly signal: AbortSignal;
}

/** Carries a task out. A text that it answers is the summary; what it throws makes the task a failed one. */
export type TaskRunner = (task: Task) => unknown;

export interface TaskOptions {
  /** What becomes of a task whose server ended while it ran: it has failed (the default), or is run again from its beginning. */
  readonly interrupted?: 'fail' | 'restart';
  /** Milliseconds that a task may work, not counting those in which it waits for an answer. Default: no limit. */
  readonly timeout?: number;
}

export interface TasksOwner {
  readonly store: ChannelStore;
  readonly clock: Clock;
  readonly work: Work;
  isClosed(): boolean;
  /** How many watch a channel. */
  viewers(name: ChannelName): number;
  /** Nothing more will come in a channel: its viewers may go. */
  finished(name: ChannelName): void;
}

/** Milliseconds between the `state` messages of a task that goes on, at least. */
const PACE = 500;
/** Milliseconds after which what could not be stored of a task's end is tried again. */
const RETRY = 1000;
/** How many tasks are listed. */
const LISTED = 100;

/** The tasks of a messenger: each a channel of its own, begun by its first viewer or by a call, and run once. */
export class Tasks {
  readonly #speaker: Speaker;
  readonly #owner: TasksOwner;
  readonly #log: Log;
  readonly #running = new Map<ChannelName, TaskRun>();
  #definition: { readonly run: TaskRunner; readonly options: TaskOptions } | undefined;

  constructor(speaker: Speaker, owner: TasksOwner, log: Log) {
    this.#speaker = speaker;
    this.#owner = owner;
    this.#log = log;
  }

  /**
   * Says how tasks are carried out: `run` is called once for each, in its context.
   * @throws StatusMessengerError `invalid` for what is no function or no option, `not_allowed` where it was said before.
   */
  define(run: TaskRunner, options: TaskOptions = {}): void {
    if (typeof run !== 'function') throw invalid('tasks.define', run, 'a function', 'pass what carries a task out');
    const unknown = Object.keys(options).find((key) => key !== 'interrupted' && key !== 'timeout');
    if (unknown !== undefined) {
      throw invalid('tasks.define: an option', unknown, 'only interrupted and timeout', 'check its spelling');
    }
    const { interrupted = 'fail', timeout } = options;
    if (interrupted !== 'fail' && interrupted !== 'restart') {
      throw invalid('tasks.define: interrupted', interrupted, '"fail" or "restart"', 'leave it out for "fail"');
    }
    if (timeout !== undefined && !(typeof timeout === 'number' && timeout > 0 && timeout < 2 ** 31)) {
      throw invalid('tasks.define: timeout', timeout, 'milliseconds above 0', 'leave it out for no limit');
    }
    if (this.#definition) {
      const text = 'tasks.define: got a second call, expected one per messenger; tell tasks apart by their input';
      throw new StatusMessengerError('not_allowed', text);
    }
    this.#definition = { run, options };
    this.sweep();
  }

  get isDefined(): boolean {
    return this.#definition !== undefined;
  }

  /**
   * Makes a task, which begins when its first viewer arrives, or by `run`. Resolves once it is stored.
   * @throws StatusMessengerError `invalid` or `too_large` for input that cannot be, `closed` after `close()`.
   */
  async create(input: TaskInput | string, ids: Ids = {}): Promise<TaskInfo> {
    if (this.#owner.isClosed()) {
      const text = 'tasks.create: got a call after close(), expected an open messenger; make a new one';
      throw new StatusMessengerError('closed', text);
    }
    const id = randomUUID();
    const record: TaskRecord = { ...readTaskInput(input), createdAt: this.#owner.clock.now(), ids: readIds(ids) };
    const pending = stateOf(id, 'PENDING', record.title === undefined ? {} : { title: record.title });
    await this.#owner.store.transact(nameOf(id), () => ({
      about: { ...record, ids: { ...record.ids } },
      append: [pending],
    }));
    return this.#known(id);
  }

  /** A task, or `undefined` where there is none by that id. */
  get(id: string): TaskInfo | undefined {
    const log = isId(id) ? this.#owner.store.peek(nameOf(id)) : undefined;
    const record = readTaskRecord(log?.about);
    return log && record && taskInfo(id, record, log.state());
  }

  /** The newest hundred tasks, the newest first: those among them, where `which` is given, whose ids it takes. */
  list({ which = () => true }: { readonly which?: (ids: Ids) => boolean } = {}): TaskInfo[] {
    return this.#owner.store.list('task', LISTED).flatMap((name) => {
      const log = this.#owner.store.peek(name);
      const record = readTaskRecord(log?.about);
      return log && record && which(record.ids) ? [taskInfo(splitChannel(name).id, record, log.state())] : [];
    });
  }

  /** Begins a task; one that was begun before is left as it is. `undefined` where there is none by that id. */
  async run(id: string): Promise<TaskInfo | undefined> {
    const task = this.get(id);
    if (!task || isTerminal(task.status)) return task;
    await this.#start(id);
    return this.#known(id);
  }

  /** Asks a task to stop, wherever it runs; one that was not begun is over with that. `undefined` where there is none by that id. */
  async cancel(id: string, by?: string): Promise<TaskInfo | undefined> {
    const task = this.get(id);
    if (!task || isTerminal(task.status)) return task;
    const name = nameOf(id);
    await this.#owner.store.transact(name, (log) => {
      const state = log.state();
      const status = state.task?.status;
      if (status === 'PENDING') return { append: [stateOf(id, 'CANCELLED')] };
      if (isTerminal(status) || isAskedToStop(state)) return {};
      // Whoever carries it out hears of it there; so does who takes it over.
      return { append: [compose({ type: 'event', data: { event: CANCEL, ...(by === undefined ? {} : { by }) } })] };
    });
    return this.#known(id);
  }

  /** A page asks its task to stop. */
  async cancelFor(id: string, by: string | undefined): Promise<Verdict> {
    const status = this.get(id)?.status;
    if (status === undefined || isTerminal(status)) return { accepted: false, reason: 'nothing is running' };
    await this.cancel(id, by);
    return { accepted: true };
  }

  /** A page has something for its task, which takes nothing but answers. */
  input(): Verdict {
    return { accepted: false, reason: 'a task takes no input' };
  }

  /** A viewer is here: the first one begins the task. One that comes after its end gets to see it, and may go. */
  arrived(id: string): void {
    const task = this.get(id);
    if (task && isTerminal(task.status)) this.#owner.finished(nameOf(id));
    else if (task) this.#begin(id);
  }

  /** There is something new in a channel. */
  appended(name: ChannelName): void {
    if (!name.startsWith('task:')) return;
    // Not while the store is telling something itself.
    queueMicrotask(() => {
      const state = this.#owner.store.peek(name)?.state();
      if (!state) return;
      if (isTerminal(state.task?.status)) this.#owner.finished(name);
      else this.#running.get(name)?.changed(state);
    });
  }

  /** Looks after tasks whose server ended while they ran. */
  sweep(): void {
    if (!this.#definition || this.#owner.isClosed()) return;
    try {
      for (const name of this.#owner.store.lapsed('task')) this.#begin(splitChannel(name).id);
    } catch (error) {
      this.#log.warnOnce(
        `lapsed ${messageOf(error)}`,
        `interrupted tasks could not be looked for: ${messageOf(error)}`,
      );
    }
  }

  /** The server leaves: tasks that are not to be run again have failed. Resolves once that is stored. */
  async close(): Promise<void> {
    await Promise.all([...this.#running.values()].map((run) => run.interrupt()));
  }

  /** As `#start`, for which nobody waits. */
  #begin(id: string): void {
    this.#start(id).catch((error: unknown) => {
      this.#log.warnOnce(`task ${messageOf(error)}`, `task ${id} could not be begun: ${messageOf(error)}`);
    });
  }

  async #start(id: string): Promise<void> {
    const definition = this.#definition;
    const record = readTaskRecord(this.#owner.store.peek(nameOf(id))?.about);
    if (!definition || !record) return;
    await this.#owner.work.start(this.#jobOf(id, record, definition));
  }

  #jobOf(id: string, record: TaskRecord, { run, options }: { run: TaskRunner; options: TaskOptions }): Job {
    const name = nameOf(id);
    const task = new TaskRun(id, record.ids.runId ?? id, options, this.#owner, this.#log);
    return {
      name,
      run: async (log) => {
        if (!(await task.begin(log))) return true;
        this.#running.set(name, task);
        const { signal } = task;
        const { input_prompt, title, ids } = record;
        const handed: Task = { id, input_prompt, ...(title === undefined ? {} : { title }), signal };
        let end: Outgoing[];
        try {
          // By its run, what it says late is known not to begin anything anew.
          const context = { ...ids, taskId: id, runId: ids.runId ?? id, signal };
          const summary = await runInContext(context, this.#speaker, () => run(handed));
          end = typeof summary === 'string' ? [completed(summary)] : [];
        } catch (error) {
          end = [failed(error)];
          if (!signal.aborted && !task.isOver) this.#log.error(`task ${id} failed: ${stackOf(error)}`);
        }
        this.#running.delete(name);
        return task.end(end);
      },
      cancel: (reason) => task.cancel(reason),
      lost: () => task.lost(),
      isWanted: () => this.#owner.viewers(name) > 0,
    };
  }

  /** A task that there is. */
  #known(id: string): TaskInfo {
    const task = this.get(id);
    if (!task)
      throw new StatusMessengerError(
        'limit',
        `tasks: task ${id} is gone, as the store has no room; raise its channels`,
      );
    return task;
  }
}

/** A task that this process carries out. */
class TaskRun {
  readonly #id: string;
  /** The run that it is. */
  readonly #run: string;
  readonly #name: ChannelName;
  readonly #options: TaskOptions;
  readonly #store: ChannelStore;
  readonly #clock: Clock;
  readonly #isClosed: () => boolean;
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
  #isLost = false;
  #isOver = false;

  constructor(id: string, run: string, options: TaskOptions, owner: TasksOwner, log: Log) {
    this.#id = id;
    this.#run = run;
    this.#name = nameOf(id);
    this.#options = options;
    this.#store = owner.store;
    this.#clock = owner.clock;
    this.#isClosed = owner.isClosed;
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
  async begin(log: ChannelLog): Promise<boolean> {
    let runs = false;
    await this.#store.transact(this.#name, () => {
      const state = log.state();
      const status = state.task?.status;
      const isInterrupted = status === 'RUNNING' || status === 'WAITING';
      const isStopped = isInterrupted && isAskedToStop(state);
      runs = !isTerminal(status) && !isStopped && (!isInterrupted || this.#options.interrupted === 'restart');
      if (runs) return { append: [stateOf(this.#id, 'RUNNING', {}, this.#run)] };
      if (isTerminal(status)) return {};
      return { append: isStopped ? [stateOf(this.#id, 'CANCELLED', standingOf(state))] : this.#interrupted(state) };
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

  cancel(reason: string): void {
    this.#abort.abort(new Error(`status-messenger: ${reason}`));
  }

  lost(): void {
    this.#isLost = true;
    this.cancel('another server has taken the work over');
  }

  /** The server leaves while it runs. */
  async interrupt(): Promise<void> {
    if (this.#options.interrupted === 'restart') return;
    try {
      await this.#finish((state) => (isTerminal(state.task?.status) ? [] : this.#interrupted(state)));
    } catch (error) {
      this.#log.error(`how task ${this.#id} ended could not be stored: ${messageOf(error)}`);
    }
  }

  /** It came to its end, saying `last`. Answers whether it is over for good. */
  async end(last: readonly Outgoing[]): Promise<boolean> {
    // The server leaves, and said so.
    if (this.#isOver) return false;
    if (this.#isLost || (this.#isClosed() && this.#options.interrupted === 'restart')) {
      this.#stop();
      return false;
    }
    const composed = last.map((message) => compose({ ...message, run: this.#run }));
    const hasFailed = last.some(({ type }) => type === 'error');
    const end = (state: ChannelState): Composed[] => {
      const as = (status: TaskStatus) => stateOf(this.#id, status, standingOf(state));
      if (isTerminal(state.task?.status)) return [];
      if (this.#isLate) return [compose({ ...LATE, run: this.#run }), as('FAILED')];
      // It may have said by itself how it ended.
      if (state.phase === 'failed') return [as('FAILED')];
      if (state.phase === 'completed') return [as('COMPLETED')];
      if (this.signal.aborted) return [as('CANCELLED')];
      return [...composed, as(hasFailed ? 'FAILED' : 'COMPLETED')];
    };
    while (true) {
      try {
        await this.#finish(end);
        return true;
      } catch (error) {
        this.#log.error(`how task ${this.#id} ended could not be stored: ${messageOf(error)}`);
      }
      await new Promise<void>((resolve) => this.#clock.after(RETRY, resolve));
      // Whoever comes after this process sees that it was interrupted.
      if (this.#isLost || this.#isClosed()) return false;
    }
  }

  async #finish(append: (state: ChannelState) => Composed[]): Promise<void> {
    this.#stop();
    await this.#store.transact(this.#name, (log) => ({ append: append(log.state()) }));
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
      this.cancel('its time is over');
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

const INTERRUPTED: Outgoing = {
  type: 'error',
  data: { message: 'The server ended while the task ran.', code: 'interrupted', fatal: true },
};
const LATE: Outgoing = {
  type: 'error',
  data: { message: 'The task took longer than it may.', code: 'timeout', fatal: true },
};

function nameOf(id: string): ChannelName {
  return channelName('task', id);
}

/** A text that a runner answered, as far as a message has room for it. */
function completed(summary: string): Outgoing {
  return { type: 'complete', data: { summary: clipText(summary, LIMITS.message / 2) } };
}

/** Whether somebody asked the task to stop. */
function isAskedToStop({ messages }: ChannelState): boolean {
  return messages.some(
    (message) => isBuiltInMessage(message) && message.type === 'event' && message.data.event === CANCEL,
  );
}

/** How far a task is, and who does the work. */
function standingOf({ progress, messages }: ChannelState): {
  readonly progress?: object;
  readonly currentAgent?: string;
} {
  const { ts: _, ...shown } = progress ?? {};
  const currentAgent = messages.findLast(({ agent }) => agent !== undefined)?.agent;
  return { ...(progress ? { progress: shown } : {}), ...(currentAgent === undefined ? {} : { currentAgent }) };
}

/** The end of a task names no run: it ends whichever the task has come to. */
function stateOf(
  taskId: string,
  status: TaskStatus,
  data: { readonly [key: string]: JsonValue | object } = {},
  run?: string,
): Composed {
  return compose({ type: 'state', data: { taskId, status, ...data }, ...(run === undefined ? {} : { run }) });
}
