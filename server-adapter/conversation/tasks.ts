import { randomUUID } from 'node:crypto';
import {
  assertFields,
  type ChannelName,
  type ChannelState,
  type Clock,
  channelName,
  endOfTask,
  invalid,
  isBuiltInMessage,
  isId,
  messageOf,
  StatusMessengerError,
  splitChannel,
} from '../../protocol/index.js';
import type { ChannelStore } from '../channels/channel-store.js';
import { LONGEST_TIMER } from '../clock.js';
import { compose, type Outgoing } from '../compose.js';
import { type Ids, readIds, runInContext, type Speaker } from '../context.js';
import { type Log, stackOf } from '../logger.js';
import { failed } from './ends.js';
import { completeMessage } from './run-messages.js';
import {
  readTaskInput,
  readTaskRecord,
  type TaskInfo,
  type TaskInput,
  type TaskRecord,
  taskInfo,
} from './task-info.js';
import { stateOf } from './task-messages.js';
import { type TaskOptions, TaskRun } from './task-run.js';
import type { Verdict } from './verdict.js';
import { CANCEL, type Job, type Work } from './work.js';

/** A task as the function that carries it out gets it. */
export interface Task extends TaskInput {
  readonly id: string;
  /** Aborted when a viewer asks the task to stop, when its time is over, when the server leaves, or when another one has taken it over. */
  readonly signal: AbortSignal;
}

/** Carries a task out. A text that it answers is the summary; what it throws makes the task a failed one. */
export type TaskRunner = (task: Task) => unknown;

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
    assertFields('tasks.define', options, ['interrupted', 'timeout'], 'leave the options out');
    const { interrupted = 'fail', timeout } = options;
    if (interrupted !== 'fail' && interrupted !== 'restart') {
      throw invalid('tasks.define: interrupted', interrupted, '"fail" or "restart"', 'leave it out for "fail"');
    }
    if (timeout !== undefined && !(typeof timeout === 'number' && timeout > 0 && timeout <= LONGEST_TIMER)) {
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

  /** Whether there is a task by that id for `userId`: one that was made for somebody is for nobody else. Who is not known by name is let in by its id alone. */
  isFor(id: string, userId: string | undefined): boolean {
    const record = isId(id) ? readTaskRecord(this.#owner.store.peek(nameOf(id))?.about) : undefined;
    if (!record) return false;
    const owner = record.ids.userId;
    return owner === undefined || userId === undefined || owner === userId;
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
    if (!task || endOfTask(task.status)) return task;
    await this.#start(id);
    return this.#known(id);
  }

  /** Asks a task to stop, wherever it runs; one that was not begun is over with that. `undefined` where there is none by that id. */
  async cancel(id: string, by?: string): Promise<TaskInfo | undefined> {
    const task = this.get(id);
    if (!task || endOfTask(task.status)) return task;
    const name = nameOf(id);
    await this.#owner.store.transact(name, (log) => {
      const state = log.state();
      const status = state.task?.status;
      if (status === 'PENDING') return { append: [stateOf(id, 'CANCELLED')] };
      if (endOfTask(status) || isAskedToStop(state)) return {};
      // Whoever carries it out hears of it there; so does who takes it over.
      return { append: [compose({ type: 'event', data: { event: CANCEL, ...(by === undefined ? {} : { by }) } })] };
    });
    return this.#known(id);
  }

  /** A page asks its task to stop. */
  async cancelFor(id: string, by: string | undefined): Promise<Verdict> {
    const status = this.get(id)?.status;
    if (status === undefined || endOfTask(status)) return { accepted: false, reason: 'nothing is running' };
    await this.cancel(id, by);
    return { accepted: true };
  }

  /** A viewer is here: the first one begins the task. One that comes after its end gets to see it, and may go. */
  arrived(id: string): void {
    const task = this.get(id);
    if (task && endOfTask(task.status)) this.#owner.finished(nameOf(id));
    else if (task) this.#begin(id);
  }

  /** There is something new in a channel. */
  appended(name: ChannelName): void {
    if (!name.startsWith('task:')) return;
    // Not while the store is telling something itself.
    queueMicrotask(() => {
      const state = this.#owner.store.peek(name)?.state();
      if (!state) return;
      if (endOfTask(state.task?.status)) this.#owner.finished(name);
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
    const { input_prompt, title, ids } = record;
    // By its run, what it says late is known not to begin anything anew.
    const runId = ids.runId ?? id;
    let task: TaskRun | undefined;
    return {
      name,
      run: async (start) => {
        const begun = new TaskRun(id, runId, options, this.#owner, this.#log);
        task = begun;
        if (!(await begun.begin(start))) return true;
        this.#running.set(name, begun);
        const { signal } = begun;
        const handed: Task = { id, input_prompt, ...(title === undefined ? {} : { title }), signal };
        let end: Outgoing[];
        try {
          const context = { ...ids, taskId: id, runId, signal };
          const summary = await runInContext(context, this.#speaker, () => run(handed));
          end = typeof summary === 'string' ? [completeMessage(summary)] : [];
        } catch (error) {
          end = [failed(error)];
          if (!signal.aborted && !begun.isOver) this.#log.error(`task ${id} failed: ${stackOf(error)}`);
        }
        this.#running.delete(name);
        return begun.end(end);
      },
      cancel: (reason) => task?.cancel(reason),
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

function nameOf(id: string): ChannelName {
  return channelName('task', id);
}

/** Whether somebody asked the task to stop. */
function isAskedToStop({ messages }: ChannelState): boolean {
  return messages.some(
    (message) => isBuiltInMessage(message) && message.type === 'event' && message.data.event === CANCEL,
  );
}
