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
  endOfTask,
  hasEnded,
  type KeptMessage,
  type ListBytes,
  type Phase,
  type ProgressView,
  type QuestionView,
  type StepView,
} from './state.js';
import { readStepEvent } from './step-events.js';

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
      draft.status = given({
        text: clipText(statusText(message.data), LIMITS.state.status - 1024),
        ts: message.ts,
        agent: shortText(message.agent),
        level: message.level,
      });
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
      const { questionId, outcome, answer, by, anonymous } = message.data;
      const question = draft.questions.find(({ id }) => id === questionId);
      if (question?.status === 'open') {
        putQuestion(draft, { ...question, status: outcome, ...given({ answer, by: shortText(by), anonymous }) });
      }
      break;
    }
    case 'result': {
      const { limited, truncated } = limitData(message.data.data ?? null, LIMITS.state.results.each - 1024);
      const agent = clipText(message.data.agent, 512);
      const result = { agent, data: limited, ...given({ ts: message.ts, truncated }) };
      draft.results = put(draft, 'results', draft.results, result, (other) => other.agent === agent);
      break;
    }
    case 'complete':
      if (end(draft, 'completed', message)) draft.summary = clipText(message.data.summary, LIMITS.state.summary);
      break;
    case 'error':
      draft.error = given({
        message: clipText(message.data.message, LIMITS.state.error - 1024),
        fatal: message.data.fatal === true,
        code: shortText(message.data.code),
        ts: message.ts,
      });
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
    if (step.status === 'running') putStep(draft, { ...step, status: 'stopped', ...given({ endedAt: message.ts }) });
  }
  for (const question of draft.questions) {
    if (question.status === 'open') putQuestion(draft, { ...question, status: 'cancelled' });
  }
  return true;
}

function applyProgress(draft: Draft, data: ProgressData, message: BuiltInMessage): void {
  const progress: ProgressView = given({
    value: data.value,
    max: data.max,
    message: shortText(data.message, 1024),
    label: shortText(data.label),
    unit: shortText(data.unit),
    ts: message.ts,
  });
  const id = data.step ?? message.step;
  const step = id === undefined ? undefined : draft.steps.find((other) => other.id === id);
  if (step) putStep(draft, { ...step, progress });
  else draft.progress = progress;
}

function applyEvent(draft: Draft, data: EventData, message: BuiltInMessage): void {
  const id = data.step;
  const happened = readStepEvent(data.event);
  const isEnd = happened !== undefined && happened.status !== 'running';
  const live = !(isEnd && isLate(draft, id)) && begin(draft, message);
  if (!isKey(id) || !happened) return;
  if (!isEnd) {
    if (!live) return;
    const parent = data.parent ?? (message.step === id ? undefined : message.step);
    const step = given({
      id,
      ...happened,
      label: clipText(data.label ?? id, 512),
      parent: isKey(parent) ? parent : undefined,
      agent: shortText(message.agent),
      startedAt: message.ts,
    });
    putStep(draft, step);
  } else {
    const step = draft.steps.find((other) => other.id === id);
    if (!step) return;
    putStep(draft, {
      ...step,
      status: happened.status,
      ...given({ error: shortText(data.error, 1024), endedAt: message.ts }),
    });
  }
}

/** The ids of steps and questions are kept whole or not at all: cut, they would name another. */
function isKey(id: string | undefined): id is string {
  return id !== undefined && id.length <= 128;
}

function applyTask(draft: Draft, data: TaskData, message: BuiltInMessage): void {
  const ended = endOfTask(data.status);
  if (ended ? !end(draft, ended, message) : !begin(draft, message, true)) return;
  if (data.status === 'PENDING') draft.phase = 'idle';
  draft.task = given({
    status: data.status,
    taskId: shortText(data.taskId),
    progress: jsonSize(data.progress) <= LIMITS.state.task / 2 ? data.progress : undefined,
    currentAgent: shortText(data.currentAgent),
  });
}

function applyQuestion(draft: Draft, data: QuestionData, message: BuiltInMessage): void {
  const id = data.questionId ?? '';
  if (!isKey(id)) return;
  const bare: QuestionView = given({
    id,
    status: 'open' as const,
    question: clipText(data.question, 4096),
    expiresAt: data.expiresAt,
    agent: shortText(message.agent),
    ts: message.ts,
  });
  const { question, choices, schema, default: fallback } = data;
  const whole: QuestionView = { ...bare, question, ...given({ choices, schema, default: fallback }) };
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
  return given({
    type: clipText(message.type, 512),
    data: limited as JsonValue,
    ts: message.ts,
    id: shortText(message.id),
    agent: shortText(message.agent),
    step: shortText(message.step),
    run: shortText(message.run),
    level: message.level,
    truncated: true as const,
  });
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

/** A name or id as the state keeps it: a few hundred bytes at most, or up to `limit`. */
function shortText(value: string | undefined, limit = 256): string | undefined {
  return value === undefined ? undefined : clipText(value, limit);
}

/** `T` without what is `undefined` in it. */
type Given<T> = { [K in keyof T as undefined extends T[K] ? never : K]: T[K] } & {
  [K in keyof T as undefined extends T[K] ? K : never]?: Exclude<T[K], undefined>;
};

/** The fields that have a value: in JSON a field that is undefined does not exist. */
function given<T extends object>(fields: T): Given<T> {
  const having: { [key: string]: unknown } = {};
  for (const [key, value] of Object.entries(fields)) if (value !== undefined) having[key] = value;
  return having as Given<T>;
}
