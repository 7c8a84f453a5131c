import { type Clock, isObject, jsonSize, LIMITS, parseJson } from '../../protocol/index.js';
import type { SessionClientOptions } from './options.js';
import { keptName } from './session-address.js';
import { pageStorage, type StorageLike } from './storage.js';

/** What is kept over a reload: far more than a person sends while a connection is lost, and less than half of what any browser gives to a page. */
const KEPT = { count: 1000, bytes: 2 * 1024 * 1024 };
/** Less room than this is not tried where the storage is full: hardly a frame would fit. */
const LEAST_ROOM = 256;
/** Browsers keep two bytes for every UTF-16 unit. */
const UNIT = 2;
/** What there is room for in any case: so many frames, and characters of all of them, beside what stands around each. */
export const MOST = { count: KEPT.count, length: KEPT.bytes / UNIT - KEPT.count * 64 };
/** Milliseconds for which a frame is kept. A tab that is opened again next week must not stop a run that nobody knew of. */
const LIFETIME = 24 * 3_600_000;

export interface KeptFrame {
  /** As it is sent. */
  readonly frame: string;
  /** When it was said, in milliseconds since 1970. */
  readonly at: number;
}

/** Frames by their `ref`, oldest first. */
export type Frames = ReadonlyMap<string, KeptFrame>;

/** Frames in a storage that outlives the page. Where there is none, or it refuses, nothing is kept: that is no mistake of anyone's. */
export class KeptFrames {
  readonly #storage: StorageLike | undefined;
  readonly #key: string = '';
  readonly #clock: Clock;

  constructor(options: SessionClientOptions, clock: Clock) {
    this.#clock = clock;
    try {
      this.#key = keptName(options);
      this.#storage = options.storage ?? pageStorage();
    } catch {
      // A browser that blocks its storage throws when it is only looked at. An address that cannot be is told of when it is connected to.
    }
  }

  /** Those that are not too old. */
  read(): Map<string, KeptFrame> {
    const frames = new Map<string, KeptFrame>();
    const now = this.#clock.now();
    try {
      const text = this.#storage?.getItem(this.#key) ?? '';
      const values = text.length * UNIT <= KEPT.bytes ? parseJson(text) : undefined;
      for (const value of Array.isArray(values) ? values.slice(0, KEPT.count) : []) {
        if (!isKept(value) || Math.abs(now - value.at) > LIFETIME) continue;
        frames.set(value.frame.ref, { frame: JSON.stringify(value.frame), at: value.at });
      }
    } catch {}
    return frames;
  }

  /** Keeps of `frames` the oldest, as many as there is room for; one that is too large for the room takes it from no other. */
  write(frames: Frames): void {
    for (let room = KEPT.bytes; room >= LEAST_ROOM; room /= 2) {
      const list = listOf(frames, room);
      try {
        if (list === '') this.#storage?.removeItem(this.#key);
        else this.#storage?.setItem(this.#key, `[${list}]`);
        return;
      } catch {
        // It is full, or blocked.
      }
    }
  }
}

/** As many of `frames` as JSON as fit into `room` bytes. */
function listOf(frames: Frames, room: number): string {
  let list = '';
  let count = 0;
  for (const { frame, at } of frames.values()) {
    const entry = `${list === '' ? '' : ','}{"at":${at},"frame":${frame}}`;
    // Two brackets are around them.
    if ((list.length + entry.length + 2) * UNIT > room) continue;
    list += entry;
    if (++count === KEPT.count) break;
  }
  return list;
}

interface Entry {
  readonly at: number;
  readonly frame: { readonly ref: string };
}

/** Whether a value from the storage, where anyone may have written, is a frame that a page waits to have acknowledged. */
function isKept(value: unknown): value is Entry {
  return isObject(value) && typeof value.at === 'number' && isFrame(value.frame);
}

function isFrame(value: unknown): boolean {
  if (!isObject(value) || typeof value.ref !== 'string') return false;
  const { ref, type } = value;
  const isKnown =
    type === 'answer' || type === 'cancel' || type === 'input' || (type === undefined && 'answer' in value);
  return isKnown && ref !== '' && ref.length <= LIMITS.refLength && jsonSize(value) <= LIMITS.clientFrame;
}
