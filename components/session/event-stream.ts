import { LIMITS, StatusMessengerError } from '../../protocol/index.js';

/** An event of a stream. */
export interface StreamEvent {
  /** `message` where the stream names none. */
  readonly type: string;
  readonly data: string;
}

/**
 * Reads a stream of server-sent events, in whatever pieces its bytes come, as the HTML standard has it. Ids and waits (`id`, `retry`) are left aside: positions
 * stand in the frames, and when to come back is the client's own to decide.
 */
export class EventStream {
  // Bytes that make no character are replaced, and a byte order mark at the beginning is left out.
  readonly #decoder = new TextDecoder();
  /** The last piece ended with a carriage return: a line feed that follows belongs to it. */
  #afterReturn = false;
  /** The line, and the lines of data, that have not ended yet. */
  #line = '';
  #data = '';
  #type = '';

  /** The events that end in a piece. Throws `too_large` for one that no frame could be in; nothing can be read after that. */
  read(piece: Uint8Array): readonly StreamEvent[] {
    let text = this.#decoder.decode(piece, { stream: true });
    if (text === '') return [];
    if (this.#afterReturn && text.startsWith('\n')) text = text.slice(1);
    this.#afterReturn = text.endsWith('\r');
    const [first = '', ...rest] = text.split(/\r\n|\r|\n/);
    const events: StreamEvent[] = [];
    this.#line += first;
    for (const next of rest) {
      this.#take(this.#line, events);
      this.#line = next;
    }
    if (this.#line.length + this.#data.length <= LIMITS.partialFrame) return events;
    throw new StatusMessengerError('too_large', `an event: got over ${LIMITS.partialFrame} characters without its end`);
  }

  #take(line: string, events: StreamEvent[]): void {
    if (line === '') {
      // Every line of data brings its end along, the last one's is none of the data's.
      if (this.#data !== '') events.push({ type: this.#type || 'message', data: this.#data.slice(0, -1) });
      this.#data = this.#type = '';
      return;
    }
    const [, name, value = ''] = /^([^:]*)(?:: ?(.*))?$/s.exec(line) ?? [];
    if (name === 'data') this.#data += `${value}\n`;
    else if (name === 'event') this.#type = value;
  }
}
