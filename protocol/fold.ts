import { clipText, type JsonValue, jsonSize } from './json.js';
import { LIMITS } from './limits.js';
import {
  type BuiltInMessage,
  type EventData,
  isBuiltInMessage,
  type Message,
  type ProgressData,
  type QuestionData,
  statusText,
  type TaskData,
} from './messages.js';
import {
  type ChannelState,
  hasEnded,
  type KeptMessage,
  type ListBytes,
  type Phase,
  type ProgressView,
  type QuestionView,
  type StepView,
} from './state.js';

/** The state after one more message. Pure: equal states and messages give equal states, on every side. */
export function apply(state: ChannelState, message: Message): ChannelState {
  return applyAll(state, [message]);
}

/** The state after all these messages: what `apply` gives one by one, at the price of one copy. */
export function applyAll(state: ChannelState, messages: Iterable<Message>): ChannelState {
  const draft: Draft = { ...state, messages: [...state.messages], bytes: { ...state.bytes } };
  for (const message of messages) {
    if (isBuiltInMessage(message)) applyContent(draft, message);
    keepMessage(draft, message);
  }
  return draft;
}

/** A state that is still being written. Its lists are replaced, never changed, but for the messages, which are its own. */
type Draft = Writable<Omit<ChannelState, 'messages' | 'bytes'>> & {
  readonly messages: KeptMessage[];
  readonly bytes: Writable<ListBytes>;
};
type Writable<T> = { -readonly [K in keyof T]: T[K] };

function applyContent(draft: Draft, message: BuiltInMessage): void {
  // What only a run that goes on can say begins one; a result or an end does so only where it names another run than the one that has ended.
  if (hasEnded(draft.phase) && isOfAnotherRun(draft, message)) begin(draft, message);
  switch (message.type) {
    case 'status':
      begin(draft, message);
      draft.status = {
        text: clipText(statusText(message.data), LIMITS.state.status - 1024),
        ...stamp(message),
        ...given('agent', shortText(message.agent)),
        ...given('level', message.level),
      };
      break;
    case 'progress':
      if (!isLate(draft, message.data.step ?? message.step) && begin(draft, message)) {
        applyProgress(draft, message.data, message);
      }
      break;
    case 'event':
      applyEvent(draft, message.data, message);
      break;
    case 'state':
      applyTask(draft, message.data, message);
      break;
    case 'question':
      if (begin(draft, message)) applyQuestion(draft, message.data, message);
      break;
    case 'answered': {
      const { questionId, outcome, answer, by } = message.data;
      const question = draft.questions.find(({ id }) => id === questionId);
      if (question?.status === 'open') {
        putQuestion(draft, { ...question, status: outcome, ...given('answer', answer), ...given('by', shortText(by)) });
      }
      break;
    }
    case 'result': {
      const { limited, truncated } = limitData(message.data.data ?? null, LIMITS.state.results.each - 1024);
      const agent = clipText(message.data.agent, 512);
      const result = { agent, data: limited, ...stamp(message), ...given('truncated', truncated) };
      draft.results = put(draft, 'results', draft.results, result, (other) => other.agent === agent);
      break;
    }
    case 'complete':
      if (end(draft, 'completed', message)) draft.summary = clipText(message.data.summary, LIMITS.state.summary);
      break;
    case 'error':
      draft.error = {
        message: clipText(message.data.message, LIMITS.state.error - 1024),
        fatal: message.data.fatal === true,
        ...given('code', shortText(message.data.code)),
        ...stamp(message),
      };
      if (draft.error.fatal) end(draft, 'failed', message);
      break;
  }
  if (!hasEnded(draft.phase) && draft.phase !== 'idle') {
    const waits = draft.task?.status === 'WAITING' || draft.questions.some((question) => question.status === 'open');
    draft.phase = waits ? 'waiting' : 'running';
  }
}

/**
 * Whether the message may show work going on: it begins the run where there was none, and a new one where the last has ended. What comes late
 * from a run that has ended (the same `run`, or none where the ended run had one) does not bring it back to life.
 */
function begin(draft: Draft, message: Message | BuiltInMessage, restart = false): boolean {
  if (hasEnded(draft.phase)) {
    const another = message.run === undefined ? draft.run === undefined : isOfAnotherRun(draft, message);
    if (!another && !restart) return false;
    draft.phase = 'idle';
    draft.earlierRuns = (draft.earlierRuns ?? 0) + 1;
    draft.progress = draft.summary = draft.error = draft.task = null;
    draft.steps = draft.questions = draft.results = [];
    Object.assign(draft.bytes, { steps: 0, questions: 0, results: 0 });
    delete draft.endedAt;
    delete draft.run;
  }
  if (draft.phase === 'idle') {
    draft.phase = 'running';
    delete draft.startedAt;
    if (message.ts !== undefined) draft.startedAt = message.ts;
  }
  const run = shortText(message.run);
  if (run !== undefined) draft.run = run;
  return true;
}

