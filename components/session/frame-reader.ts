import { isObject, LIMITS, parseJson } from '../../protocol/index.js';

export interface Reading {
  readonly values: readonly unknown[];
  /** What could not be read and was left out. */
  readonly problem?: string;
}

/**
 * Reads JSON objects from text frames. A frame is one object, as a rule; from servers that split or join them (seed: status-messenger), what can
 * be read is read: several objects in a frame, an object over several frames. Text that never becomes an object is dropped as soon as a
 * later frame can be read.
 */
export class FrameReader {
  #partial = '';

  read(frame: string): Reading {
    if (this.#partial === '') {
      const value = parseJson(frame);
      if (value !== undefined) return { values: [value] };
    }
    const joined = scan(this.#partial + frame);
    if (joined.values.length === 0 && this.#partial !== '') {
      const alone = scan(frame);
      if (alone.values.some((value) => isObject(value) && typeof value.type === 'string')) {
        return this.#keep(alone, `${this.#partial.length} characters that never became JSON`);
      }
    }
    return this.#keep(joined, joined.junk ? 'text that is no JSON' : undefined);
  }

  /** Forgets the beginning of an object that will not go on: its connection ended. */
  reset(): void {
    this.#partial = '';
  }

  #keep({ values, rest }: Scan, problem: string | undefined): Reading {
    const tooLong = rest.length > LIMITS.partialFrame;
    this.#partial = tooLong ? '' : rest;
    const left = tooLong ? `over ${LIMITS.partialFrame} characters without the end of an object` : problem;
    return left === undefined ? { values } : { values, problem: left };
  }
}

interface Scan {
  readonly values: readonly unknown[];
  /** The beginning of an object that has not ended. */
  readonly rest: string;
  /** Something between the objects, or in braces, is no JSON. */
  readonly junk: boolean;
}

/** How often a scan starts over inside what looked like an object: text made of braces must not cost its length squared. */
const RESTARTS = 32;

function scan(text: string): Scan {
  const values: unknown[] = [];
  let junk = false;
  let restarts = 0;
  let at = 0;
  while (true) {
    const start = text.indexOf('{', at);
    const between = start < 0 ? text.slice(at) : text.slice(at, start);
    junk ||= between.trim() !== '';
    if (start < 0) return { values, rest: '', junk };
    const end = endOfObject(text, start);
    if (end < 0) return { values, rest: text.slice(start), junk };
    const value = parseJson(text.slice(start, end));
    if (value !== undefined) {
      values.push(value);
      at = end;
    } else {
      junk = true;
      at = start + 1;
      if (++restarts > RESTARTS) return { values, rest: '', junk };
    }
  }
}

/** Behind the brace that closes the one at `start`, strings left aside; -1 when there is none. */
function endOfObject(text: string, start: number): number {
  let depth = 0;
  let inString = false;
  for (let i = start; i < text.length; i++) {
    const character = text[i];
    if (inString) {
      if (character === '\\') i++;
      else if (character === '"') inString = false;
    } else if (character === '"') inString = true;
    else if (character === '{') depth++;
    else if (character === '}' && --depth === 0) return i + 1;
  }
  return -1;
}
