import { randomBytes } from 'node:crypto';
import {
  type Ack,
  type ChannelKind,
  type ChannelName,
  type Clock,
  elapsed,
  StatusMessengerError,
  splitChannel,
} from '../../protocol/index.js';
import { systemClock } from '../clock.js';
import type { Composed } from '../compose.js';
import type { ChannelLog, ChannelStore, Claim, Decision, StoreUser } from './channel-store.js';
import { ChunkPool } from './chunk-pool.js';
import { ClockJumps } from './clock-jumps.js';
import { DEFAULT_TAIL, MemoryLog, type TailBounds } from './memory-log.js';

export interface MemoryStoreOptions {
  /** How much of each channel's tail is kept. Default: 1,000 messages, 1 MiB, one hour. */
  readonly tail?: Partial<TailBounds>;
  /** Milliseconds after which a channel that nobody watches or writes to is forgotten. Default one hour. */
  readonly idle?: number;
  /** How many channels are kept. At the limit the one that is longest unused makes room. Default 10,000. */
  readonly channels?: number;
  /** The time. Default: the machine's. */
  readonly clock?: Clock;
}

/** How many answers to pages are remembered over all channels: some 50 MB. Each page may cause a hundred a second, in as many sessions as there may be. */
const ANSWERS = 200_000;

/** Channels in the memory of this process: nothing outlives it. */
export class MemoryStore implements ChannelStore {
  readonly #logs = new Map<ChannelName, MemoryLog>();
  readonly #tail: TailBounds;
  readonly #pool = new ChunkPool();
  readonly #idle: number;
  readonly #channels: number;
  readonly #clock: Clock;
  readonly #jumps: ClockJumps;
  /** Where answers are remembered: the one that remembered one last stands last. */
  readonly #answering = new Set<MemoryLog>();
  #answers = 0;
  #user: StoreUser | undefined;

  constructor({ tail, idle = 3_600_000, channels = 10_000, clock = systemClock }: MemoryStoreOptions = {}) {
    this.#tail = { ...DEFAULT_TAIL, ...tail };
    this.#idle = idle;
    this.#channels = channels;
    this.#clock = clock;
    this.#jumps = new ClockJumps(clock, this.#tail.age);
  }

  append(name: ChannelName, message: Composed): string {
    const log = this.#open(name);
    // One that is held is not unused, and whoever lets go of it says when that was.
    if (log.holders === 0) log.usedAt = elapsed(this.#clock);
    const id = log.append(message, this.#clock.now(), this.#user);
    // By the name that all others know it by: the same text in another string would be compared letter by letter wherever it is looked up.
    this.#user?.appended(log.name);
    return id;
  }

  remember(name: ChannelName, ack: Ack): void {
    const log = this.#open(name);
    const before = log.answers;
    log.remember(ack);
    this.#answers += log.answers - before;
    this.#answering.delete(log);
    this.#answering.add(log);
    for (const oldest of this.#answering) {
      if (this.#answers <= ANSWERS) break;
      this.#forgetAnswers(oldest);
    }
  }

  transact(name: ChannelName, decide: (log: ChannelLog) => Decision): readonly string[] {
    const { append = [], remember, ended = [], about } = decide(this.#open(name));
    for (const how of ended) this.#open(name).end(how);
    if (about !== undefined) this.#open(name).about = about;
    if (remember) this.remember(name, remember);
    return append.map((message) => this.append(name, message));
  }

  retain(name: ChannelName): ChannelLog {
    const log = this.#open(name);
    log.holders++;
    return log;
  }

  release(name: ChannelName, keepEmpty = false): void {
    const log = this.#logs.get(name);
    if (!log) return;
    log.holders--;
    log.usedAt = elapsed(this.#clock);
    log.keepEmpty = keepEmpty;
  }

  peek(name: ChannelName): ChannelLog | undefined {
    return this.#logs.get(name);
  }

  forget(name: ChannelName): void {
    const log = this.#logs.get(name);
    if (!log) return;
    if (log.holders === 0) {
      this.#forget(name);
      return;
    }
    this.#forgetAnswers(log);
    log.startOver(newEpoch());
    this.#user?.forgot(name);
    this.#user?.appended(name);
  }

  list(kind: ChannelKind, count: number): readonly ChannelName[] {
    const isListed = ({ name, about }: MemoryLog) => about !== undefined && splitChannel(name).kind === kind;
    const names = [...this.#logs.values()].filter(isListed).map(({ name }) => name);
    return names.slice(-count).reverse();
  }

  claim(name: ChannelName): Claim {
    return this.#open(name).isDone ? 'done' : 'granted';
  }

  unclaim(name: ChannelName, done = false): void {
    const log = this.#logs.get(name);
    if (log && done) log.isDone = true;
  }

  lapsed(): readonly ChannelName[] {
    // Nobody but this process has anything here.
    return [];
  }

  join(): string {
    return ONLY;
  }

  isAlive(): boolean {
    return true;
  }

  use(user: StoreUser): void {
    if (this.#user) {
      throw new StatusMessengerError(
        'not_allowed',
        'store: got a second messenger, expected one per store; give each its own',
      );
    }
    this.#user = user;
  }

  sweep(): void {
    const passed = elapsed(this.#clock);
    const now = this.#clock.now() - this.#jumps.recent();
    for (const [name, log] of this.#logs) {
      if (log.holders === 0 && passed - log.usedAt > this.#idle) this.#forget(name);
      else log.expire(now);
    }
  }

  flush(): void {
    // Whatever was appended can be read.
  }

  health(): undefined {
    return undefined;
  }

  close(): void {
    this.#logs.clear();
  }

  #open(name: ChannelName): MemoryLog {
    const known = this.#logs.get(name);
    if (known) return known;
    if (this.#logs.size >= this.#channels) this.#makeRoom();
    const log = new MemoryLog(name, newEpoch(), this.#tail, elapsed(this.#clock), this.#pool);
    this.#logs.set(name, log);
    return log;
  }

  #makeRoom(): void {
    let oldest: MemoryLog | undefined;
    for (const log of this.#logs.values()) {
      if (log.holders > 0) continue;
      // Whoever makes up channels pushes out nothing but what was made up.
      const isBefore =
        !oldest || (log.isExpendable === oldest.isExpendable ? log.usedAt < oldest.usedAt : log.isExpendable);
      if (isBefore) oldest = log;
    }
    if (!oldest) {
      throw new StatusMessengerError(
        'limit',
        `channels: got one more than ${this.#channels}, all of them being watched; raise store.channels or add a server`,
      );
    }
    this.#forget(oldest.name);
  }

  #forgetAnswers(log: MemoryLog): void {
    if (!this.#answering.delete(log)) return;
    this.#answers -= log.answers;
    log.forgetAnswers();
  }

  #forget(name: ChannelName): void {
    const log = this.#logs.get(name);
    if (log) this.#forgetAnswers(log);
    this.#logs.delete(name);
    this.#user?.forgot(name);
  }
}

/** What the process is known by: there is no other one. */
const ONLY = 'here';

/** Random, so that positions of a lost log are never taken for current ones. */
export function newEpoch(): string {
  return randomBytes(8).toString('hex');
}
