import {
  type BuiltInMessage,
  type ChannelState,
  clipText,
  type End,
  type EventData,
  endOfTask,
  hasEnded,
  type Message,
  type ProgressData,
  type ProgressView,
  readStepEvent,
  type StepView,
  statusText,
} from '../../protocol/index.js';
import { type Entry, type Happening, isOpen, TIMELINE, wayUp } from './entry.js';

/** What only a run that goes on can say. */
const WORK: ReadonlySet<Happening['kind']> = new Set(['step', 'status', 'progress', 'question']);

/** What an entry takes from its message. */
type Origin = Pick<Message, 'agent' | 'step' | 'ts'>;

/** Messages as entries, in the steps that they belong to, in the order in which they came. */
export class Story {
  /** Those that are in no step. */
  roots: Entry[] = [];
  /** Who did something, in the order in which they came up. */
  readonly agents = new Set<string>();
  /** The key of the youngest entry. */
  lastKey = 0;
  #entries: Entry[] = [];
  /** The youngest of each id. */
  readonly #steps = new Map<string, Entry>();
  readonly #questions = new Map<string, Entry>();
  /** Where an amount was told last, by its name: of those that are told by turns. */
  readonly #amounts = new Map<string, Entry>();
  /** What is still to end. */
  readonly #open = new Set<Entry>();
  /** The run has ended, and nothing was heard of another. */
  #isOver = false;
  /** The youngest end of a run. */
  #lastEnd = 0;
  /** Stands for what was dropped. */
  #cut: Entry | undefined;

