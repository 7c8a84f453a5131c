import { ManualClock, TestSession } from '../../components/testing/index.js';
import type { Message } from '../../protocol/index.js';

/** The moment at which everything is shown, by the page and by the server. */
export const NOW = Date.UTC(2026, 4, 12, 9, 30);

export type Said = Pick<Message, 'type' | 'data'> & Partial<Message>;

/** What was said, oldest first, each with how many seconds ago. */
export type Told = ReadonlyArray<readonly [secondsAgo: number, message: Said]>;

/** A session in which this was said. */
export function session(...told: Told): TestSession {
  const clock = new ManualClock(NOW);
  const made = new TestSession({ clock });
  for (const [secondsAgo, message] of told) {
    clock.advance(NOW - secondsAgo * 1000 - clock.now());
    made.say(message);
  }
  clock.advance(NOW - clock.now());
  return made;
}

export const status = (data: string, rest: Partial<Said> = {}): Said => ({ type: 'status', data, ...rest });
export const began = (step: string, label: string, agent?: string, parent?: string): Said => ({
  type: 'event',
  data: { event: 'step_started', step, label, ...(parent ? { parent } : {}) },
  ...(agent ? { agent } : {}),
});
export const finished = (step: string): Said => ({ type: 'event', data: { event: 'step_finished', step } });
export const failedStep = (step: string, error: string): Said => ({
  type: 'event',
  data: { event: 'step_failed', step, error },
});
export const progress = (value: number, max: number, rest: object = {}): Said => ({
  type: 'progress',
  data: { value, max, ...rest },
});
export const question = (text: string, rest: object = {}, agent = 'Planner'): Said => ({
  type: 'question',
  agent,
  data: { questionId: 'q', question: text, ...rest },
});
export const answered = (outcome: string, rest: object = {}): Said => ({
  type: 'answered',
  data: { questionId: 'q', outcome, ...rest },
});
export const result = (agent: string, data: Said['data']): Said => ({ type: 'result', data: { agent, data } });
export const complete = (summary: string): Said => ({ type: 'complete', data: { summary } });
export const failed = (message: string): Said => ({ type: 'error', data: { message, fatal: true } });
export const STOPPED: Said = { type: 'state', data: { status: 'CANCELLED' } };

/** A run of two agents, up to where it works on its second part. */
export const WORK: Told = [
  [95, began('research', 'Research the market', 'Analyst')],
  [94, status('Looking for comparable apps', { step: 'research', agent: 'Analyst' })],
  [70, began('prices', 'Compare prices', 'Analyst', 'research')],
  [52, finished('prices')],
  [50, finished('research')],
  [48, began('design', 'Draft the design', 'Designer')],
  [46, status('Two layouts fit a phone', { step: 'design', agent: 'Designer' })],
  [30, began('check', 'Check the contrast', 'Designer', 'design')],
  [22, failedStep('check', 'The accent is too light on white')],
  [20, status('The colours are from last year', { agent: 'Designer', level: 'warning' })],
  [8, progress(18, 40, { label: 'Screens', unit: 'screens', message: 'Settings' })],
  [4, status('Drawing the settings screen', { agent: 'Designer' })],
];

export const FORM = {
  type: 'object',
  description: 'As far as you know them today.',
  properties: {
    weeks: { type: 'integer', title: 'Weeks', minimum: 1, maximum: 52, default: 8 },
    platforms: { type: 'array', title: 'Platforms', items: { type: 'string', enum: ['Web', 'iOS'] }, minItems: 1 },
    size: { type: 'string', title: 'Team', enum: ['s', 'l'], enumNames: ['Small', 'Large'] },
    mail: { type: 'string', format: 'email', title: 'E-mail', description: 'To send you the plan.' },
    personal: { type: 'boolean', title: 'Uses personal data' },
  },
  required: ['weeks', 'platforms', 'mail'],
};

export const PLAN = {
  title: 'Garden planner',
  weeks: 6,
  team: ['Design', 'Engineering'],
  risks: { late: 'Icons are missing', cost: null },
  approved: true,
};

const ARABIC: Told = [
  [64, began('read', 'قراءة المستندات', 'المحلل')],
  [40, finished('read')],
  [38, began('plan', 'كتابة الخطة', 'المخطط')],
  [12, progress(3, 5, { label: 'الأقسام', unit: 'أقسام' })],
  [6, status('كتابة قسم التكلفة')],
];

export const arabic = (): TestSession =>
  session(...ARABIC, [2, question('أي منصة أولاً؟', { choices: ['الويب', 'iOS'], expiresAt: NOW + 150_000 }, 'المخطط')]);