/** Whether it is of a step that was over with its run: what comes of it yet begins no other one. */
function isLate(draft: Draft, step: string | undefined): boolean {
  return hasEnded(draft.phase) && step !== undefined && draft.steps.some(({ id }) => id === step);
}

function isOfAnotherRun(draft: Draft, message: Message | BuiltInMessage): boolean {
  return message.run !== undefined && shortText(message.run) !== draft.run;
}

/** Ends the run, but for the late end of a run that another has followed. */
function end(draft: Draft, phase: Phase, message: Message | BuiltInMessage): boolean {
  const late = hasEnded(draft.phase);
  if (!late && draft.run !== undefined && isOfAnotherRun(draft, message)) return false;
  draft.phase = phase;
  if (!late && message.ts !== undefined) draft.endedAt = message.ts;
  const run = shortText(message.run);
  if (run !== undefined) draft.run = run;
  for (const step of draft.steps) {
    if (step.status === 'running') putStep(draft, { ...step, status: 'stopped', ...given('endedAt', message.ts) });
  }
  for (const question of draft.questions) {
    if (question.status === 'open') putQuestion(draft, { ...question, status: 'cancelled' });
  }
  return true;
}

function applyProgress(draft: Draft, data: ProgressData, message: BuiltInMessage): void {
  const progress: ProgressView = {
    ...given('value', data.value),
    ...given('max', data.max),
    ...given('message', data.message === undefined ? undefined : clipText(data.message, 1024)),
    ...given('label', shortText(data.label)),
    ...given('unit', shortText(data.unit)),
    ...stamp(message),
  };
  const id = data.step ?? message.step;
  const step = id === undefined ? undefined : draft.steps.find((other) => other.id === id);
  if (step) putStep(draft, { ...step, progress });
  else draft.progress = progress;
}

function applyEvent(draft: Draft, data: EventData, message: BuiltInMessage): void {
  const id = data.step;
  const event = Object.hasOwn(STEP_EVENTS, data.event) ? STEP_EVENTS[data.event] : undefined;
  const isEnd = event !== undefined && event.status !== 'running';
  const live = !(isEnd && isLate(draft, id)) && begin(draft, message);
  if (!isKey(id) || !event) return;
  const { kind, status } = event;
  if (status === 'running') {
    if (!live) return;
    const parent = data.parent ?? (message.step === id ? undefined : message.step);
    putStep(draft, {
      id,
      kind,
      status: 'running',
      label: clipText(data.label ?? id, 512),
      ...given('parent', isKey(parent) ? parent : undefined),
      ...given('agent', shortText(message.agent)),
      ...given('startedAt', message.ts),
    });
  } else {
    const step = draft.steps.find((other) => other.id === id);
    if (!step) return;
    const error = data.error === undefined ? undefined : clipText(data.error, 1024);
    putStep(draft, { ...step, status, ...given('error', error), ...given('endedAt', message.ts) });
  }
}

const STEP_EVENTS: { readonly [event: string]: Pick<StepView, 'kind' | 'status'> } = {
  step_started: { kind: 'step', status: 'running' },
  step_finished: { kind: 'step', status: 'finished' },
  step_failed: { kind: 'step', status: 'failed' },
  step_stopped: { kind: 'step', status: 'stopped' },
  tool_started: { kind: 'tool', status: 'running' },
  tool_finished: { kind: 'tool', status: 'finished' },
  tool_failed: { kind: 'tool', status: 'failed' },
  tool_stopped: { kind: 'tool', status: 'stopped' },
};

/** The ids of steps and questions are kept whole or not at all: cut, they would name another. */
function isKey(id: string | undefined): id is string {
  return id !== undefined && id.length <= 128;
}

function applyTask(draft: Draft, data: TaskData, message: BuiltInMessage): void {
  const ended = TASK_END[data.status];
  if (ended ? !end(draft, ended, message) : !begin(draft, message, true)) return;
  if (data.status === 'PENDING') draft.phase = 'idle';
  draft.task = {
    status: data.status,
    ...given('taskId', shortText(data.taskId)),
    ...given('progress', jsonSize(data.progress) <= LIMITS.state.task / 2 ? data.progress : undefined),
    ...given('currentAgent', shortText(data.currentAgent)),
  };
}

const TASK_END: { readonly [status in TaskData['status']]?: Phase } = {
  COMPLETED: 'completed',
  FAILED: 'failed',
  CANCELLED: 'cancelled',
};

