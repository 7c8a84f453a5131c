import { type ErrorCode, isObject, messageOf, StatusMessengerError } from '../../protocol/index.js';
import { UnansweredError } from '../conversation/questions.js';

/** An error as it is told to a worker. */
export interface WireFailure {
  readonly message: string;
  /** Of an error of the kit. */
  readonly code?: ErrorCode;
  /** Of a question that was not answered. */
  readonly outcome?: UnansweredError['outcome'];
}

export function failureOf(error: unknown): WireFailure {
  const message = messageOf(error);
  if (error instanceof UnansweredError) return { message, outcome: error.outcome };
  return error instanceof StatusMessengerError ? { message, code: error.code } : { message };
}

const OUTCOMES = ['declined', 'expired', 'cancelled'] as const;
const CODES = ['invalid', 'too_large', 'not_allowed', 'closed', 'limit', 'unavailable', 'unanswered'] as const;

export function readFailure(value: unknown): WireFailure {
  if (!isObject(value)) return { message: '' };
  const message = typeof value.message === 'string' ? value.message : '';
  const outcome = OUTCOMES.find((known) => known === value.outcome);
  if (outcome) return { message, outcome };
  const code = CODES.find((known) => known === value.code);
  return code ? { message, code } : { message };
}

/** The error in the worker, as it would be where it was raised. */
export function errorOf({ message, code, outcome }: WireFailure, question: string): Error {
  if (outcome) return new UnansweredError(outcome, question);
  return code ? new StatusMessengerError(code, message.replace(/^status-messenger: /, '')) : new Error(message);
}
