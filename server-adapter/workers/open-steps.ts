import { isObject, readStepEvent } from '../../protocol/index.js';
import type { Outgoing } from '../compose.js';
import type { Context } from '../context.js';

/** Steps that are remembered: no worker is in so many at once. */
const MOST = 1000;

/** The steps that a worker is in: they do not go on once it has ended. */
export class OpenSteps {
  readonly #steps = new Map<string, Context>();

  /** The worker said something. */
  spoke(message: Outgoing, context: Context): void {
    if (!isObject(message) || message.type !== 'event' || !isObject(message.data)) return;
    const { event, step } = message.data;
    const happened = typeof event === 'string' ? readStepEvent(event) : undefined;
    if (typeof step !== 'string' || happened?.kind !== 'step') return;
    if (happened.status !== 'running') this.#steps.delete(step);
    else if (this.#steps.size < MOST) this.#steps.set(step, context);
  }

  /** The innermost first. */
  all(): { readonly step: string; readonly context: Context }[] {
    return [...this.#steps].reverse().map(([step, context]) => ({ step, context }));
  }
}
