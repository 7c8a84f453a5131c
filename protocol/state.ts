import { anything, boolean, type Check, checked, is, list, nullable, number, object, oneOf, text } from './check.js';
import { jsonSize } from './json.js';
import { LIMITS } from './limits.js';
import {
  type Choice,
  choice,
  type Level,
  level,
  type Message,
  messageCheck,
  OUTCOMES,
  type Outcome,
  type TaskStatus,
  taskData,
} from './messages.js';

/** Where a run stands. `waiting`: for a person's answer. The last three are ends. */
export type Phase = 'idle' | 'running' | 'waiting' | 'completed' | 'failed' | 'cancelled';

export interface StatusView {
  readonly text: string;
  readonly ts?: number;
  readonly agent?: string;
  readonly level?: Level;
}

export interface ProgressView {
  readonly value?: number;
  readonly max?: number;
  readonly message?: string;
  readonly label?: string;
  readonly unit?: string;
  readonly ts?: number;
}

/** A step or the use of a tool. `stopped`: the run ended before the server said how the step did. */
export interface StepView {
  readonly id: string;
  readonly kind: 'step' | 'tool';
  readonly status: 'running' | 'finished' | 'failed' | 'stopped';
  readonly label: string;
  readonly parent?: string;
  readonly agent?: string;
  readonly error?: string;
  readonly startedAt?: number;
  readonly endedAt?: number;
  readonly progress?: ProgressView;
}

export interface QuestionView {
  /** `''` in the seed's form, which knows one question at a time. */
  readonly id: string;
  readonly question: string;
  readonly status: 'open' | Outcome;
  readonly choices?: readonly Choice[];
  readonly schema?: unknown;
  readonly expiresAt?: number;
  readonly default?: unknown;
  readonly agent?: string;
  readonly ts?: number;
  readonly answer?: unknown;
  readonly by?: string;
  /** `by` is a connection: nobody said who the page is. */
  readonly anonymous?: boolean;
}

export interface ResultView {
  readonly agent: string;
  readonly data: unknown;
  readonly ts?: number;
  /** The data was too large to keep whole: a text is cut, anything else is `null`. */
  readonly truncated?: true;
}

export interface ErrorView {
  readonly message: string;
  readonly code?: string;
  readonly fatal: boolean;
  readonly ts?: number;
}

export interface TaskView {
  readonly status: TaskStatus;
  readonly taskId?: string;
  readonly progress?: unknown;
  readonly currentAgent?: string;
}

/** A message as the state keeps it: where its data was too large, a text is cut and anything else is `null`. */
export type KeptMessage = Message & { readonly truncated?: true };

/**
 * All that a channel's messages add up to, always within the bounds of `LIMITS.state`. It is plain JSON: the snapshot on the wire is this
 * object, and a server and a page that folded the same messages hold equal ones.
 */
export interface ChannelState {
  readonly phase: Phase;
  /** The run that `phase` speaks of, where messages name one. */
  readonly run?: string;
  /** How many runs of this log were over before this one began, where any were. */
  readonly earlierRuns?: number;
  /** When the run began and ended, in server time. */
  readonly startedAt?: number;
  readonly endedAt?: number;
  readonly status: StatusView | null;
  readonly progress: ProgressView | null;
  /** In the order they began; `stepTree` makes the tree. */
  readonly steps: readonly StepView[];
  /** Open and closed ones, oldest first. */
  readonly questions: readonly QuestionView[];
  /** The latest per agent. */
  readonly results: readonly ResultView[];
  readonly summary: string | null;
  readonly error: ErrorView | null;
  readonly task: TaskView | null;
  /** The last messages, oldest first. */
  readonly messages: readonly KeptMessage[];
  /** What the lists weigh as JSON: the fold drops the oldest of a list by it. */
  readonly bytes: ListBytes;
}

export interface ListBytes {
  readonly steps: number;
  readonly questions: number;
  readonly results: number;
  readonly messages: number;
}

