import { describe, messageOf, type ProgressData } from '../../protocol/index.js';
import type { Outgoing } from '../compose.js';

/** What is done, in its unit; a text alone; or all that a `progress` message may say. */
export type Progress = number | string | ProgressData;

/** A `progress` message. Without `max` it is indeterminate. */
export function progressMessage(progress: Progress, max?: number): Outgoing {
  if (typeof progress === 'number') return { type: 'progress', data: { value: progress, ...given('max', max) } };
  if (typeof progress === 'string') return { type: 'progress', data: { message: progress } };
  return { type: 'progress', data: { ...progress, ...given('max', max) } };
}

/** An `error` message that ends the run. What is thrown is said as it is: whoever hands it over chose to show it. */
export function failMessage(error: unknown): Outgoing {
  const isSaid = typeof error === 'string' || error instanceof Error;
  const text = isSaid ? messageOf(error) : error === undefined ? FAILED : describe(error);
  return { type: 'error', data: { message: text, ...given('code', codeOf(error)), fatal: true } };
}

/** What people read where nobody says why. */
const FAILED = 'The work has failed.';

function codeOf(error: unknown): string | undefined {
  try {
    return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;
  } catch {
    // Errors can be made that throw when they are looked at.
    return undefined;
  }
}

function given<K extends string, V>(key: K, value: V | undefined): { readonly [P in K]?: V } {
  return value === undefined ? {} : ({ [key]: value } as { readonly [P in K]: V });
}
