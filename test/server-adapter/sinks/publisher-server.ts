import { createRequire } from 'node:module';
import {
  Server,
  ServerCredentials,
  type ServerUnaryCall,
  type ServiceDefinition,
  type sendUnaryData,
  status,
  type UntypedServiceImplementation,
} from '@grpc/grpc-js';
import { fromJSON } from '@grpc/proto-loader';

/** `PublishRequest` of google.pubsub.v1. */
interface PublishRequest {
  readonly topic: string;
  readonly messages: ReadonlyArray<{
    readonly data: Buffer;
    readonly attributes: Record<string, string>;
    readonly orderingKey: string;
  }>;
}

/** An event that the server took. */
export interface Received {
  /** As its JSON stands. */
  readonly json: string;
  readonly attributes: Record<string, string>;
  readonly orderingKey: string;
}

/** What the server does with a request: takes it, leaves it without an answer until `release`, or refuses it with a status of gRPC. */
export type Answer = 'take' | 'hold' | { readonly refuse: status };

const require = createRequire(import.meta.url);
const definitions = fromJSON(require('@google-cloud/pubsub/build/protos/protos.json'), { defaults: true });

/** A server that speaks google.pubsub.v1.Publisher, as far as publishing. */
export class PublisherServer {
  /** How the next requests are answered, one each; then all are taken. */
  answers: Answer[] = [];
  /** How all requests are answered that `answers` says nothing of. */
  otherwise: Answer = 'take';
  /** All requests, whatever the answer. */
  readonly requests: PublishRequest[] = [];
  /** What `x-goog-request-params` said. */
  readonly routes = new Set<string>();
  readonly events: Received[] = [];
  /** Requests that were given up before they were answered. */
  cancelled = 0;
  readonly #server = new Server({ 'grpc.max_receive_message_length': -1 });
  readonly #held: Array<() => void> = [];
  #wake: Array<() => void> = [];
  #port = 0;

  static async start(port = 0): Promise<PublisherServer> {
    const server = new PublisherServer();
    await server.#listen(port);
    return server;
  }

  /** For `PUBSUB_EMULATOR_HOST`. */
  get host(): string {
    return `127.0.0.1:${this.#port}`;
  }

  /** Resolves once something holds that requests bring about. */
  async until(holds: () => boolean): Promise<void> {
    while (!holds()) {
      await new Promise<void>((resolve) => {
        this.#wake.push(resolve);
      });
    }
  }

  /** Takes all that is held. */
  release(): void {
    for (const take of this.#held.splice(0)) take();
  }

  stop(): void {
    this.#server.forceShutdown();
  }

  #listen(port: number): Promise<void> {
    // The protos say that it is one.
    this.#server.addService(definitions['google.pubsub.v1.Publisher'] as ServiceDefinition, this.#service);
    return new Promise((resolve, reject) => {
      this.#server.bindAsync(`127.0.0.1:${port}`, ServerCredentials.createInsecure(), (error, bound) => {
        if (error) reject(error);
        this.#port = bound;
        resolve();
      });
    });
  }

  readonly #service: UntypedServiceImplementation = {
    publish: (call: ServerUnaryCall<PublishRequest, object>, callback: sendUnaryData<object>) => {
      const { request } = call;
      this.requests.push(request);
      for (const route of call.metadata.get('x-goog-request-params')) this.routes.add(String(route));
      call.on('cancelled', () => {
        this.cancelled++;
        this.#woken();
      });
      const take = () => {
        const first = this.events.length;
        for (const { data, attributes, orderingKey } of request.messages) {
          this.events.push({ json: data.toString(), attributes, orderingKey });
        }
        callback(null, { messageIds: request.messages.map((_, i) => `${first + i}`) });
        this.#woken();
      };
      const answer = this.answers.shift() ?? this.otherwise;
      if (answer === 'take') take();
      else if (answer === 'hold') this.#held.push(take);
      else callback({ code: answer.refuse, details: status[answer.refuse] });
      this.#woken();
    },
  };

  #woken(): void {
    for (const wake of this.#wake.splice(0)) wake();
  }
}
