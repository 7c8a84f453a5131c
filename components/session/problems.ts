import { StatusMessengerError } from '../../protocol/index.js';
import type { Emitter } from './emitter.js';
import type { SessionEvents } from './events.js';

/** Tells of what was wrong: listeners each time, and on the console each kind once. */
export class Problems {
  readonly #emitter: Emitter<SessionEvents>;
  readonly #reported = new Set<string>();

  constructor(emitter: Emitter<SessionEvents>) {
    this.#emitter = emitter;
  }

  report(key: string, error: StatusMessengerError): void {
    if (!this.#reported.has(key)) console.error(error.message);
    this.#reported.add(key);
    this.#emitter.emit('problem', error);
  }

  /** What was got is not what it should be. */
  invalid(key: string, text: string): void {
    this.report(key, new StatusMessengerError('invalid', text));
  }
}