  read(message: BuiltInMessage): void {
    switch (message.type) {
      case 'status':
        this.#addText(statusText(message.data), message);
        break;
      case 'progress':
        this.#readProgress(message.data, message);
        break;
      case 'event':
        this.#readEvent(message.data, message);
        break;
      case 'question': {
        const { question: text, questionId: id = '', choices } = message.data;
        const question = { id, question: short(text), status: 'open', ...given({ choices }) } as const;
        this.#questions.set(id, this.#add({ kind: 'question', question }, message));
        break;
      }
      case 'answered': {
        const { questionId, outcome: status, ...how } = message.data;
        const asked = this.#questions.get(questionId);
        if (asked?.what.kind !== 'question') break;
        const question = { ...asked.what.question, ...how, status };
        this.#become(asked, { kind: 'question', question });
        this.#add({ kind: 'answer', question }, { ...given({ agent: asked.agent }), ...message }, asked.parent);
        break;
      }
      case 'result': {
        const { agent, data } = message.data;
        const text = clipText(typeof data === 'string' ? data : JSON.stringify(data ?? null), TIMELINE.preview);
        this.#add({ kind: 'result', agent: short(agent), text }, { agent, ...message });
        break;
      }
      case 'complete':
        this.#end('completed', message.data.summary, message);
        break;
      case 'error': {
        const { message: text, fatal } = message.data;
        if (fatal) this.#end('failed', text, message);
        else this.#add({ kind: 'error', text: short(text) }, message);
        break;
      }
      case 'state': {
        const end = endOfTask(message.data.status);
        if (!end) this.#isOver = false;
        // What was told already is not told again.
        else if (!this.#isOver) this.#end(end, '', message);
      }
    }
  }

  /** There was something here that is not kept any more. These steps began in it. */
  miss(steps: readonly StepView[]): void {
    this.#add({ kind: 'gap' }, {});
    for (const step of steps) if (!this.#steps.has(step.id)) this.#begin(step, given({ step: step.parent }));
  }

  /** What is open may have ended without a message of its own: with its run, or in what did not arrive. The state knows. */
  settle({ steps, questions, phase, startedAt = 0 }: ChannelState): void {
    if (this.#open.size === 0) return;
    const known = new Map(steps.map((step) => [step.id, step]));
    for (const entry of this.#open) {
      const { what, at = startedAt } = entry;
      const isPast = hasEnded(phase) || at < startedAt;
      if (what.kind === 'step') {
        const step = known.get(what.step.id);
        if (step === what.step) continue;
        if (step) this.#become(entry, { kind: 'step', step });
        else if (isPast) this.#become(entry, { kind: 'step', step: { ...what.step, status: 'stopped' } });
      } else if (what.kind === 'question') {
        const status = questions.find(({ id }) => id === what.question.id)?.status ?? (isPast ? 'cancelled' : 'open');
        if (status !== 'open') this.#become(entry, { kind: 'question', question: { ...what.question, status } });
      }
    }
  }

  clear(): void {
    for (const entry of this.#entries) entry.isGone = true;
    this.#entries = [];
    this.roots = [];
    for (const list of [this.agents, this.#steps, this.#questions, this.#amounts, this.#open]) list.clear();
    this.#isOver = false;
    this.#cut = undefined;
  }

  #addText(text: string, { level, ...origin }: Origin & Pick<Message, 'level'>): void {
    this.#add({ kind: 'status', text: short(text), ...given({ level }) }, origin);
  }

  /**
   * An amount is told by the step that it is of. Where there is none, the first of its name in a run tells the latest, and so does one that nothing stands
   * between. A text alone is one of many.
   */
  #readProgress(data: ProgressData, origin: Origin): void {
    const { value, max, unit, message, label } = data;
    const text = message ?? label ?? '';
    const step = this.#steps.get(data.step ?? origin.step ?? '');
    if (value === undefined) {
      if (text !== '') this.#addText(text, origin);
      return;
    }
    if (step && isOpen(step)) return;
    const progress = { message: short(text), value, ...given({ max, unit }) };
    const what = { kind: 'progress', progress } as const;
    const known = this.#amountOf(progress, origin);
    if (known) known.what = what;
    remember(this.#amounts, amountName(progress, origin), known ?? this.#add(what, origin));
  }

  /** The entry that an amount goes on in. */
  #amountOf(progress: ProgressView, origin: Origin): Entry | undefined {
    const last = this.roots.at(-1);
    if (last?.what.kind === 'progress' && last.agent === origin.agent) return last;
    const named = this.#amounts.get(amountName(progress, origin));
    return named && !named.isGone && named.key > this.#lastEnd ? named : undefined;
  }

  #readEvent({ event, step: id, parent, label, error }: EventData, origin: Origin): void {
    const happened = readStepEvent(event);
    if (!happened) {
      if (label !== undefined) this.#addText(label, origin);
      return;
    }
    if (!id) return;
    const entry = this.#steps.get(id);
    if (happened.status === 'running') {
      const around = parent ?? (origin.step === id ? undefined : origin.step);
      const times = given({ startedAt: origin.ts });
      const { step: _, ...rest } = origin;
      this.#begin({ id, ...happened, label: short(label ?? id), ...times }, { ...rest, ...given({ step: around }) });
    } else if (entry?.what.kind === 'step') {
      const { status } = happened;
      const end = given({ error: error === undefined ? undefined : short(error), endedAt: origin.ts });
      this.#become(entry, { kind: 'step', step: { ...entry.what.step, ...end, status } });
    }
  }

  #begin(step: StepView, origin: Origin): void {
    const former = this.#steps.get(step.id);
    if (former && isOpen(former) && former.what.kind === 'step') {
      const same = { ...former.what.step, label: step.label };
      // Begun again before it has ended, it is the same one: a server that was restarted does so. After the end of a run it is another.
      const isSame = former.key > this.#lastEnd;
      this.#become(former, { kind: 'step', step: isSame ? same : { ...same, status: 'stopped' } });
      if (isSame) return;
    }
    this.#steps.set(
      step.id,
      this.#add({ kind: 'step', step }, { ...given({ ts: step.startedAt, agent: step.agent }), ...origin }),
    );
  }

  #end(phase: End, text: string, origin: Origin): void {
    this.#lastEnd = this.#add({ kind: 'end', phase, text: short(text) }, origin).key;
    this.#isOver = true;
  }

