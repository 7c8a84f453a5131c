import { type Clock, clipText, describe, isObject, messageOf } from '../../protocol/index.js';
import type { Context } from '../context.js';
import type { Log } from '../logger.js';
import { composeEvent, type EventMessage } from './agent-event.js';
import type { PubSubSettings, TopicSettings } from './pubsub-options.js';
import { openTopic, type PubSubPackage, type Topic } from './pubsub-topic.js';

export interface PubSubSurroundings {
  readonly log: Log;
  readonly clock: Clock;
  /** Loads the package. Called only where Pub/Sub is on. */
  readonly load?: () => Promise<PubSubPackage>;
}

/**
 * Publishes events to a topic of Google Pub/Sub (seed: `publish_agent_event`). The package batches and tries again; here is what a server needs on top of it:
 * whoever publishes neither waits nor fails, what waits is bounded, and all of it ends with `close`.
 */
export class PubSubSink {
  readonly #settings: PubSubSettings;
  readonly #log: Log;
  readonly #clock: Clock;
  /** Where events go to: nowhere, where Pub/Sub is off or could not be started. */
  readonly #topic: Promise<Topic | undefined> | undefined;
  /** What Pub/Sub does not have yet. */
  readonly #waiting = { count: 0, bytes: 0 };
  #drained: () => void = () => {};
  #closed = false;

  constructor(settings: PubSubSettings, { log, clock, load = loadPackage }: PubSubSurroundings) {
    this.#settings = settings;
    this.#log = log;
    this.#clock = clock;
    if (settings.kind === 'incomplete') log.warnOnce('pubsub-settings', settings.problem);
    if (settings.kind === 'on') this.#topic = this.#open(settings, load);
  }

  /** Publishes an event of the work in `context`. Never throws and never waits: what cannot be published is a warning. */
  publish(data: unknown, type: string, context: Context = {}): void {
    try {
      this.#publish(data, type, context);
    } catch (error) {
      this.#log.warnOnce(`publishAgentEvent ${messageOf(error)}`, `publishAgentEvent: ${messageOf(error)}`);
    }
  }

  /** Resolves once all is published, or after `timeout` milliseconds; what waits then is lost. Takes nothing from then on. */
  async close(timeout: number): Promise<void> {
    if (!this.#topic || this.#closed) return;
    let stop = () => {};
    const late = new Promise<void>((resolve) => {
      stop = this.#clock.after(timeout, resolve);
    });
    const published = new Promise<void>((resolve) => {
      this.#drained = resolve;
      if (this.#waiting.count === 0) resolve();
    });
    await Promise.race([published, late]);
    this.#closed = true;
    if (this.#waiting.count > 0) {
      const got = `got no answer to ${this.#waiting.count} of the events within ${timeout} ms of close()`;
      this.#log.warnOnce('pubsub-lost', `pubsub: ${got}, expected one; they are lost, give close() more time`);
    }
    const closed = this.#topic.then((topic) => topic?.close()).catch(() => {});
    await Promise.race([closed, late]);
    stop();
  }

  #publish(data: unknown, type: unknown, context: Context): void {
    const settings = this.#settings;
    if (settings.kind === 'off' && !settings.silent) {
      const text = `got ${describe(type)} while Pub/Sub is off, expected it to be on; set STATUS_MESSENGER_PUBSUB_ENABLED="true", or pubsub: false to say nothing of it`;
      this.#log.warnOnce('pubsub-off', `publishAgentEvent: ${text}`);
    }
    const topic = this.#topic;
    if (settings.kind !== 'on' || !topic) return;
    if (this.#closed) {
      const text = 'got a call after close(), expected an open messenger; make a new one';
      this.#log.warnOnce('pubsub-closed', `publishAgentEvent: ${text}`);
      return;
    }
    const event = composeEvent(data, type, context, this.#clock.now());
    if (!this.#hasRoom(settings, event)) return;
    this.#waiting.count++;
    this.#waiting.bytes += event.data.length;
    const orderingKey = settings.ordered ? context.sessionId : undefined;
    const message = { ...event, ...(orderingKey === undefined ? {} : { orderingKey }) };
    void topic
      .then((open) => open?.publish(message))
      .catch((error: unknown) => this.#failed(error))
      .then(() => this.#settled(event));
  }

  /** The newest gives way: what waits is with the package, which takes nothing back. */
  #hasRoom({ waiting }: TopicSettings, event: EventMessage): boolean {
    const { count, bytes } = this.#waiting;
    if (count === 0 || (count < waiting.count && bytes + event.data.length <= waiting.bytes)) return true;
    const got = `got an event while ${count} wait for Pub/Sub (${bytes} bytes)`;
    const most = `at most ${waiting.count} (${waiting.bytes} bytes)`;
    const text = `${got}, expected ${most}; see whether it can be reached. Until then new events are dropped`;
    this.#log.warnOnce('pubsub-full', `pubsub: ${text}`);
    return false;
  }

  #settled(event: EventMessage): void {
    this.#waiting.count--;
    this.#waiting.bytes -= event.data.length;
    if (this.#waiting.count === 0) this.#drained();
  }

  #failed(error: unknown): void {
    // `close` has said of those that were left.
    if (this.#closed) return;
    const text = `got ${reasonOf(error)}, expected events to be published; check the topic, and the permission pubsub.topics.publish. Such events are lost`;
    this.#log.warnOnce(`pubsub-failed ${codeOf(error)}`, `pubsub: ${text}`);
  }

  async #open(settings: TopicSettings, load: () => Promise<PubSubPackage>): Promise<Topic | undefined> {
    try {
      return await openTopic(await load(), settings);
    } catch (error) {
      this.#log.warnOnce('pubsub-open', `pubsub: ${openingProblem(error)}. Until then no event is published`);
      return undefined;
    }
  }
}

/** The package, which is an optional one: bundlers leave it out where it is not there, since both of their ways to say what happens then are taken. */
async function loadPackage(): Promise<PubSubPackage> {
  try {
    return await import('@google-cloud/pubsub').catch((error: unknown) => Promise.reject(error));
  } catch (error) {
    return Promise.reject(error);
  }
}

function openingProblem(error: unknown): string {
  if (codeOf(error) === 'ERR_MODULE_NOT_FOUND') {
    return 'got no package @google-cloud/pubsub, expected it since Pub/Sub is on; npm install @google-cloud/pubsub';
  }
  return `got ${reasonOf(error)}, expected Pub/Sub to start; see that Application Default Credentials are there`;
}

function reasonOf(error: unknown): string {
  return JSON.stringify(clipText(messageOf(error).split('\n')[0] ?? '', 300));
}

function codeOf(error: unknown): unknown {
  return isObject(error) ? error.code : undefined;
}
