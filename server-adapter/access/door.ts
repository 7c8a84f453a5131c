import type { IncomingHttpHeaders } from 'node:http';
import type { Duplex } from 'node:stream';
import type { WebSocket } from 'ws';
import { type Clock, CloseCode, clipText, elapsed, ID_RULE, isId, isRunId } from '../../protocol/index.js';
import type { Accept } from '../delivery/upgrades.js';
import { type Log, stackOf } from '../logger.js';
import type { Arrival } from './arrival.js';
import {
  type Access,
  type AccessRequest,
  type Authorize,
  accessTo,
  type Denial,
  decide,
  isDenial,
  THREADS,
} from './authorize.js';
import { addressGroup, clientAddress } from './client-address.js';
import { type AllowedOrigins, isAllowedOrigin } from './origin.js';
import { Quota } from './quota.js';
import { Rate } from './rate.js';
import { noRoom, refuse } from './refuse.js';

export interface DoorSettings {
  readonly allowedOrigins: AllowedOrigins;
  readonly authorize: Authorize | undefined;
  /** Milliseconds that `authorize` may take. */
  readonly authorizeTimeout: number;
  readonly trustedProxies: number;
  readonly limits: { readonly connectionsPerAddress: number; readonly pendingUpgrades: number };
  readonly clock: Clock;
  readonly random: () => number;
}

/** How many foreign origins the log names: whoever makes them up must not fill it, nor keep other warnings out. */
const NAMED_ORIGINS = 20;
/** Failures of `authorize` that are logged each second, ten times as many at once: strangers may know how to make it fail. */
const LOGGED_FAILURES = 1;

/** Called with a page that was let in, what it may have, and what it asked for where it may ask again with another token. */
export type Admitted = (ws: WebSocket, access: Access, request?: AccessRequest) => void;

/** Somebody who was let in, and counts until `leave` is called. */
export interface Admission {
  readonly access: Access;
  /** What was asked for, where it may be asked for again with another token. */
  readonly request: AccessRequest | undefined;
  leave(): void;
}

/** Decides who comes in: by origin, by address, and by the application's word. */
export class Door {
  readonly #settings: DoorSettings;
  readonly #log: Log;
  readonly #perAddress: Quota;
  readonly #namedOrigins = new Set<string>();
  readonly #failures: Rate;
  /** How many wait for the application's word; of one address no more than half of those who may, so that no single stranger keeps all others out. */
  #pending = 0;
  readonly #pendingPerAddress: Quota;

  constructor(settings: DoorSettings, log: Log) {
    this.#settings = settings;
    this.#log = log;
    this.#perAddress = new Quota(settings.limits.connectionsPerAddress);
    this.#pendingPerAddress = new Quota(Math.ceil(settings.limits.pendingUpgrades / 2));
    this.#failures = new Rate(LOGGED_FAILURES, elapsed(settings.clock));
  }

