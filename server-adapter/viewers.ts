import type { Duplex } from 'node:stream';
import type { WebSocket } from 'ws';
import {
  type Ack,
  type ChannelName,
  type ClientFrame,
  CloseCode,
  channelName,
  describe,
  LIMITS,
  messageOf,
  parseAfter,
  readClientFrame,
  retryReason,
} from '../protocol/index.js';
import { type Access, type AccessRequest, type Denial, isDenial } from './access/authorize.js';
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
import type { Sender, Sessions } from './sessions.js';

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
/** What those hear who come while the server leaves. */
const RESTARTING: Denial = { code: CloseCode.restarting, reason: retryReason(0) };

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

  serve({ ws, socket, access, after, request }: Viewer): void {
    // Somebody may have awaited something meanwhile, and the page may have left: such a socket would never say so again.
    if (ws.readyState !== ws.OPEN) return;
    // The application's word may have come only now.
    if (this.#closing) {
      refuse(ws, RESTARTING);
      return;
    }
    const { store, random } = this.#settings;
    const names = channelsOf(access);
    const connection = new Connection(access, new WebSocketTransport(ws, socket), this.#settings);
    this.#listen(ws, connection, request);
    const fail = (error: unknown) => {
      this.#log.warnOnce(`unserved ${messageOf(error)}`, `a viewer could not be served: ${stackOf(error)}`);
      const { code, reason } = noRoom(random);
      connection.close(code, reason);
    };
    try {
      const logs = retainAll(names, store);
      if (!(logs instanceof Promise)) {
        this.#begin(connection, logs, after);
        return;
      }
      // Nothing that the page says is heard before it was greeted.
      ws.pause();
      void logs
        .then((later) => this.#begin(connection, later, after))
        .catch(fail)
        .finally(() => ws.resume());
    } catch (error) {
      fail(error);
    }
  }

  #begin(connection: Connection, logs: readonly ChannelLog[], after: readonly string[]): void {
    const { access } = connection;
    const denial = this.#closing ? RESTARTING : this.#noRoomFor(access);
    if (connection.closed || denial) {
      this.#release(access, logs);
      if (denial) connection.close(denial.code, denial.reason);
      return;
    }
    const positions = parseAfter(after, channelName('session', access.sessionId));
    if (positions.size < after.length) {
      this.#log.debug(`got ${describe(after)} as after, expected positions; a snapshot is sent`);
    }
    this.#delivery.add(connection, logs, positions);
    this.#sessions.arrived(idsOf(access));
  }

  /** A session that has all the viewers that it may have. Asked when nothing is waited for any more: a crowd may come at once. */
  #noRoomFor({ sessionId }: Access): Denial | undefined {
    const { limits, random } = this.#settings;
    const { connectionsPerSession: most } = limits;
    if (this.#delivery.viewers(channelName('session', sessionId)) < most) return undefined;
    const text = `got more viewers of a session than limits.connectionsPerSession (${most}); they are told to come back later`;
    this.#log.warnOnce('full connectionsPerSession', text);
    return noRoom(random);
  }

  #release({ sessionId }: Access, logs: Iterable<ChannelLog>): void {
    const keepEmpty = this.#sessions.hasStarted(sessionId);
    for (const { name } of logs) this.#settings.store.release(name, keepEmpty);
  }

  #listen(ws: WebSocket, connection: Connection, request: AccessRequest | undefined): void {
    ws.on('error', this.#failed);
    ws.on('pong', () => connection.heard());
    ws.on('ping', () => this.#isInTime(connection));
    ws.on('message', (data, isBinary) => {
      if (!this.#isInTime(connection) || connection.closed) return;
      const raw = data.toString();
      if (isBinary) connection.close(CloseCode.malformed, 'got a binary frame, expected text');
      else if (Buffer.byteLength(raw) > LIMITS.clientFrame) {
        connection.close(CloseCode.frameTooLarge, `got a frame over ${LIMITS.clientFrame} bytes`);
      } else this.#receive(connection, raw, request);
    });
    ws.on('close', () => {
      connection.ended();
      this.#delivery.remove(connection);
      this.#release(connection.access, connection.logs);
    });
  }

  readonly #failed = (error: Error): void => this.#log.debug(`a connection failed: ${error.message}`);

  /** A page has said something. One that says more than it may is sent away. */
  #isInTime(connection: Connection): boolean {
    connection.heard();
    const { framesPerSecond } = this.#settings.limits;
    connection.rate ??= new Rate(framesPerSecond, connection.lastHeard);
    if (connection.rate.take(framesPerSecond, connection.lastHeard)) return true;
    const text = `got frames from a page faster than limits.framesPerSecond (${framesPerSecond}); it is told to come back later`;
    this.#log.warnOnce('full framesPerSecond', text);
    connection.close(CloseCode.tooFast, retryReason(TOO_FAST));
    return false;
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
    // Whatever fails for one page must not end the others: it comes back, and says again what was not acknowledged.
    const fail = (error: unknown) => {
      this.#log.warnOnce(`unanswered ${messageOf(error)}`, `a page could not be answered: ${stackOf(error)}`);
      connection.close(CloseCode.trouble, 'the server could not answer');
    };
    try {
      const ack = this.#answer(connection, reading.frame, request);
      if (ack instanceof Promise) ack.then((later) => connection.say('ack', later)).catch(fail);
      else if (ack) connection.say('ack', ack);
    } catch (error) {
      fail(error);
    }
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
        return this.#sessions.receive(senderOf(connection.access), frame);
    }
  }

  /** A fresh credential for a connection: it stays, for longer, if it may have with it what it has. */
  async #renew(connection: Connection, ref: string, token: string, request: AccessRequest | undefined): Promise<Ack> {
    if (!request || !this.#settings.authorize) return { ref, accepted: false, reason: 'this server takes no tokens' };
    if (connection.renewing) return { ref, accepted: false, reason: 'another token is being looked at' };
    connection.renewing = true;
    const decision = await this.#door.decide({ ...request, token });
    connection.renewing = false;
    if (isDenial(decision)) return { ref, accepted: false, ...decision };
    const granted = new Set(channelsOf(decision));
    if (!channelsOf(connection.access).every((name) => granted.has(name))) {
      return { ref, accepted: false, code: CloseCode.forbidden, reason: 'the token is for something else' };
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

/** Who sends a page's frames. */
function senderOf(access: Access): Sender {
  return { ...idsOf(access), channels: channelsOf(access) };
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

/**
 * Retains channels one after the other, at once as far as the store has them at hand. Where one cannot be had, those before it are let go again, and it throws
 * or rejects.
 */
function retainAll(
  names: readonly ChannelName[],
  store: ChannelStore,
  logs: ChannelLog[] = [],
): ChannelLog[] | Promise<ChannelLog[]> {
  const giveUp = (error: unknown): never => {
    for (const { name } of logs) store.release(name);
    throw error;
  };
  for (const name of names.slice(logs.length)) {
    let log: ChannelLog | Promise<ChannelLog>;
    try {
      log = store.retain(name);
    } catch (error) {
      return giveUp(error);
    }
    if (log instanceof Promise) return log.then((later) => retainAll(names, store, [...logs, later]), giveUp);
    logs.push(log);
  }
  return logs;
}
