import { assertFields, describe, invalid } from '../../protocol/index.js';

/** What `publishAgentEvent` publishes to. Each has a default; what stands here goes before the environment. */
export interface PubSubOptions {
  /** Default: whether `STATUS_MESSENGER_PUBSUB_ENABLED` of the environment is `true`. */
  readonly enabled?: boolean;
  /** The project of the topic. Default: `GOOGLE_CLOUD_PROJECT` of the environment. */
  readonly projectId?: string;
  /** The topic, which must be there. Default: `STATUS_MESSENGER_PUBSUB_TOPIC_ID` of the environment. */
  readonly topicId?: string;
  /**
   * Gives each event its session as ordering key: subscriptions with message ordering then get the events of a session in the order of the calls. It takes a
   * request for each session where one could carry the events of many. Default `false`: Pub/Sub keeps no order, but for `timestamp`.
   */
  readonly ordered?: boolean;
  /**
   * What may wait for Pub/Sub while it does not answer: what comes on top of that is dropped. Default: 10,000 events, 16 MiB; where they are ordered 1,000, since
   * each session that waits takes a request of its own, which tries again by itself.
   */
  readonly waiting?: Partial<WaitingBounds>;
}

export interface WaitingBounds {
  readonly count: number;
  /** Bytes of JSON. A single event may always wait. */
  readonly bytes: number;
}

/** The seed's environment. */
export interface PubSubEnvironment {
  readonly STATUS_MESSENGER_PUBSUB_ENABLED?: string | undefined;
  readonly GOOGLE_CLOUD_PROJECT?: string | undefined;
  readonly STATUS_MESSENGER_PUBSUB_TOPIC_ID?: string | undefined;
}

export interface TopicSettings {
  readonly projectId: string;
  readonly topicId: string;
  readonly ordered: boolean;
  readonly waiting: WaitingBounds;
}

/**
 * Whether and where events are published. `off`: nobody asked for it, or somebody asked for silence; `incomplete`: somebody asked for it, and `problem` says what
 * is missing.
 */
export type PubSubSettings =
  | { readonly kind: 'off'; readonly silent: boolean }
  | { readonly kind: 'incomplete'; readonly problem: string }
  | ({ readonly kind: 'on' } & TopicSettings);

const KNOWN = ['enabled', 'projectId', 'topicId', 'ordered', 'waiting'];
/** Google's ids, as far as they must not break out of a topic's name. */
const PROJECT = /^[a-zA-Z0-9][a-zA-Z0-9.:-]{0,127}$/;
const TOPIC = /^[a-zA-Z][a-zA-Z0-9._~+%-]{2,254}$/;
const TOPIC_RULE = '3–255 of A-Z a-z 0-9 . _ ~ + % -, with a letter first';

/** The options with their defaults. Throws `invalid` for an option that cannot be; what is wrong with the environment is a problem for the log. */
export function readPubSub(options: PubSubOptions | false = {}, environment: PubSubEnvironment): PubSubSettings {
  if (options === false) return { kind: 'off', silent: true };
  assertFields('options.pubsub', options, KNOWN, 'leave it out for what the environment says');
  const { waiting = {} } = options;
  assertFields('options.pubsub.waiting', waiting, ['count', 'bytes']);
  const inEnvironment = environment.STATUS_MESSENGER_PUBSUB_ENABLED?.toLowerCase() === 'true';
  const enabled = flag('enabled', options.enabled, inEnvironment);
  const project = readName('projectId', options.projectId, PROJECT, 'the id of a project');
  const topic = readName('topicId', options.topicId, TOPIC, TOPIC_RULE);
  const ordered = flag('ordered', options.ordered, false);
  const count = bound('count', waiting.count, ordered ? 1000 : 10_000);
  const bytes = bound('bytes', waiting.bytes, 16 * 1024 * 1024);
  if (!enabled) return { kind: 'off', silent: options.enabled === false };
  const projectId = project ?? environment.GOOGLE_CLOUD_PROJECT ?? '';
  const topicId = topic ?? environment.STATUS_MESSENGER_PUBSUB_TOPIC_ID ?? '';
  const problem =
    missing(projectId, topicId) ??
    malformed('GOOGLE_CLOUD_PROJECT', projectId, PROJECT, 'the id of a project') ??
    malformed('STATUS_MESSENGER_PUBSUB_TOPIC_ID', topicId, TOPIC, TOPIC_RULE);
  if (problem !== undefined) return { kind: 'incomplete', problem };
  return { kind: 'on', projectId, topicId, ordered, waiting: { count, bytes } };
}

/** The seed's warning for what is not set. */
function missing(projectId: string, topicId: string): string | undefined {
  const names = [
    ...(projectId === '' ? ['GOOGLE_CLOUD_PROJECT'] : []),
    ...(topicId === '' ? ['STATUS_MESSENGER_PUBSUB_TOPIC_ID'] : []),
  ];
  if (names.length === 0) return undefined;
  const got = names.map((name) => `no ${name}`).join(' and ');
  return `pubsub: got ${got}, expected a project and a topic; set them. Until then no event is published`;
}

function malformed(where: string, value: string, pattern: RegExp, rule: string): string | undefined {
  if (pattern.test(value)) return undefined;
  return `pubsub: got ${where} ${describe(value)}, expected ${rule}; correct it. Until then no event is published`;
}

function readName(name: string, value: unknown, pattern: RegExp, rule: string): string | undefined {
  if (value === undefined || (typeof value === 'string' && pattern.test(value))) return value;
  throw invalid(`options.pubsub.${name}`, value, rule, 'leave it out for what the environment says');
}

function flag(name: string, value: unknown, fallback: boolean): boolean {
  if (value === undefined || typeof value === 'boolean') return value ?? fallback;
  throw invalid(`options.pubsub.${name}`, value, 'true or false', 'leave it out for the default');
}

function bound(name: string, value: unknown, fallback: number): number {
  if (value === undefined) return fallback;
  if (typeof value === 'number' && value >= 1) return value;
  throw invalid(`options.pubsub.waiting.${name}`, value, 'a number from 1', `leave it out for ${fallback}`);
}
