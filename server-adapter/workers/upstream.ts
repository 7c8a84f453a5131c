import { type Clock, clipText, messageOf, StatusMessengerError } from '../../protocol/index.js';
import { type Context, contextSaid } from '../context.js';
import { UnansweredError } from '../conversation/questions.js';
import { Log, type Logger } from '../logger.js';
import { errorOf } from './failures.js';
import { type Call, readOwnerFrame, type Terms, type WorkerFrame } from './frames.js';
import { Kept } from './kept.js';
import type { Port, PortEvents } from './port.js';

/** Milliseconds after which a worker that nobody has attached is told so. */
const PATIENCE = 5000;
/** Milliseconds in which a worker that stood still for so long reads what has come meanwhile. */
const READING = 100;
/** Milliseconds that a worker stands still for at most, once, to learn what it was attached with. */
const WAIT = 250;

/** Someone in the worker who waits for what a call answers. */
interface Waiting {
  readonly question: string;
  resolve(value: unknown): void;
  reject(error: unknown): void;
}

export interface UpstreamSurroundings {
  readonly clock: Clock;
  readonly logger: Logger;
}

/**
 * A worker's side of `attachWorker`: hands the calls that are made here to the messenger that is elsewhere, each once and in order. What is called before the
 * worker is attached is kept, within bounds, and said again where nobody heard it.
 */
export class Upstream {
  readonly #open: (events: PortEvents) => Port;
  readonly #clock: Clock;
  readonly #log: Log;
  #port: Port | undefined;
  /** A worker that was detached says nothing: what it would say is not for whoever attaches it next. */
  #state: 'new' | 'attached' | 'detached' = 'new';
  #attachment = 0;
  #context: Context | undefined;
  #abort = new AbortController();
  /** The calls so far, and the last of them. */
  #n = 0;
  #last: Call | undefined;
  readonly #kept = new Kept();
  #hasWaited = false;
  /** Nobody has attached it within the time. */
  #isAlone = false;
  readonly #waiting = new Map<number, Waiting>();
  #requests = 0;

  constructor(open: (events: PortEvents) => Port, { clock, logger }: UpstreamSurroundings) {
    this.#open = open;
    this.#clock = clock;
    this.#log = new Log(logger);
  }

  get clock(): Clock {
    return this.#clock;
  }

