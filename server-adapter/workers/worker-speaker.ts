import { type Clock, describe, messageOf } from '../../protocol/index.js';
import type { Outgoing, SendResult, StatusExtra } from '../compose.js';
import { runInContext, type Speaker } from '../context.js';
import { type AnswerTo, type AskOptions, readQuestion } from '../conversation/ask-options.js';
import { shown } from '../conversation/run-messages.js';
import type { StatusUpdate } from '../updates.js';
import type { Upstream } from './upstream.js';

/** What the calls mean in a worker: the messenger that attached it says what is said here. */
export class WorkerSpeaker implements Speaker {
  readonly #upstream: Upstream;
  /** Knows what was said in this worker, for those who read that here. */
  readonly #local: Speaker;

  constructor(upstream: Upstream, local: Speaker) {
    this.#upstream = upstream;
    this.#local = local;
  }

  get clock(): Clock {
    return this.#upstream.clock;
  }

  speak(call: string, message: Outgoing): void {
    this.#safely(call, () => this.#upstream.call({ kind: 'speak', call, message }));
  }

  warnOnce(key: string, text: string): void {
    this.#upstream.warnOnce(key, text);
  }

  addStatusMessage(text: string, extra: StatusExtra = {}): void {
    // A long one is cut where it is shown, with a warning.
    const said = typeof text === 'string' ? text : shown(text);
    if (typeof text !== 'string') {
      const got = `got ${describe(text)}, expected a text; pass a string`;
      this.#upstream.warnOnce('status-type', `addStatusMessage: ${got}`);
    }
    this.#safely('addStatusMessage', () => this.#upstream.call({ kind: 'status', text: said, extra }));
    this.#here(() => this.#local.addStatusMessage(said, extra));
  }

  publishAgentEvent(data: unknown, type?: string): void {
    this.#safely('publishAgentEvent', () => this.#upstream.call({ kind: 'publish', data, type }));
  }

  async ask<const O extends AskOptions = Record<never, never>>(question: string, options?: O): Promise<AnswerTo<O>> {
    const { signal } = readQuestion(question, options);
    const signals = [signal, this.#upstream.known().signal].filter((one) => one !== undefined);
    const { signal: _, ...asked }: AskOptions = options ?? {};
    const answer = await this.#upstream.request(
      (id) => ({ kind: 'ask', id, question, options: asked }),
      question,
      AbortSignal.any(signals),
    );
    // It was read by what the options say, where it was asked.
    return answer as AnswerTo<O>;
  }

  async sendToSession(sessionId: string, message: Outgoing): Promise<SendResult> {
    const result = await this.#upstream.request((id) => ({ kind: 'send', id, sessionId, message }), sessionId);
    return result as SendResult;
  }

  getStatusMessages(sessionId?: string): string[] {
    return this.#here(() => this.#local.getStatusMessages(sessionId));
  }

  streamStatusUpdates(options?: { signal?: AbortSignal }): AsyncIterableIterator<StatusUpdate> {
    return this.#local.streamStatusUpdates(options);
  }

  /** In the context as far as it is known: nothing waits for the rest. */
  #here<T>(run: () => T): T {
    return runInContext(this.#upstream.known(), undefined, run);
  }

  #safely(call: string, run: () => void): void {
    try {
      run();
    } catch (error) {
      this.#upstream.warnOnce(`${call}-failed ${messageOf(error)}`, `${call}: ${messageOf(error)}`);
    }
  }
}