  #add(what: Happening, { agent: named, step, ts: at }: Origin, place = this.#steps.get(step ?? '')): Entry {
    let parent = place;
    while (parent && parent.depth >= TIMELINE.depth - 1) parent = parent.parent;
    const agent = named === undefined ? parent?.agent : clipText(named, 256);
    const entry = newEntry(++this.lastKey, what, parent, agent, at);
    this.#entries.push(entry);
    (parent ? parent.children : this.roots).push(entry);
    if (parent && what.kind === 'step') parent.steps++;
    if (WORK.has(what.kind)) this.#isOver = false;
    if (agent !== undefined && (this.agents.has(agent) || this.agents.size < TIMELINE.agents)) {
      this.agents.add(agent);
      for (const each of wayUp(parent)) each.agents.add(agent);
    }
    this.#become(entry, what);
    if (this.#entries.length > TIMELINE.entries) this.#dropOldest();
    return entry;
  }

  #become(entry: Entry, what: Happening): void {
    entry.what = what;
    if (isOpen(entry)) this.#open.add(entry);
    else this.#open.delete(entry);
    const hasFailed = what.kind === 'error' || (what.kind === 'step' && what.step.status === 'failed');
    if (hasFailed) for (const each of wayUp(entry.parent)) each.hasFailure = true;
  }

  /** What goes on, and what has something in it, stays as long as there is anything else. */
  #dropOldest(): void {
    const parents = new Set<Entry | undefined>();
    let excess: number = TIMELINE.batch;
    const drop = (mayGo: (entry: Entry) => boolean) => {
      for (const oldest of this.#entries) {
        // With the last entry in it a step goes, too.
        for (const entry of wayUp(oldest)) {
          if (excess <= 0 || entry.isGone || !mayGo(entry) || entry.children.some(({ isGone }) => !isGone)) break;
          entry.isGone = true;
          parents.add(entry.parent);
          this.#forget(entry);
          excess--;
        }
        if (excess <= 0) return;
      }
    };
    drop((entry) => !isOpen(entry));
    drop(() => true);
    const isKept = (entry: Entry) => !entry.isGone;
    for (const parent of parents) if (parent) parent.children = parent.children.filter(isKept);
    this.#entries = this.#entries.filter(isKept);
    this.#cut ??= newEntry(0, { kind: 'gap' });
    this.roots = [this.#cut, ...this.roots.filter((entry) => entry !== this.#cut && isKept(entry))];
  }

  #forget(entry: Entry): void {
    const { what } = entry;
    this.#open.delete(entry);
    if (what.kind === 'step' && this.#steps.get(what.step.id) === entry) this.#steps.delete(what.step.id);
    if (what.kind === 'question' && this.#questions.get(what.question.id) === entry)
      this.#questions.delete(what.question.id);
  }
}

/** What an amount goes by: that of another agent is another. */
function amountName({ message }: ProgressView, { agent }: Pick<Origin, 'agent'>): string {
  return JSON.stringify([agent, message]);
}

/** Sets what is looked up soon again, in the place of what was not for long. */
function remember(amounts: Map<string, Entry>, name: string, entry: Entry): void {
  amounts.delete(name);
  amounts.set(name, entry);
  const [oldest = name] = amounts.keys();
  if (amounts.size > TIMELINE.amounts) amounts.delete(oldest);
}

function newEntry(key: number, what: Happening, parent?: Entry, agent?: string, at?: number): Entry {
  const depth = parent ? parent.depth + 1 : 0;
  const inside = { children: [], agents: new Set<string>(), steps: 0, hasFailure: false };
  return { key, what, parent, depth, agent, at, isGone: false, ...inside };
}

function short(text: string): string {
  return clipText(text, TIMELINE.text);
}

/** Those of the fields that have a value: what is undefined does not exist. */
function given<T extends object>(fields: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  const entries = Object.entries(fields).filter(([, value]) => value !== undefined);
  return Object.fromEntries(entries) as { [K in keyof T]?: Exclude<T[K], undefined> };
}
