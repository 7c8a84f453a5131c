import { isObject, LIMITS, messageOf, parseJson } from '../../protocol/index.js';
import type { SessionClientOptions } from './options.js';
import type { Problems } from './problems.js';

export interface Reading {
  readonly values: readonly unknown[];
  /** What could not be read and was left out. */
  readonly problem?: string;
}

/** What a frame says, by the page's own `decode`, or as text that `reader` reads. */
export function readFrame(
  data: unknown,
  reader: FrameReader,
  options: Pick<SessionClientOptions, 'decode'>,
  problems: Problems,
): readonly unknown[] {
  if (options.decode && (typeof data === 'string' || data instanceof ArrayBuffer)) {
    try {
      const decoded = options.decode(data) ?? [];
      return Array.isArray(decoded) ? decoded : [decoded];
    } catch (error) {
      problems.invalid('decode', `decode: it failed (${messageOf(error)}); the frame is left out`);
      return [];
    }
  }
  if (typeof data !== 'string') {
    problems.invalid('binary', 'a frame: got binary data, expected text; set decode to read it');
    return [];
  }
  const { values, problem } = reader.read(data);
  if (problem) problems.invalid('json', `a frame: got ${problem}, expected a JSON object; it is left out`);
  return values;
}

/**
 * Reads JSON objects from text frames. A frame is one object, as a rule; from servers that split or join them (seed: status-messenger), what can
 * be read is read: several objects in a frame, an object over several frames. Text that never becomes an object is dropped as soon as a
 * later frame can be read.
 */
export class FrameReader {
  #partial = '';
  /** How far the search for its end has come. */
  #end = new ObjectEnd();

  read(frame: string): Reading {
    if (this.#partial === '') {
      const value = parseJson(frame);
      if (value !== undefined) return { values: [value] };
    }
    const joined = this.#join(frame);
    if (this.#partial !== '') {
      const alone = scan(frame);
      // What is messages and nothing else is no piece of another, whatever the quotes and braces before it make of it.
      const isWhole = alone.rest === '' && !alone.junk;
      if (alone.values.some(isMessage) && (isWhole || !joined.values.some(isMessage))) {
        return this.#keep(alone, `${this.#partial.length} characters that never became JSON`);
      }
    }
    return this.#keep(joined, joined.junk ? 'text that is no JSON' : undefined);
  }

  /** Forgets the beginning of an object that will not go on: its connection ended. */
  reset(): void {
    this.#partial = '';
  }

  /** What the partial object and a frame make together. Only the frame is looked at while the object goes on: pieces must not cost their number squared. */
  #join(frame: string): Scan {
    const text = this.#partial + frame;
    const goesOn = this.#partial !== '' && this.#end.find(frame) < 0;
    return goesOn ? { values: [], rest: text, end: this.#end, junk: false } : scan(text);
  }

  #keep({ values, rest, end }: Scan, problem: string | undefined): Reading {
    const tooLong = rest.length > LIMITS.partialFrame;
    this.#partial = tooLong ? '' : rest;
    this.#end = end;
    const left = tooLong ? `over ${LIMITS.partialFrame} characters without the end of an object` : problem;
    return left === undefined ? { values } : { values, problem: left };
  }
}

function isMessage(value: unknown): boolean {
  return isObject(value) && typeof value.type === 'string';
}

interface Scan {
  readonly values: readonly unknown[];
  /** The beginning of an object that has not ended. */
  readonly rest: string;
  readonly end: ObjectEnd;
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
    const closing = new ObjectEnd();
    const start = text.indexOf('{', at);
    const between = start < 0 ? text.slice(at) : text.slice(at, start);
    junk ||= between.trim() !== '';
    if (start < 0) return { values, rest: '', end: closing, junk };
    const end = closing.find(text, start);
    if (end < 0) return { values, rest: text.slice(start), end: closing, junk };
    const value = parseJson(text.slice(start, end));
    if (value !== undefined) {
      values.push(value);
      at = end;
    } else {
      junk = true;
      at = start + 1;
      if (++restarts > RESTARTS) return { values, rest: '', end: closing, junk };
    }
  }
}

/** The search for the brace that closes an object, strings left aside, through as many texts as it takes. */
class ObjectEnd {
  #depth = 0;
  #inString = false;
  #escaped = false;

  /** Behind the brace that closes the first one; -1 when that is not in this text. */
  find(text: string, from = 0): number {
    for (let i = from; i < text.length; i++) {
      const character = text[i];
      if (this.#escaped) this.#escaped = false;
      else if (this.#inString) {
        if (character === '\\') this.#escaped = true;
        else if (character === '"') this.#inString = false;
      } else if (character === '"') this.#inString = true;
      else if (character === '{') this.#depth++;
      else if (character === '}' && --this.#depth === 0) return i + 1;
    }
    return -1;
  }
}
