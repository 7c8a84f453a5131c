import { type ChannelName, formatPosition, type Position } from '../../protocol/index.js';
import type { ChannelLog } from '../channels/channel-store.js';
import type { Ids } from '../context.js';
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

export interface ConnectionSettings {
  /** Bytes that may wait in a connection before it is paused. */
  readonly highWaterMark: number;
  /** Milliseconds of quiet after which the page is told that the server is there. */
  readonly heartbeat: number;
  readonly now: () => number;
}

/**
 * One viewer: a cursor per channel, moved towards the head of its log while the transport can take more. Nothing is queued here: a page that
 * resumes, one that is slow and one that comes late are all just cursors behind the head.
 */
export class Connection {
  lastSent = 0;
  lastHeard: number;
  lastPing: number;
  /** Paused at the high-water mark: since when, and how much was waiting when it last took something. */
  #paused: { since: number; waiting: number } | undefined;
  readonly #cursors: Cursor[] = [];
  #synced = false;
  #closed = false;

  constructor(
    readonly ids: Ids & { readonly sessionId: string },
    readonly transport: Transport,
    readonly settings: ConnectionSettings,
  ) {
    this.lastHeard = this.lastPing = settings.now();
  }

  get closed(): boolean {
    return this.#closed;
  }

  get channels(): readonly ChannelName[] {
    return this.#cursors.map(({ log }) => log.name);
  }

  /** Whether everything in the logs was sent and taken. */
  get drained(): boolean {
    return this.#closed || (this.transport.buffered === 0 && this.#cursors.every(isAtHead));
  }

  /** Greets the page and begins to deliver these channels, the connection's own first. */
  begin(logs: readonly ChannelLog[], after: ReadonlyMap<ChannelName, Position>): void {
    const channels: Record<string, { position: string; recovered: boolean }> = {};
    for (const log of logs) {
      const asked = after.get(log.name);
      const resumes = asked !== undefined && log.canContinue(asked);
      // Before every position there is: the pump then sends a snapshot.
      const at = resumes ? asked : { epoch: '', seq: -1 };
      const prefix = log === logs[0] ? '' : `"channel":${JSON.stringify(log.name)},`;
      this.#cursors.push({ log, prefix, ...at });
      channels[log.name] = { position: formatPosition(log), recovered: resumes };
    }
    const { heartbeat, now } = this.settings;
    const { sessionId } = this.ids;
    this.transport.batch(() => {
      this.say('connected', {
        message: `Connected to session ${sessionId}`,
        protocol: 1,
        sessionId,
        channels,
        heartbeat,
        serverTime: now(),
      });
      this.#pump();
    });
  }

  /** Sends what the logs have beyond the cursors, as much of it as the transport takes. */
  pump(): void {
    if (!this.#closed && !this.#paused) this.transport.batch(() => this.#pump());
  }

  /** Milliseconds for which the page has taken nothing although something waits for it. */
  stalledFor(now: number): number {
    const paused = this.#paused;
    if (!paused) return 0;
    const waiting = this.transport.buffered;
    if (waiting < paused.waiting) this.#paused = { since: now, waiting };
    return now - (this.#paused?.since ?? now);
  }

  /** Sends a message of the connection itself. */
  say(type: string, data: unknown): void {
    if (!this.#closed) this.#send(JSON.stringify({ type, data }));
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

  #pump(): void {
    for (const cursor of this.#cursors) {
      while (!isAtHead(cursor)) {
        if (this.transport.buffered >= this.settings.highWaterMark) {
          this.#pause();
          return;
        }
        const entry = cursor.epoch === cursor.log.epoch ? cursor.log.entry(cursor.seq + 1) : undefined;
        if (entry) {
          this.#send(withPrefix(cursor.prefix, entry.frame));
          cursor.seq = entry.seq;
        } else {
          this.#sendSnapshot(cursor);
        }
      }
    }
    if (!this.#synced) {
      this.#synced = true;
      const reached = this.#cursors.map((cursor) => [cursor.log.name, formatPosition(cursor)]);
      this.say('synced', { channels: Object.fromEntries(reached) });
    }
  }

  /** The folded state in place of what cannot be sent message by message, and the latest status for clients that know no snapshots. */
  #sendSnapshot(cursor: Cursor): void {
    const { log, prefix } = cursor;
    this.#send(`{${prefix}"type":"snapshot","id":"${formatPosition(log)}","data":${JSON.stringify(log.state())}}`);
    cursor.epoch = log.epoch;
    cursor.seq = log.seq;
    if (log.latestStatus) this.#send(withPrefix(prefix, log.latestStatus.frame));
  }

  #pause(): void {
    this.#paused = { since: this.settings.now(), waiting: this.transport.buffered };
    this.transport.whenTaken(() => {
      this.#paused = undefined;
      this.pump();
    });
  }

  #send(frame: string | Buffer): void {
    this.lastSent = this.settings.now();
    this.transport.send(frame);
  }
}

function isAtHead({ epoch, seq, log }: Cursor): boolean {
  return seq === log.seq && epoch === log.epoch;
}

function withPrefix(prefix: string, frame: Buffer): string | Buffer {
  return prefix === '' ? frame : `{${prefix}${frame.toString('utf8', 1)}`;
}
