import { type ChannelName, type Clock, CloseCode, elapsed, type Position, retryReason } from '../../protocol/index.js';
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

/** All connections of a messenger: who watches which channel, one flush per turn of the event loop, and one timer for all that is timed. */
export class Delivery {
  readonly #connections = new Map<string, Connection>();
  /** Lists, as most have one viewer: a set would take more than all else that is kept of it. */
  readonly #viewers = new Map<ChannelName, Connection[]>();
  readonly #changed = new Set<ChannelName>();
  readonly #settings: DeliverySettings;
  readonly #clock: Clock;
  #flushing = false;
  /** Told when the last connection has gone. */
  #emptied = (): void => {};
  #stopTicking: (() => void) | undefined;

  constructor(settings: DeliverySettings, clock: Clock) {
    this.#settings = settings;
    this.#clock = clock;
  }

  /** How many connections watch a channel. */
  viewers(name: ChannelName): number {
    return this.#viewers.get(name)?.length ?? 0;
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
    connection.begin(logs, after, this.spread);
    this.#connections.set(connection.id, connection);
    for (const { name } of logs) this.#watch(connection, name);
    if (!this.#stopTicking) this.#tickLater();
  }

  /** The channels that somebody watches. */
  watched(): ChannelName[] {
    return [...this.#viewers.keys()];
  }

  /** The connections that watch a channel. */
  watching(name: ChannelName): readonly Connection[] {
    return this.#viewers.get(name) ?? [];
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
    for (const connection of [...(this.#viewers.get(name) ?? [])]) {
      if (connection.logs[0]?.name === name) connection.finish();
    }
  }

  remove(connection: Connection): void {
    this.#connections.delete(connection.id);
    for (const { name } of connection.logs) this.#unwatch(connection, name);
    if (this.#connections.size === 0) this.#emptied();
  }

  /**
   * Sends what was accepted, as far as the pages take it within `timeout` milliseconds, then tells every page to come back elsewhere, spread over
   * `spread` milliseconds.
   */
  async drain(timeout: number, spread: number, random: () => number): Promise<void> {
    this.#flush();
    const deadline = elapsed(this.#clock) + timeout;
    while (this.#connections.size > 0 && elapsed(this.#clock) < deadline) {
      // Each as soon as it has everything: one that is slow keeps no other waiting.
      for (const connection of this.#connections.values()) {
        if (connection.drained) connection.close(CloseCode.restarting, retryReason(random() * spread));
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
    if (!this.#viewers.has(name)) return;
    this.#changed.add(name);
    if (this.#flushing) return;
    this.#flushing = true;
    setImmediate(() => this.#flush());
  }

  #flush(): void {
    this.#flushing = false;
    const batches = new Batches(elapsed(this.#clock));
    for (const name of this.#changed) this.#pump(name, batches);
    this.#changed.clear();
  }

  /** Sends what a channel has at once. A burst larger than a tail, all in one turn: viewers that keep up get all of it. */
  flush(name: ChannelName): void {
    this.#pump(name, new Batches(elapsed(this.#clock)));
  }

  #pump(name: ChannelName, batches: Batches): void {
    for (const connection of this.#viewers.get(name) ?? []) connection.pump(batches);
  }

  #watch(connection: Connection, name: ChannelName): void {
    const viewers = this.#viewers.get(name);
    if (viewers) viewers.push(connection);
    else this.#viewers.set(name, [connection]);
  }

  #unwatch(connection: Connection, name: ChannelName): void {
    const viewers = this.#viewers.get(name) ?? [];
    const place = viewers.lastIndexOf(connection);
    if (place < 0) return;
    const last = viewers.pop();
    if (last && last !== connection) viewers[place] = last;
    if (viewers.length === 0) this.#viewers.delete(name);
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
        if (stalled >= stallTimeout) connection.close(CloseCode.tooSlow, 'took nothing for too long');
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