/** A channel that nothing was said in. */
export const initialState: ChannelState = Object.freeze({
  phase: 'idle',
  status: null,
  progress: null,
  steps: Object.freeze([]),
  questions: Object.freeze([]),
  results: Object.freeze([]),
  summary: null,
  error: null,
  task: null,
  messages: Object.freeze([]),
  bytes: Object.freeze({ steps: 0, questions: 0, results: 0, messages: 0 }),
});

export interface StepNode extends StepView {
  readonly children: readonly StepNode[];
}

/** The steps as a tree, in the order they began. One whose parent is not kept any more stands at the root. */
export function stepTree(steps: readonly StepView[]): readonly StepNode[] {
  const nodes = new Map(steps.map((step) => [step.id, { ...step, children: [] as StepNode[] }]));
  const roots: StepNode[] = [];
  for (const node of nodes.values()) {
    const parent = isAncestorOfItself(node, nodes) ? undefined : nodes.get(node.parent ?? '');
    (parent ? parent.children : roots).push(node);
  }
  return roots;
}

/** Whether the way up from a step leads in a circle: such a step could never be reached from a root. */
function isAncestorOfItself(step: StepView, steps: ReadonlyMap<string, StepView>): boolean {
  const passed = new Set<StepView>();
  for (let at: StepView | undefined = step; at; at = steps.get(at.parent ?? '')) {
    if (passed.has(at)) return true;
    passed.add(at);
  }
  return false;
}

/** The oldest question that still waits for its answer. */
export function openQuestion(state: ChannelState): QuestionView | undefined {
  return state.questions.find((question) => question.status === 'open');
}

/** How a run can end. */
export type End = Extract<Phase, 'completed' | 'failed' | 'cancelled'>;

/** Whether the run is over. */
export function hasEnded(phase: Phase): phase is End {
  return phase === 'completed' || phase === 'failed' || phase === 'cancelled';
}

const TASK_ENDS: { readonly [status in TaskStatus]?: End } = {
  COMPLETED: 'completed',
  FAILED: 'failed',
  CANCELLED: 'cancelled',
};

/** How a task with this status has ended; `undefined` where it has not. */
export function endOfTask(status: TaskStatus | undefined): End | undefined {
  return status && TASK_ENDS[status];
}

const truncated: Check<true> = checked('true', (value) => value === true);

const progressView: Check<ProgressView> = object<ProgressView>(
  {},
  { value: number, max: number, message: text, label: text, unit: text, ts: number },
);

const channelState: Check<ChannelState> = object<ChannelState>(
  {
    phase: oneOf('idle', 'running', 'waiting', 'completed', 'failed', 'cancelled'),
    status: nullable(object<StatusView>({ text }, { ts: number, agent: text, level })),
    progress: nullable(progressView),
    steps: list(
      object<StepView>(
        {
          id: text,
          kind: oneOf('step', 'tool'),
          status: oneOf('running', 'finished', 'failed', 'stopped'),
          label: text,
        },
        { parent: text, agent: text, error: text, startedAt: number, endedAt: number, progress: progressView },
      ),
    ),
    questions: list(
      object<QuestionView>(
        { id: text, question: text, status: oneOf('open', ...OUTCOMES) },
        {
          choices: list(choice),
          schema: anything,
          expiresAt: number,
          default: anything,
          agent: text,
          ts: number,
          answer: anything,
          by: text,
          anonymous: boolean,
        },
      ),
    ),
    results: list(object<ResultView>({ agent: text, data: anything }, { ts: number, truncated })),
    summary: nullable(text),
    error: nullable(object<ErrorView>({ message: text, fatal: boolean }, { code: text, ts: number })),
    task: nullable<TaskView>(taskData),
    messages: list(messageCheck<KeptMessage>({ truncated })),
    bytes: object<ListBytes>({ steps: number, questions: number, results: number, messages: number }, {}),
  },
  { run: text, earlierRuns: number, startedAt: number, endedAt: number },
);

/** The state in a snapshot frame; `undefined` where it is none, or is larger or deeper than a snapshot may be. */
export function readState(value: unknown): ChannelState | undefined {
  if (!is(channelState, value)) return undefined;
  // Down to an item's data there are three levels: the state, its list, the item.
  return jsonSize(value, LIMITS.depth + 3) <= LIMITS.snapshot ? value : undefined;
}
