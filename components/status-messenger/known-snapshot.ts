import type { ChannelState } from '../../protocol/index.js';
import { SnapshotReader } from '../controllers/snapshot.js';
import type { Connection } from '../session/index.js';

/** The property `snapshot`, for as long as there is nothing newer than it: until the server has told all, or the element turns to another session. */
export class KnownSnapshot {
  readonly #reader = new SnapshotReader();
  /** As it was last rendered, and the one that was of another session. */
  #rendered: unknown;
  #outdated: unknown;
  #hasHeard = false;

  /** What it says, also where more is known. */
  read(value: unknown): ChannelState | undefined {
    return this.#reader.read(value);
  }

  /** What it says where nothing newer is known. */
  readCurrent(value: unknown): ChannelState | undefined {
    return this.#hasHeard || value === this.#outdated ? undefined : this.read(value);
  }

  rendered(value: unknown): void {
    this.#rendered = value;
  }

  heard({ status }: Connection): void {
    this.#hasHeard ||= status === 'live' || status === 'ended';
  }

  /** The element turns to another session than one that it had, or than none. */
  replaced(value: unknown, hadSession: boolean): void {
    this.#hasHeard = false;
    // What was handed in for the former session says nothing of this one; what was set together with it does.
    if (hadSession && value === this.#rendered) this.#outdated = value;
  }
}
