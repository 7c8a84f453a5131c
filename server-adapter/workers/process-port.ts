import { StatusMessengerError } from '../../protocol/index.js';
import type { Port, PortEvents } from './port.js';
import { EVENT, unwrap, wrap } from './process-frames.js';
import { RestFiles } from './rest-files.js';

/** Texts that wait for the end of a process that has left its pipe. */
const WAITING = 10_000;

/** The way out of a process that was made with an IPC channel. */
export class ProcessPort implements Port {
  readonly #send: NonNullable<typeof process.send>;
  readonly #heard: (text: string) => void;
  readonly #lost: () => void;
  readonly #files = RestFiles.make();
  readonly #parent = process.ppid;
  /** What the system has not taken yet. */
  readonly #unsent = new Set<{ readonly text: string }>();
  #isFirst = true;
  #isAwaiting = false;
  #isLeaving = false;
  isClogged = false;

  constructor(send: NonNullable<typeof process.send>, { heard, lost }: PortEvents) {
    this.#send = send;
    this.#heard = heard;
    this.#lost = lost;
    const take = (message: unknown) => {
      const envelope = unwrap(message);
      if (envelope) heard(envelope.text);
    };
    process.on(EVENT as 'message', take);
  }

  post(text: string, isAwaited = false): void {
    if (this.#isLeaving) {
      this.#leaveBehind([text]);
      return;
    }
    if (!process.connected && this.#unsent.size >= WAITING) {
      const got = `got a call after process.disconnect() and ${WAITING} that wait for the end of the process`;
      throw new StatusMessengerError('limit', `${got}, expected fewer; disconnect when all is said`);
    }
    const waiting = { text };
    if (isAwaited) this.#isAwaiting = true;
    else this.#unsent.add(waiting);
    const files = this.#isFirst || isAwaited ? { files: this.#files.path } : {};
    this.#isFirst = false;
    this.isClogged = !this.#send(wrap({ text, ...files, isAwaited }), undefined, undefined, (error) => {
      // What waits when the pipe is left is called back, too.
      if (!error && process.connected) this.#unsent.delete(waiting);
    });
  }

  poll(): void {
    if (!this.#isAwaiting) return;
    for (const text of this.#files.take('answer')) {
      this.#isAwaiting = false;
      this.#heard(text);
    }
  }

  /** One who listens to it keeps the channel, and so the process, alive. */
  hold(): void {
    process.on('disconnect', this.#lost);
    if (!process.connected) process.nextTick(this.#lost);
  }

  release(): void {
    process.off('disconnect', this.#lost);
  }

  leave(): void {
    this.#isLeaving = true;
    this.#leaveBehind(Array.from(this.#unsent, ({ text }) => text));
  }

  #leaveBehind(texts: readonly string[]): void {
    // Without the process that made this one nobody would ever read it.
    if (texts.length > 0 && process.ppid === this.#parent) this.#files.write('rest', texts);
  }
}
