import type { Connection } from '../../../components/index.js';
import { TestSession } from '../../../components/testing/index.js';
import type { Message } from '../../../protocol/index.js';
import { HandSocket } from '../../helpers/hand-socket.js';
import { newSession } from '../../helpers/in-browser.js';

export type Said = Pick<Message, 'type' | 'data'> & Partial<Message>;

export const STATUS: Said = { type: 'status', data: 'Reading' };
export const ASKED: Said = { type: 'question', data: { questionId: 'q', question: 'Which?' } };
export const ANSWERED: Said = { type: 'answered', data: { questionId: 'q', outcome: 'answered', answer: 'This' } };
export const DONE: Said = { type: 'complete', data: { summary: 'All read' } };
export const FAILED: Said = { type: 'error', data: { message: 'No disk', fatal: true } };
export const STOPPED: Said = { type: 'state', data: { status: 'CANCELLED' } };
export const progressed: Said = { type: 'progress', data: { value: 3, max: 12, unit: 'pages', label: 'Reading' } };

const event = (name: string, step: string, more: object = {}): Said => ({
  type: 'event',
  data: { event: name, step, ...more },
});

/** Steps of two agents, of which one failed, with something of every kind. */
export const stepped: readonly Said[] = [
  { ...event('step_started', 'read'), agent: 'Reader' },
  event('step_started', 'page', { parent: 'read' }),
  event('step_finished', 'page'),
  event('step_finished', 'read'),
  { ...event('tool_started', 'print'), agent: 'Writer' },
  event('tool_failed', 'print', { error: 'No paper' }),
  STATUS,
  ASKED,
  { type: 'result', data: { agent: 'Writer', data: 'A draft' } },
  { type: 'error', data: { message: 'The cache is full' } },
];

export const LOST: Connection = {
  status: 'reconnecting',
  since: Date.now() - 5000,
  attempt: 1,
  retryAt: Date.now() + 60_000,
  reason: '',
};
export const REFUSED: Connection = { status: 'refused', code: 4403, reason: 'not yours' };

/** A session of its own: what is begun in one is not begun in another. */
export function saying(...messages: readonly Said[]): TestSession {
  const session = new TestSession({ sessionId: newSession() });
  session.say(...messages);
  return session;
}

/** In the place of the platform's sockets there are some in the test's hands, for as long as `run` takes. */
export function withHandSockets(run: () => Promise<void>): Promise<void> {
  return withOther(globalThis, 'WebSocket', HandSocket, run);
}

/** Whether the system may notify, nobody has said yet. */
export function withNotification(run: () => Promise<void>): Promise<void> {
  return withOther(globalThis, 'Notification', { permission: 'default' }, run);
}

export function withoutNetwork(run: () => Promise<void>): Promise<void> {
  return withOther(navigator, 'onLine', false, run);
}

async function withOther(owner: object, name: string, value: unknown, run: () => Promise<void>): Promise<void> {
  const own = Object.getOwnPropertyDescriptor(owner, name);
  Object.defineProperty(owner, name, { value, configurable: true, writable: true });
  try {
    await run();
  } finally {
    if (own) Object.defineProperty(owner, name, own);
    else Reflect.deleteProperty(owner, name);
  }
}
