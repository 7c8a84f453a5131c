import { AsyncResource } from 'node:async_hooks';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import type { TaskStatus } from '../../../protocol/index.js';
import { SqliteStore, type SqliteStoreOptions } from '../../../server-adapter/channels/sqlite/index.js';
import type { ChannelStore, MessengerOptions } from '../../../server-adapter/index.js';
import { MemoryStore } from '../../../server-adapter/index.js';
import type { TestServer } from '../../helpers/server.js';
import { type Frame, WireClient } from '../../helpers/wire-client.js';
import { directory } from '../stores/support.js';

/** What a tested server keeps its tasks in: each test is run with both. */
export const STORES: ReadonlyArray<readonly [name: string, open: (t: TestContext) => ChannelStore]> = [
  ['memory', () => new MemoryStore()],
  ['sqlite', (t) => sqliteAt(join(directory(t), 'tasks.db'))],
];

/** A power cut is not what is tested here. */
export function sqliteAt(file: string, options: Partial<SqliteStoreOptions> = {}): SqliteStore {
  return new SqliteStore({ file, synchronous: 'normal', ...options });
}

type Run = Parameters<TestServer['messenger']['tasks']['define']>[0];
export type Task = Parameters<Run>[0];

/** A task that runs until the test lets it end. */
export class HeldTask {
  /** Runs something in the task's context. */
  readonly within: <T>(run: () => T) => T;

  constructor(
    readonly task: Task,
    readonly finish: (summary?: unknown) => void,
    readonly fail: (error: unknown) => void,
  ) {
    this.within = AsyncResource.bind((run) => run());
  }
}

/** What carries tasks out, in a test's hands. */
export class HeldTasks {
  readonly all: HeldTask[] = [];
  #wake: () => void = () => {};

  readonly run: Run = (task) =>
    new Promise((finish, fail) => {
      this.all.push(new HeldTask(task, finish, fail));
      this.#wake();
    });

  /** As `run`, for tasks that stop when they are asked to. */
  readonly obedient: Run = async (task) => {
    const { signal } = task;
    const stopped = new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)));
    return Promise.race([this.run(task), stopped]);
  };

  /** The task that was begun as the `count`th. */
  async begun(count = 1): Promise<HeldTask> {
    while (true) {
      const task = this.all[count - 1];
      if (task) return task;
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }
}

/** The path of a task's viewers, in place of a session's. */
export function watch(server: TestServer, id: string, query = ''): WireClient {
  return new WireClient(`${server.url}/tasks/${id}${query}`);
}

export function post(server: TestServer, path: string, body?: unknown, init: RequestInit = {}): Promise<Response> {
  const text = body === undefined || typeof body === 'string' ? body : JSON.stringify(body);
  return fetch(server.http + path, { method: 'POST', ...(text === undefined ? {} : { body: text }), ...init });
}

/** Answers the JSON of an answer, whatever its status. */
export async function jsonOf(answer: Promise<Response>): Promise<Record<string, unknown>> {
  return (await (await answer).json()) as Record<string, unknown>;
}

/** A task made over HTTP: its id. */
export async function make(server: TestServer, input_prompt = 'Build a todo application with React'): Promise<string> {
  const { id } = await jsonOf(post(server, '/api/tasks', { input_prompt }));
  return String(id);
}

/** What `state` messages said, in order. */
export function statesOf({ frames }: WireClient): Array<Record<string, unknown>> {
  return frames.filter(({ type }) => type === 'state').map(({ data }) => data as Record<string, unknown>);
}

/** Once a `state` message with this status has come. */
export function stateFrame(page: WireClient, status: TaskStatus): Promise<Frame> {
  return page.frame(({ type, data }) => type === 'state' && (data as { status?: unknown }).status === status);
}

/** What a snapshot says of the task. */
export function taskInSnapshot(page: WireClient): unknown {
  const snapshot = page.frames.find(({ type }) => type === 'snapshot');
  return (snapshot?.data as { task?: { status?: unknown } } | undefined)?.task?.status;
}

/** Messages of a type, as a page got them. */
export function dataOf({ frames }: WireClient, wanted: string): unknown[] {
  return frames.filter(({ type }) => type === wanted).map(({ data }) => data);
}

export type Options = MessengerOptions;
