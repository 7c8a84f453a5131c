import { randomBytes } from 'node:crypto';
import {
  type ChannelName,
  type Clock,
  CloseCode,
  elapsed,
  formatPosition,
  type Position,
} from '../../protocol/index.js';
import type { Access } from '../access/authorize.js';
import type { Rate } from '../access/rate.js';
import type { ChannelLog } from '../channels/channel-store.js';
import type { Composed } from '../compose.js';
import { type Batch, Batches, TextBatch, withPrefix } from './batch.js';
import type { Transport } from './transport.js';

/** How far a connection has come in one channel. */
interface Cursor {
  readonly log: ChannelLog;
  /** What frames of this channel begin with: its name, unless it is the connection's own. */
  readonly prefix: string;
  /** The position of the last message that was sent. */
  epoch: string;
  seq: number;
}

/** Bytes beyond its high-water mark that no connection may be behind by: the largest message, and what was said of the connection itself. */
const MOST_SAID = 2 * 1024 * 1024;

export interface ConnectionSettings {
  /** Bytes that may wait in a connection before it is paused. */
  readonly highWaterMark: number;
  /** Milliseconds of quiet after which the page is told that the server is there. */
  readonly heartbeat: number;
  readonly clock: Clock;
}

/**
 * One viewer: a cursor per channel, moved towards the head of its log while the transport can take more. Nothing is queued here: a page that
 * resumes, one that is slow and one that comes late are all just cursors behind the head.
 */
export class Connection {
  /** What the page is told to be known by: it says nothing of other connections. */
  readonly id = randomBytes(9).toString('base64url');
  /** When something was last sent, heard and asked for, by a clock that nobody sets. */
  lastSent: number;
  lastHeard: number;
  lastPing: number;
  /** When the page's credential ends, in server time. */
  expiresAt: number | undefined;
  /** A fresh credential is being looked at. */
  renewing = false;
  /** How fast the page speaks, once it has spoken. */
  rate: Rate | undefined;
  /** The spread that the page was told last. */
  spread = 0;
  /** Paused at the high-water mark: when it last took something, and how much was left then. */
  #paused: { since: number; left: number } | undefined;
  #cursors: readonly Cursor[] = [];
  #synced = false;
  #closed = false;
  /** It is closed once everything is sent. */
  #finishing = false;
  /** Requests of the page that are not answered yet. */
  #asked = 0;

  constructor(
    readonly access: Access,
    readonly transport: Transport,
    readonly settings: ConnectionSettings,
  ) {
    this.lastSent = this.lastHeard = this.lastPing = elapsed(settings.clock);
    this.expiresAt = access.expiresAt;
  }

  get closed(): boolean {
    return this.#closed;
  }

  /** The logs that it follows, its own first; none before it began. */
  get logs(): readonly ChannelLog[] {
    return this.#cursors.map(({ log }) => log);
  }

  /** Whether everything in the logs was sent and taken. */
  get drained(): boolean {
    return this.#closed || (this.transport.buffered === 0 && this.#cursors.every(isAtHead));
  }

  /** The page gave a sign of life. */
  heard(): void {
    this.lastHeard = elapsed(this.settings.clock);
  }

