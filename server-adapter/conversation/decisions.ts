import {
  type Ack,
  type AnswerData,
  type AnsweredData,
  type ChannelState,
  jsonSize,
  LIMITS,
  openQuestion,
  type QuestionData,
  type QuestionView,
  readAnswer,
  StatusMessengerError,
} from '../../protocol/index.js';
import type { ChannelLog, Decision } from '../channels/channel-store.js';
import { compose, type StatusExtra } from '../compose.js';
import type { Question } from './ask-options.js';

/** How many questions a channel may have open at once, and their bytes: what is open is never dropped from its state. */
const OPEN = 15;
const OPEN_BYTES = 30 * 1024;
/** Bytes of a question's place in the state that its answer leaves to the names around it. */
const NAMES = 1024;

/** Asks a question, or takes up the one that was asked before under this id, if that takes the same answers and was not taken back. */
export function askIn(
  log: ChannelLog,
  questionId: string,
  { data }: Question,
  expiresAt: number | undefined,
  extra: StatusExtra,
): { readonly expiresAt: number | undefined; readonly decision: Decision } {
  const known = viewOf(log.state(), questionId);
  const isOpen = known?.status === 'open';
  if (isOpen && isSame(known, data)) return { expiresAt: known.expiresAt ?? expiresAt, decision: {} };
  const end = isOpen ? undefined : endIn(log, questionId);
  if (end && stands(end, data)) return { expiresAt: undefined, decision: {} };
  const replaced = isOpen ? ending({ questionId, outcome: 'cancelled' }) : {};
  assertRoom(log.state(), questionId, data);
  const asked = { ...data, questionId, ...(expiresAt === undefined ? {} : { expiresAt }) };
  const append = [...(replaced.append ?? []), compose({ ...extra, type: 'question', data: asked })];
  return { expiresAt, decision: { ...replaced, append } };
}

/** How a question ended; `undefined` for one that is open, or was never asked. */
export function endIn(log: ChannelLog, questionId: string): AnsweredData | undefined {
  const view = viewOf(log.state(), questionId);
  if (!view) return log.ended(questionId);
  const { status: outcome, answer, by, anonymous } = view;
  if (outcome === 'open') return undefined;
  const who = { ...(by === undefined ? {} : { by }), ...(anonymous === undefined ? {} : { anonymous }) };
  return { questionId, outcome, ...(answer === undefined ? {} : { answer }), ...who };
}

/** Says how questions ended. */
export function ending(...ended: readonly AnsweredData[]): Decision {
  return { append: ended.map((data) => compose({ type: 'answered', data })), ended };
}

/** The end of a question that nobody answered in time. `fallback` counts where it was asked without a default. */
export function expired({ id: questionId, default: answer }: QuestionView, fallback?: unknown): AnsweredData {
  const chosen = answer === undefined ? fallback : answer;
  return { questionId, outcome: 'expired', ...(chosen === undefined ? {} : { answer: chosen }) };
}

export function isOverdue({ expiresAt }: QuestionView, now: number): boolean {
  return expiresAt !== undefined && expiresAt <= now;
}

/** Who answers: a user, or a connection. */
export type Answerer = Pick<AnsweredData, 'by' | 'anonymous'>;

/** What a page's answer comes to, and how the question ends by it. Where the page does not say which, it is the oldest that is open. */
export function judge(
  log: ChannelLog,
  { questionId, answer, decline = false }: AnswerData,
  who: Answerer,
  now: number,
): { readonly verdict: Omit<Ack, 'ref'>; readonly end?: AnsweredData } {
  const state = log.state();
  const view = questionId === undefined ? openQuestion(state) : viewOf(state, questionId);
  const end = questionId === undefined ? undefined : endIn(log, questionId);
  if (end) return refused(end.outcome, end.by);
  if (!view) return refused(NONE);
  if (isOverdue(view, now)) return { ...refused('expired'), end: expired(view) };
  if (decline) return accepted({ questionId: view.id, outcome: 'declined', ...who });
  const reading = readAnswer(view, answer);
  if ('problem' in reading) return refused(reading.problem);
  const room = LIMITS.state.questions.each - NAMES;
  const size = jsonSize({ ...view, answer: reading.value, ...who });
  if (size === Number.POSITIVE_INFINITY) return refused(`too deep: expected at most ${LIMITS.depth} levels`);
  if (size > room) return refused(`too long: expected ${size - room} bytes less`);
  return accepted({ questionId: view.id, outcome: 'answered', answer: reading.value, ...who });
}

/** Why an answer is to no question. */
export const NONE = 'no such question is open';

function refused(reason: string, by?: string): { readonly verdict: Omit<Ack, 'ref'> } {
  return { verdict: { accepted: false, reason, ...(by === undefined ? {} : { by }) } };
}

function accepted(end: AnsweredData): { readonly verdict: Omit<Ack, 'ref'>; readonly end: AnsweredData } {
  return { verdict: { accepted: true }, end };
}

function viewOf({ questions }: ChannelState, questionId: string): QuestionView | undefined {
  return questions.find(({ id }) => id === questionId);
}

/** Whether a question takes the answers that another one takes. */
function isSame(a: QuestionView, b: Question['data']): boolean {
  return JSON.stringify([a.choices, a.schema]) === JSON.stringify([b.choices, b.schema]);
}

/** Whether what became of a question holds when it is asked again. An answer does where it still is one: the program may be another by now. */
function stands({ outcome, answer }: AnsweredData, asked: Question['data']): boolean {
  if (outcome === 'cancelled') return false;
  return answer === undefined || 'value' in readAnswer(asked, answer);
}

function assertRoom({ questions }: ChannelState, questionId: string, data: Omit<QuestionData, 'questionId'>): void {
  const open = questions.filter(({ id, status }) => status === 'open' && id !== questionId);
  if (open.length < OPEN && jsonSize(open) + jsonSize(data) <= OPEN_BYTES) return;
  const text = `ask: got one question more than a channel has room for (${open.length} are open), expected answers first; await each`;
  throw new StatusMessengerError('limit', text);
}
