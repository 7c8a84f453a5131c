import {
  type ChannelState,
  isBuiltInMessage,
  type KeptMessage,
  type Message,
  type Position,
  parsePosition,
  readStepEvent,
  type StepView,
  succession,
} from '../../protocol/index.js';
import { Story } from './story.js';

/** The story of a session: of all messages that arrived, and of those that the state kept where they did not; each of them once. */
export class TimelineLog {
  readonly story = new Story();
  /** How far it has come; by the messages themselves where they have no positions. */
  #position: Position | undefined;
  #taken = new WeakSet<Message>();
  #isEmpty = true;

  /** A message arrived. What came before it and did not arrive by itself is in the state. */
  arrive(message: Message, state: ChannelState): void {
    const at = parsePosition(message.id);
    const isNext = at ? this.#position && succession(this.#position, at) === 'next' : !this.#isEmpty;
    if (!isNext) {
      const { messages, steps } = state;
      const place = messages.findIndex((kept) => kept === message || (at && kept.id === message.id));
      this.#takeMissed(messages.slice(0, Math.max(0, place)), steps);
    }
    if (!this.#has(message)) this.#take(message);
  }

  /** Takes what did not arrive by itself, and what became of all that is open. */
  catchUp(state: ChannelState): void {
    this.#takeMissed(state.messages, state.steps);
    this.story.settle(state);
  }

  #takeMissed(messages: readonly KeptMessage[], steps: readonly StepView[]): void {
    const newest = messages.at(-1);
    if (newest && this.#has(newest)) return;
    const at = parsePosition(newest?.id);
    // The log was emptied, or is another one.
    if (!newest || (at && this.#position && at.epoch !== this.#position.epoch)) this.#clear();
    const missed = messages.filter((message) => !this.#has(message));
    const first = parsePosition(missed[0]?.id);
    if (first && first.seq > (this.#position?.seq ?? 0) + 1) {
      const begun = new Set(missed.map(stepBegunBy));
      this.story.miss(steps.filter(({ id }) => !begun.has(id)));
    }
    for (const message of missed) this.#take(message);
  }

  #has(message: KeptMessage): boolean {
    const at = parsePosition(message.id);
    // One that was cut is another object than the one that arrived.
    if (!at) return this.#taken.has(message) || (message.truncated === true && !this.#isEmpty);
    return at.epoch === this.#position?.epoch && at.seq <= this.#position.seq;
  }

  #take(message: Message): void {
    this.#isEmpty = false;
    this.#position = parsePosition(message.id) ?? this.#position;
    this.#taken.add(message);
    if (isBuiltInMessage(message)) this.story.read(message);
  }

  #clear(): void {
    this.#isEmpty = true;
    this.#position = undefined;
    this.story.clear();
  }
}

function stepBegunBy(message: KeptMessage): string | undefined {
  if (!isBuiltInMessage(message) || message.type !== 'event') return undefined;
  return readStepEvent(message.data.event)?.status === 'running' ? message.data.step : undefined;
}
