import { type ChannelName, type Clock, CloseCode, elapsed, type Position } from '../../protocol/index.js';
import type { Denial } from '../access/authorize.js';
import type { ChannelLog } from '../channels/channel-store.js';
import { Batches } from './batch.js';
import type { Connection } from './connection.js';

export interface DeliverySettings {
  /** Milliseconds of quiet after which either side is asked for, or gives, a sign of life. */
  readonly heartbeat: number;
  /** Milliseconds after the heartbeat in which a page must have answered. */
  readonly pongTimeout: number;
  /** Milliseconds after which a page that takes nothing is closed with 4408. */
  readonly stallTimeout: number;
}

/** Milliseconds over which pages spread by themselves when their server is gone. */
const USUAL_SPREAD = 500;

/** How much wider the spread must have become for pages to be told at once: a few of them more in each tenth of a second do no harm. */
const NEWS = 1.1;

/** Who watches a channel. */
interface Audience {
  /** A list, as most have one viewer: a set would take more than all else that is kept of it. */
  readonly connections: Connection[];
  isBehind: boolean;
}

/** All connections of a messenger: who watches which channel, one flush per turn of the event loop, and one timer for all that is timed. */
export class Delivery {
  readonly #connections = new Map<string, Connection>();
  readonly #audiences = new Map<ChannelName, Audience>();
  /** Since it was made. */
  #connected = 0;
  #resumed = 0;
  #tooSlow = 0;
  /** Those that have not seen all that this turn of the event loop said. */
  #behind: Audience[] = [];
  readonly #settings: DeliverySettings;
  readonly #clock: Clock;
  /** Told when the last connection has gone. */
  #emptied = (): void => {};
  #stopTicking: (() => void) | undefined;

  constructor(settings: DeliverySettings, clock: Clock) {
    this.#settings = settings;
    this.#clock = clock;
  }

  /** How many connections watch a channel. */
  viewers(name: ChannelName): number {
    return this.watching(name).length;
  }

