import { StatusMessengerError } from '../../protocol/index.js';
import type { EventMessage } from './agent-event.js';
import type { TopicSettings } from './pubsub-options.js';

/** What is used of `@google-cloud/pubsub`, in words of our own: its types are not there where it is not installed. */
export interface PubSubPackage {
  readonly PubSub: new (options: { readonly projectId: string }) => PubSub;
  readonly v1: { readonly PublisherClient: new (config: Opaque) => PublisherClient };
}

/** An object of the package's that is handed back to it as it is. */
type Opaque = { readonly [name: string]: never };

interface PubSub {
  /** What it sends by. */
  readonly api: { [name: string]: unknown };
  getClientConfig(): Promise<object>;
  topic(id: string, options: object): { publishMessage(message: TopicMessage): Promise<string> };
  close(): Promise<void>;
}

interface PublisherClient {
  readonly innerApiCalls: { readonly [name: string]: object };
  initialize(): Promise<unknown>;
  close(): Promise<void>;
}

interface TopicMessage extends EventMessage {
  readonly orderingKey?: string;
}

/** A topic that can be published to. */
export interface Topic {
  /** Resolves when Pub/Sub has the event; rejects when the package has given up on it. */
  publish(message: TopicMessage): Promise<unknown>;
  /** Gives up on what waits. */
  close(): Promise<void>;
}

/** The statuses of gRPC after which the package publishes again, as it does by itself, but for CANCELLED: that is what `close` makes of a request. */
const RETRIED = { UNKNOWN: 2, DEADLINE_EXCEEDED: 4, RESOURCE_EXHAUSTED: 8, ABORTED: 10, INTERNAL: 13, UNAVAILABLE: 14 };

/** Rejects where there are no credentials. */
export async function openTopic(
  { PubSub, v1 }: PubSubPackage,
  { projectId, topicId, ordered }: TopicSettings,
): Promise<Topic> {
  const pubsub = new PubSub({ projectId });
  const publisher = new v1.PublisherClient({ ...(await pubsub.getClientConfig()) });
  // Left to the package this happens with the first event, and missing credentials end the process by an unhandled rejection.
  await publisher.initialize();
  pubsub.api.PublisherClient = new Requests(publisher);
  const name = `projects/${projectId}/topics/${topicId}`;
  const topic = pubsub.topic(topicId, {
    messageOrdering: ordered,
    gaxOpts: {
      retry: { retryCodes: Object.values(RETRIED) },
      // What `PublisherClient.publish` would say: Google routes by it.
      otherArgs: { headers: { 'x-goog-request-params': `topic=${encodeURIComponent(name)}` } },
    },
  });
  return { publish: (message) => topic.publishMessage(message), close: () => pubsub.close() };
}

/** The promise of a call of Google's clients. */
interface Call extends Promise<readonly [response: unknown, ...unknown[]]> {
  cancel(): void;
}

type Publish = (request: object, options: object) => Call;

/**
 * The requests to Pub/Sub, which end when it is closed. The package's own do not: each goes on waiting for its answer or its next attempt, up to a minute, and
 * keeps the process alive.
 */
class Requests {
  readonly #publisher: PublisherClient;
  readonly #publish: Publish;
  readonly #running = new Set<Call>();

  constructor(publisher: PublisherClient) {
    const { publish } = publisher.innerApiCalls;
    if (!isPublish(publish)) {
      const text = 'got a version of @google-cloud/pubsub without innerApiCalls.publish, expected 5 or 6; install one';
      throw new StatusMessengerError('unavailable', `pubsub: ${text}`);
    }
    this.#publisher = publisher;
    this.#publish = publish;
  }

  /** Called by the package for each batch. */
  publish(request: object, options: object, callback: (error: unknown, response?: unknown) => void): void {
    const call = this.#publish(request, options);
    this.#running.add(call);
    call.then(
      ([response]) => {
        this.#running.delete(call);
        callback(null, response);
      },
      (error: unknown) => {
        this.#running.delete(call);
        callback(error);
      },
    );
  }

  async close(): Promise<void> {
    for (const call of this.#running) call.cancel();
    await this.#publisher.close();
  }
}

function isPublish(call: object | undefined): call is Publish {
  return typeof call === 'function';
}
