import type { ChannelState, End, JsonValue, TaskStatus } from '../../protocol/index.js';
import { type Composed, compose, type Outgoing } from '../compose.js';

/** What is said of a task whose server ended while it ran. */
export const INTERRUPTED: Outgoing = {
  type: 'error',
  data: { message: 'The server ended while the task ran.', code: 'interrupted', fatal: true },
};
/** What is said of a task whose time was over. */
export const LATE: Outgoing = {
  type: 'error',
  data: { message: 'The task took longer than it may.', code: 'timeout', fatal: true },
};

/** How a task ended whose run said its end by itself. */
export const STATUS_OF: { readonly [end in End]: TaskStatus } = {
  completed: 'COMPLETED',
  failed: 'FAILED',
  cancelled: 'CANCELLED',
};

/** How far a task is, and who does the work. */
export function standingOf({ progress, messages }: ChannelState): {
  readonly progress?: object;
  readonly currentAgent?: string;
} {
  const { ts: _, ...shown } = progress ?? {};
  const currentAgent = messages.findLast(({ agent }) => agent !== undefined)?.agent;
  return { ...(progress ? { progress: shown } : {}), ...(currentAgent === undefined ? {} : { currentAgent }) };
}

/** The end of a task names no run: it ends whichever the task has come to. */
export function stateOf(
  taskId: string,
  status: TaskStatus,
  data: { readonly [key: string]: JsonValue | object } = {},
  run?: string,
): Composed {
  return compose({ type: 'state', data: { taskId, status, ...data }, ...(run === undefined ? {} : { run }) });
}
