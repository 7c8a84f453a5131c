import type { Outgoing } from '../compose.js';
import { publicMessage } from '../public-error.js';
import { UnansweredError } from './questions.js';

/** How a run ended that threw. People read what is for them; the rest is for the log. */
export function failed(error: unknown): Outgoing {
  const why = error instanceof UnansweredError ? 'A question was not answered.' : 'The work was stopped by an error.';
  return { type: 'error', data: { message: publicMessage(error) ?? why, fatal: true } };
}

/** How a run ended that was asked to stop. */
export function cancelled(taskId: string): Outgoing {
  return { type: 'state', data: { taskId, status: 'CANCELLED' } };
}
