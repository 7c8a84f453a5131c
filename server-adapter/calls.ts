import { StatusMessengerError } from '../protocol/index.js';
import { assertFunction } from './arguments.js';
import { systemClock } from './clock.js';
import type { Outgoing, StatusExtra } from './compose.js';
import { type Ids, messengerInContext, readIds, runInContext, runWithin, type Speaker, setGround } from './context.js';
import type { AnswerTo, AskOptions } from './conversation/ask-options.js';
import {
  completeMessage,
  dataProblemOf,
  failMessage,
  type Progress,
  progressMessage,
  progressProblem,
  shown,
  textProblem,
} from './conversation/run-messages.js';
import { runStep, type TrackOptions, trackThrough } from './conversation/steps.js';
import { consoleLogger } from './logger.js';
import { instances, StatusMessenger } from './messenger.js';
import type { MessengerOptions } from './options.js';
import type { StatusUpdate } from './updates.js';
import { portHere } from './workers/port-here.js';
import { Upstream } from './workers/upstream.js';
import { WorkerSpeaker } from './workers/worker-speaker.js';

/** The process-wide messenger. `implicit`: made because something was said before anyone set one up. */
let standard: { messenger: StatusMessenger; implicit: boolean } | undefined;

/** The way to the messenger of whoever made this worker; none where this is no worker. Touches nothing before the first call. */
const port = portHere();
const upstream = port && new Upstream(port, { clock: systemClock, logger: consoleLogger });
setGround(() => (isSetUp() || made().length > 0 ? undefined : upstream?.context()));

/**
 * Makes the process-wide default messenger (seed: `setup_status_messenger_async`); the functions of this module mean it wherever the context does
 * not name another. Throws where one is already set up and open.
 */
export function setupStatusMessenger(options: MessengerOptions = {}): StatusMessenger {
  if (standard && !standard.implicit && !standard.messenger.closed) {
    throw new StatusMessengerError(
      'not_allowed',
      'setupStatusMessenger: got a second call, expected one per process; use new StatusMessenger(options) for another messenger',
    );
  }
  const messenger = new StatusMessenger(options);
  if (standard?.implicit) messenger.takeOver(standard.messenger);
  standard = { messenger, implicit: false };
  return messenger;
}

/** The messenger that is meant here: the context's, the one set up, the only one there is, that of whoever made this worker, or one made for the purpose. */
function meant(): Speaker {
  const inContext = messengerInContext();
  if (inContext) return inContext;
  if (standard && isSetUp()) return standard.messenger;
  const [only, another] = made();
  if (only && !another) {
    if (standard?.implicit && !standard.messenger.closed) only.takeOver(standard.messenger);
    return only;
  }
  if (!standard || standard.messenger.closed) {
    // In a worker it is for the worker itself to read what was said; all else is for whoever attached it.
    standard = { messenger: new StatusMessenger(upstream ? { logger: false, pubsub: false } : {}), implicit: true };
  }
  if (another) {
    standard.messenger.warnOnce(
      'ambiguous',
      'a call without a messenger: got several messengers, expected one; use setupStatusMessenger for the one that is meant, or call the messenger',
    );
    return standard.messenger;
  }
  return upstream ? new WorkerSpeaker(upstream, standard.messenger) : standard.messenger;
}

function isSetUp(): boolean {
  return standard !== undefined && !standard.implicit && !standard.messenger.closed;
}

/** The open messengers that someone made for themselves. */
function made(): StatusMessenger[] {
  return [...instances].filter((messenger) => messenger !== standard?.messenger);
}

/** Shows a status to the viewers of the session in context; see `StatusMessenger.addStatusMessage`. */
export function addStatusMessage(text: string, extra?: StatusExtra): void {
  meant().addStatusMessage(text, extra);
}

/** The latest status as a list of one or none; see `StatusMessenger.getStatusMessages`. */
export function getStatusMessages(sessionId?: string): string[] {
  return meant().getStatusMessages(sessionId);
}

/** Publishes an event of the run in context to Google Pub/Sub; see `StatusMessenger.publishAgentEvent`. */
export function publishAgentEvent(data: unknown, type?: string): void {
  meant().publishAgentEvent(data, type);
}

/** Every status from here on; see `StatusMessenger.streamStatusUpdates`. */
export function streamStatusUpdates(options?: { signal?: AbortSignal }): AsyncIterableIterator<StatusUpdate> {
  return meant().streamStatusUpdates(options);
}

/** Says it as well as it can be said, and to the log what is wrong with how it was called. */
function speak(call: string, message: Outgoing, problem: string | undefined): void {
  const speaker = meant();
  // Once for each call: what is passed may be another thing each time.
  if (problem !== undefined) speaker.warnOnce(`${call}-meant`, `${call}: ${problem}`);
  speaker.speak(call, message);
}

/**
 * Shows how far the run, or the step in context, is: `progress(3, 10)`, `progress('Reading…')`, or all that a `progress` message may say. Without `max` it
 * is indeterminate. Never throws and never waits; so do the calls below.
 */
export function progress(progress: Progress, max?: number): void {
  speak('progress', progressMessage(progress, max), progressProblem(progress, max));
}

/** Shows what an agent has come to (seed: agent conversation). */
export function result(agent: string, data: unknown): void {
  speak('result', { type: 'result', data: { agent, data } }, dataProblemOf(data));
}

/** Ends the run in context well. */
export function complete(summary: string): void {
  speak('complete', completeMessage(summary), textProblem(summary));
}

/** Ends the run in context as failed. People read the message of `error`, so hand over one that is fit for them. */
export function fail(error: unknown): void {
  meant().speak('fail', failMessage(error));
}

/**
 * Runs `run` as a step that people see begin, last and end: everything said inside belongs to it, steps among it. What `run` throws is thrown on; people
 * read its message only where it is a `PublicError`.
 */
export function step<T>(label: string, run: () => T | Promise<T>): Promise<T> {
  return runStep(meant(), label, run);
}

/** Walks through `items` as a step that shows how far it is: `for await (const page of track(pages, 'Reading'))`, or `for` where they are at hand. */
export function track<T>(items: Iterable<T>, label: string, options?: TrackOptions): Iterable<T> & AsyncIterable<T>;
export function track<T>(items: AsyncIterable<T>, label: string, options?: TrackOptions): AsyncIterable<T>;
export function track<T>(
  items: Iterable<T> | AsyncIterable<T>,
  label: string,
  options?: TrackOptions,
): AsyncIterable<T> {
  return trackThrough(meant(), items, label, options ?? {});
}

/** Runs `run` as the work of an agent: everything said inside carries its name. */
export function withAgent<T>(name: string, run: () => T): T {
  assertFunction('withAgent', run);
  return runWithin({ agent: shown(name) }, run);
}

/** Asks the people who watch the run in context; see `StatusMessenger.ask`. */
export function ask<const O extends AskOptions = Record<never, never>>(
  question: string,
  options?: O,
): Promise<AnswerTo<O>> {
  return meant().ask(question, options);
}

/** Runs `run` in the context of a session, with the messenger of the surrounding context or the default one. */
export function runWithSession<T>(ids: Ids | string, run: () => T): T {
  assertFunction('runWithSession', run);
  return runInContext(readIds(ids), undefined, run);
}
