import type { Ack, ChannelName, Clock } from '../../../protocol/index.js';
import type { Outgoing } from '../../../server-adapter/compose.js';
import { NOW } from './support.js';

/** What is said in the crash test: message `number` of every channel is always the same one, so that whoever reads knows what must stand there. */

export const CHANNELS: [ChannelName, ...ChannelName[]] = ['session:a', 'session:b', 'thread:c', 'user:d', 'task:e'];
export const TAIL = { count: 12, bytes: 4096 };

/** A clock that stands, so that frames are known to the last digit. */
export const clock: Clock = { now: () => NOW, after: () => () => {} };

export function messageOf(number: number): Outgoing {
  const text = `message ${number} ${'x'.repeat((number * 37) % 500)}`;
  if (number % 7 === 0) return { type: 'event', data: { event: 'step_started', step: `s${number % 5}`, label: text } };
  if (number % 11 === 0) return { type: 'question', data: { question: text, questionId: `q${number % 4}` } };
  if (number % 13 === 0) return { type: 'complete', data: { summary: text } };
  return { type: 'status', data: text };
}

/** What is answered to a page after message `number`. */
export function ackOf(number: number): Ack | undefined {
  return number % 3 === 0 ? { ref: `ref ${number}`, accepted: number % 2 === 0, reason: `after ${number}` } : undefined;
}
