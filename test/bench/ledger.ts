/** What each of several receivers should get, the messages 0, 1, 2 … of its own, and what it got. */
export class Ledger {
  readonly #perReceiver: number;
  readonly #times: readonly Uint8Array[];
  /** How many different messages have arrived, over all receivers. */
  arrived = 0;
  /** How many arrived once too often. */
  twice = 0;

  constructor(receivers: number, perReceiver: number) {
    this.#perReceiver = perReceiver;
    this.#times = Array.from({ length: receivers }, () => new Uint8Array(perReceiver));
  }

  get lost(): number {
    return this.#times.length * this.#perReceiver - this.arrived;
  }

  enter(receiver: number, index: number): void {
    const times = this.#times[receiver];
    const before = times?.[index];
    if (!times || before === undefined)
      throw new Error(`got message ${index} for receiver ${receiver}, which was never sent`);
    times[index] = 1;
    if (before === 0) this.arrived++;
    else this.twice++;
  }
}