function applyQuestion(draft: Draft, data: QuestionData, message: BuiltInMessage): void {
  const id = data.questionId ?? '';
  if (!isKey(id)) return;
  const bare: QuestionView = {
    id,
    status: 'open',
    question: clipText(data.question, 4096),
    ...given('expiresAt', data.expiresAt),
    ...given('agent', shortText(message.agent)),
    ...stamp(message),
  };
  const whole: QuestionView = {
    ...bare,
    question: data.question,
    ...given('choices', data.choices),
    ...given('schema', data.schema),
    ...given('default', data.default),
  };
  // Asked again after it was closed, it is the youngest.
  const closed = draft.questions.find((other) => other.id === id && other.status !== 'open');
  if (closed) {
    draft.questions = draft.questions.filter((other) => other !== closed);
    draft.bytes.questions -= itemSize(closed);
  }
  putQuestion(draft, itemSize(whole) <= LIMITS.state.questions.each ? whole : bare);
}

function keepMessage(draft: Draft, message: Message): void {
  const size = itemSize(message);
  const { each, count, bytes } = LIMITS.state.messages;
  const kept = size <= each ? message : clipMessage(message);
  draft.messages.push(kept);
  draft.bytes.messages += kept === message ? size : itemSize(kept);
  const { length } = draft.messages;
  let drop = 0;
  while (drop < length && (length - drop > count || draft.bytes.messages > bytes)) {
    draft.bytes.messages -= itemSize(draft.messages[drop]);
    drop++;
  }
  if (drop > 0) draft.messages.splice(0, drop);
  // A snapshot may have said that its lists weigh more than they do.
  if (drop === length) draft.bytes.messages = 0;
}

function clipMessage(message: Message): KeptMessage {
  const { limited } = limitData(message.data, LIMITS.state.messages.each - 4096);
  return {
    type: clipText(message.type, 512),
    data: limited as JsonValue,
    ...stamp(message),
    ...given('id', shortText(message.id)),
    ...given('agent', shortText(message.agent)),
    ...given('step', shortText(message.step)),
    ...given('run', shortText(message.run)),
    ...given('level', message.level),
    truncated: true,
  };
}

function putStep(draft: Draft, step: StepView): void {
  draft.steps = put(
    draft,
    'steps',
    draft.steps,
    step,
    (other) => other.id === step.id,
    (other) => other.status !== 'running',
  );
}

function putQuestion(draft: Draft, question: QuestionView): void {
  const small = itemSize(question) <= LIMITS.state.questions.each;
  const { answer: _, ...bare } = question;
  draft.questions = put(
    draft,
    'questions',
    draft.questions,
    small ? question : bare,
    (other) => other.id === question.id,
    (other) => other.status !== 'open',
  );
}

/**
 * The list with an item in the place of the one that it follows up, or at the end; what is then too much is dropped, the expendable first, the
 * oldest first.
 */
function put<T>(
  draft: Draft,
  key: 'steps' | 'questions' | 'results',
  list: readonly T[],
  item: T,
  isSame: (other: T) => boolean,
  isExpendable: (other: T) => boolean = () => true,
): readonly T[] {
  const items = [...list];
  const place = items.findIndex(isSame);
  const before = items[place];
  if (before === undefined) items.push(item);
  else items[place] = item;
  draft.bytes[key] += itemSize(item) - (before === undefined ? 0 : itemSize(before));
  const { count, bytes } = LIMITS.state[key];
  while (items.length > count || (items.length > 0 && draft.bytes[key] > bytes)) {
    const expendable = items.findIndex((other) => other !== item && isExpendable(other));
    const [dropped] = items.splice(Math.max(0, expendable), 1);
    draft.bytes[key] -= itemSize(dropped);
  }
  // A snapshot may have said that its lists weigh more than they do.
  if (items.length === 0) draft.bytes[key] = 0;
  return items;
}

/** What an item of a list weighs: the data in it may be as deep as data may be. */
function itemSize(item: unknown): number {
  return jsonSize(item, LIMITS.depth + 1);
}

/** Data within `limit` bytes of JSON: a text is cut, anything else that is larger becomes `null`. */
function limitData(data: unknown, limit: number): { limited: unknown; truncated?: true } {
  if (jsonSize(data) <= limit) return { limited: data };
  return { limited: typeof data === 'string' ? clipText(data, limit) : null, truncated: true };
}

function stamp(message: { readonly ts?: number }): { ts?: number } {
  return given('ts', message.ts);
}

/** A name or id as the state keeps it: a few hundred bytes at most. */
function shortText(value: string | undefined): string | undefined {
  return value === undefined ? undefined : clipText(value, 256);
}

/** `{ [key]: value }`, or nothing where there is no value: in JSON a field that is undefined does not exist. */
function given<K extends string, V>(key: K, value: V | undefined): { [P in K]?: V } {
  return value === undefined ? {} : ({ [key]: value } as { [P in K]: V });
}
