import type { ComplexAttributeConverter } from 'lit';
import { type ChannelState, invalid, LIMITS, parseJson, readState } from '../../protocol/index.js';

const FIX = 'hand in what messenger.snapshot(sessionId) answers, in the attribute as JSON';

/** The attribute `snapshot`, as JSON. Whether it is a state is for a `SnapshotReader` to say. */
export const snapshotAttribute: ComplexAttributeConverter = {
  // No character of JSON is less than a byte: what is longer than a state may be is not even parsed.
  fromAttribute: (text) => (text !== null && text.length <= LIMITS.snapshot ? (parseJson(text) ?? text) : text),
};

/** Reads the property `snapshot` of an element. What is no state is told on the console, once, and left out. */
export class SnapshotReader {
  #value: unknown = null;
  #state: ChannelState | undefined;

  read(value: unknown): ChannelState | undefined {
    if (value === this.#value) return this.#state;
    this.#value = value;
    this.#state = readState(value);
    if (!this.#state && value !== null && value !== undefined) {
      console.error(invalid('snapshot', value, 'the state of a session', FIX).message);
    }
    return this.#state;
  }
}
