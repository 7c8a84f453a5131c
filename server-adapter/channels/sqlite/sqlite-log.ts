import type { Ack, AnsweredData } from '../../../protocol/index.js';
import { ACKS, dropOldest, MemoryLog } from '../memory-log.js';
import type { Tables } from './tables.js';

/** A channel of the file in memory: what can be read of it is stored. */
export class SqliteLog extends MemoryLog {
  /** Its row in the file; none while there is nothing to keep. */
  row: number | undefined;
  /** What the file says of it: the first message that is kept word for word, the last answer, and when it was used. */
  storedFirst = 1;
  storedAnswers = 0;
  storedUse = 0;
  /** How many messages and answers wait to be stored. */
  waiting = 0;
  /** It could not be brought up to date: it is read anew before it is used. */
  stale = false;
  /** Answers that are not stored: what they will be once they are, or what they are if they could not be. */
  readonly #unstored = new Map<string, Ack | Promise<Ack>>();
  readonly #tables: Pick<Tables, 'end'>;

  constructor(tables: Pick<Tables, 'end'>, ...log: ConstructorParameters<typeof MemoryLog>) {
    super(...log);
    this.#tables = tables;
  }

  get inUse(): boolean {
    return this.holders > 0 || this.waiting > 0;
  }

  /** When it was last used, as far as this process knows. */
  lastUse(now: number): number {
    return this.inUse ? now : this.usedAt;
  }

  override get isEmpty(): boolean {
    return super.isEmpty && this.row === undefined && this.waiting === 0 && this.#unstored.size === 0;
  }

  /** Messages have left the tail that the file still has. */
  get isToCompact(): boolean {
    return this.row !== undefined && this.firstSeq > this.storedFirst;
  }

  /** The first message that is kept word for word. */
  get firstFrame(): string {
    return this.frame(this.firstSeq) ?? '';
  }

  override recall(ref: string): Ack | Promise<Ack> | undefined {
    return this.#unstored.get(ref) ?? this.answerTo(ref);
  }

  /** It is seldom asked for: the file is read. */
  override ended(questionId: string): AnsweredData | undefined {
    return this.row === undefined ? undefined : this.#tables.end(this.row, questionId);
  }

  /** Whether it is stored that a page's frame was accepted. */
  hasAccepted(ref: string): boolean {
    return this.answerTo(ref)?.accepted === true;
  }

  /** What was answered to a page, until it is stored. That it could not be stored does not undo it: this process goes on knowing it. */
  rememberUnstored(ack: Ack, stored: Promise<void>): void {
    const later = stored.then(
      () => {
        if (this.#unstored.get(ack.ref) === later) this.#unstored.delete(ack.ref);
        return this.answerTo(ack.ref) ?? ack;
      },
      () => {
        if (this.#unstored.get(ack.ref) === later) this.#unstored.set(ack.ref, ack);
        return ack;
      },
    );
    this.#unstored.set(ack.ref, later);
    dropOldest(this.#unstored, ACKS);
  }

  override remember(ack: Ack): void {
    super.remember(ack);
    this.#unstored.delete(ack.ref);
  }

  override startOver(epoch: string): void {
    super.startOver(epoch);
    this.row = undefined;
    this.storedFirst = 1;
    this.storedAnswers = 0;
    this.stale = false;
    this.#unstored.clear();
  }
}
