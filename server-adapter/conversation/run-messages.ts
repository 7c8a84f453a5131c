import { clipText, describe, isObject, LIMITS, messageOf, type ProgressData } from '../../protocol/index.js';
import type { Outgoing } from '../compose.js';

/** What is done, in its unit; a text alone; or all that a `progress` message may say. */
export type Progress = number | string | ProgressData;

/** A `progress` message. Without `max` it is indeterminate. */
export function progressMessage(progress: Progress, max?: number): Outgoing {
  if (typeof progress === 'number') return { type: 'progress', data: { value: progress, ...given('max', max) } };
  if (typeof progress === 'string') return { type: 'progress', data: { message: progress } };
  try {
    if (isObject(progress)) return { type: 'progress', data: { ...progress, ...given('max', max) } };
  } catch {
    // Objects can be made that throw when they are looked at.
  }
  // What is sent without data is refused with a warning.
  return { type: 'progress' };
}

const PROGRESS: readonly string[] = ['value', 'max', 'message', 'label', 'unit', 'step'] satisfies Array<
  keyof ProgressData
>;

/** What is wrong with how `progress` was called, though it says something all the same. */
export function progressProblem(progress: unknown, max: unknown): string | undefined {
  if (typeof progress === 'string' && max !== undefined) return 'got a text with a max, expected a number; pass one';
  try {
    const unknown = isObject(progress) ? Object.keys(progress).find((key) => !PROGRESS.includes(key)) : undefined;
    return unknown === undefined ? undefined : `got "${unknown}", expected ${PROGRESS.join(', ')}; check its spelling`;
  } catch {
    // What cannot be looked at is refused where it is sent.
    return undefined;
  }
}

/** What is wrong with something that is to be read, but has no text of its own. */
export function textProblem(text: unknown): string | undefined {
  const isObjectOnly = typeof text === 'object' && shown(text) === describe(text);
  return isObjectOnly ? `got ${describe(text)}, expected a text; pass a string` : undefined;
}

/** What is wrong with the data of a result. */
export function dataProblemOf(data: unknown): string | undefined {
  const isLost = typeof data === 'function' || typeof data === 'symbol';
  return isLost ? `got ${describe(data)}, expected what JSON can carry; pass what it answers` : undefined;
}

/** A `complete` message, with a summary that a message has room for. */
export function completeMessage(summary: unknown): Outgoing {
  return { type: 'complete', data: { summary: summary === undefined ? '' : shown(summary) } };
}

/** An `error` message that ends the run. What is thrown is said as it is: whoever hands it over chose to show it. */
export function failMessage(error: unknown): Outgoing {
  const text = error === undefined ? FAILED : shown(error);
  return { type: 'error', data: { message: text, ...given('code', codeOf(error)), fatal: true } };
}

/** What people read of whatever was handed over to be read: a text, what an error says, a number; as much of it as a message has room for. */
export function shown(value: unknown): string {
  const isPlain = typeof value === 'number' || typeof value === 'bigint' || typeof value === 'boolean';
  const text = typeof value === 'string' || value instanceof Error || isPlain ? messageOf(value) : messageIn(value);
  return clipText(text, LIMITS.message / 2);
}

function messageIn(value: unknown): string {
  try {
    return isObject(value) && typeof value.message === 'string' ? value.message : describe(value);
  } catch {
    return describe(value);
  }
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
