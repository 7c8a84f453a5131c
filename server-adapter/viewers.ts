import type { Duplex } from 'node:stream';
import type { WebSocket } from 'ws';
import {
  type Ack,
  type ChannelName,
  type ClientFrame,
  CloseCode,
  channelName,
  describe,
  elapsed,
  LIMITS,
  messageOf,
  parseAfter,
  readClientFrame,
  retryReason,
} from '../protocol/index.js';
import { type Access, type AccessRequest, isDenial } from './access/authorize.js';
import type { Door } from './access/door.js';
import { Rate } from './access/rate.js';
import { noRoom, refuse } from './access/refuse.js';
import type { ChannelLog, ChannelStore } from './channels/channel-store.js';
import type { Ids } from './context.js';
import { Connection } from './delivery/connection.js';
import type { Delivery } from './delivery/delivery.js';
import { WebSocketTransport } from './delivery/websocket-transport.js';
import { type Log, stackOf } from './logger.js';
import type { Settings } from './options.js';
import type { Sessions } from './sessions.js';

/** A page that was let in. */
export interface Viewer {
  readonly ws: WebSocket;
  /** The stream beneath the socket, where the adapter accepted it itself. */
  readonly socket?: Duplex;
  readonly access: Access;
  /** Positions to resume from: `[channel@]position`. */
  readonly after: readonly string[];
  /** What it asked for, where it may ask for more of the same. */
  readonly request?: AccessRequest;
}

/** Milliseconds after which a page that was too fast may come back. */
const TOO_FAST = 1000;

/** Serves the pages that were let in, each from its greeting to its end. */
export class Viewers {
  readonly #settings: Settings;
  readonly #door: Door;
  readonly #delivery: Delivery;
  readonly #sessions: Sessions;
  readonly #log: Log;
  #closing = false;

  constructor(settings: Settings, door: Door, delivery: Delivery, sessions: Sessions, log: Log) {
    this.#settings = settings;
    this.#door = door;
    this.#delivery = delivery;
    this.#sessions = sessions;
    this.#log = log;
  }

  /** Whoever comes from here on is told to come back elsewhere. */
  close(): void {
    this.#closing = true;
  }

  serve(viewer: Viewer): void {
    const { ws, socket, access } = viewer;
    // Somebody may have awaited something meanwhile, and the page may have left: such a socket would never say so again.
    if (ws.readyState !== ws.OPEN) return;
    const { limits, store, random } = this.#settings;
    const names = channelsOf(access);
    if (this.#delivery.viewers(names[0]) >= limits.connectionsPerSession) {
      const text = `got more viewers of a session than limits.connectionsPerSession (${limits.connectionsPerSession}); they are told to come back later`;
      this.#log.warnOnce('full connectionsPerSession', text);
      refuse(ws, noRoom(random));
      return;
    }
    const connection = new Connection(access, new WebSocketTransport(ws, socket), this.#settings);
    const held: ChannelLog[] = [];
    const release = () => {
      const keepEmpty = this.#sessions.hasStarted(access.sessionId);
      for (const { name } of held.splice(0)) store.release(name, keepEmpty);
    };
    const fail = (error: unknown) => {
      this.#log.warnOnce(`unserved ${messageOf(error)}`, `a viewer could not be served: ${stackOf(error)}`);
      const { code, reason } = noRoom(random);
      connection.close(code, reason);
      release();
    };
    this.#listen(viewer, connection);
    ws.once('close', () => {
      connection.ended();
      this.#delivery.remove(connection);
      release();
    });
    try {
      const later = hold(names, store, held);
      if (!later) {
        this.#begin(connection, held, viewer.after);
        return;
      }
      // Nothing that the page says is heard before it was greeted.
      ws.pause();
      void later
        .then(() => (connection.closed ? release() : this.#begin(connection, held, viewer.after)))
        .catch(fail)
        .finally(() => ws.resume());
    } catch (error) {
      fail(error);
    }
  }

  #begin(connection: Connection, logs: readonly ChannelLog[], after: readonly string[]): void {
    if (this.#closing) {
      connection.close(CloseCode.restarting, retryReason(0));
      return;
    }
    const { access } = connection;
    const positions = parseAfter(after, channelName('session', access.sessionId));
    if (positions.size < after.length) {
      this.#log.debug(`got ${describe(after)} as after, expected positions; a snapshot is sent`);
    }
    this.#delivery.add(connection, logs, positions);
    this.#sessions.arrived(idsOf(access), logs[0]);
  }

  #listen({ ws, access, request }: Viewer, connection: Connection): void {
    const { clock, limits } = this.#settings;
    let rate: Rate | undefined;
    const isInTime = () => {
      connection.heard();
      rate ??= new Rate(limits.framesPerSecond, elapsed(clock));
      if (rate.take(limits.framesPerSecond, elapsed(clock))) return true;
      this.#log.warnOnce(
        'too-fast',
        `got frames from a page faster than limits.framesPerSecond (${limits.framesPerSecond})`,
      );
      connection.close(CloseCode.tooFast, retryReason(TOO_FAST));
      return false;
    };
    ws.on('error', (error) => this.#log.debug(`a connection of session ${access.sessionId} failed: ${error.message}`));
    ws.on('pong', () => connection.heard());
    ws.on('ping', isInTime);
    ws.on('message', (data, isBinary) => {
      if (!isInTime() || connection.closed) return;
      const raw = data.toString();
      if (isBinary) connection.close(CloseCode.malformed, 'got a binary frame, expected text');
      else if (Buffer.byteLength(raw) > LIMITS.clientFrame) {
        connection.close(CloseCode.frameTooLarge, `got a frame over ${LIMITS.clientFrame} bytes`);
      } else this.#receive(connection, raw, request);
    });
  }

  #receive(connection: Connection, raw: string, request: AccessRequest | undefined): void {
    const reading = readClientFrame(raw);
    if ('problem' in reading) {
      const { ref, problem } = reading;
      const text = `got a malformed frame from a page (${problem}), expected one of the wire contract; it is refused`;
      this.#log.warnOnce(`malformed-frame ${problem}`, text);
      if (ref !== undefined) connection.say('ack', { ref, accepted: false, reason: `malformed: ${problem}` });
      return;
    }
    const ack = this.#answer(connection, reading.frame, request);
    if (ack instanceof Promise) void ack.then((later) => connection.say('ack', later));
    else if (ack) connection.say('ack', ack);
  }