  /**
   * Milliseconds over which all pages should spread when they come back at once: eight in a millisecond is what a server takes without a queue. Nothing
   * where there are so few that their usual wait spreads them as far.
   */
  get spread(): number {
    const ms = Math.round(this.#connections.size / 8);
    return ms > USUAL_SPREAD ? ms : 0;
  }

  /** Begins to serve a connection: greets it, sends what it missed, and whatever comes from here on. */
  add(connection: Connection, logs: readonly ChannelLog[], after: ReadonlyMap<ChannelName, Position>): void {
    this.#connected++;
    if (connection.begin(logs, after, this.spread)) this.#resumed++;
    this.#connections.set(connection.id, connection);
    for (const { name } of logs) this.#watch(connection, name);
    if (!this.#stopTicking) this.#tickLater();
  }

  /** How many there are, and were. */
  get figures() {
    return {
      connections: this.#connections.size,
      watchedChannels: this.#audiences.size,
      connected: this.#connected,
      resumed: this.#resumed,
      tooSlow: this.#tooSlow,
    };
  }

  /** The channels that somebody watches. */
  watched(): ChannelName[] {
    return [...this.#audiences.keys()];
  }

  /** The connections that watch a channel. */
  watching(name: ChannelName): readonly Connection[] {
    return this.#audiences.get(name)?.connections ?? NOBODY;
  }

  /** A connection delivers another channel, too. */
  follow(connection: Connection, log: ChannelLog): void {
    connection.follow(log);
    this.#watch(connection, log.name);
  }

  unfollow(connection: Connection, name: ChannelName): boolean {
    // What was said while it did is still for it.
    connection.pump();
    const didFollow = connection.unfollow(name);
    if (didFollow) this.#unwatch(connection, name);
    return didFollow;
  }

  /** The connection that a page was told it has. */
  connection(id: string): Connection | undefined {
    return this.#connections.get(id);
  }

  /** Nothing more will come in a channel: those whose own it is are told everything, and then that it is over. */
  finish(name: ChannelName): void {
    for (const connection of [...this.watching(name)]) {
      if (connection.logs[0]?.name === name) connection.finish();
    }
  }

  remove(connection: Connection): void {
    this.#connections.delete(connection.id);
    for (const { name } of connection.logs) this.#unwatch(connection, name);
    if (this.#connections.size === 0) this.#emptied();
  }

  /**
   * Sends what was accepted, as far as the pages take it within `timeout` milliseconds, then ends each connection as `farewell` says.
   */
  async drain(timeout: number, farewell: () => Denial): Promise<void> {
    this.#flush();
    const deadline = elapsed(this.#clock) + timeout;
    while (this.#connections.size > 0 && elapsed(this.#clock) < deadline) {
      // Each as soon as it has everything: one that is slow keeps no other waiting.
      for (const connection of this.#connections.values()) {
        if (!connection.drained || connection.closed) continue;
        const { code, reason } = farewell();
        connection.close(code, reason);
      }
      // When the last one has gone, nothing keeps the process alive that a timer could wait for.
      await new Promise<void>((resolve) => {
        const stop = this.#clock.after(10, resolve);
        this.#emptied = () => {
          stop();
          resolve();
        };
      });
    }
    for (const connection of this.#connections.values()) connection.transport.terminate();
    this.#stopTicking?.();
  }

  /** Whatever one turn of the event loop said goes out at its end. */
  schedule(name: ChannelName): void {
    const audience = this.#audiences.get(name);
    if (!audience || audience.isBehind) return;
    audience.isBehind = true;
    this.#behind.push(audience);
    if (this.#behind.length === 1) setImmediate(() => this.#flush());
  }

  #flush(): void {
    const batches = new Batches(elapsed(this.#clock));
    const behind = this.#behind;
    this.#behind = [];
    for (const audience of behind) {
      audience.isBehind = false;
      pump(audience.connections, batches);
    }
  }

  /** Sends what a channel has at once. A burst larger than a tail, all in one turn: viewers that keep up get all of it. */
  flush(name: ChannelName): void {
    pump(this.watching(name), new Batches(elapsed(this.#clock)));
  }

  #watch(connection: Connection, name: ChannelName): void {
    const audience = this.#audiences.get(name);
    if (audience) audience.connections.push(connection);
    else this.#audiences.set(name, { connections: [connection], isBehind: false });
  }

  #unwatch(connection: Connection, name: ChannelName): void {
    const connections = this.#audiences.get(name)?.connections ?? [];
    const place = connections.lastIndexOf(connection);
    if (place < 0) return;
    const last = connections.pop();
    if (last && last !== connection) connections[place] = last;
    if (connections.length === 0) this.#audiences.delete(name);
  }

  #tickLater(): void {
    const interval = Math.min(1000, Math.max(5, this.#settings.heartbeat / 5));
    const due = elapsed(this.#clock) + interval;
    this.#stopTicking = this.#clock.after(interval, () => {
      this.#stopTicking = undefined;
      const late = elapsed(this.#clock) - due;
      // The process stood still: what came meanwhile is heard after this.
      if (late > interval) for (const connection of this.#connections.values()) connection.excuse(late);
      this.#tick(interval);
      if (this.#connections.size > 0) this.#tickLater();
    });
  }

  #tick(interval: number): void {
    const now = elapsed(this.#clock);
    const time = this.#clock.now();
    const { heartbeat, pongTimeout, stallTimeout } = this.#settings;
    const { spread } = this;
    for (const connection of this.#connections.values()) {
      if (connection.expiresAt !== undefined && time >= connection.expiresAt) {
        connection.close(CloseCode.unauthorized, 'the token has expired');
      }
      const stalled = connection.stalledFor(now);
      if (stalled !== undefined) {
        // One that takes nothing hears no ping either: its own limit decides.
        if (stalled >= stallTimeout && !connection.closed) {
          this.#tooSlow++;
          connection.close(CloseCode.tooSlow, 'took nothing for too long');
        }
      } else if (now - connection.lastHeard > heartbeat + pongTimeout - interval) {
        connection.transport.terminate();
      } else {
        if (now - connection.lastPing >= heartbeat) {
          connection.lastPing = now;
          connection.transport.ping();
        }
        const isNews = spread >= NEWS * connection.spread && spread > 0;
        if (isNews || now - connection.lastSent >= heartbeat) connection.beat(spread);
      }
    }
  }
}

const NOBODY: readonly Connection[] = [];

function pump(connections: readonly Connection[], batches: Batches): void {
  for (const connection of connections) connection.pump(batches);
}
