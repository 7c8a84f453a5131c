import { StringDecoder } from 'node:string_decoder';

/** Characters of a line that has no end yet: what is longer is cut there. */
const LONGEST = 8192;

/** Lines out of the bytes that a command writes. */
export class LineReader {
  readonly #decoder = new StringDecoder();
  #rest = '';

  /** The lines that are whole with this piece. */
  read(piece: Buffer): string[] {
    return this.#split(this.#decoder.write(piece));
  }

  /** What there is without an end. */
  end(): string[] {
    const lines = this.#split(this.#decoder.end());
    const last = lastWritten(this.#rest);
    this.#rest = '';
    return last === '' ? lines : [...lines, last];
  }

  #split(text: string): string[] {
    const lines = (this.#rest + text).split('\n');
    const rest = lines.pop() ?? '';
    // Of a line that is written over and over, what stands there now is enough.
    this.#rest = rest.length > LONGEST ? lastWritten(rest).slice(0, LONGEST) : rest;
    return lines.map(lastWritten);
  }
}

/** What a terminal shows of a line that was written over from its beginning, as bars of progress are. */
function lastWritten(line: string): string {
  return (
    line
      .split('\r')
      .filter((part) => part !== '')
      .at(-1) ?? ''
  );
}
