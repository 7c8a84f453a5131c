import { parseJson } from '../../protocol/index.js';

/** What somebody has begun to write: names and values, as a form has them. */
export type Draft = ReadonlyArray<readonly [name: string, value: string]>;

/** What is used of a browser's storage. */
type Storage = Pick<globalThis.Storage, 'getItem' | 'setItem'>;

/** The place of all drafts of a tab, how many there are at most, and the characters of each: more than an answer may have. */
const PLACE = 'status-messenger:drafts';
const COUNT = 20;
const LENGTH = 64 * 1024;

/**
 * Drafts in a storage that outlives the page. Where there is none, or it refuses, nothing is kept: that is no mistake of anyone's.
 *
 * @param storage Asked at every call: a browser that blocks its storage throws when it is only looked at.
 */
export class Drafts {
  readonly #storage: () => Storage;

  constructor(storage: () => Storage) {
    this.#storage = storage;
  }

  read(key: string): Draft | undefined {
    return this.#all().get(key);
  }

  /** Keeps a draft; the oldest goes where there are too many. */
  keep(key: string, draft: Draft): void {
    const drafts = this.#all();
    drafts.delete(key);
    if (JSON.stringify(draft).length <= LENGTH) drafts.set(key, draft);
    this.#write([...drafts].slice(-COUNT));
  }

  /** Forgets those of questions that have ended. */
  drop(keys: readonly string[]): void {
    const drafts = this.#all();
    if (keys.filter((key) => drafts.delete(key)).length > 0) this.#write([...drafts]);
  }

  #all(): Map<string, Draft> {
    try {
      const kept = parseJson(this.#storage().getItem(PLACE) ?? '');
      return new Map(Array.isArray(kept) ? kept.filter(isEntry) : []);
    } catch {
      return new Map();
    }
  }

  #write(drafts: ReadonlyArray<readonly [string, Draft]>): void {
    try {
      this.#storage().setItem(PLACE, JSON.stringify(drafts));
    } catch {}
  }
}

function isEntry(value: unknown): value is [string, Draft] {
  return (
    isPair(value) && Array.isArray(value[1]) && value[1].every((pair) => isPair(pair) && typeof pair[1] === 'string')
  );
}

function isPair(value: unknown): value is [string, unknown] {
  return Array.isArray(value) && typeof value[0] === 'string';
}
