import type { Outgoing } from '../../server-adapter/index.js';

/** Message `i` of what is published: every part of the state is used, and runs begin, end and begin again. */
export function messageNumber(i: number): Outgoing {
  const step = `s${i % 40}`;
  if (i % 97 === 96) return { type: 'complete', data: { summary: `Run ${Math.floor(i / 97)} is done` } };
  if (i % 301 === 300) return { type: 'error', data: { message: `Run of ${i}`, fatal: true } };
  switch (i % 9) {
    case 0:
      return { type: 'status', data: `Status ${i}`, agent: `agent ${i % 5}` };
    case 1:
      return { type: 'progress', data: { value: i % 100, max: 100, message: `${i} of many` } };
    case 2: {
      const parent = i % 3 ? { parent: 's0' } : {};
      return { type: 'event', data: { event: 'step_started', step, label: `Step ${i}`, ...parent } };
    }
    case 3:
      return { type: 'event', data: { event: i % 5 ? 'step_finished' : 'step_failed', step, error: 'no' } };
    case 4:
      return { type: 'result', data: { agent: `agent ${i % 7}`, data: { i, text: 'ä'.repeat(i % 50) } } };
    case 5:
      return { type: 'question', data: { questionId: `q${i % 16}`, question: `What is ${i}?`, choices: ['a', 'b'] } };
    case 6:
      return { type: 'answered', data: { questionId: `q${(i - 1) % 16}`, outcome: 'answered', answer: i } };
    case 7:
      return { type: 'of-the-users-own', data: { i, list: [1, 'two', null, '🙂'] } };
    default:
      return { type: 'status', data: `Status ${i}` };
  }
}

/** Message `i` as a large one. */
export function largeMessage(i: number, bytes: number): Outgoing {
  return { type: 'of-the-users-own', data: { i, text: String.fromCharCode(97 + (i % 26)).repeat(bytes) } };
}

/** The text of question `number`, by which it is known wherever it stands. */
export function questionText(number: number): string {
  return `Question ${number} of the server?`;
}

/** The number of a question with this text; `undefined` where it is another one. */
export function questionNumber(text: unknown): number | undefined {
  const number = typeof text === 'string' ? /^Question (\d+) of the server\?$/.exec(text)?.[1] : undefined;
  return number === undefined ? undefined : Number(number);
}
