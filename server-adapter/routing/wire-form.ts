import { randomUUID } from 'node:crypto';
import { isObject } from '../../protocol/index.js';
import type { Outgoing } from '../compose.js';

/**
 * A message as it is to stand on the wire: a status that is a text in the form that the server is set to, and a question with an id to be answered by, where it came in the seed's
 * form, without one.
 */
export function wireForm(message: Outgoing, statusData: 'text' | 'object'): Outgoing {
  // What is no message is for `compose` to refuse.
  if (!isObject(message)) return message;
  const { type, data } = message;
  if (type === 'status' && statusData === 'object' && typeof data === 'string') {
    return { ...message, data: { message: data } };
  }
  if (type === 'question' && isObject(data) && data.questionId === undefined) {
    return { ...message, data: { ...data, questionId: randomUUID() } };
  }
  return message;
}
