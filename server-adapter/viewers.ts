import {
  type Ack,
  type ChannelName,
  type ClientFrame,
  type ClientFrameReading,
  CloseCode,
  channelName,
  describe,
  elapsed,
  messageOf,
  parseAfter,
  retryReason,
} from '../protocol/index.js';
import { type Access, type AccessRequest, type Denial, isDenial, ownChannel } from './access/authorize.js';
import type { Door } from './access/door.js';
import { channelsOf, idsOf } from './access/granted.js';
import { Rate } from './access/rate.js';
import { noRoom } from './access/refuse.js';
import type { ChannelLog } from './channels/channel-store.js';
import { retainAll } from './channels/retain-all.js';
import type { Questions } from './conversation/questions.js';
import type { Tasks } from './conversation/tasks.js';
import type { Connection } from './delivery/connection.js';
import type { Delivery } from './delivery/delivery.js';
import { type Log, stackOf } from './logger.js';
import type { Settings } from './options.js';
import type { PageRequests, Sender } from './page-requests.js';
import type { Memberships } from './routing/memberships.js';
import type { Sessions } from './sessions.js';

/** A page that was let in. */
export interface Viewer {
  readonly connection: Connection;
  /** What it asked for, where it may ask for more of the same. */
  readonly request?: AccessRequest | undefined;
}

/** What a page hears that was too fast: when it may come back. */
export const TOO_FAST: Denial = { code: CloseCode.tooFast, reason: retryReason(1000) };

/** What a page hears of a task that is not there, or not for it. */
const NO_TASK: Denial = { code: CloseCode.notFound, reason: 'there is no such task' };

export interface ViewersDependencies {
  readonly settings: Settings;
  readonly door: Door;
  readonly delivery: Delivery;
  readonly sessions: Sessions;
  readonly tasks: Tasks;
  readonly questions: Questions;
  readonly requests: PageRequests;
  readonly memberships: Memberships;
  readonly log: Log;
}

/** Serves the pages that were let in, each from its greeting to its end. */
export class Viewers {
  readonly #settings: Settings;
  readonly #deps: ViewersDependencies;
  readonly #delivery: Delivery;
  readonly #log: Log;
  #closing = false;

  constructor(deps: ViewersDependencies) {
    this.#deps = deps;
    this.#settings = deps.settings;
    this.#delivery = deps.delivery;
    this.#log = deps.log;
  }

  /** Whoever comes from here on is told to come back elsewhere. */
  close(): void {
    this.#closing = true;
  }

