import { stripVTControlCharacters } from 'node:util';

/** What is written to: a terminal, or a pipe or file. */
export interface Output {
  readonly isTTY?: boolean;
  readonly columns?: number;
  write(text: string): unknown;
}

/** Columns of a terminal that does not say how many it has. */
const COLUMNS = 80;

/** Lines one below the other, and in a terminal a footer below them that is written over. */
export class Screen {
  readonly hasFooter: boolean;
  readonly #output: Output;
  /** The footer that stands there. */
  #footer: readonly string[] = [];

  constructor(output: Output, { TERM }: NodeJS.ProcessEnv) {
    this.#output = output;
    this.hasFooter = output.isTTY === true && TERM !== 'dumb';
  }

  /** Columns that a line of the footer may have. The last one stays free: some terminals begin another line once it is written. */
  get columns(): number {
    return Math.max(1, (this.#output.columns || COLUMNS) - 1);
  }

  /** Writes lines above the footer, which becomes this one. */
  write(lines: readonly string[], footer: readonly string[] = []): void {
    const next = this.hasFooter ? footer : [];
    const isSame = lines.length === 0 && next.join('\n') === this.#footer.join('\n');
    if (isSame) return;
    this.#output.write(this.#erased() + lines.map((line) => `${line}\n`).join('') + next.join('\n'));
    this.#footer = next;
  }

  /** What takes the footer away, and leaves the cursor where it began. Where the terminal has become narrower it has become higher. */
  #erased(): string {
    const width = this.columns + 1;
    const rows = this.#footer.map((line) => Math.max(1, Math.ceil(stripVTControlCharacters(line).length / width)));
    const up = rows.reduce((sum, each) => sum + each, 0) - 1;
    if (this.#footer.length === 0) return '';
    return `\r${up > 0 ? `\u001b[${up}A` : ''}\u001b[J`;
  }
}