  /** Greets the page and begins to deliver these channels, the connection's own first. Answers whether that goes on from a position of the page's. */
  begin(logs: readonly ChannelLog[], after: ReadonlyMap<ChannelName, Position>, spread = 0): boolean {
    const channels: Record<string, { position: string; recovered: boolean }> = {};
    this.#cursors = logs.map((log) => {
      const asked = after.get(log.name);
      const resumes = asked !== undefined && log.canContinue(asked);
      channels[log.name] = { position: formatPosition(log), recovered: resumes };
      const cursor = cursorBefore(log, log === logs[0] ? '' : prefixOf(log));
      return resumes ? { ...cursor, ...asked } : cursor;
    });
    const { heartbeat, clock } = this.settings;
    const { sessionId: session, taskId } = this.access;
    const sessionId = taskId ?? session;
    this.spread = spread;
    this.transport.batch(() => {
      this.say('connected', {
        message: `Connected to ${taskId === undefined ? 'session' : 'task'} ${sessionId}`,
        protocol: 1,
        sessionId,
        connectionId: this.id,
        channels,
        heartbeat,
        serverTime: clock.now(),
        ...(spread > 0 ? { spread } : {}),
        ...(this.expiresAt === undefined ? {} : { expiresAt: this.expiresAt }),
      });
      this.#pump(this.#batches());
    });
    const [own] = logs;
    return own !== undefined && channels[own.name]?.recovered === true;
  }

  /** Sends what the logs have beyond the cursors, as much of it as the transport takes. */
  pump(batches = this.#batches()): void {
    if (this.#closed || this.#paused) return;
    this.#pump(batches);
  }

  /** Delivers another channel from here on, beginning with what it adds up to. */
  follow(log: ChannelLog): void {
    if (this.#closed || this.#cursors.some((cursor) => cursor.log === log)) return;
    this.#cursors = [...this.#cursors, cursorBefore(log, prefixOf(log))];
    this.pump();
  }

  /** Delivers a channel no more. Answers whether it did. */
  unfollow(name: ChannelName): boolean {
    const kept = this.#cursors.filter(({ log }) => log.name !== name);
    const didFollow = kept.length < this.#cursors.length;
    this.#cursors = kept;
    return didFollow;
  }

  /** Sends a message that is in no log: now, or never. Answers whether it was sent. */
  sendNow(message: Composed, channel: ChannelName | undefined): boolean {
    if (this.#closed || this.#paused || !this.#synced) return false;
    const frame = `${message.head},"ts":${this.settings.clock.now()}}`;
    const own = channel === undefined || channel === this.#cursors[0]?.log.name;
    const prefix = own ? '' : `"channel":${JSON.stringify(channel)},`;
    this.#send(new TextBatch([withPrefix(prefix, frame)]), elapsed(this.settings.clock));
    return true;
  }

  /** The page has asked for something: it is not closed as done before it was answered. */
  async answering<T>(answer: Promise<T>): Promise<T> {
    this.#asked++;
    try {
      return await answer;
    } finally {
      this.#asked--;
      if (this.#finishing) this.pump();
    }
  }

  /** Sends what there is, answers included, and then closes: nothing more will come. */
  finish(): void {
    this.#finishing = true;
    this.pump();
  }

  /** Milliseconds for which the page has taken nothing although something waits for it, `now` by `elapsed`; `undefined` while it is not paused. */
  stalledFor(now: number): number | undefined {
    if (!this.#paused) return undefined;
    const left = this.transport.unsent;
    // One write may have followed another since.
    if (left !== this.#paused.left) this.#paused = { since: now, left };
    return now - this.#paused.since;
  }

  /** The server stood still for so long: what the page did meanwhile is still to be heard. */
  excuse(ms: number): void {
    this.lastHeard += ms;
    if (this.#paused) this.#paused.since += ms;
  }

  /** Tells the page that the server is there, and over what time to spread if it should be gone. */
  beat(spread: number): void {
    this.spread = spread;
    this.say('heartbeat', { serverTime: this.settings.clock.now(), ...(spread > 0 ? { spread } : {}) });
  }

  /** Sends a message of the connection itself. One that asks without end and never reads the answers is cut off. */
  say(type: string, data: unknown): void {
    if (this.transport.buffered > this.settings.highWaterMark + MOST_SAID) this.transport.terminate();
    else if (!this.#closed) this.#send(new TextBatch([JSON.stringify({ type, data })]), elapsed(this.settings.clock));
  }

  close(code: number, reason: string): void {
    if (this.#closed) return;
    this.#closed = true;
    this.transport.close(code, reason);
  }

  /** The transport is gone. */
  ended(): void {
    this.#closed = true;
  }

  #pump(batches: Batches): void {
    for (const cursor of this.#cursors) {
      while (!isAtHead(cursor)) {
        if (this.transport.buffered >= this.settings.highWaterMark) {
          this.#pause();
          return;
        }
        const { log, prefix } = cursor;
        const piece = cursor.epoch === log.epoch ? batches.after(log, cursor.seq, prefix) : undefined;
        if (piece) {
          this.#send(piece.batch, batches.now);
          cursor.seq = piece.to;
        } else {
          this.#sendSnapshot(cursor, batches.now);
        }
      }
    }
    if (!this.#synced) {
      this.#synced = true;
      const reached = this.#cursors.map((cursor) => [cursor.log.name, formatPosition(cursor)]);
      this.say('synced', { channels: Object.fromEntries(reached) });
    }
    if (this.#finishing && this.#asked === 0) this.close(CloseCode.done, 'done');
  }

  /** The folded state in place of what cannot be sent message by message, and the latest status and how a task stands for clients that know no snapshots. */
  #sendSnapshot(cursor: Cursor, now: number): void {
    const { log, prefix } = cursor;
    const head = `{${prefix}"type":"snapshot","id":"${formatPosition(log)}","data":`;
    const frames = [`${head}${JSON.stringify(log.state())}}`];
    if (log.latestStatus !== undefined) frames.push(withPrefix(prefix, log.latestStatus));
    const { task } = log.state();
    if (task) frames.push(`{${prefix}"type":"state","id":"${formatPosition(log)}","data":${JSON.stringify(task)}}`);
    this.#send(new TextBatch(frames), now);
    cursor.epoch = log.epoch;
    cursor.seq = log.seq;
  }

  #pause(): void {
    this.#paused = { since: elapsed(this.settings.clock), left: this.transport.unsent };
    this.transport.whenTaken(() => {
      this.#paused = undefined;
      // It has taken what it was sent, and may answer pings again.
      this.heard();
      this.pump();
    });
  }

  #batches(): Batches {
    return new Batches(elapsed(this.settings.clock));
  }

  #send(batch: Batch, now: number): void {
    this.lastSent = now;
    this.transport.send(batch);
  }
}

/** A cursor before every position there is: the pump then sends a snapshot. */
function cursorBefore(log: ChannelLog, prefix: string): Cursor {
  return { log, prefix, epoch: '', seq: -1 };
}

function prefixOf({ name }: ChannelLog): string {
  return `"channel":${JSON.stringify(name)},`;
}

function isAtHead({ epoch, seq, log }: Cursor): boolean {
  return seq === log.seq && epoch === log.epoch;
}
