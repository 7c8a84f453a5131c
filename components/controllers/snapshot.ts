import { type ChannelState, invalid, LIMITS, parseJson, readState } from '../../protocol/index.js';

const FIX = 'hand in what messenger.snapshot(sessionId) answers, as it is or as JSON';

/** Reads the property `snapshot` of an element: a state, or the JSON of one. What is neither is told on the console, once, and left out. */
export class SnapshotReader {
  #value: unknown = null;
  #state: ChannelState | undefined;

  read(value: unknown): ChannelState | undefined {
    if (value === this.#value) return this.#state;
    this.#value = value;
    const given = typeof value === 'string' ? parsed(value) : value;
    this.#state = readState(given);
    if (!this.#state && given !== null && given !== undefined) {
      console.error(invalid('snapshot', given, 'the state of a session', FIX).message);
    }
    return this.#state;
  }
}

function parsed(text: string): unknown {
  // No character of JSON is less than a byte: what is longer than a state may be is not even parsed.
  return text.length <= LIMITS.snapshot ? (parseJson(text) ?? text) : text;
}
