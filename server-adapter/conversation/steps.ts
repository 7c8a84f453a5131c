import { randomBytes } from 'node:crypto';
import { clipText, elapsed, invalid, isObject } from '../../protocol/index.js';
import { assertFunction } from '../arguments.js';
import type { Outgoing } from '../compose.js';
import { currentContext, runWithin, type Speaker } from '../context.js';
import { publicMessage } from '../public-error.js';
import { shown } from './run-messages.js';

/** Milliseconds between what a loop says of its progress: more often nobody sees. */
const PACE = 100;
/** Bytes of a step's label: more nobody reads. */
const LABEL = 1024;

/** A step that was begun: what is said of it until it ends. */
class Step {
  readonly id = randomBytes(6).toString('hex');
  readonly #speaker: Speaker;
  readonly #began: number;
  /** What the user called, for the log. */
  readonly #call: 'step' | 'track';
  readonly #label: string;
  /** Of the run that it is a part of. */
  readonly #signal = currentContext()?.signal;

  constructor(speaker: Speaker, call: 'step' | 'track', label: string) {
    this.#speaker = speaker;
    this.#call = call;
    this.#label = clipText(shown(label), LABEL);
    this.#began = elapsed(speaker.clock);
    const parent = currentContext()?.step;
    this.#say({ event: 'step_started', ...(parent === undefined ? {} : { parent }) });
  }

  finished(): void {
    this.#say({ event: 'step_finished', duration: this.#duration() });
  }

  stopped(): void {
    this.#say({ event: 'step_stopped', duration: this.#duration() });
  }

  /** It threw: where its run was asked to stop, nothing has failed. */
  failed(error: unknown): void {
    if (this.#signal?.aborted) {
      this.stopped();
      return;
    }
    const text = publicMessage(error);
    this.#say({ event: 'step_failed', duration: this.#duration(), ...(text === undefined ? {} : { error: text }) });
  }

  progress(value: number, max: number | undefined): void {
    const data = { value, ...(max === undefined ? {} : { max }), step: this.id };
    this.#speaker.speak(this.#call, { type: 'progress', data });
  }

  #duration(): number {
    return Math.round(elapsed(this.#speaker.clock) - this.#began);
  }

  #say(data: { readonly event: string; readonly [field: string]: unknown }): void {
    this.#speaker.speak(this.#call, { type: 'event', data: { ...data, step: this.id, label: this.#label } });
  }
}

/** Whether it says how a step goes on that was begun before. */
export function isOfOpenStep({ type, data }: Outgoing): boolean {
  return isObject(data) && typeof data.step === 'string' && !(type === 'event' && data.event === 'step_started');
}

/** Runs `run` as a step: see `step` of the calls. */
export async function runStep<T>(speaker: Speaker, label: string, run: () => T | Promise<T>): Promise<T> {
  assertFunction('step', run);
  const step = new Step(speaker, 'step', label);
  try {
    const result = await runWithin({ step: step.id }, run);
    step.finished();
    return result;
  } catch (error) {
    step.failed(error);
    throw error;
  }
}

export interface TrackOptions {
  /** How many items there will be. Default: the `length` or `size` of what is walked through, where it has one. */
  readonly total?: number;
}

/** Walks through `source` as a step that says how far it is: see `track` of the calls. */
export function trackThrough<T>(
  speaker: Speaker,
  source: Iterable<T> | AsyncIterable<T>,
  label: string,
  options: TrackOptions,
): AsyncIterable<T> & Iterable<T> {
  if (!isWalkable(source)) throw invalid('track', source, 'a list or something else to walk through', 'pass the items');
  const { total = sizeOf(source) } = options;
  const begin = () => new Walk(speaker, label, total);
  return {
    async *[Symbol.asyncIterator]() {
      const walk = begin();
      try {
        for await (const item of source) {
          yield item;
          walk.next();
        }
        walk.finished();
      } catch (error) {
        walk.failed(error);
        throw error;
      } finally {
        walk.left();
      }
    },
    *[Symbol.iterator]() {
      if (!isSync(source)) throw new TypeError(ONLY_ASYNC);
      const walk = begin();
      try {
        for (const item of source) {
          yield item;
          walk.next();
        }
        walk.finished();
      } catch (error) {
        walk.failed(error);
        throw error;
      } finally {
        walk.left();
      }
    },
  };
}

const ONLY_ASYNC =
  'status-messenger: track: got an asynchronous source in a `for` loop, expected `for await`; write `for await (… of track(…))`';

/** How far a loop is. */
class Walk {
  readonly #step: Step;
  readonly #clock: Speaker['clock'];
  readonly #total: number | undefined;
  #count = 0;
  #saidAt: number;
  #said = 0;
  #isOver = false;

  constructor(speaker: Speaker, label: string, total: number | undefined) {
    this.#step = new Step(speaker, 'track', label);
    this.#clock = speaker.clock;
    this.#total = total;
    this.#saidAt = elapsed(this.#clock);
    this.#step.progress(0, total);
  }

  /** One more is done. */
  next(): void {
    this.#count++;
    const now = elapsed(this.#clock);
    if (now - this.#saidAt < PACE) return;
    this.#saidAt = now;
    this.#say();
  }

  failed(error: unknown): void {
    this.#isOver = true;
    this.#say();
    this.#step.failed(error);
  }

  finished(): void {
    this.#isOver = true;
    this.#say();
    this.#step.finished();
  }

  /** The loop is left, if it was not at its end. Nobody tells it whether that was a `break` or a `throw`: it was stopped, and the step around it knows why. */
  left(): void {
    if (this.#isOver) return;
    this.#say();
    this.#step.stopped();
  }

  #say(): void {
    if (this.#said === this.#count) return;
    this.#said = this.#count;
    this.#step.progress(this.#count, this.#total);
  }
}

function isWalkable<T>(source: Iterable<T> | AsyncIterable<T>): boolean {
  const isObject = typeof source === 'object' && source !== null;
  return typeof source === 'string' || (isObject && (isSync(source) || Symbol.asyncIterator in source));
}

function isSync<T>(source: Iterable<T> | AsyncIterable<T>): source is Iterable<T> {
  return typeof source === 'string' || Symbol.iterator in source;
}

function sizeOf(source: Iterable<unknown> | AsyncIterable<unknown>): number | undefined {
  // A loop takes a text by characters, of which some are two of its length.
  if (typeof source === 'string') return [...source].length;
  if ('length' in source && typeof source.length === 'number') return source.length;
  return 'size' in source && typeof source.size === 'number' ? source.size : undefined;
}