  /** Why nobody is let in any more; `undefined` while they are. */
  get denial(): Denial | undefined {
    if (!this.#closing) return undefined;
    const { random } = this.#settings;
    return { code: CloseCode.restarting, reason: retryReason(random() * spreadOfLeaving(this.#delivery)) };
  }

  /**
   * Begins to serve a page, from the positions `after` (`[channel@]position`): at once, or when the promise is fulfilled. Where it cannot, it ends the connection
   * with the reason. `left` has to be called when the connection is gone, whoever ended it.
   */
  serve({ connection }: Viewer, after: readonly string[]): Promise<void> | undefined {
    const { store, random } = this.#settings;
    const fail = (error: unknown) => {
      this.#log.warnOnce(`unserved ${messageOf(error)}`, `a viewer could not be served: ${stackOf(error)}`);
      const { code, reason } = noRoom(random);
      connection.close(code, reason);
    };
    try {
      const denial = this.#noTaskFor(connection.access);
      if (denial) {
        connection.close(denial.code, denial.reason);
        return undefined;
      }
      // The application's word may have come only now, and its store may be closed.
      const logs = this.#closing ? [] : retainAll(this.#channelsOf(connection.access), store);
      if (logs instanceof Promise) return logs.then((later) => this.#begin(connection, later, after)).catch(fail);
      this.#begin(connection, logs, after);
    } catch (error) {
      fail(error);
    }
    return undefined;
  }

  /** A page is gone. */
  left(connection: Connection): void {
    connection.ended();
    this.#delivery.remove(connection);
    this.#release(connection.access, connection.logs);
  }

  #begin(connection: Connection, logs: readonly ChannelLog[], after: readonly string[]): void {
    const { access } = connection;
    const denial = this.denial ?? this.#noRoomFor(access);
    if (connection.closed || denial) {
      this.#release(access, logs);
      if (denial) connection.close(denial.code, denial.reason);
      return;
    }
    const positions = parseAfter(after, ownChannel(access));
    if (positions.size < after.length) {
      this.#log.debug(`got ${describe(after)} as after, expected positions; a snapshot is sent`);
    }
    this.#delivery.add(connection, logs, positions);
    this.#arrived(access, logs);
  }

  /** A page is there: what waited for it begins. */
  #arrived(access: Access, logs: readonly ChannelLog[]): void {
    const [own] = logs;
    for (const { name } of logs) void this.#deps.questions.closeLeft(name);
    const { sessionId, taskId } = access;
    if (taskId !== undefined) this.#deps.tasks.arrived(taskId);
    else if (own) this.#deps.sessions.arrived({ ...idsOf(access), sessionId }, own);
  }

  /** The channels that a page gets, those of threads among them that it belongs to by the application's word. */
  #channelsOf(access: Access): [own: ChannelName, ...others: ChannelName[]] {
    const members = [ownChannel(access)];
    if (access.userId !== undefined) members.push(channelName('user', access.userId));
    const joined = this.#deps.memberships.threadsOf(members).map((id) => channelName('thread', id));
    const [own, ...others] = channelsOf(access);
    return [own, ...new Set([...others, ...joined])];
  }

  /** Who sends a page's frames. */
  #senderOf(access: Access, connectionId?: string): Sender {
    const { userId } = access;
    const channels = this.#channelsOf(access);
    return { channels, ids: idsOf(access), by: userId ?? connectionId, anonymous: userId === undefined };
  }

  /** A page that is there gets another channel, too. */
  async follow(connection: Connection, name: ChannelName): Promise<void> {
    const log = await this.#settings.store.retain(name);
    // It may have left meanwhile, or no longer belong there.
    const isWanted = this.#channelsOf(connection.access).includes(name);
    const isNew = !connection.closed && !connection.logs.includes(log);
    if (isNew && isWanted) this.#delivery.follow(connection, log);
    else this.#settings.store.release(name);
  }

  /** A page gets a channel no more that it was given beside those that it was let in for. */
  unfollow(connection: Connection, name: ChannelName): void {
    if (this.#channelsOf(connection.access).includes(name)) return;
    if (this.#delivery.unfollow(connection, name)) this.#settings.store.release(name);
  }

  /** A task that is not there, or is somebody else's. */
  #noTaskFor({ taskId, userId }: Access): Denial | undefined {
    return taskId === undefined || this.#deps.tasks.isFor(taskId, userId) ? undefined : NO_TASK;
  }

  /** A session that has all the viewers that it may have. Asked when nothing is waited for any more: a crowd may come at once. */
  #noRoomFor(access: Access): Denial | undefined {
    const { limits, random } = this.#settings;
    const { connectionsPerSession: most } = limits;
    if (this.#delivery.viewers(ownChannel(access)) < most) return undefined;
    const text = `got more viewers of a session than limits.connectionsPerSession (${most}); they are told to come back later`;
    this.#log.warnOnce('full connectionsPerSession', text);
    return noRoom(random);
  }

  #release({ sessionId }: Access, logs: Iterable<ChannelLog>): void {
    const keepEmpty = this.#deps.sessions.hasStarted(sessionId);
    for (const { name } of logs) this.#settings.store.release(name, keepEmpty);
  }

  /** A page has said something. One that says more than it may is sent away. */
  isInTime(connection: Connection): boolean {
    const { limits, clock } = this.#settings;
    const { framesPerSecond } = limits;
    const now = elapsed(clock);
    connection.rate ??= new Rate(framesPerSecond, now);
    if (connection.rate.take(framesPerSecond, now)) return true;
    this.warnTooFast();
    connection.close(TOO_FAST.code, TOO_FAST.reason);
    return false;
  }

  /** Somebody is sent away for saying more than is allowed. */
  warnTooFast(): void {
    const { framesPerSecond } = this.#settings.limits;
    const text = `got frames from a page faster than limits.framesPerSecond (${framesPerSecond}); it is told to come back later`;
    this.#log.warnOnce('full framesPerSecond', text);
  }

  /** Takes a page's frame, and says on its connection what is acknowledged; that is the answer, too. What fails ends the connection, and is answered by nothing. */
  receive({ connection, request }: Viewer, reading: ClientFrameReading): Ack | Promise<Ack | undefined> | undefined {
    const say = (ack: Ack): Ack => {
      connection.say('ack', ack);
      return ack;
    };
    if ('problem' in reading) {
      const refusal = this.refusalOf(reading);
      return refusal && say(refusal);
    }
    // Whatever fails for one page must not end the others: it comes back, and says again what was not acknowledged.
    const fail = (error: unknown): undefined => {
      this.#log.warnOnce(`unanswered ${messageOf(error)}`, `a page could not be answered: ${stackOf(error)}`);
      connection.close(CloseCode.trouble, 'the server could not answer');
    };
    try {
      const ack = this.#answer(connection, reading.frame, request);
      return ack instanceof Promise ? connection.answering(ack.then(say).catch(fail)) : ack && say(ack);
    } catch (error) {
      return fail(error);
    }
  }

  /** Takes a frame of a page that may have `access`, and whose connection is none of this server's. Throws and rejects where it cannot be answered. */
  async receiveFrom(access: Access, frame: ClientFrame): Promise<Ack | Denial | undefined> {
    const denial = this.#noTaskFor(access);
    if (denial) return denial;
    if (frame.type === 'ping') return { ref: frame.ref, accepted: true };
    if (frame.type === 'token') return { ref: frame.ref, accepted: false, reason: 'there is no connection to renew' };
    // What was answered before, and what is open, stands in the channels.
    const logs = await retainAll(channelsOf(access), this.#settings.store);
    try {
      return await this.#deps.requests.receive(this.#senderOf(access), frame);
    } finally {
      this.#release(access, logs);
    }
  }

  /** What is acknowledged of a frame that is none, where it can be: it is refused. */
  refusalOf({ ref, problem }: Extract<ClientFrameReading, { problem: string }>): Ack | undefined {
    const text = `got a malformed frame from a page (${problem}), expected one of the wire contract; it is refused`;
    this.#log.warnOnce(`malformed-frame ${problem}`, text);
    return ref === undefined ? undefined : { ref, accepted: false, reason: `malformed: ${problem}` };
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
        return this.#deps.requests.receive(this.#senderOf(connection.access, connection.id), frame);
    }
  }

  /** A fresh credential for a connection: it stays, for longer, if it may have with it what it has. */
  async #renew(connection: Connection, ref: string, token: string, request: AccessRequest | undefined): Promise<Ack> {
    if (!request || !this.#settings.authorize) return { ref, accepted: false, reason: 'this server takes no tokens' };
    if (connection.renewing) return { ref, accepted: false, reason: 'another token is being looked at' };
    connection.renewing = true;
    const decision = await this.#deps.door.decide({ ...request, token });
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

/** Milliseconds over which the pages of a server that leaves come back. */
export function spreadOfLeaving({ spread }: Delivery): number {
  return Math.max(5000, spread);
}