  #answer(
    connection: Connection,
    frame: ClientFrame,
    request: AccessRequest | undefined,
  ): Ack | Promise<Ack> | undefined {
    switch (frame.type) {
      case 'ping':
        return { ref: frame.ref, accepted: true };
      case 'token':
        return this.#renew(connection, frame.ref, frame.data.token, request);
      default:
        return this.#sessions.receive(idsOf(connection.access), frame);
    }
  }

  /** A fresh credential for a connection: it stays, for longer, if it may have with it what it has. */
  async #renew(connection: Connection, ref: string, token: string, request: AccessRequest | undefined): Promise<Ack> {
    if (!request || !this.#settings.authorize) return { ref, accepted: false, reason: 'this server takes no tokens' };
    if (connection.renewing) return { ref, accepted: false, reason: 'another token is being looked at' };
    connection.renewing = true;
    const decision = await this.#door.decide({ ...request, token });
    connection.renewing = false;
    if (isDenial(decision)) return { ref, accepted: false, reason: decision.reason };
    const granted = new Set(channelsOf(decision));
    if (!channelsOf(connection.access).every((name) => granted.has(name))) {
      return { ref, accepted: false, reason: 'the token is for something else' };
    }
    const { expiresAt } = decision;
    connection.expiresAt = expiresAt;
    return { ref, accepted: true, ...(expiresAt === undefined ? {} : { expiresAt }) };
  }
}

/** The channels that a page gets, its own first. */
function channelsOf({ sessionId, threadIds, userId }: Access): [own: ChannelName, ...others: ChannelName[]] {
  const others = threadIds.map((id) => channelName('thread', id));
  if (userId !== undefined) others.push(channelName('user', userId));
  return [channelName('session', sessionId), ...others];
}

/** Whom work is done for that a page began. */
function idsOf({ sessionId, threadIds, userId }: Access): Ids & { readonly sessionId: string } {
  const [threadId, another] = threadIds;
  return {
    sessionId,
    ...(threadId === undefined || another !== undefined ? {} : { threadId }),
    ...(userId === undefined ? {} : { userId }),
  };
}

/** Retains channels one after the other into `held`, at once as far as the store has them at hand. */
function hold(names: readonly ChannelName[], store: ChannelStore, held: ChannelLog[]): Promise<void> | undefined {
  for (const [i, name] of names.entries()) {
    const log = store.retain(name);
    if (log instanceof Promise) {
      return log.then((retained) => {
        held.push(retained);
        return hold(names.slice(i + 1), store, held);
      });
    }
    held.push(log);
  }
  return undefined;
}
