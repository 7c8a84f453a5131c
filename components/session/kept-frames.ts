import { isObject, jsonSize, LIMITS, parseJson } from '../../protocol/index.js';

/** What is used of a browser's storage. */
export interface StorageLike {
  getItem(key: string): string | null;
  setItem(key: string, value: string): void;
  removeItem(key: string): void;
}

/** What is kept over a reload: far more than a person sends while a connection is lost, and a small part of what a browser gives to a page. */
const KEPT = { count: 100, bytes: 512 * 1024 };
/** Browsers keep two bytes for every UTF-16 unit. */
const UNIT = 2;

/** Frames by their `ref`, oldest first. */
export type Frames = ReadonlyMap<string, string>;

/** Frames in a storage that outlives the page. Where there is none, or it refuses, nothing is kept: that is no mistake of anyone's. */
export class KeptFrames {
  readonly #storage: StorageLike | undefined;
  readonly #key: string = '';

  constructor(storage: () => StorageLike | undefined, key: () => string) {
    try {
      this.#key = key();
      this.#storage = storage();
    } catch {
      // A browser that blocks its storage throws when it is only looked at. An address that cannot be is told of when it is connected to.
    }
  }

  read(): Map<string, string> {
    const frames = new Map<string, string>();
    try {
      const text = this.#storage?.getItem(this.#key) ?? '';
      const values = text.length * UNIT <= KEPT.bytes ? parseJson(text) : undefined;
      for (const value of Array.isArray(values) ? values.slice(0, KEPT.count) : []) {
        if (isFrame(value)) frames.set(value.ref, JSON.stringify(value));
      }
    } catch {}
    return frames;
  }

  /** Keeps the oldest of `frames`, as many as there is room for. */
  write(frames: Frames): void {
    let list = '';
    let count = 0;
    for (const frame of frames.values()) {
      if (++count > KEPT.count || (list.length + frame.length + 2) * UNIT > KEPT.bytes) break;
      list += list === '' ? frame : `,${frame}`;
    }
    try {
      if (list === '') this.#storage?.removeItem(this.#key);
      else this.#storage?.setItem(this.#key, `[${list}]`);
    } catch {}
  }
}

/** Whether a value from the storage, where anyone may have written, is a frame that a page waits to have acknowledged. */
function isFrame(value: unknown): value is { readonly ref: string } {
  if (!isObject(value) || typeof value.ref !== 'string') return false;
  const { ref, type } = value;
  const isKnown =
    type === 'answer' || type === 'cancel' || type === 'input' || (type === undefined && 'answer' in value);
  return isKnown && ref !== '' && ref.length <= LIMITS.refLength && jsonSize(value) <= LIMITS.clientFrame;
}