  /** A page asks for a connection, and nothing that it says was checked. It is let in, or told why not. */
  arrived(arrival: Arrival, socket: Duplex, accept: Accept, admitted: Admitted): void {
    const place = this.#takePlace(arrival);
    // A socket is one until it is closed, whatever it is refused for.
    if (typeof place === 'function') socket.on('close', place);
    const denial = typeof place === 'function' ? this.#mistake(arrival) : place;
    if (denial) accept((ws) => refuse(ws, denial));
    else if (this.#settings.authorize) void this.#admit(this.request(arrival), accept, admitted);
    else accept((ws) => admitted(ws, accessTo(arrival)));
  }

  /** As `arrived`, for a connection that is no socket. */
  async enter(arrival: Arrival): Promise<Admission | Denial> {
    const leave = this.#takePlace(arrival);
    if (typeof leave !== 'function') return leave;
    const decision = await this.check(arrival);
    if (!isDenial(decision)) {
      return { access: decision, request: this.#settings.authorize && this.request(arrival), leave };
    }
    leave();
    return decision;
  }

  /** What somebody may have who wants no connection. */
  async check(arrival: Arrival): Promise<Access | Denial> {
    return this.#mistake(arrival) ?? this.ask(this.request(arrival));
  }

  /** Whether those who send these headers may ask at all: pages of other origins may not, unless they are allowed. */
  isWelcome({ origin, host }: IncomingHttpHeaders): boolean {
    if (isAllowedOrigin(origin, host, this.#settings.allowedOrigins)) return true;
    const page = forLog(origin ?? '');
    if (this.#namedOrigins.size < NAMED_ORIGINS) {
      this.#namedOrigins.add(page);
      const text = `got a connection from a page of ${page}, expected one of ${forLog(host ?? 'no Host')}`;
      this.#log.warnOnce(`origin ${page}`, `${text}; add it to allowedOrigins if its pages may connect`);
    }
    return false;
  }

  /** What a request asks for, as `authorize` gets it. Ids that are none are left out. */
  request(arrival: Arrival): AccessRequest {
    const { sessionId, taskId, query, headers, url } = arrival;
    const from = this.#addressOf(arrival);
    const userId = query.get('user');
    const token = query.get('token') ?? /^Bearer (.+)$/i.exec(headers.authorization ?? '')?.[1];
    return {
      sessionId,
      ...(taskId === undefined ? {} : { taskId }),
      threadIds: [...new Set(query.getAll('thread').filter(isId))].slice(0, THREADS),
      ...(isId(userId) ? { userId } : {}),
      ...(token === undefined ? {} : { token }),
      headers,
      url,
      ...(from === undefined ? {} : { address: from }),
    };
  }

  /** As `decide`, for those who have nothing yet: only so many may wait at the same time. */
  async ask(request: AccessRequest): Promise<Access | Denial> {
    const group = addressGroup(request.address ?? 'unknown');
    const isFull = this.#pending >= this.#settings.limits.pendingUpgrades;
    if (isFull || !this.#pendingPerAddress.take(group)) {
      return this.#full('pendingUpgrades', 'requests that wait for authorize');
    }
    this.#pending++;
    try {
      return await this.decide(request);
    } finally {
      this.#pending--;
      this.#pendingPerAddress.give(group);
    }
  }

  /** The application's word on a request; where there is none, access to the session alone. Never throws. */
  async decide(request: AccessRequest): Promise<Access | Denial> {
    const { authorize, authorizeTimeout, clock } = this.#settings;
    if (!authorize) return accessTo(request);
    let stop = () => {};
    const late = new Promise<never>((_, reject) => {
      stop = clock.after(authorizeTimeout, () => reject(new Error(`no answer within ${authorizeTimeout} ms`)));
    });
    try {
      const decision = await Promise.race([decide(authorize, request), late]);
      const isOver = !isDenial(decision) && decision.expiresAt !== undefined && decision.expiresAt <= clock.now();
      return isOver ? { code: CloseCode.unauthorized, reason: 'the token has expired' } : decision;
    } catch (error) {
      const isLogged = this.#failures.take(LOGGED_FAILURES, elapsed(clock));
      if (isLogged) this.#log.error(`authorize failed: ${stackOf(error)}`);
      return { code: CloseCode.trouble, reason: 'the server could not decide' };
    } finally {
      stop();
    }
  }

  /** What connections are counted by. */
  groupOf(arrival: Arrival): string {
    return addressGroup(this.#addressOf(arrival) ?? 'unknown');
  }

  #addressOf({ headers, address }: Arrival): string | undefined {
    return clientAddress(address, headers['x-forwarded-for'], this.#settings.trustedProxies);
  }

  /** Before all else: a place among the connections of an address, as what gives it back. */
  #takePlace(arrival: Arrival): (() => void) | Denial {
    const group = this.groupOf(arrival);
    if (!this.#perAddress.take(group)) return this.#full('connectionsPerAddress', 'connections of one address');
    return () => this.#perAddress.give(group);
  }

  #mistake({ sessionId, taskId, query, headers }: Arrival): Denial | undefined {
    if (!this.isWelcome(headers)) return { code: CloseCode.forbidden, reason: 'pages of this origin may not connect' };
    const asked = taskId === undefined ? idProblem('session', sessionId) : idProblem('task', taskId);
    const others = ['thread', 'user'].flatMap((kind) => query.getAll(kind).map((id) => idProblem(kind, id)));
    const reason = [asked, ...others].find((problem) => problem !== undefined);
    return reason === undefined ? undefined : { code: CloseCode.malformed, reason };
  }

  /** Lets a page in if the application says so. Until then it has no connection that could look like one. */
  async #admit(request: AccessRequest, accept: Accept, admitted: Admitted): Promise<void> {
    const decision = await this.ask(request);
    accept((ws) => {
      if (isDenial(decision)) refuse(ws, decision);
      else admitted(ws, decision, request);
    });
  }

  #full(limit: keyof DoorSettings['limits'], what: string): Denial {
    const text = `got more ${what} than limits.${limit} (${this.#settings.limits[limit]}); they are told to come back later`;
    this.#log.warnOnce(`full ${limit}`, text);
    return noRoom(this.#settings.random);
  }
}

/** What is wrong with an id. A run is watched by the session or the task that it belongs to. */
function idProblem(kind: string, id: string): string | undefined {
  if (!isId(id)) return `${kind} id: expected ${ID_RULE}`;
  return kind !== 'task' && isRunId(id) ? `${kind} id: expected no run (run_…)` : undefined;
}

/** A stranger's header as the log may have it: short, and without what a terminal would obey. */
function forLog(header: string): string {
  return clipText(header.replace(/[^ -~]/g, '?'), 200);
}