  /** The context that the worker was attached with. Stands still for a moment where that is not known yet. */
  context(): Context | undefined {
    const port = this.#begin();
    port.poll();
    if (this.#state === 'new' && !this.#hasWaited) this.#wait(port);
    return this.#context;
  }

  /** The context here, as far as it is known. */
  known(): Context {
    const { context, isGrounded } = contextSaid();
    return isGrounded ? { signal: this.#abort.signal, ...this.#context, ...context } : context;
  }

  /** Hands over a call. Throws where JSON cannot carry it. */
  call(call: Call): void {
    const port = this.#begin();
    // Its own port may have told the worker before what to do, and for whom.
    port.poll();
    if (this.#state === 'detached') {
      this.#warn(call, 'was detached');
      return;
    }
    if (!this.#last) this.#giveUpLater(call);
    this.#last = call;
    const { context, isGrounded } = contextSaid();
    const { signal, ...said } = context;
    const n = this.#n + 1;
    const text = write({ kind: 'call', attachment: this.#attachment, n, context: said, isGrounded, call });
    this.#n = n;
    if (this.#state === 'new') this.#kept.push({ n, text });
    port.post(text);
  }

  /** Hands over a call that is answered. The worker stays alive until then. */
  request(make: (id: number) => Call, question: string, signal?: AbortSignal): Promise<unknown> {
    return new Promise((resolve, reject) => {
      signal?.throwIfAborted();
      if (this.#state === 'detached' || (this.#state === 'new' && this.#isAlone)) throw alone(question);
      const id = ++this.#requests;
      const takeBack = () => {
        this.#settle(id, (waiting) => waiting.reject(signal?.reason));
        this.call({ kind: 'takeBack', id });
      };
      this.call(make(id));
      if (this.#waiting.size === 0) this.#begin().hold();
      const done = () => signal?.removeEventListener('abort', takeBack);
      this.#waiting.set(id, {
        question,
        resolve: (value) => {
          done();
          resolve(value);
        },
        reject: (error) => {
          done();
          reject(error);
        },
      });
      signal?.addEventListener('abort', takeBack, { once: true });
    });
  }

  warnOnce(key: string, text: string): void {
    this.#log.warnOnce(key, text);
  }

  #begin(): Port {
    if (this.#port) return this.#port;
    const port = this.#open({
      heard: (text) => this.#hear(text),
      lost: () => this.#rejectAll((question) => new UnansweredError('cancelled', question)),
    });
    this.#port = port;
    process.once('exit', () => this.#leave(port));
    port.post(write({ kind: 'hello', n: 0 }));
    return port;
  }

  #hear(text: string): void {
    const frame = readOwnerFrame(text);
    switch (frame?.kind) {
      case 'here':
        if (this.#state === 'new') this.#port?.post(write({ kind: 'hello', n: this.#n }));
        else if (frame.attachment !== this.#attachment) this.#attach(frame);
        return;
      case 'attached':
        // More than one hello may be answered.
        if (this.#state !== 'new') return;
        this.#attach(frame);
        if (frame.heard < frame.hello) this.#sayAgain(frame.heard);
        this.#kept.clear();
        return;
      case 'abort':
        this.#abort.abort(new Error(frame.reason));
        return;
      case 'answer':
        this.#settle(frame.id, (waiting) => waiting.resolve(frame.value));
        return;
      case 'refused':
        this.#settle(frame.id, (waiting) => waiting.reject(errorOf(frame.failure, waiting.question)));
        return;
      case 'detached':
        if (this.#state === 'new') return;
        this.#state = 'detached';
        this.#context = undefined;
        this.#rejectAll((question) => new UnansweredError('cancelled', question));
        return;
    }
  }

  #attach({ attachment, context, aborted }: Terms): void {
    if (this.#attachment > 0) this.#abort = new AbortController();
    this.#attachment = attachment;
    this.#state = 'attached';
    this.#context = context && Object.freeze({ ...context, signal: this.#abort.signal });
    if (aborted !== undefined) this.#abort.abort(new Error(aborted));
  }

  /** Nobody listened when these calls were made. */
  #sayAgain(heard: number): void {
    const again = this.#kept.after(heard);
    this.#port?.post(write({ kind: 'from', n: again[0]?.n ?? this.#n + 1 }));
    for (const { text } of again) this.#port?.post(text);
  }

  /** Stands still until it is clear whether the worker is attached, or that it takes too long. */
  #wait(port: Port): void {
    this.#hasWaited = true;
    port.post(write({ kind: 'hello', n: this.#n }), true);
    const cell = new Int32Array(new SharedArrayBuffer(4));
    for (let waited = 0; waited < WAIT && this.#state === 'new'; waited++) {
      Atomics.wait(cell, 0, 0, 1);
      port.poll();
    }
  }

  /** The worker ends: what it said last is to arrive, and whoever forgot to attach it is to know. */
  #leave(port: Port): void {
    port.poll();
    if (this.#last && this.#state === 'new' && !port.isClogged) {
      if (!this.#hasWaited) this.#wait(port);
      if (this.#state === 'new') this.#warn(this.#last, 'is not attached');
    }
    if (!this.#last || (this.#state === 'new' && this.#isAlone)) return;
    try {
      port.leave();
    } catch (error) {
      this.#log.error(`the last calls of this worker are lost: ${messageOf(error)}`);
    }
  }

  #giveUpLater(call: Call): void {
    const giveUp = () => {
      if (this.#state !== 'new') return;
      this.#isAlone = true;
      this.#warn(call, 'is not attached');
      this.#rejectAll(alone);
    };
    this.#clock.after(PATIENCE, () => this.#clock.after(READING, giveUp));
  }

  #settle(id: number, how: (waiting: Waiting) => void): void {
    const waiting = this.#waiting.get(id);
    if (!waiting) return;
    this.#waiting.delete(id);
    if (this.#waiting.size === 0) this.#port?.release();
    how(waiting);
  }

  #rejectAll(error: (question: string) => Error): void {
    for (const id of [...this.#waiting.keys()]) this.#settle(id, ({ question, reject }) => reject(error(question)));
  }

  #warn(call: Call, what: 'is not attached' | 'was detached'): void {
    const text = `${nameOf(call)}: got a call in a worker that ${what}, ${EXPECTED}`;
    this.#log.warnOnce(what, text);
  }
}

const EXPECTED =
  'expected one that is; call messenger.attachWorker(worker) where the worker is made, or make a messenger in it';

function alone(question: string): StatusMessengerError {
  const got = `got "${clipText(question, 80)}" in a worker that is not attached`;
  return new StatusMessengerError('invalid', `ask: ${got}, ${EXPECTED}`);
}

function nameOf(call: Call): string {
  switch (call.kind) {
    case 'speak':
      return call.call;
    case 'status':
      return 'addStatusMessage';
    case 'send':
      return 'sendToSession';
    default:
      return 'ask';
  }
}

function write(frame: WorkerFrame): string {
  try {
    return JSON.stringify(frame);
  } catch (error) {
    const got = `got data that JSON cannot carry (${messageOf(error).split('\n')[0]})`;
    throw new StatusMessengerError('invalid', `${got}, expected plain data; leave out cycles and BigInt`);
  }
}
