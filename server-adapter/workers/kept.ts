/** Calls that are kept until a worker is attached, and their characters: whoever attaches it late still hears them. */
const MOST = { count: 10_000, characters: 16 * 1024 * 1024 };

export interface KeptCall {
  readonly n: number;
  readonly text: string;
}

/** The latest calls of a worker, within bounds: the oldest go. */
export class Kept {
  #calls: KeptCall[] = [];
  /** The first of them that counts: taking one from the front of a long list is slow. */
  #from = 0;
  #characters = 0;

  push(call: KeptCall): void {
    this.#calls.push(call);
    this.#characters += call.text.length;
    while (this.#calls.length - this.#from > MOST.count || this.#characters > MOST.characters) {
      this.#characters -= this.#calls[this.#from]?.text.length ?? 0;
      this.#from++;
    }
    if (this.#from < MOST.count) return;
    this.#calls = this.#calls.slice(this.#from);
    this.#from = 0;
  }

  /** Those that came after the `n`th. */
  after(n: number): KeptCall[] {
    return this.#calls.slice(this.#from).filter((call) => call.n > n);
  }

  clear(): void {
    this.#calls = [];
    this.#from = 0;
    this.#characters = 0;
  }
}
