import { invalid, isObject, messageOf } from '../../protocol/index.js';
import { type Context, readIds, runInContext, type Speaker } from '../context.js';
import { GoesOnElsewhere, stopReason } from '../conversation/stops.js';
import { type Log, stackOf } from '../logger.js';
import { failureOf } from './failures.js';
import {
  type Call,
  type OwnerFrame,
  readWorkerFrame,
  type SaidContext,
  type Terms,
  type WorkerFrame,
} from './frames.js';
import { OpenSteps } from './open-steps.js';
import type { Peer, PeerEvents } from './peer.js';

export interface AttachmentSettings {
  readonly speaker: Speaker;
  readonly log: Log;
  /** The context of whatever the worker says outside of any context of its own. */
  readonly context: Context | undefined;
  /** Which attachment of the worker it is: 1, 2, 3 … */
  readonly number: number;
  /** Nobody listens to the worker any more. */
  over(): void;
}

/** A worker that is attached: says what is called there, each call once and in order, in the context that it was called in. */
export class Attachment implements PeerEvents {
  readonly #settings: AttachmentSettings;
  #peer: Peer | undefined;
  #isKnown = false;
  /** Up to which call all were heard. */
  #heard: number | undefined;
  readonly #steps = new OpenSteps();
  readonly #asking = new Map<number, { readonly abort: AbortController; readonly isKeyed: boolean }>();

  constructor(settings: AttachmentSettings) {
    this.#settings = settings;
    // What was called before the worker was attached for the first time is for whoever does that.
    if (settings.number === 1) this.#heard = 0;
  }

  /** Whether the worker knows of it. */
  get isKnown(): boolean {
    return this.#isKnown;
  }

  begin(peer: Peer): void {
    this.#peer = peer;
    this.#settings.context?.signal?.addEventListener('abort', this.#abort, { once: true });
    this.#post({ kind: 'here', ...this.#terms() });
  }

  heard(text: string): void {
    try {
      const frame = readWorkerFrame(text);
      if (!frame) throw invalid('a frame', text, 'one of this version', 'install the same version where the worker is');
      this.#take(frame);
    } catch (error) {
      const why = `attachWorker: got something that cannot be said: ${messageOf(error)}`;
      this.#settings.log.warnOnce(why, why);
    }
  }

  failed(error: unknown): void {
    this.#settings.log.error(`a worker failed: ${stackOf(error)}`);
  }

  ended(): void {
    for (const { step, context } of this.#steps.all()) {
      const data = { event: 'step_failed', step };
      runInContext(context, this.#settings.speaker, () =>
        this.#settings.speaker.speak('step', { type: 'event', data }),
      );
    }
    this.#over('the worker has ended');
  }

  detach(): void {
    if (!this.#peer) return;
    this.#post({ kind: 'detached' });
    this.#over('the worker was detached');
  }

  readonly #abort = () => {
    this.#post({ kind: 'abort', reason: messageOf(this.#settings.context?.signal?.reason) });
  };

  #over(reason: string): void {
    const peer = this.#peer;
    if (!peer) return;
    this.#peer = undefined;
    peer.close();
    this.#settings.context?.signal?.removeEventListener('abort', this.#abort);
    // Whoever does the work again takes up what has a key.
    for (const { abort, isKeyed } of this.#asking.values()) {
      abort.abort(isKeyed ? new GoesOnElsewhere(reason) : stopReason(reason));
    }
    this.#settings.over();
  }

  #take(frame: WorkerFrame): void {
    if (frame.kind === 'hello') {
      this.#greet(frame.n);
      return;
    }
    if (frame.kind === 'from') {
      const lost = frame.n - 1 - (this.#heard ?? 0);
      if (lost <= 0) return;
      this.#heard = frame.n - 1;
      const text = `attachWorker: got a worker that had made ${lost} calls more than are kept, expected a new one; attach it in the turn that makes it`;
      this.#settings.log.warn(text);
      return;
    }
    const { attachment, n } = frame;
    const isMine = attachment === this.#settings.number || (attachment === 0 && this.#settings.number === 1);
    if (!isMine || n !== (this.#heard ?? n - 1) + 1) return;
    this.#heard = n;
    this.#isKnown = true;
    const context = this.#contextOf(frame);
    runInContext(context, this.#settings.speaker, () => this.#carryOut(frame.call, context));
  }

  #greet(n: number): void {
    this.#isKnown = true;
    this.#heard ??= n;
    this.#post({ kind: 'attached', hello: n, heard: this.#heard, ...this.#terms() });
  }

  #terms(): Terms {
    const { context, number } = this.#settings;
    const { signal, ...said } = context ?? {};
    const aborted = signal?.aborted ? messageOf(signal.reason) : undefined;
    return { attachment: number, context: context && said, aborted };
  }

  #contextOf({ context, isGrounded }: { readonly context: SaidContext; readonly isGrounded: boolean }): Context {
    const { taskId, agent, step } = context;
    const rest = Object.entries({ taskId, agent, step }).filter(([, text]) => text !== undefined);
    return {
      ...(isGrounded ? this.#settings.context : {}),
      ...readIds(context),
      ...Object.fromEntries(rest),
    };
  }

  #carryOut(call: Call, context: Context): void {
    const { speaker } = this.#settings;
    switch (call.kind) {
      case 'speak':
        speaker.speak(call.call, call.message);
        this.#steps.spoke(call.message, context);
        return;
      case 'status':
        speaker.addStatusMessage(call.text, call.extra);
        return;
      case 'publish':
        speaker.publishAgentEvent(call.data, call.type);
        return;
      case 'takeBack':
        this.#asking.get(call.id)?.abort.abort(new Error('it was taken back'));
        return;
      case 'ask': {
        const { id, question, options } = call;
        const abort = new AbortController();
        this.#asking.set(id, { abort, isKeyed: isObject(options) && options.key !== undefined });
        const asked = speaker.ask(question, { ...options, signal: abort.signal });
        this.#answer(id, asked);
        return;
      }
      case 'send':
        this.#answer(call.id, speaker.sendToSession(call.sessionId, call.message));
        return;
    }
  }

  #answer(id: number, result: Promise<unknown>): void {
    result
      .then(
        (value) => this.#post({ kind: 'answer', id, value }),
        (error: unknown) => this.#post({ kind: 'refused', id, failure: failureOf(error) }),
      )
      .finally(() => this.#asking.delete(id));
  }

  #post(frame: OwnerFrame): void {
    this.#peer?.post(JSON.stringify(frame));
  }
}
