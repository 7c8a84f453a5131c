import {
  type ChannelState,
  invalid,
  isObject,
  type JsonValue,
  jsonTextSize,
  LIMITS,
  StatusMessengerError,
  type TaskStatus,
} from '../../protocol/index.js';
import { type Ids, readIds } from '../context.js';

/** What a task is to do, as its address takes it (seed: task streaming). */
export interface TaskInput {
  readonly input_prompt: string;
  readonly title?: string;
}

/** A task as its address shows it. Times are ISO 8601. */
export interface TaskInfo {
  readonly id: string;
  readonly title: string | null;
  readonly input_prompt: string;
  readonly status: TaskStatus;
  readonly progress: JsonValue;
  readonly current_agent: string | null;
  readonly summary: string | null;
  readonly error: string | null;
  readonly created_at: string;
  readonly started_at: string | null;
  readonly completed_at: string | null;
}

/** What is kept of a task beside its messages. */
export interface TaskRecord extends TaskInput {
  /** Server time. */
  readonly createdAt: number;
  /** Whom it is for. */
  readonly ids: Ids;
}

/** Bytes of a prompt and of a title as JSON: a task fits into a frame. */
const PROMPT = LIMITS.message / 4;
const TITLE = 1024;

/** Checks what a task is to do: the prompt alone, or an object. Throws `invalid` or `too_large`. */
export function readTaskInput(input: unknown): TaskInput {
  const given = typeof input === 'string' ? { input_prompt: input } : input;
  if (!isObject(given)) {
    throw invalid('task', input, '{ input_prompt, title? }', 'say what is to be done');
  }
  const { input_prompt, title } = given;
  if (typeof input_prompt !== 'string' || input_prompt === '') {
    throw invalid('task: input_prompt', input_prompt, 'a text', 'say what is to be done');
  }
  if (title !== undefined && title !== null && typeof title !== 'string') {
    throw invalid('task: title', title, 'a text', 'leave it out');
  }
  assertSize('input_prompt', input_prompt, PROMPT);
  if (typeof title !== 'string') return { input_prompt };
  assertSize('title', title, TITLE);
  return { input_prompt, title };
}

/** A record as a store gave it back; `undefined` where it is none. Throws `invalid` for ids that are none. */
export function readTaskRecord(about: JsonValue | undefined): TaskRecord | undefined {
  if (!isObject(about)) return undefined;
  const { input_prompt, title, createdAt, ids } = about;
  if (typeof input_prompt !== 'string' || typeof createdAt !== 'number' || !isObject(ids)) return undefined;
  return { input_prompt, createdAt, ids: readIds(ids), ...(typeof title === 'string' ? { title } : {}) };
}

/** What is known of a task: what it is to do, and what its messages add up to. */
export function taskInfo(id: string, record: TaskRecord, state: ChannelState): TaskInfo {
  const time = (ms: number | undefined) => (ms === undefined ? null : new Date(ms).toISOString());
  return {
    id,
    title: record.title ?? null,
    input_prompt: record.input_prompt,
    status: state.task?.status ?? 'PENDING',
    progress: (state.task?.progress as JsonValue | undefined) ?? null,
    current_agent: state.task?.currentAgent ?? null,
    summary: state.summary,
    error: state.error?.fatal ? state.error.message : null,
    created_at: new Date(record.createdAt).toISOString(),
    // One that was stopped before it began never was a run.
    started_at: state.run === undefined ? null : time(state.startedAt),
    completed_at: time(state.endedAt),
  };
}

function assertSize(where: string, text: string, most: number): void {
  const size = jsonTextSize(text);
  if (size <= most) return;
  const message = `task: ${where}: got ${size} bytes, expected at most ${most}; hand over a link to what is larger`;
  throw new StatusMessengerError('too_large', message);
}
